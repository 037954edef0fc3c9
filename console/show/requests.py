"""Tables about requests of data subjects."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from console.show.text import Stack, pairs, table
from console.words import code_word, counted, headings, phrase
from schemas.texts import Language

__all__ = ["request_tables", "requests_table", "steps_table"]


def requests_table(answer: dict[str, Any]) -> Table:
    """Who asked for what, how it stands, and until when; a row each."""
    columns = ("request", "about", "received", "status", "answer by")
    return table("Requests", columns, (_request(row) for row in answer["requests"]))


def _request(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        Stack([row["request_ref"], row["right"]]),
        row["subject"] or {"erased": True},
        Stack([row["received_on"], row["channel"]]),
        Stack([row["status"], row["outcome"], f"identity {row['identity']}"]),
        Stack(
            [
                *(
                    [f"ended {row['ended_at']}"]
                    if row["ended_at"]
                    else [row["due_on"] or "stands still", *_moved(row, "en")]
                ),
                "OVERDUE" if row["overdue"] else None,
            ]
        ),
    )


def _moved(row: dict[str, Any], language: Language) -> list[str | None]:
    days = sum(pause["days"] for pause in row["pauses"])
    return [
        phrase("request", "extended", language) if row["extended"] else None,
        phrase("request", "paused", language, counted("day", days, language)) if days else None,
    ]


def request_tables(answer: dict[str, Any], language: Language = "en") -> list[RenderableType]:
    """One request: how it stands, what was done, and what the person must be told."""
    said = partial(phrase, "request")
    asked = headings("request", "right about received identity status", language)
    status = code_word("request_status", answer["status"], language)
    values = (
        code_word("right", answer["right"], language),
        answer["subject"] or {"erased": True},
        said(
            "received_by",
            language,
            answer["received_on"],
            code_word("channel", answer["channel"], language),
        ),
        code_word("identity", answer["identity"], language),
        Stack([status, code_word("outcome", answer["outcome"], language)]),
    )
    rows = [*zip(asked, values, strict=True), *_times(answer, language)]
    title = said("title", language, answer["request_ref"])
    made: list[RenderableType] = [
        pairs(title, rows, language),
        *([_decisions_table(answer["decisions"], language)] if answer["decisions"] else []),
        steps_table(answer["steps"], language),
    ]
    if answer["notice"]:
        told = [(said("dutch", language), answer["notice"]["nl"])]
        told.append((said("english", language), answer["notice"]["en"]))
        made.append(pairs(said("notice", language), told, language))
    return made


def _times(answer: dict[str, Any], language: Language) -> list[tuple[str, Any]]:
    """Until when it must be answered; of one that has ended when that was, and whether it was late."""
    said = partial(phrase, "request")
    late = (said("overdue", language), answer["overdue"])
    if answer["ended_at"]:
        return [(said("ended", language), answer["ended_at"]), late]
    due = Stack([answer["due_on"] or said("still", language), *_moved(answer, language)])
    return [(said("due", language), due), late]


def _decisions_table(decisions: Iterable[dict[str, Any]], language: Language) -> Table:
    """What was erased for a request, and what is kept: why, and until when."""
    rows = (row for one in decisions for row in _decision(one, language))
    columns = headings("decision", "category decision why until", language)
    return table(phrase("came_of_it", "title", language), columns, rows, language)


def _decision(one: dict[str, Any], language: Language) -> Iterator[tuple[Any, ...]]:
    """A line for every ground of a category, the one that lasts longest last."""
    named = (
        code_word("category", one["category"], language),
        phrase("came_of_it", one["decision"], language),
    )
    for number, ground in enumerate([*reversed(one["besides"]), one]):
        why = Stack([code_word("ground", ground["ground"], language), ground["ref"]])
        yield *(named if number == 0 else ("", "")), why, ground["until"]


def steps_table(steps: Iterable[dict[str, Any]], language: Language) -> Table:
    """What was done about a request or an incident, in words."""
    rows = ((step["occurred_at"], step["text"], step["source"]) for step in steps)
    columns = headings("steps", "when what by", language)
    return table(phrase("steps", "title", language), columns, rows, language)
