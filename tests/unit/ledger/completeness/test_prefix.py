"""The prefix tree: its root however rows come, and proofs of what is there and what is not."""

from collections.abc import Mapping
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.completeness.prefix import (
    EMPTY,
    KEY_BITS,
    Node,
    path,
    root,
    subtree,
    verify,
)
from ledger.errors import Unproven

Tree = Mapping[bytes, bytes]


def key(bits: str) -> bytes:
    """A key by its first bits; all others are zero."""
    return int(bits.ljust(KEY_BITS, "0"), 2).to_bytes(32)


# Keys that part early, late and in the last bit.
KEYS = st.one_of(
    st.binary(min_size=32, max_size=32),
    st.integers(0, 7).map(lambda number: number.to_bytes(32)),
    st.text("01", min_size=1, max_size=5).map(key),
)
TREES = st.dictionaries(KEYS, st.binary(min_size=32, max_size=32), max_size=12)


EMPTY_HASH = bytes.fromhex("7cef528b019d1b8c18425b860a6d03b2046cddf73986f7304954b893d5b69e06")


def nodes_of(tree: Tree) -> list[Node]:
    return [Node(KEY_BITS, key, tree[key]) for key in sorted(tree)]


def brute(tree: Tree) -> bytes:
    """The root by the words of the reference page: from the top, bit by bit."""

    def hashed(value: bytes, bits: str) -> bytes:
        label = len(bits).to_bytes(4) + key(bits)
        return sha256(value + sha256(label).digest()).digest()

    def below(bits: str) -> bytes | None:
        keys = [one for one in tree if f"{int.from_bytes(one):0256b}".startswith(bits)]
        if not keys:
            return None
        if len(bits) == KEY_BITS:
            return hashed(tree[keys[0]], bits)
        left, right = below(bits + "0"), below(bits + "1")
        if bits and None in (left, right):
            return left or right
        children = (left or EMPTY_HASH) + (right or EMPTY_HASH)
        return hashed(sha256(children).digest(), bits)

    return below("") or hashed(sha256(b"\x00").digest(), "")


@given(tree=TREES)
def test_the_root_is_that_of_the_definition(tree: Tree) -> None:
    assert root(nodes_of(tree)) == brute(tree)


@given(tree=TREES, bits=st.integers(1, 12))
def test_nodes_of_subtrees_give_the_root_of_their_leaves(tree: Tree, bits: int) -> None:
    parts: dict[int, list[Node]] = {}
    for node in nodes_of(tree):
        parts.setdefault(int.from_bytes(node.label) >> (KEY_BITS - bits), []).append(node)
    assert root(map(subtree, parts.values())) == brute(tree)


@given(tree=TREES, other=KEYS)
def test_what_is_there_is_proven_and_what_is_not_as_well(tree: Tree, other: bytes) -> None:
    nodes, top = nodes_of(tree), brute(tree)
    for one in {*tree, other}:
        verify(top, one, tree.get(one), path(nodes, one))


@given(tree=TREES, other=KEYS, lie=st.binary(min_size=32, max_size=32))
def test_nothing_else_is_proven_of_a_key(tree: Tree, other: bytes, lie: bytes) -> None:
    nodes, top = nodes_of(tree), brute(tree)
    for one in {*tree, other}:
        for value in {None, lie, *tree.values()} - {tree.get(one)}:
            for proof in (path(nodes, one), path(nodes, other), (), (EMPTY,)):
                with pytest.raises(Unproven):
                    verify(top, one, value, proof)


@given(tree=TREES.filter(bool), other=KEYS, at=st.integers(0), bit=st.integers(0, 511))
def test_an_altered_proof_proves_nothing(tree: Tree, other: bytes, at: int, bit: int) -> None:
    nodes, top = nodes_of(tree), brute(tree)
    for one in {*tree, other}:
        proof = list(path(nodes, one))
        if not proof:
            continue
        node = proof[at % len(proof)]
        changed = bytearray(node.label + node.value)
        changed[bit // 8] ^= 1 << bit % 8
        altered = Node(node.bits, bytes(changed[:32]), bytes(changed[32:]))
        proof[at % len(proof)] = altered
        for wrong in (proof, proof[1:], [*proof, EMPTY], [*proof, altered]):
            with pytest.raises(Unproven):
                verify(top, one, tree.get(one), wrong)


@pytest.mark.parametrize("bits", [0, 257])
def test_a_node_that_cannot_be_is_refused(bits: int) -> None:
    one = key("1")
    with pytest.raises(Unproven, match="no node"):
        verify(bytes(32), one, one, [Node(bits, bytes(32), bytes(32))])


# As docs/reference/completeness.md has them.
VECTORS = {
    0: "e60055537d90faaccb2be51f744b9b4a759ff758c1fe1f361d773294dae4f03f",
    1: "50ec82be1e4f604b928c37819e9a2533a11defe289f0f9ca98e8a82b445bbbaa",
    2: "6927c6f6fb2cc7c92576c957042ad7fba7b312833cdb912305c1c28864f05490",
    100: "2943d3bdf154f1202c780bae845eb293bf16a1b3f4fbf4b33054e2434220ce7a",
}


@pytest.mark.parametrize("count", VECTORS)
def test_roots_of_the_reference_page(count: int) -> None:
    keys = sorted(sha256(b"%d" % number).digest() for number in range(count))
    nodes = [Node(KEY_BITS, key, sha256(key).digest()) for key in keys]
    assert root(nodes).hex() == VECTORS[count]
