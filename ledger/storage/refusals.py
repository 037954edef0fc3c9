"""Why a PostgreSQL that is there does not let a login in. Pure, and never with a password.

A connection that fails to be made has no SQLSTATE: the reason is in a text alone, which the server may have
translated. So only the words that are known count as a refusal; anything else may pass.
"""

import re
from collections.abc import Mapping

from ledger.errors import Misconfigured

LAST_PORT = 65535
# Words of libpq or the server, and the fault behind them. The password of LDAP, PAM or RADIUS is left out: a
# directory that is away sounds the same.
_REFUSALS = (
    (r"password authentication failed for user", "it does not know this user or password"),
    (r"no password supplied", "it asks for a password, and none is set"),
    (r'role ".*" does not exist', "it does not know this user"),
    (r'database ".*" does not exist', "it has no such database"),
    (
        r"(Peer|Ident|certificate) authentication failed for user",
        "it does not take this user of the system",
    ),
    (r"invalid \w+ value: ", "an option of the URL has a value that does not exist"),
    (
        r"server does not support SSL, but SSL was required",
        "it speaks no TLS, and sslmode asks for it",
    ),
    (
        r"no pg_hba.conf entry for .*, no encryption",
        "it takes this login from here with TLS alone, or not at all",
    ),
    (r"no pg_hba.conf entry for ", "its pg_hba.conf has no entry for this login from here"),
    (
        r"server certificate for .* does not match host name",
        "its certificate has another name than the host of the URL",
    ),
    (
        r"root certificate file .* does not exist",
        "there is no file of authorities to trust: set sslrootcert in the URL",
    ),
)
_NO_WRITES = re.compile(r"server is in hot standby mode|session is read-only")


def refusal(text: str) -> str | None:
    """Why the server will refuse this login again; None when it is not known, and may pass."""
    return next((reason for words, reason in _REFUSALS if re.search(words, text)), None)


def takes_no_writes(text: str) -> bool:
    """Whether the server that answers follows a primary, where a server that takes writes was asked for."""
    return bool(_NO_WRITES.search(text))


def check_ports(options: Mapping[str, str]) -> None:
    """Raise Misconfigured for a malformed port; there is one, or one for each host."""
    for port in options.get("port", "").split(","):
        if port and not (port.isdecimal() and 1 <= int(port) <= LAST_PORT):
            raise Misconfigured(
                f"LEDGER_DATABASE_URL: expected a port from 1 to {LAST_PORT} ({named(options)})"
            )


def named(options: Mapping[str, str]) -> str:
    """User, host and database from the options of a connection, without the password."""
    host = options.get("host") or options.get("hostaddr") or "the local socket"
    user = options.get("user", "?")
    return (
        f"user {user}, database {options.get('dbname') or user}, "
        f"host {host}, port {options.get('port', '')}"
    )
