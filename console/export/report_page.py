"""A report about a person as one page: nothing is loaded, made to be read and printed."""

from pathlib import Path

from console.export.markup import Html, document, element, table
from console.export.report_document import Document, Section

__all__ = ["report_page"]

_STYLE = Path(__file__).with_name("page.css").read_text("utf-8")


def report_page(made: Document) -> bytes:
    """A complete document in UTF-8."""
    return document(
        made.language,
        made.title,
        _STYLE,
        element(
            "header",
            element("p", made.law, class_="law"),
            element("h1", made.title),
            table(None, (), made.facts, class_="part-controller"),
            *(element("p", text) for text in made.intro),
        ),
        element("main", *(_section(one) for one in made.sections)),
    )


def _section(section: Section) -> Html:
    columns = section.columns if any(section.columns) else ()
    return element(
        "section",
        element("h2", section.title),
        element("p", section.text) if section.text else None,
        table(None, columns, section.rows) if section.rows else None,
    )
