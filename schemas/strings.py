"""Every name and text of a JSON value, at any depth, sorted by what it may say."""

import re
from base64 import b64decode
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

from schemas.catalogue import EVENT_TYPES
from schemas.personal import PERSONAL_FIELDS
from schemas.tc_string import is_tc_string

TC_STRING: Final = "tc_string"
"""A member whose text is bits, once it is a TC string: letters in it spell nothing."""
FREE_TEXTS: Final = frozenset(
    {"remark", "letter_text", "ticket_text", "fraud_signal", "credit_outcome", "visited_pages"}
)
"""Personal fields of free text: prose, in which a word says little."""
NAMING: Final = frozenset(
    {
        *("subject", "name", "kind", "role", "recipient_kinds", "purpose", "purposes", "owner"),
        *("security_measures", "agreement_ref"),
    }
)
"""Members in which upkeep of the register names its entries, and says what they are."""
SAYING_WHY: Final = frozenset(
    {
        *("ground", "reason", "outcome", "action", "decision", "forum", "rule", "necessity_reason"),
        *("role", "purpose", "purposes", "dataclassification", "dataregulation", "datacategory"),
    }
)
"""Members that say why something was done, by whom, and with what result."""
_PERSONAL, _ENCODED, _PROSE, _VALUE = "personal", "data_base64", "\0prose", "\0value"
# All that is nested below them belongs to them, under any name.
_INHERITED: Final = (SAYING_WHY - {"purposes"}) | {
    *("provision", "notice", "recipient_kind", _PROSE, _VALUE)
}
TYPES: Final = ("type", "Type", "ce_type", "ce-type")
"""Members in which an event says what it is, also within another message."""
_KEPT: Final = frozenset({*NAMING, *_INHERITED, *TYPES, "purposes", "channel", "disclosure_id"})
_BEGINS_JSON: Final = frozenset('{["')
_LEAST_JSON: Final = len('{"a":"b"}')
# Lists of names that the contract has.
_ENUMERATED: Final = frozenset({"categories", "fields"})
_ESCAPE: Final = re.compile(r"(?<!\\)\\++u([0-9a-fA-F]{4})")
# White space as JSON writes it, in a text within a text too: however many backslashes stand before it.
_WHITE: Final = re.compile(r"(?<!\\)\\++[bfnrt]")
_MOST_ESCAPES: Final = 4
_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_URL_SAFE: Final = str.maketrans("-_", "+/", " \t\r\n")
_decode: Final = msgspec.json.Decoder().decode


class MessageTexts(NamedTuple):
    """What a message says, each text once, as it was sent.

    `members`: member -> its texts, where it matters; all else stands under `""`, names of members too.
    `prose`: free texts about a person; `values`: other personal values. `types`: of the events in it.
    `readable`: nothing in it is encoded in a way that is not read here.
    """

    members: Mapping[str, Collection[str]]
    prose: Collection[str]
    values: Collection[str]
    types: Collection[Any]
    readable: bool

    def of(self, *members: str) -> list[str]:
        """The texts of some members."""
        return [text for member in members for text in self.members.get(member, ())]

    def but(self, members: Iterable[str]) -> list[str]:
        """All texts that are no personal values and stand in none of these members."""
        return [text for name in self.members.keys() - members for text in self.members[name]]


def told_in(message: Any) -> MessageTexts:
    """All that is said, names of members included.

    Each value is looked at once, without recursion, whatever its depth. A text that is JSON is looked
    through as well.
    """
    looked = _Collector({name: {} for name in ("", *_KEPT)}, [], [])
    level: list[_Item] = [("", message)]
    while level:
        level = _below(level, looked)
    texts = looked.texts
    return MessageTexts(
        texts, texts.pop(_PROSE), texts.pop(_VALUE), looked.types, all(looked.readable)
    )


_Item = tuple[str, Any]


class _Collector(NamedTuple):
    """What was found so far."""

    texts: dict[str, dict[str, None]]
    types: list[Any]
    readable: list[bool]


def _below(level: list[_Item], looked: _Collector) -> list[_Item]:
    """The values one level deeper, each with the member that it belongs to. No call for each of them."""
    deeper: list[_Item] = []
    texts, other_texts = looked.texts, looked.texts[""]
    for member, value in level:
        if value.__class__ is str:
            texts.get(member, other_texts)[value] = None
            if value[:1] in _BEGINS_JSON and len(value) >= _LEAST_JSON:
                deeper += _parsed(member, value)
        elif value.__class__ is dict:
            other_texts.update(dict.fromkeys(value))
            if member in _INHERITED:
                deeper += [(member, item) for item in value.values()]
            else:
                deeper += _members(value, looked)
        elif value.__class__ is list:
            deeper += [(member, item) for item in value]
    return deeper


def _members(value: dict[str, Any], looked: _Collector) -> list[_Item]:
    """The members of an object that is not looked through as a whole for one member."""
    items: list[_Item] = []
    if "specversion" in value:
        looked.types.append(value.get("type"))
    for name, below in value.items():
        if name == _PERSONAL and below.__class__ is dict:
            looked.texts[""].update(dict.fromkeys(below))
            items += [(_kind_of(field), item) for field, item in below.items()]
        elif name == _ENCODED:
            decoded = _decoded(below)
            looked.readable.append(decoded is not None)
            items += (("", below if decoded is None else decoded),)
        elif below.__class__ is not str or not _says_no_word(name, below):
            items += ((name, below),)
    return items


def _says_no_word(name: str, text: str) -> bool:
    """Whether a text is known and read elsewhere: the type of an event, a string of consents."""
    return (name == "type" and text in EVENT_TYPES) or (name == TC_STRING and is_tc_string(text))


def _kind_of(field: str) -> str:
    """The member that a personal value is sorted under; the value of an unknown field may be a fact."""
    if field in FREE_TEXTS:
        return _PROSE
    return _VALUE if field in PERSONAL_FIELDS else ""


def _parsed(member: str, text: str) -> list[tuple[str, Any]]:
    """The JSON value that a text holds; nothing where it holds none."""
    try:
        return [(member, _decode(text))]
    except (ValueError, RecursionError):
        return []


def _decoded(value: Any) -> str | None:
    """The text that base64 stands for; None where it is no base64 or no UTF-8."""
    if not isinstance(value, str):
        return None
    text = value.translate(_URL_SAFE).rstrip("=")
    try:
        return b64decode(text + "=" * (-len(text) % 4), validate=True).decode()
    except ValueError:
        return None


def spelled_out(facts: Mapping[str, Any]) -> str:
    """The texts of facts one behind the other: what is split over members is whole again."""
    texts: list[str] = []
    for name, value in facts.items():
        if value.__class__ is str:
            if name != TC_STRING or not is_tc_string(value):
                texts.append(value)
        elif value.__class__ is list and name not in _ENUMERATED:
            texts += [text for text in value if text.__class__ is str]
    return "".join(texts)


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
        text = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if _PAIR.search(text):  # a character beyond U+FFFF is escaped as two halves
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
