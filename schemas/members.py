"""Members of an event's data as people fill them in: the meaning of each, its values, whether it is needed.

Read from the structs of the catalogue; the words are data (`members.toml`). Pure.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, TypeAlias

from msgspec import Struct, UnsetType, convert, inspect

from schemas import formats
from schemas.facts import Facts
from schemas.shapes import shape_of
from schemas.texts import LANGUAGES, Language, field_name

Kind: TypeAlias = Literal[
    "choice",
    "code",
    "country",
    "day",
    "hash",
    "id",
    "instant",
    "json",
    "list",
    "map",
    "number",
    "object",
    "reference",
    "source",
    "text",
    "value",
    "yes-no",
]
"""The kinds of a member's value. `json`: one that no line of text can say. `value`: of a personal field."""

PERSONAL = "personal"

_TEXTS: Mapping[str, Kind] = {
    formats.CODE: "code",
    formats.ID: "id",
    formats.SOURCE: "source",
    formats.COUNTRY: "country",
    formats.SHA256: "hash",
    formats.EMPLOYEE: "reference",
    formats.CUSTOMER: "reference",
}


class Shape(Struct, frozen=True):
    """The shape of a value. `choices`: of a choice, or of the keys of a map.

    `item`: of a list, or of a map's values. `pattern`: of a text, for `re.search`; empty where any text will
    do.
    """

    kind: Kind
    choices: tuple[str, ...] = ()
    item: "Shape | None" = None
    members: tuple["Member", ...] = ()
    pattern: str = ""

    def of_member(self, name: str) -> "Shape | None":
        """The shape of a member of an object; None for an unknown one."""
        return next((member.shape for member in self.members if member.name == name), None)


class Member(Struct, frozen=True):
    """One member by name. `is_personal`: its values are sealed, and never shown."""

    name: str
    required: bool
    shape: Shape
    is_personal: bool

    def means(self, language: Language) -> str:
        """Its meaning in a language."""
        if self.is_personal and self.name != PERSONAL:
            return field_name(self.name, language)
        return words()[self.name][language]


@cache
def words() -> Mapping[str, Mapping[Language, str]]:
    """Every member in words: name -> language -> its meaning."""
    content = files("schemas").joinpath("members.toml").read_text("utf-8")
    names = convert(tomllib.loads(content), dict[str, dict[Language, str]])
    assert all(set(of) == set(LANGUAGES) for of in names.values())
    return names


@cache
def members_of(data: type[Facts]) -> tuple[Member, ...]:
    """The members of a type's data: those that must be there first, each part in the order of the struct.

    Its own facts come before what all types have in common.
    """
    members = list(_members(shape_of(data)))
    common = set(Facts.__struct_fields__) | {PERSONAL}
    return tuple(
        sorted(
            members,
            key=lambda member: (not member.required, member.name in common, members.index(member)),
        )
    )


def _members(info: inspect.StructType, *, personal: bool = False) -> Iterator[Member]:
    for field in info.fields:
        sealed = personal or field.encode_name == PERSONAL
        shape = _shape(field.type, personal=sealed)
        yield Member(field.encode_name, field.required, shape, sealed)


def _shape(info: inspect.Type, *, personal: bool) -> Shape:
    if isinstance(info, inspect.Metadata):
        marked = formats.INSTANT in (info.extra or {})
        return Shape("instant") if marked else _shape(info.type, personal=personal)
    if isinstance(info, inspect.UnionType):
        return _one_of(info, personal)
    if isinstance(info, inspect.StructType):
        return Shape("object", members=tuple(_members(info, personal=personal)))
    if isinstance(info, inspect.ListType):
        return Shape("list", item=_shape(info.item_type, personal=personal))
    if isinstance(info, inspect.DictType):
        keys = _shape(info.key_type, personal=False).choices
        return Shape("map", keys, _shape(info.value_type, personal=personal))
    return _plain(info)


def _one_of(info: inspect.UnionType, personal: bool) -> Shape:
    """A member that may be left out is what else it may be; of several the reader must say it in JSON."""
    types = [type for type in info.types if not _is_unset(type)]
    if len(types) == 1:
        return _shape(types[0], personal=personal)
    return Shape("value" if personal else "json")


def _is_unset(info: inspect.Type) -> bool:
    return isinstance(info, inspect.CustomType) and info.cls is UnsetType


def _plain(info: inspect.Type) -> Shape:
    if isinstance(info, inspect.LiteralType):
        return Shape("choice", tuple(str(value) for value in info.values))
    if isinstance(info, inspect.BoolType):
        return Shape("yes-no")
    if isinstance(info, inspect.IntType):
        return Shape("number")
    if isinstance(info, inspect.DateType):
        return Shape("day")
    pattern: str = getattr(info, "pattern", None) or ""
    return Shape(_TEXTS.get(pattern, "text"), pattern=pattern)
