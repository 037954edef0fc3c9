"""Drawn events that a rule may judge, or that say how: few people, few codes, moments days apart."""

from typing import Any
from uuid import uuid5

from hypothesis import strategies as st

from schemas import CATEGORIES
from tests.property.spec_parts import Spec, merged, named, persons, with_
from tests.property.view_specs import accounts, annulling, complete, consented, sealed
from tests.unit.projections.making import ANNA, BERT, CRM, HR, IT, OFFICE, OURS, PORTAL, SPACE

CARLA, EVA = uuid5(SPACE, "carla"), uuid5(SPACE, "eva")
DAY = 1440
# Before, around and after the deadlines of hours, days, a month and a year.
MOMENTS = [-400 * DAY, -40 * DAY, -2 * DAY, 0, 1, DAY, 4 * DAY, 35 * DAY, 400 * DAY, 4000 * DAY]
moments = with_(minutes=st.sampled_from(MOMENTS))
everyone = with_(stream=st.sampled_from([ANNA, BERT, CARLA]))
employees = with_(stream=st.just(EVA))


def told(*names: str, of: Any = persons, **members: st.SearchStrategy[Any]) -> Any:
    return merged(named(*names), of, moments, with_(**members))


one_of = st.sampled_from
cases = one_of(["c1", "c2"])
dates = one_of(["2026-01-01", "2026-02-28", "2026-03-01", "2026-03-02", "2026-05-01"])
listed = st.lists(one_of(["contact", "traffic", "fraud"]), max_size=2, unique=True)
ids = st.integers(1, 9).map(lambda place: f"i{place % 7}{place:03}")
recipients = one_of(["acme", "police"])
registers = with_(subject=one_of(["recipient/acme", "recipient/police"]))

DPF = {"framework": "dpf", "valid_from": "2026-02-01"}
DPF_ENDED = {"framework": "dpf", "valid_from": "2026-01-01", "valid_to": "2026-03-01"}

disclosed = told(
    "personal-data-disclosed",
    of=everyone,
    recipient=recipients,
    recipient_kind=one_of(["processor", "police", "collection-agency", "group-company"]),
    country=one_of(["NL", "US", "GB", "IN"]),
    purpose=one_of(["service", "marketing", "sale"]),
    fields=st.lists(one_of(["name", "email", "called_number", "fraud_signal"]), max_size=2),
    categories=listed,
    provision=one_of(
        [None, None, "nl.sv.126na", "nl.uavg.33.4", "nl.tw.11.11", "eu.2023.1543", "nl.nowhere"]
    ),
    notice=one_of(["none", "required"]),
    case_ref=cases,
    transfer_mechanism=one_of(["scc", "dpf", "none"]),
)
by_nature = told(
    "emergency-call-disclosed",
    "malicious-call-data-disclosed",
    "equipment-shipped",
    recipient=recipients,
    fields=st.just(["name"]),
)
ported = told("number-porting-performed", recipient=recipients, direction=one_of(["in", "out"]))
recipient_acts = told(
    "recipient-registered",
    "recipient-changed",
    "recipient-ended",
    of=registers,
    valid_from=dates,
    valid_to=dates,
    kind=one_of(["processor", "police"]),
    country=one_of(["NL", "US", "IN"]),
    transfer_mechanism=one_of([None, "none"]),
    certifications=one_of([[], [DPF], [DPF_ENDED]]),
)
duties = told(
    "disclosure-notice-requested",
    "disclosure-notice-given",
    "disclosure-notice-withheld",
    disclosure_id=ids,
)
notified = told(
    "recipient-notified", of=everyone, recipient=recipients, action=one_of(["erase", "rectify"])
)
agreements = told(
    "transfer-agreement-recorded",
    "transfer-agreement-ended",
    of=everyone,
    countries=one_of([["US"], ["GB"], []]),
)
notices = told("collection-notice-sent", of=everyone, invoice_ref=cases, deadline=dates)

marketing = told(
    "marketing-message-sent",
    of=everyone,
    channel=one_of(["email", "phone", "pigeon"]),
    purpose=one_of(["newsletter", "telemarketing", "spring"]),
)
opinions = told(
    "marketing-objection-recorded", of=everyone, channel=one_of(["email", "phone", "all", "fax"])
)
consents = merged(
    consented,
    everyone,
    moments,
    with_(
        valid_until=one_of([None, "2026-03-02T00:00:00Z", "2027-01-01T00:00:00+01:00"]),
        method=one_of(["checkbox", "checkbox", "implied"]),
    ),
)
account_acts = merged(accounts, moments)
contacts = told(
    "contact-person-added",
    "contact-person-removed",
    of=with_(stream=st.just(CARLA)),
    customer=st.just(str(BERT)),
)
gone = told(
    "personal-data-erased",
    source=one_of(["urn:processing-ledger:erasure", CRM]),
    categories=one_of([["contact"], list(CATEGORIES)]),
    keys_destroyed=st.lists(one_of(["contact-k0", "contact-k1", "traffic-k0"]), unique=True),
)

credit = told("credit-check-requested", reason=one_of(["new-customer", "large-order"]))
orders = told("order-placed", large_order=st.booleans())
collected = merged(
    told("personal-data-collected", of=everyone, origin=one_of(["customer", "third-party"])),
    with_(sealed=sealed),
)
contracts = told(
    "contract-concluded", "contract-ended", "contract-changed", of=everyone, contract_ref=cases
)
holds = told(
    "legal-hold-placed",
    "legal-hold-released",
    of=everyone,
    hold_ref=cases,
    categories=one_of([["contact"], ["contact", "traffic"]]),
    ground=st.just("civil-claim"),
    review_on=st.just("2030-01-01"),
)
disputes = told("dispute-opened", "dispute-closed", of=everyone, case_ref=cases)
debts = told("payment-default-recorded", "collection-closed", of=everyone, invoice_ref=cases)
restrictions = told(
    "processing-restricted",
    "restriction-lifted",
    of=everyone,
    categories=one_of([["contact"], ["contact", "traffic"]]),
)
informed = told(
    "privacy-notice-provided",
    of=everyone,
    article=one_of(["13", "14"]),
    version=one_of(["v1", "v2"]),
)
published = told("privacy-notice-published", of=with_(subject=st.just("notice/v1")))
by_program = st.one_of(
    told("automated-decision-made", decision=one_of(["refused", "deposit"])),
    told(
        "credit-check-result-received",
        outcome=one_of(["refused", "deposit"]),
        automated=st.booleans(),
    ),
)
decided_by_program = merged(by_program, with_(legal_basis=one_of(["6-1-b", "6-1-f"])))
fed = merged(
    told("bulk-feed-delivered", of=registers, recipient_kind=one_of([None, "police"])),
    with_(legal_basis=one_of([None, "6-1-c"])),
)
permitted = told(
    "app-permission-granted",
    "app-permission-revoked",
    "app-permission-denied",
    permission=one_of(["contacts", "camera"]),
)
uploaded = told("contact-list-uploaded", "contact-list-purged")
taken_over = told(
    "contract-taken-over",
    contract_ref=cases,
    from_customer=one_of([str(ANNA), str(BERT)]),
    to_customer=one_of([str(BERT), str(ANNA), str(EVA)]),
)

looked = told("personal-data-accessed", employee=st.just(str(EVA)), role=cases, categories=listed)
roles = told("role-defined", of=with_(subject=one_of(["role/c1", "role/c2"])), categories=listed)
administrations = with_(source=one_of([CRM, OFFICE, HR, IT]))
ending = one_of([None, "2026-03-02T00:00:00Z", "2027-01-01T00:00:00+01:00"])
granted = merged(
    told("role-granted", "role-revoked", of=employees, role=cases, valid_until=ending),
    administrations,
)
let_through = told(
    "ledger-read", of=everyone, reader=st.just(str(EVA)), role=cases, role_held=st.just(False)
)
staff = told(
    "employment-started", "employment-ended", "vog-presented", of=employees, issued_on=dates
)

misused = told("misuse-suspected", "customer-warned", case_ref=cases)
complained = told("complaint-received", "complaint-answered", complaint_ref=cases)
requests = told(
    "rights-request-received",
    "rights-request-extended",
    "rights-request-answered",
    "rights-request-refused",
    "access-report-issued",
    request_ref=cases,
    received_on=dates,
)
done_for = told(
    "human-review-completed",
    "portability-export-issued",
    request_ref=cases,
)
identities = merged(
    told("identity-verification-failed", "identity-verified", request_ref=cases),
    st.sampled_from([{}, {"information_asked": "more"}]),
)
breaches = told(
    "breach-detected",
    "breach-assessed",
    "authority-notified",
    of=with_(subject=st.just("breach/b1")),
    detected_at=one_of(["2026-03-01T09:00:00Z", "2026-01-01T00:00:00+01:00"]),
    regime=one_of(["avg", "telecom"]),
    phase=one_of(["initial", "full"]),
    risk=one_of(["none", "high"]),
)
_basis = with_(
    activity=one_of(["billing", "support", None]), legal_basis=one_of(["6-1-a", "6-1-f"])
)
used = st.one_of(
    merged(
        told(
            "marketing-message-sent",
            of=everyone,
            channel=one_of(["email", "post"]),
            purpose=st.just("newsletter"),
        ),
        _basis,
    ),
    merged(
        told(
            "personal-data-accessed",
            of=everyone,
            employee=st.just(str(EVA)),
            role=cases,
            case_ref=cases,
            categories=listed,
        ),
        _basis,
    ),
)
stopped = st.one_of(
    told(
        "objection-raised",
        "objection-upheld",
        "objection-overruled",
        of=everyone,
        activity_objected=one_of(["billing", "billing", "newsletter"]),
    ),
    told(
        "processing-restricted",
        "restriction-lifted",
        of=everyone,
        categories=one_of([["contact"], ["address", "contact"]]),
    ),
)
purposes = st.lists(
    one_of(["invoicing", "newsletter", "telemarketing"]).map(
        lambda purpose: {"purpose": purpose, "legal_basis": "6-1-a"}
    ),
    max_size=2,
)
activities = told(
    "processing-activity-declared",
    "processing-activity-changed",
    of=with_(subject=one_of(["activity/billing", "activity/newsletter"])),
    purposes=purposes,
)
# What the ledger decided itself: a restriction while a hold stands, or something else.
decided = merged(
    told("erasure-decided", of=everyone),
    with_(
        source=st.just(OURS),
        cause=st.just("request"),
        decisions=st.builds(
            lambda decision, ref: {
                "contact": {"decision": decision, "rule": "law.erasure.hold", "ref": ref}
            },
            one_of(["restrict", "restrict", "retain"]),
            cases,
        ),
    ),
)
systems = merged(
    told(
        "system-registered",
        of=with_(subject=one_of(["system/crm", "system/portal"])),
        sources=one_of([None, [], [CRM], [PORTAL, OFFICE], [HR, IT]]),
    ),
    st.sampled_from([{}, {}, {"types": ["role-granted"]}, {"types": []}]),
    administrations,
)

LIVES: list[list[st.SearchStrategy[Spec]]] = [
    [disclosed, disclosed, recipient_acts, duties, notified, agreements, notices],
    [disclosed, by_nature, ported, recipient_acts, duties, systems],
    [marketing, marketing, opinions, consents, account_acts, contacts, gone],
    [credit, credit, orders, account_acts, taken_over],
    [collected, contacts, informed, published, permitted, uploaded, gone],
    [decided_by_program, consents],
    [fed, recipient_acts],
    [collected, collected, contracts, taken_over, holds, account_acts, contacts, gone],
    [collected, collected, holds, disputes, debts, restrictions, account_acts, gone],
    [looked, looked, roles, granted, staff],
    [let_through, let_through, granted, granted, staff],
    [granted, systems, systems, marketing],
    [misused, complained, complained],
    [misused, requests, requests, breaches, breaches],
    [requests, requests, identities, identities, done_for],
    [used, used, stopped, stopped, disclosed, requests],
    [used, used, stopped, stopped, activities, activities, consents],
    [used, used, decided, decided, holds, holds, stopped, account_acts],
]
"""Kinds of events that have to do with each other; drawn alone, they meet often."""


@st.composite
def facts(draw: st.DrawFn) -> Spec:
    """One event of any of these kinds."""
    return draw(complete(*(kind for kinds in LIVES for kind in kinds)))


def lives() -> st.SearchStrategy[list[Spec]]:
    """Short ledgers of events that have to do with each other, and of annulments."""
    return st.one_of(
        *(st.lists(complete(*kinds, *kinds, annulling), min_size=2, max_size=12) for kinds in LIVES)
    )
