"""A sealed document opens with other programs and the right key, and with nothing else."""

import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from pyrage import x25519

from host.envelopes import sealed_to_age, sealed_to_certificate
from ledger.backup.encryption import Identities
from ledger.errors import Misconfigured
from tests.fixtures.certificates import BEGIN, YEARS, named

NOW = datetime(2026, 11, 27, tzinfo=UTC)
CONTENT = b'{"persons":["J. de Vries"]}\n' * 50
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
USAGE = {
    "digital_signature": True,
    "content_commitment": False,
    "key_encipherment": False,
    "data_encipherment": False,
    "key_agreement": False,
    "key_cert_sign": False,
    "crl_sign": False,
    "encipher_only": False,
    "decipher_only": False,
}


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def certificate(key: Key, *, last: datetime = BEGIN + YEARS, usage: bool | None = None) -> bytes:
    """A certificate of somebody's own. `usage`: whether it states that keys may be encrypted to it."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(named("Parket"))
        .issuer_name(named("Parket"))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(BEGIN)
        .not_valid_after(last)
    )
    if usage is not None:
        stated = x509.KeyUsage(**USAGE | {"key_encipherment": usage})
        builder = builder.add_extension(stated, critical=True)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def altered(key: Key, old: bytes, new: bytes) -> bytes:
    """A certificate with other bytes than its maker wrote, as DER."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(named("Parket"))
        .issuer_name(named("Parket"))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(BEGIN)
        .not_valid_after(BEGIN + YEARS)
        .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"a"), False)
        .add_extension(x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.5"), b"b"), False)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("abc")]), False)
    )
    der = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
    assert der.count(old) == 1
    return der.replace(old, new)


def private(key: Key) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def decrypted(folder: Path, sealed: bytes, key: Key, pem: bytes) -> subprocess.CompletedProcess:  # type: ignore[type-arg]
    files = {"sealed.cms": sealed, "key.pem": private(key), "cert.pem": pem}
    for name, content in files.items():
        (folder / name).write_bytes(content)
    command = (
        "openssl cms -decrypt -binary -inform DER -in sealed.cms -inkey key.pem -recip cert.pem"
    )
    return subprocess.run(command.split(), cwd=folder, capture_output=True, check=False)


@pytest.mark.parametrize("usage", [None, True])
def test_openssl_opens_what_is_sealed_to_a_certificate(
    key: rsa.RSAPrivateKey, usage: bool | None, tmp_path: Path
) -> None:
    pem = certificate(key, usage=usage)
    file = tmp_path / "authority.pem"
    file.write_bytes(pem)
    envelope = sealed_to_certificate(CONTENT, file, NOW)
    assert b"Vries" not in envelope.content
    opened = decrypted(tmp_path, envelope.content, key, pem)
    assert (opened.returncode, opened.stdout) == (0, CONTENT)
    loaded = x509.load_pem_x509_certificate(pem)
    assert envelope.sealed_to == loaded.fingerprint(hashes.SHA256()).hex()
    file.write_bytes(loaded.public_bytes(serialization.Encoding.DER))
    assert sealed_to_certificate(CONTENT, file, NOW).sealed_to == envelope.sealed_to


def test_another_key_opens_nothing(key: rsa.RSAPrivateKey, tmp_path: Path) -> None:
    file = tmp_path / "authority.pem"
    file.write_bytes(certificate(key))
    envelope = sealed_to_certificate(CONTENT, file, NOW)
    other = rsa.generate_private_key(65537, 2048)
    opened = decrypted(tmp_path, envelope.content, other, certificate(other))
    assert opened.stdout != CONTENT


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda key: certificate(key, last=NOW - timedelta(days=1)), "not valid now"),
        (lambda key: certificate(key, usage=False), "key encipherment"),
        (lambda _: certificate(ec.generate_private_key(ec.SECP256R1())), "RSA"),
        (lambda _: certificate(rsa.generate_private_key(65537, 1024)), "RSA"),
        (lambda _: b"-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n", "X.509"),
        (lambda _: b"\x30\x03abc", "X.509"),
        (lambda key: private(key) + certificate(key), "private key"),
        (lambda key: certificate(key) + certificate(key, usage=True), "2 certificates"),
        (lambda key: altered(key, b"\xa0\x03\x02\x01\x02", b"\xa0\x03\x02\x01\x07"), "X.509"),
        (
            lambda key: altered(key, b"\x06\x03\x2a\x03\x05", b"\x06\x03\x2a\x03\x04"),
            "key encipherment",
        ),
        (lambda key: altered(key, b"\x82\x03abc", b"\xa3\x03abc"), "key encipherment"),
    ],
)
def test_what_cannot_receive_is_refused(
    key: rsa.RSAPrivateKey, make: Callable[[Key], bytes], told: str, tmp_path: Path
) -> None:
    file = tmp_path / "authority.pem"
    file.write_bytes(make(key))
    with pytest.raises(Misconfigured, match=told):
        sealed_to_certificate(CONTENT, file, NOW)


def test_a_certificate_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        sealed_to_certificate(CONTENT, tmp_path / "none.pem", NOW)


def test_age_opens_what_is_sealed_to_its_key(tmp_path: Path) -> None:
    identity = x25519.Identity.generate()
    envelope = sealed_to_age(CONTENT, str(identity.to_public()))
    file = tmp_path / "identity"
    file.write_text(str(identity))
    file.chmod(0o600)
    opened: list[bytes] = []
    Identities(file).decrypt([envelope.content], opened.append)
    assert b"".join(opened) == CONTENT
    with pytest.raises(Misconfigured, match="age1"):
        sealed_to_age(CONTENT, "age1nobody")
