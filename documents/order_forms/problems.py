"""What is wrong with a document, by section and field, in both languages; never with a value of it."""

import tomllib
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from documents.order_forms.catalogue import FORMS
from ledger.errors import Reject
from schemas.texts import Language

TEXTS: dict[str, dict[Language, str]] = tomllib.loads(
    Path(__file__).with_name("problems.toml").read_text("utf-8")
)
_SECTION: dict[Language, str] = {"en": "section", "nl": "rubriek"}
MOST_TOLD = 100
"""A document in which more is wrong is no form that somebody filled in."""


class Problem(Struct, frozen=True):
    """One thing that is wrong. `number`: of a section that may stand there several times; 0: it may not.

    Section and field are those of the form; what the form does not have is not named, as a document may write
    anything in the place of a name.
    """

    code: str
    form: str = ""
    section: str = ""
    field: str = ""
    number: int = 0

    def say(self, language: Language) -> str:
        """Where it is, and what is wrong there."""
        where = ", ".join(filter(None, (self._section(language), self._field(language))))
        told = TEXTS[self.code][language]
        return f"{where}: {told}" if where else told

    def _section(self, language: Language) -> str:
        form = FORMS.get(self.form)
        if not form or self.section not in form.by_letter:
            return ""
        number = f" ({self.number})" if self.number else ""
        title = form.by_letter[self.section].title(language)
        return f"{_SECTION[language]} {self.section}{number}, {title}"

    def _field(self, language: Language) -> str:
        section = FORMS[self.form].by_letter.get(self.section) if self.form else None
        field = section.field(self.field) if section else None
        return field.title(language) if field else ""


_INCOMPLETE = {
    *("missing", "section-missing", "empty", "offence-basis-missing", "period-half"),
    *("notification-missing", "validation-unnamed", "receiver-missing"),
}
_NO_AUTHORITY = {"validation-missing", "judge-needed", "no-emergency"}
_UNCLEAR = {"identifier-missing", "number-format", "email-format", "ip-format"}


def reason_of(problem: Problem) -> str:
    """The reason of annex III under which an authority is told of a problem."""
    if problem.code in _INCOMPLETE:
        return "incomplete"
    if problem.code in _NO_AUTHORITY:
        return "not-valid-authority"
    return "insufficient-information" if problem.code in _UNCLEAR else "manifest-errors"


class FormRefused(Reject):
    """The document cannot be taken as an order: all that is wrong with it is in `problems`."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))[:MOST_TOLD]
        super().__init__("; ".join(problem.say("en") for problem in self.problems))

    def lines(self, language: Language) -> list[str]:
        """Each problem as a line."""
        return [problem.say(language) for problem in self.problems]
