"""Logs made in memory, to be served to a browser: their files by name, as the ledger lays them out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from ledger.event import encode_header, encode_state, instant
from ledger.tlog.signing.checkpoints import (
    Checkpoint,
    checkpoint_text,
    cosign_checkpoint,
    sign_checkpoint,
)
from ledger.tlog.signing.keys import SigningKey
from ledger.tlog.signing.notes import Note, encode_note, parse_note
from ledger.tlog.tree.edge import Edge, grow
from ledger.tlog.tree.merkle import hash_leaf
from ledger.tlog.tree.tiles import encode_tile, tile_path
from tests.fixtures.tlog import log_key

TIME = datetime(2026, 11, 24, 9, 15, tzinfo=UTC)


def made_entry(position: int, **members: object) -> bytes:
    """An entry such as the ledger writes, of a made-up event."""
    at = TIME + timedelta(seconds=position)
    header = encode_header(
        position=position,
        recorded_at=at,
        stream=UUID(int=position % 7),
        type="nl.voipzeker.ledger.data-disclosed.v1",
        version=1 + position // 7,
    )
    state: dict[str, object] = {
        "id": f"e{position}",
        "source": "urn:voipzeker:crm",
        "time": instant(at),
        "facts": {"recipient": "reiziger é", "amount": 1.0, "codes": ["a,b", {"x": '}"'}]},
        "categories": ["contact"],
        "sealed": {"contact": {"blob": "AAAA", "fields": ["email"], "key": "k"}},
        "origin": {"file": "f"},
    }
    return header + b"\n" + encode_state(state | members)


def made_entries(count: int) -> list[bytes]:
    return [made_entry(position) for position in range(1, count + 1)]


@dataclass
class MadeLog:
    """A log of some entries. `files`: what a server of it hands out; tests change it."""

    entries: list[bytes]
    key: SigningKey = field(default_factory=log_key)
    witnesses: Sequence[SigningKey] = ()
    files: dict[str, bytes] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.publish(self.entries)

    def publish(self, entries: Sequence[bytes]) -> "MadeLog":
        """Write tiles and checkpoint of these entries over those that are there."""
        self.entries = list(entries)
        tiles, root = tiles_over([hash_leaf(entry) for entry in entries])
        self.files |= tiles
        self.sign(Checkpoint(self.key.verifier.name, len(entries), root))
        return self

    def sign(self, checkpoint: Checkpoint) -> None:
        """Put a checkpoint of the log and its witnesses in place."""
        note = parse_note(sign_checkpoint(checkpoint, self.key))
        text = checkpoint_text(checkpoint)
        cosigned = [cosign_checkpoint(text, key, 1_700_000_000) for key in self.witnesses]
        self.files["checkpoint"] = encode_note(Note(text, (*note.signatures, *cosigned)))


def tiles_over(leaves: Sequence[bytes]) -> tuple[dict[str, bytes], bytes]:
    """Every tile over some leaf hashes by name, and the root."""
    edge, full = grow(Edge(), leaves)
    tiles = {tile_path(tile.level, tile.number): encode_tile(tile.hashes) for tile in full}
    for level, hashes in enumerate(edge.tiles):
        if hashes:
            number = edge.size >> 8 * (level + 1)
            tiles[tile_path(level, number, len(hashes))] = encode_tile(hashes)
    return tiles, edge.root()


def rows_over(leaves: Sequence[bytes]) -> list[bytes]:
    """The hashes of each level of tiles, side by side: tiles of every smaller tree are cut from them."""
    _, full = grow(Edge(), leaves)
    rows = [b"".join(leaves)]
    for level in range(1, 3):
        rows.append(b"".join(_roots(full, level - 1)))
    return rows


def _roots(full: Iterable[object], level: int) -> list[bytes]:
    from ledger.tlog.tree.merkle import hash_perfect

    return [hash_perfect(tile.hashes) for tile in full if tile.level == level]  # type: ignore[attr-defined]
