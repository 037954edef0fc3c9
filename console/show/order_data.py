"""Tables of a bundle that was prepared for an authority, and of numbers of orders."""

from collections.abc import Iterator

from msgspec import UNSET
from rich.console import RenderableType
from rich.table import Table

from application.queries.desk.counts import OrderCounts, shown_figure
from application.queries.desk.data import OrderGap
from application.queries.desk.prepared import PreparedOrder
from application.words import code_word, say
from console.show.text import field_names, pairs, worded

_ABOUT = "order-data"


def prepared_tables(answer: PreparedOrder) -> list[RenderableType]:
    """What a bundle holds, to whom it is sealed, and what it lacks."""
    tables: list[RenderableType] = [pairs(say(_ABOUT, "title"), _lines(answer))]
    if answer.gaps:
        rows = (_gap(gap) for gap in answer.gaps)
        tables.append(worded(_ABOUT, "reason subject field values ground", rows, title="gaps"))
    return tables


def _lines(answer: PreparedOrder) -> Iterator[tuple[str, object]]:
    lines = {
        "order": answer.order_ref,
        "recipient": answer.recipient,
        "case": answer.case_ref or "",
        "bundle": answer.bundle,
        "receipt": answer.receipt,
        "sha256": answer.bundle_sha256,
        "content-sha256": answer.content_sha256,
        "sealed-to": answer.sealed_to,
        "fields": field_names(answer.fields),
        "from": answer.period_from,
        "until": answer.period_to,
        "position": answer.position,
        "published": answer.published,
        "persons": ", ".join(answer.persons),
        "records": answer.records,
        "unproven": answer.unproven,
        "command": answer.command,
    }
    for name, value in lines.items():
        yield say(_ABOUT, name), value


def _gap(gap: OrderGap) -> tuple[object, ...]:
    values = (gap.subject, gap.field, gap.values, gap.ground)
    return say(_ABOUT, gap.reason), *("" if value is UNSET else value for value in values)


def counts_table(answer: OrderCounts) -> Table:
    """Every number of orders that can be published."""
    rows = (
        (
            cell.half_year,
            cell.provision,
            cell.country,
            code_word("order-counts", cell.kind),
            code_word("order-counts", cell.outcome),
            shown_figure(cell.count),
        )
        for cell in answer.cells
    )
    columns = "half-year provision country kind outcome count"
    return worded("order-counts", columns, rows, title="heading")
