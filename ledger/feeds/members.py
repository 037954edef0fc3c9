"""The persons that a feed is about: a secret key, the tokens that it makes of references, the root. Pure.

Without the key a token tells nothing of a reference, and two feeds have nothing in common. A list is one
reference a line, in UTF-8; the same one twice is one member.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

import msgspec

from ledger.errors import Misconfigured
from ledger.feeds.trie import TOKEN_BYTES, commitment, root_of
from ledger.feeds.vrf import Prover
from schemas.references import is_person

# A page has about as many tokens, half of it at least in the mean: some kilobytes.
PAGE_TOKENS = 512


class Members(msgspec.Struct, frozen=True):
    """The persons in a feed. `tokens`: in ascending order. `root`: the root that its event commits to."""

    public: bytes
    tokens: tuple[bytes, ...]
    root: bytes

    @property
    def size(self) -> int:
        """How many members there are."""
        return len(self.tokens)


def token_of(prover: Prover, reference: str) -> bytes:
    """The token of a reference under the key of a feed."""
    return prover.hash(reference.encode())[:TOKEN_BYTES]


def members_of(secret: bytes, references: Iterable[str]) -> Members:
    """The members of a feed with a secret key, from references in any order."""
    prover = Prover(secret)
    tokens = tuple(sorted({token_of(prover, reference) for reference in set(references)}))
    return Members(prover.public, tokens, commitment(prover.public, len(tokens), root_of(tokens)))


def references_in(lines: Iterable[bytes]) -> Iterator[str]:
    """The references of a list. Raises Misconfigured with the number of a malformed line."""
    for number, line in enumerate(lines, 1):
        try:
            reference = line.strip().decode()
        except UnicodeDecodeError:
            reference = ""
        if reference and is_person(reference):
            yield reference
        elif reference or line.strip():
            raise Misconfigured(f"line {number} of the list is no reference to a person")


def page_bits(size: int) -> int:
    """By how many first bits the tokens of a feed are put on pages."""
    return max(0, (max(size, 1) - 1).bit_length() - (PAGE_TOKENS.bit_length() - 1))


def page_of(token: bytes, bits: int) -> int:
    """The page of a token."""
    return int.from_bytes(token[:4]) >> (32 - bits)


def pages_of(tokens: Sequence[bytes]) -> Iterator[tuple[int, bytes]]:
    """Number and content of each page that has tokens, in order."""
    bits = page_bits(len(tokens))
    for page, members in groupby(tokens, key=lambda token: page_of(token, bits)):
        yield page, b"".join(members)
