"""What of a person's events a reader is told from whom categories are hidden."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from application.sight import EVERYTHING, Sight
from application.sighted import ANNULLED, Register, Teller
from ledger.event import RecordedEvent
from projections.folds.timetravel import select
from projections.keeping.holds import UNDISCLOSED, Hold
from projections.views import disclosures
from rulebook.telling import Implication, of_activity, of_kinds
from schemas import CATEGORIES, LISTED_CATEGORIES
from tests.unit.projections.making import at, event, values

CRM = "urn:voipzeker:crm"
COLLECTIONS = "urn:voipzeker:collections"
CONTACT = Sight(frozenset({"contact"}))
DESK = Sight(frozenset({"identity", "address", "contact", "service"}))
MASKED = Sight(frozenset({"contact"}), frozenset(CATEGORIES) - {"contact"})
ALL_BUT_REMARKS = Sight(frozenset(LISTED_CATEGORIES))
PURPOSES = {
    "care": ["customer-support"],
    "incasso": ["collection"],
    "mixed": ["collection", "invoicing"],
}
KINDS = {"agency": ["collection-agency"], "net": ["carrier"]}


class Known(Register):
    """A register of a few entries."""

    def __init__(self) -> None: ...

    def recipient(self, id: str, stated: Iterable[str]) -> Implication:
        return of_kinds({*stated, *KINDS.get(id, ())})

    def activity(self, id: str) -> Implication:
        return of_activity(id, PURPOSES.get(id, ()))


def teller(sight: Sight = DESK) -> Teller:
    return Teller(sight, Known())


def said(name: str, sight: Sight = DESK, **members: Any) -> RecordedEvent | None:
    """An event as a reader is told of it."""
    return teller(sight).event(event(name, **{"source": CRM, **members}))


def seen(events: Sequence[RecordedEvent], sight: Sight = DESK) -> list[str]:
    """The ids of the events of a stream that are told."""
    return [one.id for one in teller(sight).selection(select(events)).shown]


@pytest.mark.parametrize("sight", [EVERYTHING, MASKED])
def test_a_reader_who_knows_of_every_category_sees_every_event_as_it_is(sight: Sight) -> None:
    events = [event("payment-default-recorded", invoice_ref="F", categories=["debt"])]
    selected = select(events)
    assert not sight.partial
    assert teller(sight).selection(selected) is selected
    assert teller(sight).shown(events[0]) is events[0]
    assert teller(sight).name(events[0]) == (events[0].source, events[0].id)


@pytest.mark.parametrize(
    "hidden",
    [
        {"categories": ["payment"]},
        {"categories": ["contact"], "fields": ["iban"]},
        {"sealed": values("k", "payment", iban="x")},
    ],
)
def test_data_of_hidden_categories_alone_is_not_there(hidden: dict[str, Any]) -> None:
    facts = {"fields": ["email"], "requested_by": "subject"} | hidden
    assert said("personal-data-corrected", sight=CONTACT, **facts) is None


def test_an_event_about_several_categories_tells_of_the_known_ones() -> None:
    told = said(
        "personal-data-corrected",
        sight=CONTACT,
        categories=["contact", "payment"],
        sealed=values("a", "contact", email="x") | values("b", "payment", iban="y"),
        fields=["email", "iban", "a_later_field"],
        requested_by="subject",
        reason="typing-error",
        request_ref="V-1",
        activity="care",
    )
    assert told is not None
    assert (told.categories, set(told.sealed), told.activity) == (("contact",), {"contact"}, "care")
    assert told.facts == {"fields": ["email", "a_later_field"], "requested_by": "subject"}


def test_a_decision_tells_what_became_of_known_categories_and_not_why() -> None:
    told = said(
        "erasure-decided",
        sight=CONTACT,
        cause="request",
        request_ref="V-1",
        decisions={
            "contact": {
                "decision": "restrict",
                "ground": "dispute",
                "until": "2027-01-01",
                "ref": "G",
            },
            "payment": {"decision": "retain", "ground": "debt"},
        },
    )
    assert told is not None
    assert told.facts == {
        "decisions": {"contact": {"decision": "restrict", "until": "2027-01-01"}},
        "cause": "request",
    }
    assert said("erasure-decided", decisions={"debt": {"decision": "retain"}}) is None


@pytest.mark.parametrize(
    "hidden",
    [
        {"reason": "unpaid"},
        {"reason": "unpaid", "activity": "incasso", "provision": "nl.rv.475g"},
        {"source": COLLECTIONS, "legal_basis": "6-1-f"},
        {"categories": ["service", "debt"]},
        {"categories": ["debt"]},
        {},
    ],
)
def test_a_blocked_service_is_told_in_the_same_words_whatever_the_reason(
    hidden: dict[str, Any],
) -> None:
    block: dict[str, Any] = {
        "position": 7,
        "id": "dunning-1",
        "service": "voip",
        "contract_ref": "C-1",
    }
    told = said("service-blocked", **block, **hidden)
    assert told is not None
    assert told.facts == {"service": "voip", "contract_ref": "C-1"}
    assert (told.activity, told.legal_basis, told.provision) == (None, None, None)
    assert "debt" not in told.categories
    shown = teller().shown(told)
    assert (shown.source, shown.id) == ("", "7")


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("payment-default-recorded", {"invoice_ref": "F-1"}),
        ("collection-notice-sent", {"invoice_ref": "F-1", "categories": ["identity"]}),
        ("credit-check-requested", {"reason": "new-customer", "categories": ["identity"]}),
        ("human-review-completed", {"outcome": "kept"}),
        ("customer-warned", {"case_ref": "MB-1", "channel": "phone"}),
        ("dispute-opened", {"case_ref": "G-1", "forum": "court"}),
        ("court-petition-received", {"case_ref": "G-1"}),
        ("service-message-sent", {"channel": "post", "activity": "incasso"}),
        ("service-message-sent", {"channel": "post", "activity": "debt-collection"}),
        ("service-message-sent", {"channel": "post", "categories": ["contact", "debt"]}),
        ("service-message-sent", {"channel": "post", "source": COLLECTIONS}),
        ("invoice-sent", {"channel": "post", "reference": "F", "categories": ["identity", "debt"]}),
        ("personal-data-accessed", {"employee": "e", "purpose": "collection"}),
        ("personal-data-accessed", {"employee": "e", "categories": ["identity", "credit"]}),
        ("personal-data-collected", {"from_recipient": "agency", "categories": ["contact"]}),
        ("rights-request-received", {"right": "human-review", "request_ref": "V-1"}),
        ("objection-raised", {"activity_objected": "incasso"}),
        ("objection-raised", {"activity_objected": "nobody-declared-it"}),
        ("recipient-notified", {"recipient": "agency", "action": "rectified"}),
        ("emergency-call-disclosed", {"recipient": "112", "categories": ["identity"]}),
        ("a-type-of-a-later-version", {"categories": ["contact"]}),
    ],
)
def test_what_tells_of_a_hidden_category_in_any_word_is_not_there(
    name: str, facts: dict[str, Any]
) -> None:
    assert said(name, **facts) is None


def _disclosure(**members: Any) -> dict[str, Any]:
    facts = {"recipient": "net", "recipient_kind": "carrier", "purpose": "call-routing"}
    more = {"fields": ["name"], "method": "push", "country": "NL", "categories": ["identity"]}
    return {**facts, **more, "necessity_reason": "owes", "case_ref": "D-1", **members}


@pytest.mark.parametrize(
    "hidden",
    [
        {"recipient_kind": "collection-agency"},
        {"recipient": "agency"},
        {"recipient_kind": "bailiff"},
        {"recipient_kind": "credit-bureau"},
        {"purpose": "collection"},
        {"purpose": "solvency-check"},
        {"provision": "rv.475g"},
        {"activity": "incasso"},
        {"source": COLLECTIONS},
        {"categories": ["identity", "debt"]},
        {"fields": ["name", "claim_amount"]},
    ],
)
def test_a_disclosure_that_tells_of_a_hidden_category_is_not_there(hidden: dict[str, Any]) -> None:
    assert said("personal-data-disclosed", **_disclosure(**hidden)) is None
    row = disclosures.evolve(
        None, event("personal-data-disclosed", **{"source": CRM, **_disclosure(**hidden)})
    )
    assert [*teller().rows([row])] == []


def test_another_disclosure_is_told_without_why_it_had_to_be() -> None:
    facts = _disclosure(
        categories=["identity", "payment"], fields=["name", "iban"], activity="care", position=3
    )
    row = disclosures.evolve(None, event("personal-data-disclosed", **{"source": CRM, **facts}))
    (told,) = teller().rows([row])
    assert (told.categories, told.fields, told.activity) == (("identity",), ["name"], "care")
    assert (told.purpose, told.recipient, told.case_ref) == ("call-routing", "net", None)
    assert "necessity_reason" not in told.facts


def test_words_that_nobody_knows_are_left_out_and_the_event_is_told() -> None:
    told = said(
        "personal-data-disclosed",
        **_disclosure(
            purpose="a-purpose-of-ours", activity="undeclared", provision="x.1", source="urn:x"
        ),
    )
    assert told is not None
    assert "purpose" not in told.facts
    assert (told.activity, told.provision) == (None, None)
    assert teller().name(told) == ("", str(told.position))


def test_an_activity_with_another_purpose_beside_tells_nothing() -> None:
    told = said("invoice-sent", channel="email", reference="F", activity="mixed")
    assert told is not None
    assert told.activity == "mixed"


def test_who_may_know_of_all_but_remarks_is_told_whole() -> None:
    facts: dict[str, Any] = {"reason": "unpaid", "service": "voip", "contract_ref": "C"}
    told = said("service-blocked", sight=ALL_BUT_REMARKS, activity="incasso", **facts)
    assert told is not None
    assert (told.facts, told.activity) == (facts, "incasso")
    assert said("payment-default-recorded", sight=ALL_BUT_REMARKS, invoice_ref="F") is not None
    assert said("court-petition-received", sight=ALL_BUT_REMARKS, case_ref="G") is None


def test_what_belongs_to_a_hidden_case_is_hidden_with_it() -> None:
    def request(ref: str, right: str) -> list[RecordedEvent]:
        named: dict[str, Any] = {"request_ref": ref, "source": CRM}
        return [
            event("rights-request-received", 1, id=f"{ref}-1", right=right, **named),
            event("identity-verified", 2, id=f"{ref}-2", **named),
            event("rights-request-answered", 3, id=f"{ref}-3", outcome="granted", **named),
        ]

    nowhere = event("identity-verified", 4, id="nowhere", request_ref="V-9", source=CRM)
    events = [*request("V-1", "human-review"), *request("V-2", "access"), nowhere]
    assert seen(events) == ["V-2-1", "V-2-2", "V-2-3"]


def test_a_notice_of_a_hidden_disclosure_is_hidden_with_it() -> None:
    kinds: dict[str, Any] = {"open": {}, "closed": {"recipient_kind": "bailiff"}}
    given = [
        event("personal-data-disclosed", id=id, **{"source": CRM, **_disclosure(**members)})
        for id, members in kinds.items()
    ]
    told = [
        event(
            "disclosure-notice-given",
            1,
            id=f"of-{id}",
            disclosure_id=id,
            channel="post",
            source=CRM,
        )
        for id in (*kinds, "nothing")
    ]
    assert seen([*given, *told]) == ["open", "of-open"]


def test_what_takes_back_a_hidden_event_is_hidden_with_it() -> None:
    taking: dict[str, Any] = {"source": CRM, "reason": "mistake"}
    hidden = event("payment-default-recorded", id="one", invoice_ref="F", source=CRM)
    known = event("contract-concluded", id="two", contract_ref="C", source=CRM)
    of_hidden = event("event-annulled", 1, id="three", annuls="one", **taking)
    of_known = event("event-annulled", 1, id="four", annuls="two", **taking)
    again = event("event-annulled", 2, id="five", annuls="four", **taking)
    of_nothing = event("event-annulled", 1, id="six", annuls="no", **taking)
    elsewhere = event(
        "event-annulled", 1, id="seven", annuls="two", annuls_source="urn:x", **taking
    )
    events = [hidden, known, of_hidden, of_known, again, of_nothing, elsewhere]
    assert seen(events) == ["two", "four", "five"]
    selected = teller().selection(select(events))
    assert set(selected.annulled.values()) == {ANNULLED}
    assert {event.id for event in selected.counted} == {"two", "five"}
    assert all(not one.facts for one in selected.shown if one.name == "event-annulled")


def test_what_counts_is_what_is_told_with_its_effect() -> None:
    known = event("contract-concluded", 1, contract_ref="C", source=CRM, position=5)
    hidden = event("payment-default-recorded", 2, invoice_ref="F", source=CRM, position=9)
    void = event("event-annulled", 0, id="void", annuls="e", source=CRM)
    selected = teller().selection(select([known, hidden, void]))
    assert [one.name for one in selected.counted] == ["contract-concluded"]
    assert selected.position == 5


def test_a_hold_of_which_the_person_may_not_be_told_is_not_there_either() -> None:
    knows_disputes = Sight(frozenset(LISTED_CATEGORIES) - {"payment"})
    facts: dict[str, Any] = {
        "categories": ["contact", "payment"],
        "review_on": "2027-01-01",
        "source": CRM,
    }
    placed = [
        event("legal-hold-placed", id=ground, hold_ref=f"H-{ground}", ground=ground, **facts)
        for ground in ("dispute", UNDISCLOSED)
    ]
    assert seen(placed, knows_disputes) == ["dispute"]
    assert seen(placed, DESK) == []
    holds = [
        Hold(f"H-{ground}", ("contact", "payment"), ground, at(0).date(), None, at(0), at(0))
        for ground in ("dispute", UNDISCLOSED)
    ]
    told = teller(knows_disputes).hold(holds[0])
    assert told is not None
    assert told.categories == ("contact",)
    assert teller(knows_disputes).hold(holds[1]) is None
    assert teller(DESK).hold(holds[0]) is None


def test_a_read_is_told_without_what_was_asked_in_which_role_and_why() -> None:
    read: dict[str, Any] = {
        "reader": "r",
        "role": "fraud-analyst",
        "query": "may",
        "reason": "fraud",
        "case_ref": "MB",
    }
    told = said("ledger-read", categories=["contact", "debt"], **read)
    assert told is not None
    assert (told.facts, told.categories) == ({"reader": "r"}, ("contact",))
    assert said("ledger-read", categories=["debt"], **read) is not None


def test_keys_are_for_folds_and_not_for_answers() -> None:
    told = said(
        "personal-data-erased",
        categories=["contact", "debt"],
        ground="request",
        keys_destroyed=["a"],
    )
    assert told is not None
    assert told.facts["keys_destroyed"] == ["a"]
    assert "keys_destroyed" not in teller().shown(told).facts
