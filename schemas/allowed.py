"""The values that a closed list allows at a place of a message: a rejection may name them.

Nothing of a message is repeated: a place is the pointer of its rejection, in names of the contract.
"""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any, Final

from msgspec import inspect

from schemas.catalogue import ALL_TYPES
from schemas.envelope import Envelope
from schemas.texts import Language

_SAID_AT_MOST: Final = 12
_WORDS: Final[dict[Language, tuple[str, str]]] = {
    "en": ("Allowed are {}.", "Allowed are {} and {} more: see `ledger schema show TYPE`."),
    "nl": ("Toegestaan zijn {}.", "Toegestaan zijn {} en nog {}: zie `ledger schema show TYPE`."),
}


def allowed(type: str | None, pointer: str) -> tuple[str, ...]:
    """The values of the closed list at a place of an event type; none where any text may stand."""
    entry = ALL_TYPES.get(type or "")
    steps = pointer.split("/")[1:]
    if entry is None or not steps:
        return ()
    inside = steps[0] == "data"
    types: list[Any] = [inspect.type_info(entry.data if inside else Envelope)]
    for step in steps[1:] if inside else steps:
        types = [*chain.from_iterable(_below(part, step) for part in types)]
    return tuple(chain.from_iterable(map(_listed, types)))


def allowed_words(type: str | None, pointer: str) -> dict[Language, str]:
    """The values of the closed list as a sentence by language, the first dozen; empty without a
    closed list.
    """
    values = allowed(type, pointer)
    return listed_words(values) if values else {}


def listed_words(values: Sequence[str]) -> dict[Language, str]:
    """A closed list as a sentence by language, with the first dozen of it."""
    words, more = ", ".join(values[:_SAID_AT_MOST]), len(values) - _SAID_AT_MOST
    return {
        language: (first_words.format(words, more) if more > 0 else all_words.format(words))
        for language, (all_words, first_words) in _WORDS.items()
    }


def _kinds(type: Any) -> Iterator[Any]:
    """The alternatives of a type, each without its metadata."""
    if isinstance(type, inspect.Metadata):
        yield from _kinds(type.type)
    elif isinstance(type, inspect.UnionType):
        for alternative in type.types:
            yield from _kinds(alternative)
    else:
        yield type


def _below(type: Any, step: str) -> Iterator[Any]:
    for kind in _kinds(type):
        if isinstance(kind, inspect.StructType):
            yield from (field.type for field in kind.fields if field.encode_name == step)
        elif isinstance(kind, inspect.ListType):
            yield kind.item_type
        elif isinstance(kind, inspect.DictType):
            yield kind.value_type


def _listed(type: Any) -> Iterator[str]:
    """The values of a closed list; of a map, whose pointer ends at it, its keys."""
    for kind in _kinds(type):
        if isinstance(kind, inspect.LiteralType):
            yield from (str(value) for value in kind.values)
        elif isinstance(kind, inspect.DictType):
            yield from _listed(kind.key_type)
