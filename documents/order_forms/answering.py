"""An answer to an order: what a person typed, completed with what the ledger knows of the order. Pure."""

from collections import Counter
from collections.abc import Mapping

from documents.order_forms.catalogue import Form
from documents.order_forms.filled import Filled, Part
from documents.order_forms.problems import FormRefused, Problem, reason_of
from documents.order_forms.receiving import filled_in, problems_of
from documents.order_forms.shape_checks import LONGEST_VALUE
from schemas.texts import Language

ANSWERS = ("objection", "confirmation", "extension")
"""Forms that go back. The addressee signs the first; the others are drafts for the authority."""


Known = Mapping[str, tuple[str, ...]]
"""What is known without a person who types it: values by field."""

_COPIED = (
    *("issuing_state", "issuing_authority", "file_number"),
    *("validating_authority", "validating_file_number", "enforcing_authority"),
)


def answered(code: str, typed: bytes, known: Known) -> Filled:
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


def known_of(document: bytes, language: Language) -> Known:
    """What an answer takes from the document of the order: whose it is, and why it could not be taken.

    A field that something is wrong with is not copied. Raises FormRefused for a document that is no form.
    """
    filled, _ = filled_in(document)
    problems = problems_of(filled)
    wrong = {problem.field for problem in problems}
    found = {name: filled.all(name)[:1] for name in _COPIED if name not in wrong}
    if "signed_on" not in wrong:
        found["issued_on"] = filled.all("signed_on")[:1]
    if problems:
        found["reason"] = tuple(dict.fromkeys(reason_of(problem) for problem in problems))
        lines = "\n".join(problem.say(language) for problem in problems)
        found["explanation"] = (lines[:LONGEST_VALUE],)
    return {name: values for name, values in found.items() if values}


def _completed(filled: Filled, known: Known) -> Filled:
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


def _with(form: Form, part: Part, known: Known) -> Part:
    section = form.by_letter.get(part.letter)
    names = [field.name for field in section.fields] if section else []
    found = {name: known[name] for name in names if name in known}
    return Part(part.letter, {**found, **part.values})
