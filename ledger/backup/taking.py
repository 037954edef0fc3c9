"""Taking a backup: rows of every table as binary COPY, all of one moment, then a signed manifest."""

import os
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from ledger.backup.encryption import Recipients
from ledger.backup.manifest import (
    FORMAT,
    MANIFEST,
    AppliedMigration,
    Content,
    Copy,
    TableFile,
    sign,
)
from ledger.backup.tables import columns_of, copied_tables, namespace_of
from ledger.crypto.provider import KeyProvider
from ledger.errors import Misconfigured, NotInstalled, ServiceAway
from ledger.names import LedgerName
from ledger.storage.access import GIVEN
from ledger.storage.files import Folder
from ledger.storage.postgres import Database, Session
from ledger.tlog.publishing.promises import promised
from ledger.tlog.signing.keys import Signer

# Fast, and half the size: values are sealed and do not get smaller.
_COMPRESSION = 1
_GZIP = 16 + zlib.MAX_WBITS
CONTENTS: tuple[Content, Content] = ("events", "keys")


class BackupOptions(msgspec.Struct, frozen=True):
    """How a backup is made. `key`: signs it. `recipients`: public keys to encrypt to; in clear when empty."""

    key: Signer
    now: datetime
    recipients: tuple[str, ...] = ()


def check_apart(folders: tuple[Path, Path], key_dir: Path) -> None:
    """Raise Misconfigured unless the folders of a backup lie apart, and outside of the key folder.

    A person who gets one of the copies must not get the other, nor the keys that open both.
    """
    events, keys = (folder.resolve() for folder in folders)
    if events.is_relative_to(keys) or keys.is_relative_to(events):
        raise Misconfigured("the copies of events and keys need a folder each, none in the other")
    for folder in (events, keys):
        if folder.is_relative_to(key_dir.resolve()):
            raise Misconfigured(f"{folder} lies in the key folder: a backup goes elsewhere")


def back_up(
    database: Database,
    ledger: LedgerName,
    provider: KeyProvider,
    folders: tuple[Path, Path],
    taking: BackupOptions,
) -> tuple[Copy, Copy]:
    """Copy events and keys, as they are at one moment, into two new folders; durable on return.

    Recording goes on meanwhile. Raises Misconfigured for a folder in use or a login that may not read
    everything, NotInstalled, Retry or Halt. No folder is made before it is known that a copy can be.
    """
    recipients = Recipients(taking.recipients) if taking.recipients else None
    for folder in folders:
        _check_unused(folder)
    session = database.connect(ledger, None)
    try:
        with session.transaction():
            session.run("begin_snapshot")
            session.rows("prepare_copy")
            # The login copies with its own rights, without a role, and needs all tables. Raises
            # Misconfigured, or NotInstalled without tables.
            ((may_copy,),) = session.rows("may_copy", namespaces=[ledger.events, ledger.keys])
            if may_copy is None:
                raise NotInstalled
            if not may_copy:
                raise Misconfigured(
                    "this login may not read all tables: a backup needs the login of `ledger init`, "
                    "which owns them; see LEDGER_DATABASE_URL"
                )
            copy = _describe(session, ledger, provider, taking)
            for folder in folders:
                _make_folder(folder)
            copies = [
                _write_tables(session, ledger, folder, _of(copy, content), recipients)
                for folder, content in zip(folders, CONTENTS, strict=True)
            ]
    finally:
        session.close()
    for folder, each in zip(folders, copies, strict=True):
        _sign_off(folder, sign(each, taking.key))
    return copies[0], copies[1]


def _of(copy: Copy, content: Content) -> Copy:
    return msgspec.structs.replace(copy, content=content)


def _make_folder(folder: Path) -> None:
    try:
        Folder(folder, GIVEN, named=True).make()
    except OSError as error:
        raise Misconfigured(f"cannot make {folder}: {error.strerror}") from None
    _check_unused(folder)


def _check_unused(folder: Path) -> None:
    if Folder(folder, GIVEN, named=True).names():
        raise Misconfigured(f"{folder} is not empty: every backup has a folder of its own")


def _describe(
    session: Session, ledger: LedgerName, provider: KeyProvider, taking: BackupOptions
) -> Copy:
    head = session.row("head_row")
    if head is None:
        raise NotInstalled
    ((server,),) = session.rows("server_version")
    epochs = [epoch for (epoch,) in session.rows("open_epochs")]
    applied = session.named("migrations_as_applied", {"events": ledger.events})
    return Copy(
        format=FORMAT,
        content="events",
        ledger=str(ledger),
        origin=taking.key.verifier.name,
        taken_at=taking.now,
        position=head[0],
        server=server,
        migrations=tuple(AppliedMigration(*row) for row in applied),
        epochs={str(epoch): provider.commitment(epoch) for epoch in epochs},
        signed={origin: promise.size for origin, promise in promised(session).items()},
        recipients=taking.recipients,
    )


def _write_tables(
    session: Session, ledger: LedgerName, folder: Path, copy: Copy, recipients: Recipients | None
) -> Copy:
    """The rows of one copy, in files; the manifest that says so."""
    namespace = namespace_of(ledger, copy.content)
    columns = columns_of(session, namespace)
    names = copied_tables(copy.content, [migration.name for migration in copy.migrations])
    tables = []
    for table in names:
        rows = _Rows(
            session.copy_out(
                "copy_table_out", {"namespace": namespace, "table": table}, columns[table]
            )
        )
        with _NewFile(folder, copy.file_of(table)) as file:
            _pass_on(_compressed(rows), file, recipients)
        tables.append(
            TableFile(
                file=copy.file_of(table),
                table=table,
                columns=columns[table],
                rows=rows.count,
                size=file.size,
                sha256=file.digest,
            )
        )
    # Sequences give numbers outside of transactions: read last, so that no number in the copy is given again.
    sequences = dict(session.rows("sequences_of", namespace=namespace))
    return msgspec.structs.replace(copy, tables=tuple(tables), sequences=sequences)


def _pass_on(blocks: Iterable[bytes], file: "_NewFile", recipients: Recipients | None) -> None:
    if recipients:
        recipients.encrypt(blocks, file.write)
        return
    for block in blocks:
        file.write(block)


class _Rows:
    """Blocks of a COPY that the server sends. `count`: its rows, once it has ended."""

    def __init__(self, blocks: Generator[bytes, None, int]) -> None:
        self._blocks = blocks
        self.count = 0

    def __iter__(self) -> Iterator[bytes]:
        self.count = yield from self._blocks


def _compressed(blocks: Iterable[bytes]) -> Iterator[bytes]:
    """The blocks in the format of gzip, without a name or a time."""
    packer = zlib.compressobj(_COMPRESSION, wbits=_GZIP)
    for block in blocks:
        if packed := packer.compress(block):
            yield packed
    yield packer.flush()


class _NewFile:
    """A file that did not exist, of mode 0600, with its size and the SHA-256 of its content, in hex."""

    def __init__(self, folder: Path, name: str) -> None:
        with _mapping_write_faults():
            self._file = Folder(folder, GIVEN, named=True).opened_new(name)
        self._sum = sha256()
        self.size = 0

    def write(self, content: bytes) -> None:
        """Write all of it. Raises ServiceAway for a disk that is full."""
        self._sum.update(content)
        self.size += len(content)
        with _mapping_write_faults():
            self._file.write(content)

    @property
    def digest(self) -> str:
        """SHA-256 of the content written so far."""
        return self._sum.hexdigest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with _mapping_write_faults(), self._file:
            self._file.flush()
            os.fsync(self._file.fileno())


@contextmanager
def _mapping_write_faults() -> Iterator[None]:
    """Turn errors of the file system into ServiceAway."""
    try:
        yield
    except OSError as error:
        raise ServiceAway(f"the backup cannot be written: {error.strerror}") from None


def _sign_off(folder: Path, manifest: bytes) -> None:
    """Write the manifest, last: a folder without one holds no backup."""
    with _mapping_write_faults():
        Folder(folder, GIVEN, named=True).write({MANIFEST: manifest})
        Folder(folder.parent, GIVEN, named=True).flush()
