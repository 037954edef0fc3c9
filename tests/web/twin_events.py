"""Events of two ledgers that differ only in what is hidden from a role: pairs, each of which has one place.

A slot of a pair is the same in both ledgers (`plain`), tells the same to the role and differs in what it does
not tell (`reduced`), or is an event in each of which the role is told nothing (`hidden`). Whatever the types
are, what takes effect of an account, a service or a restriction is the same in both.
"""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import Any, NamedTuple, TypeVar

from schemas import CATEGORIES
from tests.fixtures.console import message

Event = dict[str, Any]
WHO, OTHER, CONTACT = "customer/1", "customer/2", "customer/1/contact/1"
UNSEEN = "visitor/9"
"""Of whom there is nothing but what is hidden from each role."""
PERSONS = (WHO, OTHER, CONTACT)
HIDDEN_EMAIL, EMAIL = "verborgen@example.nl", "bekend@example.nl"
_DAY = "2025-{:02}-{:02}T{:02}:{:02}:00+01:00"


class Hidden(NamedTuple):
    """A kind of event that is hidden from a role from which one of some categories is. `make`: its facts."""

    name: str
    tells: frozenset[str]
    make: Callable[[Random], Event]


def time_of(rng: Random) -> str:
    """A time of the year before."""
    return _DAY.format(
        rng.randint(1, 12), rng.randint(1, 28), rng.randint(0, 23), rng.randint(0, 59)
    )


def _hidden(name: str, tells: str, **facts: Any) -> Hidden:
    """Members that are functions are drawn."""

    def make(rng: Random) -> Event:
        return {key: fact(rng) if callable(fact) else fact for key, fact in facts.items()}

    return Hidden(name, frozenset(tells.split()), make)


def _some(*choices: Any) -> Callable[[Random], Any]:
    return lambda rng: rng.choice(choices)


def _ref(prefix: str) -> Callable[[Random], str]:
    return lambda rng: f"{prefix}-{rng.randint(1, 3)}"


COLLECTING = {"activity": "debt-collection", "legal_basis": "6-1-f"}
CHECKING = {"activity": "credit-assessment", "legal_basis": "6-1-f"}
GUARDING = {"activity": "fraud-prevention", "legal_basis": "6-1-f"}
ARGUING = {"activity": "dispute-handling", "legal_basis": "6-1-f"}
SERVING = {"activity": "customer-care", "legal_basis": "6-1-b"}
RIGHTS = {"activity": "privacy-rights", "legal_basis": "6-1-c", "provision": "eu.gdpr.12"}
_COLLECTED = {
    "origin": "customer",
    "channel": "portal",
    "necessity": "optional",
    "notice_version": "1",
}
_GIVEN = {
    "method": "push",
    "country": "NL",
    "fields": ["name"],
    "categories": ["identity"],
    "necessity_reason": "needed",
    "purpose": "service-provision",
}
_REASONS = _some("unpaid", "fraud", "debt-sold", "customer-request")


def _of_category(category: str, **personal: Any) -> Hidden:
    facts = {**_COLLECTED, **SERVING, "categories": [category], "personal": personal}
    return _hidden("personal-data-collected", category, **facts)


def _to(kind: str, recipient: str, tells: str, **more: Any) -> Hidden:
    facts = {**_GIVEN, **SERVING, "recipient": recipient, "recipient_kind": kind, **more}
    return _hidden("personal-data-disclosed", tells, **facts)


_NEUTRAL = {"activity": _some("dispute-handling", "credit-assessment", "service-delivery")}
"""An activity that may tell of nothing: the type does."""


def _hold(name: str) -> Hidden:
    return _hidden(
        name,
        "credit debt correspondence fraud",
        hold_ref=_ref("H"),
        ground=_some("dispute", "fraud", "debt"),
        review_on="2027-01-01",
        categories=_some(["identity"], ["contact", "debt"], ["debt"]),
        **ARGUING | _NEUTRAL,
    )


HIDDEN: tuple[Hidden, ...] = (
    _hidden(
        "payment-default-recorded",
        "debt",
        invoice_ref=_ref("F"),
        categories=_some([], ["identity"], ["identity", "debt"]),
        **COLLECTING | _NEUTRAL,
    ),
    _hidden(
        "collection-notice-sent",
        "debt",
        invoice_ref=_ref("F"),
        deadline="2026-02-01",
        **COLLECTING | _NEUTRAL,
    ),
    _hidden(
        "collection-closed",
        "debt",
        invoice_ref=_ref("F"),
        outcome=_some("paid"),
        **COLLECTING | _NEUTRAL,
    ),
    _hidden(
        "credit-check-requested",
        "credit",
        reason="new-customer",
        categories=["identity", "address"],
        **CHECKING | _NEUTRAL,
    ),
    _hidden(
        "credit-check-result-received",
        "credit",
        outcome="deposit",
        automated=True,
        categories=["credit"],
        personal=lambda rng: {"credit_score": rng.randint(1, 9)},
        **CHECKING | _NEUTRAL,
    ),
    _hidden(
        "automated-decision-made",
        "credit",
        decision="deposit",
        logic_ref="rules/1",
        **CHECKING | _NEUTRAL,
    ),
    _hidden(
        "human-review-completed",
        "credit",
        outcome="kept",
        request_ref=_ref("HR"),
        **CHECKING | _NEUTRAL,
    ),
    _hidden(
        "misuse-suspected",
        "fraud",
        case_ref=_ref("MB"),
        data_kinds=["login"],
        **GUARDING | _NEUTRAL,
    ),
    _hidden(
        "customer-warned", "fraud", case_ref=_ref("MB"), channel="phone", **GUARDING | _NEUTRAL
    ),
    _hidden(
        "misuse-resolved", "fraud", case_ref=_ref("MB"), outcome="no-misuse", **GUARDING | _NEUTRAL
    ),
    _hidden(
        "fraud-signal-recorded",
        "fraud",
        case_ref=_ref("MB"),
        categories=["fraud"],
        personal={"fraud_signal": "signal"},
        **GUARDING | _NEUTRAL,
    ),
    _hidden(
        "dispute-opened",
        "debt correspondence",
        case_ref=_ref("G"),
        forum="court",
        **ARGUING | _NEUTRAL,
    ),
    _hidden(
        "dispute-closed",
        "debt correspondence",
        case_ref=_ref("G"),
        forum="court",
        **ARGUING | _NEUTRAL,
    ),
    _hold("legal-hold-placed"),
    _hold("legal-hold-reviewed"),
    _hold("legal-hold-released"),
    _hidden(
        "court-petition-received", " ".join(CATEGORIES), case_ref=_ref("G"), **ARGUING | _NEUTRAL
    ),
    _hidden("supervisory-inquiry-received", " ".join(CATEGORIES), inquiry_ref=_ref("AP"), **RIGHTS),
    _to("collection-agency", "incasso", "debt"),
    _to("collection-agency", "incasso", "debt", **COLLECTING, purpose="collection"),
    _to("bailiff", "deurwaarder", "debt"),
    _to("credit-bureau", "krediettoets", "credit", **CHECKING, purpose="solvency-check"),
    _to("lawyer", "advocaat", "debt correspondence", **ARGUING, purpose="dispute-settlement"),
    _to("processor", "verwerker", "debt", purpose="collection"),
    _to("processor", "verwerker", "credit", **CHECKING),
    _to("processor", "onbekend", "debt", categories=["identity", "debt"], fields=["name"]),
    _to("carrier", "carrier", "debt", source="urn:voipzeker:collections"),
    _to("emergency-services", "meldkamer", "location", provision="nl.tw.11.10"),
    _hidden(
        "service-message-sent",
        "debt",
        channel=_some("post", "email"),
        reference=_some("reminder-1", "dunning-2"),
        categories=["contact"],
        **COLLECTING,
    ),
    _hidden(
        "service-message-sent",
        "debt",
        channel="post",
        reference="reminder-3",
        categories=["contact", "debt"],
        **SERVING,
    ),
    _hidden(
        "invoice-sent",
        "debt",
        channel="post",
        reference="dunning",
        categories=["identity", "debt"],
        **SERVING,
    ),
    _hidden(
        "personal-data-accessed",
        "debt",
        employee="employee/7",
        role="collections-officer",
        purpose="payment-default",
        case_ref="X-1",
        categories=["identity"],
        **SERVING,
    ),
    _hidden(
        "personal-data-accessed",
        "credit",
        employee="employee/7",
        role="helpdesk-agent",
        purpose="customer-question",
        case_ref="X-1",
        categories=["identity", "credit"],
        **SERVING,
    ),
    _of_category("debt", claim_amount=100),
    _of_category("correspondence", letter_text="brief"),
    _of_category("payment", account_holder="A. Naam"),
    _of_category("traffic", call_duration_s=3),
    _of_category("location", cell_id="c-1"),
    _of_category("device", operating_system="os"),
    _of_category("behaviour", visited_pages=["p"]),
    _hidden(
        "personal-data-collected",
        "remark",
        personal={"remark": "betaalt slecht"},
        **_COLLECTED,
        **SERVING,
    ),
    _hidden(
        "personal-data-collected",
        "debt",
        **_COLLECTED,
        **COLLECTING,
        categories=["contact"],
        personal={"email": HIDDEN_EMAIL},
    ),
    _hidden(
        "personal-data-collected",
        "debt",
        **{**_COLLECTED, "origin": "third-party", "from_recipient": "incasso"},
        **SERVING,
        categories=["contact"],
        personal={"email": HIDDEN_EMAIL},
    ),
    _hidden(
        "personal-data-corrected",
        "debt",
        fields=["claim_amount"],
        requested_by="system",
        reason="counted-again",
        categories=["debt"],
        personal={"claim_amount": 90},
        **SERVING,
    ),
    _hidden(
        "personal-data-removed",
        "correspondence",
        fields=["letter_text"],
        requested_by="subject",
        categories=["correspondence"],
        **SERVING,
    ),
    _hidden(
        "personal-data-erased",
        "debt",
        categories=["debt"],
        ground="retention",
        keys_destroyed=[],
        **SERVING,
    ),
    _hidden(
        "rights-request-received",
        "credit",
        request_ref=_ref("HR"),
        right="human-review",
        channel="post",
        received_on="2025-01-02",
        **RIGHTS,
    ),
    _hidden("identity-verified", "credit", request_ref=_ref("HR"), method="portal", **RIGHTS),
    _hidden("rights-request-answered", "credit", request_ref=_ref("HR"), outcome="kept", **RIGHTS),
    _hidden(
        "objection-raised",
        "credit debt",
        activity_objected=_some("credit-assessment", "debt-collection"),
        ground="own",
        **RIGHTS,
    ),
    _hidden(
        "recipient-notified",
        "debt",
        recipient="incasso",
        action="rectified",
        outcome="done",
        categories=["identity"],
        **RIGHTS,
    ),
    _hidden("disclosure-notice-given", "debt", disclosure_id="none", channel="post", **RIGHTS),
    _hidden(
        "disclosure-notice-withheld",
        " ".join(CATEGORIES),
        disclosure_id="none",
        ground="inspection",
        **RIGHTS,
    ),
    _hidden("event-annulled", "debt", annuls="nothing", reason="not-a-debtor"),
)

_BLOCKED = {"service": "voip", "contract_ref": "C-1"}


class Reduced(NamedTuple):
    """An event that tells a role the same whatever `hide` draws. `tells`: all of it must be hidden."""

    name: str
    facts: Event
    hide: Callable[[Random], Event]
    tells: frozenset[str] = frozenset({"debt", "credit", "fraud"})


def _hiding(**members: Callable[[Random], Any]) -> Callable[[Random], Event]:
    """Drawn members; one that is drawn as None is not there."""
    return lambda rng: {
        name: value for name, of in members.items() if (value := of(rng)) is not None
    }


_WHY = _some("unpaid", "fraud-suspected", "customer-request", None)
_WHEREFROM = {
    "activity": _some("service-delivery", "debt-collection", "fraud-prevention", "undeclared"),
    "legal_basis": _some("6-1-b", "6-1-f"),
    "source": _some("urn:voipzeker:network", "urn:voipzeker:collections", "urn:elders:dunning"),
}
_AMONG = _some(["service"], ["service", "debt"], ["service", "fraud", "credit"])
_ALONE = _some(["debt"], ["fraud", "credit"], None)
REDUCED: tuple[Reduced, ...] = (
    *(
        Reduced(name, _BLOCKED, _hiding(reason=_WHY, categories=among, **_WHEREFROM))
        for name in ("service-blocked", "service-unblocked", "service-deactivated")
        for among in (_AMONG, _ALONE)
    ),
    *(
        Reduced(name, {}, _hiding(reason=_REASONS, **_WHEREFROM))
        for name in ("account-deactivated", "account-reactivated")
    ),
    Reduced("contract-ended", {"contract_ref": "C-1"}, _hiding(reason=_WHY, **_WHEREFROM)),
    Reduced("portal-account-closed", {}, _hiding(reason=_WHY, **_WHEREFROM)),
    Reduced(
        "processing-restricted",
        {"categories": ["contact"], **RIGHTS},
        _hiding(ground=_some("debt-contested", "accuracy-contested")),
    ),
    Reduced(
        "personal-data-collected",
        {**_COLLECTED, **SERVING},
        lambda rng: {
            "categories": [
                "contact",
                *([extra] if (extra := rng.choice(["debt", "credit", ""])) else []),
            ],
            "personal": {"email": EMAIL}
            | ({"claim_amount": rng.randint(1, 9)} if extra == "debt" else {}),
        },
    ),
    Reduced(
        "personal-data-corrected",
        {"requested_by": "subject", **SERVING},
        lambda rng: {
            "reason": rng.choice(["typing-error", "debtor-found"]),
            "categories": ["contact", *(more := rng.choice([[], ["debt"]]))],
            "fields": ["email", *(["claim_amount"] if more else [])],
            "personal": {"email": EMAIL} | ({"claim_amount": 7} if more else {}),
        },
    ),
    Reduced(
        "personal-data-disclosed",
        {**_GIVEN, **SERVING, "recipient": "carrier", "recipient_kind": "carrier"},
        _hiding(
            necessity_reason=_some("owes-money", "needed"), case_ref=_some("DEBT-1", "V-1", None)
        ),
    ),
    Reduced(
        "personal-data-accessed",
        {"employee": "employee/7", "categories": ["identity"], **SERVING},
        _hiding(
            role=_some("collections-officer", "fraud-analyst", "helpdesk-agent"),
            purpose=_some("customer-question", "invoice-question"),
            case_ref=_some("DEBT-1", "MB-1"),
        ),
    ),
    Reduced(
        "consent-refused",
        {"purpose": "newsletter", "text_version": "1"},
        _hiding(reason=_WHY, **_WHEREFROM),
    ),
    Reduced(
        "rights-request-extended",
        {"request_ref": "V-1", **RIGHTS},
        _hiding(reason=_some("debt-file", "many-data")),
    ),
    Reduced(
        "rights-request-refused",
        {"request_ref": "V-1", **RIGHTS},
        _hiding(ground=_some("open-debt", "excessive")),
    ),
    Reduced(
        "access-report-issued",
        {"request_ref": "V-1", "format": "pdf", **RIGHTS},
        _hiding(
            sha256=lambda rng: f"{rng.getrandbits(256):064x}",
            categories=_some(["identity"], ["identity", "debt"], ["identity", "credit"]),
        ),
    ),
    Reduced(
        "erasure-decided",
        {"cause": "request", **RIGHTS},
        lambda rng: {
            "decisions": {
                "contact": {
                    "decision": "retain",
                    "ground": rng.choice(["debt", "dispute", "contract"]),
                    "until": rng.choice(["2027-01-01", "2030-01-01"]),
                },
                **(
                    {"debt": {"decision": "retain", "ground": "debt"}} if rng.random() < 0.5 else {}
                ),
            }
        },
    ),
    Reduced(
        "objection-raised",
        {"activity_objected": "direct-marketing", **RIGHTS},
        _hiding(ground=_some("in-debt", "own")),
    ),
    Reduced(
        "complaint-answered",
        {"complaint_ref": "K-1", "via": "email", **RIGHTS},
        _hiding(outcome=_some("debt-forgiven", "explained", None)),
    ),
    Reduced(
        "number-porting-cancelled",
        {"direction": "out", "recipient": "provider", "porting_ref": "P-1", **SERVING},
        _hiding(reason=_WHY),
    ),
    Reduced(
        "service-message-sent",
        {"channel": "email", "categories": ["contact"], **SERVING},
        _hiding(reference=_some("reminder-1", "maintenance")),
    ),
    Reduced(
        "event-annulled", {"annuls": "v-base"}, _hiding(reason=_some("not-a-debtor", "mistake"))
    ),
    Reduced(
        "recipient-notified",
        {"recipient": "carrier", "action": "rectified", "categories": ["identity"], **RIGHTS},
        _hiding(
            outcome=_some("done", "debt-sold"), ground=_some("unpaid", "disproportionate", None)
        ),
    ),
)

PLAIN: tuple[tuple[str, Event], ...] = (
    ("order-placed", {"order_ref": "B-1", "services": ["voip"], "large_order": True, **SERVING}),
    ("contract-concluded", {"contract_ref": "C-1", **SERVING}),
    ("service-activated", {**_BLOCKED, **SERVING}),
    (
        "invoice-sent",
        {"channel": "email", "reference": "F-9", "categories": ["identity"], **SERVING},
    ),
    (
        "consent-given",
        {
            "purpose": "newsletter",
            "text_version": "1",
            "method": "box",
            "channel": "web",
            **SERVING,
        },
    ),
    ("privacy-notice-provided", {"version": "1", "channel": "email", "article": "13", **SERVING}),
    (
        "rights-request-received",
        {
            "request_ref": "V-1",
            "right": "access",
            "channel": "post",
            "received_on": "2025-01-02",
            **RIGHTS,
        },
    ),
    ("identity-verified", {"request_ref": "V-1", **RIGHTS}),
    ("complaint-received", {"complaint_ref": "K-1", "via": "email", **RIGHTS}),
    (
        "personal-data-disclosed",
        {
            **_GIVEN,
            **SERVING,
            "recipient": "overzee",
            "recipient_kind": "processor",
            "country": "US",
        },
    ),
    ("equipment-shipped", {"order_ref": "B-1", "recipient": "pakket", **SERVING}),
)


Kind = TypeVar("Kind", Hidden, Reduced)


def drawn_pairs(rng: Random, hidden: frozenset[str], count: int) -> list[tuple[Event, Event]]:
    """Pairs of messages that tell a role the same, from which some categories are hidden."""
    may_hide = _dealt(rng, [one for one in HIDDEN if one.tells & hidden])
    may_reduce = _dealt(rng, [one for one in REDUCED if one.tells <= hidden])
    return [_pair(rng, number, may_hide, may_reduce) for number in range(count)]


def _dealt(rng: Random, kinds: Sequence[Kind]) -> Iterator[Kind]:
    """Each once in an order that is drawn, then all again."""
    while True:
        yield from rng.sample(kinds, len(kinds))


def _pair(
    rng: Random, number: int, may_hide: Iterator[Hidden], may_reduce: Iterator[Reduced]
) -> tuple[Event, Event]:
    kind = rng.choices(("hidden", "reduced", "plain"), (6, 3, 1))[0]
    if kind == "hidden":
        one, other = (_made(next(may_hide), f"h-{number}-{side}", rng) for side in range(2))
        return one, other
    subject, at = rng.choice((WHO, WHO, OTHER)), time_of(rng)
    if kind == "plain":
        name, facts = rng.choice(PLAIN)
        event = message(name, subject, id=f"v-{number}", time=at, **facts)
        return event, event
    reduced = next(may_reduce)
    one, other = (
        message(
            reduced.name,
            subject,
            **{"id": f"v-{number}", "time": at, **reduced.facts, **reduced.hide(rng)},
        )
        for _ in range(2)
    )
    return one, other


def _made(kind: Hidden, id: str, rng: Random) -> Event:
    who = rng.choice((*PERSONS, WHO, UNSEEN))
    return message(kind.name, who, **{"id": id, "time": time_of(rng), **kind.make(rng)})
