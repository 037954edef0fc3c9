"""Asking several witnesses: some sign, some are away, some lie, one was asked by somebody else before."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import Misconfigured, Retry
from ledger.tlog.signing.checkpoints import Checkpoint, sign_checkpoint
from ledger.tlog.signing.keys import COSIGNATURE, SigningKey
from ledger.tlog.signing.policy import parse_policy
from ledger.tlog.witnessing.cosigning import SIZE_TYPE
from ledger.tlog.witnessing.witness import Witness
from ledger.tlog.witnessing.witnesses import CosignedCheckpoint, Reply, Witnesses
from tests.fixtures.tlog import ORIGIN, decimal_leaves, log_key, naive_root, node_over

LEAVES = decimal_leaves(20)
KEYS = {
    name: SigningKey(
        f"witness.example/{name}",
        Ed25519PrivateKey.from_private_bytes(bytes([number] * 32)),
        COSIGNATURE,
    )
    for number, name in enumerate("abc")
}
Behaviour = Callable[[bytes], Reply]


def away(_: bytes) -> Reply:
    raise Retry("it is not reached (TimeoutError)")


def answers(status: int, body: bytes, type: str = "text/plain") -> Behaviour:
    return lambda _: Reply(status, type, body)


class Street:
    """Three witnesses, one address each; any of them may be made to misbehave."""

    def __init__(self, folder: Path) -> None:
        self.honest = {
            name: Witness(folder / name, key, [log_key().verifier], lambda: 1_795_600_000.0)
            for name, key in KEYS.items()
        }
        self.behaviour: dict[str, Behaviour] = {}
        self.asked: list[str] = []
        lines = [f"witness {n} {k.verifier.text} http://{n}.example/" for n, k in KEYS.items()]
        policy = parse_policy("\n".join([*lines, "group g 2 a b c", "quorum g"]))
        self.witnesses = Witnesses(policy, self.send)

    def send(self, url: str, body: bytes) -> Reply:
        name = url.removeprefix("http://").partition(".")[0]
        assert url == f"http://{name}.example/add-checkpoint"
        self.asked.append(name)
        if name in self.behaviour:
            return self.behaviour[name](body)
        answer = self.honest[name].add_checkpoint(body)
        return Reply(answer.status, answer.type.partition(";")[0], answer.content.encode())

    def cosign(self, size: int, leaves: list[bytes] = LEAVES) -> CosignedCheckpoint:
        checkpoint = Checkpoint(ORIGIN, size, naive_root(leaves[:size]))
        signed = sign_checkpoint(checkpoint, log_key())
        return self.witnesses.cosign(signed, checkpoint, node_over(leaves[:size]))


@pytest.fixture
def street(tmp_path: Path) -> Street:
    return Street(tmp_path)


def names(cosigned: CosignedCheckpoint) -> set[str]:
    assert len(cosigned.signatures) == len(cosigned.signed)
    return set(cosigned.signed)


def test_all_sign_a_growing_log(street: Street) -> None:
    for size in (1, 1, 7, 20):
        cosigned = street.cosign(size)
        assert (names(cosigned), cosigned.enough) == ({"a", "b", "c"}, True)
    assert len(street.asked) == 4 * 3  # what it signed last is remembered, not asked for


def test_a_new_publisher_asks_where_they_are(street: Street) -> None:
    assert street.cosign(5).enough
    street.witnesses._sizes.clear()
    street.asked.clear()
    assert names(street.cosign(9)) == {"a", "b", "c"}
    assert sorted(street.asked) == ["a", "a", "b", "b", "c", "c"]


@pytest.mark.parametrize(
    "behaviour",
    [
        away,
        answers(500, b""),
        answers(200, b""),
        answers(200, b"nonsense\n"),
        answers(200, "— witness.example/a AAAAAAAA\n".encode()),
        answers(409, b"7\n"),
        answers(409, b"1\n", SIZE_TYPE),
        answers(409, b"99999999999999999999\n", SIZE_TYPE),
        answers(409, b"-1\n", SIZE_TYPE),
        answers(409, b"", SIZE_TYPE),
        answers(404, b"who?\n"),
    ],
)
def test_one_that_is_away_or_lies_costs_one_signature(
    street: Street, behaviour: Behaviour, caplog: pytest.LogCaptureFixture
) -> None:
    street.behaviour["a"] = behaviour
    with caplog.at_level(logging.WARNING):
        cosigned = street.cosign(6)
    assert (names(cosigned), cosigned.enough) == ({"b", "c"}, True)
    assert "witness a does not sign" in caplog.text
    street.behaviour["b"] = away
    cosigned = street.cosign(8)
    assert (names(cosigned), cosigned.enough) == ({"c"}, False)
    street.behaviour.clear()
    assert names(street.cosign(9)) == {"a", "b", "c"}


def test_a_signature_of_another_tree_is_not_taken(street: Street) -> None:
    other = Street(street.honest["a"]._path.parent / "other")
    fork = [*LEAVES[:3], *reversed(LEAVES[3:])]
    old = other.cosign(6, fork)
    line = next(s.line for s in old.signatures if s.name == "witness.example/a")
    street.behaviour["a"] = answers(200, line.encode())
    assert names(street.cosign(6)) == {"b", "c"}


def test_a_log_with_another_past_gets_no_signature(street: Street) -> None:
    assert street.cosign(6).enough
    fork = [*LEAVES[:3], *reversed(LEAVES[3:])]
    assert names(street.cosign(9, fork)) == set()
    assert names(street.cosign(5)) == set()  # rolled back: they have seen more


def test_a_witness_without_an_address_cannot_be_asked() -> None:
    policy = parse_policy(f"witness a {KEYS['a'].verifier.text}\nquorum a")
    with pytest.raises(Misconfigured, match="no URL of a"):
        Witnesses(policy)
