"""A tree that goes on from hashes, where entries are pruned, is the tree that goes on from entries."""

from datetime import date
from pathlib import Path

import pytest

from ledger.backup.reimport import is_elsewhere
from ledger.errors import Halt
from ledger.tlog.publishing.state import GrownTree, State, grown, grown_by_leaves, load
from ledger.tlog.signing.checkpoints import Checkpoint, sign_checkpoint
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.bundles import encode_bundle
from ledger.tlog.tree.edge import Edge
from ledger.tlog.tree.merkle import EMPTY_ROOT, hash_leaf
from ledger.tlog.tree.tiles import TILE_WIDTH, bundle_path
from tests.fixtures.published import entries
from tests.fixtures.tlog import ORIGIN, log_key

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


@pytest.mark.parametrize("size", [1, TILE_WIDTH - 1, TILE_WIDTH, TILE_WIDTH + 1, PRUNED])
def test_what_was_written_is_loaded_again(tmp_path: Path, size: int) -> None:
    folder, made = LogFolder(tmp_path), grown(State(), entries(size))
    folder.put(made.tiles, made.bundles)
    promise = Checkpoint(ORIGIN, size, made.state.edge.root())
    assert load(folder, promise) == made.state
    if rest := size % TILE_WIDTH:
        others = encode_bundle(entries(rest + 1)[1:])
        folder.put({}, {bundle_path(size // TILE_WIDTH, rest): others})
        with pytest.raises(Halt, match="its last entry bundle holds other entries"):
            load(folder, promise)


def test_a_log_without_an_entry_is_loaded_from_no_file(tmp_path: Path) -> None:
    assert load(LogFolder(tmp_path), Checkpoint(ORIGIN, 0, EMPTY_ROOT)) == State(Edge())


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("published", [False, True])
def test_a_log_is_here_when_anything_of_it_is(
    tmp_path: Path, signed: bool, published: bool
) -> None:
    """It is signed before it is published, and a web server may have been given the checkpoint alone."""
    folder, keys = LogFolder(tmp_path), [log_key().verifier]
    checkpoint = sign_checkpoint(Checkpoint(ORIGIN, 0, EMPTY_ROOT), log_key())
    if signed:
        folder.history.append(checkpoint, date(2026, 12, 2))
    if published:
        folder.publish(checkpoint)
    assert is_elsewhere(folder, ORIGIN, keys) is not (signed or published)
    assert not is_elsewhere(folder, ORIGIN, []), "it never began"
    assert not is_elsewhere(folder, "another.example.nl/main", keys)
