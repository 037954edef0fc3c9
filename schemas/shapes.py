"""The members of the structs of the catalogue, read from their types once.

Answers two questions about a struct: which members are texts of a certain mark, and where a raw value holds a
member that the struct does not know.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from functools import cache, partial
from typing import Any

from msgspec import Struct, inspect


@cache
def shape_of(data: type[Struct]) -> inspect.StructType:
    """The struct's type as `msgspec.inspect` sees it."""
    info = inspect.type_info(data)
    assert isinstance(info, inspect.StructType)
    return info


def members_marked(data: type[Struct], mark: str) -> tuple[str, ...]:
    """The members of a struct that are, or contain, a text whose type carries `mark`."""
    return tuple(field.encode_name for field in shape_of(data).fields if _carries(field.type, mark))


def names_marked(data: type[Struct], mark: str) -> tuple[tuple[str, frozenset[str]], ...]:
    """The members of `members_marked`, each with the names of the texts below it, at any depth, that carry
    `mark`.
    """
    return tuple(
        (field.encode_name, frozenset(_marked_below(field.type, mark)))
        for field in shape_of(data).fields
        if _carries(field.type, mark)
    )


def plain_texts(data: type[Struct]) -> Mapping[str, str]:
    """The members that are one text and nothing else, with the pattern of each that has one."""
    texts = ((field.encode_name, _text_in(field.type)) for field in shape_of(data).fields)
    return {name: text.pattern for name, text in texts if text is not None and text.pattern}


def _text_in(info: inspect.Type) -> inspect.StrType | None:
    """The text that a type is, where it may be absent as well."""
    if isinstance(info, inspect.Metadata):
        return _text_in(info.type)
    if isinstance(info, inspect.UnionType):
        types = [type for type in info.types if not isinstance(type, inspect.CustomType)]
        return _text_in(types[0]) if len(types) == 1 else None
    return info if isinstance(info, inspect.StrType) else None


def _marked_below(info: inspect.Type, mark: str) -> Iterator[str]:
    if isinstance(info, inspect.StructType):
        for field in info.fields:
            if _carries(field.type, mark) and not any(_marked_below(field.type, mark)):
                yield field.encode_name
    for inner in _inner(info):
        yield from _marked_below(inner, mark)


def _carries(info: inspect.Type, mark: str) -> bool:
    """True when the type itself or a type inside it carries the mark."""
    if isinstance(info, inspect.Metadata) and info.extra is not None and mark in info.extra:
        return True
    return any(_carries(inner, mark) for inner in _inner(info))


def _inner(info: inspect.Type) -> Iterator[inspect.Type]:
    """The types directly inside a type; keys of maps are not values and are left out."""
    if isinstance(info, inspect.Metadata):
        yield info.type
    elif isinstance(info, inspect.UnionType):
        yield from info.types
    elif isinstance(info, inspect.ListType):
        yield info.item_type
    elif isinstance(info, inspect.DictType):
        yield info.value_type
    elif isinstance(info, inspect.StructType):
        yield from (field.type for field in info.fields)


@cache
def names_in(data: type[Struct]) -> frozenset[str]:
    """The names of all members of a struct, at any depth."""
    return frozenset(_names(shape_of(data)))


def _names(info: inspect.Type) -> Iterator[str]:
    if isinstance(info, inspect.StructType):
        yield from (field.encode_name for field in info.fields)
    for inner in _inner(info):
        yield from _names(inner)


Finder = Callable[[Any, str], str | None]
"""Where a value, that stands at a pointer, has a member that its struct does not know."""


def unknown_member(value: Any, data: type[Struct], pointer: str = "") -> str | None:
    """The pointer of the first object that has a member its struct does not know, or None.

    The pointer ends at that object, never at the unknown member. It also ends at a map, because the
    keys of a map are the sender's words. Values of a wrong type are passed over.
    """
    return _finder_of(data)(value, pointer)


@cache
def _finder_of(data: type[Struct]) -> Finder:
    """The finder of a struct, made once: a value is then walked along those members only that can hold
    an object, so that a long list of plain values costs nothing."""
    return _in_struct(shape_of(data))


def _finder(info: inspect.Type) -> Finder | None:
    """A function that looks through values of a type; None where no value of it can hold an unknown
    member.
    """
    if isinstance(info, inspect.StructType):
        return _in_struct(info)
    finders = [finder for inner in _inner(info) if (finder := _finder(inner)) is not None]
    if not finders:
        return None
    if isinstance(info, inspect.ListType):
        return partial(_in_list, finders[0])
    if isinstance(info, inspect.DictType):
        return partial(_in_map, finders[0])
    return partial(_in_any, finders)


def _in_struct(info: inspect.StructType) -> Finder:
    names = {field.encode_name for field in info.fields}
    deeper = {
        field.encode_name: finder
        for field in info.fields
        if (finder := _finder(field.type)) is not None
    }
    return partial(_in_object, names, deeper)


def _in_object(
    names: Set[str], deeper: Mapping[str, Finder], value: Any, pointer: str
) -> str | None:
    if not isinstance(value, dict):
        return None
    if not names >= value.keys():
        return pointer
    for name, find in deeper.items():
        if name in value and (place := find(value[name], f"{pointer}/{name}")) is not None:
            return place
    return None


def _in_list(find: Finder, value: Any, pointer: str) -> str | None:
    for place, item in enumerate(value if isinstance(value, list) else ()):
        if (found := find(item, f"{pointer}/{place}")) is not None:
            return found
    return None


def _in_map(find: Finder, value: Any, pointer: str) -> str | None:
    items = value.values() if isinstance(value, dict) else ()
    return pointer if any(find(item, "") is not None for item in items) else None


def _in_any(finders: Sequence[Finder], value: Any, pointer: str) -> str | None:
    places = (find(value, pointer) for find in finders)
    return next((place for place in places if place is not None), None)
