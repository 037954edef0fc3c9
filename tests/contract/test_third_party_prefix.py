"""What another program says of our prefix trees: roots, and proofs of what is there and what is not."""

from collections.abc import Mapping, Sequence
from hashlib import sha256
from random import Random

import pytest

from ledger.completeness.prefix import KEY_BITS, Node, path, root, verify
from ledger.errors import Unproven
from tests.fixtures.thirdparty import Question, Verifier

SIZES = (0, 1, 2, 3, 10, 300, 2_000)

Rows = Mapping[bytes, bytes]


def rows_of(size: int) -> Rows:
    random = Random(size)
    return {random.randbytes(32): random.randbytes(32) for _ in range(size)}


def nodes_of(rows: Rows) -> list[Node]:
    return [Node(KEY_BITS, key, rows[key]) for key in sorted(rows)]


def asked(top: bytes, key: bytes, value: bytes | None, beside: Sequence[Node]) -> Question:
    return {
        "do": "prefix",
        "root": top,
        "key": key,
        "value": value or b"",
        "bits": [node.bits for node in beside],
        "labels": [node.label for node in beside],
        "proof": [node.value for node in beside],
    }


def is_proven(top: bytes, key: bytes, value: bytes | None, beside: Sequence[Node]) -> bool:
    try:
        verify(top, key, value, beside)
    except Unproven:
        return False
    return True


@pytest.mark.parametrize("size", SIZES)
def test_another_program_makes_the_same_root(size: int, verifier: Verifier) -> None:
    rows = rows_of(size)
    top = root(nodes_of(rows))
    tree = {"do": "prefix tree", "rows": [key + value for key, value in rows.items()], "root": top}
    assert verifier([tree, tree | {"root": sha256(top).digest()}])[0] == "ok"
    assert verifier([tree | {"root": sha256(top).digest()}])[0].startswith("refused")


@pytest.mark.parametrize("size", SIZES)
def test_members_and_absences_are_accepted(size: int, verifier: Verifier) -> None:
    rows, random = rows_of(size), Random(7)
    nodes = nodes_of(rows)
    keys = [*random.sample(sorted(rows), min(size, 50)), *(random.randbytes(32) for _ in range(50))]
    asks = [asked(root(nodes), key, rows.get(key), path(nodes, key)) for key in keys]
    assert set(verifier(asks)) == {"ok"}


@pytest.mark.parametrize("size", [size for size in SIZES if size])
def test_what_is_false_is_refused_there_and_here(size: int, verifier: Verifier) -> None:
    rows, random = rows_of(size), Random(11)
    nodes = nodes_of(rows)
    top = root(nodes)
    lies: list[tuple[bytes, bytes | None, Sequence[Node]]] = []
    for key in random.sample(sorted(rows), min(size, 20)):
        beside, absent = path(nodes, key), random.randbytes(32)
        changed = [*beside[:-1], beside[-1]._replace(value=random.randbytes(32))]
        # The member itself, under a label that differs in its last bit: so the key would not be below it.
        renamed = Node(KEY_BITS, key[:-1] + bytes([key[-1] ^ 1]), rows[key])
        lies += [
            (key, random.randbytes(32), beside),
            (key, None, beside),
            (key, None, (renamed, *beside)),
            (key, rows[key], changed),
            (key, rows[key], beside[1:]),
            (absent, rows[key], path(nodes, absent)),
        ]
    assert [lie for lie in lies if is_proven(top, *lie)] == []
    answers = verifier([asked(top, *lie) for lie in lies])
    assert [answer for answer in answers if answer.startswith("ok")] == []
