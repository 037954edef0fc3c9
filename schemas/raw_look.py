"""Whether bytes that were not parsed need a closer look for secrecy: most do not, however many they are."""

import re
from collections.abc import Collection, Iterable
from typing import Final

from schemas.quick_look import SMALL, tree_of
from schemas.secret_articles import LOOK

_PIECE: Final = 2_048
_LONGEST_ARTICLE: Final = 32
# Control characters stand in no text, but a slip or two: with more it is UTF-16, or what a program made.
_CONTROL: Final = bytes(code for code in range(1, 32) if code not in b"\t\n\v\f\r")
_IS_CONTROL: Final = re.compile(b"[" + re.escape(_CONTROL) + b"]")
_MOST_SLIPS: Final = 3
_LEAST_BESIDE_NUMBERS: Final = 4
_BETWEEN: Final = bytes(code for code in range(256) if not chr(code).isalnum() or code > 127)


class RawLook:
    """Looks for marks in bytes, a piece at a time: what it holds does not grow with them.

    `words`: what hints wherever its letters follow each other, whatever stands between them; `whole`: what
    does as a word by itself, with a hyphen for what parts it.
    """

    def __init__(self, words: Collection[str], whole: Collection[str]) -> None:
        tree = tree_of({word.encode() for word in words})
        self._marks = re.compile(tree + b"|" + LOOK.encode())
        self._overlap = max(_LONGEST_ARTICLE, *map(len, words))
        spelled = (re.escape(word).replace("\\-", "[^a-z0-9]++") for word in sorted(whole))
        self._whole = re.compile(by_themselves(spelled).pattern.encode(), re.IGNORECASE)

    def is_due(self, body: bytes) -> bool:
        """Whether to look closely: something hints, or is written in another way than plain ASCII."""
        if not body.isascii() or b"\\" in body or b"\0" in body:
            return True
        if _IS_CONTROL.search(body) is not None:
            return True
        return self._whole.search(body) is not None or self._is_marked(body)

    def _is_marked(self, body: bytes) -> bool:
        before = b""
        for start in range(0, len(body), _PIECE):
            letters = before + body[start : start + _PIECE].translate(SMALL, _BETWEEN)
            if self._marks.search(letters):
                return True
            before = letters[-self._overlap :]
        return False


def by_themselves(words: Iterable[str]) -> re.Pattern[str]:
    """A pattern for any of the words that stands by itself; for nothing where there is none.

    A number may touch one, as in `bevel12`. Ids made by chance hold a short one sooner: before that none
    may stand, and behind it a few digits only, as in `tap7`.
    """
    short: list[str] = []
    long: list[str] = []
    for word in words:
        (short if len(word) < _LEAST_BESIDE_NUMBERS else long).append(word)
    patterns = [
        f"(?<![{before}])(?:{'|'.join(group)})(?={behind})"
        for before, behind, group in (
            ("a-z0-9", "[0-9]{0,4}(?![a-z0-9])", short),
            ("a-z", "(?![a-z])", long),
        )
        if group
    ]
    return re.compile("|".join(patterns) or "(?!)")


def is_text(body: bytes) -> bool:
    """Whether bytes are a text in UTF-8, but for a slip or two; its NUL bytes apart, which show nothing.

    Other bytes may be a text in another encoding, which no reader of the ledger decodes.
    """
    visible = body.replace(b"\0", b"")
    slips = len(visible) - len(visible.translate(None, _CONTROL))
    if not visible.isascii():
        decoded = visible.decode(errors="ignore").encode()
        slips += len(visible) - len(decoded)
    return slips <= _MOST_SLIPS
