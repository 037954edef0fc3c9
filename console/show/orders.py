"""Tables about orders of authorities."""

from collections.abc import Iterator
from functools import partial

from rich.console import RenderableType
from rich.table import Table

from application.language import spoken
from application.queries.desk.orders import OrderClockRow, OrderFile, OrderList, OrderRow
from application.register_words import RegisterWords
from application.source import ERASED
from application.words import code_word, headings, in_words, say
from console.show.requests import steps_table
from console.show.text import Stack, field_names, pairs, table, worded


def orders_table(answer: OrderList) -> Table:
    """A row for each order: who ordered what, about whom, how it stands, and what is due next."""
    return worded("orders", "order about received status due", map(_order, answer.orders))


def _order(row: OrderRow) -> tuple[object, ...]:
    return (
        Stack([row.order_ref, in_words("order-kind", row.kind), row.provision]),
        row.subject or ERASED,
        Stack([row.received_at, row.authority, *_marks(row)]),
        Stack([*_standing(row)]),
        Stack([*_due(row), row.command]),
    )


def _marks(row: OrderRow) -> Iterator[str]:
    """What makes an order one to hurry with."""
    if row.oral:
        yield say("orders", "oral")
    if row.urgent:
        yield say("orders", "urgent")


def _standing(row: OrderRow) -> Iterator[object]:
    yield say("order-status", row.status)
    yield say("secrecy-state", row.secrecy)


def _due(row: OrderRow) -> Iterator[object]:
    yield row.due
    if row.next is not None:
        yield say("order-clock", row.next)
    if row.overdue:
        yield say("task-state", "overdue")


def order_tables(answer: OrderFile) -> list[RenderableType]:
    """One order: what it asks and may have, its clocks, what was done, and what to do next."""
    rows = [(name, value) for name, value in _pairs(answer) if value not in (None, "")]
    tables: list[RenderableType] = [pairs(say("orders", "one", answer.order_ref), rows)]
    if answer.clocks:
        columns = headings("orders", "clock due-by stands law")
        tables.append(table(say("orders", "clocks"), columns, map(_clock, answer.clocks)))
    return [*tables, steps_table(answer.steps)]


def _pairs(answer: OrderFile) -> Iterator[tuple[str, object]]:
    word = partial(say, "orders")
    yield word("about"), answer.subject or ERASED
    yield word("status"), Stack([*_standing(answer)])
    yield word("provision"), answer.provision
    by = (code_word("issued-by", answer.issued_by), answer.country, answer.case_ref)
    yield word("authority"), Stack([answer.authority, *by])
    yield word("received"), Stack([answer.received_at, *_marks(answer)])
    yield word("kind"), code_word("order-kind", answer.kind)
    if answer.period_from or answer.period_to:
        yield word("period"), Stack([answer.period_from, answer.period_to])
    yield word("asked"), field_names(answer.requested_fields)
    yield word("allowed"), field_names(answer.allowed_fields or [])
    yield word("refused"), field_names(answer.refused_fields)
    authorised = [code_word("issued-by", office) for office in answer.authorised_by]
    yield word("authorised"), Stack(authorised) or None
    yield word("faults"), Stack([*_faults(answer)]) or None
    yield word("earliest"), answer.earliest_delivery
    yield word("preserved"), answer.preserved_until
    yield word("next"), answer.command


def _faults(answer: OrderFile) -> Iterator[str]:
    """What marks an order that can only be refused."""
    if not answer.known_law:
        yield say("orders", "unknown-law")
    yield from answer.form_faults


def _clock(clock: OrderClockRow) -> tuple[object, ...]:
    return (
        say("order-clock", clock.name),
        clock.due,
        say("clock", clock.state),
        RegisterWords(spoken()).cited(clock.citation),
    )
