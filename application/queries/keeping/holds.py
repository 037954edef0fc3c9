"""`ledger hold`: legal holds as they stand."""

from collections.abc import Iterator
from datetime import date
from itertools import islice

from application.answer import Answer, Name
from application.queries.subjects import is_erased, known_streams, note_read
from application.source import ERASED, Source
from ledger.event import instant
from ledger.reading import events_of
from projections.keeping.holds import Hold, holds
from projections.keeping.person import dossier_of
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


def all_holds(source: Source) -> Iterator[HoldInForce]:
    """Every hold in force, in flat memory: by when it is reviewed, then by reference."""
    source.reads.note_many(())
    rows = holds_in_force(source.session)
    while block := list(islice(rows, _BLOCK_ROWS)):
        names = source.names(stream for stream, _ in block)
        for stream, hold in block:
            name = names[stream]
            void = name == ERASED
            yield _row(source, None if void else name, hold, void=void)


def holds_of(source: Source, reference: str) -> list[HoldInForce]:
    """The holds in force over a person's data. Raises UnknownSubject."""
    own_holds, void = in_force(source, reference), is_erased(source, reference)
    note_read(source, reference)
    return [_row(source, reference, hold, void=void) for hold in own_holds]


def in_force(source: Source, reference: str) -> list[Hold]:
    """The holds in force over the data subject that the reference names now."""
    events = events_of(source.session, known_streams(source, reference)[-1:])
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
