"""Time travel: the events that count at a moment, and any view folded from them alone.

Pure. The folds are those of the followed views, stopped earlier: a view of a stream as of any position,
recorded time or occurred time. Nothing is read here; `events` belong to one stream, or to several.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from ledger.event import RecordedEvent, erases
from projections.folds.annulment import Effects, Name, effects, name_of
from projections.folds.powers import gives_none, powerless, stripped
from projections.folds.view import AnyView, View
from schemas import names

S = TypeVar("S")
READ = names.LEDGER_READ
"""A read of the ledger itself: it says nothing about a person that was not known before."""


class Moment(msgspec.Struct, frozen=True):
    """Up to where events are kept; bounds are inclusive, and None is no bound. They combine."""

    as_of: datetime | None = None
    recorded_by: datetime | None = None
    at_position: int | None = None

    @property
    def known(self) -> "Moment":
        """The same moment without the occurred bound, for states that cover every occurred time."""
        return Moment(None, self.recorded_by, self.at_position)


NOW = Moment()


class SelectedEvents(msgspec.Struct, frozen=True):
    """The events of a moment, in the order given.

    `counted`: folded by views. `shown`: listed in a history, annulled ones included. `annulled`: maps an
    event to the id of its annulment. `erasures`: erasures after the moment, whose keys are gone all the same.
    `position`: of the last counted event, reads aside; 0 without any.
    """

    counted: tuple[RecordedEvent, ...]
    shown: tuple[RecordedEvent, ...]
    annulled: dict[Name, str]
    erasures: tuple[RecordedEvent, ...]
    position: int


def select(
    events: Iterable[RecordedEvent], moment: Moment = NOW, privacy_office: Collection[str] = ()
) -> SelectedEvents:
    """Apply the bounds of a moment to all events of a stream.

    Annulments obey `recorded_by` and `at_position`, never `as_of`: what was a mistake never was so.
    """
    everything = list(events)
    visible = [event for event in everything if _is_visible(event, moment)]
    annulling = effects(visible, privacy_office)
    # Both are decided over all that is visible, before `as_of` cuts: a later act may annul an earlier one.
    without = _powerless(visible, annulling, privacy_office)
    shown = [event for event in visible if moment.as_of is None or event.time <= moment.as_of]
    counted = _that_count(shown, annulling, without, privacy_office)
    return SelectedEvents(
        counted=tuple(counted),
        shown=tuple(shown),
        annulled=annulling.annulled,
        erasures=_erasures_beyond(everything, shown),
        position=max((event.position for event in counted if event.name != READ), default=0),
    )


def _erasures_beyond(
    everything: Iterable[RecordedEvent], shown: Iterable[RecordedEvent]
) -> tuple[RecordedEvent, ...]:
    """The erasures that a moment does not show: what they destroyed opens at no moment."""
    names = {name_of(event) for event in shown}
    return tuple(event for event in everything if erases(event) and name_of(event) not in names)


def _is_visible(event: RecordedEvent, moment: Moment) -> bool:
    recorded_by, at_position = moment.recorded_by, moment.at_position
    return (recorded_by is None or event.recorded_at <= recorded_by) and (
        at_position is None or event.position <= at_position
    )


def counting(
    events: Sequence[RecordedEvent], privacy_office: Collection[str]
) -> list[RecordedEvent]:
    """The events that are not annulled, from complete streams.

    Events without effect are marked: void annulments, and grants that give no power. Acts without the power
    that they claim are stripped.
    """
    annulling = effects(events, privacy_office)
    return _that_count(
        events, annulling, _powerless(events, annulling, privacy_office), privacy_office
    )


def _powerless(
    events: Sequence[RecordedEvent], annulling: Effects, privacy_office: Collection[str]
) -> set[Name]:
    annulled = annulling.annulled
    standing = [event for event in events if name_of(event) not in annulled] if annulled else events
    return powerless(standing, privacy_office)


def _that_count(
    events: Sequence[RecordedEvent],
    annulling: Effects,
    without: set[Name],
    privacy_office: Collection[str],
) -> list[RecordedEvent]:
    annulled, void = annulling.annulled, annulling.void | _giving_none(events, privacy_office)
    counted = (
        [event for event in events if name_of(event) not in annulled] if annulled else list(events)
    )
    if without:
        counted = [stripped(event) if name_of(event) in without else event for event in counted]
    if not void:
        return counted
    return [
        msgspec.structs.replace(event, void=True) if name_of(event) in void else event
        for event in counted
    ]


def _giving_none(events: Sequence[RecordedEvent], privacy_office: Collection[str]) -> set[Name]:
    return {name_of(event) for event in events if gives_none(event, privacy_office)}


def fold(
    view: View[S], events: Iterable[RecordedEvent], erasures: Iterable[RecordedEvent] = ()
) -> dict[str, S]:
    """Subkey -> state of one stream from the events that count, in any order.

    `erasures`: later ones; they take values away and change nothing else.
    """
    touched: dict[str, list[RecordedEvent]] = {}
    keys = view.keys
    for event in events:
        for subkey in keys(event):
            if subkey in touched:
                touched[subkey].append(event)
            else:
                touched[subkey] = [event]
    folded = ((subkey, view.evolved(subkey, None, its)) for subkey, its in touched.items())
    states = {subkey: state for subkey, state in folded if state is not None}
    if view.forget:
        for erasure in erasures:
            states = {subkey: view.forget(state, erasure) for subkey, state in states.items()}
    return states


def fold_at(
    view: View[S],
    events: Iterable[RecordedEvent],
    moment: Moment = NOW,
    privacy_office: Collection[str] = (),
) -> dict[str, S]:
    """Subkey -> state of one stream at a moment: `select`, then `fold`."""
    selected = select(events, moment, privacy_office)
    return fold(view, selected.counted, selected.erasures)


def projector(
    view: AnyView, privacy_office: Collection[str] = ()
) -> Callable[[Any, Iterable[RecordedEvent]], Any]:
    """The view as a projector function of the eventsourcing library's `Repository.get`.

    The aggregate is subkey -> state of the stream at the asked version, None when there is no row.
    """

    def project(_initial: Any, events: Iterable[RecordedEvent]) -> Any:
        return fold_at(view, events, NOW, privacy_office) or None

    return project
