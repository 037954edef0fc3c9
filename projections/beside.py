"""What stands beside the states of a view's rows, for its audit: extra columns, counts, the colour in use.

All of it follows from the rows, whose digest is compared with the events, or from the events themselves.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import msgspec

from ledger.postgres import Session
from projections.findings_tables import found_row
from projections.storage import Bookmark
from projections.view import View

__all__ = ["follows", "stored_named"]

_PAGE_ROWS = 1_000
_START = UUID(int=0)


def follows(session: Session, view: View[Any], bookmark: Bookmark) -> bool:
    """Whether all that stands beside the rows in use follows from them, and they are those that are shown."""
    table = f"{view.name}_{bookmark.colour}"
    names = [(view.name, table)]
    if view.join:
        names.append((f"{view.name}_entries", f"{table}_entries"))
    if view.labels:
        names.append((f"{view.name}_counts", f"{table}_counts"))
    return (
        all(_shows(session, name, shown) for name, shown in names)
        and (not (view.cell_types or view.labels) or _rows_follow(session, view, table))
        and (view.join != "findings" or _findings_follow(session, view, f"{table}_entries"))
    )


def _shows(session: Session, name: str, table: str) -> bool:
    namespace = session.ledger.views
    shown = session.rows("shown_tables", namespace=namespace, name=name)
    return shown == [(table,)]


def _pages(session: Session, statement: str, table: str, **last: Any) -> Iterator[tuple[Any, ...]]:
    """Rows of a table in flat memory. `last`: columns of its key, and what is before every key."""
    names = {"views": session.ledger.views, "table": table}
    while page := session.named(statement, names, **last, count=_PAGE_ROWS):
        yield from page
        last = dict(zip(last, page[-1], strict=False))


def _rows_follow(session: Session, view: View[Any], table: str) -> bool:
    """Extra columns are those of the state, counts those of the rows; False, too, where it is no state."""
    labels: Counter[str] = Counter()
    for row in _pages(session, "whole_rows", table, stream=_START, subkey=""):
        stream, subkey, stored = row[:3]
        try:
            state = view.decode(stored)
        except msgspec.DecodeError:
            return False
        if tuple(row) != view.row((stream, subkey), state):
            return False
        if view.labels:
            labels[view.label(state)] += 1
    return not view.labels or _counts_follow(session, f"{table}_counts", labels)


def _counts_follow(session: Session, table: str, labels: Counter[str]) -> bool:
    names = {"views": session.ledger.views, "table": table}
    counts = session.named("all_counts", names)
    stored = {label: rows for label, rows, _ in counts if rows}
    labels.pop("", None)
    return stored == dict(labels) and all(added >= rows for _, rows, added in counts)


def _findings_follow(session: Session, view: View[Any], table: str) -> bool:
    start = {"stream": _START, "subkey": "", "rule": ""}
    for row in _pages(session, "whole_findings", table, **start):
        stream, subkey, rule, state = row[:4]
        try:
            wanted = found_row((stream, subkey), rule, state)
        except msgspec.DecodeError:
            return False
        if tuple(row) != wanted:
            return False
    return True


def stored_named(session: Session) -> set[tuple[UUID, str, str]]:
    """Every event that annulments are said to have named."""
    return set(session.named("all_named", {"views": session.ledger.views}))
