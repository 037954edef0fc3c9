"""Findings about orders and secrecy as a reader sees them, at any moment. An open ledger has none."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from ledger.storage.postgres import Session
from projections import ORDER_VIEWS
from projections.findings.judging import Finding
from projections.findings.orders import order_findings
from projections.folds.timetravel import NOW, Moment
from projections.folds.view import AnyView
from projections.following.derive import rows_at
from projections.following.storage import bookmarks
from projections.reading.views import each, orders
from projections.views import orders as orders_view
from projections.views import secrecy as secrecy_view
from projections.views.orders import Order
from projections.views.secrecy import Secrets
from rulebook import ELSEWHERE

_Rows = dict[UUID, list[Order]]


def order_findings_at(
    session: Session,
    moment: Moment,
    clock: datetime,
    privacy_office: Collection[str],
    *,
    rules: Collection[str] | None = None,
    about: Collection[UUID] | None = None,
) -> list[Finding]:
    """The findings at the clock, by (occurred_at, source, id, rule). `about`: some persons; None: all.

    Raises Halt when the views were built by another version.
    """
    if not has_orders(session):
        return []
    by_person, secrets = _known(session, moment.known, privacy_office)
    streams = by_person.keys() | secrets.keys()
    found = (
        finding
        for stream in (streams if about is None else streams & set(about))
        for finding in order_findings(stream, by_person.get(stream, ()), secrets.get(stream), clock)
    )
    return sorted((f for f in found if rules is None or f.rule in rules), key=place_of)


def has_orders(session: Session) -> bool:
    """Whether a ledger has views of orders: a confidential one."""
    made = bookmarks(session)
    return all(view.name in made for view in ORDER_VIEWS)


def judged_here(session: Session, findings: Iterable[Finding]) -> Iterable[Finding]:
    """The findings, in a confidential ledger without those that ask the register of the open one."""
    if not has_orders(session):
        return findings
    return (finding for finding in findings if finding.rule not in ELSEWHERE)


def place_of(finding: Finding) -> tuple[datetime, str, str, str, UUID]:
    """Where a finding stands in a list of findings."""
    return finding.occurred_at, finding.source, finding.id, finding.rule, finding.about


def _known(
    session: Session, moment: Moment, privacy_office: Collection[str]
) -> tuple[_Rows, dict[UUID, Secrets]]:
    """The orders and the secrets of every person, as they were known at a moment."""
    by_person: _Rows = {}
    if moment == NOW:
        for stream, order in orders(session):
            by_person.setdefault(stream, []).append(order)
        return by_person, {stream: row for (stream, _), row in each(session, secrecy_view.VIEW)}
    for stream, _, order in _past(session, orders_view.VIEW, moment, privacy_office):
        by_person.setdefault(stream, []).append(order)
    past = _past(session, secrecy_view.VIEW, moment, privacy_office)
    return by_person, {stream: row for stream, _, row in past}


def _past(
    session: Session, view: AnyView, moment: Moment, privacy_office: Collection[str]
) -> Iterator[tuple[UUID, str, Any]]:
    for stream, rows in rows_at(session, view, moment, privacy_office, view.names):
        for subkey, row in rows.items():
            yield stream, subkey, row
