"""Whether a message of the right shape needs a closer look for secrecy: most do not."""

import re
from collections.abc import Collection, Iterable
from typing import Any, Final

from schemas.strings import FREE_TEXTS, said_in

__all__ = ["SMALL", "QuickLook", "tree_of"]

# Attributes and members whose values the contract enumerates, or that hold no words.
_PLAIN: Final = frozenset(
    {"specversion", "type", "time", "datacontenttype", "id", "source", "subject", "data"}
)
_ENUMERATED: Final = frozenset(
    {"categories", "fields", "legal_basis", "recipient_kind", "personal"}
)
_UUID: Final = 36
_HEXADECIMAL: Final = "0123456789abcdefABCDEF-"
_USUAL_ATTRIBUTES: Final = 8
SMALL: Final = bytes(range(256)).lower()
"""A table for `bytes.translate`: capitals of ASCII become small letters."""
_KEPT: Final = frozenset(b"\n0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_BETWEEN: Final = bytes(set(range(256)) - _KEPT)
# What comes again and again: words, and short codes. A reference has digits and is seldom seen twice.
_AGAIN: Final = re.compile(r"[A-Za-z._:/-]{1,48}(?:[0-9]{1,4}[._:/-]?){0,3}|.{1,8}")
_REMEMBERED: Final = 4096


class QuickLook:
    """Looks for marks in the letters of all texts together; short codes that had none are remembered.

    `words`, `pattern`: what every text shows that is to be looked at closely, once only its letters and
    digits are left. `due`: kinds of recipient that always are.
    """

    def __init__(self, words: Iterable[str], pattern: str, due: frozenset[str]) -> None:
        tree = tree_of({word.encode() for word in words})
        self._marks = re.compile(tree + b"|" + pattern.encode())
        self._due = due
        self._harmless: set[str] = set()

    def is_due(self, message: dict[str, Any]) -> bool:
        """Whether to look closely at a message of the right shape."""
        data: dict[str, Any] = message["data"]
        kind = data.get("recipient_kind")
        if kind is not None and kind in self._due:
            return True
        if "ground" in data and not data["ground"].replace("-", "").isalpha():
            return True
        fresh = _names(message)
        texts = [value for name, value in data.items() if name not in _ENUMERATED]
        texts.append(message["source"])
        if len(message) > _USUAL_ATTRIBUTES:
            texts += [text for name, text in message.items() if name not in _PLAIN]
        harmless = self._harmless
        fresh += [text for text in texts if type(text) is str and text not in harmless]
        for value in texts:
            if type(value) is list or type(value) is dict:
                fresh += [one.raw for one in said_in(value) if one.raw not in harmless]
        if "personal" in data:
            fresh += _prose(data["personal"])
        return bool(fresh) and self._is_marked(fresh)

    def _is_marked(self, fresh: list[str]) -> bool:
        joined = "\n".join(fresh)
        if not joined.isascii():
            return True
        letters = joined.encode().translate(SMALL, _BETWEEN)
        if self._marks.search(letters):
            return True
        if len(self._harmless) < _REMEMBERED:
            self._harmless.update(text for text in fresh if _AGAIN.fullmatch(text))
        return False


def _names(message: dict[str, Any]) -> list[str]:
    """Name and subject of an event, unless they hold no word: a UUID, a number."""
    id, subject = message["id"], message["subject"]
    found = [] if len(id) == _UUID and not id.strip(_HEXADECIMAL) else [id]
    if not subject.partition("/")[2].isdecimal():
        found.append(subject)
    return found


def _prose(personal: dict[str, Any]) -> list[str]:
    return [str(personal[field]) for field in FREE_TEXTS if field in personal]


def tree_of(words: Collection[bytes]) -> bytes:
    """A pattern for any of the words that shares their beginnings: it is searched four times as fast."""
    if b"" in words:
        return b""
    ends: dict[bytes, set[bytes]] = {}
    for word in words:
        ends.setdefault(word[:1], set()).add(word[1:])
    branches = [first + tree_of(rest) for first, rest in sorted(ends.items())]
    return branches[0] if len(branches) == 1 else b"(?:" + b"|".join(branches) + b")"
