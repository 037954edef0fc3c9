"""Certificates of clients: from this server's own TLS, or from a proxy that the settings name by its address.

The server or the proxy verified the certificate; the file of clients must list its subject.
"""

import binascii
import tomllib
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, load_der_x509_certificate, load_pem_x509_certificate
from starlette.requests import HTTPConnection

from ledger.errors import Misconfigured
from ledger.storage.access import Unsafe
from ledger.storage.named import read_named
from web.logins.peers import PEER_ADDRESS, PEER_CERTIFICATE

HEADER = "client-cert"
"""As RFC 9440 writes a certificate; a proxy may also give it as PEM in an escaped text."""
_LONGEST = 64 * 1024
# More than any list of clients.
_MOST_BYTES = 1 << 20


class KnownClient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A client of the file: what it is called, in which role it asks, and what for."""

    client: str
    role: str
    scopes: tuple[str, ...] = ("ledger",)


class Certificates:
    """The clients that may come with a certificate. `proxies`: addresses whose header counts."""

    def __init__(
        self,
        known: Mapping[str, KnownClient],
        proxies: frozenset[str],
        clock: Callable[[], datetime],
    ) -> None:
        self._known = known
        self._proxies = proxies
        self._clock = clock

    def client(self, connection: HTTPConnection) -> tuple[KnownClient, datetime] | None:
        """The client of a certificate that is valid now, and until when it is; None without one."""
        certificate = self._of(connection)
        if certificate is None:
            return None
        known = self._known.get(certificate.subject.rfc4514_string())
        begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        return (known, ends) if known and begins <= self._clock() < ends else None

    def thumbprint(self, connection: HTTPConnection) -> str | None:
        """The hash of a certificate, to which a token may be tied (RFC 8705)."""
        certificate = self._of(connection)
        if certificate is None:
            return None
        digest = sha256(certificate.public_bytes(Encoding.DER)).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode()

    def _of(self, connection: HTTPConnection) -> Certificate | None:
        der = getattr(connection.state, PEER_CERTIFICATE, None)
        if der is not None:
            return load_der_x509_certificate(der)
        if getattr(connection.state, PEER_ADDRESS, None) not in self._proxies:
            return None
        given = connection.headers.get(HEADER)
        return _read(given) if given else None


def read_clients(path: Path) -> dict[str, KnownClient]:
    """The clients of a TOML file: a table for each subject, as RFC 4514 writes it. Raises Misconfigured."""
    try:
        text = read_named(path, _MOST_BYTES, "trusted").decode()
        return msgspec.convert(tomllib.loads(text), dict[str, KnownClient])
    except Unsafe as error:
        raise Misconfigured(error.strerror) from None
    except (OSError, ValueError):
        raise Misconfigured(
            "expected a table for each client, named by the subject of its certificate, with client and role"
        ) from None


def _read(text: str) -> Certificate | None:
    if len(text) > _LONGEST:
        return None
    try:
        if text.startswith(":") and text.endswith(":"):
            return load_der_x509_certificate(b64decode(text[1:-1], validate=True))
        return load_pem_x509_certificate(unquote(text).encode())
    except (ValueError, binascii.Error):
        return None
