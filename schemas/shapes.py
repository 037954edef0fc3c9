"""What the structs of the catalogue are made of, read from their types once.

Answers two questions about a struct: which members are texts of a certain mark, and where a raw
value holds a member that the struct does not know.
"""

from collections.abc import Iterator
from functools import cache
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


def unknown_member(value: Any, info: inspect.Type, pointer: str = "") -> str | None:
    """The pointer of the first object that has a member its struct does not know, or None.

    The pointer ends at that object, never at the unknown member. It also ends at a map, because the
    keys of a map are the sender's words. Values of a wrong type are passed over.
    """
    if isinstance(info, inspect.StructType):
        return _unknown_in_struct(value, info, pointer)
    if isinstance(info, inspect.ListType):
        places = (
            [(f"/{place}", item) for place, item in enumerate(value)] if _is_list(value) else []
        )
        return _first(unknown_member(item, info.item_type, pointer + at) for at, item in places)
    if isinstance(info, inspect.DictType):
        items = value.values() if isinstance(value, dict) else ()
        found = _first(unknown_member(item, info.value_type) for item in items)
        return None if found is None else pointer
    return _first(unknown_member(value, inner, pointer) for inner in _inner(info))


def _unknown_in_struct(value: Any, info: inspect.StructType, pointer: str) -> str | None:
    if not isinstance(value, dict):
        return None
    types = {field.encode_name: field.type for field in info.fields}
    if not types.keys() >= value.keys():
        return pointer
    return _first(
        unknown_member(value[name], inner, f"{pointer}/{name}")
        for name, inner in types.items()
        if name in value
    )


def _is_list(value: Any) -> bool:
    return isinstance(value, list)


def _first(pointers: Iterator[str | None]) -> str | None:
    return next((pointer for pointer in pointers if pointer is not None), None)
