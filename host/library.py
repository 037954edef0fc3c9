"""The names for programs of others: open a ledger, read, subscribe, project, verify (ADR 149).

A ledger is an application of the `eventsourcing` library. Every other module is for the program itself.
"""

from collections.abc import Collection, Mapping
from contextlib import ExitStack
from uuid import UUID

from eventsourcing.persistence import Tracking
from eventsourcing.projection import ApplicationSubscription

from host.environment import settings_from
from host.wiring import open_site
from ledger.errors import Halt, LedgerError, Misconfigured, Retry, Unproven
from ledger.event import RecordedEvent
from ledger.library.mapper import EventMapper
from ledger.library.reader import LedgerReader
from ledger.library.subscription import LedgerSubscription
from ledger.reading import newest
from ledger.tlog.proving.proof_file import parse_proof, proven_event
from ledger.tlog.signing.keys import parse_verifier_key
from projections.folds.timetravel import select

__all__ = [
    "EventSubscription",
    "Halt",
    "LedgerError",
    "Misconfigured",
    "OpenLedger",
    "RecordedEvent",
    "Retry",
    "Unproven",
    "verified_event",
]


class EventSubscription(ApplicationSubscription[UUID]):
    """The events after a position, one by one, or as many as there are. Then it waits for more."""

    subscription: LedgerSubscription
    mapper: EventMapper

    def __next__(self) -> tuple[RecordedEvent, Tracking]:
        """The next event, and its place for a view of the library."""
        row = next(self.subscription)
        return self.mapper.to_domain_event(row), Tracking(self.name, row.id)

    def take(self, count: int, wait_s: float = 1.0) -> list[RecordedEvent]:
        """At most `count` of the next events, as many as are there; none when none comes in `wait_s`."""
        return list(map(self.mapper.to_domain_event, self.subscription.take(count, wait_s)))


class OpenLedger(LedgerReader):
    """The ledger of the settings, to read. It needs no key: values stay sealed.

    `env`: `LEDGER_…` variables, over those of the environment; others are for the library. Raises
    Misconfigured, NotInstalled, which is one, Retry or Halt.
    """

    def __init__(self, env: Mapping[str, str] | None = None) -> None:
        own = {name: value for name, value in (env or {}).items() if name.startswith("LEDGER_")}
        with ExitStack() as opened:
            self._site = opened.enter_context(open_site(settings_from(own), opens_values=False))
            super().__init__(self._site.session("reader"))
            self._opened = opened.pop_all()

    def subscribe(self, after: int = 0) -> EventSubscription:
        """The events after a position, and those that are recorded from now on."""
        return EventSubscription(self, gt=after)

    def counted(self, stream: UUID) -> tuple[RecordedEvent, ...]:
        """The events of one stream that count: without those that are annulled."""
        office = self._site.privacy_office
        return (
            self.folded(stream, lambda events: select(events, privacy_office=office).counted) or ()
        )

    def close(self) -> None:
        """Close the ledger, and leave the server that came along with it."""
        super().close()
        self._opened.close()


def verified_event(proof: bytes, entry: bytes, keys: Collection[str]) -> RecordedEvent:
    """The event of an entry that the log of one of these verifier keys is proven to hold. Raises Unproven.

    `proof`, `entry`: the two files that `ledger prove` writes. It needs no ledger.
    """
    trusted = [parse_verifier_key(key) for key in keys]
    return newest(proven_event(parse_proof(proof), entry, trusted)[0])
