"""A document for a person as one page: nothing is loaded, made to be read and printed."""

from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

from documents.letter import Attachment, Document, Section
from documents.markup import Html, document, element, join, table

_STYLE = Path(__file__).with_name("page.css").read_text("utf-8")


def report_page(made: Document) -> bytes:
    """A complete document in UTF-8."""
    return document(
        made.language,
        made.title,
        _STYLE,
        element(
            "header",
            element("address", _lines(made.addressee)) if made.addressee else None,
            element("p", made.law, class_="law"),
            element("h1", made.title),
            table(None, (), made.facts, class_="part-controller"),
            *(element("p", text) for text in made.intro),
        ),
        element("main", *(_section(one) for one in made.sections)),
        _attached(made.attachment) if made.attachment else None,
        element("footer", _lines(made.closing), class_="closing") if made.closing else None,
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
