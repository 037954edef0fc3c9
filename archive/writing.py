"""Writes published entries into an archive, segment by segment, once and in order.

It reads the log's files alone: the database is not asked, and no key of a person is needed. A segment is
compared with the tiles before it is written, and the manifest names it only when it is there. So a process
that dies leaves whole segments and a manifest that names the first of them; the next one goes on there.
"""

from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

import msgspec

from archive.manifest import (
    MANIFEST,
    MOST_MANIFEST_BYTES,
    MOST_SEGMENT_BYTES,
    SEGMENT_EVENTS,
    Manifest,
    Segment,
    decode_manifest,
    encode_manifest,
    new_manifest,
    root_of_segments,
    segment_file,
)
from archive.places import Place
from archive.segment import encode_segment, facts_of
from ledger.errors import Misconfigured, Unproven
from ledger.tlog.proving.reading import PublishedCheckpoint
from ledger.tlog.signing.base64 import from_base64, to_base64
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.merkle import CompactRange, hash_leaf, hash_perfect
from ledger.tlog.tree.proofs import Node, consistency_proof, root_at, verify_consistency
from ledger.tlog.tree.tiles import TILE_WIDTH, nodes_of

# A manifest of many segments is large: it is written again now and then, and at the end.
_SEGMENTS_A_MANIFEST = 64


class PublishedHistory:
    """The entries under one checkpoint, and the tree over them."""

    def __init__(self, folder: LogFolder, signed: PublishedCheckpoint) -> None:
        self.folder = folder
        self.signed = signed
        self.node: Node = nodes_of(self.size, folder.tile)

    @property
    def size(self) -> int:
        """How many entries there are."""
        return self.signed.checkpoint.size

    def root(self, first: int, count: int) -> bytes:
        """The tree hash of entries from a position on, as the tiles say.

        `count`: a power of 2 that is at least a bundle; `first` begins such a part of the tree.
        """
        return self.node(count.bit_length() - 1, (first - 1) // count)

    def check_signed(self, last: int, root: bytes) -> None:
        """Raise Unproven unless the checkpoint's tree begins with the tree of `last` entries."""
        proof = consistency_proof(last, self.size, self.node)
        verify_consistency(last, self.size, root, self.signed.checkpoint.root, proof)

    def read(self, first: int, count: int) -> Iterator[bytes]:
        """The `count` entries from position `first`.

        Raises Unproven after the last if their hash is not in the tree.
        """
        leaves: list[bytes] = []
        for number in range((first - 1) // TILE_WIDTH, (first - 1 + count) // TILE_WIDTH):
            entries = self.folder.bundle(number, TILE_WIDTH)
            leaves += map(hash_leaf, entries)
            yield from entries
        if hash_perfect(leaves) != self.root(first, count):
            last = first + count - 1
            raise Unproven(
                f"the log's files do not make up one tree at positions {first} to {last}"
            )


def stored_manifest(place: Place) -> Manifest | None:
    """The manifest of an archive; None before the first. Raises Unproven, ServiceAway."""
    content = place.get(MANIFEST, MOST_MANIFEST_BYTES)
    return None if content is None else decode_manifest(content)


def begun_manifest(place: Place, least: int = 0) -> Manifest:
    """The manifest of an archive with at least `least` files. Raises Unproven, ServiceAway."""
    manifest = stored_manifest(place)
    if manifest is None:
        raise Unproven(
            "there is no archive: `ledger archive ARCHIVE` makes it when its first file is full, of"
            f" {SEGMENT_EVENTS} published events or of `--segment N`"
        )
    if len(manifest.segments) < least:
        raise Unproven(
            f"the archive has no file yet: the first one takes {manifest.segment_events} published events"
        )
    return manifest


class Archiving(NamedTuple):
    """The manifests of an archive before and after archiving."""

    before: Manifest
    after: Manifest


def archive(
    history: PublishedHistory,
    place: Place,
    segment_events: int | None = None,
    wrote: Callable[[Manifest], None] = lambda _: None,
) -> Archiving:
    """Write every whole segment that is published and not archived yet.

    `segment_events`: the size of its segments, which never changes; None: that of the archive, or the usual
    one. `wrote`: is told after each manifest. Raises Unproven when the archive is of another history,
    Misconfigured, also for a file that would be too large, Busy while another command writes it, ServiceAway.
    """
    with place.alone():
        before = manifest = _begun(history, place, segment_events)
        _check_same_history(history, manifest)
        if not before.checkpoint and history.size >= before.segment_events:
            # The size is said before there is a segment: no later command fills the folder with a different
            # size.
            place.put(MANIFEST, encode_manifest(_signed(history, before, ())))
        for grown in _growing(history, place, manifest):
            place.put(MANIFEST, encode_manifest(grown))
            wrote(grown)
            manifest = grown
    return Archiving(before, manifest)


def _begun(history: PublishedHistory, place: Place, segment_events: int | None) -> Manifest:
    """The manifest of the archive, or of an empty one."""
    stored = stored_manifest(place)
    if stored is None:
        size = SEGMENT_EVENTS if segment_events is None else segment_events
        return new_manifest(history.signed.checkpoint.origin, size)
    if segment_events not in {None, stored.segment_events}:
        raise Misconfigured(f"the archive has segments of {stored.segment_events} events")
    return stored


def _check_same_history(history: PublishedHistory, manifest: Manifest) -> None:
    """Raise unless the archived entries are the beginning of the published ones."""
    if manifest.origin != history.signed.checkpoint.origin:
        raise Misconfigured(f"the archive is of the log {manifest.origin}")
    if manifest.last > history.size:
        raise Unproven(f"the archive ends at {manifest.last}, the published log at {history.size}")
    if root_of_segments(manifest.segments) != root_at(manifest.last, history.node):
        raise Unproven("the archive holds another history than the log")
    pruned = history.folder.minimum_index()
    if pruned > manifest.last:
        raise Unproven(
            f"the archive ends at {manifest.last}, and entries up to position {pruned} are pruned: only an"
            " archive that has them goes on"
        )


def _growing(history: PublishedHistory, place: Place, manifest: Manifest) -> Iterator[Manifest]:
    """The manifest with more and more segments, each of which is there."""
    size = manifest.segment_events
    written, tree = list(manifest.segments), CompactRange()
    for segment in written:
        tree.add(from_base64(segment.root))
    for first in range(manifest.last + 1, history.size - size + 2, size):
        # Tiles may agree with each other and not with the checkpoint.
        root = history.root(first, size)
        tree.add(root)
        history.check_signed(first + size - 1, tree.root())
        written.append(_write(history, place, first, size, to_base64(root)))
        if len(written) % _SEGMENTS_A_MANIFEST == 0:
            yield _signed(history, manifest, written)
    if len(written) % _SEGMENTS_A_MANIFEST and len(written) > len(manifest.segments):
        yield _signed(history, manifest, written)


def _write(history: PublishedHistory, place: Place, first: int, count: int, root: str) -> Segment:
    last, name = first + count - 1, segment_file(first)
    facts = facts_of(history.signed.checkpoint.origin, first, last, root)
    content = encode_segment(history.read(first, count), facts)
    if len(content) > MOST_SEGMENT_BYTES:
        raise Misconfigured(
            f"the file of positions {first} to {last} would have more than {MOST_SEGMENT_BYTES} bytes: begin"
            " an archive of smaller files in another folder, with --segment"
        )
    place.put(name, content)
    return Segment(
        first=first,
        last=last,
        file=name,
        bytes=len(content),
        sha256=sha256(content).hexdigest(),
        root=root,
    )


def _signed(history: PublishedHistory, manifest: Manifest, written: Sequence[Segment]) -> Manifest:
    """The manifest of these segments, and the proof that the checkpoint's tree begins with them."""
    last = written[-1].last if written else 0
    proof = consistency_proof(last, history.size, history.node)
    return msgspec.structs.replace(
        manifest,
        segments=tuple(written),
        checkpoint=history.signed.content.decode(),
        consistency=tuple(map(to_base64, proof)),
    )
