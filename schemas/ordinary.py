"""Ordinary business: codes that say nothing of an investigation, since each of their words is a known one.

What an unknown word says nobody can tell, so it is not ordinary. Which words are known where is data of the
rulebook; a deployment has codes of its own.
"""

import re
from collections.abc import Collection, Mapping
from string import ascii_lowercase
from typing import Final, Literal, get_args

from schemas.catalogue import EVENT_TYPES
from schemas.event_type import PREFIX
from schemas.events.disclosure import RecipientKind
from schemas.likeness import is_like
from schemas.spelling import plain, run

__all__ = ["Ordinary", "Place"]

Place = Literal["business", "ground", "authority"]

# A few digits beside a word are its number. Many say who somebody is, which another check looks for.
_NUMBER: Final = re.compile(r"[0-9]{1,64}\Z")
_LONG_NUMBER: Final = re.compile(r"(?:[a-z]{2}[0-9]{2}[a-z]{4})?[0-9]{7,64}\Z")
_PERSON: Final = re.compile(r"(?<=[a-z])[0-9]{7,64}\Z")
_VERSION: Final = re.compile(r"v?[0-9]{1,6}\Z")
_BETWEEN: Final = re.compile(r"[._:/ -]")
_LONGEST: Final = 128
_REMEMBERED: Final = 4_096
# A letter alone stands for nothing that anybody could know.
_SAY_NOTHING: Final = frozenset({"", *ascii_lowercase})
# In a short name two slips make any other short name of it.
_TWO_SLIPS, _ONE_SLIP = 8, 5
_KINDS: Final = frozenset(get_args(RecipientKind))
_TYPES: Final = tuple(sorted({run(entry.name) for entry in EVENT_TYPES.values()}, key=len))


class Ordinary:
    """Words by place, and whole codes by place; what was found ordinary is remembered."""

    def __init__(
        self,
        words: Mapping[Place, Collection[str]],
        codes: Mapping[Place, Collection[str]],
        investigating: Collection[str],
    ) -> None:
        self._words = {place: frozenset(known) for place, known in words.items()}
        self._codes = {place: frozenset(known) for place, known in codes.items()}
        self._known: dict[str, set[str]] = {place: set(known) for place, known in codes.items()}
        self._investigating = frozenset(investigating)

    def is_code(self, place: Place, code: str) -> bool:
        """Whether a code is ordinary in a place."""
        known = self._known[place]
        if code in known:
            return True
        if not self._reads(place, code):
            return False
        if len(known) >= _REMEMBERED:
            known.clear()
            known.update(self._codes[place])
        known.add(code)
        return True

    def is_kind(self, name: str) -> bool:
        """Whether a kind of recipient is known, one with a slip in it, or ordinary: not who investigates."""
        if name in _KINDS:
            return True
        letters = run(plain(name[:_LONGEST]))
        if any(_is_near(letters, run(kind)) for kind in self._investigating):
            return False
        near = any(_is_near(letters, run(kind)) for kind in _KINDS)
        return near or self.is_code("business", name)

    def is_type(self, name: str) -> bool:
        """Whether a type is known, one with a slip in it, or made of ordinary words."""
        if name in EVENT_TYPES:
            return True
        short = _VERSION.sub("", name[:_LONGEST].lower().removeprefix(PREFIX)).rstrip(".")
        letters = run(plain(short))
        return any(_is_near(letters, known) for known in _TYPES) or self.is_code("business", short)

    def _reads(self, place: Place, code: str) -> bool:
        if len(code) > _LONGEST or not code.isascii():
            return False
        parts = [part for part in _BETWEEN.split(code.lower()) if part]
        if _LONG_NUMBER.match("".join(parts)) or "".join(parts) in _SAY_NOTHING:
            return True
        words = [_PERSON.sub("", part) for part in parts if not _NUMBER.match(part)]
        longer = [word for word in words if len(word) > 1]
        if not longer or len(words) > len(longer) + 1:
            return False  # letters one by one may spell anything
        return all(word in self._words[place] for word in longer)


def _is_near(letters: str, known: str) -> bool:
    if len(known) < _ONE_SLIP:
        return letters == known
    return is_like(letters, known, 2 if len(known) >= _TWO_SLIPS else 1)
