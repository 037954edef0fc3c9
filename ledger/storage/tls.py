"""Why the certificate of a PostgreSQL is not trusted: its driver says only that it is not."""

import socket
import ssl
import struct
from collections.abc import Mapping

_ASK_S = 3.0
# Length and code of the request by which a session begins with TLS.
_REQUEST = struct.pack("!ii", 8, 80877103)
_UNTRUSTED = "its certificate is signed by no authority that sslrootcert names"
# Error codes of X.509 (X509_V_ERR_…), and our words for them.
_REASONS = {
    9: "its certificate is not valid yet",
    10: "its certificate has expired",
    23: "its certificate was revoked",
}


def tls_fault(text: str, options: Mapping[str, str]) -> str | None:
    """Which fault it is, where a driver's text says that a certificate is not trusted; else None.

    `options`: of the connection that failed. Asks the server once more, for its certificate alone.
    """
    if "certificate verify failed" not in text:
        return None
    host = options.get("hostaddr") or options.get("host") or ""
    port = options.get("port") or "5432"
    for one, at in zip(host.split(","), _ports(port, host), strict=False):
        code = _asked(one, int(at), options.get("sslrootcert"))
        if code:
            return _REASONS.get(code, _UNTRUSTED)
    return _UNTRUSTED


def _ports(port: str, host: str) -> list[str]:
    ports = port.split(",")
    return ports * len(host.split(",")) if len(ports) == 1 else ports


def _asked(host: str, port: int, authorities: str | None) -> int | None:
    """The code of the certificate's fault; None without one, or when nobody answers."""
    try:
        context = ssl.create_default_context(
            cafile=None if authorities in (None, "system") else authorities
        )
        context.check_hostname = False
        with socket.create_connection((host, port), _ASK_S) as plain:
            plain.sendall(_REQUEST)
            if plain.recv(1) == b"S":
                context.wrap_socket(plain).close()
    except ssl.SSLCertVerificationError as error:
        return error.verify_code
    except OSError:
        return None
    return None
