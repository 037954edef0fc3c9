"""View `notices`: every version of the privacy notice, with what it claims.

A version is in force from its `effective_from`, 00:00 in Europe/Amsterdam, until a later one is.
"""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from ledger.event import RecordedEvent
from projections.folds.view import AnyView, Order, View, order_of
from rulebook.calendar import day_of
from schemas import names

_PREFIX = "notice/"
_PUBLISHED = names.PRIVACY_NOTICE_PUBLISHED


class NoticeStatement(msgspec.Struct, frozen=True, array_like=True):
    """A statement in a clause of a notice: its name and its content."""

    clause: str
    claim: str
    value: str


class Publication(msgspec.Struct, frozen=True):
    """One act of publishing a version of the notice."""

    order: Order
    version: str
    effective_from: date
    sha256: str
    claims: tuple[NoticeStatement, ...]


class Notice(msgspec.Struct, frozen=True):
    """All that was said about one entry `notice/<version>`, by order."""

    notice: str
    publications: tuple[Publication, ...] = ()


def keys(event: RecordedEvent) -> tuple[str, ...]:
    """A publication touches the one row of its notice."""
    return ("",) if event.name == _PUBLISHED and (event.subject or "").startswith(_PREFIX) else ()


def evolve(state: Notice | None, event: RecordedEvent) -> Notice:
    """Add what the event says; `in_force` decides by time."""
    state = state or Notice((event.subject or "").removeprefix(_PREFIX))
    publications = sorted(
        (*state.publications, _publication(event)), key=lambda publication: publication.order
    )
    return Notice(state.notice, tuple(publications))


def _publication(event: RecordedEvent) -> Publication:
    facts = event.facts
    return Publication(
        order=order_of(event),
        version=facts["version"],
        effective_from=date.fromisoformat(facts["effective_from"]),
        sha256=facts["sha256"],
        claims=claims_of(facts["claims"]),
    )


def claims_of(claims: list[dict[str, str]] | dict[str, str]) -> tuple[NoticeStatement, ...]:
    """Claims in the order given. A map names them without their clauses."""
    if isinstance(claims, dict):
        return tuple(NoticeStatement("", name, value) for name, value in sorted(claims.items()))
    return tuple(
        NoticeStatement(claim["clause"], claim["claim"], claim["value"]) for claim in claims
    )


def in_force(notices: Iterable[Notice], time: datetime) -> Publication | None:
    """The publication that holds at a time: the last one to take effect by then, as told by then."""
    today = day_of(time)
    latest = [
        [publication for publication in notice.publications if publication.order.time <= time][-1:]
        for notice in notices
    ]
    effective = [
        publication
        for last in latest
        for publication in last
        if publication.effective_from <= today
    ]
    return max(
        effective,
        key=lambda publication: (publication.effective_from, publication.order),
        default=None,
    )


VIEW: AnyView = View(
    name="notices",
    version="2",
    type=Notice,
    keys=keys,
    names=frozenset({_PUBLISHED}),
    evolve=lambda _subkey, state, event: evolve(state, event),
)
