"""One-time links: a secret that the user of a machine prints, and the console on that machine takes once.

The two processes share a folder beside the keys, which only the ledger's user and root can enter. A file
there has the hash of a secret as its name, and says who logs in. To take the file away is to use the link.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec

from ledger.errors import Misconfigured
from ledger.storage.access import PRIVATE
from ledger.storage.files import Folder
from schemas.encoding import from_json
from web.logins.origin import Origin

FOLDER = "login-links"
LINK_LIFE = timedelta(minutes=1)
PATH = "/login/link"
_CONSOLE = f"{FOLDER}/console"
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
        self._keys = Folder(folder, PRIVATE)

    def make(self, link: Link) -> str:
        """Keep a link; its secret, which is kept nowhere. Raises Misconfigured."""
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        try:
            # Root's link belongs to the owner of the keys, as which the console runs.
            self._keys.write({_name(secret): msgspec.json.encode(link)})
        except OSError as error:
            raise Misconfigured(f"the link cannot be written: {error.strerror}") from None
        return secret

    def take(self, secret: str, now: datetime) -> Link | None:
        """The link of a secret, which cannot be taken again; None when it is used, over or none."""
        self.forget_ended(now)
        link = self._read(_name(secret))
        if not self._remove(_name(secret)):  # of two at once one succeeds
            return None
        return link if link and now < link.until else None

    def forget_ended(self, now: datetime) -> None:
        """Remove links that can no longer be used."""
        for own in self._keys.names(FOLDER):
            if own.endswith(_LINK):
                link = self._read(f"{FOLDER}/{own}")
                if link is None or link.until <= now:
                    self._remove(f"{FOLDER}/{own}")

    @contextmanager
    def announced(self, origin: Origin) -> Iterator[None]:
        """Say where the console runs, as long as it does."""
        self._keys.write({_CONSOLE: origin.text.encode()})
        try:
            yield
        finally:
            self._remove(_CONSOLE)

    def console(self) -> Origin:
        """Where the console of this machine runs. Raises Misconfigured when none does."""
        try:
            text = self._keys.read(_CONSOLE, _MOST_BYTES).decode()
        except (OSError, ValueError):
            raise Misconfigured("no console runs here: start `ledger serve` first") from None
        origin = Origin.read(text)
        if not origin.is_loopback:
            raise Misconfigured(
                "the console can be reached from other machines: there people log in with the provider"
            )
        return origin

    def _read(self, name: str) -> Link | None:
        try:
            return from_json(self._keys.read(name, _MOST_BYTES), Link)
        except (OSError, ValueError):
            return None

    def _remove(self, name: str) -> bool:
        """Take a file away; False where there is none any more."""
        try:
            return self._keys.remove([name]) == 1
        except OSError:
            return False


def _name(secret: str) -> str:
    return f"{FOLDER}/{sha256(secret.encode('utf-8', 'surrogatepass')).hexdigest()}{_LINK}"


def address_of(origin: Origin, secret: str) -> str:
    """What is printed."""
    return origin.url(f"{PATH}?key={secret}")
