"""A certificate of a client counts that an authority of the file issued for clients, and that holds now."""

from datetime import timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa
from cryptography.hazmat.primitives.hashes import SHA3_256, SHA224, SHA512
from cryptography.x509.oid import ExtendedKeyUsageOID

from ledger.errors import Misconfigured
from tests.fixtures.clients import (
    AUTHORITY,
    FIRST,
    FOR_CLIENTS,
    FOR_SERVERS,
    LIFE,
    LOCALHOST,
    Pair,
    authority,
    made,
    name,
    usage,
)
from web.logins.authorities import Authorities

ROOT, OTHER = authority("root"), authority("other")
NOW = FIRST + LIFE / 2
SIGNS = usage(digital_signature=True)
NO_AUTHORITY = x509.BasicConstraints(ca=False, path_length=None)


def holds(leaf: Pair, *authorities: Pair) -> bool:
    """Whether a certificate counts; the authority is ROOT unless others are given."""
    given = Authorities([one.certificate for one in authorities or (ROOT,)])
    return given.verified(leaf.der, NOW) is not None


@pytest.mark.parametrize(
    "leaf",
    [
        made("po", ROOT, FOR_CLIENTS),
        made("po", ROOT, FOR_CLIENTS, LOCALHOST, NO_AUTHORITY, SIGNS),
        made("po", ROOT, x509.ExtendedKeyUsage([*FOR_SERVERS, *FOR_CLIENTS])),
        made("po", ROOT, FOR_CLIENTS, key=rsa.generate_private_key(65537, 2048)),
        made("po", ROOT, FOR_CLIENTS, key=ed25519.Ed25519PrivateKey.generate()),
        made("po", ROOT, FOR_CLIENTS, ends=NOW),
        made("po", ROOT, FOR_CLIENTS, begins=NOW),
        made("po", ROOT, FOR_CLIENTS, LOCALHOST, critical=(x509.ExtendedKeyUsage,)),
    ],
)
def test_a_certificate_for_a_client_of_the_authority_holds(leaf: Pair) -> None:
    assert holds(leaf)


LATER, BEFORE = NOW + timedelta(seconds=1), NOW - timedelta(seconds=1)
LEAF = made("leaf", ROOT, FOR_CLIENTS)
WRONG = {
    "signed by itself": made("po", None, FOR_CLIENTS),
    "signed by itself, under the name of the authority": made(
        "po", None, FOR_CLIENTS, issuer=name("root")
    ),
    "of an authority of the same name": made("po", authority("root"), FOR_CLIENTS),
    "of another authority": made("po", OTHER, FOR_CLIENTS),
    "over": made("po", ROOT, FOR_CLIENTS, ends=BEFORE),
    "not yet": made("po", ROOT, FOR_CLIENTS, begins=LATER),
    "of a server": made("po", ROOT, FOR_SERVERS, LOCALHOST),
    "for no purpose that is named": made("po", ROOT, LOCALHOST),
    "for any purpose": made(
        "po", ROOT, x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])
    ),
    "the authority itself": ROOT,
    "an authority, for clients, too": made("po", ROOT, AUTHORITY, FOR_CLIENTS),
    "its key signs no login": made("po", ROOT, FOR_CLIENTS, usage(key_encipherment=True)),
    "its key certifies": made(
        "po", ROOT, FOR_CLIENTS, usage(digital_signature=True, key_cert_sign=True)
    ),
    "issued by a client": made("po", LEAF, FOR_CLIENTS),
    "an authority between that is not in the file": made(
        "po", authority("between", ROOT), FOR_CLIENTS
    ),
    "demands what nobody understands": made(
        "po",
        ROOT,
        FOR_CLIENTS,
        x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"),
        critical=(x509.UnrecognizedExtension,),
    ),
    "a short key": made("po", ROOT, FOR_CLIENTS, key=rsa.generate_private_key(65537, 1024)),
    "a short curve": made("po", ROOT, FOR_CLIENTS, key=ec.generate_private_key(ec.SECP192R1())),
    "an old kind of key": made("po", ROOT, FOR_CLIENTS, key=dsa.generate_private_key(2048)),
}


@pytest.mark.parametrize("why", WRONG)
def test_another_certificate_holds_nothing(why: str) -> None:
    assert not holds(WRONG[why])


def altered(leaf: Pair) -> list[bytes]:
    """A certificate with one byte changed: every thirteenth in turn."""
    return [
        leaf.der[:place] + bytes([leaf.der[place] ^ 1]) + leaf.der[place + 1 :]
        for place in range(0, len(leaf.der), 13)
    ]


def test_bytes_that_are_no_certificate_hold_nothing() -> None:
    authorities = Authorities([ROOT.certificate])
    leaf = made("po", ROOT, FOR_CLIENTS, LOCALHOST, NO_AUTHORITY, SIGNS)
    odd = [b"", b"x", leaf.der[:-1], leaf.der + b"\0", leaf.pem, ROOT.der + leaf.der]
    for der in (*odd, *altered(leaf)):
        assert authorities.verified(der, NOW) is None
    assert authorities.verified(leaf.der, NOW) is not None


@pytest.mark.parametrize("key", [None, rsa.generate_private_key(65537, 2048)])
def test_a_signature_counts_by_the_algorithms_of_the_web_alone(
    key: rsa.RSAPrivateKey | None,
) -> None:
    root = made("root", None, AUTHORITY, key=key)
    assert holds(made("po", root, FOR_CLIENTS, hashed=SHA512()), root)
    for hashed in (SHA224(), SHA3_256()):
        assert not holds(made("po", root, FOR_CLIENTS, hashed=hashed), root)


def test_an_authority_between_counts_by_way_of_the_one_above_it() -> None:
    between = authority("between", ROOT)
    leaf = made("po", between, FOR_CLIENTS)
    assert holds(leaf, ROOT, between)
    assert holds(leaf, between), "it may stand there alone"
    over = made("between", ROOT, AUTHORITY, ends=BEFORE)
    assert not holds(made("po", over, FOR_CLIENTS), ROOT, over)
    of_servers = made("between", ROOT, AUTHORITY, FOR_SERVERS)
    assert not holds(made("po", of_servers, FOR_CLIENTS), ROOT, of_servers)


def test_an_authority_certifies_as_many_below_it_as_it_may() -> None:
    short = made("short", None, x509.BasicConstraints(ca=True, path_length=0))
    between = authority("between", short)
    assert holds(made("po", short, FOR_CLIENTS), short)
    assert not holds(made("po", between, FOR_CLIENTS), short, between)


def test_an_authority_that_is_over_certifies_nobody() -> None:
    over = made("over", None, AUTHORITY, ends=BEFORE)
    assert not holds(made("po", over, FOR_CLIENTS), over)


def test_names_that_are_closed_to_an_authority_are_closed() -> None:
    closed = made("closed", None, AUTHORITY, x509.NameConstraints([x509.DNSName("a.test")], None))
    assert not holds(made("po", closed, FOR_CLIENTS, LOCALHOST), closed)
    assert holds(
        made("po", closed, FOR_CLIENTS, x509.SubjectAlternativeName([x509.DNSName("a.test")])),
        closed,
    )


BY_DIRECTORY = x509.DirectoryName(name("other"))


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"certificates",
        LEAF.pem,
        ROOT.pem + LEAF.pem,
        made("server", None, FOR_SERVERS).pem,
        made("odd", None, AUTHORITY, usage(digital_signature=True)).pem,
        made("closed", None, AUTHORITY, x509.NameConstraints([BY_DIRECTORY], None)).pem,
        made("closed", None, AUTHORITY, x509.NameConstraints(None, [BY_DIRECTORY])).pem,
    ],
)
def test_a_file_without_authorities_alone_stops_the_start(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "authorities.pem"
    file.write_bytes(content)
    with pytest.raises(Misconfigured, match="LEDGER_API_CLIENTS_CAFILE: expected certificates"):
        Authorities.read(file)


def test_a_file_of_authorities_is_read(tmp_path: Path) -> None:
    file = tmp_path / "authorities.pem"
    file.write_bytes(ROOT.pem + OTHER.pem)
    assert Authorities.read(file).names == {"CN=root,O=House", "CN=other,O=House"}
    with pytest.raises(Misconfigured):
        Authorities.read(tmp_path / "none.pem")
