"""Which values a closed list allows at a place of a message: what a rejection may name of the contract.

Nothing of a message is repeated: a place is the pointer of its rejection, in names of the contract.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from msgspec import inspect

from schemas.catalogue import EVENT_TYPES
from schemas.envelope import Envelope
from schemas.texts import Language

_SAID_AT_MOST: Final = 12
_WORDS: Final[dict[Language, tuple[str, str]]] = {
    "en": ("Allowed are {}.", "Allowed are {} and {} more: see `ledger schema show TYPE`."),
    "nl": ("Toegestaan zijn {}.", "Toegestaan zijn {} en nog {}: zie `ledger schema show TYPE`."),
}


def allowed(type: str | None, pointer: str) -> tuple[str, ...]:
    """The values of the closed list at a place of an event type; none where any text may stand."""
    entry = EVENT_TYPES.get(type or "")
    steps = pointer.split("/")[1:]
    if entry is None or not steps:
        return ()
    inside = steps[0] == "data"
    found: list[Any] = [inspect.type_info(entry.data if inside else Envelope)]
    for step in steps[1:] if inside else steps:
        found = [*chain.from_iterable(_below(part, step) for part in found)]
    return tuple(chain.from_iterable(map(_listed, found)))


def allowed_words(type: str | None, pointer: str) -> dict[Language, str]:
    """The same as a sentence by language, with the first dozen; empty where there is no closed list."""
    values = allowed(type, pointer)
    return listed_words(values) if values else {}


def listed_words(values: Sequence[str]) -> dict[Language, str]:
    """A closed list as a sentence by language, with the first dozen of it."""
    said, more = ", ".join(values[:_SAID_AT_MOST]), len(values) - _SAID_AT_MOST
    return {
        language: (some.format(said, more) if more > 0 else every.format(said))
        for language, (every, some) in _WORDS.items()
    }


def _kinds(type: Any) -> Iterator[Any]:
    """What a type is, without what is said about it: each of its alternatives."""
    if isinstance(type, inspect.Metadata):
        yield from _kinds(type.type)
    elif isinstance(type, inspect.UnionType):
        for one in type.types:
            yield from _kinds(one)
    else:
        yield type


def _below(type: Any, step: str) -> Iterator[Any]:
    for one in _kinds(type):
        if isinstance(one, inspect.StructType):
            yield from (field.type for field in one.fields if field.encode_name == step)
        elif isinstance(one, inspect.ListType):
            yield one.item_type
        elif isinstance(one, inspect.DictType):
            yield one.value_type


def _listed(type: Any) -> Iterator[str]:
    """The values of a closed list; of a map, whose pointer ends at it, its keys."""
    for one in _kinds(type):
        if isinstance(one, inspect.LiteralType):
            yield from (str(value) for value in one.values)
        elif isinstance(one, inspect.DictType):
            yield from _listed(one.key_type)
