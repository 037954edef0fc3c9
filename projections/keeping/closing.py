"""Closed files: persons without readable data, open matters or new events. Pure.

A file is closed if the ledger erased the whole person and has recorded nothing about them since, except the
account of erasures. Its entries may be pruned when their period is over (`ledger-entry`). An open matter,
such as a hold or an unanswered request, keeps the file open. After an erasure that is newer than the prefix,
recipients are still to be told; the file is not closed before that is done.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent, erases_all
from projections.folds.annulment import effects, is_annulment, name_of, target_of
from projections.folds.dispatch import Dispatch
from projections.folds.timetravel import counting, fold
from projections.folds.view import AnyView
from projections.views.notifications import VIEW as NOTIFICATIONS
from projections.views.notifications import Changes, tasks
from schemas import ALL_TYPES
from schemas.event_type import EMPLOYEE

ANNULMENT = "annulment"
"""Stands in the place of the view for an annulment of what the ledger does not hold."""
_OPEN = ("open_kind", *NOTIFICATIONS.cell_types)
# Persons whose files depend on each other. Who looked, or approved, is another matter.
_TIES = frozenset({"customer", "from_customer", "into_customer", "to_customer"})
# One object for the many files that name nobody: an empty set takes 216 bytes.
_NOBODY = frozenset[UUID]()


class StandsAgainst(NamedTuple):
    """Something open in a file: in which view, by which reference, and the stream of the person.

    `change`: what a recipient must still be told of, whose reference it is then.
    """

    view: str
    reference: str
    stream: UUID
    change: str | None = None


class ClosedFile(msgspec.Struct, frozen=True):
    """A file that was erased wholly. `ties`: persons that its facts name. `against`: what is open in it."""

    ties: frozenset[UUID]
    against: tuple[StandsAgainst, ...]


def closed_file(
    events: Sequence[RecordedEvent],
    views: Sequence[AnyView],
    privacy_office: Collection[str],
    through: int,
) -> ClosedFile | None:
    """A person's file from all its events; None where it is not erased wholly, or is of the staff.

    Nor is it closed while something is open in it, and it was erased after the prefix that ends with
    `through`. Whose data the staff looked at is judged by what the staff's files say.
    """
    erased = [event.position for event in events if erases_all(event)]
    if not erased or any(map(_is_elsewhere, events)):
        return None
    against = tuple(_against(events, views, privacy_office))
    if against and erased[0] > through:
        return None
    return ClosedFile(_ties(events), against)


def _is_elsewhere(event: RecordedEvent) -> bool:
    """Whether an event is of a registry entry, or of a person of the staff."""
    event_type = ALL_TYPES.get(event.type)
    return event.subject is not None or (event_type is not None and event_type.subjects == EMPLOYEE)


def _ties(events: Sequence[RecordedEvent]) -> frozenset[UUID]:
    named = frozenset(
        UUID(event.facts[name])
        for event in events
        for name in _TIES & event.facts.keys()
        if name in ALL_TYPES[event.type].references
    )
    return named or _NOBODY


def _against(
    events: Sequence[RecordedEvent], views: Sequence[AnyView], privacy_office: Collection[str]
) -> list[StandsAgainst]:
    stream = events[0].stream
    cases = [view for view in views if not view.cell_types.keys().isdisjoint(_OPEN)]
    shares = Dispatch(cases).share(counting(events, privacy_office))
    open = [
        one
        for view in cases
        for subkey, state in sorted(fold(view, shares[view.name]).items())
        if _is_open(view, (stream, subkey), state)
        for one in _open_in(view, (stream, subkey), state)
    ]
    return open + [
        StandsAgainst(ANNULMENT, event.id, stream) for event in _waiting(events, privacy_office)
    ]


def _waiting(
    events: Sequence[RecordedEvent], privacy_office: Collection[str]
) -> Iterator[RecordedEvent]:
    """The annulments of what is not there, which would count if it came, and are not annulled themselves."""
    known, annulled = set(map(name_of, events)), effects(events, privacy_office).annulled
    for event in filter(is_annulment, events):
        target = target_of(event, privacy_office)
        if target and target not in known and name_of(event) not in annulled:
            yield event


def _is_open(view: AnyView, key: tuple[UUID, str], state: Any) -> bool:
    cells = dict(zip(view.cell_types, view.cells(key, state), strict=True))
    return any(cells.get(name) for name in _OPEN)


def _open_in(view: AnyView, key: tuple[UUID, str], state: Any) -> Iterator[StandsAgainst]:
    stream, subkey = key
    if isinstance(state, Changes):
        for task in tasks(state):
            if task.told is None:
                yield StandsAgainst(view.name, task.recipient, stream, task.action)
    else:
        yield StandsAgainst(view.name, subkey, stream)


def untied(files: Mapping[UUID, ClosedFile]) -> list[UUID]:
    """The closed files that name no person with an open file, directly or through another file."""
    closed = set(files)
    while held := {stream for stream in closed if not files[stream].ties <= closed}:
        closed -= held
    return sorted(closed)
