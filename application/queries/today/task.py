"""Tasks of a person at the office: by when, how urgent it is, and the command that does it. Pure."""

import shlex
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Literal, get_args

from msgspec import Struct

from application.answer import Answer, Name
from application.command_line import UNNAMED
from application.source import instant_or_none

State = Literal["overdue", "due", "waits"]
STATES: tuple[State, ...] = get_args(State)
"""Most urgent first: its day has passed; it is to be done today; it has another day, or none."""

TASKS = (
    "resume-topic",
    "resume-source",
    "notify-authority",
    "warn-person",
    "approve-emergency",
    "approve-act",
    "close-lapsed-order",
    "authenticate-order",
    "decide-order",
    "execute-order",
    "confirm-order",
    "confirm-receipt",
    "end-measure",
    "give-rest",
    "hand-over-disclosure",
    "lift-secrecy",
    "review-secrecy",
    "end-preservation",
    "review-restriction",
    "check-identity",
    "issue-answer",
    "correct-data",
    "answer-request",
    "answer-complaint",
    "answer-inquiry",
    "assess-breach",
    "tell-persons",
    "close-breach",
    "resolve-misuse",
    "review-hold",
    "release-hold",
    "erase-passed",
    "erase-deferred",
    "mend-finding",
    "tell-recipient",
    "retry-letters",
    "rotate-keys",
)
"""Order of equally urgent tasks: a task that holds up other work comes first."""
_NO_DAY = date.max
_NO_TIME = datetime.max.replace(tzinfo=UTC)


class Task(Struct, frozen=True, kw_only=True):
    """Something for a person to do. `day`: the last one, in Amsterdam; `time`: where it has an hour as well.

    `since`: from when it waits. `detail`: which right, duty, change or topic. `count`: how many are done at
    once. `commands`: one after the other, with what only a person knows in capitals. `instead`: another
    command that may be given. `owner`: the employee in whose hands it is, where somebody is named.
    """

    task: str
    state: State
    commands: tuple[str, ...]
    instead: str | None = None
    day: date | None = None
    time: datetime | None = None
    since: str | None = None
    subject: str | None = None
    ref: str | None = None
    detail: str | None = None
    owner: str | None = None
    count: int = 1


class TaskRow(Answer, frozen=True):
    """Something for a person to do, as `Task` says it. `subject`: null where it is not about one person."""

    task: str
    state: State
    day: str | None
    time: str | None
    since: str | None
    subject: str | None
    ref: str | None
    detail: str | None
    owner: str | None
    count: int
    commands: list[str]
    instead: str | None


class TaskInShort(Answer, frozen=True):
    """A task in short: what is to be done about whom or what, by what time or day, and the first command."""

    what: str
    about: str | None
    due: str | None
    command: str


class TaskList(Answer, frozen=True):
    """What is to be done, the most urgent first; how many there are in each state, whatever the limit.

    `today`: the same tasks in short, in the same order.
    """

    today: list[TaskInShort]
    tasks: list[TaskRow]
    overdue: int
    due: int
    waits: int


def state_of(day: date | None, today: date) -> State:
    """How urgent a task with this last day is; without a last day it waits."""
    if day is None or day > today:
        return "waits"
    # The last day itself is still in time.
    return "due" if day == today else "overdue"


def reference_of(name: Name | None) -> str | None:
    """The reference of a person as a command takes it; None when it is gone."""
    return name if isinstance(name, str) else None


def lacks_person(row: TaskRow) -> bool:
    """Whether a command of a task names a person whose reference is not known, or not told."""
    return any(UNNAMED in shlex.split(text) for text in row.commands)


def answer_of(tasks: Iterable[Task], limit: int | None = None) -> TaskList:
    """The most urgent first. `limit`: at most so many are shown; all are counted."""
    ordered = sorted(tasks, key=_urgency)
    counts = Counter(task.state for task in ordered)
    rows = [_row(task) for task in ordered[:limit]]
    return TaskList(
        today=[_in_short(row) for row in rows],
        tasks=rows,
        overdue=counts["overdue"],
        due=counts["due"],
        waits=counts["waits"],
    )


def _urgency(task: Task) -> tuple[object, ...]:
    """By state, then by the day and hour, then by what it is, then what waits longest."""
    return (
        STATES.index(task.state),
        task.day or _NO_DAY,
        task.time or _NO_TIME,
        TASKS.index(task.task),
        task.since or "",
        task.subject or "",
        task.ref or "",
        task.detail or "",
    )


def _in_short(row: TaskRow) -> TaskInShort:
    return TaskInShort(
        what=row.task,
        about=row.subject or row.ref,
        due=row.time or row.day,
        command=row.commands[0],
    )


def _row(task: Task) -> TaskRow:
    return TaskRow(
        task=task.task,
        state=task.state,
        day=task.day.isoformat() if task.day else None,
        time=instant_or_none(task.time),
        since=task.since,
        subject=task.subject,
        ref=task.ref,
        detail=task.detail,
        owner=task.owner,
        count=task.count,
        commands=list(task.commands),
        instead=task.instead,
    )
