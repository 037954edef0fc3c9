"""Forms as fields that a person typed from paper, in TOML or JSON: a table for each section, by letter."""

import json
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime

from documents.order_forms.catalogue import FORMS, Field, Section
from documents.order_forms.filled import Filled, Part
from documents.order_forms.problems import FormRefused, Problem
from schemas.texts import Language

MOST_BYTES = 64 * 1024
"""A person types no more."""

MOST_DOTS = 100
"""In a line: a reader of TOML keeps every beginning of a key that is made of parts."""

MOST_BITS = 256
"""Of a number. In hexadecimal digits TOML reads one of any length, which Python then refuses to write."""

_FORM = "form"


def read_typed(data: bytes) -> Filled:
    """The form that a file holds. Raises FormRefused."""
    if len(data) > MOST_BYTES:
        raise FormRefused([Problem("too-much-typed")])
    try:
        text = data.removeprefix(b"\xef\xbb\xbf").decode()
        table: object = _json(text) if text.lstrip().startswith("{") else _toml(text)
    except (ValueError, RecursionError):  # what both readers raise is a ValueError
        raise FormRefused([Problem("not-fields")]) from None
    if not isinstance(table, dict):
        raise FormRefused([Problem("not-fields")])
    code = table.pop(_FORM, None)
    if not isinstance(code, str) or code not in FORMS:
        raise FormRefused([Problem("unknown-form")])
    problems: list[Problem] = []
    parts = tuple(_parts(code, table, problems))
    if problems:
        raise FormRefused(problems)
    return Filled(code, parts)


def _json(text: str) -> object:
    return json.loads(text, object_pairs_hook=_once)


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose names differ: of two values of a name the last one would be taken in silence."""
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a name stands there twice")
    return table


def _toml(text: str) -> dict[str, object]:
    if any(line.count(".") > MOST_DOTS for line in text.split("\n")):
        raise ValueError("a key has too many parts")
    return tomllib.loads(text)


def _parts(code: str, table: Mapping[str, object], wrong: list[Problem]) -> Iterator[Part]:
    for letter, content in table.items():
        for one in content if isinstance(content, list) else [content]:
            if not isinstance(one, dict):
                wrong.append(Problem("stray-text", code, letter))
                continue
            values = {name: _texts(value) for name, value in one.items()}
            if None in values.values():
                wrong.append(Problem("unknown-field", code, letter))
            yield Part(letter, {name: texts for name, texts in values.items() if texts})


def _texts(value: object) -> tuple[str, ...] | None:
    """The values of a field as texts; None for a table or an endless number, which no field is."""
    found = [_text(one) for one in (value if isinstance(value, list) else [value])]
    return None if None in found else tuple(text for text in found if text is not None)


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, int) and value.bit_length() > MOST_BITS:
        return None
    return str(value).strip() if isinstance(value, str | int) else None


# What to type


def blank(code: str, language: Language) -> str:
    """The fields of a form as TOML to be filled in: each with its title and what it must look like.

    A star: the form is incomplete without it.
    """
    form = FORMS[code]
    lines = [f"# {form.title(language)}", f'{_FORM} = "{code}"']
    for section in form.sections:
        lines += ["", *_heading(section, language)]
        lines += [_line(field, language) for field in section.fields]
    return "".join(f"{line}\n" for line in lines)


def _heading(section: Section, language: Language) -> list[str]:
    name = f"[[{section.letter}]]" if section.many else f"[{section.letter}]"
    # An empty section of a form that may do without it would be a section that is filled in.
    return [f"# {section.title(language)}", f"# {name}" if section.optional else name]


def _line(field: Field, language: Language) -> str:
    looks = " | ".join(field.choices) if field.choices else field.kind
    must = " *" if field.required else ""
    value = "[]" if field.many else '""'
    return f"# {field.name} = {value}  # {field.title(language)}{must}: {looks}"
