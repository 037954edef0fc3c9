"""Tables of feeds about many persons, and what a proof says in a sentence."""

from collections.abc import Iterable

from rich.table import Table

from application.queries.disclosures.feed_lists import FeedRow, ProvenMembership
from application.words import counted, say
from console.show.text import Stack, worded


def feeds_table(rows: Iterable[FeedRow]) -> Table:
    """Each feed, and what is kept of its list."""
    return worded("feeds", "position feed given-to list", (_feed(row) for row in rows))


def _feed(row: FeedRow) -> tuple[object, ...]:
    kept_list, records = row.list, row.record_count
    return (
        row.position,
        Stack([row.occurred_at, counted("record", records) if records is not None else None]),
        Stack([row.recipient, row.recipient_kind, row.purpose, row.provision]),
        Stack([counted("member", kept_list.members), say("feeds", "until", kept_list.keep_until)])
        if kept_list
        else say("feeds", "none"),
    )


def proven_sentence(answer: ProvenMembership) -> str:
    """What is proven, in one sentence."""
    name = "included" if answer.included else "absent"
    return say("feed", name, answer.subject, answer.recipient, answer.day, answer.members)
