"""An answer to an order: what a person typed, completed with what the ledger knows of the order. Pure."""

from collections import Counter
from collections.abc import Mapping

from documents.order_forms.catalogue import Form
from documents.order_forms.filled import Filled, Part
from documents.order_forms.problems import FormRefused, Problem
from documents.order_forms.receiving import filled_in, problems_of

ANSWERS = ("objection", "confirmation", "extension")
"""Forms that go back. The addressee signs the first; the others are drafts for the authority."""


def answered(code: str, typed: bytes, known: Mapping[str, str]) -> Filled:
    """The form of an answer. `known`: values by field; what a person typed goes before them.

    Raises FormRefused with everything that is wrong.
    """
    filled, _ = filled_in(typed)
    if filled.code != code or code not in ANSWERS:
        raise FormRefused([Problem("unknown-form")])
    whole = _completed(filled, known)
    found = problems_of(whole)
    if found:
        raise FormRefused(found)
    return whole


def _completed(filled: Filled, known: Mapping[str, str]) -> Filled:
    """The form with what is known in each field that was left open.

    A section that stands there twice stays as it is, and so does what the form does not have: it is refused.
    """
    letters = Counter(part.letter for part in filled.parts)
    added = [
        Part(section.letter, {})
        for section in filled.form.sections
        if not section.optional and not letters[section.letter]
    ]
    parts = [_with(filled.form, part, known) for part in (*filled.parts, *added)]
    order = {section.letter: place for place, section in enumerate(filled.form.sections)}
    parts.sort(key=lambda part: order.get(part.letter, -1))
    return Filled(filled.code, tuple(part for part in parts if part.values or letters[part.letter]))


def _with(form: Form, part: Part, known: Mapping[str, str]) -> Part:
    section = form.by_letter.get(part.letter)
    names = [field.name for field in section.fields] if section else []
    found = {name: (known[name],) for name in names if name in known}
    return Part(part.letter, {**found, **part.values})
