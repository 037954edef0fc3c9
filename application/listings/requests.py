"""Requests of persons: the list, and one of them."""

from collections.abc import Iterator
from uuid import UUID

from application.listings.cells import (
    Cell,
    Counted,
    Day,
    Due,
    Instant,
    Lines,
    Person,
    Reference,
    Said,
    Word,
    lines,
)
from application.listings.listing import Column, File, Listing, Notice, Remark, Rows, Steps
from application.queries.cases.requests import CategoryDecision, RequestFile, RequestRow


def _standing(row: RequestRow) -> Iterator[Cell]:
    yield Word("request_status", row.status)
    yield Word("outcome", row.outcome)


def _due(row: RequestRow) -> Iterator[Cell]:
    """By when it must be answered, and why then."""
    if row.due_on is None:
        yield Due(None, "paused")
    else:
        yield Due(row.due_on, "overdue" if row.overdue else "running")
    if row.extended:
        yield Said("request", "extended")
    if days := sum(pause.days for pause in row.pauses):
        yield Said("request", "paused", (Counted("day", days),))


def _late(row: RequestRow) -> Cell:
    return Said("task-state", "overdue", tone="bad") if row.overdue else None


def _ended(row: RequestRow) -> Cell:
    return lines(Said("requests", "ended", (Instant(row.ended_at),)), _late(row))


def _decided(answer: RequestFile) -> Iterator[tuple[Cell, ...]]:
    for decision in answer.decisions:
        yield from _decision(decision)


def _decision(decision: CategoryDecision) -> Iterator[tuple[Cell, ...]]:
    """A line for every ground of a category, the longest ground last."""
    head: tuple[Cell, ...] = (
        Word("category", decision.category),
        Said("came_of_it", decision.decision),
    )
    for number, ground in enumerate([*reversed(decision.besides), decision]):
        why = lines(Word("ground", ground.ground), ground.ref)
        yield *(head if number == 0 else ("", "")), why, Day(ground.until)


_ABOUT: Column[RequestRow] = Column("about", lambda row: Person(row.subject))
_RECEIVED: Column[RequestRow] = Column(
    "received",
    lambda row: lines(
        Day(row.received_on),
        Word("channel", row.channel),
        Word("requester", row.requester) if row.requester != "subject" else "",
    ),
)

REQUESTS: Listing[RequestRow] = Listing(
    about="requests",
    columns=(
        Column(
            "request",
            lambda row: lines(
                Reference("requests", row.request_ref, row.subject), Word("right", row.right)
            ),
        ),
        _ABOUT,
        _RECEIVED,
        Column(
            "status",
            lambda row: Lines(
                [*_standing(row), Said("requests", "identity", (Word("identity", row.identity),))]
            ),
        ),
        Column("due", lambda row: _ended(row) if row.ended_at else Lines([*_due(row)])),
    ),
    left_out={
        "data_subject": "the reference names the person; the stream is for machines",
        "due": "people count days, and `due_on` is the last one",
    },
)
REQUEST: File[RequestFile] = File(
    about="request",
    ref=lambda row: row.request_ref,
    facts=(
        Column("right", lambda row: Word("right", row.right)),
        _ABOUT,
        _RECEIVED,
        Column("identity", lambda row: Word("identity", row.identity)),
        Column("status", lambda row: Lines([*_standing(row)])),
        Column("due", lambda row: None if row.ended_at else Lines([*_due(row)])),
        Column(
            "ended", lambda row: lines(Instant(row.ended_at), _late(row)) if row.ended_at else None
        ),
    ),
    parts=(
        Notice("notice", lambda row: row.notice),
        Remark(lambda row: Said("said_to_all", "tell", (row.said_to_all,))),
        Rows(Said("came_of_it", "title"), "decision", "category decision why until", _decided),
        Steps(lambda row: row.steps, lambda row: UUID(row.data_subject)),
    ),
    left_out={"due": "people count days, and `due_on` is the last one"},
)
