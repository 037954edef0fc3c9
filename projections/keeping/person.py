"""One person as erasure and retention see them: the dossier, and the data held. Pure.

The folds are those of view `findings`, done on the spot over all events of the person: a decision under the
lock of the ledger needs every recorded event, and the view may be behind.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from ledger.event import RecordedEvent
from projections.dossier.contracts import told_by_others
from projections.dossier.dossier import NO_DOSSIER, Dossier, dossier_from
from projections.dossier.fact import Fact
from projections.dossier.look import FactContext
from projections.dossier.traces import Traces, traced
from projections.folds.timetravel import counting
from projections.keeping.holds import ACTS_ON_HOLDS, holds_by_category
from rulebook import Keeping

Others = Callable[[str], Dossier | None]
"""The dossier of another stream by its name, such as that of a contact person's customer."""
Takeovers = Callable[[UUID], Iterable[Fact]]
"""What others tell of the contracts that a person took over, by stream."""


class Person(msgspec.Struct, frozen=True):
    """The stream of a person, what is around it, and what is held of them.

    `latest`: when the latest event that others sent about the person occurred. It is asked for, since traces
    keep the earliest alone.
    """

    look: FactContext
    traces: Traces
    latest: Callable[[], datetime | None]

    @property
    def stream(self) -> UUID:
        """The data subject."""
        return self.look.stream

    @property
    def dossier(self) -> Dossier:
        """The facts about the person."""
        return self.look.own

    @property
    def held(self) -> tuple[str, ...]:
        """Categories of which a key still opens something, sorted."""
        return tuple(sorted(self.traces.held))

    def after(self, erased: Collection[str], month: int | None) -> "Person":
        """The person once categories are erased. `month`: no later month is."""
        return Person(self.look, self.traces.without(erased, month), self.latest)

    def without_fields(self, fields: Iterable[str], through: datetime) -> "Person":
        """The person once the values of single fields up to a time are erased."""
        return Person(self.look, self.traces.without_fields(fields, through), self.latest)


def person_of(
    stream: UUID,
    events: Sequence[RecordedEvent],
    privacy_office: Collection[str],
    others: Others = lambda _name: None,
    takeovers: Takeovers = lambda _stream: (),
) -> Person:
    """A person from all events of the stream."""
    counted = counting(events, privacy_office)
    traces = traced(Traces(), counted)
    look = around(stream, dossier_from(counted), others, takeovers)
    latest = latest_of(events)
    return Person(look, traces, lambda: latest)


def around(stream: UUID, dossier: Dossier, others: Others, takeovers: Takeovers) -> FactContext:
    """The context of a person's data: their dossier, those of others, and what these say about the person."""
    beside, customer = tuple(told_by_others(stream, dossier, takeovers(stream))), dossier.customer
    around_customer = (
        tuple(_told_of_customer(UUID(customer), others(customer), takeovers)) if customer else ()
    )
    return FactContext(stream, dossier, others, beside, around_customer)


def _told_of_customer(
    customer: UUID, dossier: Dossier | None, takeovers: Takeovers
) -> list[Keeping]:
    return told_by_others(customer, dossier or NO_DOSSIER, takeovers(customer))


def latest_of(events: Iterable[RecordedEvent]) -> datetime | None:
    """The time of the latest event from another source; None without one."""
    return max((event.time for event in events if not event.ours), default=None)


def dossier_of(events: Sequence[RecordedEvent], privacy_office: Collection[str]) -> Dossier:
    """The dossier of a stream from all its events."""
    return dossier_from(counting(events, privacy_office))


def legal_holds(
    events: Sequence[RecordedEvent], *, privacy_office: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """From all events of a stream: category -> references of the holds over it (a `Guard` of the eraser)."""
    if not any(event.name in ACTS_ON_HOLDS for event in events):
        return {}
    return holds_by_category(dossier_of(events, privacy_office))
