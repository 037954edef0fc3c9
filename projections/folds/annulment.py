"""Annulment: a later event declares an earlier one a mistake, and the earlier one counts nowhere any more.

Pure. An annulment affects an event that is earlier (time, source, id), in the same stream and from the same
source; only the privacy office may name another source. An annulment without effect is a finding elsewhere.
Annulments obey recorded time and position, never the occurred time of an as-of answer.
"""

from collections.abc import Collection, Hashable, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from schemas import names

Name = tuple[str, str]
"""Of an event: its source and id."""

ANNULMENT = names.EVENT_ANNULLED
# The ledger's own account cannot be taken back: what was destroyed or passed over does not come back, and
# who has read something has read it.
_LASTING = {
    names.PERSONAL_DATA_ERASED,
    names.ERASURE_DECIDED,
    names.ERASURE_REAPPLIED,
    names.VALUES_RESEALED,
    names.INTAKE_GAP_RECORDED,
    names.LEDGER_READ,
    names.ACT_APPROVED,
    names.PREFIX_PRUNED,
}


class Annullable(Protocol):
    """The members of an event that annulment reads: of a `RecordedEvent`, or of columns in an archive."""

    @property
    def stream(self) -> Hashable:
        """The identity of its stream."""

    @property
    def name(self) -> str:
        """The short name of its type."""

    @property
    def source(self) -> str:
        """The source of the event."""

    @property
    def id(self) -> str:
        """Its name among the events of its source."""

    @property
    def time(self) -> datetime:
        """When it happened."""

    @property
    def facts(self) -> Mapping[str, Any]:
        """An annulment has `annuls` and `annuls_source`."""

    @property
    def ours(self) -> bool:
        """Whether the ledger itself recorded it."""


def name_of(event: Annullable) -> Name:
    """The name of an event within its stream: its source and id."""
    return event.source, event.id


def is_annulment(event: Annullable) -> bool:
    """Whether the event annuls another one, with or without effect."""
    return event.name == ANNULMENT


def target_of(annulment: Annullable, privacy_office: Collection[str]) -> Name | None:
    """The key of the event that an annulment names; None if its source has no right to annul it."""
    source = annulment.facts.get("annuls_source", annulment.source)
    if source != annulment.source and annulment.source not in privacy_office:
        return None
    return source, annulment.facts["annuls"]


class Effects(NamedTuple):
    """Annulled events with the id of the annulment that did it, and annulments that have no effect."""

    annulled: dict[Name, str]
    void: set[Name]


def effects(events: Iterable[Annullable], privacy_office: Collection[str]) -> Effects:
    """The effects of the annulments among the events of some streams, as far as these events tell.

    `events`: all visible events of each stream, in any order. `privacy_office`: its sources. Among several
    annulments of one event that stand, the earliest (time, source, id) is named.
    """
    visible = list(events)
    annulments = [event for event in visible if is_annulment(event)]
    result = Effects({}, set())
    if not annulments:
        return result
    by_name = {(event.stream, *name_of(event)): event for event in visible}
    # Latest first: what could annul an annulment is later than it, so it has been decided already.
    for annulment in sorted(annulments, key=_place, reverse=True):
        target = _target(annulment, by_name, privacy_office)
        if target is None:
            result.void.add(name_of(annulment))
        elif name_of(annulment) not in result.annulled:
            result.annulled[name_of(target)] = annulment.id
    return result


def _target(
    annulment: Annullable,
    by_name: Mapping[tuple[Hashable, str, str], Annullable],
    privacy_office: Collection[str],
) -> Annullable | None:
    name = target_of(annulment, privacy_office)
    target = by_name.get((annulment.stream, *name)) if name else None
    if target is None or _place(target) >= _place(annulment):
        return None
    return None if target.ours and target.name in _LASTING else target


def _place(event: Annullable) -> tuple[datetime, str, str]:
    return event.time, event.source, event.id
