"""What answers are made from: a session that reads events, and the opener of sealed values."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from ledger.errors import Lost
from ledger.event import instant
from ledger.names import LedgerName
from ledger.opening import Missing, Opener, SealedValue
from ledger.postgres import Session
from projections.derive import rows_at
from projections.read import each
from projections.timetravel import NOW, Moment
from projections.view import Value, View

__all__ = ["ERASED", "LOST", "Source", "instant_or_none", "shown", "states_at"]

S = TypeVar("S")

ERASED: dict[str, Any] = {"erased": True}
LOST: dict[str, Any] = {"lost": True}


class Source(msgspec.Struct):
    """Where answers come from, and the clock they are given by. `lost`: values that should open."""

    session: Session
    opener: Opener
    ledger: LedgerName
    privacy_office: tuple[str, ...]
    now: datetime
    lost: int = 0

    def open(self, stream: UUID, category: str, field: str, value: Value) -> Any | Missing:
        """A value as a view copied it, opened; or why it cannot be."""
        opened = self.opener.value(
            SealedValue(
                subject=stream,
                source=value.source,
                id=value.id,
                category=category,
                field=field,
                key=value.key,
                blob=value.blob,
                time=value.time,
            )
        )
        return self.counted(opened)

    def counted(self, value: Any | Missing) -> Any | Missing:
        """The value; one that is lost is remembered."""
        if value is Missing.LOST:
            self.lost += 1
        return value

    def names(self, subjects: Iterable[UUID]) -> dict[UUID, Any]:
        """References of data subjects as they are shown: an erased one has none any more."""
        wanted = list(dict.fromkeys(subjects))
        try:
            known: dict[UUID, Any] = dict(self.opener.references(wanted))
        except Lost:
            known = self._names_one_by_one(wanted)
        return {subject: known.get(subject, ERASED) for subject in wanted}

    def _names_one_by_one(self, subjects: Iterable[UUID]) -> dict[UUID, Any]:
        known: dict[UUID, Any] = {}
        for subject in subjects:
            try:
                known |= self.opener.references([subject])
            except Lost:
                self.lost += 1
                known[subject] = LOST
        return known


def shown(value: Any | Missing) -> Any:
    """A value, or what is shown in its place."""
    if isinstance(value, Missing):
        return ERASED if value is Missing.ERASED else LOST
    return value


def instant_or_none(time: datetime | None) -> str | None:
    """An instant as it is stored, None without one."""
    return instant(time) if time else None


def states_at(source: Source, view: View[S], moment: Moment) -> list[S]:
    """All rows of a small view, in the order of streams; as of a moment of the past, from the events."""
    if moment == NOW:
        return [state for _, state in each(source.session, view)]
    derived = rows_at(source.session, view, moment, source.privacy_office, view.names)
    return [state for _, rows in derived for state in rows.values()]
