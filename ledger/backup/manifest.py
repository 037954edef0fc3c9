"""The manifest of a copy: its content, file by file, under a signature of the log's key. Pure.

A signed note (C2SP): a first line that no checkpoint can have, as the name of a log has no spaces, then JSON.
"""

import re
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Literal

import msgspec

from ledger.errors import Misconfigured, Unproven
from ledger.tlog.signing.keys import ED25519, Signer, VerifierKey
from ledger.tlog.signing.notes import Note, Signature, encode_note, parse_note, verify_note
from schemas.encoding import from_json

FORMAT = 2
MANIFEST = "manifest"
_TITLE = "processing-ledger backup\n"
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_PLAIN, _SEALED = ".copy.gz", ".copy.gz.age"

Content = Literal["events", "keys"]


class _Strict(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A struct that refuses members which this program does not know."""


class AppliedMigration(_Strict, frozen=True):
    """A migration: its name, the SHA-256 of its text in hex, and when it was applied."""

    name: str
    digest: str
    applied_at: datetime


class TableFile(_Strict, frozen=True):
    """One table: its columns in the order of the rows. `size`, `sha256`: of the file as it lies there."""

    file: str
    table: str
    columns: tuple[str, ...]
    rows: int
    size: int
    sha256: str


class Copy(_Strict, frozen=True):
    """Manifest of one of the two copies. `epochs`: number -> id of each epoch key that it needs.

    `origin`: name of the log whose key signed it. `position`: of the last event at that moment. `server`:
    PostgreSQL's major version. `signed`: how many entries each transparency log of the ledger had promised by
    then, by its origin. `sequences`: last number that each gave. `recipients`: to whom the files are
    encrypted; empty: they are not encrypted.
    """

    format: int
    content: Content
    ledger: str
    origin: str
    taken_at: datetime
    position: int
    server: int
    migrations: tuple[AppliedMigration, ...]
    epochs: dict[str, str]
    signed: dict[str, int]
    recipients: tuple[str, ...]
    tables: tuple[TableFile, ...] = ()
    sequences: dict[str, int] = {}

    def file_of(self, table: str) -> str:
        """Name of the file of a table."""
        return table + (_SEALED if self.recipients else _PLAIN)


def sign(copy: Copy, key: Signer) -> bytes:
    """The bytes of a manifest, signed."""
    text = _TITLE + msgspec.json.format(msgspec.json.encode(copy)).decode() + "\n"
    signature = Signature(key.verifier.name, key.verifier.key_id, key.sign(text.encode()))
    return encode_note(Note(text, (signature,)))


def read_manifest(content: bytes, keys: Collection[VerifierKey]) -> Copy:
    """The manifest, when one of the keys signed it and this program could have written it.

    Raises Unproven, or Misconfigured when it is signed and of another format.
    """
    note = parse_note(content)
    # A witness signs that it saw a tree. Its signature says nothing about a backup.
    logs = [key for key in keys if key.algorithm == ED25519]
    signers = {key.name for key, _ in verify_note(note, logs)}
    title, newline, body = note.text.partition("\n")
    if title + newline != _TITLE:
        raise Unproven("the signed file is not a manifest of a backup")
    copy = _decoded(body)
    if copy.origin not in signers:
        raise Unproven("a log of another name has signed it")
    if not _is_sound(copy):
        raise Unproven("the manifest names files or tables in another way than this program")
    return copy


def _decoded(body: str) -> Copy:
    _check_format(body)
    try:
        return from_json(body, Copy)
    except msgspec.DecodeError:
        raise Unproven("the manifest has other members than this program writes") from None


def _check_format(body: str) -> None:
    class Format(msgspec.Struct):
        format: int

    try:
        number = from_json(body, Format).format
    except msgspec.DecodeError:
        raise Unproven("the manifest cannot be read") from None
    if number != FORMAT:
        raise Misconfigured(f"expected a backup of format {FORMAT}, got {number}")


def _is_sound(copy: Copy) -> bool:
    """Whether names and sums have the right form, and no table or file occurs twice."""
    return (
        _all_once([table.table for table in copy.tables])
        and all(
            _is_table(table) and table.file == copy.file_of(table.table) for table in copy.tables
        )
        and all(_is_sequence(name, last) for name, last in copy.sequences.items())
        and all(map(str.isdecimal, copy.epochs))
        and copy.taken_at.tzinfo is not None
    )


def _is_sequence(name: str, last: int) -> bool:
    return _NAME.fullmatch(name) is not None and last >= 0


def _is_table(table: TableFile) -> bool:
    names = (table.table, *table.columns)
    return (
        all(_NAME.fullmatch(name) for name in names)
        and _all_once(table.columns)
        and bool(_SHA256.fullmatch(table.sha256))
        and min(table.rows, table.size) >= 0
    )


def _all_once(names: Sequence[str]) -> bool:
    return len(set(names)) == len(names)
