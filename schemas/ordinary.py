"""Ordinary business: codes that say nothing of an investigation, since each of their words is a known one.

An unknown word may say anything, so it is not ordinary. Which words are known where is data of the
rulebook; a deployment has codes of its own.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final, Literal, get_args

from schemas.catalogue import EVENT_TYPES
from schemas.events.disclosure import RecipientKind
from schemas.likeness import is_like
from schemas.names import PREFIX
from schemas.spelling import plain, run

Place = Literal["everyday", "business", "ground", "reason", "authority", "kind"]

# A few digits beside a word are its number. Many say who somebody is, which another check looks for.
_NUMBER: Final = re.compile(r"[0-9]{1,64}\Z")
_LONG_NUMBER: Final = re.compile(r"(?:[a-z]{2}[0-9]{2}[a-z]{4})?[0-9]{7,64}\Z")
_PERSON: Final = re.compile(r"(?<=[a-z])[0-9]{7,64}\Z")
_VERSION: Final = re.compile(r"v?[0-9]{1,6}\Z")
_BETWEEN: Final = re.compile(r"[._:/ -]")
# `helpdeskAgent` is two words.
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z][a-z])")
_ENDINGS: Final = ("s", "d", "ed", "ing", "ly")
_LONGEST: Final = 128
_REMEMBERED: Final = 4_096
# A single letter says nothing, with its number or without it.
_SAYS_NOTHING: Final = re.compile(r"(?:[a-z][0-9]{0,6})?\Z")
# In a short name two slips make any other short name of it.
_TWO_SLIPS, _ONE_SLIP = 8, 5
_SLIPS: Final = 2
_KINDS: Final = frozenset(get_args(RecipientKind))


class Ordinary:
    """Words by place, and whole codes by place; what was found ordinary is remembered.

    `behind`: words that are ordinary behind certain others only: an officer may be one of privacy. `apart`:
    words that are ordinary without certain others only: a court may decide, and should not ask.
    """

    def __init__(
        self,
        words: Mapping[Place, Collection[str]],
        codes: Mapping[Place, Collection[str]],
        investigating: Collection[str],
        *,
        behind: Mapping[str, Collection[str]] | None = None,
        apart: Mapping[str, Collection[str]] | None = None,
    ) -> None:
        self._behind = {word: frozenset(of) for word, of in (behind or {}).items()}
        self._apart = {word: frozenset(of) for word, of in (apart or {}).items()}
        self._words = {place: frozenset(entries) for place, entries in words.items()}
        self._codes = {place: frozenset(entries) for place, entries in codes.items()}
        self._known: dict[str, set[str]] = {place: set(entries) for place, entries in codes.items()}
        self._investigating = _by_length(run(kind) for kind in investigating)

    def is_code(self, place: Place, code: str) -> bool:
        """Whether a code is ordinary in a place."""
        ordinary_codes = self._known[place]
        if code in ordinary_codes:
            return True
        if not self._reads(place, code):
            return False
        if len(ordinary_codes) >= _REMEMBERED:
            ordinary_codes.clear()
            ordinary_codes.update(self._codes[place])
        ordinary_codes.add(code)
        return True

    def is_kind(self, name: str) -> bool:
        """Whether a kind of recipient is known, one with a slip in it, or ordinary: not who investigates."""
        if name in _KINDS:
            return True
        letters = run(plain(name[:_LONGEST]))
        if _is_near(letters, self._investigating):
            return False
        return _is_near(letters, _KINDS_BY_LENGTH) or self.is_code("kind", name)

    def is_type(self, name: str) -> bool:
        """Whether a type is known, one with a slip in it, or made of ordinary words."""
        if name in EVENT_TYPES:
            return True
        short = _VERSION.sub("", name[:_LONGEST].lower().removeprefix(PREFIX)).rstrip(".")
        letters = run(plain(short))
        return _is_near(letters, _TYPES_BY_LENGTH) or self.is_code("business", short)

    def _reads(self, place: Place, code: str) -> bool:
        if len(code) > _LONGEST or not code.isascii():
            return False
        return self._reads_as(place, code.lower()) or (
            _HUMP.search(code) is not None and self._reads_as(place, _HUMP.sub("-", code).lower())
        )

    def _reads_as(self, place: Place, code: str) -> bool:
        parts = [part for part in _BETWEEN.split(code) if part]
        joined = "".join(parts)
        if _LONG_NUMBER.match(joined) or _SAYS_NOTHING.match(joined):
            return True
        words = [_PERSON.sub("", part) for part in parts if not _NUMBER.match(part)]
        return self._are_known(place, words) and self._go_together(words)

    def _are_known(self, place: Place, words: Sequence[str]) -> bool:
        """Whether words are ordinary at a place. Letters one by one may spell anything, so one is no word."""
        longer = [word for word in words if not _SAYS_NOTHING.match(word)]
        if not longer or len(words) > len(longer) + 1:
            return False
        ordinary_words = self._words[place]
        return all(_stems(word, ordinary_words) for word in longer)

    def _go_together(self, words: list[str]) -> bool:
        """Whether the words may stand beside each other."""
        follow = all(
            before in self._behind[word]
            for before, word in zip(["", *words], words, strict=False)
            if word in self._behind
        )
        return follow and all(
            self._apart[word].isdisjoint(words) for word in words if word in self._apart
        )


def _stems(word: str, ordinary_words: Collection[str]) -> bool:
    """Whether a word is known, or is a form of a known word: `invoice` knows `invoices` and `invoiced`."""
    return word in ordinary_words or any(
        word.endswith(end) and word[: -len(end)] in ordinary_words for end in _ENDINGS
    )


_ByLength = Mapping[int, Sequence[str]]


def _by_length(names: Iterable[str]) -> _ByLength:
    by_length: dict[int, list[str]] = {}
    for name in sorted(names):
        by_length.setdefault(len(name), []).append(name)
    return by_length


def _is_near(letters: str, names: _ByLength) -> bool:
    """Whether one of the names is this one, with a slip or two. Names of another length are not looked at."""
    return any(
        is_like(letters, name, slips)
        for length in range(len(letters) - _SLIPS, len(letters) + _SLIPS + 1)
        if abs(length - len(letters)) <= (slips := _slips(length))
        for name in names.get(length, ())
    )


def _slips(length: int) -> int:
    return (length >= _ONE_SLIP) + (length >= _TWO_SLIPS)


_KINDS_BY_LENGTH: Final = _by_length(run(kind) for kind in _KINDS)
_TYPES_BY_LENGTH: Final = _by_length({run(entry.name) for entry in EVENT_TYPES.values()})
