"""The verifiable hash: the vectors of RFC 9381, B.3, and what is no proof."""

import pytest

from ledger.errors import Unproven
from ledger.feeds.vrf import PROOF_BYTES, Prover, output, public_key, verify
from tests.fixtures.cases import each

# Secret key, public key, input, proof, hash: examples 16 to 18.
VECTORS = [
    (
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "8657106690b5526245a92b003bb079ccd1a92130477671f6fc01ad16f26f723f"
        "26f8a57ccaed74ee1b190bed1f479d9727d2d0f9b005a6e456a35d4fb0daab12"
        "68a1b0db10836d9826a528ca76567805",
        "90cf1df3b703cce59e2a35b925d411164068269d7b2d29f3301c03dd757876ff"
        "66b71dda49d2de59d03450451af026798e8f81cd2e333de5cdf4f3e140fdd8ae",
    ),
    (
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "f3141cd382dc42909d19ec5110469e4feae18300e94f304590abdced48aed593"
        "3bf0864a62558b3ed7f2fea45c92a465301b3bbf5e3e54ddf2d935be3b67926d"
        "a3ef39226bbc355bdc9850112c8f4b02",
        "eb4440665d3891d668e7e0fcaf587f1b4bd7fbfe99d0eb2211ccec90496310eb"
        "5e33821bc613efb94db5e5b54c70a848a0bef4553a41befc57663b56373a5031",
    ),
    (
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "9bc0f79119cc5604bf02d23b4caede71393cedfbb191434dd016d30177ccbf80"
        "96bb474e53895c362d8628ee9f9ea3c0e52c7a5c691b6c18c9979866568add7a"
        "2d41b00b05081ed0f58ee5e31b3a970e",
        "645427e5d00c62a23fb703732fa5d892940935942101e456ecca7bb217c61c45"
        "2118fec1219202a0edcf038bb6373241578be7217ba85a2687f7a0310b2df19f",
    ),
]
SECRET, OTHER = bytes(32), b"\x01" * 32
DATA = b"customer/10023"


@pytest.mark.parametrize(("secret", "public", "data", "proof", "hashed"), VECTORS)
def test_the_vectors_of_the_standard(
    secret: str, public: str, data: str, proof: str, hashed: str
) -> None:
    prover, given = Prover(bytes.fromhex(secret)), bytes.fromhex(data)
    assert prover.public.hex() == public_key(bytes.fromhex(secret)).hex() == public
    assert prover.prove(given).hex() == proof
    assert output(bytes.fromhex(proof)).hex() == prover.hash(given).hex() == hashed
    assert verify(prover.public, given, bytes.fromhex(proof)).hex() == hashed


def test_a_proof_is_for_one_key_and_one_input() -> None:
    prover, other = Prover(SECRET), Prover(OTHER)
    proof = prover.prove(DATA)
    assert verify(prover.public, DATA, proof) == prover.hash(DATA)
    assert prover.hash(DATA) != other.hash(DATA)
    for public, data in ((other.public, DATA), (prover.public, b"customer/10024")):
        with pytest.raises(Unproven):
            verify(public, data, proof)


@each("place", range(PROOF_BYTES))
def test_a_changed_proof_proves_nothing(place: int) -> None:
    prover = Prover(SECRET)
    proof = bytearray(prover.prove(DATA))
    proof[place] ^= 1
    with pytest.raises(Unproven):
        verify(prover.public, DATA, bytes(proof))


ORDER = 2**252 + 27742317777372353535851937790883648493
SMALL = [
    bytes(32),  # order 4
    b"\x01" + bytes(31),  # the neutral element
    b"\xec" + b"\xff" * 30 + b"\x7f",  # order 2
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),  # order 8
]


@pytest.mark.parametrize("point", SMALL)
def test_points_of_small_order_are_no_key_and_in_no_proof(point: bytes) -> None:
    prover = Prover(SECRET)
    proof = prover.prove(DATA)
    for public, given in ((point, proof), (prover.public, point + proof[32:])):
        with pytest.raises(Unproven):
            verify(public, DATA, given)


def test_a_proof_has_one_spelling() -> None:
    prover = Prover(SECRET)
    proof = prover.prove(DATA)
    more = int.from_bytes(proof[48:], "little") + ORDER
    for given in (proof[:48] + more.to_bytes(32, "little"), proof[:-1], proof + b"\0", b""):
        with pytest.raises(Unproven):
            verify(prover.public, DATA, given)


def test_a_secret_key_has_32_bytes() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Prover(b"short")
