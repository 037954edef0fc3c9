"""`ledger hold`: legal holds as they stand, and the acts that place, review and release them."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from application.acts.acting import Act, act
from application.queries.subjects import is_erased, known_streams, note_read
from application.source import ERASED, Source
from host.wiring import Site
from ledger.errors import Reject, UnknownSubject
from ledger.event import instant
from ledger.reading import events_of
from projections.keeping.holds import Hold, holds
from projections.keeping.person import dossier_of
from projections.reading.views import holds_in_force
from rulebook.calendar import day_of

__all__ = ["all_holds", "holds_of", "named_hold", "place", "release", "review"]

# A hold serves a claim of the controller or of somebody else, not a duty.
_BASIS = "6-1-f"
_BLOCK_ROWS = 1_000


def all_holds(source: Source) -> Iterator[dict[str, Any]]:
    """Every hold in force, in flat memory: by when it is reviewed, then by reference."""
    source.reads.note_many(())
    found = holds_in_force(source.session)
    while block := list(islice(found, _BLOCK_ROWS)):
        names = source.names(stream for stream, _ in block)
        for stream, hold in block:
            name = names[stream]
            void = name == ERASED
            yield _shown(source, None if void else name, hold, void=void)


def holds_of(source: Source, reference: str) -> list[dict[str, Any]]:
    """The holds in force over a person's data. Raises UnknownSubject."""
    found, void = _in_force(source, reference), is_erased(source, reference)
    note_read(source, reference)
    return [_shown(source, reference, hold, void=void) for hold in found]


def place(
    site: Site, reference: str, hold_ref: str, facts: dict[str, Any], categories: Sequence[str]
) -> dict[str, Any]:
    """Place a hold. `facts`: ground, review_on, owner. Raises Reject when it is in force already.

    Raises UnknownSubject when the person was wholly erased: there is nothing left to hold.
    """
    source = site.source("hold")
    if is_erased(source, reference):
        raise UnknownSubject("all of this person is erased already: there is nothing to hold")
    if any(hold.hold_ref == hold_ref for hold in _in_force(source, reference)):
        raise Reject("this person has a hold of that reference already: review it")
    return _act(site, "placed", reference, hold_ref, facts, categories)


def review(
    site: Site, reference: str, hold_ref: str, facts: dict[str, Any], categories: Sequence[str]
) -> dict[str, Any]:
    """A hold goes on until its next review; what is not named stays as it was."""
    hold = named_hold(site, reference, hold_ref)
    told = {"ground": hold.ground} | facts
    return _act(site, "reviewed", reference, hold_ref, told, categories or hold.categories)


def release(site: Site, reference: str, hold_ref: str, ground: str | None) -> dict[str, Any]:
    """A hold is over; an erasure that waited for it resumes with the next run of retention."""
    hold = named_hold(site, reference, hold_ref)
    facts = {"ground": ground or hold.ground, "review_on": hold.review_on.isoformat()}
    return _act(site, "released", reference, hold_ref, facts, hold.categories)


def _act(
    site: Site,
    deed: str,
    reference: str,
    hold_ref: str,
    facts: dict[str, Any],
    categories: Sequence[str],
) -> dict[str, Any]:
    told = {name: value for name, value in facts.items() if value is not None}
    one = Act(
        name=f"legal-hold-{deed}",
        subject=reference,
        facts={"hold_ref": hold_ref, **told},
        categories=sorted(categories),
        legal_basis=_BASIS,
    )
    done = act(site, [one])
    return {
        "subject": reference,
        "hold_ref": hold_ref,
        "act": deed,
        "categories": sorted(categories),
        "position": done.last_position,
    }


def named_hold(site: Site, reference: str, hold_ref: str) -> Hold:
    """A hold that is in force over a person's data. Raises Reject where there is none of that reference."""
    for hold in _in_force(site.source("hold"), reference):
        if hold.hold_ref == hold_ref:
            return hold
    raise Reject("no hold of that reference is in force over this person's data")


def _in_force(source: Source, reference: str) -> list[Hold]:
    """Of the data subject that the reference names now."""
    events = events_of(source.session, known_streams(source, reference)[-1:])
    return holds(dossier_of(events, source.privacy_office))


def _shown(source: Source, subject: str | None, hold: Hold, *, void: bool) -> dict[str, Any]:
    """`void`: everything of the person was erased before the hold was recorded, so it holds nothing."""
    today: date = day_of(source.now)
    return {
        "subject": subject,
        "hold_ref": hold.hold_ref,
        "categories": list(hold.categories),
        "ground": hold.ground,
        "owner": hold.owner,
        "since": instant(hold.since),
        "review_on": hold.review_on.isoformat(),
        "overdue": hold.is_overdue(today),
        "void": void,
    }
