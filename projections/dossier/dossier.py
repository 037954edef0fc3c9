"""Dossiers: what rules need to know of the subject of a stream, as marks in the order of their times.

Pure. Which event leaves which mark is one table. Nothing is overwritten, so that a fact can be judged by
what held when it occurred, whenever the marks arrived.
"""

from bisect import insort
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import Generic, TypeAlias, TypedDict, TypeVar, Unpack, cast
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent, erases_all
from projections.dossier.conditions import (
    asks_for_more,
    carries_over,
    counts,
    is_contacts,
    is_ours,
    is_party,
    says_types,
)
from projections.dossier.said import (
    Codes,
    Said,
    carried_in,
    categories_in,
    claim_in,
    consent_in,
    countries_in,
    decisions_in,
    fields_in,
    granted_in,
    handover_in,
    holding_in,
    phase_in,
    purposes_in,
    sources_in,
    speaking_in,
    suspicion_in,
    version_in,
)
from projections.dossier.templates import Named, named_by
from projections.folds.view import Order, order_of
from schemas import names

FOREVER = datetime.max.replace(tzinfo=UTC)
"""Later than every mark: the dossier as it is now."""
PURPOSES = "purposes"
"""Topic of what an activity was ever declared to be for."""
CONTRACT, RUNNING, _ENDED = "contract", "running", "ended"
"""Topic of contracts, and what its last mark says while the person is a party to a contract that runs."""
REGISTERED, ORDERED, CARRIED, CONFIRMED = "registered", "ordered", "carried", "confirmed"
"""Topics of what begins a relationship, and of which earlier data goes on in it."""
CHANGED = "changed"
"""Topic of what a contract went on with, and did not begin by."""
LIFTED = "lifted"
"""Topic of what may be processed again after a restriction."""
REMOVED = "removed"
"""Topic of single fields whose values were removed."""
TAKEOVER = "takeover"
"""Topic of who handed a contract over to whom."""


SIGNAL, COOKIES = "signal", "cookies"
"""Topic of what a person's browser said (Global Privacy Control), and of the latest choice of cookies."""


S = TypeVar("S")


class Marked(msgspec.Struct, Generic[S], frozen=True, array_like=True, gc=False):
    """The trace of one event in a dossier: its order and its content."""

    order: Order
    says: S

    @property
    def code(self) -> str | None:
        """The content, if it is a code or a day."""
        return self.says if isinstance(self.says, str) else None

    @property
    def codes(self) -> tuple[str, ...]:
        """The content, if it is a list of codes; otherwise empty."""
        return self.says.codes if isinstance(self.says, Codes) else ()


Mark: TypeAlias = Marked[Said]


class Dossier(msgspec.Struct, frozen=True, array_like=True, tag="dossier", gc=False):
    """Marks by topic, each sorted by order. `subject`: its reference, when the stream is not a person's."""

    subject: str | None = None
    marks: dict[str, tuple[Mark, ...]] = {}

    def with_event(self, event: RecordedEvent) -> "Dossier":
        """With the marks that an event leaves."""
        return self.with_events((event,))

    def with_events(
        self, events: Iterable[RecordedEvent], kinds: Collection[str] | None = None
    ) -> "Dossier":
        """With the marks that events of one stream leave. `kinds`: on topics of these alone."""
        subject, marks = self.subject, dict(self.marks)
        for event in events:
            subject = subject or event.subject
            for noting in NOTED[event.name]:
                if kinds is not None and noting.kind not in kinds:
                    continue
                if noting.when is _always or noting.when(event):
                    topic = noting.topic(event.facts)
                    marks[topic] = _with(marks.get(topic, ()), noting, event)
        return Dossier(subject, marks)

    def all(self, topic: str) -> tuple[Mark, ...]:
        """Every mark of a topic, in order."""
        return self.marks.get(topic, ())

    def saying(self, topic: str, kind: type[S]) -> list[Marked[S]]:
        """The marks of a topic that say something of a kind, in order, without those that take it back."""
        # A cast, since new marks would be made for the type checker alone.
        return cast(
            "list[Marked[S]]", [mark for mark in self.all(topic) if isinstance(mark.says, kind)]
        )

    def until(self, topic: str, time: datetime) -> tuple[Mark, ...]:
        """The marks of a topic up to a time, inclusive."""
        marks = self.all(topic)
        return marks and tuple(mark for mark in marks if mark.order.time <= time)

    def last(self, topic: str, time: datetime) -> Mark | None:
        """The mark that decides at a time."""
        for mark in reversed(self.all(topic)):
            if mark.order.time <= time:
                return mark
        return None

    @property
    def customer(self) -> str | None:
        """Stream of the customer whose contact person this is, as text."""
        marks = self.all("customer")
        return str(marks[-1].says) if marks else None


def _with(
    earlier: tuple[Mark, ...], noting: "NotingRule", event: RecordedEvent
) -> tuple[Mark, ...]:
    # Not `Mark(…)`: to call an alias takes twice as long.
    mark: Mark = Marked(order_of(event, noting.rank), noting.says(event))
    if not earlier:
        return (mark,)
    marks = list(earlier)
    insort(marks, mark, key=lambda mark: mark.order)
    if noting.by_year:
        return tuple(_ends_of_years(marks))
    return tuple(marks[-1:] if noting.only_last else marks)


def _ends_of_years(marks: Sequence[Mark]) -> Iterator[Mark]:
    """The first and the last of each year, so that what comes monthly takes no more room with the years."""
    for _, of_year in groupby(marks, key=lambda mark: mark.order.time.year):
        first, *others = of_year
        yield from (first, *others[-1:])


NO_DOSSIER = Dossier()


def _always(_event: RecordedEvent) -> bool:
    return True


class NotingRule(msgspec.Struct, frozen=True):
    """How a type of event is noted. `kind`: of its topics. `rank`: more for what takes away.

    `when`: only then. `only_last`: of such a topic only that mark matters, whenever a fact occurred.
    `by_year`: only the first and the last of each year do.
    """

    kind: str
    topic: Named
    says: Callable[[RecordedEvent], Said]
    rank: int = 0
    when: Callable[[RecordedEvent], bool] = _always
    only_last: bool = False
    by_year: bool = False


def marks_of(event: RecordedEvent, kind: str) -> Iterator[tuple[str, Mark]]:
    """The marks that an event leaves on topics of a kind, each with its topic."""
    for noting in NOTED.get(event.name, ()):
        if noting.kind == kind and noting.when(event):
            yield noting.topic(event.facts), Mark(order_of(event, noting.rank), noting.says(event))


def topic_of(marked: str) -> str:
    """The kind of a topic: without the single case that it is about."""
    return marked.partition("/")[0]


def noted(event: RecordedEvent) -> bool:
    """Whether an event leaves a mark."""
    name = event.name
    return name in _SURELY_NOTED or any(noting.when(event) for noting in NOTED.get(name, ()))


def dossier_name(stream: UUID, dossier: Dossier) -> str:
    """By what facts of other streams name a dossier: a reference, or the stream of a person."""
    return dossier.subject or str(stream)


class _How(TypedDict, total=False):
    """The rest of a `NotingRule`."""

    when: Callable[[RecordedEvent], bool]
    only_last: bool
    by_year: bool


def _note(
    topic: str,
    says: Said | Callable[[RecordedEvent], Said] = "",
    rank: int = 0,
    **how: Unpack[_How],
) -> NotingRule:
    """A topic such as `consent/{purpose}`; what is said: a constant, or a function of the event."""
    return NotingRule(
        topic_of(topic),
        named_by(topic),
        says if callable(says) else lambda _event: says,
        rank,
        **how,
    )


def _fact(name: str) -> Callable[[RecordedEvent], Said]:
    return lambda event: event.facts.get(name)


def _side(event: RecordedEvent) -> str:
    """The effect of a takeover on the contract of the person it is told of."""
    return RUNNING if event.facts["to_customer"] == str(event.stream) else _ENDED


def _says(signal: bool) -> Callable[[RecordedEvent], bool]:
    return lambda event: event.facts.get("gpc") is signal


# Of two signals of one moment the one counts that says no.
_SIGNALS = (_note(SIGNAL, True, 1, when=_says(True)), _note(SIGNAL, False, when=_says(False)))
# Something was sold: to be registered is no sale.
_BOUGHT = _note("bought", by_year=True)
_CONTRACT = f"{CONTRACT}/{{contract_ref}}"
_CARRIES = _note(CARRIED, carried_in, when=carries_over)

NOTED: dict[str, tuple[NotingRule, ...]] = {
    # customers
    names.CUSTOMER_REGISTERED: (_note(REGISTERED, _fact("customer_kind")),),
    names.ACCOUNT_REACTIVATED: (_note("account", "active"), _CARRIES),
    names.ACCOUNT_DEACTIVATED: (_note("account", "inactive", 1),),
    names.CUSTOMER_MERGED: (_note("account", "inactive", 1),),
    names.CUSTOMER_DECEASED: (_note("account", "inactive", 1),),
    names.PERSONAL_DATA_ERASED: (_note("account", "erased", 1, when=erases_all),),
    names.CONTACT_PERSON_ADDED: (
        _note("customer", _fact("customer")),
        _note("contact", "added"),
    ),
    names.CONTACT_PERSON_REMOVED: (_note("contact", "removed", 1),),
    names.PERSONAL_DATA_REMOVED: (_note(REMOVED, fields_in, 1),),
    names.DATA_CONFIRMED: (_note(CONFIRMED, categories_in),),
    names.ORDER_PLACED: (
        _BOUGHT,
        _note(ORDERED),
        _CARRIES,
        _note("large-order", when=lambda event: bool(event.facts["large_order"])),
    ),
    names.CONTRACT_CONCLUDED: (_BOUGHT, _note(_CONTRACT, RUNNING), _CARRIES),
    names.CONTRACT_CHANGED: (_BOUGHT, _note(_CONTRACT, RUNNING), _note(CHANGED)),
    names.EQUIPMENT_SHIPPED: (_BOUGHT,),
    names.SERVICE_ACTIVATED: (_BOUGHT,),
    names.SERVICE_EXTENDED: (_BOUGHT,),
    names.CONTRACT_ENDED: (_note(_CONTRACT, _ENDED, 2),),
    names.CONTRACT_TAKEN_OVER: (
        _BOUGHT,
        _note(f"{TAKEOVER}/{{contract_ref}}", handover_in),
        _note(_CONTRACT, _side, 1, when=is_party),
    ),
    names.PRIVACY_NOTICE_PUBLISHED: (_note("published"),),
    names.PRIVACY_NOTICE_PROVIDED: (_note("notice", _fact("article")),),
    names.TRANSFER_AGREEMENT_RECORDED: (_note("transfer", countries_in),),
    names.TRANSFER_AGREEMENT_ENDED: (_note("transfer", countries_in, 1),),
    names.COLLECTION_NOTICE_SENT: (_note("collection-notice", claim_in),),
    # what a period of retention runs from, or waits for
    names.INVOICE_SENT: (_BOUGHT, _note("invoice", by_year=True)),
    names.CREDIT_CHECK_RESULT_RECEIVED: (_note("decision", by_year=True),),
    names.AUTOMATED_DECISION_MADE: (_note("decision", by_year=True),),
    names.COLLECTION_CLOSED: (
        _note("settled", by_year=True),
        _note("debt/{invoice_ref}", "closed", 1, only_last=True),
    ),
    names.MISUSE_RESOLVED: (
        _note("case-closed", by_year=True),
        _note("case/{case_ref}", "closed", 1, only_last=True),
        _note("suspicion/{case_ref}", suspicion_in, 1, only_last=True),
    ),
    names.PORTAL_ACCOUNT_OPENED: (_note("portal", "open", only_last=True),),
    names.PORTAL_ACCOUNT_CLOSED: (_note("portal", "ended", 1, only_last=True),),
    # what keeps data although its period has passed, or the person asked for its erasure
    names.LEGAL_HOLD_PLACED: (_note("hold/{hold_ref}", holding_in),),
    names.LEGAL_HOLD_REVIEWED: (_note("hold/{hold_ref}", holding_in),),
    names.LEGAL_HOLD_RELEASED: (_note("hold/{hold_ref}", None, 1),),
    names.DISPUTE_OPENED: (_note("dispute/{case_ref}", "open", only_last=True),),
    names.DISPUTE_CLOSED: (_note("dispute/{case_ref}", "closed", 1, only_last=True),),
    names.PAYMENT_DEFAULT_RECORDED: (_note("debt/{invoice_ref}", "open", only_last=True),),
    names.MISUSE_SUSPECTED: (_note("case/{case_ref}", "open", only_last=True),),
    names.FRAUD_SIGNAL_RECORDED: (
        _note("case/{case_ref}", "open", only_last=True),
        _note("suspicion/{case_ref}", "open", only_last=True),
    ),
    names.PROCESSING_RESTRICTED: (_note("restriction", categories_in),),
    names.RESTRICTION_LIFTED: (_note(LIFTED, categories_in, 1),),
    names.ERASURE_DECIDED: (_note("decided", decisions_in, when=is_ours),),
    # consent
    names.CONSENT_GIVEN: (_note("consent/{purpose}", consent_in), *_SIGNALS),
    names.CONSENT_RENEWED: (_note("consent/{purpose}", consent_in), *_SIGNALS),
    names.CONSENT_WITHDRAWN: (_note("consent/{purpose}", None, 1), *_SIGNALS),
    names.CONSENT_REFUSED: (_note("consent/{purpose}", None, 1), *_SIGNALS),
    names.CONSENT_INVALIDATED: (_note("consent/{purpose}", None, 1),),
    names.COOKIE_PREFERENCE_RECORDED: (_note(COOKIES, only_last=True), *_SIGNALS),
    names.OBJECTION_RAISED: (_note("objected/{activity_objected}", "open", 1), *_SIGNALS),
    names.OBJECTION_UPHELD: (_note("objected/{activity_objected}", "upheld", 1),),
    names.OBJECTION_OVERRULED: (_note("objected/{activity_objected}", "overruled"),),
    names.MARKETING_OBJECTION_RECORDED: (_note("objection", _fact("channel"), 1), *_SIGNALS),
    names.APP_PERMISSION_GRANTED: (_note("permission", "granted", when=is_contacts),),
    names.APP_PERMISSION_DENIED: (_note("permission", "denied", 1, when=is_contacts),),
    names.APP_PERMISSION_REVOKED: (_note("permission", "revoked", 1, when=is_contacts),),
    # duties towards a person
    names.DISCLOSURE_NOTICE_GIVEN: (_note("informed/{disclosure_id}", "given"),),
    names.DISCLOSURE_NOTICE_WITHHELD: (_note("informed/{disclosure_id}", "withheld"),),
    names.RECIPIENT_NOTIFIED: (_note("told/{recipient}", _fact("action")),),
    names.CUSTOMER_WARNED: (_note("warned/{case_ref}"),),
    names.COMPLAINT_ANSWERED: (_note("complaint/{complaint_ref}"),),
    names.RIGHTS_REQUEST_RECEIVED: (
        _note("request/{request_ref}", _fact("received_on")),
        _note("right/{request_ref}", _fact("right"), only_last=True),
    ),
    names.IDENTITY_VERIFICATION_FAILED: (_note("question/{request_ref}", when=asks_for_more),),
    names.IDENTITY_VERIFIED: (_note("shown/{request_ref}"),),
    names.RIGHTS_REQUEST_EXTENDED: (_note("extended/{request_ref}"),),
    names.RIGHTS_REQUEST_ANSWERED: (_note("answered/{request_ref}", "ended"),),
    names.RIGHTS_REQUEST_REFUSED: (_note("answered/{request_ref}", "ended", 1),),
    names.ACCESS_REPORT_ISSUED: (_note("answered/{request_ref}", "issued"),),
    names.PORTABILITY_EXPORT_ISSUED: (_note("answered/{request_ref}", "issued"),),
    # staff
    names.VOG_PRESENTED: (_note("vog", _fact("issued_on")),),
    names.EMPLOYMENT_STARTED: (_note("job", "running"),),
    names.EMPLOYMENT_ENDED: (
        _note("employment", "ended", 1),
        _note("job", "ended", 1),
    ),
    names.ROLE_GRANTED: (
        _note("role/{role}", granted_in),
        _note("reading/{role}", granted_in, when=counts),
    ),
    names.ROLE_REVOKED: (
        _note("role/{role}", "revoked", 1),
        _note("reading/{role}", "revoked", 1),
    ),
    names.ROLE_DEFINED: (_note("defined", categories_in),),
    # others
    names.PROCESSING_ACTIVITY_DECLARED: (_note(PURPOSES, purposes_in),),
    names.PROCESSING_ACTIVITY_CHANGED: (_note(PURPOSES, purposes_in),),
    names.RECIPIENT_REGISTERED: (_note("recipient", version_in),),
    names.RECIPIENT_CHANGED: (_note("recipient", version_in),),
    names.RECIPIENT_ENDED: (_note("recipient", _fact("valid_to"), 1),),
    names.SYSTEM_REGISTERED: (
        _note("sources", sources_in, when=counts),
        _note("speaks", speaking_in, when=says_types),
    ),
    names.BREACH_ASSESSED: (_note("assessed", _fact("risk")),),
    names.AUTHORITY_NOTIFIED: (_note("notified", phase_in),),
}

_SURELY_NOTED = frozenset(
    name for name, notings in NOTED.items() if any(noting.when is _always for noting in notings)
)

SHARED_TOPICS: frozenset[str] = frozenset(
    {
        *(
            "published",
            "account",
            CONTRACT,
            REGISTERED,
            ORDERED,
            CARRIED,
            CONFIRMED,
            CHANGED,
            "takeover",
        ),
        *("vog", "employment", "role", "reading", "defined", "recipient", "sources", PURPOSES),
    }
)
"""Kinds of topic that facts of other streams depend on: registers, staff, and of customers the account, the
relationships and the other side of a takeover."""


def noting(topics: Collection[str]) -> frozenset[str]:
    """Types of events that leave a mark of one of some kinds of topic."""
    return frozenset(
        name
        for name, notings in NOTED.items()
        if any(noting_rule.kind in topics for noting_rule in notings)
    )


SHARED = noting(SHARED_TOPICS)
"""Types of events that leave such a mark."""


def dossier_from(events: Iterable[RecordedEvent], types: Collection[str] = NOTED) -> Dossier:
    """The dossier of one person from events of some types, in any order."""
    return NO_DOSSIER.with_events(event for event in events if event.name in types)
