"""Whether a message of the right shape needs a closer look for secrecy: most do not."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from typing import Any, Final, NamedTuple, get_args

from schemas.formats import is_uuid
from schemas.references import Kind
from schemas.spelling import plain
from schemas.strings import TC_STRING, spelled_out, told_in
from schemas.tc_string import is_tc_string

# Members whose lists and objects the contract enumerates, or that are looked through apart.
_APART: Final = frozenset({"categories", "fields", "personal"})
# Of links the usual ones are UUIDs, whose digits and letters up to f spell nothing.
_LINKS: Final = ("correlationid", "causationid")
# Attributes that are looked at apart, or whose form leaves no room for words. What else is said is looked at.
_APART_ATTRIBUTES: Final = frozenset(
    {
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "time",
        "data",
        "sequence",
        "datacontenttype",
    }
    | {"traceparent", *_LINKS}
)
# A text in which another one may stand, in the escapes of URLs, pages or JSON.
_ENCODED: Final = re.compile(r"[%&\\{\[]")
_USUAL_CONTENT: Final = frozenset({None, "application/json"})
_IS_TIME: Final = re.compile(r"[0-9TtZz:.+-]{1,40}").fullmatch
_SUBJECTS: Final = frozenset(get_args(Kind))
_UUID: Final = 36
SMALL: Final = bytes(range(256)).lower()
"""A table for `bytes.translate`: capitals of ASCII become small letters."""
_KEPT: Final = frozenset(b"\n0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_BETWEEN: Final = bytes(set(range(256)) - _KEPT)
_LOOKS: Final = {
    b"o": b"[o0]",
    b"i": b"[il1]",
    b"l": b"[il1]",
    b"e": b"[e3]",
    b"a": b"[a4]",
    b"s": b"[s5]",
}
# The same the other way round: texts in which all that look alike are one letter are searched twice as fast.
_ALIKE: Final = bytes.maketrans(b"01345l", b"oieasi")
_ALIKE_DIGITS: Final = frozenset("01345")
# Facts that had no mark are kept to be known again; when there are so many, they are learnt anew.
_REMEMBERED: Final = 4_096
_LONGEST_REMEMBERED: Final = 64


class Marks(NamedTuple):
    """What texts show that are to be looked at closely, once only their letters and digits are left.

    `parts`: words that hint anywhere; a `pattern` of what else does. `whole`: words that hint by themselves
    only; `stand` says whether one does in some texts. `long`: words that hint spread over facts.
    """

    parts: Set[str] = frozenset()
    pattern: str = "(?!)"
    whole: Set[str] = frozenset()
    stand: Callable[[Sequence[str]], bool] = bool
    long: Set[str] = frozenset()


class QuickLook:
    """Looks for marks in the letters of all texts together; short facts that had none are remembered.

    `due`: kinds of recipient that always are to be looked at closely.
    """

    def __init__(self, marks: Marks, due: frozenset[str]) -> None:
        pattern = marks.pattern.encode()
        self._numbered, self._words = _patterns(marks.parts | marks.whole, pattern)
        # The same without whole words, whose letters mostly belong to two others: asked where one was found.
        self._sure_numbered, self._sure_words = _patterns(marks.parts, pattern)
        self._stand = marks.stand
        self._long = _any_of(_tree_of_letters(marks.long))
        self._due = due
        self._harmless: set[str] = set()

    def is_due(self, message: dict[str, Any]) -> bool:
        """Whether to look closely at a message of the right shape."""
        data: dict[str, Any] = message["data"]
        if data.get("recipient_kind") in self._due:
            return True
        facts = self._fresh_facts(data)
        texts = _names(message)
        source = message["source"]
        if source not in self._harmless:
            facts.append(source)
        personal = data.get("personal")
        if personal:
            texts += _values(personal)
        if self._is_marked(facts + texts) or self._is_split(data):
            return True
        self._remember(facts)
        return False

    def hints_in(self, texts: list[str], personal: dict[str, Any], facts: dict[str, Any]) -> bool:
        """The same of what varies in a message, where all else of it was found harmless.

        `texts`: what varies beside personal values. `facts`: all, where some of them vary.
        """
        if personal:
            texts += _values(personal)
        return (bool(texts) and self._is_marked(texts)) or (bool(facts) and self._is_split(facts))

    def _fresh_facts(self, data: dict[str, Any]) -> list[str]:
        harmless = self._harmless
        fresh: list[str] = []
        for name, value in data.items():
            if type(value) is str:
                if value not in harmless and not _says_no_word(name, value):
                    fresh.append(value)
            elif name not in _APART and (type(value) is list or type(value) is dict):
                fresh += [text for text in told_in(value).but(()) if text not in harmless]
        return fresh

    def _remember(self, facts: list[str]) -> None:
        if len(self._harmless) >= _REMEMBERED:
            self._harmless.clear()
        self._harmless.update(text for text in facts if len(text) <= _LONGEST_REMEMBERED)

    def _is_marked(self, texts: list[str]) -> bool:
        joined = "\n".join(texts)
        if not joined.isascii() or _ENCODED.search(joined):
            return True
        letters = joined.encode().translate(SMALL, _BETWEEN)
        alike = letters.translate(_ALIKE)
        if self._numbered.search(letters) is None and self._words.search(alike) is None:
            return False
        return (
            self._sure_numbered.search(letters) is not None
            or self._sure_words.search(alike) is not None
            or self._stand(texts)
        )

    def _is_split(self, data: dict[str, Any]) -> bool:
        letters = spelled_out(data).encode(errors="replace").translate(SMALL, _BETWEEN)
        return self._long.search(letters.translate(_ALIKE)) is not None


def _names(message: dict[str, Any]) -> list[str]:
    """What names an event, its subject and other events, unless it holds no word: a UUID, a number."""
    names: list[Any] = [] if is_uuid(message["id"]) else [message["id"]]
    names += [message[link] for link in _LINKS if _is_worded(message.get(link))]
    subject = message["subject"]
    kind, _, number = subject.partition("/")
    if kind not in _SUBJECTS or not number.isdecimal():
        names.append(subject)
    if not _IS_TIME(message["time"]):
        names.append(message["time"])
    content = message.get("datacontenttype")
    if content not in _USUAL_CONTENT:
        names.append(content)
    if not message.keys() <= _APART_ATTRIBUTES:
        names += [str(message[name]) for name in message.keys() - _APART_ATTRIBUTES]
    return names


def _is_worded(link: str | None) -> bool:
    return link is not None and is_uuid(link) is None


def _says_no_word(name: str, value: str) -> bool:
    """Whether a text is a UUID, or a string of consents, which holds none of ours."""
    return (len(value) == _UUID and is_uuid(value) is not None) or (
        name == TC_STRING and is_tc_string(value)
    )


def _values(personal: dict[str, Any]) -> list[str]:
    """The personal values that are texts, each on one line.

    The closer look reads them in small letters of ASCII and in no other way: an accent alone needs none.
    """
    texts: list[str] = []
    for value in personal.values():
        if value.__class__ is str:
            texts.append(value)
        elif value.__class__ is list:
            texts += [text for text in value if text.__class__ is str]
    if not "".join(texts).isascii():
        return [plain(text) for text in texts]
    return [text.replace("\n", " ") if "\n" in text else text for text in texts]


def _bytes_of(words: Iterable[str]) -> set[bytes]:
    return {word.encode() for word in words}


def _any_of(*patterns: bytes) -> re.Pattern[bytes]:
    return re.compile(b"|".join(patterns))


def _patterns(words: Set[str], pattern: bytes) -> tuple[re.Pattern[bytes], re.Pattern[bytes]]:
    """For letters and digits: words with a digit that looks like a letter; for letters alone: all others."""
    numbered = {word for word in words if not _ALIKE_DIGITS.isdisjoint(word)}
    return (
        _any_of(tree_of(_bytes_of(numbered)), pattern),
        _any_of(_tree_of_letters(words - numbered)),
    )


def _tree_of_letters(words: Iterable[str]) -> bytes:
    """A pattern for any of the words in texts in which all that look alike are one letter."""
    return tree_of({word.translate(_ALIKE) for word in _bytes_of(words)}, {})


def tree_of(words: Collection[bytes], looks: Mapping[bytes, bytes] = _LOOKS) -> bytes:
    """A pattern for any of the words that shares their beginnings: it is searched four times as fast.

    A digit that looks like a letter stands for it, as in `p0lice`: `looks`.
    """
    if not words:
        return b"(?!)"
    if b"" in words:
        return b""
    ends: dict[bytes, set[bytes]] = {}
    for word in words:
        ends.setdefault(word[:1], set()).add(word[1:])
    branches = [
        looks.get(first, first) + tree_of(rest, looks) for first, rest in sorted(ends.items())
    ]
    return branches[0] if len(branches) == 1 else b"(?:" + b"|".join(branches) + b")"
