"""The reach of a changed dossier: the time of the earliest fact to judge again. Pure.

A fact judged by the state at its own time cannot change before the new mark. So a grant of today does not
read the accesses of ten years, and a recipient's end does not read its earlier receipts.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime

from projections.dossier.dossier import SIGNAL, Dossier, Mark, topic_of
from projections.findings.recipient import days_in, frameworks_on, standing, version_on
from projections.folds.view import Order
from rulebook.calendar import start_of

EVER = datetime(1, 1, 1, tzinfo=UTC)
_Marks = tuple[Mark, ...]
# Topics that are only asked for what held up to a fact's time.
_TIMELY = frozenset(
    {
        *("bought", "decided", "vog", "employment", "role", "reading", "defined"),
        *("transfer", "collection-notice", SIGNAL),
    }
)
_RECIPIENT = "recipient"


def reach(before: Mapping[str, _Marks], after: Mapping[str, _Marks]) -> dict[str, datetime]:
    """Kind of topic -> from when facts may be judged otherwise, where two states of a dossier differ."""
    reached: dict[str, datetime] = {}
    for topic in before.keys() | after.keys():
        old, new = before.get(topic, ()), after.get(topic, ())
        if old == new:
            continue
        kind = topic_of(topic)
        since = _since(kind, old, new)
        if since is not None:
            reached[kind] = min(since, reached.get(kind, since))
    return reached


def _since(kind: str, old: _Marks, new: _Marks) -> datetime | None:
    """None: no fact can be judged otherwise."""
    if kind == _RECIPIENT:
        # The first day on which what a disclosure asks of its recipient is another answer.
        first, *days = [date.min, *sorted({day for mark in (*old, *new) for day in days_in(mark)})]
        if _on(old, first) != _on(new, first):
            return EVER
        for day in days:
            if _on(old, day) != _on(new, day):
                return start_of(day)
        return None
    if kind in _TIMELY:
        different = set(_orders(old)) ^ set(_orders(new))
        return min((order.time for order in different), default=EVER)
    return EVER


def _orders(marks: _Marks) -> Iterator[Order]:
    return (mark.order for mark in marks)


def _on(marks: _Marks, day: date) -> tuple[object, ...]:
    recipient = Dossier(None, {_RECIPIENT: marks})
    version = version_on(recipient, day)
    terms = version and (version.kind, version.role, version.country, version.mechanism)
    return standing(recipient, day), frameworks_on(recipient, day), terms
