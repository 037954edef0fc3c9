"""Who certifies clients: the certificates of one file. A chain to a client is made of these alone.

The library checks the chain: signatures and their algorithms, times, who may certify, how long the chain is.
What it leaves open for clients is said here: a client's certificate is made for clients and for signatures,
and its key is strong. Whether a certificate was revoked is not asked.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID
from cryptography.x509.verification import (
    Criticality,
    ExtensionPolicy,
    Policy,
    PolicyBuilder,
    Store,
    VerificationError,
)

from ledger.errors import Misconfigured
from ledger.storage.named import read_named

_LEAST_RSA_BITS = 2048
# More than all authorities that a system trusts.
_MOST_BYTES = 1 << 24
_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)
_UNREADABLE = (
    ValueError,
    UnsupportedAlgorithm,
    x509.InvalidVersion,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
"""What the library raises for bytes that are no certificate, or none that it knows."""


class Authorities:
    """The authorities of one file."""

    def __init__(self, certificates: Sequence[x509.Certificate]) -> None:
        """An authority whose issuer is there as well counts by way of that one. Raises ValueError."""
        subjects = {one.subject for one in certificates}
        trusted = [
            one for one in certificates if one.issuer == one.subject or one.issuer not in subjects
        ]
        self._between = [one for one in certificates if one not in trusted]
        self._policy = (
            PolicyBuilder()
            .store(Store(trusted))
            .extension_policies(ca_policy=_OF_AUTHORITIES, ee_policy=_OF_CLIENTS)
        )
        self.names = frozenset(subject.rfc4514_string() for subject in subjects)

    @classmethod
    def read(cls, path: Path) -> Self:
        """The authorities of a file in PEM. Raises Misconfigured."""
        try:
            certificates = x509.load_pem_x509_certificates(read_named(path, _MOST_BYTES, "trusted"))
            if all(map(_may_certify, certificates)):
                return cls(certificates)
        except (OSError, *_UNREADABLE):
            pass
        raise Misconfigured(
            "LEDGER_API_CLIENTS_CAFILE: expected certificates in PEM, each of an authority that may certify, "
            "and none with a constraint on directory names"
        )

    def verified(self, der: bytes, now: datetime) -> x509.Certificate | None:
        """The certificate of a client, if it leads to one of these and is valid now; else None."""
        try:
            certificate = x509.load_der_x509_certificate(der)
            self._policy.time(now).build_client_verifier().verify(certificate, self._between)
            return certificate if _has_strong_key(certificate) else None
        except (VerificationError, *_UNREADABLE):
            return None


def _may_certify(certificate: x509.Certificate) -> bool:
    """Whether a certificate is of an authority, and the library understands how it is constrained."""
    extensions = {type(one.value): one.value for one in certificate.extensions}
    basic, usage = extensions.get(x509.BasicConstraints), extensions.get(x509.KeyUsage)
    is_authority = isinstance(basic, x509.BasicConstraints) and basic.ca
    may_sign = not isinstance(usage, x509.KeyUsage) or usage.key_cert_sign
    constraints = extensions.get(x509.NameConstraints)
    return is_authority and may_sign and not _is_by_directory(constraints)


def _is_by_directory(constraints: x509.ExtensionType | None) -> bool:
    """Whether names of directories are constrained, by which clients are known.

    The library does not compare them: it refuses a critical constraint, and would pass over another.
    """
    if not isinstance(constraints, x509.NameConstraints):
        return False
    names = [*(constraints.permitted_subtrees or ()), *(constraints.excluded_subtrees or ())]
    return any(isinstance(one, x509.DirectoryName) for one in names)


def _has_strong_key(certificate: x509.Certificate) -> bool:
    """Whether nobody computes the client's own key. The library looks at the keys of authorities alone."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= _LEAST_RSA_BITS
    if isinstance(key, ec.EllipticCurvePublicKey):
        return isinstance(key.curve, _CURVES)
    return isinstance(key, ed25519.Ed25519PublicKey | ed448.Ed448PublicKey)


def _certifies(_policy: Policy, _of: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("its key certifies nothing")


def _signs(_policy: Policy, _of: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and (usage.key_cert_sign or not usage.digital_signature):
        raise ValueError("its key is not for signatures of a client")


def _is_for_clients(_policy: Policy, _of: x509.Certificate, usage: x509.ExtendedKeyUsage) -> None:
    if ExtendedKeyUsageOID.CLIENT_AUTH not in usage:
        raise ValueError("it is not made for clients")


# Clients are known by their subject, so other names need not be there. Many authorities of houses say nothing
# of the use of their key; where one does, it counts.
_OF_AUTHORITIES = ExtensionPolicy.webpki_defaults_ca().may_be_present(
    x509.KeyUsage, Criticality.AGNOSTIC, _certifies
)
_OF_CLIENTS = (
    ExtensionPolicy.webpki_defaults_ee()
    .may_be_present(x509.SubjectAlternativeName, Criticality.AGNOSTIC, None)
    .may_be_present(x509.AuthorityKeyIdentifier, Criticality.AGNOSTIC, None)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _signs)
    .require_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _is_for_clients)
)
