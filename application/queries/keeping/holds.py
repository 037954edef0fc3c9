"""`ledger hold`: legal holds as they stand."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from uuid import UUID

from application.answer import Answer, Name
from application.queries.case_parts import case_part, counted
from application.queries.parts import Part
from application.queries.subjects import is_erased, known_streams, note_read, selections
from application.source import ERASED, Source
from ledger.event import instant
from ledger.reading import events_but_reads
from projections.dossier.dossier import Dossier
from projections.folds.timetravel import NOW
from projections.keeping.holds import VIEW, Hold, holds
from projections.keeping.person import dossier_of
from projections.reading.cases import CaseFilter
from projections.reading.views import holds_in_force
from rulebook.calendar import day_of

_BLOCK_ROWS = 1_000


class HoldInForce(Answer, frozen=True):
    """One legal hold. `subject` is null once the person was erased; `void`: that was before the hold came."""

    subject: Name | None
    hold_ref: str
    categories: list[str]
    ground: str
    owner: str | None
    since: str
    review_on: str
    overdue: bool
    void: bool


class HoldsInForce(Answer, frozen=True):
    """All holds in force, by when they are reviewed."""

    holds: list[HoldInForce]


class HoldPage(Answer, frozen=True):
    """Some of the holds in force, by when they are reviewed.

    `in_force`, `overdue`: how many there are in all. `next`: the key of the part that follows.
    """

    holds: list[HoldInForce]
    in_force: int
    overdue: int
    next: str | None


def hold_page(source: Source, part: Part) -> HoldPage:
    """The holds of a part, by key. Raises Misconfigured."""

    def fitting(state: Dossier) -> list[Hold] | None:
        return _told(source, holds(state)) or None

    found, following = case_part(source, VIEW, CaseFilter(), part, NOW, fitting)
    source.reads.note_many(())
    rows = [(place.stream, hold) for place, some in found for hold in some]
    return HoldPage(list(_shown(source, rows)), *_counted(source), following)


def _counted(source: Source) -> tuple[int, int]:
    """How many holds are in force, and how many of them overdue, of those that the reader may know of."""
    if not source.reads.sight.partial:
        return counted(source, VIEW)
    today = day_of(source.now)
    late = [
        hold.is_overdue(today)
        for _, one in holds_in_force(source.session)
        for hold in _told(source, [one])
    ]
    return len(late), sum(late)


def _told(source: Source, some: Iterable[Hold]) -> list[Hold]:
    """Holds as the reader may know of them."""
    return [told for hold in some if (told := source.teller.hold(hold)) is not None]


def holds_over(source: Source, reference: str) -> HoldPage:
    """All holds in force over a person's data. Raises UnknownSubject."""
    rows = holds_of(source, reference)
    return HoldPage(rows, len(rows), sum(row.overdue for row in rows), None)


def all_holds(source: Source) -> Iterator[HoldInForce]:
    """Every hold in force, in flat memory: by when it is reviewed, then by reference."""
    source.reads.note_many(())
    rows = (
        (stream, told)
        for stream, hold in holds_in_force(source.session)
        for told in _told(source, [hold])
    )
    while block := list(islice(rows, _BLOCK_ROWS)):
        yield from _shown(source, block)


def _shown(source: Source, rows: Sequence[tuple[UUID, Hold]]) -> Iterator[HoldInForce]:
    names = source.names(stream for stream, _ in rows)
    for stream, hold in rows:
        name = names[stream]
        void = name == ERASED
        yield _row(source, None if void else name, hold, void=void)


def holds_of(source: Source, reference: str) -> list[HoldInForce]:
    """The holds in force over a person's data. Raises UnknownSubject."""
    if source.reads.sight.partial:
        selections(source, reference, NOW)  # for who may know of nothing there is nobody
    own_holds, void = _told(source, in_force(source, reference)), is_erased(source, reference)
    note_read(source, reference)
    return [_row(source, reference, hold, void=void) for hold in own_holds]


def in_force(source: Source, reference: str) -> list[Hold]:
    """The holds in force over the data subject that the reference names now."""
    events = events_but_reads(source.session, known_streams(source, reference)[-1:])
    return holds(dossier_of(events, source.privacy_office))


def _row(source: Source, subject: Name | None, hold: Hold, *, void: bool) -> HoldInForce:
    """`void`: everything of the person was erased before the hold was recorded, so it holds nothing."""
    today: date = day_of(source.now)
    return HoldInForce(
        subject=subject,
        hold_ref=hold.hold_ref,
        categories=list(hold.categories),
        ground=hold.ground,
        owner=hold.owner,
        since=instant(hold.since),
        review_on=hold.review_on.isoformat(),
        overdue=hold.is_overdue(today),
        void=void,
    )
