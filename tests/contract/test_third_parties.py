"""What other people's verifiers say of our checkpoints, cosignatures and proofs, right and altered ones."""

from base64 import b64decode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from random import Random

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from ledger.tlog.proving.proof_file import Proof, encode_proof
from ledger.tlog.signing.checkpoints import (
    Checkpoint,
    checkpoint_text,
    cosign_checkpoint,
    sign_checkpoint,
)
from ledger.tlog.signing.keys import COSIGNATURE, SigningKey
from ledger.tlog.signing.notes import Note, encode_note, parse_note
from ledger.tlog.signing.policy import parse_policy
from ledger.tlog.tree.edge import Edge, grow
from ledger.tlog.tree.merkle import EMPTY_ROOT, hash_leaf
from ledger.tlog.tree.proofs import Node, consistency_proof, inclusion_proof
from ledger.tlog.tree.tiles import TILE_WIDTH, nodes_of
from tests.fixtures.thirdparty import Question, Verifier
from tests.fixtures.tlog import ORIGIN, log_key, witness_key

MOST = 3_000
PLACES = 3  # proofs of each kind for each size


class Tree:
    """A growing tree held in memory, and what it was at every size."""

    def __init__(self) -> None:
        self.edge = Edge()
        self.roots = [self.edge.root()]
        self.leaves: list[bytes] = []
        self._tiles: dict[tuple[int, int], Sequence[bytes]] = {}
        self._before: list[Edge] = [self.edge]

    def add(self, leaf: bytes) -> None:
        self.leaves.append(leaf)
        self.edge, full = grow(self.edge, [leaf])
        for tile in full:
            self._tiles[tile.level, tile.number] = tile.hashes
        self.roots.append(self.edge.root())
        self._before.append(self.edge)

    def node(self, size: int) -> Node:
        """The nodes of the tree as it was at a size."""

        def read(level: int, number: int, width: int) -> Sequence[bytes]:
            if width == TILE_WIDTH:
                return self._tiles[level, number]
            return self._before[size].tiles[level]

        return nodes_of(size, read)


@pytest.fixture(scope="module")
def tree() -> Tree:
    made = Tree()
    for number in range(MOST):
        made.add(hash_leaf(b"entry %d" % number))
    return made


def flipped(content: bytes, bit: int) -> bytes:
    """The bytes with one bit of them changed."""
    at, within = divmod(bit % (len(content) * 8), 8)
    return content[:at] + bytes([content[at] ^ (1 << within)]) + content[at + 1 :]


def inclusion(tree: Tree, index: int, size: int) -> Question:
    proof = inclusion_proof(index, size, tree.node(size))
    return {
        "do": "inclusion",
        "index": index,
        "new": size,
        "leaf": tree.leaves[index],
        "root": tree.roots[size],
        "proof": proof,
    }


def consistency(tree: Tree, old: int, new: int) -> Question:
    proof = consistency_proof(old, new, tree.node(new))
    return {
        "do": "consistency",
        "old": old,
        "new": new,
        "oldroot": tree.roots[old],
        "root": tree.roots[new],
        "proof": proof,
    }


def questions(tree: Tree) -> Iterator[Question]:
    """For every size: the first and last leaf and some between, the size before and some earlier."""
    random = Random(2026)
    for size in range(1, MOST + 1):
        places = {0, size - 1, *(random.randrange(size) for _ in range(PLACES))}
        yield from (inclusion(tree, index, size) for index in sorted(places))
        earlier = {size - 1 or 1, *(random.randrange(size) + 1 for _ in range(PLACES))}
        yield from (consistency(tree, old, size) for old in sorted(earlier))


def altered(question: Question, random: Random) -> Question:
    """The question with one thing changed that makes it untrue."""
    proof: list[bytes] = question["proof"]
    place = random.randrange(len(proof)) if proof else 0
    changes: list[Question] = [
        {"root": flipped(question["root"], random.randrange(256))},
        {"proof": [*proof, sha256(b"more").digest()]},
    ]
    if proof:
        changes.append({"proof": proof[:-1]})
        bad = flipped(proof[place], random.randrange(256))
        changes.append({"proof": [*proof[:place], bad, *proof[place + 1 :]]})
    if question["do"] == "inclusion":
        changes.append({"leaf": flipped(question["leaf"], random.randrange(256))})
        changes.append({"index": question["index"] ^ 1, "new": question["new"] + 1})
    return question | random.choice(changes)


def test_every_proof_of_trees_up_to_3000_leaves_is_accepted(tree: Tree, verifier: Verifier) -> None:
    asked = list(questions(tree))
    answers = verifier(asked)
    assert len(asked) > 6 * MOST
    assert [q for q, answer in zip(asked, answers, strict=True) if answer != "ok"] == []


def test_every_altered_proof_is_refused(tree: Tree, verifier: Verifier) -> None:
    random = Random(7)
    asked = [altered(question, random) for question in questions(tree)]
    answers = verifier(asked)
    assert [q for q, answer in zip(asked, answers, strict=True) if answer.startswith("ok")] == []


def checkpoint_question(size: int, root: bytes) -> Question:
    """A checkpoint of the log, with the cosignatures of two witnesses."""
    text = checkpoint_text(Checkpoint(ORIGIN, size, root))
    signed = parse_note(sign_checkpoint(Checkpoint(ORIGIN, size, root), log_key()))
    witnesses = [witness_key("witness.example.nl/w1"), witness_key("witness.example.nl/w2")]
    cosigned = [cosign_checkpoint(text, key, 1_795_600_000) for key in witnesses]
    return {
        "do": "checkpoint",
        "log": log_key().verifier.text,
        "witnesses": [key.verifier.text for key in witnesses],
        "note": encode_note(Note(text, (*signed.signatures, *cosigned))),
    }


def meaning(note: bytes) -> list[bytes]:
    """What a note says to a reader who ignores the unused bits at the end of base64, as Go's does."""
    text, _, lines = note.partition(b"\n\n")
    try:
        parts = [line.rpartition(b" ") for line in lines.split(b"\n")]
        return [text, *(who + b64decode(what, validate=True) for who, _, what in parts)]
    except ValueError:
        return [note]


def test_checkpoints_and_cosignatures_are_accepted_and_no_altered_one(
    tree: Tree, verifier: Verifier
) -> None:
    sizes = (0, 1, 2, 255, 256, 257, MOST)
    right = [checkpoint_question(size, tree.roots[size]) for size in sizes]
    assert verifier(right) == [f"ok {size}" for size in sizes]
    one = right[-1]
    notes = [flipped(one["note"], bit) for bit in range(len(one["note"]) * 8)]
    wrong = [one | {"note": note} for note in notes if meaning(note) != meaning(one["note"])]
    assert len(wrong) > 0.99 * len(notes)
    wrong += [one | {"log": witness_key().verifier.text}, one | {"note": one["note"][:-1]}]
    wrong += [
        one | {"witnesses": [*one["witnesses"], witness_key("other.example/w").verifier.text]}
    ]
    assert [answer for answer in verifier(wrong) if answer.startswith("ok")] == []


def proof_question(tree: Tree, index: int, size: int) -> Question:
    checkpoint = sign_checkpoint(Checkpoint(ORIGIN, size, tree.roots[size]), log_key())
    hashes = inclusion_proof(index, size, tree.node(size))
    return {
        "do": "proof",
        "log": log_key().verifier.text,
        "entry": b"entry %d" % index,
        "file": encode_proof(Proof(index, tuple(hashes), checkpoint)),
    }


def test_proof_files_are_accepted_and_none_for_another_entry(
    tree: Tree, verifier: Verifier
) -> None:
    right = [
        proof_question(tree, index, size) for size in (1, 300, MOST) for index in (0, size - 1)
    ]
    assert set(verifier(right)) == {"ok"}
    wrong = [question | {"entry": question["entry"] + b"!"} for question in right]
    assert [answer for answer in verifier(wrong) if answer.startswith("ok")] == []


@pytest.mark.parametrize(
    ("rules", "verdict"),
    [
        ("quorum none", True),
        ("quorum a", True),
        ("quorum c", False),
        ("group g 2 a b c\nquorum g", True),
        ("group g all a b c\nquorum g", False),
        ("group g any b c\ngroup h all a g\nquorum h", True),
    ],
)
def test_a_policy_means_the_same_to_others(rules: str, verdict: bool, verifier: Verifier) -> None:
    keys = [SigningKey(f"w.example/{n}", private(n), COSIGNATURE) for n in range(3)]
    names = zip("abc", keys, strict=True)
    lines = [f"witness {name} {key.verifier.text} http://{name}.example/" for name, key in names]
    policy = "\n".join([*lines, rules])
    signed = parse_note(sign_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT), log_key()))
    cosigned = [cosign_checkpoint(signed.text, key, 1_795_600_000) for key in keys[:2]]
    note = encode_note(Note(signed.text, (*signed.signatures, *cosigned)))
    (answer,) = verifier([{"do": "policy", "policy": policy.encode(), "note": note}])
    assert answer.startswith("ok") == verdict
    assert parse_policy(policy).satisfied([key.verifier for key in keys[:2]]) == verdict


def private(number: int) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes([number + 1] * 32))
