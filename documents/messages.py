"""Messages of the code in the language that is spoken: what an error says, what an audit found.

The code says them in English, wherever it stands: so they are in logs, in JSON and in tests. Only where a
person reads one, it is looked up in `messages.toml`, by its words with `{}` where the values stand, and a
value that is a message itself is looked up as well. The file is read when Dutch is spoken, and not before;
a message that is not in it is shown as it is, which a test forbids (ADR 58).
"""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import NamedTuple

from application.language import spoken
from rulebook import DEADLINES

_PLACE = "{}"
_BETWEEN = "; "
_AROUND = "around"


class _Message(NamedTuple):
    pattern: re.Pattern[str]
    dutch: str


def told(message: str) -> str:
    """The message in the language that is spoken."""
    return message if spoken() == "en" else _in_dutch(message)


def _in_dutch(message: str) -> str:
    words = message.strip()
    whole = _translated(words)
    # An error of several faults joins their messages; each of them has an entry of its own.
    if whole is None and _BETWEEN in words:
        whole = _BETWEEN.join(map(_in_dutch, words.split(_BETWEEN)))
    return message if whole is None else message.replace(words, whole)


def _translated(message: str) -> str | None:
    """The Dutch sentence of a message with its values in place; None when no entry fits the message."""
    for entry in _messages():
        values = entry.pattern.fullmatch(message)
        if values:
            return entry.dutch.format(*map(_in_dutch, values.groups()))
    return None


@cache
def _messages() -> tuple[_Message, ...]:
    """Messages that enclose another one, then the rest, those with the most words of their own first.

    So a value in a message is never taken for a piece of a message that says less.
    """
    text = Path(__file__).with_name("messages.toml").read_text("utf-8")
    parts: dict[str, dict[str, str]] = tomllib.loads(text)
    around = parts.pop(_AROUND)
    pairs = [pair for part in parts.values() for pair in part.items()]
    pairs += [(duty.title, duty.title_nl) for duty in DEADLINES.values()]
    pairs.sort(key=lambda pair: -len(pair[0].replace(_PLACE, "")))
    ordered = [*around.items(), *pairs]
    return tuple(_Message(_pattern(english), dutch) for english, dutch in ordered)


def _pattern(english: str) -> re.Pattern[str]:
    parts = (part.replace("{{", "{").replace("}}", "}") for part in english.split(_PLACE))
    return re.compile("(.*?)".join(map(re.escape, parts)), re.DOTALL)
