"""The tree over the members of a feed: for any set, a path tells the truth, and nothing else verifies."""

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ledger.errors import Unproven
from ledger.feeds.trie import TOKEN_BYTES, Path, path_of, root_of, verify_path
from ledger.tlog.tree.merkle import EMPTY_ROOT, hash_leaf

# Few bits differ, so that paths are long and shared.
close = st.integers(0, 255).map(lambda number: number.to_bytes(TOKEN_BYTES))
ends = st.integers(0, 255).map(lambda number: number.to_bytes(1) + bytes(TOKEN_BYTES - 1))
tokens = st.one_of(st.binary(min_size=TOKEN_BYTES, max_size=TOKEN_BYTES), close, ends)
sets = st.sets(tokens, max_size=40)
NONE, FIRST, LAST = (
    bytes(TOKEN_BYTES),
    b"\x80" + bytes(TOKEN_BYTES - 1),
    bytes(TOKEN_BYTES - 1) + b"\1",
)
"""A token, and two that differ from it in the first bit and in the last one."""


@given(sets, tokens)
@example(set(), NONE)
@example({NONE}, NONE)
@example({NONE}, LAST)
@example({FIRST}, NONE)
@example({NONE, FIRST, LAST}, LAST)
def test_a_path_says_whether_a_token_is_there(members: set[bytes], token: bytes) -> None:
    ordered = sorted(members)
    path = path_of(ordered, token)
    assert verify_path(root_of(ordered), token, path) is (token in members)
    for member in ordered:
        assert verify_path(root_of(ordered), member, path_of(ordered, member)) is True


@given(sets, tokens)
@example(set(), NONE)
@example({NONE}, NONE)
@example({NONE}, LAST)
@example({FIRST}, NONE)
@example({NONE, FIRST, LAST}, LAST)
def test_nobody_can_show_both(members: set[bytes], token: bytes) -> None:
    """Paths of the set with the token, or without it, do not lead to the root of the other."""
    having, lacking = sorted(members | {token}), sorted(members - {token})
    assert root_of(having) != root_of(lacking)
    for one, other in ((having, lacking), (lacking, having)):
        with pytest.raises(Unproven):
            verify_path(root_of(one), token, path_of(other, token))


@given(sets, tokens, st.data())
def test_a_path_of_another_token_or_a_changed_one_tells_nothing(
    members: set[bytes], token: bytes, data: st.DataObject
) -> None:
    ordered = sorted(members)
    root, path = root_of(ordered), path_of(ordered, token)
    changed = [msgspec.structs.replace(path, siblings=(*path.siblings, EMPTY_ROOT))]
    if path.siblings:
        place = data.draw(st.integers(0, len(path.siblings) - 1))
        other = hash_leaf(path.siblings[place])
        kept = path.siblings[:place], path.siblings[place + 1 :]
        changed += [
            Path((*kept[0], other, *kept[1]), path.found),
            Path((*kept[0], *kept[1]), path.found),
        ]
    if path.found != token:
        changed.append(msgspec.structs.replace(path, found=token))
    if path.found is not None:
        changed.append(msgspec.structs.replace(path, found=None))
    for one in changed:
        with pytest.raises(Unproven):
            verify_path(root, token, one)


def test_paths_of_a_wrong_shape_tell_nothing() -> None:
    token = bytes(TOKEN_BYTES)
    for path in (Path((b"short",), None), Path((bytes(32),) * 129, None), Path((), b"short")):
        with pytest.raises(Unproven):
            verify_path(EMPTY_ROOT, token, path)
