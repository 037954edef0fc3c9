"""Codes that a confidential office declared secret, as the open ledger has them: keyed hashes, and no words.

A text says a secret code when the code is all of it, or some neighbouring words of it: `Operation-Heron` is
in `ops/operation.heron/7`. Capitals, and which sign parts the words, do not matter.
"""

import re
import secrets
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Final, Self

from msgspec import Struct

from schemas.lookalikes import plain

KEY_BYTES: Final = 32
HASH_BYTES: Final = 16
"""The bytes of a hash (keyed BLAKE2b, RFC 7693): no chance hit in any number of texts."""
MOST_WORDS: Final = 4
"""The most words of one code. Every run of words of a text up to this length is looked up."""
SHORTEST: Final = 4
"""The fewest letters and digits of a code: a shorter text stands in many ordinary references."""
_HIDES_NUMBER: Final = 64
"""The hashes are filled up to a multiple of this with chance ones, so that they do not tell how many codes
there are.
"""

_words = re.compile("[a-z0-9]+").findall


class SecretCodes(Struct, frozen=True):
    """Codes that nobody can read. `key`: of this set of hashes alone; a different set has a different key."""

    key: bytes = b""
    hashes: frozenset[bytes] = frozenset()

    @classmethod
    def of(cls, codes: Iterable[str], key: bytes) -> Self:
        """The hashes of codes, each of which `is_sayable`."""
        return cls(key, frozenset(_hash(key, "".join(words_of(code))) for code in codes))

    @classmethod
    def published(cls, codes: Iterable[str]) -> Self:
        """The hashes of codes under a new key, among hashes of random bytes."""
        made = cls.of(codes, secrets.token_bytes(KEY_BYTES))
        short = _HIDES_NUMBER - len(made.hashes) % _HIDES_NUMBER
        nothing = (secrets.token_bytes(HASH_BYTES) for _ in range(short))
        return cls(made.key, made.hashes.union(nothing))

    def are_in(self, text: str) -> bool:
        """Whether a text says one of the codes."""
        if not self.hashes:
            return False
        return any(_hash(self.key, run) in self.hashes for run in set(_runs(words_of(text))))


def words_of(code: str) -> list[str]:
    """The words of a code: letters and digits between other signs."""
    return _words(plain(code).lower())


def is_sayable(code: str) -> bool:
    """Whether a code can be looked for: neither too short, nor of too many words."""
    words = words_of(code)
    return len(words) <= MOST_WORDS and len("".join(words)) >= SHORTEST


def _runs(words: list[str]) -> Iterator[str]:
    for start in range(len(words)):
        run = ""
        for word in words[start : start + MOST_WORDS]:
            run += word
            if len(run) >= SHORTEST:
                yield run


def _hash(key: bytes, text: str) -> bytes:
    return blake2b(text.encode(), key=key, digest_size=HASH_BYTES).digest()
