"""The table of what is to be done."""

from typing import Any

from rich.table import Table

from console.show.text import Stack, table
from console.words import code_word, counted, headings, phrase
from rulebook import DEADLINES
from schemas.texts import Language

__all__ = ["today_table"]

# What a task is of, where it is done for many at once.
_COUNTED = {"erase-passed": "person", "erase-deferred": "person", "retry-letters": "letter"}

_OF_TOPICS = frozenset({"resume-topic", "resume-source"})


def today_table(answer: dict[str, Any], language: Language = "en") -> Table:
    """The most urgent first: when, what, about whom or which case, and the commands that do it."""
    counts = [answer[state] for state in ("overdue", "due", "waits")]
    title = phrase("today", "title", language, *counts)
    columns = headings("today", "when task about commands", language)
    made = table(title, columns, (_task(row, language) for row in answer["tasks"]), language)
    more = sum(counts) - len(answer["tasks"])
    if more:
        made.caption = phrase("today", "more", language, more)
    return made


def _task(row: dict[str, Any], language: Language) -> tuple[Any, ...]:
    instead, since = row["instead"], row["since"]
    return (
        Stack(
            [
                phrase("task-state", row["state"], language),
                row["time"] or row["day"],
                phrase("today", "since", language, since) if since else None,
            ]
        ),
        Stack([phrase("task", row["task"], language), _detail(row, language)]),
        Stack([row["subject"], row["ref"], _count(row, language)]),
        Stack(
            [*row["commands"], phrase("today", "instead", language, instead) if instead else None]
        ),
    )


def _detail(row: dict[str, Any], language: Language) -> str | None:
    """A duty by its title; a right or a change in words; a topic as it is."""
    code: str | None = row["detail"]
    if code is None or row["task"] in _OF_TOPICS:
        return code
    entry = DEADLINES.get(code)
    if entry is None:
        return code_word("right", code, language)
    return entry.title_nl if language == "nl" else entry.title


def _count(row: dict[str, Any], language: Language) -> str | None:
    name = _COUNTED.get(row["task"])
    return counted(name, row["count"], language) if name else None
