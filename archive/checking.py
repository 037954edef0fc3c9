"""The audit of an archive: every byte against the signed log, without the database and without any key.

The entries of a segment must come to its tree hash, the segments to the tree that a checkpoint signs for, and
every column must have the value of its entry. A mismatch is a finding, and the audit goes on.
"""

from collections.abc import Sequence

import pyarrow as pa

from archive.columns import table_of
from archive.manifest import (
    MANIFEST,
    MOST_MANIFEST_BYTES,
    CheckedArchive,
    Manifest,
    Segment,
    decode_manifest,
    is_file_of,
    verify_manifest,
)
from archive.places import Place
from archive.segment import decode_segment, facts_of, says
from ledger.audit import Findings
from ledger.errors import Unproven
from ledger.tlog.signing.base64 import to_base64
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.tree.merkle import CompactRange, hash_leaf


def check_archive(place: Place, keys: Sequence[VerifierKey], findings: Findings) -> CheckedArchive:
    """Read the whole archive. `keys`: of the log. Raises ServiceAway when its place cannot be reached."""
    manifest = _manifest(place, findings)
    tree, published = CompactRange(), 0
    if manifest is not None:
        for segment in manifest.segments:
            _Checked(manifest.origin, segment, findings, tree).look(place)
        published = _signed_size(manifest, keys, findings)
    origin = manifest.origin if manifest else None
    return CheckedArchive(findings.sorted(), tree.size, tree.root(), published, origin)


def _manifest(place: Place, findings: Findings) -> Manifest | None:
    content = place.get(MANIFEST, MOST_MANIFEST_BYTES)
    if content is None:
        findings.note(None, "archive", f"there is no {MANIFEST}")
        return None
    try:
        return decode_manifest(content)
    except Unproven as error:
        findings.note(None, "archive", str(error))
        return None


def _signed_size(manifest: Manifest, keys: Sequence[VerifierKey], findings: Findings) -> int:
    try:
        return verify_manifest(manifest, keys).size
    except Unproven as error:
        findings.note(None, "checkpoint", f"{MANIFEST}: {error}")
        return 0


class _Checked:
    """A segment as it is looked at. `tree`: of all entries so far; it stops growing where one is missing."""

    def __init__(
        self, origin: str, segment: Segment, findings: Findings, tree: CompactRange
    ) -> None:
        self._segment = segment
        self._facts = facts_of(origin, segment.first, segment.last, segment.root)
        self._findings = findings
        self._tree = tree
        self._own = CompactRange()

    def look(self, place: Place) -> None:
        """Note whatever of the segment is not as its log signed it. No file of another sum is opened."""
        segment, count = self._segment, self._segment.last - self._segment.first + 1
        content = place.get(segment.file, segment.bytes)
        if content is None:
            self._note(segment.first, "the file of this segment is missing")
            return
        if not is_file_of(segment, content):
            self._note(segment.first, "the file of this segment was changed")
            return
        try:
            for rows in decode_segment(content, count):
                self._look_at(rows)
        except Unproven as error:
            self._note(self._position, str(error))
        else:
            if to_base64(self._own.root()) != segment.root:
                self._note(segment.first, "the entries of this segment have another tree hash")
        self._findings.progress.reached(segment.last)

    @property
    def _position(self) -> int:
        """The position of the next entry."""
        return self._segment.first + self._own.size

    def _look_at(self, rows: pa.Table) -> None:
        entries: list[bytes] = rows.column("entry").to_pylist()
        first = self._position
        if first == self._segment.first and not says(rows, self._facts):
            self._note(
                first, "the file of this segment says other things of itself than the manifest"
            )
        said = table_of(entries)
        if others := _differing(said, rows.replace_schema_metadata()):
            self._note(
                first + others[0],
                f"columns say other things than the entry (events from here on: {len(others)})",
            )
        positions = enumerate(said.column("position").to_pylist(), first)
        if moved := [place for place, position in positions if position != place]:
            self._note(
                moved[0],
                f"an entry of another position stands here (events from here on: {len(moved)})",
            )
        whole = self._tree.size + 1 == first
        for entry in entries:
            leaf = hash_leaf(entry)
            self._own.add(leaf)
            if whole:
                self._tree.add(leaf)

    def _note(self, position: int, detail: str) -> None:
        self._findings.note(position, "archive", detail)


def _differing(said: pa.Table, rows: pa.Table) -> list[int]:
    """Which rows of two tables are not the same."""
    if said.equals(rows):
        return []
    return [n for n in range(said.num_rows) if not said.slice(n, 1).equals(rows.slice(n, 1))]
