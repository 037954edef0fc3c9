"""Tables about acts that one person did in an emergency."""

from rich.table import Table

from application.queries.oversight.emergencies import EmergencyList, EmergencyRow
from application.source import ERASED
from application.words import code_word, say
from console.show.text import Stack, worded


def emergency_table(answer: EmergencyList) -> Table:
    """A row for each act that waits for its second person, the oldest first."""
    return worded("emergency", "act about why by until id", map(_row, answer.emergencies))


def _row(row: EmergencyRow) -> tuple[object, ...]:
    return (
        code_word("approval-act", row.act),
        Stack([row.subject or ERASED, row.order_ref, row.evidence]),
        row.emergency,
        Stack([row.approver or ERASED, row.role, row.done_at]),
        Stack([row.approve_by, say("task-state", "overdue") if row.overdue else None]),
        row.command,
    )
