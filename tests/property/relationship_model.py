"""Relationships, as the plain models of views and findings see them: all acts at once, in their order.

It is written from the contract's semantics and from nothing else.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ledger.event import RecordedEvent
from schemas import CATEGORIES

Events = Sequence[RecordedEvent]
TAKES = {
    "contact-person-removed",
    "contract-taken-over",
    "contract-ended",
    "legal-hold-released",
    "dispute-closed",
    "collection-closed",
    "restriction-lifted",
    "account-deactivated",
    "personal-data-erased",
    "transfer-agreement-ended",
    "consent-withdrawn",
    "consent-refused",
    "consent-invalidated",
    "marketing-objection-recorded",
    "objection-raised",
    "objection-upheld",
    "app-permission-denied",
    "app-permission-revoked",
    "employment-ended",
    "role-revoked",
    "recipient-ended",
    "rights-request-refused",
}


class Told:
    """Everything that counts, in the order in which later says more."""

    def __init__(self, events: Events) -> None:
        self.events = sorted(events, key=rank)

    def of(
        self,
        who: RecordedEvent | str,
        *names: str,
        until: datetime | None = None,
        **facts: Any,
    ) -> Events:
        """Events of some types about whom an event, a stream or a reference names, up to a time."""
        stream = who if isinstance(who, str) else str(who.stream)
        return [
            event
            for event in self.events
            if event.name in names and stream in {str(event.stream), event.subject}
            if until is None or event.time <= until
            if all(event.facts.get(name) == value for name, value in facts.items())
        ]


def rank(event: RecordedEvent) -> tuple[Any, ...]:
    sequence = -1 if event.sequence is None else event.sequence
    takes = 2 if event.name == "contract-ended" else event.name in TAKES
    return event.time, takes, sequence, event.source, event.id


def day_of(time: datetime) -> str:
    return time.astimezone(ZoneInfo("Europe/Amsterdam")).date().isoformat()


Stretches = list[tuple[datetime | None, datetime | None]]


def stretches_of(event: RecordedEvent, told: Told) -> Stretches:
    """From when until when whoever an event is about was a customer, or a contact person."""
    joined = told.of(event, "contact-person-added")
    if not joined or contracts_of(event, told):
        return as_customer(event, told)
    found: Stretches = []
    start: datetime | None = None
    there = True
    for act in told.of(event, "contact-person-added", "contact-person-removed"):
        if act.name == "contact-person-removed":
            found += [(start, act.time)] if there else []
            there = False
        elif not there:
            start, there = act.time, True
    if not there:
        return found
    account = as_customer(joined[-1].facts["customer"], told)
    rest = [(a, b) for a, b in account if not (start and b and b <= start)] or account[-1:]
    return [*found, (start, rest[0][1]), *rest[1:]]


RELATING = (
    *("account-deactivated", "account-reactivated", "personal-data-erased"),
    *("customer-registered", "order-placed"),
    *("contract-concluded", "contract-changed", "contract-ended", "contract-taken-over"),
)


def as_customer(who: Any, told: Told, at: datetime | None = None) -> Stretches:
    found: Stretches = [(None, None)]
    running: set[str] = set()
    erased = False
    for act in told.of(who, *RELATING, until=at):
        start, end = found[-1]
        kind = _kind_of_act(act)
        if kind == "erases":
            running, erased = set(), True
        if kind == "gives up":
            running -= {act.facts["contract_ref"]}
        if kind in {"erases", "leaves"} and not running:
            found[-1] = (start, end or act.time)
        if kind == "gives up" and not (running or erased):
            found[-1] = (start, act.time)
        if kind == "comes" and (not erased or act.name == "account-reactivated"):
            erased = False
            running |= {act.facts["contract_ref"]} if act.name in _CONTRACTS else set()
            found += _coming(act, found.pop())
    return found


_CONTRACTS = ("contract-concluded", "contract-changed", "contract-taken-over")


def _coming(act: RecordedEvent, last: tuple[datetime | None, datetime | None]) -> Stretches:
    """Goes on with the last stretch, or begins another one."""
    start, end = last
    goes_on = act.name in {"account-reactivated", "contract-changed"}
    if not end or goes_on or _days(end, act.time) <= 1:
        return [(start, None)]
    return [last, (act.time, None)]


def _kind_of_act(act: RecordedEvent) -> str:
    if act.name == "personal-data-erased":
        return "erases" if is_whole(act) else ""
    if act.name == "account-deactivated":
        return "leaves"
    if act.name.startswith("contract-"):
        return ("gives up" if _gives_up(act) else "comes") if is_party(act) else ""
    return "comes"


def _days(one: datetime, other: datetime) -> int:
    return (date.fromisoformat(day_of(other)) - date.fromisoformat(day_of(one))).days


def contracts_of(who: Any, told: Told) -> Events:
    """The latest act on each contract of a customer."""
    names = "contract-concluded", "contract-changed", "contract-ended", "contract-taken-over"
    moves = [act for act in told.of(who, *names) if is_party(act)]
    return list({act.facts["contract_ref"]: act for act in moves}.values())


def is_party(act: RecordedEvent) -> bool:
    """Whether an act on a contract makes or ends a party to it: a takeover between others does not."""
    moved = act.facts.get("from_customer"), act.facts.get("to_customer")
    return act.name != "contract-taken-over" or str(act.stream) in moved


def _gives_up(act: RecordedEvent) -> bool:
    away = act.facts.get("to_customer", str(act.stream)) != str(act.stream)
    return act.name == "contract-ended" or away


def is_whole(erasure: RecordedEvent) -> bool:
    return erasure.ours and set(erasure.categories) >= set(CATEGORIES)


def running(who: Any, told: Told, at: datetime | None = None) -> Events:
    """Of each contract that runs at a time the event since which it does."""
    names = "contract-concluded", "contract-changed", "contract-ended", "contract-taken-over"
    begun: dict[str, RecordedEvent] = {}
    for act in told.of(who, *names, until=at):
        if not is_party(act):
            continue
        if _gives_up(act):
            begun.pop(act.facts["contract_ref"], None)
        elif act.name != "contract-changed":
            begun.setdefault(act.facts["contract_ref"], act)
    return list(begun.values())
