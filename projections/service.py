"""When somebody had an active service: spans of time, folded from contracts and services. Pure.

A contract that says nothing of its services is a service itself, as is one that came by a takeover: what
was switched on in it stands in the events of the other party.
"""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from ledger.event import RecordedEvent
from projections.view import Order, order_of
from rulebook.calendar import day_of

__all__ = ["Span", "served_on", "service_spans"]

_BEGINS = frozenset(
    {"contract-concluded", "contract-changed", "service-activated", "service-extended"}
)
_ENDS = frozenset({"contract-ended", "service-deactivated"})
_TAKEN_OVER = "contract-taken-over"


class Span(NamedTuple):
    """From when a service was active, and until when; None: it still is."""

    first: datetime
    last: datetime | None


class _Contract:
    """What is known of one contract by now."""

    def __init__(self) -> None:
        self.running = self.taken_over = False
        self.services: dict[str, bool] = {}

    @property
    def active(self) -> bool:
        return any(self.services.values()) or (
            self.running and (self.taken_over or not self.services)
        )

    def begins(self, event: RecordedEvent) -> None:
        service = event.facts.get("service")
        if service is None:
            self.running = True
        else:
            self.services[service] = True

    def ends(self, event: RecordedEvent) -> None:
        service = event.facts.get("service")
        if service is None:
            self.running, self.services = False, {}
        else:
            self.services[service] = False

    def goes_over(self, event: RecordedEvent) -> None:
        """To the person of the stream, or away from them."""
        self.running = self.taken_over = event.facts["to_customer"] == str(event.stream)
        self.services = self.services if self.running else {}


def service_spans(events: Iterable[RecordedEvent]) -> list[Span]:
    """The spans of time in which a service was active, by time. `events`: those that count, of any persons.

    Spans of two persons stand beside each other, since a reference may have named both in turn.
    """
    by_stream = sorted((event for event in events if _tells(event)), key=lambda one: one.stream)
    spans = [
        span
        for _, told in groupby(by_stream, key=lambda event: event.stream)
        for span in _spans(sorted(told, key=_order))
    ]
    return sorted(spans, key=lambda span: span.first)


def _tells(event: RecordedEvent) -> bool:
    return event.name in _BEGINS or event.name in _ENDS or event.name == _TAKEN_OVER


def _order(event: RecordedEvent) -> Order:
    return order_of(event, int(event.name in _ENDS))


def _spans(events: Iterable[RecordedEvent]) -> Iterable[Span]:
    """Of one person's events, in order."""
    contracts: dict[str, _Contract] = {}
    since: datetime | None = None
    for event in events:
        contract = contracts.setdefault(event.facts["contract_ref"], _Contract())
        if event.name in _BEGINS:
            contract.begins(event)
        elif event.name in _ENDS:
            contract.ends(event)
        else:
            contract.goes_over(event)
        active = any(one.active for one in contracts.values())
        if active and since is None:
            since = event.time
        elif not active and since is not None:
            yield Span(since, event.time)
            since = None
    if since is not None:
        yield Span(since, None)


def served_on(spans: Iterable[Span], day: date) -> bool:
    """Whether a service was active at any moment of a day in Amsterdam."""
    return any(
        day_of(span.first) <= day and (span.last is None or day <= day_of(span.last))
        for span in spans
    )
