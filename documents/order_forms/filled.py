"""A form as it was filled in: values as the document writes them, by section and field. Nothing is judged."""

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from documents.order_forms.catalogue import FORMS, Form


class Part(Struct, frozen=True):
    """One section as it was filled in: field -> its values, in the order of the document."""

    letter: str
    values: Mapping[str, tuple[str, ...]]

    def one(self, name: str) -> str | None:
        """The first value of a field."""
        values = self.values.get(name)
        return values[0] if values else None

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field."""
        return self.values.get(name, ())


class Filled(Struct, frozen=True):
    """A form of the catalogue, filled in.

    `readable`: the fields that its reader knows how to read; None: all of them. What it cannot read may stand
    in the document all the same, so nothing is said to be missing there. `unread`: letters of sections that
    hold more in the document than was read; empty: somewhere else in it.
    """

    code: str
    parts: tuple[Part, ...]
    readable: frozenset[str] | None = None
    unread: tuple[str, ...] = ()

    @property
    def form(self) -> Form:
        """The form itself."""
        return FORMS[self.code]

    def block(self, block: str) -> tuple[Part, ...]:
        """The sections that hold a block of fields, as often as they were filled in."""
        section = self.form.section_with(block)
        return tuple(part for part in self.parts if section and part.letter == section.letter)

    def one(self, name: str) -> str | None:
        """The first value of a field, in whichever section it stands."""
        return next((text for part in self.parts for text in part.all(name)), None)

    def all(self, name: str) -> tuple[str, ...]:
        """Every value of a field, in whichever sections it stands."""
        return tuple(text for part in self.parts for text in part.all(name))

    def reads(self, name: str) -> bool:
        """Whether the reader of this document would have found a field."""
        return self.readable is None or name in self.readable

    def is_yes(self, name: str) -> bool:
        """Whether a box is ticked."""
        return self.one(name) == "true"


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Fields and values one by one -> each field with all its values."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in found.items()}


def numbered(filled: Filled) -> Iterator[tuple[int, Part]]:
    """Each section with its number among those of its letter, from 1; 0 where a form has it once."""
    seen: dict[str, int] = {}
    for part in filled.parts:
        section = filled.form.by_letter.get(part.letter)
        seen[part.letter] = seen.get(part.letter, 0) + 1
        yield (seen[part.letter] if section and section.many else 0), part
