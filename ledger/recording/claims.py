"""Claims to power over recorded events: judged under the head lock, by the sources of the events before.

An earlier message of the batch counts as recorded before, so a claim fares the same however messages are cut
into batches. Only batches with a claim in them ask the database, once.
"""

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

import msgspec

from ledger.storage.postgres import Session
from ledger.stored import decode_row
from ledger.writing.message import place_in
from ledger.writing.packing import PackedMessage
from schemas import ALL_TYPES
from schemas.powers import Claim, refs_in, without_right
from schemas.sources import counts, is_office_place

_Saying = tuple[str, tuple[str, ...], bool]


class RecordedClaims(msgspec.Struct):
    """Recorded statements by stream and power: source, refs, and whether it was surely the privacy office."""

    sayings: dict[tuple[UUID, str], list[_Saying]] = msgspec.field(default_factory=dict)

    def may(self, item: PackedMessage, claim: Claim) -> bool:
        """Whether an event may use the power that it claims."""
        assert item.stream is not None
        sayings = self.sayings.get((item.stream, claim.power.id), ())
        return not without_right(item.source, claim, sayings)

    def note(self, item: PackedMessage, claim: Claim) -> None:
        """Take an event that is recorded next into account."""
        assert item.stream is not None
        if claim.counts and not claim.acts:
            self.add(item.stream, claim.power.id, (item.source, claim.refs, claim.for_office))

    def add(self, stream: UUID, power: str, saying: _Saying) -> None:
        """Take a recorded statement of a stream into account."""
        self.sayings.setdefault((stream, power), []).append(saying)


def claims_of(ready: Iterable[PackedMessage]) -> list[PackedMessage]:
    """The events that claim a power."""
    return [item for item in ready if item.claim is not None]


def said_before(session: Session, claiming: Collection[PackedMessage]) -> RecordedClaims:
    """The recorded statements over which some events claim power."""
    recorded = RecordedClaims()
    claims = {name: claim for _, claim in _claims(claiming) for name in claim.power.opens}
    if not claims:
        return recorded
    rows = session.rows(
        "said_before",
        streams=sorted({stream for stream, _ in _claims(claiming) if stream}),
        types=[type for type, entry in ALL_TYPES.items() if entry.name in claims],
    )
    for row in rows:
        event = decode_row(*row)
        claim, place = claims[event.name], place_in(event.origin)
        power = claim.power
        if counts(power, event.name, event.source, place, claim.office, claim.house):
            refs = refs_in(power, event.facts, event.categories)
            recorded.add(event.stream, power.id, (event.source, refs, is_office_place(place)))
    return recorded


def _claims(claiming: Iterable[PackedMessage]) -> Iterator[tuple[UUID | None, Claim]]:
    return ((item.stream, item.claim) for item in claiming if item.claim)
