"""Receivers of the push: syslog by TLS, and OCSF by HTTPS. A batch is taken whole, or sent again."""

import socket
import ssl
from collections.abc import Sequence
from contextlib import closing
from http.client import HTTPException, HTTPSConnection
from typing import Protocol
from urllib.parse import urlsplit

from documents.ocsf import Node
from documents.syslog import framed
from host.push_settings import PushSettings
from ledger.errors import Misconfigured, Retry
from schemas.encoding import to_json

PATIENCE_S = 10.0
"""How long a receiver may be silent."""
_ANSWER_BYTES = 64 * 1024


class ReceiverAway(Retry):
    """A receiver of the push did not take what was sent."""


class Receiver(Protocol):
    """Where records go. `name`: of the kind, for metrics and bookmarks; `address`: which one it is."""

    name: str
    address: str

    def send(self, records: Sequence[Node]) -> None:
        """Hand records over; on return all of them were taken. Raises ReceiverAway: none counts as taken."""


def receivers(settings: PushSettings) -> list[Receiver]:
    """The receivers of the settings. Raises Misconfigured where there is none, or a certificate is none."""
    if not settings.is_set:
        raise Misconfigured("no receiver is named: set LEDGER_PUSH_SYSLOG or LEDGER_PUSH_OCSF_URL")
    made: list[Receiver] = []
    if settings.syslog is not None:
        made.append(Syslog(settings, *settings.syslog))
    if settings.ocsf is not None:
        made.append(Ocsf(settings, settings.ocsf))
    return made


class Syslog:
    """Messages of RFC 5424 by TLS, with their length before each (RFC 5425).

    Syslog has no answer. So each batch has its own connection: the receiver ends it when it has read all,
    and only then the batch was taken.
    """

    name = "syslog"

    def __init__(self, settings: PushSettings, host: str, port: int) -> None:
        self.address = f"{host}:{port}"
        self._host, self._port, self._tls = host, port, _tls(settings)

    def send(self, records: Sequence[Node]) -> None:
        """See `Receiver`."""
        content = b"".join(framed(record, socket.gethostname()) for record in records)
        try:
            with (
                socket.create_connection((self._host, self._port), PATIENCE_S) as plain,
                self._tls.wrap_socket(plain, server_hostname=self._host) as secured,
            ):
                secured.sendall(content)
                _end(secured)
        except OSError as error:
            raise ReceiverAway(f"the receiver of syslog is away: {_why(error)}") from None


def _end(secured: ssl.SSLSocket) -> None:
    """Say that this is all, and wait until the receiver has read it: it ends the connection then."""
    try:
        secured.unwrap()
    except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
        return  # it ended the connection without a word, as many do
    except OSError as error:
        if error.errno:  # 0: the same, as some versions of the library have it
            raise


class Ocsf:
    """Records of OCSF by HTTPS: a JSON array in a POST. Only 2xx counts, and no redirect is followed."""

    name = "ocsf"

    def __init__(self, settings: PushSettings, url: str) -> None:
        self.address = url
        parts = urlsplit(url)
        self._host, self._port = parts.hostname or "", parts.port or 443
        self._path = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
        self._tls, self._token = _tls(settings), settings.token

    def send(self, records: Sequence[Node]) -> None:
        """See `Receiver`."""
        headers = {"content-type": "application/json"}
        if self._token is not None:
            headers["authorization"] = f"Bearer {self._token}"
        connection = HTTPSConnection(self._host, self._port, timeout=PATIENCE_S, context=self._tls)
        with closing(connection):
            try:
                connection.request("POST", self._path, to_json(list(records)), headers)
                answer = connection.getresponse()
                answer.read(_ANSWER_BYTES)
            except (OSError, HTTPException) as error:
                raise ReceiverAway(f"the receiver of OCSF is away: {_why(error)}") from None
        if not 200 <= answer.status < 300:
            raise ReceiverAway(f"the receiver of OCSF answers {answer.status}")


def _tls(settings: PushSettings) -> ssl.SSLContext:
    """TLS of today, with the names of receivers checked. Raises Misconfigured."""
    try:
        context = ssl.create_default_context(cafile=settings.authorities)
        if settings.certificate is not None:
            context.load_cert_chain(settings.certificate, settings.key)
    except (OSError, ssl.SSLError):
        raise Misconfigured(
            "the push needs certificates in PEM: see LEDGER_PUSH_CAFILE and LEDGER_PUSH_CERTFILE"
        ) from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _why(error: Exception) -> str:
    return type(error).__name__
