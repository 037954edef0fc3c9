"""The transparency report as CSV and as a page, in Dutch or English."""

from typing import Any

from console.export.tables import table_csv, table_page

__all__ = ["transparency_csv", "transparency_page", "transparency_rows"]

_WORDS: dict[str, dict[str, str]] = {
    "en": {
        "title": "Transparency report: disclosures of personal data",
        "rule": "Counts from 1 to 4 are shown as <5. A total over such a count is not shown exactly.",
        "running": "The running quarter is {}; its counts may still grow.",
        "scope": "Disclosures under a duty of secrecy are not in this report.",
        "kind": "Kind of recipient",
        "total": "Total",
    },
    "nl": {
        "title": "Transparantierapport: verstrekkingen van persoonsgegevens",
        "rule": "Aantallen van 1 tot en met 4 staan er als <5. Een totaal daarover staat er niet precies.",
        "running": "Het lopende kwartaal is {}; de aantallen daarvan kunnen nog toenemen.",
        "scope": "Verstrekkingen onder een geheimhoudingsplicht staan niet in dit rapport.",
        "kind": "Soort ontvanger",
        "total": "Totaal",
    },
}


def transparency_csv(answer: dict[str, Any], language: str) -> bytes:
    """One row a kind of recipient, one column a quarter."""
    return table_csv(*transparency_rows(answer, language))


def transparency_page(answer: dict[str, Any], language: str) -> bytes:
    """A complete document in UTF-8."""
    words = _WORDS[language]
    notes = [words["rule"], words["running"].format(answer["running_quarter"]), words["scope"]]
    columns, rows = transparency_rows(answer, language)
    return table_page(language, words["title"], notes, columns, rows)


def transparency_rows(answer: dict[str, Any], language: str) -> tuple[list[str], list[list[Any]]]:
    """The columns and the rows of the report, totals last."""
    return _columns(answer, language), _rows(answer, language)


def _columns(answer: dict[str, Any], language: str) -> list[str]:
    words = _WORDS[language]
    return [words["kind"], *answer["quarters"], words["total"]]


def _rows(answer: dict[str, Any], language: str) -> list[list[Any]]:
    title = "title_nl" if language == "nl" else "title"
    rows = [
        [kind[title], *(kind["counts"][quarter] for quarter in answer["quarters"]), _total(kind)]
        for kind in answer["kinds"]
    ]
    totals = (_total(answer["totals"][quarter]) for quarter in answer["quarters"])
    return [*rows, [_WORDS[language]["total"], *totals, _total(answer)]]


def _total(line: dict[str, Any]) -> Any:
    """A total, or what is known of one that is not shown."""
    return line["total"] if line["total"] is not None else f"≥ {line['at_least']}"
