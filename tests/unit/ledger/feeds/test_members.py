"""Members of a feed: tokens, pages, the commitment, and how lists and roots are spelled."""

import pytest

from ledger.errors import Misconfigured
from ledger.feeds.members import (
    PAGE_TOKENS,
    members_of,
    page_bits,
    page_of,
    pages_of,
    references_in,
    token_of,
)
from ledger.feeds.trie import TOKEN_BYTES, commitment, root_in, root_of
from ledger.feeds.vrf import Prover
from ledger.tlog.signing.base64 import to_base64

SECRET, OTHER = bytes(32), b"\x01" * 32
WHO = ["customer/1", "customer/2", "customer/2/contact/1", "visitor/v"]


def test_the_same_persons_and_key_give_the_same_root() -> None:
    one = members_of(SECRET, WHO)
    assert members_of(SECRET, [*reversed(WHO), WHO[0]]) == one
    assert (one.size, len(set(one.tokens))) == (4, 4)
    assert one.root == commitment(one.public, 4, root_of(one.tokens))
    assert members_of(SECRET, WHO[1:]).root != one.root
    other = members_of(OTHER, WHO)
    assert other.root != one.root
    assert not set(other.tokens) & set(one.tokens)


def test_a_root_never_changes() -> None:
    assert members_of(SECRET, WHO).root.hex() == (
        "0e61b73d5292f595c4a2f7e19d24a451cc20b7cad926212f65f615e24936e8b3"
    )


@pytest.mark.parametrize("size", [0, 1, PAGE_TOKENS, PAGE_TOKENS + 1, 3 * PAGE_TOKENS])
def test_pages_hold_every_token_where_it_is_looked_for(size: int) -> None:
    tokens = sorted((number * (2**128 // max(size, 1))).to_bytes(16) for number in range(size))
    bits, pages = page_bits(size), list(pages_of(tokens))
    assert b"".join(content for _, content in pages) == b"".join(tokens)
    assert [page for page, _ in pages] == sorted({page_of(token, bits) for token in tokens})
    assert all(len(content) <= TOKEN_BYTES * PAGE_TOKENS for _, content in pages)


def test_a_million_members_have_pages_of_some_kilobytes() -> None:
    assert 1_000_000 / 2 ** page_bits(1_000_000) <= PAGE_TOKENS


def test_a_list_is_a_reference_a_line() -> None:
    lines = [b"customer/1\n", b"\n", b"customer/2/contact/1\r\n", b"customer/1"]
    assert list(references_in(lines)) == ["customer/1", "customer/2/contact/1", "customer/1"]


@pytest.mark.parametrize(
    "line", [b"10023", b"recipient/ciot", b"\xff\xfe", b"customer/1 customer/2"]
)
def test_what_is_no_person_is_refused_with_its_line_and_not_repeated(line: bytes) -> None:
    with pytest.raises(Misconfigured, match=r"line 2 of the list") as refused:
        list(references_in([b"customer/1\n", line]))
    assert line.decode(errors="replace") not in str(refused.value)


def test_a_root_is_read_in_the_spellings_of_the_contract() -> None:
    root = members_of(SECRET, WHO).root
    text = to_base64(root)
    url_safe = text.replace("+", "-").replace("/", "_")
    for spelled in (text, text.rstrip("="), url_safe, root.hex(), root.hex().upper()):
        assert root_in(spelled) == root
    for none in ("", "x" * 64, "ab" * 16, "é" * 43):
        assert root_in(none) is None


def test_a_token_is_that_of_its_reference() -> None:
    assert token_of(Prover(SECRET), WHO[0]) in members_of(SECRET, WHO).tokens
    assert token_of(Prover(SECRET), "customer/3") not in members_of(SECRET, WHO).tokens
