"""Policies, requests to witnesses, and what a witness signs."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import Halt, Misconfigured, Unproven
from ledger.tlog.signing.base64 import to_base64
from ledger.tlog.signing.checkpoints import (
    Checkpoint,
    checkpoint_text,
    sign_checkpoint,
    verify_checkpoint,
)
from ledger.tlog.signing.keys import SigningKey
from ledger.tlog.signing.notes import Note, encode_note, parse_note, parse_signatures
from ledger.tlog.signing.policy import parse_policy
from ledger.tlog.tree.proofs import consistency_proof
from ledger.tlog.witnessing.cosigning import SIZE_TYPE, Request, encode_request, parse_request
from ledger.tlog.witnessing.witness import Witness
from tests.fixtures.cases import each
from tests.fixtures.tlog import (
    ORIGIN,
    decimal_leaves,
    log_key,
    naive_root,
    node_over,
    witness_key,
)

NOW = 1_795_600_000
LEAVES = decimal_leaves(40)
LOG, W1 = log_key().verifier, witness_key().verifier


def another(name: str, seed: int, algorithm: int) -> SigningKey:
    return SigningKey(name, Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)), algorithm)


W2 = another("witness.example.nl/w2", 2, 0x04).verifier
W3 = another("witness.example.nl/w3", 3, 0x04).verifier
KEYS = f"log {LOG.text}\nwitness a {W1.text} https://a.example\nwitness b {W2.text}\nwitness c {W3.text}\n"


@pytest.mark.parametrize(
    ("rules", "enough", "too_few"),
    [
        ("quorum none", [()], []),
        ("quorum a", [(W1,), (W1, W2)], [(), (W2, W3)]),
        ("group g any a b\nquorum g", [(W1,), (W2,)], [(), (W3,)]),
        ("group g all a b # both\nquorum g", [(W1, W2)], [(W1,), (W2, W3)]),
        ("group g 2 a b c\nquorum g", [(W1, W3), (W1, W2, W3)], [(W2,), ()]),
        ("group g any b c\ngroup h all a g\nquorum h", [(W1, W3)], [(W2, W3), (W1,)]),
    ],
)
def test_a_quorum(
    rules: str, enough: list[Sequence[object]], too_few: list[Sequence[object]]
) -> None:
    policy = parse_policy(KEYS + rules)
    assert all(policy.satisfied(signed) for signed in enough)  # type: ignore[arg-type]
    assert not any(policy.satisfied(signed) for signed in too_few)  # type: ignore[arg-type]
    assert policy.witnesses["a"].url == "https://a.example"
    assert policy.logs[0].key == LOG


@pytest.mark.parametrize(
    "rules",
    [
        "",
        "quorum",
        "quorum d",
        "quorum none\nquorum none",
        "quorum a b",
        "group g 0 a\nquorum g",
        "group g 3 a b\nquorum g",
        "group g 1\nquorum g",
        "group g any a a\nquorum g",
        "group g any d\nquorum g",
        "group g any g\nquorum g",
        "group a any b\nquorum a",
        "group all any b\nquorum all",
        "group g -1 a\nquorum g",
        "group g two a b\nquorum g",
        "witness d\nquorum d",
        f"witness a {W2.text}\nquorum a",
        f"witness d {W1.text}\nquorum d",
        f"witness d {LOG.text}\nquorum d",
        f"log {W1.text}\nquorum none",
        "log nonsense\nquorum none",
        "trust me\nquorum none",
    ],
)
def test_what_is_no_policy(rules: str) -> None:
    with pytest.raises(Misconfigured, match="policy"):
        parse_policy(KEYS + rules)


def checkpoint(size: int, key: SigningKey | None = None, root: bytes | None = None) -> bytes:
    made = Checkpoint(ORIGIN, size, root or naive_root(LEAVES[:size]))
    return sign_checkpoint(made, key or log_key())


def request(old: int, new: int) -> bytes:
    proof = consistency_proof(old, new, node_over(LEAVES[:new])) if old else []
    return encode_request(Request(old, tuple(proof), checkpoint(new)))


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    return Witness(tmp_path, witness_key(), [LOG], lambda: float(NOW))


def answered(witness: Witness, body: bytes) -> tuple[int, str]:
    answer = witness.add_checkpoint(body)
    return answer.status, answer.content


def test_a_request_survives_its_text() -> None:
    made = Request(7, (sha256(b"a").digest(), sha256(b"b").digest()), checkpoint(9))
    assert parse_request(encode_request(made)) == made
    assert encode_request(made).startswith(b"old 7\n")


def test_what_extends_is_signed_and_remembered(witness: Witness, tmp_path: Path) -> None:
    for old, new in ((0, 3), (3, 3), (3, 40)):
        answer = witness.add_checkpoint(request(old, new))
        assert answer.status == 200
        (signature,) = parse_signatures(answer.content)
        signed = parse_note(checkpoint(new))
        note = encode_note(Note(signed.text, (*signed.signatures, signature)))
        assert verify_checkpoint(note, [LOG, W1]).size == new
        name = sha256(ORIGIN.encode()).hexdigest()
        assert witness.checkpoint(name) == note
    again = Witness(tmp_path, witness_key(), [LOG], lambda: float(NOW))
    assert answered(again, request(3, 40)) == (409, "40\n")
    assert again.add_checkpoint(request(3, 40)).type == SIZE_TYPE
    assert again.checkpoint("elsewhere") is None


def test_every_status_of_the_specification(witness: Witness) -> None:
    stranger = another("other.example/log", 9, 0x01)
    foreign = sign_checkpoint(Checkpoint("other.example/log", 1, LEAVES[0]), stranger)
    impostor = another(ORIGIN, 9, 0x01)
    bad = request(0, 3).replace(b"old 0\n", b"old 00\n")
    assert answered(witness, bad)[0] == 400
    assert answered(witness, b"")[0] == 400
    assert answered(witness, b"old 0\n\nnot a note\n")[0] == 400
    assert answered(witness, encode_request(Request(4, (), checkpoint(3))))[0] == 400
    assert answered(witness, encode_request(Request(0, (), foreign)))[0] == 404
    assert answered(witness, encode_request(Request(0, (), checkpoint(3, impostor))))[0] == 403
    assert answered(witness, request(2, 3)) == (409, "0\n")
    assert answered(witness, encode_request(Request(0, (LEAVES[0],), checkpoint(3))))[0] == 422
    assert answered(witness, request(0, 10))[0] == 200
    lie = sha256(b"another past").digest()
    good = consistency_proof(10, 20, node_over(LEAVES[:20]))
    for proof, content in [
        ((), checkpoint(20)),
        (tuple(good[:-1]), checkpoint(20)),
        (tuple(good), checkpoint(20, root=lie)),
    ]:
        assert answered(witness, encode_request(Request(10, proof, content)))[0] == 422
    same_size = encode_request(Request(10, (), checkpoint(10, root=lie)))
    assert answered(witness, same_size)[0] == 422
    assert answered(witness, request(10, 20))[0] == 200


@each("bit", range(0, 8 * 60, 7))
def test_no_flipped_bit_of_a_root_is_signed(witness: Witness, bit: int) -> None:
    body = request(0, 7)
    start = body.index(b"\n\n") + 2 + len(ORIGIN) + 3
    at = start + bit // 8 % 43
    changed = body[:at] + bytes([body[at] ^ (1 << bit % 8)]) + body[at + 1 :]
    assert answered(witness, changed)[0] in {400, 403}


def test_what_a_witness_cannot_read_it_does_not_forget(witness: Witness, tmp_path: Path) -> None:
    assert answered(witness, request(0, 5))[0] == 200
    (path,) = tmp_path.glob("*/checkpoint")
    text = checkpoint_text(Checkpoint(ORIGIN, 1, LEAVES[0]))
    path.write_bytes(f"{text}\n— {W1.name} {to_base64(W1.key_id + bytes(72))}\n".encode())
    with pytest.raises(Halt, match="damaged"):
        witness.add_checkpoint(request(0, 5))


@pytest.mark.parametrize(
    "body",
    [
        b"old 1\n\n",
        b"old -1\n\nx",
        b"old 1\r\n\nx",
        b"old 1\n" + b"AAAA\n" + b"\nx",
        b"old 1\n" + (to_base64(bytes(32)).encode() + b"\n") * 64 + b"\nx",
        b"old \xff\n\nx",
        b"x" * 70_000,
    ],
)
def test_what_is_no_request(body: bytes) -> None:
    with pytest.raises(Unproven):
        parse_note(parse_request(body).checkpoint)
