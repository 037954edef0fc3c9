"""The first page: what must be done now, and by when."""

import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from urllib.parse import quote

import msgspec

from application.queries.today.task import TaskList, TaskRow
from application.words import say, told_in
from rulebook import DEADLINES
from rulebook.calendar import day_of
from schemas.formats import instant_of
from web.context import RequestContext
from web.linking import person
from web.moments import day, when
from web.page import Page
from web.parts import Nothing, Table, columns, lines
from web.pieces import Deadline, Figure, Id, Link, Tag, Tone
from web.rendering import code
from web.resource import NoParams
from web.resources.today import today
from web.rights import Part
from web.words import counted, t

MANY = 5
"""From so many on tasks of one kind that wait stand in one row."""
_TONES: dict[str, Tone] = {"overdue": "bad", "due": "due", "waits": "plain"}
_COUNTED = {
    "erase-passed": "person",
    "erase-deferred": "person",
    "retry-letters": "letter",
    "tell-recipient": "recipient",
}
_OF_TOPICS = frozenset({"resume-topic", "resume-source"})


class Place(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a task is done: a page, and the part of the console that it is in."""

    part: Part
    page: str


@cache
def places() -> dict[str, Place]:
    """Task -> where it is done."""
    text = Path(__file__).with_name("tasks.toml").read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Place])


def _today(context: RequestContext, _params: NoParams, answer: TaskList) -> Mapping[str, object]:
    number = answer.overdue + answer.due + answer.waits
    headings = columns(*(t(f"today.{name}") for name in ("when", "what", "about", "command")))
    rows = tuple(_row(context, row, number) for row, number in together(answer.tasks))
    nothing = Nothing(t("today.nothing"), t("today.nothing_how"))
    said = t("today.said", Figure(number, "#tasks"), answer.overdue, answer.due, answer.waits)
    return {
        "said": said if number else t("today.none"),
        "part": Table(t("today.caption"), headings, rows, "tasks") if rows else nothing,
    }


def together(tasks: Sequence[TaskRow]) -> list[tuple[TaskRow, int]]:
    """Tasks with how many of their kind a row stands for: many that wait without a day are one row."""
    kinds = Counter(row.task for row in tasks if _can_wait(row))
    seen: set[str] = set()
    rows = []
    for row in tasks:
        number = kinds[row.task] if _can_wait(row) else 1
        if number < MANY:
            rows.append((row, 1))
        elif row.task not in seen:
            seen.add(row.task)
            rows.append((row, number))
    return rows


def _can_wait(row: TaskRow) -> bool:
    return row.state == "waits" and row.day is None


def _row(context: RequestContext, row: TaskRow, number: int) -> tuple[object, ...]:
    words = say("task", row.task)
    words = words[:1].upper() + words[1:]
    leads = leads_to(context, row)
    about = person(context, row.subject) if row.subject else None
    one = lines(about, row.ref, _number(row)) if number == 1 else t("today.times", number)
    return (
        lines(Tag(say("task-state", row.state), _TONES[row.state]), _due(context, row)),
        lines(Link(leads, words) if leads else words, _detail(row) if number == 1 else None),
        one,
        lines(*(Id(command) for command in row.commands)) if number == 1 else None,
    )


def leads_to(context: RequestContext, row: TaskRow) -> str | None:
    """The page where a task is done; None where there is none for the reader."""
    place = places().get(row.task)
    if place is None or not context.has(place.part):
        return None
    if row.ref is None and "{ref}" in place.page:
        return None
    return place.page.format(ref=quote(row.ref or "", safe=""))


def _due(context: RequestContext, row: TaskRow) -> object:
    """By when: the hour where it has one, else the day; without both, since when it waits."""
    if row.day is None:
        return t("today.since", day(row.since)) if row.since else None
    time = instant_of(row.time) if row.time else None
    last = day_of(time) if time else date.fromisoformat(row.day)
    return Deadline(last, (last - day_of(context.now)).days, at=when(time) if time else None)


_OF_ACTS = ("approve-emergency", "approve-act")


def _detail(row: TaskRow) -> object:
    """A duty by its title; a right or a change in words; a topic as it is."""
    if row.detail is None or row.task in _OF_TOPICS:
        return row.detail
    entry = DEADLINES.get(row.detail)
    about = "approval-act" if row.task in _OF_ACTS else "right"
    return told_in(entry, "title") if entry else code(row.detail, about)


def _number(row: TaskRow) -> object:
    name = _COUNTED.get(row.task)
    return counted(name, row.count) if name and row.ref is None else None


PAGES = (Page("/", "today", today, "today.html", _today, entry=True),)
