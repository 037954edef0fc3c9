"""Backups that cannot bring back what was erased, and the restore from one.

Two copies of the same moment: the events, which open nothing and may be kept for ever, and the
wrapped keys, which open nothing once their epoch has ended. The epoch keys and the erasure journal
are in neither. Views are not copied: they are derived again.
"""

import hashlib
import os
from datetime import datetime
from pathlib import Path

import msgspec

from ledger.dumping import check_loadable, dump, load, programs_for
from ledger.durable import fsync_folder
from ledger.errors import Halt, Lost, Misconfigured, NotInstalled
from ledger.install import create_roles, migrations
from ledger.names import LedgerName
from ledger.postgres import Database, Session, statement
from ledger.provider import FileKeyProvider
from ledger.sealing import key_id
from ledger.tlog.promises import promised

__all__ = ["Copy", "back_up", "check_apart", "check_keys", "read_copies", "restore"]

FORMAT = 1
MANIFEST = "manifest.json"
_DIGEST_BLOCK_BYTES = 1 << 20


class Copy(msgspec.Struct, frozen=True):
    """Manifest of one of the two copies. `epochs`: number -> id of each epoch key that it needs.

    `position`: of the last event at that moment. `server`: PostgreSQL's major version. `signed`: how many
    entries each transparency log of the ledger had promised by then, by its origin.
    """

    format: int
    content: str
    ledger: str
    taken_at: datetime
    position: int
    server: int
    migrations: tuple[str, ...]
    epochs: dict[str, str]
    sha256: str
    signed: dict[str, int] = {}

    @property
    def file(self) -> str:
        """Name of the copy beside its manifest."""
        return f"{self.content}.dump"


def check_apart(folders: tuple[Path, Path], key_dir: Path) -> None:
    """Raise Misconfigured unless the folders of a backup lie apart, and outside of the key folder.

    Whoever gets one of the copies must not get the other, nor the keys that open both.
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
    provider: FileKeyProvider,
    folders: tuple[Path, Path],
    now: datetime,
) -> tuple[Copy, Copy]:
    """Copy events and keys, as they are at one moment, into two new folders; durable on return.

    Recording goes on meanwhile. Raises Misconfigured for a folder in use or a login that may not read
    everything, NotInstalled, Retry or Halt. No folder is made before it is known that a copy can be.
    """
    for folder in folders:
        _check_unused(folder)
    session = database.connect(ledger, None)
    try:
        with session.transaction():
            session.run("begin_snapshot")
            ((snapshot,),) = session.rows("export_snapshot")
            _check_login(session, ledger)
            copy = _describe(session, ledger, provider, now)
            programs, environment = programs_for(copy.server), database.environment()
            for folder in folders:
                _make_folder(folder)
            options = (_event_options(ledger), _key_options(ledger))
            for folder, content, chosen in zip(folders, ("events", "keys"), options, strict=True):
                target = folder / f"{content}.dump"
                dump(programs, environment, [f"--snapshot={snapshot}", *chosen], target)
    finally:
        session.close()
    events, keys = (
        _sign_off(folder, msgspec.structs.replace(copy, content=content))
        for folder, content in zip(folders, ("events", "keys"), strict=True)
    )
    return events, keys


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Misconfigured(f"cannot make {folder}: {error.strerror}") from None
    _check_unused(folder)


def _check_unused(folder: Path) -> None:
    if folder.is_dir() and any(folder.iterdir()):
        raise Misconfigured(f"{folder} is not empty: every backup has a folder of its own")


def _check_login(session: Session, ledger: LedgerName) -> None:
    """The login copies with its own rights, without a role, and needs all tables.

    Raises Misconfigured, or NotInstalled where there are none.
    """
    ((may_copy,),) = session.rows("may_copy", namespaces=[ledger.events, ledger.keys])
    if may_copy is None:
        raise NotInstalled
    if not may_copy:
        raise Misconfigured(
            "this login may not read all tables: a backup needs the login of `ledger init`, "
            "which owns them; see LEDGER_DATABASE_URL"
        )


def _describe(
    session: Session, ledger: LedgerName, provider: FileKeyProvider, now: datetime
) -> Copy:
    head = session.row("head_row")
    if head is None:
        raise NotInstalled
    ((server,),) = session.rows("server_version")
    epochs = [epoch for (epoch,) in session.rows("open_epochs")]
    return Copy(
        format=FORMAT,
        content="",
        ledger=str(ledger),
        taken_at=now,
        position=head[0],
        server=server,
        migrations=tuple(name for name, _ in session.rows("applied_migrations")),
        epochs={str(epoch): key_id(provider.get(epoch)) for epoch in epochs},
        sha256="",
        signed={origin: promise.size for origin, promise in promised(session).items()},
    )


def _event_options(ledger: LedgerName) -> list[str]:
    """The events with their data, and the empty tables of the keys, with everybody's rights."""
    return [
        *(f"--schema={name}" for name in (ledger.events, ledger.keys, ledger.views)),
        f"--exclude-table-data={ledger.keys}.*",
        f"--exclude-table={ledger.views}.*",
    ]


def _key_options(ledger: LedgerName) -> list[str]:
    """The rows of the keys; the blind index is never copied."""
    return [f"--schema={ledger.keys}", "--data-only", "--no-unlogged-table-data"]


def _sign_off(folder: Path, copy: Copy) -> Copy:
    """Write the manifest, last: a folder without one holds no backup."""
    copy = msgspec.structs.replace(copy, sha256=_digest(folder / copy.file))
    draft = folder / f"{MANIFEST}.new"
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode(copy)) + b"\n")
        file.flush()
        os.fsync(file.fileno())
    draft.rename(folder / MANIFEST)
    fsync_folder(folder)
    return copy


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_DIGEST_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def read_copies(ledger: LedgerName, folders: tuple[Path, Path]) -> tuple[Copy, Copy]:
    """The two copies of a backup, checked: whole, of this ledger, and fit for each other.

    The keys may be those of a later backup: keys that came since are merely not needed, while older
    ones would lack some. Raises Misconfigured.
    """
    events, keys = (
        _read(ledger, folder, content)
        for folder, content in zip(folders, ("events", "keys"), strict=True)
    )
    if keys.taken_at < events.taken_at or keys.migrations != events.migrations:
        raise Misconfigured(
            f"these keys do not fit: they are of {keys.taken_at:%Y-%m-%d %H:%M:%S}, the events of "
            f"{events.taken_at:%Y-%m-%d %H:%M:%S}; take keys of the same backup or a later one"
        )
    return events, keys


def _read(ledger: LedgerName, folder: Path, content: str) -> Copy:
    try:
        copy = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Copy)
        whole = copy.format == FORMAT and copy.content == content
        whole = whole and _digest(folder / copy.file) == copy.sha256
    except (OSError, msgspec.DecodeError):
        raise Misconfigured(f"{folder} holds no complete backup of {content}") from None
    if not whole:
        raise Misconfigured(f"{folder} holds no backup of {content}, or a damaged one")
    if copy.ledger != str(ledger):
        raise Misconfigured(f"{folder} is of the ledger {copy.ledger}: set LEDGER_NAME")
    unknown = set(copy.migrations) - set(migrations())
    if unknown:
        raise Misconfigured(f"{folder} was made by a newer program, with {max(unknown)}")
    return copy


def check_keys(copy: Copy, provider: FileKeyProvider) -> None:
    """Raise Misconfigured unless the provider holds every epoch key under which the copy is wrapped."""
    for epoch, wanted in copy.epochs.items():
        try:
            held = key_id(provider.get(int(epoch)))
        except Lost:
            raise Misconfigured(
                f"the key epoch {epoch} of this backup has ended: take a backup of the keys made "
                "after that, or set LEDGER_KEY_DIR"
            ) from None
        if held != wanted:
            raise Misconfigured(f"the key of epoch {epoch} is another one: set LEDGER_KEY_DIR")


def restore(
    database: Database,
    ledger: LedgerName,
    folders: tuple[Path, Path],
    copies: tuple[Copy, Copy],
) -> None:
    """Load checked copies into a database that holds no such ledger, or one with nothing recorded.

    Roles are made as for a new ledger; views stay empty. Raises Misconfigured when something is
    recorded there or the copies do not fit the server, Retry or Halt; then the ledger is absent.
    """
    session = database.connect(ledger, None)
    try:
        ((server,),) = session.rows("server_version")
        check_loadable(copies[0].server, server)
        programs, environment = programs_for(max(server, copies[0].server)), database.environment()
        _make_room(session, ledger)
        try:
            for folder, copy, options in zip(folders, copies, ([], ["--data-only"]), strict=True):
                load(programs, environment, options, folder / copy.file)
        except Halt:
            _drop(session, ledger)
            raise
    finally:
        session.close()


def _make_room(session: Session, ledger: LedgerName) -> None:
    """Remove an empty ledger, such as `ledger init` made; refuse any other one."""
    try:
        head = session.row("head_row")
    except NotInstalled:
        head = None
    if head and (head[0] or head[1]):
        raise Misconfigured(
            f"the ledger {ledger} exists here and holds {head[0]} events: restore into another "
            "database or data directory"
        )
    with session.transaction():
        create_roles(session, ledger)
        _drop(session, ledger)


def _drop(session: Session, ledger: LedgerName) -> None:
    names = {"events": ledger.events, "keys": ledger.keys, "views": ledger.views}
    session.script(statement("ledger", "drop_namespaces"), names)
