"""Figures of the views for metrics: how far they are, and what they count. Reads little.

Each is one statement over a few rows, however large the ledger is: counts are kept by the projector
from the differences of rows, and of findings only those that are open are counted, in an index.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from ledger.errors import NotInstalled
from ledger.metrics import Figures
from ledger.storage.postgres import Session
from projections import views_among
from projections.folds.view import AnyView
from projections.keeping import holds
from projections.views import (
    complaints,
    consent_status,
    disclosures,
    incidents,
    notifications,
    orders,
    requests,
)
from rulebook import RIGHTS, RULES, rule

_HOLDS = ("ledger_holds", "ledger_holds_overdue")
_COMPLAINTS = ("ledger_complaints_open", "ledger_complaints_overdue")
_ORDERS = ("ledger_orders_open", "ledger_orders_overdue")
_SOON = (2, 24)


def progress(session: Session) -> Figures:
    """How far each view is. Needs the reader's role, or the projector's."""
    rows = session.of("projections").rows("lags")
    return {
        "ledger_view_bookmark_position": {(view,): float(at) for view, _, at, _, _ in rows},
        "ledger_view_lag_positions": {
            (view,): float(max(0, head - at)) for view, _, at, head, _ in rows
        },
        "ledger_view_lag_seconds": {(view,): max(0.0, age or 0.0) for view, *_, age in rows},
    }


def unbuilt(session: Session) -> list[str]:
    """Views that this version of the program has not built yet."""
    versions = {view: version for view, version, *_ in session.of("projections").rows("lags")}
    known = views_among(versions)
    return [view.name for view in known if versions.get(view.name) != view.version]


def counted(session: Session, clock: datetime) -> Figures:
    """Consents by purpose and status, disclosures by kind of recipient, open requests by right, and so on.

    Nothing before they are built. A consent counts as expired from the day after that on which it expires.
    """
    consents = _counts(session, consent_status.VIEW, clock.date())
    kinds = _counts(session, disclosures.VIEW, clock.date())
    request_cases = _cases(session, requests.VIEW, RIGHTS, clock)
    happened = _cases(session, incidents.VIEW, incidents.KINDS, clock)
    return {
        **_of_one_kind(session, holds.VIEW, holds.IN_FORCE, _HOLDS, clock),
        **_of_one_kind(session, complaints.VIEW, complaints.OPEN, _COMPLAINTS, clock),
        **_orders(session, clock),
        "ledger_requests_open": {(right,): opened for right, opened, _ in request_cases},
        "ledger_requests_overdue": {(right,): overdue for right, _, overdue in request_cases},
        "ledger_incidents_open": {(kind,): opened for kind, opened, _ in happened},
        "ledger_incidents_overdue": {(kind,): overdue for kind, _, overdue in happened},
        "ledger_notifications_open": _notifications(session, clock),
        "ledger_consents": {(purpose, status): rows for purpose, status, rows, _ in consents},
        "ledger_disclosures_total": {(kind,): added for kind, _, _, added in kinds},
        "ledger_findings_open": _findings(session, clock),
    }


def _orders(session: Session, clock: datetime) -> Figures:
    """Orders that are open, overdue, and due soon; none in an open ledger, which has no such view."""
    of, until = session.of("projections"), clock + timedelta(hours=max(_SOON))
    try:
        [(opened, overdue)] = of.rows("open_orders", clock=clock)
        due = [orders.VIEW.read(state) for (state,) in of.rows("orders_until", until=until)]
    except NotInstalled:
        return {}
    soon: dict[tuple[str, ...], float] = {}
    for hours in _SOON:
        last = clock + timedelta(hours=hours)
        soon[str(hours),] = float(len({order.ref for order in due if _is_due(order, clock, last)}))
    open_name, overdue_name = _ORDERS
    return {
        open_name: {(): opened},
        overdue_name: {(): overdue},
        "ledger_orders_due_soon": soon,
    }


def _is_due(order: orders.Order, clock: datetime, until: datetime) -> bool:
    """Whether a clock of an order passes between two times."""
    clocks = orders.order_clocks(order)
    return any(one.done_at is None and clock < one.due <= until for one in clocks)


def _of_one_kind(
    session: Session, view: AnyView, kind: str, names: tuple[str, str], clock: datetime
) -> Figures:
    """How many cases are open, and how many too late, of a view whose cases are all of one kind."""
    return {
        name: {(): number}
        for _, *numbers in _cases(session, view, (kind,), clock)
        for name, number in zip(names, numbers, strict=True)
    }


def _cases(
    session: Session, view: AnyView, kinds: Iterable[str], clock: datetime
) -> list[tuple[str, float, float]]:
    """Kind, how many cases are open, and how many of them overdue; every kind has a number."""
    try:
        rows = session.of("projections").named("open_cases", {"table": view.name}, clock=clock)
    except NotInstalled:
        return []
    by_kind = {kind: (opened, overdue) for kind, opened, overdue in rows}
    return [(kind, *by_kind.get(kind, (0.0, 0.0))) for kind in kinds]


def _notifications(session: Session, clock: datetime) -> dict[tuple[str, ...], float]:
    """Action -> how many recipients are still to be told; every action has a number."""
    counts = _counts(session, notifications.VIEW, clock.date())
    totals: dict[tuple[str, ...], float] = {(action,): 0.0 for action in notifications.ACTIONS}
    for numbers, _, rows, _ in counts:
        for action, number in zip(notifications.ACTIONS, numbers.split("."), strict=True):
            totals[(action,)] += int(number) * rows
    return totals if counts else {}


def _findings(session: Session, clock: datetime) -> dict[tuple[str, ...], float]:
    """Open findings by what they are about and severity; every such pair of the rulebook has a number."""
    ids = sorted({entry.id for entry in RULES})
    try:
        rows = session.of("projections").rows("open_findings", rules=ids, clock=clock)
    except NotInstalled:
        return {}
    numbers: Counter[tuple[str, ...]] = Counter()
    for id, count in rows:
        numbers[rule(id).applies_to, rule(id).severity] += count
    return dict(numbers)


def _counts(session: Session, view: AnyView, today: date) -> list[tuple[str, str, float, float]]:
    """First and second part of the labels, rows that there are, and rows that ever came."""
    try:
        counts = session.of("projections").named(
            "counts", {"counts": f"{view.name}_counts"}, today=today.isoformat()
        )
    except NotInstalled:  # built by an older version of the program, or not at all
        return []
    return [(first, second, rows, added) for first, second, rows, added in counts]
