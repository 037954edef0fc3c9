"""The facts of each type: what must be there, what may be there, what each may hold."""

from typing import Any, get_args

import pytest

from schemas import PERSONAL_FIELDS, Event, EventType, Rejection, decode
from schemas.events.disclosure import PRIVATE_KINDS, RecipientKind
from schemas.shapes import names_in
from tests.fixtures.cases import each
from tests.unit.schemas.contract import (
    ANY_SUBJECT,
    KINDS_BEYOND_THE_CORE,
    REQUIRED_BEYOND_THE_CORE,
)
from tests.unit.schemas.making import (
    FOREIGN,
    GONE,
    accepted,
    all_examples,
    changed,
    entry_of,
    example,
    outcome,
    refused,
)

# To a secret service nothing goes of one's own accord.
NEVER_OWN = {"intelligence-service"}
REQUIRED = {
    "customer-registered": ["customer_kind", "channel", "notice_version"],
    "personal-data-collected": ["origin", "channel", "necessity", "notice_version"],
    "personal-data-corrected": ["fields", "requested_by", "reason"],
    "personal-data-removed": ["fields", "requested_by"],
    "contact-person-added": ["customer"],
    "contact-person-removed": ["customer"],
    "account-deactivated": ["reason"],
    "account-reactivated": ["reason"],
    "consent-given": ["purpose", "text_version", "method", "channel"],
    "consent-withdrawn": ["purpose", "channel"],
    "recipient-registered": ["name", "kind", "role", "country", "valid_from"],
    "recipient-changed": ["name", "kind", "role", "country", "valid_from"],
    "recipient-ended": ["valid_to", "reason"],
    "personal-data-disclosed": [
        "recipient",
        "recipient_kind",
        "purpose",
        "method",
        "country",
        "fields",
        "necessity_reason",
    ],
    "personal-data-accessed": ["employee", "role", "purpose", "case_ref"],
    "erasure-decided": ["decisions"],
    "personal-data-erased": ["categories", "ground", "keys_destroyed"],
    "processing-activity-declared": [
        "name",
        "purposes",
        "subject_categories",
        "data_categories",
        "recipient_kinds",
        "countries",
        "retention",
        "security_measures",
        "role",
        "owner",
    ],
    "processing-activity-retired": ["reason"],
    "event-annulled": ["annuls", "reason"],
}
REQUIRED["processing-activity-changed"] = REQUIRED["processing-activity-declared"]
REQUIRED |= REQUIRED_BEYOND_THE_CORE

ENUMERATIONS = [
    (
        "customer-registered",
        "customer_kind",
        ["consumer", "sole-trader", "partnership", "legal-entity"],
    ),
    (
        "personal-data-collected",
        "origin",
        ["customer", "portal", "app", "device", "cookie", "network"],
    ),
    ("personal-data-collected", "necessity", ["mandatory", "optional"]),
    ("personal-data-corrected", "requested_by", ["subject", "helpdesk", "system"]),
    ("personal-data-removed", "requested_by", ["subject", "helpdesk", "system"]),
    (
        "consent-given",
        "purpose",
        [
            "newsletter",
            "product-information",
            "telemarketing",
            "analytics-cookies",
            "personalisation",
            "contacts-access",
            "location-services",
            "directory-listing",
        ],
    ),
    ("recipient-changed", "role", ["controller", "joint-controller", "processor", "authority"]),
    ("recipient-changed", "kind", [*get_args(RecipientKind)]),
    ("personal-data-disclosed", "recipient_kind", [*get_args(RecipientKind)]),
    ("personal-data-disclosed", "method", ["push", "pull", "feed", "realtime", "paper"]),
    (
        "personal-data-disclosed",
        "notice",
        ["none", "on-request", "required", "given", "barred"],
    ),
    (
        "personal-data-erased",
        "ground",
        ["request", "retention", "consent-withdrawn", "unlawful", "objection"],
    ),
    ("processing-activity-changed", "role", ["controller", "joint-controller", "processor"]),
]

CODES = [
    ("customer-registered", "channel"),
    ("customer-registered", "notice_version"),
    ("personal-data-corrected", "reason"),
    ("personal-data-corrected", "request_ref"),
    ("account-deactivated", "reason"),
    ("consent-given", "text_version"),
    ("consent-given", "method"),
    ("consent-withdrawn", "channel"),
    ("recipient-registered", "agreement_ref"),
    ("recipient-registered", "transfer_mechanism"),
    ("recipient-ended", "reason"),
    ("personal-data-disclosed", "purpose"),
    ("personal-data-disclosed", "necessity_reason"),
    ("personal-data-disclosed", "case_ref"),
    ("personal-data-accessed", "role"),
    ("personal-data-accessed", "purpose"),
    ("personal-data-accessed", "case_ref"),
    ("event-annulled", "reason"),
]

DATES = [
    ("recipient-registered", "valid_from"),
    ("recipient-ended", "valid_to"),
    ("personal-data-disclosed", "period_from"),
    ("personal-data-disclosed", "period_to"),
]


# Beside these the contract lists no values: what else is a text is any code.
LISTED = {
    *(
        "article",
        "capacity",
        "customer_kind",
        "kind",
        "method",
        "necessity",
        "notice",
        "origin",
        "permission",
    ),
    *("recipient_kind", "requested_by", "right"),
}
LISTED_OF_SOME = {
    "channel": {"rights-request-received"},
    "ground": {"personal-data-erased"},
    "purpose": {
        f"consent-{act}" for act in ("given", "invalidated", "refused", "renewed", "withdrawn")
    },
    "reason": {"credit-check-requested"},
    "role": {
        *("recipient-registered", "recipient-changed"),
        *("processing-activity-declared", "processing-activity-changed"),
    },
}
NO_CODES = {
    *("assessed_on", "deadline", "effective_from", "issued_on", "period_from", "period_to"),
    *("received_on", "review_on", "valid_from", "valid_to"),  # dates
    *("detected_at", "valid_until"),  # instants
    *("country", "merkle_root", "sha256", "tc_string"),
    *("customer", "employee", "from_customer", "into_customer", "to_customer"),  # references
    *("activity", "legal_basis", "provision"),  # of every event
}


def test_the_types_are_those_of_the_contract() -> None:
    assert {entry.name for entry in FOREIGN} == REQUIRED.keys()


@each("entry", FOREIGN, ids=lambda entry: entry.name)
def test_required_facts(entry: EventType) -> None:
    assert sorted(entry.required_facts) == sorted(REQUIRED[entry.name])


@each("name, fact", [(name, fact) for name, facts in REQUIRED.items() for fact in facts])
def test_a_required_fact_must_be_there(name: str, fact: str) -> None:
    for value in (GONE, None):
        message = changed(example(name), **{f"data__{fact}": value})
        assert refused(message) == ("schema", f"/data/{fact}")


@each("name, label", all_examples())
def test_every_fact_may_be_unknown_or_null(name: str, label: str) -> None:
    message = example(name, label)
    assert refused(changed(message, data__surprise=1)) == ("unknown-field", "/data")
    for fact in message["data"]:
        assert refused(changed(message, **{f"data__{fact}": None})) == ("schema", f"/data/{fact}")


@pytest.mark.parametrize(("name", "fact", "values"), ENUMERATIONS)
def test_enumerations(name: str, fact: str, values: list[str]) -> None:
    for value in values:
        # What hints at an investigation enters under an open provision.
        message = changed(example(name), **{f"data__{fact}": value})
        if value in HINTING and name == "personal-data-disclosed":
            own = {"data__legal_basis": "6-1-f", "data__purpose": "fraud-report"}
            message = changed(message, **own, data__provision=GONE)
        if value in NEVER_OWN and name == "personal-data-disclosed":
            assert refused(message) == ("withheld", "")
            continue
        if value == "barred":
            assert refused(message) == ("withheld", "")
        else:
            assert accepted(message).facts[fact] == value
    for bad in ("other", values[-1].upper(), values[-1] + "\n", "", 1):
        message = changed(example(name), **{f"data__{fact}": bad})
        assert refused(message) == ("schema", f"/data/{fact}")


# Codes of these say why, where that may be an investigation: an undeclared one is withheld.
TOLD_CLEARLY = {
    *(f"legal-hold-{done}.ground" for done in ("placed", "reviewed", "released")),
    *("disclosure-notice-withheld.ground", "rights-request-refused.ground"),
    *("objection-overruled.ground", "processing-restricted.ground", "restriction-lifted.ground"),
}
HINTING = {"police", "public-prosecutor", "intelligence-service", "investigation-agency", "ciot"}


@each("name, label", all_examples())
def test_a_text_is_any_code_unless_the_contract_lists_its_values(name: str, label: str) -> None:
    message = example(name, label)
    for fact, value in message["data"].items():
        listed = fact in LISTED or name in LISTED_OF_SOME.get(fact, ())
        if isinstance(value, str) and not listed and fact not in NO_CODES:
            code = changed(message, **{f"data__{fact}": "a-code.of_ourselves"})
            kind = message["data"].get("recipient_kind")
            asked = kind == "tax-authority" and fact in {"purpose", "necessity_reason"}
            clear = f"{name}.{fact}" not in TOLD_CLEARLY and not asked
            assert accepted(code) if clear else refused(code) == ("withheld", "")


@pytest.mark.parametrize(("name", "fact"), CODES)
def test_codes(name: str, fact: str) -> None:
    clear = f"{name}.{fact}" in TOLD_CLEARLY
    for value in ("dispute",) if clear else ("a", "2026-11-24", "x" * 64, "A-Z/a.z_0"):
        assert accepted(changed(example(name), **{f"data__{fact}": value})).facts[fact] == value
    bad: Any
    for bad in ("", "x" * 65, "a b", "a:b", "a@b", "é", "a\n", 5, True, ["a"], {}):
        message = changed(example(name), **{f"data__{fact}": bad})
        unread = clear and isinstance(bad, str) and bad != ""
        assert refused(message) == (("withheld", "") if unread else ("schema", f"/data/{fact}"))


@pytest.mark.parametrize(("name", "fact"), DATES)
def test_dates(name: str, fact: str) -> None:
    for value in ("2024-02-29", "1999-12-31"):
        assert accepted(changed(example(name), **{f"data__{fact}": value})).facts[fact] == value
    for bad in (
        "2026-02-29",
        "2026-1-1",
        "20260101",
        "2026-01-01T00:00:00Z",
        "",
        0,
        "2026-01-01\n",
    ):
        message = changed(example(name), **{f"data__{fact}": bad})
        assert refused(message) == ("schema", f"/data/{fact}")


@pytest.mark.parametrize("bad", ["2026-11-24", "2027-01-01T00:00:00", "2027-02-30T00:00:00Z", 1])
def test_valid_until_is_an_instant(bad: Any) -> None:
    message = changed(example("consent-given"), data__valid_until=bad)
    assert refused(message) == ("schema", "/data/valid_until")
    # In the future, unlike the time of the event.
    far = "2099-01-01T00:00:00+01:00"
    assert accepted(changed(message, data__valid_until=far)).facts["valid_until"] == far


@pytest.mark.parametrize("country", ["nl", "NLD", "N", "", "N1", "NL\n"])
def test_countries(country: str) -> None:
    for name in ("personal-data-disclosed", "recipient-changed"):
        message = changed(example(name), data__country=country)
        assert refused(message) == ("schema", "/data/country")


@pytest.mark.parametrize(
    ("name", "fact", "good", "bad"),
    [
        ("personal-data-accessed", "employee", "employee/hr:1", "7"),
        ("personal-data-accessed", "employee", "employee/7", "customer/7"),
        ("contact-person-added", "customer", "customer/10023", "10023"),
        ("contact-person-added", "customer", "customer/10023", "customer/10023/contact/1"),
    ],
)
def test_references_to_persons_are_full(name: str, fact: str, good: str, bad: str) -> None:
    assert entry_of(name).references == (fact,)
    assert accepted(changed(example(name), **{f"data__{fact}": good})).facts[fact] == good
    message = changed(example(name), **{f"data__{fact}": bad})
    assert refused(message) == ("schema", f"/data/{fact}")


@pytest.mark.parametrize("bad", ["recipient/x", "a b", "", "x" * 129])
def test_recipients_are_bare_ids(bad: str) -> None:
    message = changed(example("personal-data-disclosed"), data__recipient=bad)
    assert refused(message) == ("schema", "/data/recipient")


@pytest.mark.parametrize("name", ["personal-data-disclosed", "personal-data-corrected"])
def test_fields_are_known_fields(name: str) -> None:
    everything = [*PERSONAL_FIELDS]
    assert accepted(changed(example(name), data__fields=everything)).facts["fields"] == everything
    assert accepted(changed(example(name), data__fields=[])).facts["fields"] == []
    message = changed(example(name), data__fields=["name", "shoe_size"])
    assert refused(message) == ("schema", "/data/fields/1")


def test_a_third_party_is_named() -> None:
    message = changed(example(), data__origin="third-party")
    assert refused(message) == ("schema", "/data/from_recipient")
    assert accepted(changed(message, data__from_recipient="bureau-1"))


@pytest.mark.parametrize("member", ["activity", "legal_basis"])
def test_events_about_outsiders_name_activity_and_legal_basis(member: str) -> None:
    for subject in ("customer/1", "customer/1/contact/1", "visitor/1"):
        message = changed(example(), subject=subject, **{f"data__{member}": GONE})
        assert refused(message) == ("schema", f"/data/{member}")
    assert accepted(changed(example(), subject="employee/1", **{f"data__{member}": GONE}))


@pytest.mark.parametrize("name", ["event-annulled", "erasure-decided", "personal-data-erased"])
def test_these_need_no_activity(name: str) -> None:
    message = changed(example(name), data__activity=GONE, data__legal_basis=GONE)
    assert accepted(message).activity is None


@pytest.mark.parametrize("basis", ["6-1-a", "6-1-b", "6-1-c", "6-1-d", "6-1-e", "6-1-f"])
def test_what_lacks_a_provision_is_recorded_because_it_happened(basis: str) -> None:
    message = changed(example(), data__legal_basis=basis, data__provision=GONE)
    assert accepted(message).legal_basis == basis
    # So is one that nobody knows.
    assert accepted(changed(message, data__provision="nl.unheard.of:1")).provision is not None


@pytest.mark.parametrize("basis", ["6-1-g", "6(1)(a)", "", "6-1-A", 6])
def test_other_legal_bases(basis: Any) -> None:
    assert refused(changed(example(), data__legal_basis=basis)) == ("schema", "/data/legal_basis")


def test_an_activity_has_purposes_with_their_basis() -> None:
    declared = example("processing-activity-declared")
    purpose = {"purpose": "collection", "legal_basis": "6-1-c", "provision": "nl.awr.53"}
    assert accepted(changed(declared, data__purposes=[purpose])).facts["purposes"] == [purpose]
    for purposes, pointer in (
        ([purpose, {}], "/data/purposes/1/purpose"),
        ([purpose, {**purpose, "legal_basis": "x"}], "/data/purposes/1/legal_basis"),
        ([purpose, {**purpose, "provision": None}], "/data/purposes/1/provision"),
        (["collection"], "/data/purposes/0"),
        ({}, "/data/purposes"),
    ):
        assert refused(changed(declared, data__purposes=purposes)) == ("schema", pointer)


@pytest.mark.parametrize("name", ["processing-activity-declared", "processing-activity-changed"])
def test_lists_and_maps_of_an_activity(name: str) -> None:
    declared = example(name)
    for fact, bad, pointer in (
        ("data_categories", ["identity", "shoes"], "/data/data_categories/1"),
        ("data_categories", ["remark"], "/data/data_categories/0"),
        ("recipient_kinds", ["friends"], "/data/recipient_kinds/0"),
        ("countries", ["NL", "nl"], "/data/countries/1"),
        ("retention", {"shoes": "nl.awr.52"}, "/data/retention"),
        ("retention", {"debt": "not a rule"}, "/data/retention"),
        ("retention", {"debt": None}, "/data/retention"),
        ("retention", [], "/data/retention"),
        ("security_measures", "locks", "/data/security_measures"),
        ("subject_categories", [1], "/data/subject_categories/0"),
        ("owner", "a\x00b", "/data/owner"),
        ("owner", "", "/data/owner"),
        ("name", "two\nlines", "/data/name"),
    ):
        assert refused(changed(declared, **{f"data__{fact}": bad})) == ("schema", pointer)


def test_decisions_are_per_category() -> None:
    decided = example("erasure-decided")
    kept = {"decision": "retain", "ground": "nl.awr.52.4", "until": "2033-12-31"}
    assert accepted(changed(decided, data__decisions={"remark": kept})).facts["decisions"]
    for decisions in (
        {"shoes": kept},
        {"debt": "retain"},
        {"debt": {**kept, "decision": "burn"}},
        {"debt": {**kept, "until": "later"}},
        {"debt": {"decision": "erase"}},
    ):
        message = changed(decided, data__decisions=decisions)
        assert refused(message) == ("schema", "/data/decisions")


def test_only_a_ledger_destroys_keys() -> None:
    erased = example("personal-data-erased")
    message = changed(erased, data__keys_destroyed=["A" * 43])
    assert refused(message) == ("schema", "/data/keys_destroyed")
    message = changed(erased, data__categories=["contact", "remark"])
    assert refused(message) == ("schema", "/data/categories/1")
    event = accepted(erased)
    assert event.categories == ("contact",)
    assert event.facts == {"categories": ["contact"], "ground": "request", "keys_destroyed": []}


@pytest.mark.parametrize("kind", sorted(PRIVATE_KINDS))
def test_the_name_of_a_private_recipient_is_personal(kind: str) -> None:
    for name in ("recipient-registered", "recipient-changed"):
        event = accepted(changed(example(name), data__kind=kind, data__name="mr. V. Voorbeeld"))
        assert event.personal == {"name": "mr. V. Voorbeeld"}
        assert "name" not in event.facts
        assert event.facts["kind"] == kind


def test_the_name_of_any_other_recipient_is_a_fact() -> None:
    event = accepted(example("recipient-registered"))
    assert event.facts["name"] == "Voorbeeld Incasso B.V."
    assert event.personal == {}


SUBJECTS = {
    "customer-registered": {"customer/1"},
    "customer-merged": {"customer/1"},
    "customer-deceased": {"customer/1"},
    "account-deactivated": {"customer/1"},
    "account-reactivated": {"customer/1"},
    "contact-person-added": {"customer/1/contact/2"},
    "contact-person-removed": {"customer/1/contact/2"},
    "recipient-registered": {"recipient/1"},
    "recipient-changed": {"recipient/1"},
    "recipient-ended": {"recipient/1"},
    "processing-activity-declared": {"activity/1"},
    "processing-activity-changed": {"activity/1"},
    "processing-activity-retired": {"activity/1"},
    **KINDS_BEYOND_THE_CORE,
}
PEOPLE = {"customer/1", "customer/1/contact/2", "visitor/1", "employee/1"}
SUBJECTS["subjects-notified"] = PEOPLE | {"breach/1"}
EVERYTHING = PEOPLE | {
    f"{kind}/1"
    for kind in ("recipient", "activity", "role", "system", "measure", "breach", "notice")
}


@each("entry", FOREIGN, ids=lambda entry: entry.name)
def test_kinds_of_subject(entry: EventType) -> None:
    allowed = EVERYTHING if entry.name in ANY_SUBJECT else SUBJECTS.get(entry.name, PEOPLE)
    named = {"data__activity": "support", "data__legal_basis": "6-1-f"}
    for subject in sorted(EVERYTHING):
        message = changed(example(entry.name), subject=subject, **named)
        if subject in allowed:
            assert accepted(message).subject == subject
        else:
            assert refused(message) == ("schema", "/subject")


def test_decode_is_a_pure_function_of_its_arguments() -> None:
    assert decode.__module__ == "schemas.decode"
    assert accepted(example()) == accepted(example())


STARTS = [
    ("rights-request-received", "received_on"),
    ("vog-presented", "issued_on"),
    ("privacy-notice-published", "effective_from"),
    ("recipient-registered", "valid_from"),
    ("personal-data-disclosed", "period_from"),
    ("dpia-linked", "assessed_on"),
]
ENDS = [
    ("recipient-ended", "valid_to"),
    ("personal-data-disclosed", "period_to"),
    ("collection-notice-sent", "deadline"),
    ("legal-hold-placed", "review_on"),
]
INSTANTS = [
    ("consent-given", "valid_until"),
    ("breach-detected", "detected_at"),
    ("role-granted", "valid_until"),
]


@pytest.mark.parametrize(("name", "fact"), [*STARTS, *ENDS])
def test_dates_lie_in_years_that_can_be_meant(name: str, fact: str) -> None:
    path, far = f"data__{fact}", ["2200-01-01", "9999-12-31"]
    wrong = ["0001-01-01", "1899-12-31", *([] if (name, fact) in ENDS else far)]
    for day in ("1900-01-01", "2199-12-31", *([] if (name, fact) in STARTS else far)):
        assert accepted(changed(example(name), **{path: day})).facts[fact] == day
    for day in wrong:
        assert refused(changed(example(name), **{path: day})) == ("schema", f"/data/{fact}")


@pytest.mark.parametrize(("name", "fact"), INSTANTS)
def test_instants_lie_in_years_that_can_be_meant(name: str, fact: str) -> None:
    path = f"data__{fact}"
    for text in ("1900-01-01T00:00:00Z", "2199-12-31T23:59:59.999999Z"):
        assert accepted(changed(example(name), **{path: text})).facts[fact] == text
    for text in ("1899-12-31T23:59:59Z", "1900-01-01T00:00:00+01:00", "2200-01-01T00:00:00Z"):
        assert refused(changed(example(name), **{path: text})) == ("schema", f"/data/{fact}")
    for text in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        assert refused(changed(example(name), **{path: text})) == ("schema", f"/data/{fact}")


def test_dates_in_a_map_lie_in_such_years_too() -> None:
    for until, is_right in (("1899-12-31", False), ("1900-01-01", True), ("9999-12-31", True)):
        decision = {"decision": "retain", "ground": "tax", "until": until}
        message = changed(example("erasure-decided"), data__decisions={"payment": decision})
        if is_right:
            assert accepted(message)
        else:
            assert refused(message) == ("schema", "/data/decisions")


def test_dates_below_other_grounds_are_held_against_them_too() -> None:
    for until, is_right in (("1899-12-31", False), ("2027-01-01", True)):
        besides = [{"ground": "contract"}, {"ground": "tax", "until": until}]
        decision = {"decision": "retain", "ground": "tax", "besides": besides}
        message = changed(example("erasure-decided"), data__decisions={"payment": decision})
        assert bool(isinstance(outcome(message), Event)) is is_right
    nothing = {"decision": "retain", "ground": "tax", "besides": []}
    assert accepted(changed(example("erasure-decided"), data__decisions={"payment": nothing}))


def test_every_date_is_held_against_them() -> None:
    """A fact that is a date has the type that says whether something begins or ends on it."""
    known = {fact for _, fact in (*STARTS, *ENDS, *INSTANTS)} | {"until"}
    dated = {
        name
        for entry in FOREIGN
        for name in names_in(entry.data)
        if name.endswith(("_on", "_at", "_from", "_to", "deadline", "until"))
    }
    assert dated - {"call_started_at"} <= known


def test_certifications_are_frameworks_with_their_days() -> None:
    message = example("recipient-changed", "edge-certified")
    held = {"framework": "dpf", "valid_from": "2024-01-15"}
    assert accepted(changed(message, data__certifications=[held])).facts["certifications"] == [held]
    assert accepted(changed(message, data__certifications=[])).facts["certifications"] == []
    for wrong, pointer in (
        ({"framework": "dpf"}, "/valid_from"),
        ({**held, "valid_from": "2024-13-01"}, "/valid_from"),
        ({**held, "valid_to": "soon"}, "/valid_to"),
        ({**held, "framework": "a framework"}, "/framework"),
    ):
        message = changed(message, data__certifications=[held, wrong])
        assert refused(message) == ("schema", f"/data/certifications/1{pointer}")
    leaking = changed(message, data__certifications=[{**held, "framework": "0612345678"}])
    assert refused(leaking) == ("personal-data-in-facts", "/data/certifications/0/framework")


@pytest.mark.parametrize("odd", [[], ["a"], {}, {"a": 1}, 7, True, None], ids=repr)
def test_a_member_of_another_kind_is_refused_and_never_an_error(odd: Any) -> None:
    """Whatever a member holds, the message becomes an event or a rejection: an error would stop its topic."""
    for name, label in all_examples():
        message = example(name, label)
        for member in ("type", "subject", "source", "id", "time"):
            assert isinstance(outcome(changed(message, **{member: odd})), Rejection)
        for fact in (
            *message["data"],
            "notice",
            "provision",
            "country",
            "recipient_kind",
            "purpose",
        ):
            assert isinstance(
                outcome(changed(message, **{f"data__{fact}": odd})), Event | Rejection
            )
