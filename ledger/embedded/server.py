"""Starting, sharing and stopping the embedded server.

Every user of the server holds a shared lock on the data directory's `run` folder. A user that leaves and
can then lock the folder alone was the last, and stops the server. The operating system drops the lock of a
process that dies, however it dies, so no list of users can be wrong. A server that outlives its
last user (a kill -9) is found again by the next `start`. Starting and stopping exclude each other
by a lock on the data directory itself.
"""

import atexit
import errno
import fcntl
import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from ledger.embedded.cluster import PORT, SUPERUSER, allow, configure, initialise, programs_for
from ledger.embedded.place import Account, DataDirectory, account_for, own_folder, prepare, run_as
from ledger.embedded.postmaster import START_TIMEOUT_S, running, settled, stop
from ledger.errors import Misconfigured, NoSpace, ServiceAway
from ledger.storage.access import SECRET
from ledger.storage.faults import mapped_full_disk
from ledger.storage.files import Folder, open_folder

LEDGER_ROLES = ("/^ledger_",)

# Children of a killed server end by themselves, mostly within milliseconds; until then PostgreSQL refuses to
# start a new server, with these words.
ORPHANS_AT_WORK = "is still in use"
ORPHANS_TIMEOUT_S = 30
PAUSE_S = 0.05
LOG_LIMIT_BYTES = 16 * 1024 * 1024  # the log is put aside at a start, and the one before it dropped


class Server:
    """A running server that this process uses until `leave`, which also happens at exit."""

    def __init__(self, place: DataDirectory, account: Account, lease: int | None) -> None:
        """`lease`: the share in the server that keeps it running; None for a mere look."""
        self._place = place
        self._account = account
        self._lease = lease
        atexit.register(self.leave)

    @property
    def data_dir(self) -> Path:
        """The data directory, absolute and free of symbolic links."""
        return self._place.data_dir

    @property
    def log(self) -> Path:
        """The server's log."""
        return self._place.log

    @property
    def pid(self) -> int | None:
        """Process id of the server, None when it is not running."""
        return running(self._place)

    def url(self, database: str = SUPERUSER, user: str = SUPERUSER) -> str:
        """URL of a database for libpq, over the socket, as a role that the rules allow."""
        host = quote(str(self._place.run), safe="")
        return f"postgresql://{quote(user)}@/{quote(database)}?host={host}&port={PORT}"

    def allow(self, *roles: str) -> None:
        """Let the data's owner and root also log in as these roles (`/`: a regular expression)."""
        with _alone(self._place):
            _allow(self._place, self._account, roles)

    def revive(self) -> bool:
        """Start the server again where it was killed; whether that was needed. Raises ServiceAway.

        Not while another process starts or stops it.
        """
        if self._lease is None or self.pid is not None:
            return False
        with _mapped_files(self._place), _alone(self._place):
            if settled(self._place):
                return False
            _launch(self._place, self._account, LEDGER_ROLES)
        return True

    def leave(self) -> None:
        """Stop using the server, and stop it when no other process uses it. Harmless when done before.

        Raises ServiceAway when it does not stop in time.
        """
        atexit.unregister(self.leave)
        lease, self._lease = self._lease, None
        if lease is None:
            return
        os.close(lease)
        # A data directory that was removed has no server to stop.
        with suppress(FileNotFoundError), _alone(self._place):
            if _unused(self._place):
                stop(self._place)

    def stop(self) -> None:
        """Stop the server now, also while others use it: their open transactions are rolled back."""
        with _alone(self._place):
            stop(self._place)
        self.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.leave()


def start(data_dir: Path, roles: Sequence[str] = LEDGER_ROLES) -> Server:
    """Use the server of a data directory: make it when it is new, start it when it does not run.

    Two processes may do this at once. The data's owner and root may log in as the superuser and as
    these roles (`/`: a regular expression). Raises Misconfigured for a directory that cannot work,
    ServiceAway when the server does not start or stop, NoSpace where the disk is full.
    """
    place = DataDirectory(data_dir.resolve())
    with _mapped_files(place):
        account = account_for(place)
        prepare(place, account)
        with _alone(place):
            own_folder(place.run, account)
            if settled(place):
                _allow(place, account, roles)
            else:
                _launch(place, account, roles)
            return Server(place, account, _shared_lock(place))


@contextmanager
def _mapped_files(place: DataDirectory) -> Iterator[None]:
    """Translate faults of files. Raises NoSpace for a full disk, Misconfigured for the others."""
    try:
        with mapped_full_disk():
            yield
    except OSError as error:
        where = error.filename or place.data_dir
        raise Misconfigured(f"cannot use {where}: {error.strerror or error}") from error


def visit(data_dir: Path) -> Server:
    """The server of a data directory that runs already, without a share in it.

    Such a look neither starts nor stops the server, so its log says nothing of the visit. Raises ServiceAway
    when it does not run.
    """
    place = DataDirectory(data_dir.resolve())
    if running(place) is None:
        raise ServiceAway(
            "the embedded PostgreSQL of the other ledger does not run: start it there"
        )
    return Server(place, account_for(place), None)


@contextmanager
def _alone(place: DataDirectory) -> Iterator[None]:
    """Exclude every other start and stop of this data directory."""
    folder = open_folder(place.data_dir)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        # Unlocked, not only closed: a child process may hold a copy of the descriptor.
        fcntl.flock(folder, fcntl.LOCK_UN)
        os.close(folder)


def _shared_lock(place: DataDirectory) -> int:
    folder = open_folder(place.run)
    fcntl.flock(folder, fcntl.LOCK_SH)
    return folder


def _unused(place: DataDirectory) -> bool:
    folder = open_folder(place.run)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    else:
        fcntl.flock(folder, fcntl.LOCK_UN)
        return True
    finally:
        os.close(folder)


def _allow(place: DataDirectory, account: Account, roles: Sequence[str]) -> None:
    pid = running(place)
    if allow(place, account, roles) and pid is not None:
        # The server reads the rules again before it accepts another connection.
        os.kill(pid, signal.SIGHUP)


def _launch(place: DataDirectory, account: Account, roles: Sequence[str]) -> None:
    programs = programs_for(account, place)
    initialise(place, account, programs)
    configure(place)
    allow(place, account, roles)
    run = Folder(place.run, SECRET)
    log = run.status(place.log.name)
    if log and log.st_size > LOG_LIMIT_BYTES:
        place.log.replace(place.log.with_name("server.log.1"))
    _run_server(place, account, programs)


def _run_server(place: DataDirectory, account: Account, programs: Path) -> None:
    options = ["--wait", f"--timeout={START_TIMEOUT_S}", "--silent", f"--log={place.log}"]
    options.append(f"--pgdata={place.cluster}")
    end = time.monotonic() + ORPHANS_TIMEOUT_S
    while run_as(account, [programs / "pg_ctl", "start", *options]).returncode != 0:
        # Why the server gave up; its log holds no values (see the settings).
        try:
            with Folder(place.run, SECRET).opened(place.log.name) as log:
                lines = log.read(LOG_LIMIT_BYTES).decode(errors="replace").splitlines()
        except FileNotFoundError:
            lines = []
        fatal = [line for line in lines if "FATAL:" in line or "PANIC:" in line]
        reason = fatal[-1].partition("] ")[2] if fatal else "it says nothing"
        if ORPHANS_AT_WORK not in reason or time.monotonic() > end:
            said = f"the embedded PostgreSQL does not start: {reason} (see {place.log})"
            raise NoSpace(said) if os.strerror(errno.ENOSPC) in reason else ServiceAway(said)
        time.sleep(PAUSE_S)
