"""The index over a published log: its chains, its root, its proofs, whatever steps led to a size."""

from collections import defaultdict
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.completeness import index as made
from ledger.completeness.index import Chained, Index, Link, merged
from ledger.completeness.naming import keys_of
from ledger.completeness.prefix import KEY_BITS, Node, root, verify
from ledger.errors import Halt, NotPublished, Unproven
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.bundles import encode_bundle
from ledger.tlog.tree.merkle import hash_leaf
from ledger.tlog.tree.tiles import TILE_WIDTH, bundle_path
from tests.fixtures.published import entries, entry, publish

MOST = 2 * TILE_WIDTH + 9


def brute(count: int) -> dict[bytes, Chained]:
    """The chains by the words of the reference page."""
    chains: dict[bytes, tuple[int, bytes]] = defaultdict(lambda: (0, bytes(32)))
    for position, one in enumerate(entries(count), 1):
        for key in keys_of(one):
            number, head = chains[key]
            link = position.to_bytes(8) + hash_leaf(one)
            chains[key] = number + 1, sha256(head + link).digest()
    return {key: Chained(*chain) for key, chain in chains.items()}


def root_over(chains: dict[bytes, Chained]) -> bytes:
    return root(Node(KEY_BITS, key, chains[key].value) for key in sorted(chains))


@pytest.fixture
def log(tmp_path: Path) -> LogFolder:
    return publish(tmp_path / "log", entries(MOST))


@pytest.fixture
def index(tmp_path: Path) -> Index:
    return Index(tmp_path / "completeness")


@pytest.mark.parametrize("steps", [[MOST], [1, 2, 255, 256, 257, MOST], [0, 300, 300]])
def test_it_comes_to_the_same_by_any_steps(steps: list[int], log: LogFolder, index: Index) -> None:
    for size in steps:
        assert index.advance(log, size, lambda: None) == root_over(brute(size))
    assert {row[0]: Chained(*row[1:]) for row in index.rows(steps[-1])} == brute(steps[-1])


def test_few_entries_are_in_memory_at_once(
    log: LogFolder, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made, "_ENTRIES_AT_ONCE", TILE_WIDTH)
    assert index.advance(log, MOST, lambda: None) == root_over(brute(MOST))
    assert index.sizes() == [TILE_WIDTH, 2 * TILE_WIDTH, MOST]
    index.keep([MOST])
    assert index.sizes() == [MOST]


@pytest.mark.parametrize("bits", [1, 2, 12])
def test_it_proves_what_it_has_of_a_key(
    bits: int, log: LogFolder, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(made, "_PART_BITS", bits)
    top, chains = index.advance(log, MOST, lambda: None), brute(MOST)
    for key in [*chains, *(sha256(b"%d" % number).digest() for number in range(99))]:
        chained, beside = index.proof(MOST, key)
        assert chained == chains.get(key)
        verify(top, key, chained.value if chained else None, beside)


def test_rows_that_are_not_kept_prove_nothing(log: LogFolder, index: Index) -> None:
    index.advance(log, MOST, lambda: None)
    with pytest.raises(NotPublished):
        index.proof(MOST - 1, bytes(32))


def test_an_altered_bundle_is_not_believed(log: LogFolder, index: Index) -> None:
    bad = [*entries(2), entry(4), *entries(TILE_WIDTH)[3:]]
    log.put({}, {bundle_path(0): encode_bundle(bad)})
    with pytest.raises(Unproven, match="another entry at position 3"):
        index.advance(log, MOST, lambda: None)


def test_what_was_pruned_before_it_was_in_the_index_stops_it(log: LogFolder, index: Index) -> None:
    log.prune(TILE_WIDTH)
    with pytest.raises(Halt, match="position 1 is pruned"):
        index.advance(log, MOST, lambda: None)


def test_what_was_pruned_later_is_not_needed(log: LogFolder, index: Index) -> None:
    index.advance(log, TILE_WIDTH, lambda: None)
    log.prune(TILE_WIDTH)
    assert index.advance(log, MOST, lambda: None) == root_over(brute(MOST))


LINKS = st.dictionaries(
    st.integers(0, 20).map(lambda number: number.to_bytes(32)),
    st.lists(st.integers(1, 2**63 - 1).map(lambda position: Link(position, bytes(32))), min_size=1),
)


@given(first=LINKS, second=LINKS)
def test_rows_are_merged_with_links(
    first: dict[bytes, list[Link]], second: dict[bytes, list[Link]]
) -> None:
    rows = list(merged(merged((), first), second))
    assert [row[0] for row in rows] == sorted({*first, *second})
    for key, *chain in rows:
        assert Chained().longer([*first.get(key, ()), *second.get(key, ())]) == tuple(chain)
