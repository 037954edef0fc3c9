"""Letters of the privacy office, made from the ledger: for a terminal and a page the same bytes."""

from collections.abc import Callable, Mapping
from datetime import datetime

from msgspec import Struct

from application.controller import Controller
from application.queries.cases.found_incidents import find_case
from application.queries.cases.request_lists import request_file
from application.queries.reports.letters import (
    Addressee,
    addressee,
    announced,
    breach_told,
    letter_on,
    recipient_told,
)
from application.source import Source
from documents.letter import ENVELOPE, Document
from documents.letters import (
    LetterHead,
    Written,
    announcement_letter,
    breach_letter,
    letter_document,
    recipient_letter,
    request_letter,
)
from documents.report_page import report_page
from documents.report_pdf import report_pdf
from documents.report_text import report_text
from projections.folds.timetravel import NOW
from schemas.texts import Language

FORMS: Mapping[str, Callable[[Document, datetime], bytes]] = {
    "pdf": report_pdf,
    "html": lambda document, _: report_page(document),
    "text": lambda document, _: report_text(document),
}
"""The forms of a letter."""
OTHERWISE: Language = "nl"


class Pen(Struct, frozen=True):
    """How a letter is written. `language`: that somebody chose; None: that of the person, else Dutch."""

    controller: Controller
    form: str
    language: Language | None

    def head(self, source: Source, to: Addressee | None = None) -> LetterHead:
        """Who writes, when, and in which language, to somebody."""
        known = to.language if to else None
        return LetterHead(self.controller, source.now, self.language or known or OTHERWISE)

    def write(self, name: str, head: LetterHead, written: Written) -> bytes:
        """The letter in its form. Raises Misconfigured without Typst."""
        return FORMS[self.form](letter_document(name, head, written), head.written_at)


def on_request(
    source: Source, pen: Pen, ref: str, subject: str | None, wanted: str | None
) -> bytes:
    """A letter on a request: what its state asks for, or what is `wanted`. Raises NotAllowed."""
    case = request_file(source, ref, subject, NOW, OTHERWISE)
    name = letter_on(case, wanted)
    # A person who was erased has no reference any more, and no address.
    whose = case.subject if isinstance(case.subject, str) else None
    to = addressee(source, whose, ENVELOPE) if whose else Addressee({}, None)
    head = pen.head(source, to)
    return pen.write(name, head, request_letter(head, case, to))


def on_breach(source: Source, pen: Pen, ref: str, subject: str | None) -> bytes:
    """A letter about a breach, to a person, else to everybody. Raises NotAllowed, UnknownSubject."""
    told = breach_told(find_case(source, ref, "breach"))
    to = addressee(source, subject, ENVELOPE) if subject else None
    head = pen.head(source, to)
    return pen.write("breach", head, breach_letter(head, told, to))


def to_recipient(source: Source, pen: Pen, subject: str, recipient: str, action: str) -> bytes:
    """A notice to a recipient of a person's data that changed. Raises NotAllowed, UnknownSubject."""
    task, party = recipient_told(source, subject, recipient, action)
    head = pen.head(source)
    return pen.write("recipient", head, recipient_letter(head, task, party))


def of_news(
    source: Source, pen: Pen, subject: str | None, recipient: str | None, activity: str | None
) -> bytes:
    """An announcement of the notice in force, and of what is new. Raises NotAllowed, UnknownSubject."""
    news = announced(source, recipient, activity)
    to = addressee(source, subject, ENVELOPE) if subject else None
    head = pen.head(source, to)
    return pen.write("announcement", head, announcement_letter(head, news, to))
