"""The table of what recipients must be told."""

from collections.abc import Iterable

from rich.table import Table

from application.answer import given
from application.queries.disclosures.notifications import Notification
from application.source import ERASED
from application.words import in_words, say
from console.show.text import Stack, worded


def notifications_table(rows: Iterable[Notification]) -> Table:
    """A row for each notification: which recipient must be told what about whom, and the outcome."""
    return worded("notify", "recipient about of since status", (_task(row) for row in rows))


def _task(row: Notification) -> tuple[object, ...]:
    return (
        Stack([row.recipient_name, row.recipient]),
        Stack([row.subject or ERASED, *(given(row.references) or ())]),
        Stack([in_words("right", row.action), in_words("category", row.categories)]),
        row.since,
        _status(row),
    )


def _status(row: Notification) -> object:
    if row.open:
        return say("notify", "open")
    codes = (in_words("told", code) for code in (row.outcome, row.ground))
    return Stack([*codes, row.told_at])
