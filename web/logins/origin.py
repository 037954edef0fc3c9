"""Where the console is reached: scheme, name and port, as a browser writes them in `Origin`."""

import ipaddress
from typing import Self
from urllib.parse import urlsplit

import msgspec

from ledger.errors import Misconfigured

_PORTS = {"http": 80, "https": 443}
LONGEST_PATH = 4_096
"""Of a path with its query."""


class Origin(msgspec.Struct, frozen=True):
    """One origin of the web. Only `https`, or `http` on this machine alone."""

    scheme: str
    host: str
    port: int

    @classmethod
    def read(cls, text: str) -> Self:
        """The origin of a text such as https://ledger.example.nl. Raises Misconfigured."""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError:
            raise Misconfigured("expected an origin such as https://ledger.example.nl") from None
        rest = (parts.path.strip("/"), parts.query, parts.fragment, parts.username)
        if parts.scheme not in _PORTS or not parts.hostname or any(rest):
            raise Misconfigured("expected an origin such as https://ledger.example.nl")
        origin = cls(parts.scheme, parts.hostname, port or _PORTS[parts.scheme])
        if not origin.is_secure and not origin.is_loopback:
            raise Misconfigured("without TLS the console is reached from this machine alone")
        return origin

    @property
    def is_secure(self) -> bool:
        """Whether TLS protects it."""
        return self.scheme == "https"

    @property
    def is_loopback(self) -> bool:
        """Whether it names this machine and no other."""
        return self.host == "localhost" or is_loopback(self.host)

    @property
    def authority(self) -> str:
        """As a browser writes it in `Host`."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def text(self) -> str:
        """As a browser writes it in `Origin`."""
        return f"{self.scheme}://{self.authority}"

    def url(self, path: str) -> str:
        """The address of a path here."""
        return self.text + path


def is_loopback(address: str) -> bool:
    """Whether an address of the network layer is of this machine itself."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_loopback)


def local_path(text: str | None) -> str:
    """Where a login leads back to: a path of this console, and `/` for anything else.

    Browsers read `//name`, `/\\name` and control characters within as another origin. A longer path than a
    console has is none either: it is remembered while somebody logs in.
    """
    path = text if text and len(text) <= LONGEST_PATH else "/"
    is_local = path.startswith("/") and not path.startswith("//")
    is_clean = path.isascii() and path.isprintable() and not set(path) & set('\\ "<>')
    return path if is_local and is_clean else "/"
