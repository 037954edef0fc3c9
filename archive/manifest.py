"""The content of an archive, as one file that any program can read: its segments, and their signatures. Pure.

A segment is a file of a fixed number of events, a power of 2, so its tree hash is a node of the log's tree.
Only whole segments are archived; none is ever changed. Their hashes come to the root of the archive's tree,
and a consistency proof leads from there to a checkpoint that the log signed.
"""

from collections.abc import Sequence
from hashlib import sha256

import msgspec

from ledger.audit import Finding
from ledger.errors import Misconfigured, Unproven
from ledger.tlog.signing.base64 import from_base64
from ledger.tlog.signing.checkpoints import Checkpoint, verify_checkpoint
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.tree.merkle import root_of
from ledger.tlog.tree.proofs import verify_consistency
from schemas.encoding import from_json

MANIFEST = "archive.json"
BUCKET = "s3://"
"""How the address of an archive begins that is not in a folder."""
FORMAT = "processing-ledger-archive/1"
# 65,536 events are some ten MB: few files, and little is lost of a last segment that is not whole.
SEGMENT_EVENTS = 1 << 16
LEAST_SEGMENT_EVENTS, MOST_SEGMENT_EVENTS = 1 << 8, 1 << 20
# A segment is written, checked and folded in memory: 65,536 events of 8 KiB, some 50 times the usual size.
MOST_SEGMENT_BYTES = 1 << 29
# A segment takes some 250 bytes of it: room for 16 thousand million events in segments of the usual size.
MOST_MANIFEST_BYTES = 1 << 26


class Segment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A file of events. `root`: tree hash of its entries, in base64; `sha256`: of the file, hexadecimal."""

    first: int
    last: int
    file: str
    bytes: int
    sha256: str
    root: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An archive. `checkpoint`: the signed note; `consistency`: from the archive's tree to it, in base64."""

    format: str
    origin: str
    segment_events: int
    segments: tuple[Segment, ...] = ()
    checkpoint: str = ""
    consistency: tuple[str, ...] = ()

    @property
    def last(self) -> int:
        """The last position that is archived; 0 without any."""
        return self.segments[-1].last if self.segments else 0


class CheckedArchive(msgspec.Struct, frozen=True):
    """The result of an archive's audit. `published`: size of the checkpoint that signs for the archive, or 0.

    `size`, `root`: of the tree over the entries that are really there, up to the first that is missing.
    `origin`: of the log that the archive names as its own; None without an archive.
    """

    findings: tuple[Finding, ...]
    size: int
    root: bytes
    published: int
    origin: str | None


class QueryAnswer(msgspec.Struct, frozen=True):
    """The answer to a question over the events up to a position, as rows of columns."""

    question: str
    position: int
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


def new_manifest(origin: str, segment_events: int) -> Manifest:
    """An empty archive. Raises Misconfigured unless the size is a power of 2, from 256 on."""
    if not _is_size(segment_events):
        raise Misconfigured(
            f"a segment holds a power of 2 of events, from {LEAST_SEGMENT_EVENTS} to {MOST_SEGMENT_EVENTS}"
        )
    return Manifest(FORMAT, origin, segment_events)


def _is_size(segment_events: int) -> bool:
    """Whether segments of this size are perfect parts of the tree, made of whole bundles."""
    is_within = LEAST_SEGMENT_EVENTS <= segment_events <= MOST_SEGMENT_EVENTS
    return is_within and segment_events.bit_count() == 1


def segment_file(first: int) -> str:
    """The name of the file whose first event is at a position: names in order are positions in order."""
    return f"segments/{first:019d}.parquet"


def encode_manifest(manifest: Manifest) -> bytes:
    """The bytes of the file: JSON of several lines, members in the order of the struct."""
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def decode_manifest(content: bytes) -> Manifest:
    """Read the file.

    Raises Unproven for a text without this format, or if its segments do not follow each other.
    """
    try:
        manifest = from_json(content, Manifest)
    except msgspec.DecodeError:
        raise Unproven(f"{MANIFEST} is no manifest of an archive") from None
    if manifest.format != FORMAT:
        raise Unproven(f"{MANIFEST} has another format than {FORMAT}")
    if not _is_size(manifest.segment_events) or len(content) > MOST_MANIFEST_BYTES:
        raise Unproven(f"{MANIFEST} is no manifest of an archive")
    for number, segment in enumerate(manifest.segments):
        first = number * manifest.segment_events + 1
        follows = (first, first + manifest.segment_events - 1, segment_file(first))
        is_possible = 0 < segment.bytes <= MOST_SEGMENT_BYTES
        if (segment.first, segment.last, segment.file) != follows or not is_possible:
            raise Unproven(f"{MANIFEST}: segment {number + 1} does not follow the one before it")
    return manifest


def is_file_of(segment: Segment, content: bytes) -> bool:
    """Whether these are the bytes of a segment's file, as the manifest tells."""
    return len(content) == segment.bytes and sha256(content).hexdigest() == segment.sha256


def root_of_segments(segments: Sequence[Segment]) -> bytes:
    """The root of the log's tree over whole segments: perfect subtrees, so each counts as a leaf."""
    return root_of(from_base64(segment.root) for segment in segments)[1]


def verify_manifest(manifest: Manifest, keys: Sequence[VerifierKey]) -> Checkpoint:
    """The checkpoint that signs for the archive. Raises Unproven when it does not."""
    checkpoint = verify_checkpoint(manifest.checkpoint.encode(), keys)
    if checkpoint.origin != manifest.origin:
        raise Unproven(f"{MANIFEST} holds a checkpoint of another log")
    proof = [from_base64(text) for text in manifest.consistency]
    root = root_of_segments(manifest.segments)
    verify_consistency(manifest.last, checkpoint.size, root, checkpoint.root, proof)
    return checkpoint
