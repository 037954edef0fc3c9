"""The table of what is to be done."""

from rich.table import Table

from application.language import spoken
from application.queries.today.task import TaskList, TaskRow
from application.words import code_word, counted, headings, say
from console.show.text import Stack, table
from rulebook import DEADLINES

# What a task is of, where it is done for many at once.
_COUNTED = {
    "erase-passed": "person",
    "erase-deferred": "person",
    "mend-finding": "finding",
    "retry-letters": "letter",
}

_OF_TOPICS = frozenset({"resume-topic", "resume-source"})


def today_table(answer: TaskList) -> Table:
    """A row for each task, the most urgent first: when, what, about whom, and the commands that do it."""
    counts = (answer.overdue, answer.due, answer.waits)
    title = say("today", "title", *counts)
    columns = headings("today", "when task about commands")
    grid = table(title, columns, (_task(row) for row in answer.tasks))
    more = sum(counts) - len(answer.tasks)
    if more:
        grid.caption = say("today", "more", more)
    return grid


def _task(row: TaskRow) -> tuple[object, ...]:
    instead, since = row.instead, row.since
    return (
        Stack(
            [
                say("task-state", row.state),
                row.time or row.day,
                say("today", "since", since) if since else None,
            ]
        ),
        Stack([say("task", row.task), _detail(row), row.owner]),
        Stack([row.subject, row.ref, _count(row)]),
        Stack([*row.commands, say("today", "instead", instead) if instead else None]),
    )


_OF_ACTS = ("approve-emergency", "approve-act")
"""Tasks whose detail is the act that waits for a second person."""


def _detail(row: TaskRow) -> str | None:
    """A duty by its title; a right or a change in words; a topic as it is."""
    code = row.detail
    if code is None or row.task in _OF_TOPICS:
        return code
    entry = DEADLINES.get(code)
    if entry is None:
        return code_word("approval-act" if row.task in _OF_ACTS else "right", code)
    return entry.title_nl if spoken() == "nl" else entry.title


def _count(row: TaskRow) -> str | None:
    name = _COUNTED.get(row.task)
    return counted(name, row.count) if name else None
