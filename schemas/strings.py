"""Every name and text of a JSON value, at any depth, with the member that it belongs to."""

import re
from base64 import b64decode
from typing import Any, Final, NamedTuple

from schemas.catalogue import EVENT_TYPES
from schemas.spelling import plain
from schemas.tc_string import is_tc_string

__all__ = ["FREE_TEXTS", "TC_STRING", "Said", "said_in", "unescaped"]

TC_STRING: Final = "tc_string"
"""A member whose text is bits, once it is a TC string: letters in it spell nothing."""
FREE_TEXTS: Final = frozenset({"remark", "letter_text", "ticket_text"})
"""Personal fields of free text: prose, in which a word says little."""
_PERSONAL: Final = "personal"
_INHERITED: Final = frozenset({"provision", "ground"})
_ESCAPE: Final = re.compile(r"(?<!\\)\\++u([0-9a-fA-F]{4})")
# White space as JSON writes it, in a text within a text too: however many backslashes stand before it.
_WHITE: Final = re.compile(r"(?<!\\)\\++[bfnrt]")
_MOST_ESCAPES: Final = 4
_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")


class Said(NamedTuple):
    """A text. `raw`: as it was sent; `text`: as it is read (`schemas.spelling`). `member`: its name.

    `prose`: free text about a person. `foreign`: it holds more than ASCII.
    """

    raw: str
    text: str
    member: str
    prose: bool = False

    @property
    def foreign(self) -> bool:
        """Whether it is no code of the contract."""
        return not self.raw.isascii()


def said_in(message: Any) -> list[Said]:
    """All that is said, names of members included; of personal values the free texts only.

    Each value is looked at once, without recursion, whatever its depth; what is said again is left out.
    """
    found: list[Said] = []
    names: set[str] = set()
    texts: set[tuple[str, str]] = set()
    waiting: list[tuple[str, Any]] = [("", message)]
    while waiting:
        member, value = waiting.pop()
        if isinstance(value, str):
            if (member, value) not in texts:
                texts.add((member, value))
                found.append(_said(value, member))
        elif isinstance(value, dict):
            found += [Said(name, plain(name), "") for name in value if name not in names]
            names.update(value)
            waiting += [one for item in value.items() for one in _below(member, *item)]
        elif isinstance(value, list):
            waiting += [(member, one) for one in value]
    return found


def _below(member: str, name: str, value: Any) -> list[tuple[str, Any]]:
    """What is looked at of a member: of personal values their names and the free texts."""
    if name == _PERSONAL and isinstance(value, dict):
        return [("", field) for field in value] + [(f, value[f]) for f in FREE_TEXTS & value.keys()]
    if name == "type" and isinstance(value, str) and value in EVENT_TYPES:
        return []
    if name == TC_STRING and isinstance(value, str) and is_tc_string(value):
        return []
    return [(member if member in _INHERITED else name, value)]


def _said(value: str, member: str) -> Said:
    if member == "data_base64":
        value = _decoded(value)
    return Said(value, plain(value), member, member in FREE_TEXTS)


def _decoded(value: str) -> str:
    """The text that base64 stands for; itself where it stands for none."""
    try:
        return unescaped(b64decode(value))
    except ValueError:
        return value


def unescaped(body: bytes) -> str:
    """Bytes as text, with the escapes of JSON read; what is no UTF-8 is passed over, as are NUL bytes.

    Where white space is escaped, the text stands twice: as it is, and with a space for it.
    """
    text = body.replace(b"\0", b"").decode(errors="replace")
    if "\\" not in text:
        return text
    if _WHITE.search(text):
        text = f"{text} {_WHITE.sub(' ', text)}"
    for _ in range(_MOST_ESCAPES):
        if not _ESCAPE.search(text):
            break
        text = _ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)
    if _PAIR.search(text):  # a character beyond U+FFFF is escaped as two halves
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
