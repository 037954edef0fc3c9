"""A ledger that is split: its entries in their order, shared out over two logs. Pure.

Each heir gets the streams of its own persons and all that is shared. An entry keeps every byte but its
position: streams, versions, times and sealed values stay, so what was sealed opens under the same keys and
names, which move along. The old log stays as it is, and its last checkpoint says who goes on with it.
"""

from collections.abc import Callable, Iterable, Sequence
from uuid import UUID

from bench.ledgers.checking import Fault
from bench.ledgers.merging import Rows
from ledger.event import RecordedEvent, encode_header
from ledger.tlog.tree.bundles import Entry, read_entry
from projections import VIEWS
from projections.folds.timetravel import counting, fold

Heir = Callable[[UUID], int | None]
"""Which of the two a stream goes to; None: to both."""


def shared_out(entries: Iterable[bytes], heir_of: Heir) -> tuple[list[bytes], list[bytes]]:
    """The first entries of both heirs."""
    heirs: tuple[list[bytes], list[bytes]] = ([], [])
    for content in entries:
        entry = read_entry(content)
        heir = heir_of(entry.stream)
        for mine in heirs if heir is None else (heirs[heir],):
            mine.append(placed(entry, len(mine) + 1))
    return heirs


def placed(entry: Entry, position: int) -> bytes:
    """The entry at another position."""
    header = encode_header(
        position=position,
        recorded_at=entry.recorded_at,
        stream=entry.stream,
        type=entry.type,
        version=entry.version,
    )
    return header + b"\n" + entry.state


def check_split(parent: Sequence[bytes], heirs: Sequence[Sequence[bytes]]) -> list[Fault]:
    """Whether two heirs begin with all of their parent, each stream as a whole in one of them or in both.

    Needs the entries of three logs and no key: which stream went where is read from the heirs.
    """
    had = [{read_entry(content).stream for content in heir} for heir in heirs]
    streams = {read_entry(content).stream for content in parent}
    lost = streams - had[0] - had[1]
    if lost:
        return [Fault("split", "both", f"{len(lost)} streams of the parent are in neither")]
    wanted = shared_out(parent, lambda s: None if s in had[0] & had[1] else int(s in had[1]))
    return [
        Fault("split", str(number), f"differs from the parent at entry {_difference(right, have)}")
        for number, (right, have) in enumerate(zip(wanted, heirs, strict=True))
        if list(have[: len(right)]) != right
    ]


def _difference(right: Sequence[bytes], have: Sequence[bytes]) -> int:
    pairs = enumerate(zip(right, have, strict=False), 1)
    return next((place for place, (one, other) in pairs if one != other), len(have) + 1)


def folded(events: Iterable[RecordedEvent], privacy_office: Sequence[str]) -> dict[str, Rows]:
    """The rows of every view, from events alone."""
    streams: dict[UUID, list[RecordedEvent]] = {}
    for event in events:
        streams.setdefault(event.stream, []).append(event)
    told = {stream: counting(mine, privacy_office) for stream, mine in streams.items()}
    return {
        view.name: {
            (stream, subkey): row
            for stream, mine in told.items()
            for subkey, row in fold(view, mine).items()
        }
        for view in VIEWS
    }
