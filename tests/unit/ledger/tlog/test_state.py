"""A tree that goes on from hashes, where entries are pruned, is the tree that goes on from entries."""

import pytest

from ledger.tlog.publishing.state import GrownTree, State, grown, grown_by_leaves
from ledger.tlog.tree.merkle import hash_leaf
from ledger.tlog.tree.tiles import TILE_WIDTH
from tests.fixtures.published import entries

PRUNED = 2 * TILE_WIDTH


@pytest.mark.parametrize("known", [0, 1, TILE_WIDTH - 1, TILE_WIDTH, PRUNED - 1])
def test_the_files_are_the_same(known: int) -> None:
    content = entries(PRUNED + 3)
    begun = grown(State(), content[:known]) if known else GrownTree(State(), (), {}, {})
    by_leaves = grown_by_leaves(begun.state, [hash_leaf(one) for one in content[known:PRUNED]])
    by_entries = grown(begun.state, content[known:PRUNED])
    assert by_leaves.tiles == by_entries.tiles
    assert by_leaves.full == by_entries.full
    assert by_leaves.state == by_entries.state
    assert by_leaves.bundles == {}
    ends = [grown(one.state, content[PRUNED:]) for one in (by_leaves, by_entries)]
    assert ends[0] == ends[1]
    assert ends[0].state.edge.root() == grown(State(), content).state.edge.root()
