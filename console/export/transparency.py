"""The transparency report as CSV and as a page, in Dutch or English."""

from typing import Any

from console.export.tables import table_csv, table_page
from console.words import headings, phrase
from schemas.texts import Language

__all__ = ["transparency_csv", "transparency_page", "transparency_rows"]


def transparency_csv(answer: dict[str, Any], language: Language) -> bytes:
    """One row a kind of recipient, one column a quarter."""
    return table_csv(*transparency_rows(answer, language))


def transparency_page(answer: dict[str, Any], language: Language) -> bytes:
    """A complete document in UTF-8."""
    notes = [
        phrase("transparency", "rule", language),
        phrase("transparency", "running", language, answer["running_quarter"]),
        phrase("transparency", "scope", language),
    ]
    columns, rows = transparency_rows(answer, language)
    return table_page(language, phrase("transparency", "title", language), notes, columns, rows)


def transparency_rows(
    answer: dict[str, Any], language: Language
) -> tuple[list[str], list[list[Any]]]:
    """The columns and the rows of the report, totals last."""
    return _columns(answer, language), _rows(answer, language)


def _columns(answer: dict[str, Any], language: Language) -> list[str]:
    kind, total = headings("transparency", "kind total", language)
    return [kind, *answer["quarters"], total]


def _rows(answer: dict[str, Any], language: Language) -> list[list[Any]]:
    title = "title_nl" if language == "nl" else "title"
    rows = [
        [kind[title], *(kind["counts"][quarter] for quarter in answer["quarters"]), _total(kind)]
        for kind in answer["kinds"]
    ]
    totals = (_total(answer["totals"][quarter]) for quarter in answer["quarters"])
    return [*rows, [phrase("transparency", "total", language), *totals, _total(answer)]]


def _total(line: dict[str, Any]) -> Any:
    """A total, or what is known of one that is not shown."""
    return line["total"] if line["total"] is not None else f"≥ {line['at_least']}"
