"""Certificates of clients, of this server's own TLS or handed on by the proxy. Both are verified here, alike.

A client is known by the subject of its certificate and by the authority that issued it. Other names that a
certificate has say nothing.
"""

import tomllib
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from urllib.parse import unquote

import msgspec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate, Name, load_pem_x509_certificates
from starlette.requests import HTTPConnection

from host.logs import Log
from ledger.errors import Misconfigured
from ledger.storage.access import Unsafe
from ledger.storage.named import read_named
from web.logins.authorities import Authorities
from web.logins.peers import PEER_CERTIFICATE

_LOG = Log("serve")
# More than any list of clients.
_MOST_BYTES = 1 << 20


class KnownClient(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A client of the file: what it is called, in which role it asks, and what for.

    `issuer`: the authority whose certificates count; None where there is one authority alone.
    """

    client: str
    role: str
    scopes: tuple[str, ...] = ("ledger",)
    issuer: str | None = None


class Certificates:
    """The clients that may come with a certificate, by subject."""

    def __init__(
        self,
        known: Mapping[str, KnownClient],
        authorities: Authorities,
        clock: Callable[[], datetime],
    ) -> None:
        self._known = known
        self._authorities = authorities
        self._clock = clock

    def client(self, connection: HTTPConnection) -> tuple[KnownClient, datetime] | None:
        """The client of a certificate that holds now, and until when it does; None without one."""
        certificate = self._of(connection)
        if certificate is None:
            return None
        known = self._known.get(certificate.subject.rfc4514_string())
        if known is None or known.issuer not in {None, certificate.issuer.rfc4514_string()}:
            _LOG.info("certificate", "a certificate is of no client that is listed")
            return None
        return known, certificate.not_valid_after_utc

    def thumbprint(self, connection: HTTPConnection) -> str | None:
        """The hash of a certificate that holds now, to which a token may be tied (RFC 8705)."""
        certificate = self._of(connection)
        if certificate is None:
            return None
        digest = sha256(certificate.public_bytes(Encoding.DER)).digest()
        return urlsafe_b64encode(digest).rstrip(b"=").decode()

    def _of(self, connection: HTTPConnection) -> Certificate | None:
        der: bytes | None = getattr(connection.state, PEER_CERTIFICATE, None)
        if der is None:
            return None
        certificate = self._authorities.verified(der, self._clock())
        if certificate is None:
            _LOG.info(
                "certificate", "a certificate does not hold: of no authority here, or not now"
            )
        return certificate


def read_clients(path: Path, authorities: Authorities) -> dict[str, KnownClient]:
    """The clients of a TOML file: a table for each subject, as RFC 4514 writes it. Raises Misconfigured."""
    try:
        text = read_named(path, _MOST_BYTES, "trusted").decode()
        known = msgspec.convert(tomllib.loads(text), dict[str, KnownClient])
        if not all(map(_is_name, known)):
            raise ValueError
    except Unsafe as error:
        raise Misconfigured(f"LEDGER_API_CLIENTS_FILE: {error.strerror}") from None
    except (OSError, ValueError, RecursionError):
        raise Misconfigured(
            "LEDGER_API_CLIENTS_FILE: expected a table for each client, named by the subject of its "
            "certificate as RFC 4514 writes it, with client and role"
        ) from None
    usual = {None} if len(authorities.names) == 1 else set()
    if not {one.issuer for one in known.values()} <= {*authorities.names, *usual}:
        raise Misconfigured(
            "LEDGER_API_CLIENTS_FILE: expected for each client its issuer, an authority of "
            "LEDGER_API_CLIENTS_CAFILE; where that file has one authority, issuer may be missing"
        )
    return known


def _is_name(text: str) -> bool:
    """Whether a text is a name as we write it: another spelling would be nobody's."""
    return bool(text) and Name.from_rfc4514_string(text).rfc4514_string() == text


def read_certificate(text: str) -> bytes | None:
    """The certificate of a header, as DER: as RFC 9440 writes it, or as PEM in percent escapes; else None."""
    try:
        if text.startswith(":") and text.endswith(":"):
            return b64decode(text[1:-1], validate=True) or None
        (certificate,) = load_pem_x509_certificates(unquote(text).encode())
        return certificate.public_bytes(Encoding.DER)
    except ValueError:
        return None
