"""The Commission's XML for its forms, read by the names that are known of it.

Not all names are known, so this reader says two things: what it read, and in which sections the document
holds more. A field whose name is not known is never said to be missing. A box with another value is refused.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

from msgspec import Struct, convert

from documents.order_forms.catalogue import CATEGORIES, FORMS
from documents.order_forms.filled import Filled, Part, gathered
from documents.order_forms.identifiers import OTHER
from documents.order_forms.problems import FormRefused, Problem
from documents.order_forms.safe_xml import Element

_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?\Z")
_SECTION = re.compile(r"Section([A-Z])(?:To([A-Z]))?\Z")


class _Path(Struct, frozen=True, forbid_unknown_fields=True):
    path: str
    letter: str
    field: str


class _Names(Struct, frozen=True, forbid_unknown_fields=True):
    """What `commission.toml` holds."""

    namespaces: tuple[str, ...]
    evidence: str
    forms: dict[str, str]
    words: dict[str, dict[str, str]]
    identifiers: dict[str, str]
    paths: dict[str, tuple[_Path, ...]]
    evidence_paths: dict[str, str]


_NAMES = convert(
    tomllib.loads(Path(__file__).with_name("commission.toml").read_text("utf-8")), _Names
)
_OPTIONS = {
    one.commission: one.id for many in CATEGORIES.values() for one in many if one.commission
}
_EVIDENCE_FIELDS = frozenset({*_NAMES.identifiers.values(), "from", "to", "category"})


def is_commission(root: Element) -> bool:
    """Whether a document is a form of the Commission."""
    return root.namespace in _NAMES.forms


def read_commission(root: Element) -> Filled:
    """The form that a document holds. Raises FormRefused for a form that is not read."""
    code = _NAMES.forms[root.namespace]
    if code not in _NAMES.paths:
        answers = FORMS[code].direction == "out"
        raise FormRefused([Problem("not-an-order" if answers else "form-not-read")])
    reading = _Reading(root, code)
    return Filled(code, tuple(reading.parts()), reading.readable(), reading.unread())


class _Reading:
    """One document, as it is read."""

    def __init__(self, root: Element, code: str) -> None:
        self._code = code
        self._known = {root.namespace, *_NAMES.namespaces}
        self._letters: dict[str, list[tuple[str, str]]] = {}
        self._evidence: list[list[tuple[str, str]]] = []
        self._more: set[str] = set()
        self._read(root)

    def readable(self) -> frozenset[str]:
        return _EVIDENCE_FIELDS | {path.field for path in _NAMES.paths[self._code]}

    def unread(self) -> tuple[str, ...]:
        return tuple(sorted(self._more))

    def parts(self) -> Iterator[Part]:
        """The sections in the order of the form."""
        for section in FORMS[self._code].sections:
            if section.block == "evidence":
                for pairs in self._evidence:
                    yield Part(section.letter, gathered(_identified(pairs)))
            elif section.letter in self._letters:
                yield Part(section.letter, gathered(self._letters[section.letter]))

    def _read(self, root: Element) -> None:
        waiting: list[tuple[Element, tuple[str, ...]]] = [(root, ())]
        while waiting:
            element, above = waiting.pop()
            path = (*above, element.name)
            if element.name == _NAMES.evidence:
                self._evidence.append([])
            if element.text or not element.children:
                self._take(element, path)
            waiting.extend((child, path) for child in reversed(element.children))

    def _take(self, element: Element, path: tuple[str, ...]) -> None:
        """The value of an element that has text or nothing in it."""
        if not element.text:
            return
        name = self._name(element, path)
        if name is None:
            self._more.add(self._letter(path))
        elif _NAMES.evidence in path:
            self._evidence[-1].append((name.field, element.text))
        else:
            pairs = self._letters.setdefault(name.letter, [])
            pairs.append((name.field, _value(name.field, element.text)))

    def _name(self, element: Element, path: tuple[str, ...]) -> _Path | None:
        """The field that stands at a place; None when it is not known."""
        if element.namespace not in self._known or element.children:
            return None
        if _NAMES.evidence in path:
            inside = path[path.index(_NAMES.evidence) + 1 :]
            for known, field in _NAMES.evidence_paths.items():
                if _encloses(tuple(known.split("/")), inside):
                    return _Path(known, "", field)
            return None
        wanted = _NAMES.paths[self._code]
        return next((one for one in wanted if _encloses(tuple(one.path.split("/")), path)), None)

    def _letter(self, path: tuple[str, ...]) -> str:
        """The section of the form in which a place lies; empty when it lies in none."""
        for name in path:
            match = _SECTION.match(name)
            letter = f"{match[1]}{match[2] or ''}" if match else ""
            found = (one for one in FORMS[self._code].by_letter if letter and letter in one)
            if match:
                return next(found, "")
        return ""


def _encloses(names: tuple[str, ...], path: tuple[str, ...]) -> bool:
    """Whether the names stand in a path in this order, and the last of them at its end."""
    if not path or names[-1] != path[-1]:
        return False
    above = iter(path[:-1])
    return all(name in above for name in names[:-1])


def _value(field: str, text: str) -> str:
    """A value as we write it: the word of a box, a day without its zone."""
    words = _NAMES.words.get(field)
    if words:
        return words.get(text, text)
    day = _DAY.match(text)
    return day[1] if day else text


def _identified(pairs: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The values of one identifier, each under its field."""
    kinds = [text for name, text in pairs if name == "type"]
    kind = _NAMES.identifiers.get(kinds[0], OTHER) if len(kinds) == 1 else OTHER
    for name, text in pairs:
        if name == "value":
            yield kind, text
        elif name == "category":
            yield name, _OPTIONS.get(text, text)
        elif name != "type":
            yield name, text
