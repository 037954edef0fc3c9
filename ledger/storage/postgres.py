"""Sessions and named statements: with the files beside it, the one adapter that knows psycopg.

A statement is a file `sql/<name>.sql`; its text is loaded once, and passed as it is but for names in braces.
Every session belongs to one role of one ledger. Batches go through COPY or arrays, never through a pipeline:
a pipelined statement with more than about half a megabyte of parameters hangs in `Pipeline.sync()`.
"""

from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.resources import files
from itertools import count
from typing import Any, LiteralString

import psycopg
from psycopg import pq, sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from ledger.errors import Halt, Misconfigured, NotInstalled, Refused, ServiceAway
from ledger.names import LedgerName, Role
from ledger.storage import copy_format
from ledger.storage.arrays import ArrayDumper
from ledger.storage.connection import Connection, closed_on_error, with_defaults
from ledger.storage.faults import mapped_errors
from ledger.storage.refusals import check_ports, named, refusal, takes_no_writes
from ledger.storage.tls import tls_fault

# How much of a COPY of everything is passed on at once.
_BLOCK_BYTES = 1 << 18
# A cursor that somebody left open stands in nobody's way: each has a name of its own.
_STREAMS = count()
# Up to here, parts of a COPY cost less together than one by one.
_SMALL_BYTES = 1 << 18
CONNECT_TIMEOUT_S = 10
# A batch takes seconds at most: after this silence a side takes the other end for lost.
PATIENCE_S = 60
# The server ends a statement first, where it can, and says why; only a silent one is hung up on.
SILENCE = 1.5
# They hold the head lock, where one that hangs blocks all others, and write more than can be derived again.
_WRITERS: frozenset[Role | None] = frozenset({"recorder", "eraser", "pruner"})
# A session that waited for a lock must see all commits meanwhile: all decisions under a lock rest on it.
_READ_COMMITTED = {"default_transaction_isolation": "read committed"}
# URLs of poolers that give each connection a session of its own, as far as this process knows.
_POOLED: set[str] = set()


@cache
def statement(package: str, name: str) -> LiteralString:
    """Text of `<package>/sql/<name>.sql`.

    The annotation takes responsibility: these are files of this program, never built from input.
    """
    text: LiteralString = (files(package) / "sql" / f"{name}.sql").read_text("utf-8")
    return text


@cache
def _statement_named(package: str, name: str, names: tuple[tuple[str, str], ...]) -> LiteralString:
    """Text of a statement with each `{name}` replaced by a quoted identifier."""
    identifiers = {key: sql.Identifier(value) for key, value in names}
    text: LiteralString = sql.SQL(statement(package, name)).format(**identifiers).as_string(None)
    return text


def _uncounted(_rows: int) -> None:
    """Rows that are read are not counted."""


class Session:
    """One connection of one role. Not for two threads at once. Autocommit outside `transaction`."""

    def __init__(
        self,
        connection: Connection,
        package: str,
        ledger: LedgerName,
        again: "Callable[[], Session]",
        took: Callable[[int], None] = _uncounted,
    ) -> None:
        """`took`: is told how many rows came, each time that some did.

        An error that it raises ends the read.
        """
        self._connection = connection
        self._package = package
        self._ledger = ledger
        self._again = again
        self._took = took

    @property
    def ledger(self) -> LedgerName:
        """The ledger that it is a session of."""
        return self._ledger

    def of(self, package: str) -> "Session":
        """The same connection, for the statements of another package."""
        return Session(self._connection, package, self._ledger, self._again, self._took)

    def again(self) -> "Session":
        """Another connection of the same role. The caller closes it. Raises what `connect` raises."""
        return self._again().of(self._package)

    def _text(self, name: str, tables: Mapping[str, str] | None = None) -> LiteralString:
        """A statement, with the ledger's namespaces and `tables` in the places of names in braces."""
        text = statement(self._package, name)
        if "{" not in text:
            return text
        names = sorted((self._ledger.namespaces | dict(tables or {})).items())
        return _statement_named(self._package, name, tuple(names))

    def rows(self, name: str, /, **parameters: Any) -> list[tuple[Any, ...]]:
        """Run a statement and return all its rows, sent in binary: half the time of text."""
        query = self._text(name)
        with mapped_errors():
            rows = self._connection.execute(query, parameters, binary=True).fetchall()
        self._took(len(rows))
        return rows

    def row(self, name: str, /, **parameters: Any) -> tuple[Any, ...] | None:
        """Run a statement and return its first row, or None."""
        with mapped_errors():
            row = self._connection.execute(self._text(name), parameters).fetchone()
        self._took(1)
        return row

    def run(self, name: str, /, **parameters: Any) -> int:
        """Run a statement and return the number of rows that it touched."""
        with mapped_errors():
            return self._connection.execute(self._text(name), parameters).rowcount

    def script(self, text: LiteralString, names: Mapping[str, str]) -> None:
        """Run a script of several statements, with `{name}` replaced by quoted identifiers."""
        names = self._ledger.namespaces | dict(names)
        identifiers = {key: sql.Identifier(value) for key, value in names.items()}
        with mapped_errors():
            self._connection.execute(sql.SQL(text).format(**identifiers))

    def named(
        self, name: str, tables: Mapping[str, str], /, **parameters: Any
    ) -> list[tuple[Any, ...]]:
        """Like `rows`, for a statement whose `{table}` names are only known at run time."""
        query = self._text(name, tables)
        with mapped_errors():
            cursor = self._connection.execute(query, parameters, binary=True)
            rows = cursor.fetchall() if cursor.description else []
        self._took(len(rows))
        return rows

    def number(self, name: str, table: tuple[str, str], /, **parts: LiteralString) -> int:
        """The number that a statement counts in `{table}`. `parts`: expressions that this program ships."""
        own = {part: sql.SQL(text) for part, text in parts.items()}
        query = sql.SQL(statement(self._package, name)).format(table=sql.Identifier(*table), **own)
        with mapped_errors():
            ((number,),) = self._connection.execute(query).fetchall()
        return int(number)

    def stream(
        self,
        name: str,
        /,
        size: int = 2000,
        tables: Mapping[str, str] | None = None,
        **parameters: Any,
    ) -> Iterator[tuple[Any, ...]]:
        """Rows of a large answer, fetched in blocks through a cursor of the server.

        So whoever reads all there is names no place to begin at: no key is too small or too large for it.
        `tables`: replaces `{table}` names as in `named`. It takes no savepoint in a transaction: who breaks
        off may let go of the rows when that has ended.
        """
        own = nullcontext() if self.in_transaction else self._connection.transaction()
        with mapped_errors(), own:
            cursor = self._connection.cursor(name=f"stream_{next(_STREAMS)}_{name}")
            try:
                cursor.execute(self._text(name, tables), parameters, binary=True)
                while rows := cursor.fetchmany(size):
                    self._took(len(rows))
                    yield from rows
                cursor.close()
            finally:  # on this side only: after a failure the rollback closes it on the other one
                psycopg.Cursor.close(cursor)

    def counted(self, took: Callable[[int], None]) -> "Session":
        """The same connection, which tells `took` how many rows come."""
        return Session(self._connection, self._package, self._ledger, self._again, took)

    def copy_rows(self, name: str, rows: bytes, tables: Mapping[str, str] | None = None) -> None:
        """Write rows with binary COPY that are in its format already, without the format's ends."""
        query = self._text(name, tables)
        with mapped_errors(), self._connection.cursor() as cursor, cursor.copy(query) as copy:
            parts: tuple[bytes, ...] = (copy_format.HEADER, rows, copy_format.END)
            if len(rows) < _SMALL_BYTES:  # each part by itself would be sent, and wake the server
                parts = (b"".join(parts),)
            for part in parts:
                copy.write(part)

    @contextmanager
    def copied(self, name: str, /, **parameters: Any) -> Iterator[Iterator[bytes]]:
        """Rows of a binary COPY to here, as the server encodes them, without the format's ends.

        The session takes no other statement until the block ends, which ends the COPY too.
        """
        with closing(self._copied(name, parameters)) as rows:
            yield rows

    def _copied(self, name: str, parameters: Mapping[str, Any]) -> Generator[bytes, None, None]:
        with (
            mapped_errors(),
            self._connection.cursor() as cursor,
            cursor.copy(self._text(name), parameters) as copy,
        ):
            start = len(copy_format.HEADER)
            for data in copy:
                row = bytes(data)[start:]
                start = 0
                if row and row != copy_format.END:
                    yield row

    def copy_out(
        self,
        name: str,
        tables: Mapping[str, str],
        columns: Sequence[str],
        numbers: Collection[str] = (),
    ) -> Generator[bytes, None, int]:
        """A COPY to here as the server sends it, in blocks; returns the number of rows.

        `tables`: replaces `{table}` names as in `named`. `columns`: their names, for `{columns}`. `numbers`:
        those of them that are read as numbers of objects.
        """
        query = self._of_columns(name, tables, columns, numbers)
        with mapped_errors(), self._connection.cursor() as cursor:
            with cursor.copy(query) as copy:
                block = bytearray()
                for data in copy:
                    block += data
                    if len(block) >= _BLOCK_BYTES:
                        yield bytes(block)
                        block.clear()
                yield bytes(block)
            return cursor.rowcount

    def copy_in(
        self,
        name: str,
        tables: Mapping[str, str],
        columns: Sequence[str],
        feed: Callable[[Callable[[bytes], object]], None],
    ) -> int:
        """A COPY from here, in the form in which it is sent; the number of rows that were written.

        `feed` is given the function that sends a block. `tables`, `columns`: as in `copy_out`.
        """
        query = self._of_columns(name, tables, columns)
        with mapped_errors(), self._connection.cursor() as cursor:
            with cursor.copy(query) as copy:
                feed(copy.write)
            return cursor.rowcount

    def _of_columns(
        self,
        name: str,
        tables: Mapping[str, str],
        columns: Sequence[str],
        numbers: Collection[str] = (),
    ) -> sql.Composed:
        identifiers = {key: sql.Identifier(value) for key, value in tables.items()}
        plain, number = sql.SQL("{}"), sql.SQL("{}::pg_catalog.oid")
        listed = sql.SQL(", ").join(
            (number if column in numbers else plain).format(sql.Identifier(column))
            for column in columns
        )
        return sql.SQL(statement(self._package, name)).format(**identifiers, columns=listed)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end of the block, roll back when it raises. Raises what `check_fence` raises."""
        self.check_fence()
        with mapped_errors(), self._connection.transaction():
            yield
            if self.broken:  # psycopg ends a block on a closed connection without a word
                raise ServiceAway("PostgreSQL went away before the commit")

    def check_fence(self) -> None:
        """Compare the database with what its log promised, unless this connection has done so.

        Raises RolledBack, Retry or Halt.
        """
        compare = self._connection.compare
        if compare is not None and compare():
            self._connection.compare = None

    def notified(self, timeout_s: float) -> bool:
        """Wait for a notification on the channels that were listened to; False after the time."""
        with mapped_errors():
            return self._connection.hears(timeout_s)

    def close(self) -> None:
        """Close the connection. Harmless when it is closed or broken."""
        self._connection.close()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open on it."""
        return self._connection.info.transaction_status != pq.TransactionStatus.IDLE

    @property
    def release(self) -> tuple[int, int]:
        """Major and minor release."""
        return divmod(self._connection.info.server_version, 10_000)

    @property
    def broken(self) -> bool:
        """Whether the connection can no longer be used."""
        return self._connection.closed or self._connection.broken


@dataclass(frozen=True, slots=True)
class Database:
    """Where a ledger's database is, and how a role gets in.

    `peer`: the embedded server, where each role logs in as itself over the socket. Otherwise the user of the
    URL logs in and takes the role, which `ledger init` granted to it. `patience_s`: how long a silent server,
    or a recorder that stands still in a transaction, is waited for. `read_only`: the server refuses whatever
    a session would write. `statement_s`: how long a statement of a reader may take; None: any time. `fence`:
    compares with the log's promises, before a role may write (`Fence.passes`).
    """

    conninfo: str
    peer: bool = False
    patience_s: int = PATIENCE_S
    read_only: bool = False
    statement_s: int | None = None
    fence: "Callable[[Session], bool] | None" = field(default=None, compare=False, repr=False)

    def connect(self, ledger: LedgerName, role: Role | None, package: str = "ledger") -> Session:
        """Open a session as one role of one ledger; as the URL's own user when `role` is None.

        Commits wait for the disk and transactions are READ COMMITTED, whatever the role, the database or the
        server set. Options of the URL stay, where these here say nothing else.

        A role that writes is fenced first: RolledBack where the database contradicts a promise of its log.
        Raises ServiceAway when the server cannot be reached, Refused when it does not let the login in,
        Misconfigured for a URL that leads nowhere, NotInstalled when the role is unknown.
        """
        info = self._info(ledger, role)
        try:
            with mapped_errors():
                connection = self._log_in(info)
                with closed_on_error(connection):
                    self._begin(connection, ledger, role, info)
        except Halt:
            raise NotInstalled from None
        session = Session(connection, package, ledger, partial(self.connect, ledger, role))
        if self.fence is not None and role in _WRITERS:
            with closed_on_error(connection):
                connection.compare = partial(self.fence, session)
                session.check_fence()
        return session

    def _info(self, ledger: LedgerName, role: Role | None) -> str:
        """How to connect as a role: the URL's options, and our own over them."""
        own = {}
        if role and self.peer:
            own = {"user": ledger.role(role)}
        if self._options().get("target_session_attrs") == "read-write":
            # A session that only reads would never count as such a one: the server is meant.
            own["target_session_attrs"] = "primary"
        return make_conninfo(
            self.conninfo,
            application_name=f"ledger-{role or 'init'}",
            connect_timeout=min(CONNECT_TIMEOUT_S, self.patience_s),
            **self._client_patience(),
            **own,
        )

    def _settings(self, ledger: LedgerName, role: Role | None) -> dict[str, str]:
        """The settings of each session of a role, whatever the URL, the role, the database and the server
        say.
        """
        settings = {"TimeZone": "UTC", **_READ_COMMITTED, **self._server_patience(role)}
        if self.read_only:
            settings["default_transaction_read_only"] = "on"
        return settings

    def _options(self) -> dict[str, Any]:
        """The options of the URL. Raises Misconfigured, without what psycopg quotes: it may be a password."""
        try:
            options = conninfo_to_dict(self.conninfo)
        except psycopg.ProgrammingError:
            raise Misconfigured(
                "LEDGER_DATABASE_URL cannot be read: look at its options and percent signs"
            ) from None
        check_ports(with_defaults(options))
        return options

    def _log_in(self, info: str) -> Connection:
        """A new connection. Raises Refused where the server says for certain that this cannot pass.

        A role that the embedded server does not know yet looks refused, and only waits for `ledger init`.
        """
        try:
            return Connection.connect(info, autocommit=True)
        except psycopg.OperationalError as error:
            if takes_no_writes(str(error)):
                raise ServiceAway(
                    "no PostgreSQL that LEDGER_DATABASE_URL names takes writes: one must be promoted"
                ) from None
            options = with_defaults(self._options())
            reason = None if self.peer else refusal(str(error)) or tls_fault(str(error), options)
            if reason is None:
                raise
            who = named(options)
            raise Refused(
                f"this login at PostgreSQL fails: {reason} ({who}); "
                "see LEDGER_DATABASE_URL and LEDGER_DATABASE_PASSWORD_FILE"
            ) from None

    def _begin(
        self, connection: Connection, ledger: LedgerName, role: Role | None, info: str
    ) -> None:
        """Make a new connection that of its role. `info`: how it was made."""
        connection.adapters.register_dumper(list, ArrayDumper)
        # All in one trip, and by statements: a pooler takes no options when a session begins. The path first.
        path = sql.Literal(ledger.search_path)
        script = sql.SQL("SELECT pg_catalog.set_config('search_path', {}, false)").format(path)
        for name, value in self._settings(ledger, role).items():
            script += sql.SQL(";\nSET {} = {}").format(sql.Identifier(name), sql.Literal(value))
        script += sql.SQL(";\n") + sql.SQL(statement("ledger", "keep_commits"))
        if role == "recorder":
            connection.execute(script)
            connection.answer_s = SILENCE * self.patience_s
            # End recorders that hang inside a statement: no timeout of the server reaches a COPY whose
            # client was stopped, and it holds the head lock.
            parameters = {"patience_s": self.patience_s}
            connection.execute(statement("ledger", "end_stalled"), parameters)
            script = sql.Composed([])
        if role and not self.peer:
            script += sql.SQL(";\nSET ROLE {}").format(sql.Identifier(ledger.role(role)))
        began = connection.execute(script + sql.SQL(";\nSELECT pg_backend_pid()"))
        while began.nextset():
            pass
        ((server,),) = began.fetchall()
        # A pooler gives a number of its own.
        if server != connection.info.backend_pid and self.conninfo not in _POOLED:
            self._check_pool(info, server)

    def _check_pool(self, info: str, server: int) -> None:
        """Raise Misconfigured where a pooler lends the session of a connection to another connection
        meanwhile.

        `server`: the process that serves the connection that stands.
        """
        try:
            with Connection.connect(info, autocommit=True) as another:
                ((other,),) = another.execute("SELECT pg_backend_pid()").fetchall()
        except psycopg.OperationalError:
            return  # it has no other session now: the next connection asks again
        if other == server:
            raise Misconfigured(
                "the pooler that LEDGER_DATABASE_URL names lends one session to several connections: set"
                " its pool_mode to session"
            )
        _POOLED.add(self.conninfo)

    def _client_patience(self) -> dict[str, int]:
        """Options by which this end notices that the other one's machine is gone. Sockets ignore them."""
        probe_s = max(1, self.patience_s // 6)
        return {
            "keepalives": 1,
            "keepalives_idle": 3 * probe_s,
            "keepalives_interval": probe_s,
            "keepalives_count": 3,
            "tcp_user_timeout": 1000 * self.patience_s,
        }

    def _server_patience(self, role: Role | None) -> dict[str, str]:
        """Settings by which the server notices that a writer is gone, and releases its locks."""
        probe_s = max(1, self.patience_s // 6)
        settings = {
            "tcp_keepalives_idle": f"{3 * probe_s}s",
            "tcp_keepalives_interval": f"{probe_s}s",
            "tcp_keepalives_count": "3",
            "tcp_user_timeout": f"{self.patience_s}s",
        }
        if role in _WRITERS:
            settings["idle_in_transaction_session_timeout"] = f"{self.patience_s}s"
        if role == "recorder":
            settings["statement_timeout"] = f"{self.patience_s}s"
        if role == "reader" and self.statement_s is not None:
            settings["statement_timeout"] = f"{self.statement_s}s"
        # An installer that waits for a reader would block all later connections; and an audit must not wait
        # for ever.
        if role is None or self.read_only:
            settings["lock_timeout"] = f"{self.patience_s}s"
        return settings
