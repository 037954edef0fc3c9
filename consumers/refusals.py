"""Why a broker that is there lets this client in or not, asked with a connection of our own.

kafka-python drops an answer that comes with the end of the connection, and so takes a broker that does not
know the password, or is not trusted, for one that is away. Only what the broker, or TLS, says for certain
is a refusal. No text holds the password.
"""

import socket
import ssl
import struct
import time
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from typing import Any, Protocol

from consumers.tls import tls_context, uses_tls
from ledger.errors import Misconfigured

# A broker that does not answer a small request within this time is away.
ANSWER_S = 5.0
# A broker that refuses a client's certificate says so within this time after its own handshake.
REFUSAL_S = 2.0
MOST_BYTES = 64 * 1024
_HANDSHAKE, _AUTHENTICATE = (17, 1), (36, 0)  # Kafka protocol: API keys with versions
_UNSUPPORTED, _FAILED = 33, 58  # its error codes


class Mechanism(Protocol):
    """The client's side of a SASL exchange."""

    def auth_bytes(self) -> bytes:
        """The next message of the client."""

    def receive(self, auth_bytes: bytes) -> Any:
        """Take the broker's answer."""

    def is_done(self) -> bool:
        """Whether the exchange is over."""


def check_refusals(
    bootstrap: tuple[str, ...],
    security: Mapping[str, Any],
    mechanism: Callable[[], Mechanism] | None,
) -> None:
    """Raise Misconfigured when a broker refuses this client, or is not trusted by it; say why.

    `mechanism` makes a SASL exchange; None without a login. A broker that is away is passed over.
    """
    context = None
    if uses_tls(security):
        context = security.get("ssl_context") or tls_context(security)
    for address in bootstrap:
        host, _, port = address.rpartition(":")
        try:
            refusal = _refusal(host.strip("[]"), int(port), context, security, mechanism)
        except (OSError, ValueError, struct.error):
            continue
        if refusal is not None:
            raise Misconfigured(f"Kafka at {address}: {refusal}")


def _refusal(
    host: str,
    port: int,
    context: ssl.SSLContext | None,
    security: Mapping[str, Any],
    mechanism: Callable[[], Mechanism] | None,
) -> str | None:
    try:
        with closing(_connected(host, port, context)) as connection:
            if mechanism is not None:
                return _login(connection, str(security.get("sasl_mechanism")), mechanism())
            if context is not None:
                _await_silence(connection)
            return None
    except ssl.SSLCertVerificationError as error:
        return f"its certificate is not trusted ({error.verify_message})"
    except ssl.SSLEOFError:
        return None  # also a broker that is going down ends so
    except ssl.SSLError as error:
        reason = (error.reason or "no reason given").replace("_", " ").lower()
        return f"TLS fails ({reason}); is the port one for TLS, and is a client certificate due?"


def _connected(host: str, port: int, context: ssl.SSLContext | None) -> socket.socket:
    plain = socket.create_connection((host, port), ANSWER_S)
    if context is None:
        return plain
    try:
        return context.wrap_socket(plain, server_hostname=host)
    except BaseException:
        plain.close()
        raise


def _await_silence(connection: socket.socket) -> None:
    """Nothing comes after a handshake, unless the broker refuses: then this raises an SSLError."""
    connection.settimeout(REFUSAL_S)
    with suppress(TimeoutError):
        connection.recv(1)


def _login(connection: socket.socket, name: str, mechanism: Mechanism) -> str | None:
    """Go through the exchange, as the protocol of Kafka has it."""
    encoded = name.encode()
    answer = _ask(connection, _HANDSHAKE, struct.pack(">h", len(encoded)) + encoded)
    if _code(answer) == _UNSUPPORTED:
        return f"it does not take {name}; see LEDGER_KAFKA_SASL_MECHANISM"
    while not mechanism.is_done():
        message = mechanism.auth_bytes()
        answer = _ask(connection, _AUTHENTICATE, struct.pack(">i", len(message)) + message)
        if _code(answer) == _FAILED:
            return "it does not know this user or password; see LEDGER_KAFKA_SASL_USERNAME"
        mechanism.receive(_auth_bytes(answer))
    return None


def _ask(connection: socket.socket, api: tuple[int, int], body: bytes) -> bytes:
    """Send a request without a client id; the body of its answer."""
    request = struct.pack(">hhih", *api, 0, -1) + body
    connection.sendall(struct.pack(">i", len(request)) + request)
    (size,) = struct.unpack(">i", _exactly(connection, 4))
    if not 4 <= size <= MOST_BYTES:
        raise ValueError("no answer of Kafka")
    return _exactly(connection, size)[4:]


def _exactly(connection: socket.socket, size: int) -> bytes:
    """So many bytes, all of them within the time: a byte now and then does not lengthen it."""
    received, until = b"", time.monotonic() + ANSWER_S
    while len(received) < size:
        connection.settimeout(max(0.001, until - time.monotonic()))
        part = connection.recv(size - len(received))
        if not part:
            raise ConnectionError
        received += part
    return received


def _code(answer: bytes) -> int:
    (code,) = struct.unpack_from(">h", answer)
    return int(code)


def _auth_bytes(answer: bytes) -> bytes:
    """The broker's bytes in the exchange, behind error code and error message."""
    (message,) = struct.unpack_from(">h", answer, 2)
    place = 4 + max(message, 0)
    (size,) = struct.unpack_from(">i", answer, place)
    return answer[place + 4 : place + 4 + max(size, 0)]
