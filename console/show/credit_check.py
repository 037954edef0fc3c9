"""The table of a decision on a credit check: yes or no, and what each rule says."""

from collections.abc import Iterator
from typing import Any

from rich.console import RenderableType

from console.show.text import Stack, clean, pairs, table
from console.words import headings, phrase
from schemas.texts import Language

__all__ = ["credit_check_tables"]

_ABOUT = "credit_check"


def credit_check_tables(answer: dict[str, Any], language: Language) -> list[RenderableType]:
    """What it rests on, then a row for each rule."""
    title = phrase(_ABOUT, "title", language, clean(answer["subject"]), answer["as_of"])
    columns = headings(_ABOUT, "about by why rule", language)
    return [
        pairs(title, _rests_on(answer, language), language),
        table(phrase(_ABOUT, "verdicts", language), columns, _rows(answer, language), language),
    ]


def _rests_on(answer: dict[str, Any], language: Language) -> Iterator[tuple[str, Any]]:
    def name(code: str) -> str:
        return phrase(_ABOUT, code, language)

    yield name("allowed"), _may(answer, language)
    last = answer["last_check"]
    days = phrase(_ABOUT, "days-ago", language, last["days_ago"]) if last else name("never")
    yield name("last"), Stack([last["requested_at"] if last else None, days])
    if not answer["activities"]:
        yield name("activity"), name("undeclared")
    record = answer["record"]
    if record:
        yield name("record"), f"{record['type']}, {record['reason']}, {record['activity']}"


def _rows(answer: dict[str, Any], language: Language) -> Iterator[tuple[Any, ...]]:
    person = phrase(_ABOUT, "person", language)
    for verdict in answer["verdicts"]:
        yield _row(person, verdict, language)
    for one in answer["activities"]:
        for verdict in one["verdicts"]:
            yield _row(f"{one['activity']} ({one['legal_basis']})", verdict, language)


def _row(about: str, verdict: dict[str, Any], language: Language) -> tuple[Any, ...]:
    ending = "_nl" if language == "nl" else ""
    lifted = verdict.get(f"resolved_by{ending}")
    return (
        about,
        Stack([phrase(_ABOUT, verdict["layer"], language), _may(verdict, language)]),
        Stack(
            [
                verdict[f"why{ending}"],
                verdict.get("detail"),
                phrase(_ABOUT, "lifted", language, lifted) if lifted else None,
            ]
        ),
        Stack([verdict["rule"], verdict["citation"], _doubt(verdict, language)]),
    )


def _may(judged: dict[str, Any], language: Language) -> str:
    return phrase("value", "yes" if judged["allowed"] else "no", language)


def _doubt(verdict: dict[str, Any], language: Language) -> str | None:
    return phrase(_ABOUT, "doubt", language) if verdict["confidence"] == "unconfirmed" else None
