"""Whether a form is filled in as forms are: its sections, its fields, and what each value looks like."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import date

from msgspec import structs

from documents.order_forms.catalogue import Field, Kind, Section
from documents.order_forms.filled import Filled, Part, numbered
from documents.order_forms.identifiers import identifier_problems
from documents.order_forms.problems import Problem
from documents.text import commands
from schemas.formats import CODE, COUNTRY, ID, instant_of, is_plausible, is_plausible_day

LONGEST_VALUE = 4_000
"""Characters of one value."""

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_LINE_ENDS = re.compile(r"[\r\n\t]")


def shape_problems(filled: Filled) -> Iterator[Problem]:
    """All that is missing, repeated, unknown or not written as it must be."""
    yield from _section_problems(filled)
    for number, part in numbered(filled):
        section = filled.form.by_letter.get(part.letter)
        if section:
            yield from _part_problems(filled.code, section, part, number)


def without_faults(filled: Filled) -> Filled:
    """A form without any value that is not written as it must be, or of which only one can be meant."""
    kept = []
    for part in filled.parts:
        section = filled.form.by_letter.get(part.letter)
        fields = section.fields if section else ()
        badly = {name for _, name in identifier_problems(part)}
        values = {field.name: _sound(field, part) for field in fields if field.name not in badly}
        kept.append(Part(part.letter, {name: texts for name, texts in values.items() if texts}))
    return structs.replace(filled, parts=tuple(kept))


def _sound(field: Field, part: Part) -> tuple[str, ...]:
    values = part.all(field.name)
    if len(set(values)) > 1 and not field.many:
        return ()
    return tuple(value for value in values if _value_problem(field, value) is None)


def _section_problems(filled: Filled) -> Iterator[Problem]:
    counts = Counter(part.letter for part in filled.parts)
    for section in filled.form.sections:
        if not counts[section.letter] and not section.optional:
            yield Problem("section-missing", filled.code, section.letter)
        if counts[section.letter] > 1 and not section.many:
            yield Problem("section-repeated", filled.code, section.letter)
    if counts.keys() - filled.form.by_letter.keys():
        yield Problem("unknown-section", filled.code)


def _part_problems(form: str, section: Section, part: Part, number: int) -> Iterator[Problem]:
    if any(section.field(name) is None for name in part.values):
        yield Problem("unknown-field", form, section.letter, "", number)
    for field in section.fields:
        for code in _field_problems(field, part.all(field.name)):
            yield Problem(code, form, section.letter, field.name, number)


def _field_problems(field: Field, values: tuple[str, ...]) -> Iterable[str]:
    if field.required and not values:
        yield "missing"
    if len(set(values)) > 1 and not field.many:
        yield "repeated"
    for value in values:
        wrong = _value_problem(field, value)
        if wrong:
            yield wrong


def _value_problem(field: Field, value: str) -> str | None:
    """What is wrong with one value; None when nothing is."""
    if not value.strip():
        return "empty"
    if len(value) > LONGEST_VALUE:
        return "too-long"
    if any(map(commands, _LINE_ENDS.sub(" ", value))):
        return "unprintable"
    code, is_right = _KINDS[field.kind]
    return None if is_right(field, value) else code


def day_of(text: str | None) -> date | None:
    """The day that a value names, None when it names none."""
    if not text or not _DAY.match(text):
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if is_plausible_day(text) else None


def _is_instant(_field: Field, value: str) -> bool:
    instant = instant_of(value)
    return instant is not None and is_plausible(instant)


_KINDS: dict[Kind, tuple[str, Callable[[Field, str], object]]] = {
    "text": ("empty", lambda _field, _value: True),
    "code": ("not-code", lambda _field, value: re.match(CODE, value)),
    "id": ("not-id", lambda _field, value: re.match(ID, value)),
    "country": ("not-country", lambda _field, value: re.match(COUNTRY, value)),
    "day": ("not-day", lambda _field, value: day_of(value)),
    "instant": ("not-instant", _is_instant),
    "yes": ("not-yes", lambda _field, value: value in {"true", "false"}),
    "choice": ("unknown-choice", lambda field, value: value in field.choices),
    "category": ("unknown-category", lambda field, value: value in field.choices),
}
