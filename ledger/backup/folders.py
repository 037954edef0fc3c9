"""The two copies of a backup, opened and checked whole before any server is touched.

Every file stays open from then on: checking and loading use the same descriptors, and loading takes the sums
once more, in the transaction that it would commit.
"""

from collections.abc import Collection, Iterator
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import msgspec

from ledger.backup.manifest import MANIFEST, Content, Copy, TableFile, read_manifest
from ledger.backup.tables import copied_tables
from ledger.crypto.provider import KeyProvider
from ledger.errors import KeyLost, Misconfigured, Unproven
from ledger.names import LedgerName
from ledger.storage.access import GIVEN
from ledger.storage.files import Folder
from ledger.storage.install import migration_digest, migrations
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.signing.notes import LIMIT_BYTES

_BLOCK_BYTES = 1 << 20


class OpenedCopy(msgspec.Struct, frozen=True):
    """A copy whose files were checked. `files`: each open for reading, by its name."""

    copy: Copy
    files: dict[str, BinaryIO]


@contextmanager
def opened_copies(
    ledger: LedgerName, folders: tuple[Path, Path], keys: Collection[VerifierKey]
) -> Iterator[tuple[OpenedCopy, OpenedCopy]]:
    """The two copies of a backup, checked: signed by one of `keys`, whole, of this ledger, fitting.

    The keys' copy may be that of a later backup: keys that came since are merely not needed, while older
    ones would lack some. Raises Misconfigured.
    """
    if not keys:
        raise Misconfigured(
            "no key is known that may have signed a backup: put the log's key and its list (.vkeys) where "
            "LEDGER_LOG_KEY_FILE says, or give its verification key",
            field="signers",
        )
    with ExitStack() as stack:
        events = _open_copy(stack, ledger, folders[0], "events", keys)
        wrapped = _open_copy(stack, ledger, folders[1], "keys", keys)
        _check_fit(events.copy, wrapped.copy)
        yield events, wrapped


def _check_fit(events: Copy, keys: Copy) -> None:
    applied = [[migration.name for migration in copy.migrations] for copy in (events, keys)]
    if keys.taken_at < events.taken_at or applied[0] != applied[1]:
        raise Misconfigured(
            f"these keys do not fit: they are of {keys.taken_at:%Y-%m-%d %H:%M:%S}, the events of "
            f"{events.taken_at:%Y-%m-%d %H:%M:%S}; take keys of the same backup or a later one"
        )


def _open_copy(
    stack: ExitStack,
    ledger: LedgerName,
    folder: Path,
    content: Content,
    keys: Collection[VerifierKey],
) -> OpenedCopy:
    try:
        files = Folder(folder, GIVEN, named=True)
        names = files.names()
        copy = _read_copy(files, content, names, keys)
        _check_ledger(copy, ledger, folder)
        _check_names(folder, copy, names)
        opened = {
            table.file: stack.enter_context(files.opened(table.file)) for table in copy.tables
        }
        for table in copy.tables:
            _check_whole(folder, table, opened[table.file])
    except OSError:
        raise Misconfigured(
            f"{folder} holds no complete backup of {content}: something in it cannot be read, or is no "
            "ordinary file"
        ) from None
    return OpenedCopy(copy, opened)


def _read_copy(
    files: Folder, content: Content, names: Collection[str], keys: Collection[VerifierKey]
) -> Copy:
    folder = files.path
    if MANIFEST not in names:
        raise Misconfigured(f"{folder} holds no complete backup of {content}: it has no manifest")
    with files.opened(MANIFEST) as file:
        text = file.read(LIMIT_BYTES + 1)
    try:
        copy = read_manifest(text, keys)
    except Unproven as error:
        raise Misconfigured(f"the manifest in {folder} is not to be trusted: {error}") from None
    if copy.content != content:
        raise Misconfigured(f"{folder} holds no backup of {content}, but of {copy.content}")
    return copy


def _check_ledger(copy: Copy, ledger: LedgerName, folder: Path) -> None:
    """Raise Misconfigured unless the copy is of this ledger, and of tables that this program makes."""
    if copy.ledger != str(ledger):
        raise Misconfigured(f"{folder} is of the ledger {copy.ledger}: set LEDGER_NAME")
    names, ours = tuple(migration.name for migration in copy.migrations), migrations()
    unknown = set(names) - set(ours)
    if unknown:
        raise Misconfigured(f"{folder} was made by a newer program, with {max(unknown)}")
    as_ours = all(
        migration.digest == migration_digest(migration.name) for migration in copy.migrations
    )
    if names != ours[: len(names)] or not as_ours:
        raise Misconfigured(f"{folder} was made with other migrations than those of this program")
    tables = set(copied_tables(copy.content, names))
    odd = tables ^ {table.table for table in copy.tables}
    if odd:
        raise Misconfigured(f"{folder}: the table {min(odd)} is missing, or none of the ledger's")


def _check_names(folder: Path, copy: Copy, names: Collection[str]) -> None:
    """Raise Misconfigured for a file that is missing, or that the manifest does not name."""
    expected = {MANIFEST, *(table.file for table in copy.tables)}
    missing, added = sorted(expected - set(names)), sorted(set(names) - expected)
    if missing:
        raise Misconfigured(f"{folder} is damaged: {missing[0]} is missing")
    if added:
        raise Misconfigured(
            f"{folder} holds {len(added)} more than its manifest names: a backup's folder holds nothing else"
        )


def _check_whole(folder: Path, table: TableFile, file: BinaryIO) -> None:
    try:
        for _ in digested(table, file):
            pass
    except Unproven as error:
        raise Misconfigured(f"{folder} is damaged: {error}") from None


def digested(table: TableFile, file: BinaryIO) -> Iterator[bytes]:
    """The blocks of a file from its beginning.

    Raises Unproven at the end when it differs from the signed sum.

    A caller that uses the blocks before the end must be able to undo what it did with them.
    """
    file.seek(0)
    digest, size = sha256(), 0
    # If a file has grown, read at most one block more than was signed.
    while size <= table.size and (block := file.read(_BLOCK_BYTES)):
        digest.update(block)
        size += len(block)
        yield block
    if size != table.size or digest.hexdigest() != table.sha256:
        raise Unproven(f"{table.file} is not what was signed")


def check_keys(copy: Copy, provider: KeyProvider) -> None:
    """Raise Misconfigured unless the provider holds the copy's keys: of its epochs and of its rows."""
    for epoch, commitment in copy.epochs.items():
        try:
            provided = provider.commitment(int(epoch))
        except KeyLost:
            raise Misconfigured(
                f"the key epoch {epoch} of this backup has ended: take a backup of the keys made "
                "after that, or set LEDGER_KEY_DIR"
            ) from None
        if provided != commitment:
            raise Misconfigured(f"the key of epoch {epoch} is another one: set LEDGER_KEY_DIR")
    if not provider.rows.is_kept:
        raise Misconfigured(
            f"{provider.name} lacks the key that authenticates rows: copy all keys, not only those of epochs"
        )
