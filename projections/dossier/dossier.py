"""Dossiers: what rules need to know of the subject of a stream, as marks in the order of their times.

Pure. Which event leaves which mark is one table. Nothing is overwritten, so that a fact can be judged by
what held when it occurred, whenever the marks arrived.
"""

from bisect import insort
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from projections.folds.view import Order, order_of
from schemas import CATEGORIES, REMARK

_ALL = frozenset(CATEGORIES)
FOREVER = datetime.max.replace(tzinfo=UTC)
"""As things stand, whatever day it is."""
PURPOSES = "purposes"
"""Topic of what an activity was ever declared to be for."""
CONTRACT, RUNNING, _ENDED = "contract", "running", "ended"
"""Topic of contracts, and what its last mark says while the person is a party to a contract that runs."""
TAKEOVER = "takeover"
"""Topic of who handed a contract over to whom."""


SIGNAL, COOKIES = "signal", "cookies"
"""Topic of what a person's browser said (Global Privacy Control), and of the latest choice of cookies."""


class Mark(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """What one event left: when, and what it says."""

    order: Order
    says: Any


class Dossier(msgspec.Struct, frozen=True, tag="dossier", gc=False):
    """Marks by topic, each sorted by order. `subject`: the reference of one that is not a person."""

    subject: str | None = None
    marks: dict[str, tuple[Mark, ...]] = {}

    def with_event(self, event: RecordedEvent) -> "Dossier":
        """With the mark that an event leaves."""
        marks = self.marks
        for noting in NOTED[event.name]:
            if noting.when(event):
                topic = noting.topic(event)
                marks = {**marks, topic: _with(marks.get(topic, ()), noting, event)}
        return Dossier(self.subject or event.subject, marks)

    def all(self, topic: str) -> tuple[Mark, ...]:
        """Every mark of a topic, in order."""
        return self.marks.get(topic, ())

    def until(self, topic: str, time: datetime) -> tuple[Mark, ...]:
        """The marks of a topic up to a time, inclusive."""
        marks = self.all(topic)
        return marks and tuple(mark for mark in marks if mark.order.time <= time)

    def last(self, topic: str, time: datetime) -> Mark | None:
        """The mark that decides at a time."""
        found = self.until(topic, time)
        return found[-1] if found else None

    @property
    def customer(self) -> str | None:
        """Stream of the customer whose contact person this is, as text."""
        found = self.all("customer")
        return str(found[-1].says) if found else None


def _with(known: tuple[Mark, ...], noting: "Noting", event: RecordedEvent) -> tuple[Mark, ...]:
    marks = list(known)
    new = Mark(order_of(event, noting.rank), noting.says(event))
    insort(marks, new, key=lambda mark: mark.order)
    if noting.only_first:
        return tuple(marks[:1])
    return tuple(marks[-1:] if noting.only_last else marks)


NO_DOSSIER = Dossier()


class Noting(msgspec.Struct, frozen=True):
    """How a type of event is noted. `kind`: of its topics. `rank`: more for what takes away.

    `when`: only then. `only_last`, `only_first`: of such a topic only that mark matters, whenever a fact
    occurred.
    """

    kind: str
    topic: Callable[[RecordedEvent], str]
    says: Callable[[RecordedEvent], Any]
    rank: int = 0
    when: Callable[[RecordedEvent], bool] = lambda _event: True
    only_last: bool = False
    only_first: bool = False


def marks_of(event: RecordedEvent, kind: str) -> Iterator[tuple[str, Mark]]:
    """The marks that an event leaves on topics of a kind, each with its topic."""
    for noting in NOTED.get(event.name, ()):
        if noting.kind == kind and noting.when(event):
            yield noting.topic(event), Mark(order_of(event, noting.rank), noting.says(event))


def topic_of(marked: str) -> str:
    """The kind of a topic: without the single case that it is about."""
    return marked.partition("/")[0]


def noted(event: RecordedEvent) -> bool:
    """Whether an event leaves a mark."""
    notings = NOTED.get(event.name)
    return notings is not None and any(noting.when(event) for noting in notings)


def dossier_name(stream: UUID, dossier: Dossier) -> str:
    """By what facts of other streams name a dossier: a reference, or the stream of a person."""
    return dossier.subject or str(stream)


def _note(topic: str, says: Any = "", rank: int = 0, **more: Any) -> Noting:
    """A topic such as `consent/{purpose}`; what is said: a constant, or a function of the event."""
    return Noting(
        topic_of(topic),
        lambda event: topic.format_map(event.facts),
        says if callable(says) else lambda _event: says,
        rank,
        **more,
    )


def _fact(name: str) -> Callable[[RecordedEvent], Any]:
    return lambda event: event.facts.get(name)


def _facts(*names: str) -> Callable[[RecordedEvent], Any]:
    return lambda event: [event.facts.get(name) for name in names]


def _categories(event: RecordedEvent) -> list[str]:
    """What an event lists; the envelope has it, not the facts, which say whether remarks are among it."""
    remarks = [REMARK] if event.facts.get("remarks") else []
    return sorted([*event.categories, *remarks])


def _hold(event: RecordedEvent) -> dict[str, Any]:
    named = {name: event.facts.get(name) for name in ("ground", "owner", "review_on")}
    return {"categories": _categories(event), **named}


def _consent(event: RecordedEvent) -> list[Any]:
    """Until when, and for which activity: data that was collected for it rests on this consent."""
    return [event.facts.get("valid_until"), event.activity]


def _decided(event: RecordedEvent) -> dict[str, Any]:
    return {name: event.facts.get(name) for name in ("cause", "request_ref", "decisions")}


def _is_ours(event: RecordedEvent) -> bool:
    return event.ours


def _counts(event: RecordedEvent) -> bool:
    return not event.void


def _says_types(event: RecordedEvent) -> bool:
    return _counts(event) and "types" in event.facts


def _version(event: RecordedEvent) -> dict[str, Any]:
    facts = event.facts
    return {
        "again": event.name == "recipient-registered",
        "from": facts["valid_from"],
        "kind": facts["kind"],
        "role": facts.get("role"),
        "country": facts.get("country"),
        "mechanism": facts.get("transfer_mechanism"),
        "certified": facts.get("certifications", []),
    }


def _erases_all(event: RecordedEvent) -> bool:
    return event.ours and set(event.categories) >= _ALL


def _asks_for_more(event: RecordedEvent) -> bool:
    return "information_asked" in event.facts


def _is_contacts(event: RecordedEvent) -> bool:
    return bool(event.facts["permission"] == "contacts")


def _purposes(event: RecordedEvent) -> list[str]:
    return sorted({one["purpose"] for one in event.facts["purposes"]})


def _is_party(event: RecordedEvent) -> bool:
    """Whether a takeover is told of somebody whom it names."""
    return str(event.stream) in {event.facts["from_customer"], event.facts["to_customer"]}


def _side(event: RecordedEvent) -> str:
    """What a takeover makes of the contract of whom it is told of."""
    return RUNNING if event.facts["to_customer"] == str(event.stream) else _ENDED


def _says(signal: bool) -> Callable[[RecordedEvent], bool]:
    return lambda event: event.facts.get("gpc") is signal


# Of two signals of one moment the one counts that says no.
_SIGNALS = (_note(SIGNAL, True, 1, when=_says(True)), _note(SIGNAL, False, when=_says(False)))
# Something was sold: to be registered is no sale.
_BOUGHT = _note("bought", only_first=True)
_CONTRACT = f"{CONTRACT}/{{contract_ref}}"

NOTED: dict[str, tuple[Noting, ...]] = {
    # customers
    "customer-registered": (_note("registered", _fact("customer_kind")),),
    "account-reactivated": (_note("account", "active"),),
    "account-deactivated": (_note("account", "inactive", 1),),
    "personal-data-erased": (_note("account", "erased", 1, when=_erases_all),),
    "contact-person-added": (
        _note("customer", _fact("customer")),
        _note("contact", "added", only_last=True),
    ),
    "contact-person-removed": (_note("contact", "removed", 1, only_last=True),),
    "order-placed": (
        _BOUGHT,
        _note("large-order", when=lambda event: bool(event.facts["large_order"])),
    ),
    "contract-concluded": (_BOUGHT, _note(_CONTRACT, RUNNING, only_last=True)),
    "contract-changed": (_BOUGHT, _note(_CONTRACT, RUNNING, only_last=True)),
    "equipment-shipped": (_BOUGHT,),
    "service-activated": (_BOUGHT,),
    "service-extended": (_BOUGHT,),
    "contract-ended": (_note(_CONTRACT, _ENDED, 2, only_last=True),),
    "contract-taken-over": (
        _BOUGHT,
        _note(f"{TAKEOVER}/{{contract_ref}}", _facts("from_customer", "to_customer")),
        _note(_CONTRACT, _side, 1, when=_is_party, only_last=True),
    ),
    "privacy-notice-provided": (_note("notice", _fact("article")),),
    "transfer-agreement-recorded": (_note("transfer", _facts("countries")),),
    "transfer-agreement-ended": (_note("transfer", _facts("countries"), 1),),
    "collection-notice-sent": (_note("collection-notice", _facts("invoice_ref", "deadline")),),
    # what a period of retention runs from, or waits for
    "invoice-sent": (_BOUGHT, _note("invoice", only_last=True)),
    "credit-check-result-received": (_note("decision", only_last=True),),
    "automated-decision-made": (_note("decision", only_last=True),),
    "collection-closed": (
        _note("settled", only_last=True),
        _note("debt/{invoice_ref}", "closed", 1, only_last=True),
    ),
    "misuse-resolved": (
        _note("case-closed", only_last=True),
        _note("case/{case_ref}", "closed", 1, only_last=True),
    ),
    "portal-account-opened": (_note("portal", "open", only_last=True),),
    "portal-account-closed": (_note("portal", "ended", 1, only_last=True),),
    # what keeps data although its period has passed, or somebody asked for its erasure
    "legal-hold-placed": (_note("hold/{hold_ref}", _hold),),
    "legal-hold-reviewed": (_note("hold/{hold_ref}", _hold),),
    "legal-hold-released": (_note("hold/{hold_ref}", None, 1),),
    "dispute-opened": (_note("dispute/{case_ref}", "open", only_last=True),),
    "dispute-closed": (_note("dispute/{case_ref}", "closed", 1, only_last=True),),
    "payment-default-recorded": (_note("debt/{invoice_ref}", "open", only_last=True),),
    "misuse-suspected": (_note("case/{case_ref}", "open", only_last=True),),
    "fraud-signal-recorded": (_note("case/{case_ref}", "open", only_last=True),),
    "processing-restricted": (_note("restriction", _categories),),
    "restriction-lifted": (_note("restriction-lifted", _categories, 1),),
    "erasure-decided": (_note("decided", _decided, when=_is_ours),),
    # consent
    "consent-given": (_note("consent/{purpose}", _consent), *_SIGNALS),
    "consent-renewed": (_note("consent/{purpose}", _consent), *_SIGNALS),
    "consent-withdrawn": (_note("consent/{purpose}", None, 1), *_SIGNALS),
    "consent-refused": (_note("consent/{purpose}", None, 1), *_SIGNALS),
    "consent-invalidated": (_note("consent/{purpose}", None, 1),),
    "cookie-preference-recorded": (_note(COOKIES, only_last=True), *_SIGNALS),
    "objection-raised": (_note("objected/{activity_objected}", "open", 1), *_SIGNALS),
    "objection-upheld": (_note("objected/{activity_objected}", "upheld", 1),),
    "objection-overruled": (_note("objected/{activity_objected}", "overruled"),),
    "marketing-objection-recorded": (_note("objection", _fact("channel"), 1), *_SIGNALS),
    "app-permission-granted": (_note("permission", "granted", when=_is_contacts),),
    "app-permission-denied": (_note("permission", "denied", 1, when=_is_contacts),),
    "app-permission-revoked": (_note("permission", "revoked", 1, when=_is_contacts),),
    # duties towards a person
    "disclosure-notice-given": (_note("informed/{disclosure_id}", "given"),),
    "disclosure-notice-withheld": (_note("informed/{disclosure_id}", "withheld"),),
    "recipient-notified": (_note("told/{recipient}", _fact("action")),),
    "customer-warned": (_note("warned/{case_ref}"),),
    "complaint-answered": (_note("complaint/{complaint_ref}"),),
    "rights-request-received": (
        _note("request/{request_ref}", _fact("received_on")),
        _note("right/{request_ref}", _fact("right"), only_last=True),
    ),
    "identity-verification-failed": (_note("question/{request_ref}", when=_asks_for_more),),
    "identity-verified": (_note("shown/{request_ref}"),),
    "rights-request-extended": (_note("extended/{request_ref}"),),
    "rights-request-answered": (_note("answered/{request_ref}", "ended"),),
    "rights-request-refused": (_note("answered/{request_ref}", "ended", 1),),
    "access-report-issued": (_note("answered/{request_ref}", "issued"),),
    "portability-export-issued": (_note("answered/{request_ref}", "issued"),),
    # staff
    "vog-presented": (_note("vog", _fact("issued_on")),),
    "employment-started": (_note("job", "running", only_last=True),),
    "employment-ended": (
        _note("employment", "ended", 1),
        _note("job", "ended", 1, only_last=True),
    ),
    "role-granted": (
        _note("role/{role}", "granted"),
        _note("reading/{role}", "granted", when=_counts),
    ),
    "role-revoked": (
        _note("role/{role}", "revoked", 1),
        _note("reading/{role}", "revoked", 1),
    ),
    "role-defined": (_note("defined", _categories),),
    # others
    "processing-activity-declared": (_note(PURPOSES, _purposes),),
    "processing-activity-changed": (_note(PURPOSES, _purposes),),
    "recipient-registered": (_note("recipient", _version),),
    "recipient-changed": (_note("recipient", _version),),
    "recipient-ended": (_note("recipient", _fact("valid_to"), 1),),
    "system-registered": (
        _note("sources", _fact("sources"), when=_counts),
        _note("speaks", _facts("sources", "types"), when=_says_types),
    ),
    "breach-assessed": (_note("assessed", _fact("risk")),),
    "authority-notified": (_note("notified", _facts("regime", "phase")),),
}

SHARED_TOPICS: frozenset[str] = frozenset(
    {
        *("account", "takeover", "vog", "employment", "role", "reading", "defined"),
        *("recipient", "sources", PURPOSES),
    }
)
"""Kinds of topic that facts of other streams depend on: registers, staff, and of customers the account of a
contact person and the other side of a takeover."""


def noting(topics: Collection[str]) -> frozenset[str]:
    """Types of events that leave a mark of one of some kinds of topic."""
    return frozenset(
        name for name, notings in NOTED.items() if any(one.kind in topics for one in notings)
    )


SHARED = noting(SHARED_TOPICS)
"""Types of events that leave such a mark."""


def dossier_from(events: Iterable[RecordedEvent], names: Collection[str] = NOTED) -> Dossier:
    """What events of some types say of one person, in any order."""
    dossier = NO_DOSSIER
    for event in events:
        if event.name in names:
            dossier = dossier.with_event(event)
    return dossier
