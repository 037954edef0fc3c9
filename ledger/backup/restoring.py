"""Loading a checked backup: tables by the migrations of this program, then rows, in one transaction."""

import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import BinaryIO

from ledger.backup.encryption import Identities
from ledger.backup.folders import OpenedCopy, digested
from ledger.backup.manifest import TableFile
from ledger.backup.tables import columns_of, namespace_of
from ledger.errors import Halt, Misconfigured, NotInstalled, Unproven
from ledger.names import LedgerName
from ledger.storage.faults import Conflict
from ledger.storage.install import install_as_of
from ledger.storage.postgres import Database, Session, statement

_GZIP = 16 + zlib.MAX_WBITS
_BLOCK_BYTES = 1 << 18
# How a trigger was made, by the letter of the catalogue, and what makes it so again.
_ENABLING = {"O": "enable_trigger", "A": "enable_trigger_always"}
Write = Callable[[bytes], object]


def restore(
    database: Database,
    ledger: LedgerName,
    copies: tuple[OpenedCopy, OpenedCopy],
    identities: Identities | None = None,
) -> None:
    """Load checked copies into a database that holds no such ledger, or one with nothing recorded.

    Roles and tables are made as for a new ledger; views stay empty. `identities`: open encrypted copies. All
    or nothing: raises Misconfigured when something is recorded there or the copies differ from the checked
    ones, Retry or Halt; the database is then as it was.
    """
    session = database.connect(ledger, None)
    try:
        with session.transaction():
            session.rows("prepare_copy")
            _check_room(session, ledger)
            names = {"events": ledger.events, "keys": ledger.keys, "views": ledger.views}
            session.script(statement("ledger", "drop_namespaces"), names)
            applied = copies[0].copy.migrations
            install_as_of(
                session, ledger, {migration.name: migration.applied_at for migration in applied}
            )
            for copy in copies:
                _load(session, namespace_of(ledger, copy.copy.content), copy, identities)
    finally:
        session.close()


def check_identities(opened: OpenedCopy, identities: Identities | None) -> None:
    """Raise Misconfigured unless an encrypted copy opens: its smallest file is tried."""
    if not opened.copy.recipients:
        return
    if identities is None:
        raise Misconfigured(
            f"this backup is encrypted to {', '.join(opened.copy.recipients)}: give the file of that "
            "private key",
            field="identity",
        )
    smallest = min(opened.copy.tables, key=lambda table: table.size)
    identities.decrypt(digested(smallest, opened.files[smallest.file]), lambda _: None)


def _check_room(session: Session, ledger: LedgerName) -> None:
    """Raise Misconfigured where something is recorded; else lock the head, so that nothing gets recorded."""
    try:
        with session.transaction():
            head = session.row("head_row")
            session.run("lock_head")
    except NotInstalled:
        return
    if head and (head[0] or head[1]):
        raise Misconfigured(
            f"the ledger {ledger} exists here and holds {head[0]} events: restore into another "
            "database or data directory"
        )


def _load(
    session: Session, namespace: str, opened: OpenedCopy, identities: Identities | None
) -> None:
    """Rows of one copy in place of those that the migrations wrote.

    Guards of tables look away meanwhile: they are about recording, and this was recorded under them.
    """
    tables = columns_of(session, namespace)
    _check_tables(opened, tables)
    # Table, name and state of each trigger. Raises Halt for a state that could not be restored.
    guards = session.rows("triggers_of", namespace=namespace)
    unknown = [name for _, name, state in guards if state not in _ENABLING]
    if unknown:
        raise Halt(f"the trigger {unknown[0]} is enabled in a way that is not known")
    for table, trigger, _ in guards:
        session.named("disable_trigger", _at(namespace, table) | {"trigger": trigger})
    for table in tables.keys() - {"migrations"}:
        session.named("empty_table", _at(namespace, table))
    used = identities if opened.copy.recipients else None
    for table_file in opened.copy.tables:
        _load_table(session, namespace, table_file, opened.files[table_file.file], used)
    for name, last in opened.copy.sequences.items():
        _set_sequence(session, namespace, name, last)
    for table, trigger, state in guards:
        session.named(_ENABLING[state], _at(namespace, table) | {"trigger": trigger})


def _at(namespace: str, table: str) -> dict[str, str]:
    return {"namespace": namespace, "table": table}


def _check_tables(opened: OpenedCopy, tables: Mapping[str, tuple[str, ...]]) -> None:
    """Raise Misconfigured unless the copy has the columns that the migrations have just made."""
    for table in opened.copy.tables:
        if tables.get(table.table) != table.columns:
            raise Misconfigured(f"the copy of the table {table.table} has other columns than ours")


def _feed(table: TableFile, file: BinaryIO, identities: Identities | None, write: Write) -> None:
    """Pass on the rows of a file, decrypted where it is encrypted, unpacked."""
    unpack = _Unpacking(write)
    if identities:
        identities.decrypt(digested(table, file), unpack.write)
    else:
        for block in digested(table, file):
            unpack.write(block)
    unpack.end()


def _load_table(
    session: Session,
    namespace: str,
    table: TableFile,
    file: BinaryIO,
    identities: Identities | None,
) -> None:
    feed = partial(_feed, table, file, identities)
    try:
        rows = session.copy_in("copy_table_in", _at(namespace, table.table), table.columns, feed)
    except (Unproven, zlib.error):
        raise Misconfigured(f"{table.file} was changed after it was checked") from None
    except Conflict as error:
        raise Misconfigured(f"the rows of {table.table} are not taken: {error}") from None
    if rows != table.rows:
        raise Misconfigured(f"expected {table.rows} rows of {table.table}, got {rows}")


class _Unpacking:
    """Passes on the content of a gzip stream, in blocks of a bounded size."""

    def __init__(self, write: Write) -> None:
        self._write = write
        self._unpacker = zlib.decompressobj(wbits=_GZIP)

    def write(self, block: bytes) -> None:
        """Take the next bytes of the stream. Raises zlib.error."""
        for content in _unpacked(self._unpacker, block):
            self._write(content)

    def end(self) -> None:
        """Raise zlib.error unless the stream ended, and nothing is behind it."""
        if not self._unpacker.eof or self._unpacker.unused_data:
            raise zlib.error("the stream is not whole")


def _unpacked(unpacker: "zlib._Decompress", block: bytes) -> Iterator[bytes]:
    while block:
        content = unpacker.decompress(block, _BLOCK_BYTES)
        block = unpacker.unconsumed_tail
        if content:
            yield content
        if unpacker.eof:
            return


def _set_sequence(session: Session, namespace: str, name: str, last: int) -> None:
    sequences = dict(session.rows("sequences_of", namespace=namespace))
    if name not in sequences:
        raise Misconfigured(f"the copy names a sequence {name}, which the ledger lacks")
    if last:
        session.rows("set_sequence", namespace=namespace, sequence=name, last=last)
