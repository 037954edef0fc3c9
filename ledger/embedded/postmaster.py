"""The server process of a data directory, as its pid file and socket show it.

The server is only ever recognised and signalled by its own pid file. A number alone proves nothing:
after a crash it may belong to any other process, so the command line must name the cluster too.
"""

import os
import signal
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ledger.embedded.place import DataDirectory
from ledger.errors import Misconfigured, ServiceAway
from ledger.storage.access import SECRET
from ledger.storage.files import Folder

START_TIMEOUT_S = 600  # recovery after a crash replays up to max_wal_size, 1 GB
FAST_STOP_TIMEOUT_S = 30.0  # sessions are ended, then comes a checkpoint
IMMEDIATE_STOP_TIMEOUT_S = 30.0  # PostgreSQL kills processes that have not ended after 5 s
PAUSE_S = 0.01
CONNECT_TIMEOUT_S = 1.0
# The server writes some lines into its pid file.
_MOST_BYTES = 1 << 16


@dataclass(frozen=True, slots=True)
class _Postmaster:
    """The content of the pid file."""

    pid: int
    status: str


def _postmaster(place: DataDirectory) -> _Postmaster | None:
    try:
        cluster = Folder(place.cluster, SECRET)
        lines = cluster.read(place.pid_file.name, _MOST_BYTES).decode(errors="replace").splitlines()
    except FileNotFoundError:
        return None
    if not lines or not lines[0].strip().isdigit():
        return None
    return _Postmaster(int(lines[0]), lines[7].strip() if len(lines) > 7 else "starting")


def running(place: DataDirectory) -> int | None:
    """Process id of the server; None if it is not running."""
    server = _postmaster(place)
    return server.pid if server and _runs(server.pid, place) else None


def _runs(pid: int, place: DataDirectory) -> bool:
    """Whether this process is the server of this place, and not a different process with its number."""
    if not os.path.exists("/proc/self/cmdline"):
        with suppress(ProcessLookupError):
            os.kill(pid, 0)
            return True
        return False
    try:
        arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return os.fsencode(place.cluster) in arguments


def settled(place: DataDirectory) -> bool:
    """Whether the server runs and is ready, after waiting while it is starting or stopping.

    A dead server's pid file stays, since PostgreSQL finds by it whether children of that server are still at
    work; unless the number is now that of another process, which PostgreSQL would take for the server. Raises
    Misconfigured when the server that answers is not a process here: a server in another container would lose
    its data if a second were started.
    """

    def quiet() -> bool:
        server = _postmaster(place)
        return not server or server.status == "ready" or not _runs(server.pid, place)

    _wait(quiet, START_TIMEOUT_S, "become ready")
    server = _postmaster(place)
    if server and _runs(server.pid, place):
        return True
    if _answers(place):
        message = f"a server outside of this machine or container uses {place.data_dir}: stop it"
        raise Misconfigured(message)
    if server and Path(f"/proc/{server.pid}").exists():
        Folder(place.cluster, SECRET).remove([place.pid_file.name])
        Folder(place.run, SECRET).remove([f"{place.socket.name}.lock"])
    return False


def _answers(place: DataDirectory) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.settimeout(CONNECT_TIMEOUT_S)
        try:
            client.connect(str(place.socket))
        except TimeoutError:
            return True
        except OSError:
            return False
        return True


def stop(place: DataDirectory) -> None:
    """Stop the server, if it runs, and wait until it is gone. Raises ServiceAway when it stays.

    A fast shutdown can hang (PostgreSQL 18.4 does when it recovers from the crash of a session at
    that moment). Then an immediate one follows: it loses no commit, the next start recovers.
    """
    pid = running(place)
    if pid is None:
        return
    os.kill(pid, signal.SIGINT)
    with suppress(ServiceAway):
        _wait(lambda: not _runs(pid, place), FAST_STOP_TIMEOUT_S, "stop")
        return
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGQUIT)
    _wait(lambda: not _runs(pid, place), IMMEDIATE_STOP_TIMEOUT_S, "stop")


def _wait(condition: Callable[[], bool], timeout_s: float, what: str) -> None:
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            raise ServiceAway(f"the embedded PostgreSQL does not {what} within {timeout_s:.0f} s")
        time.sleep(PAUSE_S)
