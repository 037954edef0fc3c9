"""Tables about acts that one person did in an emergency."""

from rich.console import RenderableType
from rich.table import Table

from application.queries.oversight.approvals import WaitingApproval
from application.queries.oversight.emergencies import (
    EmergencyApproved,
    EmergencyList,
    EmergencyRow,
)
from application.source import ERASED
from application.words import code_word, say
from console.show.text import Stack, worded


def emergency_tables(answer: EmergencyList) -> list[RenderableType]:
    """A row for each act that waits for its second person, the oldest first: done acts, then others."""
    tables: list[RenderableType] = [_table("title", answer.emergencies)]
    if answer.approvals:
        rows = map(_approval, answer.approvals)
        tables.append(worded("emergency", "act by until", rows, title="asked"))
    return tables


def approved_tables(answer: EmergencyApproved) -> list[RenderableType]:
    """What was approved now; and what waits still, if anything does."""
    tables: list[RenderableType] = [_table("approved", [answer.approved])]
    if answer.emergencies:
        tables.append(_table("title", answer.emergencies))
    return tables


def _table(title: str, rows: list[EmergencyRow]) -> Table:
    return worded("emergency", "act about why by until id", map(_row, rows), title=title)


def _approval(row: WaitingApproval) -> tuple[object, ...]:
    by = Stack([row.approver or ERASED, row.role, row.approved_at])
    return code_word("approval-act", row.act), by, row.until


def _row(row: EmergencyRow) -> tuple[object, ...]:
    return (
        code_word("approval-act", row.act),
        Stack([row.subject or ERASED, row.order_ref, row.evidence]),
        row.emergency,
        Stack([row.approver or ERASED, row.role, row.done_at]),
        Stack([row.approve_by, say("task-state", "overdue") if row.overdue else None]),
        row.command,
    )
