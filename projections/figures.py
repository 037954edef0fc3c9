"""Figures of the views for whoever watches: how far they are, and what they count. Reads little.

Each is one statement over a few rows, whatever the size of the ledger: counts are kept by the projector
from the differences of rows.
"""

from collections import defaultdict
from datetime import date
from typing import Any

from ledger.errors import NotInstalled
from ledger.metrics import Figures
from ledger.postgres import Session
from projections import VIEWS, consent_status, disclosures
from projections.storage import LABEL_SEPARATOR
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
    """Consents by purpose and status, disclosures by kind of recipient; nothing before they are built."""
    consents: dict[tuple[str, ...], float] = defaultdict(float)
    for (purpose, act, until), rows, _ in _counts(session, consent_status.VIEW):
        expired = bool(until) and date.fromisoformat(until) < today
        consents[purpose, "expired" if expired else act] += rows
    kinds = {labels: added for labels, _, added in _counts(session, disclosures.VIEW)}
    return {"ledger_consents": dict(consents), "ledger_disclosures_total": kinds}


def _counts(session: Session, view: View[Any]) -> list[tuple[tuple[str, ...], float, float]]:
    """Labels, rows that there are, and rows that ever came."""
    names = {"counts": f"{view.name}_counts"}
    try:
        counts = session.of("projections").named("counts", names)
    except NotInstalled:  # built by an older version of the program, or not at all
        return []
    return [
        (tuple(label.split(LABEL_SEPARATOR)), float(rows), float(added))
        for label, rows, added in counts
    ]
