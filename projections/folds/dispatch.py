"""Which views an event may touch: what an event costs grows with the views that care, not with all views.

Pure. A view names the event types that may touch its rows (`View.names`), or none and is asked each time.
"""

from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from uuid import UUID

from ledger.event import RecordedEvent
from projections.folds.view import AnyView

Shares = dict[str, list[RecordedEvent]]
"""By name of a view the events that may touch its rows, in the order given."""

StreamEvents = tuple[UUID, list[RecordedEvent]]
"""A stream with some of its events."""


class Dispatch:
    """Shares events out among some views."""

    def __init__(self, views: Collection[AnyView]) -> None:
        self._views = [view.name for view in views]
        self._everything = [view.name for view in views if view.names is None]
        names = set(chain.from_iterable(view.names or () for view in views))
        self._wanting = {
            name: [view.name for view in views if view.names and name in view.names]
            for name in names
        }

    def share(self, events: Sequence[RecordedEvent]) -> Shares:
        """The events of each view."""
        shares: Shares = {view: [] for view in self._views}
        shares |= {view: list(events) for view in self._everything}
        for event in events:
            for view in self._wanting.get(event.name, ()):
                shares[view].append(event)
        return shares

    def share_streams(self, streams: Iterable[StreamEvents]) -> dict[str, list[StreamEvents]]:
        """By name of a view the same, stream by stream; each is given once."""
        shares: dict[str, list[StreamEvents]] = {view: [] for view in self._views}
        wanting = self._wanting
        for stream, events in streams:
            if events:
                for view in self._everything:
                    shares[view].append((stream, events))
            for event in events:
                for view in wanting.get(event.name, ()):
                    share = shares[view]
                    if share and share[-1][0] is stream:
                        share[-1][1].append(event)
                    else:
                        share.append((stream, [event]))
        return shares
