"""A document for a person as one page: nothing is loaded, made to be read and printed."""

from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

from documents.letter import Attachment, Document, Section
from documents.markup import Html, document, element, join, table

_STYLE = Path(__file__).with_name("page.css").read_text("utf-8")


def report_page(letter: Document) -> bytes:
    """A complete document in UTF-8."""
    return document(
        letter.language,
        letter.title,
        _STYLE,
        element(
            "header",
            element("address", _lines(letter.addressee)) if letter.addressee else None,
            element("p", letter.law, class_="law"),
            element("h1", letter.title),
            table(None, (), letter.facts, class_="part-controller"),
            *(element("p", text) for text in letter.intro),
        ),
        element("main", *map(_section, letter.sections)),
        _attached(letter.attachment) if letter.attachment else None,
        element("footer", _lines(letter.closing), class_="closing") if letter.closing else None,
    )


def _lines(lines: Iterable[str]) -> Html:
    return join(*(element("span", line) for line in lines))


def _attached(file: Attachment) -> Html:
    """A link that saves the file: it is inside the page."""
    inside = f"data:{file.media_type};base64,{b64encode(file.content.encode()).decode()}"
    link = element("a", file.name, href=inside, download=file.name)
    return element("p", f"{file.title}: ", link)


def _section(section: Section) -> Html:
    columns = section.columns if any(section.columns) else ()
    return element(
        "section",
        element("h2", section.title),
        element("p", section.text) if section.text else None,
        table(None, columns, section.rows, class_=None if columns else "part-controller")
        if section.rows
        else None,
    )
