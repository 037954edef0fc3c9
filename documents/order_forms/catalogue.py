"""The forms, their sections and fields, and the categories of data that an order may name: the TOML here."""

import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Literal

from msgspec import Struct, convert

from schemas.texts import Language

Kind = Literal["text", "code", "id", "country", "day", "instant", "yes", "choice", "category"]
Group = Literal["subscriber", "identification", "traffic", "content"]


class Titled(Struct, frozen=True, kw_only=True):
    """Something with a name for people in both languages."""

    en: str
    nl: str

    def title(self, language: Language) -> str:
        """Its name in a language."""
        return self.nl if language == "nl" else self.en


class Field(Titled, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A field of a form. `many`: it may have several values. `personal`: they are about a person."""

    name: str
    kind: Kind
    required: bool = False
    many: bool = False
    personal: bool = False
    values: tuple[str, ...] = ()

    @property
    def choices(self) -> tuple[str, ...]:
        """The values that it may have; none: any that its kind allows."""
        return tuple(CATEGORIES) if self.kind == "category" else self.values


class Section(Titled, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A section of a form. `many`: it may stand there several times."""

    letter: str
    block: str
    many: bool = False
    optional: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """Its fields, in the order of the form."""
        return _BLOCKS[self.block]

    def field(self, name: str) -> Field | None:
        """The field of a name."""
        return next((field for field in self.fields if field.name == name), None)


class Form(Titled, frozen=True, kw_only=True, dict=True, forbid_unknown_fields=True):
    """A form. `annex` of Regulation (EU) 2023/1543; empty: it is none of those.

    `direction`: `in` from an authority to us, `out` back.
    """

    code: str
    annex: str
    direction: Literal["in", "out"]
    sections: tuple[Section, ...]

    @cached_property
    def by_letter(self) -> dict[str, Section]:
        """Its sections by their letters."""
        return {section.letter: section for section in self.sections}

    def section_with(self, block: str) -> Section | None:
        """The section that has a block of fields."""
        return next((section for section in self.sections if section.block == block), None)


class Category(Titled, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A category of data, and the personal fields that the ledger has of it."""

    id: str
    group: Group
    fields: tuple[str, ...]
    commission: str | None = None
    ts_103_120: str | None = None


class _Block(Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    fields: tuple[Field, ...]


def _table(file: str) -> dict[str, object]:
    return tomllib.loads(Path(__file__).with_name(file).read_text("utf-8"))


_TABLE = _table("forms.toml")
_BLOCKS = {block.id: block.fields for block in convert(_TABLE["block"], list[_Block])}
FORMS = {form.code: form for form in convert(_TABLE["form"], list[Form])}
"""Every form by its code."""

_KNOWN = convert(_table("categories.toml")["category"], tuple[Category, ...])
GROUPS: tuple[Group, ...] = ("subscriber", "identification", "traffic", "content")
CATEGORIES: dict[str, tuple[Category, ...]] = {
    **{group: tuple(one for one in _KNOWN if one.group == group) for group in GROUPS},
    **{one.id: (one,) for one in _KNOWN},
}
"""What an order may name as a category: a group, or one of its categories."""


def fields_of(named: Iterator[str] | tuple[str, ...]) -> tuple[str, ...]:
    """The personal fields of categories, each once, in the order in which they are named."""
    return tuple(
        dict.fromkeys(field for name in named for one in CATEGORIES[name] for field in one.fields)
    )


def groups_of(named: tuple[str, ...]) -> set[Group]:
    """The groups of categories."""
    return {one.group for name in named for one in CATEGORIES.get(name, ())}
