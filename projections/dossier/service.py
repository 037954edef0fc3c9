"""When a person had an active service: spans of time, of contracts (`contracts.py`) and services. Pure.

A contract that says nothing of its services is a service itself, as is a contract from a takeover: what
was switched on in it stands in the events of the other party.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from ledger.event import RecordedEvent
from projections.dossier.contracts import acts_on
from projections.folds.view import Order, order_of
from rulebook.calendar import day_of
from schemas import names

_BEGINS, _ENDS = (
    frozenset({names.SERVICE_ACTIVATED, names.SERVICE_EXTENDED}),
    names.SERVICE_DEACTIVATED,
)
_TAKEN_OVER = names.CONTRACT_TAKEN_OVER
_AFTER_ALL = 2


class ServiceSpan(NamedTuple):
    """From when a service was active, and until when; None: it still is."""

    first: datetime
    last: datetime | None


class _Contract:
    """The state of one contract so far."""

    def __init__(self) -> None:
        self.running = self.taken_over = False
        self.services: dict[str, bool] = {}

    @property
    def active(self) -> bool:
        return any(self.services.values()) or (
            self.running and (self.taken_over or not self.services)
        )

    def becomes(self, runs: bool, by: str) -> None:
        """By an act on the contract itself, which runs with the person from then on, or does not."""
        self.taken_over = runs and (by == _TAKEN_OVER or self.taken_over)
        self.running, self.services = runs, self.services if runs else {}


def service_spans(events: Iterable[RecordedEvent]) -> list[ServiceSpan]:
    """The spans of time in which a service was active, by time. `events`: those that count, of any persons.

    Spans of two persons may overlap, since a reference may have named first the one and then the other.
    """
    steps = [(event.stream, step) for event in events for step in _steps(event)]
    spans = [
        span
        for _, group in groupby(sorted(steps), key=itemgetter(0))
        for span in _spans(step for _, step in group)
    ]
    return sorted(spans, key=lambda span: span.first)


class _ServiceChange(NamedTuple):
    """A change of a contract, or of a service in it (`service`), in the order that decides."""

    order: Order
    contract_ref: str
    active: bool
    by: str
    service: str | None = None


def _steps(event: RecordedEvent) -> Iterator[_ServiceChange]:
    for act in acts_on(event):
        yield _ServiceChange(act.order, act.contract_ref, act.runs, event.name)
    if event.name in _BEGINS or event.name == _ENDS:
        order = order_of(event, _AFTER_ALL if event.name == _ENDS else 0)
        facts = event.facts
        yield _ServiceChange(
            order, facts["contract_ref"], event.name != _ENDS, event.name, facts["service"]
        )


def _spans(steps: Iterable[_ServiceChange]) -> Iterator[ServiceSpan]:
    """The spans of service of one person, in order."""
    contracts: dict[str, _Contract] = {}
    since: datetime | None = None
    for step in steps:
        contract = contracts.setdefault(step.contract_ref, _Contract())
        if step.service is None:
            contract.becomes(step.active, step.by)
        else:
            contract.services[step.service] = step.active
        active = any(contract_state.active for contract_state in contracts.values())
        if active and since is None:
            since = step.order.time
        elif not active and since is not None:
            if since < step.order.time:  # of acts of one time only the last one counts
                yield ServiceSpan(since, step.order.time)
            since = None
    if since is not None:
        yield ServiceSpan(since, None)


def served_on(spans: Iterable[ServiceSpan], day: date) -> bool:
    """Whether a service was active at any moment of a day in Amsterdam."""
    return any(
        day_of(span.first) <= day and (span.last is None or day <= day_of(span.last))
        for span in spans
    )
