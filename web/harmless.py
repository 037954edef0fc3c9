"""Values of other people in a page: nothing in them changes what stands beside them.

Escaping is Jinja's. What is left are characters that reorder, hide or overprint text.
"""

import unicodedata

from documents.text import shown

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_MARKS = 4
"""The most marks on one character that a written language has, with one to spare."""
_FIRST_STRONG_ISOLATE, _POP_ISOLATE = "\N{FIRST STRONG ISOLATE}", "\N{POP DIRECTIONAL ISOLATE}"

LONG = 200
"""Characters from which on a text of somebody else is long: a sentence shows its beginning only."""


def shortened(text: str) -> str:
    """The beginning of a text that is long."""
    return text if len(text) <= LONG else f"{text[:LONG]}…"


def harmless(text: str) -> str:
    """The text without characters that command; isolated when it is written from right to left.

    Isolates are characters and not `<bdi>`, so that the same text may stand in an attribute and in a title.
    """
    if text.isascii() and text.isprintable():
        return text
    lines = text.replace("\r\n", "\n").split("\n")
    plain = "\n".join(_low(shown(line)) for line in lines)
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in plain):
        return f"{_FIRST_STRONG_ISOLATE}{plain}{_POP_ISOLATE}"
    return plain


def _low(text: str) -> str:
    """The text without towers: no character carries more marks than a language needs."""
    if not any(map(unicodedata.combining, text)):
        return text
    kept: list[str] = []
    height = 0
    for character in text:
        height = height + 1 if unicodedata.combining(character) else 0
        if height <= _MARKS:
            kept.append(character)
    return "".join(kept)
