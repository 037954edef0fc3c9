"""Words that hint at an investigation: which of them a text holds, and when they tell of a single case.

In a fact each of them hints. In a name of the register, and in what is said about a person, most of them
say little: there a word of a single case does, or two of them that make one together.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from itertools import chain
from typing import Final

from msgspec import Struct

from schemas.quick_look import tree_of
from schemas.raw_look import by_themselves
from schemas.spelling import looks, parts, run


class HintWord(Struct, frozen=True):
    """A word that hints at an investigation, in small letters.

    `whole`: it counts as a word by itself only, such as `tap`; else as a part of a longer one too, whatever
    stands between its letters. `unless`: longer words that hold it and are ordinary. `common`: tax
    offices and supervisory authorities say it of themselves, so that a provision for them clears it.
    `party`: it says who investigates, not what they do. `case`: it is said of a single case only.
    """

    word: str
    whole: bool = False
    unless: tuple[str, ...] = ()
    common: bool = False
    party: bool = False
    case: bool = False


# So few letters stand beside each other by chance, where one member ends and the next one begins.
_LEAST_SPLIT: Final = 6
# The number of a case; 112 is the one of the emergency services.
_NUMBER: Final = re.compile(r"(?<![0-9])(?!112(?![0-9]))[0-9]")
_LONG_NUMBER: Final = re.compile(r"(?<![0-9])(?!112(?![0-9]))[0-9]{2}")


class Hints:
    """Looks for the words in texts, one a line: give what `schemas.spelling.lines` makes of them."""

    def __init__(self, words: Collection[HintWord]) -> None:
        self._whole = {word.word: word for word in words if word.whole}
        self._part = {looks(run(word.word)): word for word in words if not word.whole}
        ordinary = set(chain.from_iterable(word.unless for word in words))
        self._ordinary = _any_of(map(_beginning, ordinary))
        self._ordinary_run = _any_of(re.escape(looks(run(longer))) for longer in ordinary)
        self._by_itself = by_themselves(map(re.escape, self._whole))
        self._within = _within(self._part)
        self.long: Final = frozenset(word for word in self._part if len(word) >= _LEAST_SPLIT)
        """Letters of the words that are looked for across members."""

    def found(self, text: str) -> set[HintWord]:
        """The words that texts hold."""
        rest = self._ordinary.sub("\n", parts(text))
        whole_words = {self._whole[word] for word in self._by_itself.findall(rest)}
        return whole_words | self._in_letters(looks(run(rest)))

    def stand_in(self, text: str) -> bool:
        """Whether a text holds a word that counts by itself only."""
        return self._by_itself.search(self._ordinary.sub("\n", parts(text))) is not None

    def split(self, letters: str) -> set[HintWord]:
        """The long words in the letters of a whole message, where members end between them."""
        words = self._in_letters(self._ordinary_run.sub("\n", looks(letters)))
        return {word for word in words if looks(run(word.word)) in self.long}

    def _in_letters(self, letters: str) -> set[HintWord]:
        """The words in letters without separators, once the longer ordinary words were taken out."""
        return {self._part[word] for word in self._within.findall(letters)}

    def are_of_a_case(self, names: str) -> bool:
        """Whether a name of the register is one of a case: by its word, or a number beside any word."""
        return any(
            _is_case(words) or _is_numbered(line, words) for line, words in self._lines(names)
        )

    def tell_of_a_case(self, prose: str, values: str) -> bool:
        """Whether personal values are about a case: by its word, or in free text by who does what."""
        return _is_case(self.found(values)) or any(
            _is_case(words) or _is_act(words) for _, words in self._lines(prose)
        )

    def _lines(self, text: str) -> Iterator[tuple[str, set[HintWord]]]:
        """The lines that hold a word, with their words."""
        if self.found(text):
            for line in text.split("\n"):
                words = self.found(line)
                if words:
                    yield line, words


def _is_case(words: set[HintWord]) -> bool:
    return any(word.case for word in words)


def _is_numbered(line: str, words: set[HintWord]) -> bool:
    """Whether a number stands beside them. Who investigates may have a unit 7; what they do has no number."""
    number = _LONG_NUMBER if all(word.party for word in words) else _NUMBER
    return number.search(line) is not None


def _is_act(words: set[HintWord]) -> bool:
    """Whether they say who investigates and what they do."""
    return len({word.party for word in words}) > 1


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of them; for nothing where there is none."""
    return re.compile("|".join(sorted(patterns)) or "(?!)")


def _beginning(longer: str) -> str:
    """Of two words the first one begins there: `default-investigation` is no `fault-investigation`."""
    return ("(?<![a-z])" if "-" in longer else "") + re.escape(longer)


def _within(parts: Iterable[str]) -> re.Pattern[str]:
    """Any of the words that stand within longer ones, as one tree of their letters."""
    letters = {part.encode() for part in parts}
    return _any_of([tree_of(letters).decode()] if letters else [])
