"""Faults at the n-th step that a piece of work takes outside of itself, whatever that step is.

A step is one exchange with PostgreSQL (a connection, a statement, a piece of a COPY, BEGIN, COMMIT) or
one call of the operating system that changes a file of the key folder. Nothing names the steps: psycopg
does every exchange in `Connection.wait`, and the program changes files by the functions of `os` below.
So a write that somebody adds is attacked without a change here.
"""

import errno
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any, NoReturn

import psycopg
import pytest
from psycopg import errors

Connection = psycopg.Connection[Any]
_FULL = b"DO $$ BEGIN RAISE EXCEPTION 'no space' USING ERRCODE = '53100'; END $$"
# What a file is opened, made, changed and removed by; the descriptor's functions after those of paths.
_OF_PATHS = ("open", "link", "unlink", "rename", "replace", "mkdir", "truncate", "chmod")
_OF_DESCRIPTORS = ("write", "pwrite", "fsync", "fdatasync", "ftruncate")


class Kind(Enum):
    """What becomes of the step, and what the program learns of it."""

    NOT_STORED = "failed and not stored"
    STORED = "failed but stored"
    REFUSED = "refused by a server that stays there"
    KILLED = "killed"


@dataclass
class Faults:
    """Counts steps; the one with the number `at`, from 1, meets the fault."""

    kind: Kind
    at: int
    folder: Path
    steps: list[str] = field(default_factory=list)
    descriptors: set[int] = field(default_factory=set)

    @property
    def hit(self) -> bool:
        """Whether there was such a step."""
        return len(self.steps) >= self.at

    def meets(self, step: str) -> bool:
        """Count a step; True when it is the one."""
        self.steps.append(step)
        return len(self.steps) == self.at

    def inside(self, path: Any, folder: int | None) -> bool:
        """Whether a path, from an open folder on where there is one, lies in the folder that is attacked."""
        return not isinstance(path, int) and whole_path(path, folder).is_relative_to(self.folder)


def whole_path(path: Any, folder: int | None = None) -> Path:
    """A path; of a name in an open folder the path of both."""
    place = Path(os.fsdecode(path))
    return place if folder is None else Path(os.readlink(f"/proc/self/fd/{folder}")) / place


def kill() -> None:
    """End this process as kill -9 does."""
    os.kill(os.getpid(), signal.SIGKILL)


_armed: list[Faults] = []


def _wait(original: Callable[..., Any]) -> Callable[..., Any]:
    """Every exchange of a connection is a step."""

    def wait(connection: Connection, gen: Any, *arguments: Any, **options: Any) -> Any:
        def go() -> Any:
            return original(connection, gen, *arguments, **options)

        if not _armed or not _armed[0].meets(gen.__name__):
            return go()
        if _armed[0].kind is Kind.KILLED:
            kill()
        if _armed[0].kind is Kind.REFUSED:
            _refuse(connection, gen, go)
        if _armed[0].kind is Kind.STORED:
            go()
            _cut(connection)
            raise psycopg.OperationalError("the answer was lost")
        _cut(connection)
        return go()

    return wait


def _cut(connection: Connection) -> None:
    """Cut the line; libpq and the server find out by themselves."""
    copy = socket.socket(fileno=os.dup(connection.fileno()))
    copy.shutdown(socket.SHUT_RDWR)
    copy.close()


def _refuse(connection: Connection, gen: Any, go: Callable[[], Any]) -> NoReturn:
    """What a full disk does: the step is not done, a transaction has failed, the server stays."""
    status = connection.pgconn.transaction_status
    if gen.__name__ == "_enter_gen":
        go()
        connection.pgconn.exec_(b"ROLLBACK")
    elif gen.__name__ == "_exit_gen":
        connection.pgconn.exec_(b"ROLLBACK")
        go()
    elif status == psycopg.pq.TransactionStatus.INTRANS:
        connection.pgconn.exec_(_FULL)
    raise errors.DiskFull("no space")


def _connect(original: Callable[..., Any]) -> Any:
    """Every new connection is a step."""

    def connect(kind: type[Connection], *arguments: Any, **options: Any) -> Any:
        if not _armed or not _armed[0].meets("connect"):
            return original(kind, *arguments, **options)
        if _armed[0].kind is Kind.KILLED:
            kill()
        if _armed[0].kind is Kind.STORED:
            original(kind, *arguments, **options).close()
        raise psycopg.OperationalError("no answer")

    return classmethod(connect)


def _of_paths(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def call(path: Any, *arguments: Any, **options: Any) -> Any:
        faults = _armed[0] if _armed else None
        # A file that is only read, and a folder on the way to it, are no steps of what is written.
        reads = name == "open" and not arguments[0] & (os.O_WRONLY | os.O_RDWR)
        folder = options.get("dir_fd", options.get("src_dir_fd"))
        if faults is None or reads or not faults.inside(path, folder):
            return original(path, *arguments, **options)

        def go() -> Any:
            result = original(path, *arguments, **options)
            if name == "open":
                faults.descriptors.add(result)
            return result

        return _file_step(faults, name, go)

    return call


def _of_descriptors(name: str, original: Callable[..., Any]) -> Callable[..., Any]:
    def call(descriptor: int, *arguments: Any) -> Any:
        faults = _armed[0] if _armed else None
        if faults is None or descriptor not in faults.descriptors:
            return original(descriptor, *arguments)

        def torn() -> None:
            if name in {"write", "pwrite"}:
                content, *rest = arguments
                original(descriptor, content[: len(content) // 2], *rest)

        return _file_step(faults, name, lambda: original(descriptor, *arguments), torn)

    return call


def _file_step(
    faults: Faults, name: str, go: Callable[[], Any], torn: Callable[[], None] = lambda: None
) -> Any:
    """One step on a file. A write that fails, or in which the process dies, has written half."""
    if not faults.meets(name):
        return go()
    if faults.kind is Kind.STORED:
        result = go()
        if name == "open":
            os.close(result)
        raise OSError(errno.EIO, "Input/output error")
    torn()
    if faults.kind is Kind.KILLED:
        kill()
    raise OSError(errno.ENOSPC, "No space left on device")


def _close(original: Callable[[int], None]) -> Callable[[int], None]:
    def close(descriptor: int) -> None:
        if _armed:
            _armed[0].descriptors.discard(descriptor)
        original(descriptor)

    return close


@contextmanager
def injected(faults: Faults) -> Iterator[Faults]:
    """Attack whatever is done in this block."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Connection, "wait", _wait(psycopg.Connection.wait))
        connect = psycopg.Connection.connect.__func__  # type: ignore[attr-defined]
        patch.setattr(psycopg.Connection, "connect", _connect(connect))
        for name in _OF_PATHS:
            patch.setattr(os, name, _of_paths(name, getattr(os, name)))
        for name in _OF_DESCRIPTORS:
            patch.setattr(os, name, _of_descriptors(name, getattr(os, name)))
        patch.setattr(os, "close", _close(os.close))
        _armed.append(faults)
        try:
            yield faults
        finally:
            _armed.clear()
