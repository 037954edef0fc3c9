"""One-time links: a secret that the user of a machine prints, and the console on that machine takes once.

The two processes share a folder beside the keys, which only the ledger's user and root can enter. A file
there has the hash of a secret as its name, and says who logs in. To take the file away is to use the link.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec

from ledger.errors import Misconfigured
from ledger.storage.durable import replace_file
from ledger.storage.ordinary import read_ordinary
from schemas.encoding import from_json
from web.logins.origin import Origin

FOLDER = "login-links"
LINK_LIFE = timedelta(minutes=1)
PATH = "/login/link"
_CONSOLE = "console"
_LINK = ".link"
_MOST_BYTES = 4096
_SECRET_BYTES = 32


class Link(msgspec.Struct, frozen=True):
    """Who logs in with a link, and until when it can be used."""

    reference: str
    role: str
    judged: bool
    until: datetime


class Links:
    """The links of one ledger's folder."""

    def __init__(self, folder: Path) -> None:
        """`folder`: that of the ledger's keys."""
        self._keys = folder
        self._folder = folder / FOLDER

    def make(self, link: Link) -> str:
        """Keep a link; its secret, which is kept nowhere. Raises Misconfigured."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        try:
            replace_file(self._file(secret), msgspec.json.encode(link))
            self._give_to_owner(self._file(secret))
        except OSError as error:
            raise Misconfigured(f"the link cannot be written: {error.strerror}") from None
        return secret

    def take(self, secret: str, now: datetime) -> Link | None:
        """The link of a secret, which cannot be taken again; None when it is used, over or none."""
        self.forget_ended(now)
        path = self._file(secret)
        link = _read(path)
        try:
            path.unlink()  # of two at once one succeeds
        except OSError:
            return None
        return link if link and now < link.until else None

    def forget_ended(self, now: datetime) -> None:
        """Remove links that can no longer be used."""
        for path in self._folder.glob(f"*{_LINK}") if self._folder.is_dir() else ():
            link = _read(path)
            if link is None or link.until <= now:
                with suppress(OSError):
                    path.unlink()

    @contextmanager
    def announced(self, origin: Origin) -> Iterator[None]:
        """Say where the console runs, as long as it does."""
        path = self._folder / _CONSOLE
        replace_file(path, origin.text.encode())
        try:
            yield
        finally:
            with suppress(OSError):
                path.unlink()

    def console(self) -> Origin:
        """Where the console of this machine runs. Raises Misconfigured when none does."""
        try:
            text = read_ordinary(self._folder / _CONSOLE, _MOST_BYTES).decode()
        except (OSError, ValueError):
            raise Misconfigured("no console runs here: start `ledger serve` first") from None
        origin = Origin.read(text)
        if not origin.is_loopback:
            raise Misconfigured(
                "the console can be reached from other machines: there people log in with the provider"
            )
        return origin

    def _file(self, secret: str) -> Path:
        return (
            self._folder / f"{sha256(secret.encode('utf-8', 'surrogatepass')).hexdigest()}{_LINK}"
        )

    def _give_to_owner(self, path: Path) -> None:
        """Root's link must be readable for the console, which runs as the owner of the keys."""
        if os.geteuid() == 0:
            owner = self._keys.stat()
            for made in (self._folder, path):
                os.chown(made, owner.st_uid, owner.st_gid)


def address_of(origin: Origin, secret: str) -> str:
    """What is printed."""
    return origin.url(f"{PATH}?key={secret}")


def _read(path: Path) -> Link | None:
    try:
        return from_json(read_ordinary(path, _MOST_BYTES), Link)
    except (OSError, ValueError):
        return None
