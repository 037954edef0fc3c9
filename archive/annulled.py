"""The events that annulments took back, decided by the fold that the views use, over columns of an
archive.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from ledger.event import is_own_source
from projections.folds.annulment import effects, name_of


class ArchivedEvent(NamedTuple):
    """An annulment, or an event that one names: the columns of `annulments.sql`, in their order."""

    position: int
    stream: str
    name: str
    source: str
    id: str
    time: datetime
    annuls: str | None
    annuls_source: str | None

    @property
    def facts(self) -> Mapping[str, Any]:
        """See `Annullable`."""
        return {"annuls": self.annuls, "annuls_source": self.annuls_source or self.source}

    @property
    def ours(self) -> bool:
        """See `Annullable`."""
        return is_own_source(self.source)


def annulled_positions(
    rows: Iterable[tuple[Any, ...]], privacy_office: Collection[str]
) -> list[int]:
    """The positions of annulled events, from rows of `annulments.sql`."""
    events = {name_of(event): event for event in map(ArchivedEvent._make, rows)}
    annulled = effects(events.values(), privacy_office).annulled
    return [events[name].position for name in annulled]
