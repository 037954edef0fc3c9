"""Tables about orders of authorities."""

from collections.abc import Iterator
from functools import partial

from rich.console import RenderableType
from rich.table import Table

from application.acts.on_several_orders import OrdersDone
from application.language import spoken
from application.queries.desk.order_file import OrderFile, OrderStep
from application.queries.desk.orders import OrderClockRow, OrderList, OrderRow
from application.queries.desk.preserved import KeptOrder
from application.register_words import RegisterWords
from application.source import ERASED
from application.words import code_word, counted, headings, in_words, say
from console.show.text import Stack, field_names, pairs, table, worded
from documents.messages import told


def orders_table(answer: OrderList) -> Table:
    """A row for each order: who ordered what, about whom, how it stands, and what is due next."""
    return worded("orders", "order about received status due", map(_order, answer.orders))


def orders_done_table(answer: OrdersDone) -> Table:
    """A row for each order: how it stands, or why its step was refused."""
    title = say("orders", "recorded" if answer.recorded else "shown", answer.done, answer.refused)
    rows = (
        (
            row.order_ref,
            counted("person", row.persons),
            row.status and say("order-status", row.status),
            row.refused and told(row.refused),
        )
        for row in answer.orders
    )
    return table(title, headings("orders", "order about status why-not"), rows)


def _order(row: OrderRow) -> tuple[object, ...]:
    return (
        Stack([row.order_ref, in_words("order-kind", row.kind), row.provision]),
        row.subject or ERASED if row.persons == 1 else counted("person", row.persons),
        Stack([row.received_at, row.authority, *_marks(row)]),
        Stack([*_standing(row), *_statuses(row), row.owner]),
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


def _statuses(row: OrderRow) -> Iterator[str]:
    """How many persons of an order stand how, where not all stand alike."""
    if len(row.statuses) > 1:
        for status, count in row.statuses.items():
            yield f"{count}: {say('order-status', status)}"


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
    columns = headings("steps", "when what by")
    return [*tables, table(say("steps", "title"), columns, map(_step, answer.steps))]


def _step(step: OrderStep) -> tuple[object, ...]:
    """What was done, and by whom; of what was annulled also when, by whom and why."""
    taken = step.annulled
    by = taken and (taken.employee or taken.source)
    why = taken and say("orders", "annulled-by", taken.at, by, taken.reason)
    return step.occurred_at, Stack([why, step.text, step.note]), step.employee or step.source


def kept_tables(answer: KeptOrder) -> list[RenderableType]:
    """An order whose data is kept: the look at the open ledger, then the order."""
    look = answer.snapshot
    rows = [(say("preservation", name), getattr(look, name)) for name in look.__struct_fields__]
    return [pairs(say("preservation", "title", answer.order_ref), rows), *order_tables(answer)]


def _pairs(answer: OrderFile) -> Iterator[tuple[str, object]]:
    word = partial(say, "orders")
    yield word("about"), answer.subject or ERASED
    annulled = word("annulled") if answer.annulled else None
    yield word("status"), Stack([annulled, *_standing(answer)])
    yield word("owner"), answer.owner
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
    yield from _waits_for(answer)
    yield word("given"), field_names(answer.given_fields)
    yield word("documents"), Stack(answer.documents) or None
    yield word("bundles"), Stack(answer.bundles) or None
    kept = [code_word("category", category) for category in answer.preserved_categories]
    yield word("preserved"), answer.preserved_until and Stack([answer.preserved_until, *kept])
    yield word("next"), answer.command


def _waits_for(answer: OrderFile) -> Iterator[tuple[str, object]]:
    """Whose word an order has, what marks it, and from when its data may be given."""
    authorised = [code_word("issued-by", office) for office in answer.authorised_by]
    yield say("orders", "authorised"), Stack(authorised) or None
    yield say("orders", "faults"), Stack([*_faults(answer)]) or None
    yield say("orders", "earliest"), answer.earliest_delivery


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
