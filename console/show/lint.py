"""The table of what a privacy notice says beside practice."""

from typing import Any

from rich.table import Table

from console.export.register_words import Words
from console.show.text import Stack, table
from console.words import headings, phrase
from schemas.texts import Language

__all__ = ["lint_table"]

_PLACES = 2


def lint_table(answer: dict[str, Any], language: Language = "en") -> Table:
    """A row each finding: the clause, what is wrong, what the notice says, what is done, what ends it.

    Claims and values are codes in both languages: so they are published.
    """
    columns = headings("lint", "clause wrong says practice ends", language)
    rows = (_finding(row, language) for row in answer["findings"])
    return table(_title(answer, language), columns, rows, language)


def _title(answer: dict[str, Any], language: Language) -> str:
    if answer["draft"]:
        return phrase("lint", "draft", language)
    if notice := answer["notice"]:
        return phrase("lint", "title", language, notice["version"], notice["effective_from"])
    return phrase("lint", "none", language)


def _finding(row: dict[str, Any], language: Language) -> tuple[Any, ...]:
    unsure = row["confidence"] == "unconfirmed"
    return (
        row["clause"],
        Stack(
            [
                row["title"],
                row["rule"],
                Words(language).cited(row["citation"]),
                phrase("severity", row["severity"], language),
                phrase("confidence", "unconfirmed", language) if unsure else None,
            ]
        ),
        Stack([_statement(said) for said in row["says"]] or [phrase("value", "nothing", language)]),
        Stack(_contrasts(row, language)),
        row["resolved_by"],
    )


def _statement(said: dict[str, Any]) -> str:
    return f"{said['clause']} {said['claim']}: {said['value']}"


def _contrasts(row: dict[str, Any], language: Language) -> list[str]:
    found = [_contrast(one, language) for one in row["values"]]
    some = row["expects"] == "some" and found
    return [phrase("lint", "some", language), *found] if some else found


def _contrast(one: dict[str, Any], language: Language) -> str:
    """The value, and where it was seen; of many places the first ones: `--json` has all."""
    places = one["seen_in"]
    left = len(places) - _PLACES
    more = [phrase("lint", "more", language, left)] if left > 0 else []
    return f"{one['value']} ({'; '.join([*places[:_PLACES], *more])})" if places else one["value"]
