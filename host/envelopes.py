"""Sealing a document to whom it is for: to a certificate as CMS EnvelopedData (RFC 5652), or to a key of age.

Other programs open both: `openssl cms -decrypt`, `age --decrypt`. Neither says who sealed it.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.algorithms import AES256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs7 import PKCS7EnvelopeBuilder, PKCS7Options

from ledger.backup.encryption import Recipients
from ledger.errors import Misconfigured
from ledger.storage.named import read_named

_MOST_BYTES = 1 << 20
_FEWEST_BITS = 2048


class Envelope(NamedTuple):
    """A sealed document. `sealed_to`: SHA-256 of the certificate in hex, or the key of age."""

    content: bytes
    sealed_to: str


def sealed_to_certificate(content: bytes, file: Path, now: datetime) -> Envelope:
    """Seal to the certificate in a file, PEM or DER. Raises Misconfigured for one that cannot be used.

    It must be valid now, and made to receive: that it is the authority's is for the desk to know, which
    compares its SHA-256.
    """
    certificate = _certificate(file)
    if not certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc:
        raise Misconfigured("the certificate is not valid now: ask the authority for another one")
    if not _may_receive(certificate):
        raise Misconfigured("the certificate is not made to receive keys (key encipherment)")
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, RSAPublicKey) or key.key_size < _FEWEST_BITS:
        raise Misconfigured(
            f"the certificate has no RSA key of {_FEWEST_BITS} bits or more: ask for one, or for a key of age"
        )
    builder = PKCS7EnvelopeBuilder().set_data(content).set_content_encryption_algorithm(AES256)
    sealed = builder.add_recipient(certificate).encrypt(Encoding.DER, [PKCS7Options.Binary])
    return Envelope(sealed, certificate.fingerprint(hashes.SHA256()).hex())


def sealed_to_age(content: bytes, recipient: str) -> Envelope:
    """Seal content to a public key of age, `age1…`. Raises Misconfigured for any other text."""
    blocks: list[bytes] = []
    try:
        recipients = Recipients([recipient])
    except Misconfigured:
        raise Misconfigured("expected a public key such as age1…") from None
    recipients.encrypt([content], blocks.append)
    return Envelope(b"".join(blocks), recipient)


def _certificate(file: Path) -> x509.Certificate:
    try:
        content = read_named(file, _MOST_BYTES, "any")
    except OSError as error:
        raise Misconfigured(f"the certificate cannot be read: {error.strerror}") from None
    if b"PRIVATE KEY-----" in content:
        raise Misconfigured("there is a private key in this file: expected a certificate alone")
    try:
        if not content.lstrip().startswith(b"-----"):
            return x509.load_der_x509_certificate(content)
        [*others, certificate] = x509.load_pem_x509_certificates(content)
    except (ValueError, x509.InvalidVersion):
        raise Misconfigured("this is no certificate: expected X.509, as PEM or DER") from None
    if others:
        raise Misconfigured(
            f"there are {len(others) + 1} certificates in this file: expected the authority's own alone"
        )
    return certificate


def _may_receive(certificate: x509.Certificate) -> bool:
    """Whether its key usage, where it states one, lets others encrypt keys to it."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return False  # what it allows cannot be read
    return usage.key_encipherment
