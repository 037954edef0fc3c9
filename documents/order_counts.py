"""How many orders there were, as CSV and as a page, in Dutch or English."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from application.queries.desk.counts import (
    HalfYear,
    OrderCell,
    OrderCounts,
    shown_figure,
    tables_of,
)
from application.words import headings, phrase
from documents.markup import Html, document, element, table
from documents.tables import table_csv
from rulebook import provision
from schemas.texts import Language, country_name

_STYLE = Path(__file__).with_name("page.css").read_text("utf-8")
_ABOUT = "order-counts"
_COLUMNS = "half-year provision country kind outcome count"


def order_counts_csv(answer: OrderCounts, language: Language) -> bytes:
    """One row a count, in codes: what cannot be added up is shown as a range."""
    rows = [
        (c.half_year, c.provision, c.country, c.kind, c.outcome, shown_figure(c.count))
        for c in answer.cells
    ]
    return table_csv(headings(_ABOUT, _COLUMNS, language), rows)


def order_counts_page(
    answer: OrderCounts,
    language: Language,
    *,
    controller: str,
    made_at: str,
    roots: dict[str, str],
) -> bytes:
    """A complete document in UTF-8: for each half-year its totals, then every count.

    `roots`: of the half-years with a proof, in base64.
    """
    return document(
        language,
        phrase(_ABOUT, "title", language),
        _STYLE,
        _head(answer, language, controller, made_at),
        element("main", *_half_years(answer, language, roots)),
    )


def _head(answer: OrderCounts, language: Language, controller: str, made_at: str) -> Html:
    uncounted = ", ".join(answer.not_counted)
    scope = (
        phrase(_ABOUT, "scope", language, uncounted)
        if uncounted
        else phrase(_ABOUT, "scope-all", language)
    )
    return element(
        "header",
        element("h1", phrase(_ABOUT, "title", language)),
        element("p", controller, class_="whose"),
        element("p", phrase(_ABOUT, "made", language, made_at), class_="moment"),
        element("p", phrase(_ABOUT, "rule", language)),
        element("p", phrase(_ABOUT, "running", language, answer.running)),
        element("p", scope),
    )


def _half_years(answer: OrderCounts, language: Language, roots: dict[str, str]) -> Iterator[Html]:
    if not answer.half_years:
        yield element("p", phrase(_ABOUT, "none", language))
    for half in answer.half_years:
        cells = [cell for cell in answer.cells if cell.half_year == half.half_year]
        yield element(
            "section",
            element("h2", half.half_year),
            _proof(half.half_year, roots, language),
            *_totals(half, language),
            _all(cells, half, language),
        )


def _proof(half_year: str, roots: dict[str, str], language: Language) -> Html | None:
    root = roots.get(half_year)
    said = phrase(_ABOUT, "proof", language, half_year, root)
    return element("p", said, class_="root") if root else None


def _totals(half: HalfYear, language: Language) -> Iterator[Html]:
    for name, figures in tables_of(half).items():
        (heading, count) = headings(_ABOUT, f"{name} count", language)
        rows = [
            [_word(name, code, language), shown_figure(figure)] for code, figure in figures.items()
        ]
        yield _table(None, [heading, count], rows, "figures parts")


def _all(cells: Iterable[OrderCell], half: HalfYear, language: Language) -> Html:
    columns = headings(_ABOUT, "provision country kind outcome count", language)
    rows = [[*_words(cell, language), shown_figure(cell.count)] for cell in cells]
    total: list[object] = [phrase(_ABOUT, "total", language), "", "", "", shown_figure(half.total)]
    return _table(phrase(_ABOUT, "cells", language), columns, [*rows, total], "figures words")


def _table(
    caption: str | None, columns: Sequence[str], rows: Sequence[Sequence[object]], class_: str
) -> Html:
    figures = table(caption, columns, rows, class_=class_, labelled=False)
    return element("div", figures, class_="scroll")


def _words(cell: OrderCell, language: Language) -> list[object]:
    row = {
        "provision": cell.provision,
        "country": cell.country,
        "kind": cell.kind,
        "outcome": cell.outcome,
    }
    return [_word(name, code, language) for name, code in row.items()]


def _word(name: str, code: str, language: Language) -> str:
    """A code as people read it: a provision by its citation, a country by its name."""
    if name == "provision":
        entry = provision(code)
        return entry.citation if entry else code
    if name == "country":
        return country_name(code, language)
    return phrase(_ABOUT, code, language)
