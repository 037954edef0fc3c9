"""TLS to the brokers: one context for every client, made of the files that the settings name."""

import ssl
from collections.abc import Mapping
from typing import Any

from ledger.errors import Misconfigured

# Options of the client that go into the context.
TLS_OPTIONS = frozenset(
    {
        "ssl_cafile",
        "ssl_certfile",
        "ssl_check_hostname",
        "ssl_crlfile",
        "ssl_keyfile",
        "ssl_password",
    }
)


def uses_tls(security: Mapping[str, Any]) -> bool:
    """Whether connections are encrypted."""
    return security.get("security_protocol") in {"SSL", "SASL_SSL"}


def tls_context(security: Mapping[str, Any]) -> ssl.SSLContext:
    """TLS 1.2 or later, with the broker's name checked, trusting `ssl_cafile` or else the system.

    Raises Misconfigured for files that hold no such thing.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = security.get("ssl_check_hostname", True)
    _trust(context, security.get("ssl_cafile"))
    if revoked := security.get("ssl_crlfile"):
        context.load_verify_locations(revoked)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
    if certificate := security.get("ssl_certfile"):
        # An empty password makes an encrypted key an error; none would ask the terminal.
        password = security.get("ssl_password") or ""
        try:
            context.load_cert_chain(certificate, security.get("ssl_keyfile"), password)
        except (OSError, ValueError):
            raise Misconfigured(
                "the client certificate for Kafka cannot be used: expected PEM files of a certificate "
                "and of its key, without a password"
            ) from None
    return context


def _trust(context: ssl.SSLContext, authorities: str | None) -> None:
    if authorities is None:
        context.load_default_certs()
        return
    try:
        context.load_verify_locations(authorities)
    except OSError:
        raise Misconfigured("the file of authorities for Kafka holds no PEM certificates") from None
