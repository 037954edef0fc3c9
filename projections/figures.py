"""Figures of the views for whoever watches: how far they are, and what they count. Reads little.

Each is one statement over a few rows, whatever the size of the ledger: counts are kept by the projector
from the differences of rows.
"""

from datetime import date
from typing import Any

from ledger.errors import NotInstalled
from ledger.metrics import Figures
from ledger.postgres import Session
from projections import VIEWS, consent_status, disclosures
from projections.view import View

__all__ = ["counted", "progress", "unbuilt"]


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
    return [view.name for view in VIEWS if versions.get(view.name) != view.version]


def counted(session: Session, today: date) -> Figures:
    """Consents by purpose and status, disclosures by kind of recipient; nothing before they are built.

    A consent counts as expired from the day after that on which it expires.
    """
    consents = _counts(session, consent_status.VIEW, today)
    kinds = _counts(session, disclosures.VIEW, today)
    return {
        "ledger_consents": {(purpose, status): rows for purpose, status, rows, _ in consents},
        "ledger_disclosures_total": {(kind,): added for kind, _, _, added in kinds},
    }


def _counts(session: Session, view: View[Any], today: date) -> list[tuple[str, str, float, float]]:
    """First and second part of the labels, rows that there are, and rows that ever came."""
    try:
        counts = session.of("projections").named(
            "counts", {"counts": f"{view.name}_counts"}, today=today.isoformat()
        )
    except NotInstalled:  # built by an older version of the program, or not at all
        return []
    return [(first, second, rows, added) for first, second, rows, added in counts]
