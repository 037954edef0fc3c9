"""Values as texts for people, without characters that command a terminal."""

import unicodedata
from collections.abc import Mapping

from application.answer import Gone
from application.words import say

GONE = ("erased", "lost", "masked")
"""The words that take the place of a value that is not shown."""
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def shown(text: str) -> str:
    """The text without characters that move a cursor, change colours, or make it look like another one.

    Those are category C of Unicode: control, format, surrogate, private use, unassigned. In a pipe or a
    file they are left out as well, because a person may print it on a terminal later.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(_REPLACEMENT if commands(character) else character for character in text)


def commands(character: str) -> bool:
    """Whether a character can do more to a terminal than stand there."""
    return unicodedata.category(character)[0] == "C"


def clean(value: object) -> str:
    """A value as one line of text that a terminal shows as it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return say("value", "yes" if value else "no")
    if isinstance(value, Gone):
        return say("value", next(name for name in GONE if getattr(value, name) is True))
    if isinstance(value, dict):
        return _cleaned(value)
    if isinstance(value, list | tuple):
        return ", ".join(clean(item) for item in value)
    return shown(str(value))


def _cleaned(value: Mapping[object, object]) -> str:
    # In an answer as JSON, a value that is gone is an object: {"erased": true}.
    gone_words = [say("value", name) for name in GONE if value == {name: True}]
    if gone_words:
        return gone_words[0]
    return "; ".join(f"{clean(name)}: {clean(part)}" for name, part in value.items())
