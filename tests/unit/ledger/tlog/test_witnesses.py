"""Asking several witnesses: some sign, some are away, some lie, one was asked by somebody else before."""

import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Event

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.errors import Misconfigured, Retry
from ledger.http import Reply
from ledger.tlog.signing.checkpoints import Checkpoint, parse_checkpoint, sign_checkpoint
from ledger.tlog.signing.keys import COSIGNATURE, SigningKey
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.signing.policy import parse_policy
from ledger.tlog.witnessing import witnesses
from ledger.tlog.witnessing.cosigning import SIZE_TYPE
from ledger.tlog.witnessing.witness import Witness
from ledger.tlog.witnessing.witnesses import DEADLINE_S, CosignedCheckpoint, Witnesses
from tests.fixtures.running import PATIENCE_S
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
    """Three witnesses, one address each; any of them may be made to misbehave. Two of them are enough."""

    def __init__(self, folder: Path, quorum: str = "2") -> None:
        self.honest = {
            name: Witness(folder / name, key, [log_key().verifier], lambda: 1_795_600_000.0)
            for name, key in KEYS.items()
        }
        self.behaviour: dict[str, Behaviour] = {}
        self.asked: list[str] = []
        self.told: SimpleQueue[tuple[str, bool]] = SimpleQueue()
        lines = [f"witness {n} {k.verifier.text} http://{n}.example/" for n, k in KEYS.items()]
        policy = parse_policy("\n".join([*lines, f"group g {quorum} a b c", "quorum g"]))
        self.witnesses = Witnesses(policy, self.send)

    def send(self, url: str, body: bytes, within_s: float) -> Reply:
        name = url.removeprefix("http://").partition(".")[0]
        assert url == f"http://{name}.example/add-checkpoint"
        assert 0 < within_s <= DEADLINE_S
        self.asked.append(name)
        if name in self.behaviour:
            return self.behaviour[name](body)
        answer = self.honest[name].add_checkpoint(body)
        return Reply(answer.status, answer.type.partition(";")[0], answer.content.encode())

    def cosign(self, size: int, leaves: list[bytes] = LEAVES) -> CosignedCheckpoint:
        """What is there as soon as it is enough."""
        checkpoint = Checkpoint(ORIGIN, size, naive_root(leaves[:size]))
        signed = sign_checkpoint(checkpoint, log_key())
        return self.witnesses.cosign(
            signed, checkpoint, node_over(leaves[:size]), lambda *told: self.told.put(told)
        )

    def tell(self, count: int = len(KEYS)) -> dict[str, bool]:
        """What the next witnesses that answer say: whether they sign."""
        return dict(self.told.get(timeout=PATIENCE_S) for _ in range(count))

    def all_of(self, size: int, leaves: list[bytes] = LEAVES) -> tuple[set[str], bool]:
        """Who signs once everybody has answered, and whether the quorum was there before that."""
        cosigned = self.cosign(size, leaves)
        told = self.tell()
        assert {name for name, signs in told.items() if signs} >= set(cosigned.signed)
        late = {line.name.rpartition("/")[2] for line in self.witnesses.late()[1]}
        assert not late & set(cosigned.signed)
        assert set(cosigned.missing) == KEYS.keys() - set(cosigned.signed)
        return set(cosigned.signed) | late, cosigned.enough


@pytest.fixture
def street(tmp_path: Path) -> Street:
    return Street(tmp_path)


def test_all_sign_a_growing_log(street: Street) -> None:
    for size in (1, 1, 7, 20):
        assert street.all_of(size) == ({"a", "b", "c"}, True)
    assert len(street.asked) == 4 * 3  # what it signed last is remembered, not asked for


def test_a_process_ends_while_a_witness_is_silent(tmp_path: Path) -> None:
    """As when a publisher is stopped: it does not wait for an answer that may never come."""
    program = f"""
from pathlib import Path
from threading import Event
from tests.unit.ledger.tlog.test_witnesses import Street
street = Street(Path({str(tmp_path)!r}))
street.behaviour["c"] = lambda _: Event().wait()
print(street.cosign(1).missing)
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, timeout=PATIENCE_S, check=True
    )
    assert ran.stdout == b"('c',)\n"


def test_a_new_publisher_asks_where_they_are(street: Street) -> None:
    assert street.all_of(5)[1]
    street.witnesses._sizes.clear()
    street.asked.clear()
    assert street.all_of(9)[0] == {"a", "b", "c"}
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
        assert street.all_of(6) == ({"b", "c"}, True)
    assert "witness a does not sign" in caplog.text
    street.behaviour["b"] = away
    assert street.all_of(8) == ({"c"}, False)
    street.behaviour.clear()
    assert street.all_of(9) == ({"a", "b", "c"}, True)


def test_a_signature_of_another_tree_is_not_taken(street: Street) -> None:
    other = Street(street.honest["a"]._path.parent / "other")
    fork = [*LEAVES[:3], *reversed(LEAVES[3:])]
    old = [*other.cosign(6, fork).signatures]
    other.tell()
    line = next(s.line for s in (*old, *other.witnesses.late()[1]) if s.name == "witness.example/a")
    street.behaviour["a"] = answers(200, line.encode())
    assert street.all_of(6)[0] == {"b", "c"}


def test_a_log_with_another_past_gets_no_signature(street: Street) -> None:
    assert street.all_of(6)[1]
    fork = [*LEAVES[:3], *reversed(LEAVES[3:])]
    assert street.all_of(9, fork) == (set(), False)
    assert street.all_of(5) == (set(), False)  # rolled back: they have seen more


def test_nobody_waits_for_a_witness_once_the_others_are_enough(street: Street) -> None:
    asked, done = Event(), Event()

    def hang(body: bytes) -> Reply:
        asked.set()
        assert done.wait(PATIENCE_S)
        return away(body)

    street.behaviour["a"] = hang
    for size in (6, 7, 8):
        cosigned = street.cosign(size)
        assert (set(cosigned.signed), cosigned.enough) == ({"b", "c"}, True)
        assert street.tell(2) == {"b": True, "c": True}
    assert asked.wait(PATIENCE_S)
    # It is asked again when it has answered, or its time is over.
    assert street.asked.count("a") == 1
    done.set()
    # What hung answers, and then what waits for its turn: of the rounds after it the newest alone.
    assert street.tell(2) == {"a": False}
    assert street.asked.count("a") == 2
    street.behaviour.clear()
    assert street.all_of(9) == ({"a", "b", "c"}, True)


def test_without_the_quorum_the_deadline_ends_the_wait(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    street, done = Street(tmp_path, "all"), Event()

    def hang(body: bytes) -> Reply:
        assert done.wait(PATIENCE_S)
        return away(body)

    street.behaviour["a"] = hang
    monkeypatch.setattr(witnesses, "DEADLINE_S", 0.05)
    cosigned = street.cosign(6)
    assert ("a" in cosigned.missing, cosigned.enough, done.is_set()) == (True, False, False)
    done.set()


def test_a_late_signature_is_given_once_and_only_under_its_own_checkpoint(street: Street) -> None:
    go = Event()

    def late(body: bytes) -> Reply:
        assert go.wait(PATIENCE_S)
        answer = street.honest["a"].add_checkpoint(body)
        return Reply(answer.status, "text/plain", answer.content.encode())

    street.behaviour["a"] = late
    cosigned = street.cosign(6)
    street.tell(2)
    assert street.witnesses.late()[1] == ()
    go.set()
    assert street.tell(1) == {"a": True}
    signed, [signature] = street.witnesses.late()
    assert signature.name == "witness.example/a"
    assert signature not in cosigned.signatures
    assert parse_checkpoint(parse_note(signed).text).size == 6
    assert street.witnesses.late() == (signed, ())


def test_a_witness_without_an_address_cannot_be_asked() -> None:
    policy = parse_policy(f"witness a {KEYS['a'].verifier.text}\nquorum a")
    with pytest.raises(Misconfigured, match="no URL of a"):
        Witnesses(policy)
