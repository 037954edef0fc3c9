"""Tables about incidents."""

from collections.abc import Iterable
from functools import partial
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from console.export.register_words import Words
from console.show.requests import steps_table
from console.show.text import Stack, pairs, table
from console.words import code_word, headings, phrase
from schemas.texts import Language

__all__ = ["affected_table", "incident_tables", "incidents_table"]


def incidents_table(answer: dict[str, Any]) -> Table:
    """What happened, and which clocks run; a row each."""
    columns = ("incident", "about", "since", "clocks", "status")
    return table("Incidents", columns, (_incident(row) for row in answer["incidents"]))


def _incident(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        Stack([row["ref"], row["kind"]]),
        row["subject"] or {"erased": True},
        row["since"],
        Stack(_clocks(row)),
        Stack(["open" if row["open"] else "closed", row["risk"], *_late(row)]),
    )


def _clocks(row: dict[str, Any]) -> Iterable[str]:
    return (f"{clock['title']}: {clock['due']} ({clock['state']})" for clock in row["clocks"])


def _late(row: dict[str, Any]) -> list[str]:
    return ["OVERDUE"] if row["overdue"] else []


def incident_tables(answer: dict[str, Any], language: Language = "en") -> list[RenderableType]:
    """One incident: how it stands, its clocks, what was done."""
    said = partial(phrase, "incident")
    told = answer["persons_told"]
    names = headings("incident", "kind about since risk must_tell told status", language)
    values = (
        code_word("incident_kind", answer["kind"], language),
        answer["subject"] or {"erased": True},
        answer["since"],
        code_word("risk", answer["risk"], language),
        answer["persons_must_be_told"],
        "" if told is None else told,
        Stack(
            [
                said("open" if answer["open"] else "closed", language),
                said("overdue", language) if answer["overdue"] else None,
            ]
        ),
    )
    title = said("title", language, answer["ref"])
    return [
        pairs(title, zip(names, values, strict=True), language),
        _clocks_table(answer["clocks"], language),
        steps_table(answer["steps"], language),
    ]


def _clocks_table(clocks: Iterable[dict[str, Any]], language: Language) -> Table:
    rows = (
        (
            Stack(
                [
                    clock["title_nl" if language == "nl" else "title"],
                    Words(language).cited(clock["citation"]),
                ]
            ),
            clock["due"],
            clock["done_at"],
            phrase("clock", clock["state"], language),
        )
        for clock in clocks
    )
    columns = headings("incident", "duty by done state", language)
    return table(phrase("incident", "clocks", language), columns, rows, language)


def affected_table(rows: Iterable[dict[str, Any]]) -> Table:
    """Whom an incident concerns; a row each."""
    columns = ("person", "categories", "events", "from", "to", "told")
    return table(
        "Persons concerned",
        columns,
        (
            (
                row["subject"] or {"erased": True},
                row["categories"],
                row["events"],
                row["first"],
                row["last"],
                row["told_at"],
            )
            for row in rows
        ),
    )
