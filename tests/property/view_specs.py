"""Drawn ledgers: short lists of every kind of event that a view looks at, full of ties and mistakes."""

from collections.abc import Sequence
from datetime import date

from hypothesis import strategies as st

from ledger.event import RecordedEvent, Sealed
from sample.tc_strings import tc_string
from schemas import CATEGORIES
from schemas.sources import OFFICE_LABEL
from tests.property.order_specs import (
    order_acts,
    preservation_acts,
    restriction_acts,
    secrecy_acts,
    secret_disclosures,
)
from tests.property.spec_parts import Spec, merged, named, persons, with_
from tests.unit.projections.making import CRM, OFFICE, OURS, PORTAL, event

ACTIVITIES = ["billing", "support"]
DAYS = ["2026-01-01", "2026-02-01", "2026-02-28"]

minutes = st.integers(0, 2)
common = st.fixed_dictionaries(
    {"minutes": minutes, "source": st.sampled_from([CRM, PORTAL, OFFICE])},
    optional={"sequence": st.integers(0, 1)},
)
sealed = st.dictionaries(
    st.sampled_from(["contact", "traffic"]),
    st.tuples(st.sampled_from(["k0", "k1", "k2"]), st.sampled_from(["one", "other", "both"])),
    max_size=2,
)
FIELDS = {"contact": ("email", "mobile_number"), "traffic": ("called_number", "calling_number")}
# Which of them an event has: a later group may cover a part of an earlier one.
SHARES = {"one": slice(1), "other": slice(1, 2), "both": slice(2)}


concerning = st.fixed_dictionaries(
    {},
    optional={
        "activity": st.sampled_from(ACTIVITIES),
        "legal_basis": st.sampled_from(["6-1-a", "6-1-b", "6-1-c"]),
        "categories": st.lists(st.sampled_from(["contact", "traffic", "debt"]), max_size=3),
    },
)
accounts = merged(
    named("customer-registered", "account-deactivated", "account-reactivated", "ledger-read"),
    persons,
    concerning,
    with_(customer_kind=st.sampled_from(["consumer", "legal-entity"])),
)
contracts = merged(
    named("contract-concluded", "contract-changed", "contract-ended"),
    persons,
    with_(contract_ref=st.sampled_from(["c1", "c2"])),
)
contacts = merged(
    named("contact-person-added", "contact-person-removed"),
    persons,
    with_(customer=st.just("11111111-1111-8111-8111-111111111111")),
)
collected = merged(
    named("personal-data-collected", "personal-data-corrected"),
    persons,
    concerning,
    with_(sealed=sealed),
)
removed = merged(
    named("personal-data-removed"),
    persons,
    with_(
        fields=st.lists(
            st.sampled_from(["email", "mobile_number", "called_number"]), max_size=2, unique=True
        ),
        sealed=sealed,
    ),
)
erased = merged(
    named("personal-data-erased"),
    persons,
    with_(
        source=st.sampled_from([OURS, OURS, CRM]),
        categories=st.sampled_from([["contact"], ["contact", "traffic"], list(CATEGORIES)]),
        ground=st.sampled_from(["request", "retention"]),
        keys_destroyed=st.lists(
            st.sampled_from(["contact-k0", "contact-k1", "traffic-k0"]), unique=True
        ),
    ),
)
consented = merged(
    named(
        "consent-given",
        "consent-withdrawn",
        "consent-refused",
        "consent-renewed",
        "consent-invalidated",
    ),
    persons,
    with_(purpose=st.sampled_from(["newsletter", "telemarketing"]), channel=st.just("app")),
)
shown = merged(
    named("consent-given", "consent-withdrawn", "consent-refused", "cookie-preference-recorded"),
    persons,
    with_(
        purpose=st.just("analytics-cookies"),
        analytical=st.booleans(),
        gpc=st.booleans(),
        method=st.sampled_from(["checkbox", "implied"]),
        tc_string=st.sampled_from([tc_string(date(2024, 3, 1), p) for p in ((), (1,), (1, 8))]),
    ),
)
chosen = merged(
    named(
        "marketing-objection-recorded",
        "cookie-preference-recorded",
        "app-permission-granted",
        "app-permission-revoked",
        "caller-id-blocking-changed",
        "directory-listing-changed",
    ),
    persons,
    with_(
        channel=st.sampled_from(["email", "phone"]),
        permission=st.sampled_from(["camera", "contacts"]),
        analytical=st.booleans(),
        gpc=st.booleans(),
        blocked=st.booleans(),
        listed=st.booleans(),
    ),
)
given_away = merged(
    named("personal-data-disclosed"),
    persons,
    concerning,
    with_(
        recipient=st.sampled_from(["acme", "police"]),
        recipient_kind=st.sampled_from(["processor", "police"]),
        country=st.sampled_from(["NL", "US"]),
        purpose=st.just("service"),
        fields=st.just(["name"]),
    ),
)
given_by_nature = merged(
    named(
        "emergency-call-disclosed",
        "malicious-call-data-disclosed",
        "number-porting-performed",
        "equipment-shipped",
    ),
    persons,
    concerning,
    with_(recipient=st.sampled_from(["acme", "police"]), direction=st.just("out")),
)
fed = merged(
    named("bulk-feed-delivered"),
    with_(subject=st.sampled_from(["recipient/acme", "recipient/police"]), record_count=st.just(9)),
)
recipient_acts = merged(
    named("recipient-registered", "recipient-changed", "recipient-ended"),
    with_(
        subject=st.sampled_from(["recipient/acme", "recipient/police"]),
        valid_from=st.sampled_from(DAYS),
        kind=st.just("processor"),
        role=st.just("processor"),
        country=st.just("DE"),
        valid_to=st.sampled_from(DAYS),
        reason=st.just("r"),
    ),
    concerning,
)
activity_acts = merged(
    named(
        "processing-activity-declared",
        "processing-activity-changed",
        "processing-activity-retired",
        "dpia-linked",
    ),
    with_(
        subject=st.sampled_from(["activity/billing", "activity/support"]),
        purposes=st.just([{"purpose": "p", "legal_basis": "6-1-b"}]),
        data_categories=st.lists(st.sampled_from(["contact", "traffic"]), max_size=2),
        recipient_kinds=st.just(["processor"]),
        countries=st.just(["NL"]),
        reason=st.just("r"),
    ),
)
notice_acts = merged(
    named("privacy-notice-published"),
    with_(
        subject=st.sampled_from(["notice/1", "notice/2"]),
        version=st.sampled_from(["1", "2"]),
        effective_from=st.sampled_from(DAYS),
        sha256=st.just("s"),
        claims=st.sampled_from(
            [{"vog": "all"}, [{"clause": "5.1", "claim": "vog", "value": "all"}]]
        ),
    ),
)
staff_acts = st.one_of(
    merged(
        named("role-granted", "role-revoked", "employment-started", "employment-ended"),
        persons,
        with_(
            role=st.sampled_from(["agent", "clerk"]),
            valid_until=st.sampled_from(
                [None, "2026-03-02T00:00:00+01:00", "2027-01-01T00:00:00Z"]
            ),
        ),
    ),
    merged(
        named("vog-presented"),
        persons,
        with_(profile=st.sampled_from(["45", "60"]), issued_on=st.sampled_from(DAYS)),
    ),
    merged(
        named("role-defined"),
        with_(
            subject=st.sampled_from(["role/agent", "role/clerk"]),
            categories=st.sampled_from([[], ["contact"], ["traffic", "contact"]]),
        ),
    ),
)
_ref = with_(request_ref=st.sampled_from(["R-1", "R-2"]))
request_acts = st.one_of(
    merged(
        named("rights-request-received"),
        persons,
        _ref,
        with_(
            right=st.sampled_from(["access", "erasure"]),
            channel=st.just("post"),
            received_on=st.sampled_from(DAYS),
        ),
    ),
    merged(
        named("identity-verification-failed"),
        persons,
        _ref,
        st.sampled_from([{}, {"information_asked": "more"}]),
    ),
    merged(
        named("identity-verified", "access-report-issued"),
        persons,
        _ref,
    ),
    merged(named("rights-request-extended"), persons, _ref, with_(reason=st.just("complexity"))),
    merged(
        named("rights-request-answered"),
        persons,
        _ref,
        with_(outcome=st.sampled_from(["granted", "withdrawn"])),
    ),
    merged(named("rights-request-refused"), persons, _ref, with_(ground=st.just("excessive"))),
)
measure_acts = merged(
    named("security-measure-adopted", "security-measure-adopted", "security-measure-retired"),
    with_(subject=st.sampled_from(["measure/vault", "measure/lock"]), owner=st.just("it")),
)
told_of = merged(
    named("recipient-notified"),
    persons,
    with_(
        recipient=st.sampled_from(["acme", "police"]),
        action=st.sampled_from(["rectified", "erasure", "restriction", "greeted"]),
        outcome=st.sampled_from(["told", "impossible"]),
        categories=st.sampled_from([[], ["contact"], ["traffic"]]),
    ),
)
case_ended = merged(
    named("collection-closed", "misuse-resolved"),
    persons,
    with_(
        outcome=st.sampled_from(["paid", "unpaid", "unfounded"]),
        categories=st.sampled_from([[], ["debt"], ["contact"], ["fraud"]]),
    ),
)
restricted = merged(
    named("processing-restricted", "restriction-lifted"),
    persons,
    with_(ground=st.just("unlawful"), categories=st.sampled_from([["contact"], ["traffic"]])),
)
incident_acts = st.one_of(
    merged(
        named("breach-detected", "breach-assessed", "authority-notified", "breach-closed"),
        with_(
            subject=st.sampled_from(["breach/b1", "breach/b2"]),
            detected_at=st.sampled_from(["2026-03-01T09:00:00Z", "2026-02-27T09:00:00+01:00"]),
            regime=st.sampled_from(["avg", "telecom", "telecom/gdpr"]),
            phase=st.sampled_from(["initial", "full"]),
            risk=st.sampled_from(["none", "high"]),
        ),
    ),
    merged(
        named("misuse-suspected", "customer-warned", "misuse-resolved"),
        persons,
        with_(case_ref=st.sampled_from(["M-1", "M-2"])),
    ),
    merged(named("subjects-notified"), persons, with_(breach_ref=st.just("b1"))),
)
complaint_acts = merged(
    named("complaint-received", "complaint-answered"),
    persons,
    with_(
        complaint_ref=st.sampled_from(["KL-1", "KL-2"]),
        via=st.just("email"),
        outcome=st.sampled_from(["upheld", "unfounded"]),
    ),
)
hold_acts = merged(
    named("legal-hold-placed", "legal-hold-reviewed", "legal-hold-released"),
    persons,
    with_(
        hold_ref=st.sampled_from(["H-1", "H-2"]),
        ground=st.just("claim"),
        owner=st.sampled_from([None, "legal", "finance"]),
        review_on=st.sampled_from(DAYS),
        categories=st.sampled_from([["contact"], ["traffic", "contact"]]),
    ),
)
# What is annulled is drawn as a distance to another event of the list, before or after it.
annulling = merged(
    named("event-annulled"),
    with_(
        distance=st.sampled_from([-3, -2, -1, -1, 1, 2]),
        by=st.sampled_from(["its source", "its source", "the office", "another"]),
        later=st.integers(0, 3),
    ),
)
# Kinds of events that say something to a view; drawn alone, they meet often.
SPEAKING: dict[str, list[st.SearchStrategy[Spec]]] = {
    "customer_state": [
        accounts,
        contracts,
        contacts,
        collected,
        collected,
        removed,
        erased,
        erased,
    ],
    "consent_status": [consented, chosen],
    "disclosures": [given_away, given_by_nature, fed],
    "recipients": [recipient_acts],
    "notices": [notice_acts],
    "staff": [staff_acts, staff_acts],
    "rights_requests": [request_acts, request_acts],
    "incidents": [incident_acts, incident_acts],
    "complaints": [complaint_acts, complaint_acts],
    "legal_holds": [hold_acts, hold_acts],
    "notifications": [
        *(given_away, collected, removed, erased, restricted, told_of, told_of),
        *(case_ended, case_ended),
    ],
    "measures": [measure_acts],
    "orders": [order_acts, order_acts, secrecy_acts, preservation_acts],
    "secrecy": [
        *(secret_disclosures, secret_disclosures, secrecy_acts, order_acts),
        *(preservation_acts, restriction_acts),
    ],
    "processing_register": [given_away, collected, activity_acts],
}


def complete(*kinds: st.SearchStrategy[Spec]) -> st.SearchStrategy[Spec]:
    """Events of some kinds, with a time, a source and perhaps a sequence."""
    return st.one_of(*kinds).flatmap(lambda spec: common.map(lambda shared: shared | spec))


EVERY_KIND = [
    accounts,
    collected,
    removed,
    erased,
    consented,
    shown,
    chosen,
    given_away,
    given_by_nature,
    fed,
    recipient_acts,
    notice_acts,
    staff_acts,
    request_acts,
    told_of,
    restricted,
    incident_acts,
    hold_acts,
    measure_acts,
    order_acts,
    secrecy_acts,
]
specs = complete(*EVERY_KIND, activity_acts, annulling, annulling)


def speaking(view: str) -> st.SearchStrategy[list[Spec]]:
    """Short ledgers of events that say something to a view, and of annulments."""
    kinds = SPEAKING[view]
    return st.lists(complete(*kinds, *kinds, annulling), min_size=2, max_size=10)


def build(drawn: Sequence[Spec], first: int = 1, known: Sequence[Spec] = ()) -> list[Spec]:
    """Give every spec its id, and annulments what they annul, among all of `known` and `drawn`."""
    result = [*known]
    for place, spec in enumerate(drawn, first):
        result.append(spec | {"id": f"i{place % 7}{place:03}", "value": f"v{place}"})
    for place, spec in enumerate(result):
        if "distance" in spec and "target" not in spec:
            other = place + spec["distance"]
            target = result[other] if 0 <= other < len(result) else {"id": "none", "minutes": 0}
            result[place] = spec | {"target": target}
    return result


def recorded(spec: Spec, position: int) -> RecordedEvent:
    """The event of a spec at a place in the ledger."""
    members = {k: v for k, v in spec.items() if k not in {"minutes", "value", "distance", "later"}}
    name, when = members.pop("name"), spec["minutes"]
    if "target" in members:
        target, by = members.pop("target"), members.pop("by")
        members |= {key: target[key] for key in ("stream", "subject") if key in target}
        members |= {"annuls": target["id"], "reason": "mistake"}
        source = target.get("source", CRM)
        if by == "its source":
            members["source"] = source
        elif by == "the office":
            members |= {"source": OFFICE, "annuls_source": source}
        when = target["minutes"] + spec["later"]
    if "sealed" in members:
        members["sealed"] = _sealed(members["sealed"], spec["value"])
    if name.startswith(("recipient-", "processing-")):
        members["name"] = spec["value"]
    if members.get("source") == OFFICE:
        # What the office says comes by its own commands; what else has its name may be forged.
        members.setdefault("came_by", {"file": OFFICE_LABEL, "line": 1})
    return event(name, when, position=position, **members)


def _sealed(drawn: dict[str, tuple[str, str]], value: str) -> dict[str, Sealed]:
    return {
        category: Sealed(
            key=f"{category}-{key}",
            fields=tuple(sorted(FIELDS[category][SHARES[many]])),
            blob=value,
        )
        for category, (key, many) in drawn.items()
    }


def ledger_of(specs: Sequence[Spec]) -> list[RecordedEvent]:
    return [recorded(spec, position) for position, spec in enumerate(specs, 1)]
