"""Where the console listens: at an address, or at a socket of the file system to which only a proxy connects.

The folder of the socket says who the proxy is: only its owner, which is the console, and its group enter it.
So who connects there is believed about the address and the certificate of the person behind.
"""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

from host.setting_list import OLD_PROXIES
from host.settings import Settings
from ledger.errors import Misconfigured
from web.logins.limits import network_of

_MODE = 0o660
MOST_CONNECTIONS = 500
"""At once. A process may open 1,024 files as a rule, and needs some of them for its work."""
MOST_OF_ONE = MOST_CONNECTIONS // 2
"""Of one address, so that another one always finds room."""


class Listening(socket.socket):
    """Takes so many connections and no more. They count from the first, also while TLS has not begun.

    Those of a proxy, which come by a socket of the file system, have no address of their own.
    """

    def __init__(self, family: int) -> None:
        super().__init__(family, socket.SOCK_STREAM)
        self._taken: WeakKeyDictionary[socket.socket, str | None] = WeakKeyDictionary()

    def accept(self) -> tuple[socket.socket, Any]:
        """A connection that there is room for. Raises ConnectionAbortedError, and ends any other one."""
        connected, address = super().accept()
        whose = None if self.family == socket.AF_UNIX else network_of(address[0])
        running = [who for one, who in self._taken.items() if one.fileno() != -1]
        if len(running) >= MOST_CONNECTIONS or (whose and running.count(whose) >= MOST_OF_ONE):
            connected.close()
            raise ConnectionAbortedError
        self._taken[connected] = whose
        return connected, address


@contextmanager
def listening_of(settings: Settings) -> Iterator[socket.socket]:
    """The socket of the settings, while the block lasts. Raises Misconfigured."""
    if settings.texts.get(OLD_PROXIES, "").strip():
        raise Misconfigured(
            "LEDGER_WEB_PROXIES counts no more: all programs of a machine share its address. Remove it, and "
            "set LEDGER_WEB_SOCKET to the socket by which the proxy comes"
        )
    path = settings.web.socket
    listening = _at_address(settings) if path is None else _at_socket(path)
    try:
        yield listening
    finally:
        listening.close()
        if path is not None:
            with suppress(OSError):
                path.unlink()


def _at_address(settings: Settings) -> socket.socket:
    web = settings.web
    family = socket.AF_INET6 if ":" in web.host else socket.AF_INET
    listening = Listening(family)
    with suppress(OSError):
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((web.host, web.port))
    except OSError as error:
        listening.close()
        raise Misconfigured(
            f"cannot listen on port {web.port} of {web.host}: {error.strerror}; "
            "set LEDGER_WEB_PORT to a free one, or to 0 for any"
        ) from None
    return listening


def _at_socket(path: Path) -> socket.socket:
    """Bound, and not yet listening: nobody connects before its mode is set."""
    listening = Listening(socket.AF_UNIX)
    try:
        _check_folder(path.parent)
        # Remove the socket of a console that ended. Raises Misconfigured for anything else that is there.
        with suppress(FileNotFoundError):
            if not stat.S_ISSOCK(path.lstat().st_mode):
                raise Misconfigured("LEDGER_WEB_SOCKET: there is a file already that is no socket")
            with socket.socket(socket.AF_UNIX) as probe, suppress(ConnectionRefusedError):
                probe.connect(str(path))
                raise Misconfigured("LEDGER_WEB_SOCKET: another console listens there")
            path.unlink()
        listening.bind(str(path))
        path.chmod(_MODE)
    except OSError as error:
        listening.close()
        raise Misconfigured(
            f"cannot listen at LEDGER_WEB_SOCKET: {error.strerror or error}"
        ) from None
    except Misconfigured:
        listening.close()
        raise
    return listening


def _check_folder(folder: Path) -> None:
    """Raise Misconfigured for a folder that is another user's, or that others enter or the group changes."""
    status = folder.stat()
    is_closed = not status.st_mode & (stat.S_IRWXO | stat.S_IWGRP)
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or not is_closed:
        raise Misconfigured(
            "LEDGER_WEB_SOCKET: expected a folder of the console's user, which besides only its group may "
            "enter (mode 0750)"
        )
