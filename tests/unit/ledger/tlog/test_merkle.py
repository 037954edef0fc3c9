"""Hashes, proofs and tiles against vectors that other implementations agree on."""

from base64 import b64encode

import pytest

from ledger.errors import Unproven
from ledger.tlog.tree.bundles import decode_bundle, encode_bundle
from ledger.tlog.tree.edge import Edge, grow
from ledger.tlog.tree.merkle import EMPTY_ROOT, hash_children, hash_leaf, hash_perfect, root_of
from ledger.tlog.tree.proofs import (
    consistency_proof,
    inclusion_proof,
    root_at,
    verify_consistency,
    verify_inclusion,
)
from ledger.tlog.tree.tiles import (
    bundle_path,
    decode_tile,
    encode_tile,
    last_widths,
    nodes_of,
    tile_path,
    width_at,
)
from tests.fixtures.cases import each
from tests.fixtures.tlog import decimal_leaves, node_over, tiles_of, vectors

ENTRIES = [bytes.fromhex(one) for one in vectors()["leaves_hex"]]
LEAVES = [hash_leaf(entry) for entry in ENTRIES]
ROOTS = [bytes.fromhex(one) for one in vectors()["roots_by_size"]]


def proof_of(kind: str, pair: str) -> list[bytes]:
    return [bytes.fromhex(one) for one in vectors()[kind][pair]]


def test_hashes_are_those_of_others() -> None:
    assert [leaf.hex() for leaf in LEAVES] == vectors()["leaf_hashes"]
    assert hash_leaf(b"L123456").hex().startswith("395aa064aa4c29f7010acfe3f25db948")
    assert hash_children(b"N123", b"N456").hex().startswith("aa217fe888e47007fa15edab33c2b492")
    assert ROOTS[0] == EMPTY_ROOT


@pytest.mark.parametrize("size", range(9))
def test_roots_of_small_trees(size: int) -> None:
    assert root_of(LEAVES[:size]) == (size, ROOTS[size])
    assert root_at(size, node_over(LEAVES)) == ROOTS[size]
    assert grow(Edge(), LEAVES[:size])[0].root() == ROOTS[size]


@pytest.mark.parametrize("size", [int(size) for size in vectors()["decimal_leaves_roots_b64"]])
def test_roots_of_large_trees(size: int) -> None:
    wanted = vectors()["decimal_leaves_roots_b64"][str(size)]
    leaves = decimal_leaves(size)
    assert b64encode(root_of(leaves)[1]).decode() == wanted
    assert b64encode(grow(Edge(), leaves)[0].root()).decode() == wanted


@each("pair", vectors()["inclusion"])
def test_inclusion_proofs_are_those_of_others(pair: str) -> None:
    index, size = map(int, pair.split(","))
    proof = inclusion_proof(index, size, node_over(LEAVES))
    assert proof == proof_of("inclusion", pair)
    verify_inclusion(LEAVES[index], index, size, proof, ROOTS[size])


@each("pair", vectors()["consistency"])
def test_consistency_proofs_are_those_of_others(pair: str) -> None:
    old, new = map(int, pair.split(","))
    proof = consistency_proof(old, new, node_over(LEAVES))
    assert proof == proof_of("consistency", pair)
    verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)


def altered(proof: list[bytes]) -> list[list[bytes]]:
    """The proof with a hash before it, behind it, in it, without one, and with each bit flipped."""
    one = bytes(32)
    changed = [[one, *proof], [*proof, one], [proof[0] if proof else one, *proof], [*proof, b""]]
    if proof:
        changed += [proof[1:], proof[:-1], [*proof[:1], one, *proof[1:]], [*proof[:-1], b"short"]]
        changed.append([])
    if len(proof) > 1:
        changed.append(proof[::-1])
    for place, sibling in enumerate(proof):
        for bit in range(256):
            flipped = (int.from_bytes(sibling, "big") ^ 1 << bit).to_bytes(32, "big")
            changed.append([*proof[:place], flipped, *proof[place + 1 :]])
    return changed


@each("pair", vectors()["inclusion"])
def test_an_altered_inclusion_proof_is_refused(pair: str) -> None:
    index, size = map(int, pair.split(","))
    proof = proof_of("inclusion", pair)
    for wrong in altered(proof):
        with pytest.raises(Unproven):
            verify_inclusion(LEAVES[index], index, size, wrong, ROOTS[size])
    for leaf, place, count, root in [
        (LEAVES[index - 1] if index else LEAVES[7], index, size, ROOTS[size]),
        (LEAVES[index], index + 1, size, ROOTS[size]),
        (LEAVES[index], size, size, ROOTS[size]),
        (LEAVES[index], -1, size, ROOTS[size]),
        (LEAVES[index], index, 0, ROOTS[size]),
        (LEAVES[index], index, 2 * size + 1, ROOTS[size]),
        (LEAVES[index], index, size, ROOTS[size - 1]),
        (LEAVES[index], index, size, ROOTS[size][:-1]),
        (LEAVES[index] + b"x", index, size, ROOTS[size]),
    ]:
        with pytest.raises(Unproven):
            verify_inclusion(leaf, place, count, proof, root)


@each("pair", vectors()["consistency"])
def test_an_altered_consistency_proof_is_refused(pair: str) -> None:
    old, new = map(int, pair.split(","))
    proof = proof_of("consistency", pair)
    wrong_proofs = altered(proof)
    for wrong in wrong_proofs:
        with pytest.raises(Unproven):
            verify_consistency(old, new, ROOTS[old], ROOTS[new], wrong)
    for first, second, before, after in [
        (old, new, ROOTS[old - 1], ROOTS[new]),
        (old, new, ROOTS[old], ROOTS[new - 1]),
        (new + 1, new, ROOTS[old], ROOTS[new]),
        (-1, new, ROOTS[old], ROOTS[new]),
        (old, new, ROOTS[old][:31], ROOTS[new]),
    ]:
        with pytest.raises(Unproven):
            verify_consistency(first, second, before, after, proof)


def test_an_empty_tree_is_the_beginning_of_every_tree() -> None:
    verify_consistency(0, 8, ROOTS[0], ROOTS[8], [])
    verify_consistency(0, 0, ROOTS[0], ROOTS[0], [])
    assert consistency_proof(0, 8, node_over(LEAVES)) == []
    for old_root, new_root, proof in [
        (ROOTS[0], ROOTS[8], [ROOTS[1]]),
        (ROOTS[1], ROOTS[8], []),
    ]:
        with pytest.raises(Unproven):
            verify_consistency(0, 8, old_root, new_root, proof)
    with pytest.raises(Unproven):
        verify_consistency(0, 0, ROOTS[0], ROOTS[1], [])


def test_what_cannot_be_proven_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="index below 8"):
        inclusion_proof(8, 8, node_over(LEAVES))
    with pytest.raises(ValueError, match="old size up to 8"):
        consistency_proof(9, 8, node_over(LEAVES))


def test_paths_of_tiles() -> None:
    paths = vectors()["tile_paths"]
    assert tile_path(0, 1234067) == paths["level0 n1234067"]
    assert tile_path(0, 273, 112) == paths["level0 n273 w112"]
    assert tile_path(0, 999) == paths["n999"]
    assert tile_path(0, 1000) == paths["n1000"]
    assert bundle_path(1234067, 5) == "tile/entries/x001/x234/067.p/5"


def test_tiles_of_a_tree_of_70000_leaves() -> None:
    assert list(tiles_of(70000))[-4:] == [(0, 273, 112), (1, 0, 256), (1, 1, 17), (2, 0, 1)]
    assert len(list(tiles_of(70000))) == 274 + 2 + 1
    assert last_widths(70000) == [112, 17, 1]
    assert list(tiles_of(256)) == [(0, 0, 256), (1, 0, 1)]
    assert (list(tiles_of(0)), last_widths(0)) == ([], [])
    assert width_at(0, 274, 70000) == 0


def test_proofs_from_tiles() -> None:
    leaves = decimal_leaves(70000)
    _, full = grow(Edge(), leaves)
    edge, _ = grow(Edge(), leaves)
    tiles = {(tile.level, tile.number): tile.hashes for tile in full}
    sizes = {level: len(row) for level, row in enumerate(edge.tiles)}

    def read(level: int, number: int, width: int) -> tuple[bytes, ...]:
        tile = tiles.get((level, number)) or edge.tiles[level]
        assert width <= len(tile)
        return tile[:width]

    assert sizes == {0: 112, 1: 17, 2: 1}
    node = nodes_of(70000, read)
    for index in (0, 255, 256, 65535, 65536, 69887, 69999):
        proof = inclusion_proof(index, 70000, node)
        verify_inclusion(leaves[index], index, 70000, proof, edge.root())
    for old in (1, 255, 256, 257, 65535, 65536, 65537, 69999):
        proof = consistency_proof(old, 70000, node)
        verify_consistency(old, 70000, root_at(old, node), edge.root(), proof)
        assert root_at(old, node) == root_of(leaves[:old])[1]


def test_tiles_and_bundles_are_read_as_far_as_asked() -> None:
    content = encode_tile(LEAVES)
    assert decode_tile(content, 8) == LEAVES
    assert decode_tile(content, 3) == LEAVES[:3]
    for wrong, width in ((content[:-1], 7), (content, 9), (b"", 1)):
        with pytest.raises(Unproven):
            decode_tile(wrong, width)
    bundle = bytes.fromhex(vectors()["entry_bundle_hex"])
    assert encode_bundle(ENTRIES) == bundle
    assert decode_bundle(bundle, 8) == ENTRIES
    assert decode_bundle(bundle, 2) == ENTRIES[:2]
    for wrong in (bundle[:-1], bundle[:-17], b""):
        with pytest.raises(Unproven):
            decode_bundle(wrong, 8)


def test_perfect_subtrees_only() -> None:
    assert hash_perfect(LEAVES[:4]) == ROOTS[4]
    with pytest.raises(ValueError, match="zip"):
        hash_perfect(LEAVES[:3])
