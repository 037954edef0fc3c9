"""Tables about requests of data subjects."""

from collections.abc import Iterable, Iterator
from functools import partial

from rich.console import RenderableType
from rich.table import Table

from application.language import spoken
from application.queries.cases.clocks import CaseAct
from application.queries.cases.requests import (
    CategoryDecision,
    RequestFile,
    RequestList,
    RequestRow,
)
from application.source import ERASED
from application.words import code_word, counted, headings, in_words, say
from console.show.text import Stack, pairs, table, worded


def requests_table(answer: RequestList) -> Table:
    """A row for each request: who asked for what, how it stands, and by when it must be answered."""
    rows = (_request(row) for row in answer.requests)
    return worded("requests", "request about received status due", rows)


def _request(row: RequestRow) -> tuple[object, ...]:
    return (
        Stack([row.request_ref, in_words("right", row.right)]),
        row.subject or ERASED,
        Stack([row.received_on, in_words("channel", row.channel)]),
        Stack(
            [
                in_words("request_status", row.status),
                in_words("outcome", row.outcome),
                say("requests", "identity", code_word("identity", row.identity)),
            ]
        ),
        Stack(
            [
                *(
                    [say("requests", "ended", row.ended_at)]
                    if row.ended_at
                    else [row.due_on or say("requests", "still"), *_moved(row)]
                ),
                say("task-state", "overdue") if row.overdue else None,
            ]
        ),
    )


def _moved(row: RequestRow) -> list[str | None]:
    days = sum(pause.days for pause in row.pauses)
    return [
        say("request", "extended") if row.extended else None,
        say("request", "paused", counted("day", days)) if days else None,
    ]


def request_tables(answer: RequestFile) -> list[RenderableType]:
    """One request: how it stands, what was done, and what the person must be told."""
    word = partial(say, "request")
    names = headings("request", "right about received identity status")
    status = code_word("request_status", answer.status)
    values = (
        code_word("right", answer.right),
        answer.subject or ERASED,
        word(
            "received_by",
            answer.received_on,
            code_word("channel", answer.channel),
        ),
        code_word("identity", answer.identity),
        Stack([status, code_word("outcome", answer.outcome)]),
    )
    rows = [*zip(names, values, strict=True), *_times(answer)]
    title = word("title", answer.request_ref)
    tables: list[RenderableType] = [
        pairs(title, rows),
        *([_decisions_table(answer.decisions)] if answer.decisions else []),
        steps_table(answer.steps),
    ]
    if answer.notice:
        texts = [(word("dutch"), answer.notice.nl), (word("english"), answer.notice.en)]
        tables.append(pairs(word("notice"), texts))
    tables.append(say("said_to_all", "tell", answer.said_to_all.said(spoken())))
    return tables


def _times(answer: RequestFile) -> list[tuple[str, object]]:
    """By when it must be answered, or when it ended, and whether that is too late."""
    word = partial(say, "request")
    late = (word("overdue"), answer.overdue)
    if answer.ended_at:
        return [(word("ended"), answer.ended_at), late]
    due = Stack([answer.due_on or word("still"), *_moved(answer)])
    return [(word("due"), due), late]


def _decisions_table(decisions: Iterable[CategoryDecision]) -> Table:
    """What was erased for a request, and what is kept: why, and until when."""
    rows = (row for decision in decisions for row in _decision(decision))
    columns = headings("decision", "category decision why until")
    return table(say("came_of_it", "title"), columns, rows)


def _decision(decision: CategoryDecision) -> Iterator[tuple[object, ...]]:
    """A line for every ground of a category, the longest ground last."""
    head = (code_word("category", decision.category), say("came_of_it", decision.decision))
    for number, ground in enumerate([*reversed(decision.besides), decision]):
        why = Stack([code_word("ground", ground.ground), ground.ref])
        yield *(head if number == 0 else ("", "")), why, ground.until


def steps_table(steps: Iterable[CaseAct]) -> Table:
    """What was done about a request or an incident, in words."""
    rows = ((step.occurred_at, step.text, step.source) for step in steps)
    columns = headings("steps", "when what by")
    return table(say("steps", "title"), columns, rows)
