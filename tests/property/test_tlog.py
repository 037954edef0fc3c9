"""The log's tree against the definitions of the standard, on trees of up to some thousands of leaves."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import Unproven
from ledger.tlog.tree.bundles import decode_bundle, encode_bundle
from ledger.tlog.tree.edge import Edge, grow
from ledger.tlog.tree.merkle import hash_leaf, root_of
from ledger.tlog.tree.proofs import (
    consistency_proof,
    inclusion_proof,
    root_at,
    verify_consistency,
    verify_inclusion,
)
from ledger.tlog.tree.tiles import nodes_of
from tests.fixtures.tlog import (
    decimal_leaves,
    naive_consistency,
    naive_path,
    naive_root,
    node_over,
    tiles_of,
)

LEAVES = decimal_leaves(3000)
SIZES = st.integers(1, len(LEAVES))


class Tiles:
    """A log of all leaves that grew in steps, kept as its tiles only."""

    def __init__(self, steps: list[int]) -> None:
        self.edge = Edge()
        self.tiles: dict[tuple[int, int], tuple[bytes, ...]] = {}
        for step in steps:
            self.edge, full = grow(self.edge, LEAVES[self.edge.size : self.edge.size + step])
            self.tiles |= {(tile.level, tile.number): tile.hashes for tile in full}
            for level, row in enumerate(self.edge.tiles):
                self.tiles[level, self.edge.size >> 8 * (level + 1)] = row

    def read(self, level: int, number: int, width: int) -> tuple[bytes, ...]:
        tile = self.tiles[level, number]
        assert 0 < width <= len(tile)
        return tile[:width]


@given(st.lists(st.integers(0, 700), min_size=1, max_size=12))
def test_however_it_grows_it_is_the_same_tree(steps: list[int]) -> None:
    log = Tiles(steps)
    size = min(sum(steps), len(LEAVES))
    assert log.edge.size == size
    assert log.edge.root() == naive_root(LEAVES[:size]) == root_of(LEAVES[:size])[1]
    assert log.edge == grow(Edge(), LEAVES[:size])[0]
    for level, number, width in tiles_of(size):
        span = 256**level
        first = number * 256 * span
        assert log.tiles[level, number][0] == naive_root(LEAVES[first : first + span])
        assert len(log.tiles[level, number]) == width


@given(SIZES, st.data())
def test_inclusion_proofs_are_those_of_the_definition(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    node = nodes_of(size, Tiles([len(LEAVES)]).read)
    proof = inclusion_proof(index, size, node)
    assert proof == naive_path(index, LEAVES[:size])
    verify_inclusion(LEAVES[index], index, size, proof, root_at(size, node))


@given(SIZES, st.data())
def test_consistency_proofs_are_those_of_the_definition(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    node = nodes_of(size, Tiles([len(LEAVES)]).read)
    proof = consistency_proof(old, size, node)
    assert proof == naive_consistency(old, LEAVES[:size])
    verify_consistency(old, size, naive_root(LEAVES[:old]), naive_root(LEAVES[:size]), proof)


@given(SIZES, st.data())
def test_no_other_entry_place_or_size_is_proven(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    root = naive_root(LEAVES[:size])
    proof = inclusion_proof(index, size, node_over(LEAVES))
    other = data.draw(st.integers(0, size + 3).filter(lambda place: place != index))
    with pytest.raises(Unproven):
        verify_inclusion(LEAVES[index], other, size, proof, root)
    with pytest.raises(Unproven):
        verify_inclusion(hash_leaf(b"x"), index, size, proof, root)
    count = data.draw(st.integers(0, 2 * size))
    try:
        verify_inclusion(LEAVES[index], index, count, proof, root)
    except Unproven:
        return
    # Some sizes give a leaf the same path; the signed checkpoint says which size it is.
    assert len(naive_path(index, LEAVES[:count])) == len(proof) or count > len(LEAVES)


@given(SIZES, st.data())
def test_a_changed_past_has_no_consistency_proof(size: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, size))
    changed = data.draw(st.integers(0, old - 1))
    before = [*LEAVES[:changed], hash_leaf(b"x"), *LEAVES[changed + 1 : old]]
    proof = consistency_proof(old, size, node_over(LEAVES))
    with pytest.raises(Unproven):
        verify_consistency(old, size, naive_root(before), naive_root(LEAVES[:size]), proof)


@given(st.lists(st.binary(max_size=300), max_size=40))
def test_bundles_come_back(entries: list[bytes]) -> None:
    assert decode_bundle(encode_bundle(entries), len(entries)) == entries


def test_every_size_up_to_600_and_every_leaf_of_some() -> None:
    order = Random(1)
    for size in range(1, 600):
        node = node_over(LEAVES)
        root = naive_root(LEAVES[:size])
        index, old = order.randrange(size), order.randrange(1, size + 1)
        verify_inclusion(LEAVES[index], index, size, inclusion_proof(index, size, node), root)
        with pytest.raises(Unproven):
            verify_inclusion(LEAVES[-1], index, size, inclusion_proof(index, size, node), root)
        proof = consistency_proof(old, size, node)
        verify_consistency(old, size, naive_root(LEAVES[:old]), root, proof)
        with pytest.raises(Unproven):
            verify_consistency(old, size, naive_root(LEAVES[1 : old + 1]), root, proof)
