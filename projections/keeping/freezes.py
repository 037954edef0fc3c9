"""What an order keeps, or a hold of this ledger, in another one: category by category, and until when. Pure.

The latest act on a category of an order or hold decides, wherever it was recorded. An extension that names no
category is about all that the order keeps.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from msgspec import Struct, structs

from ledger.event import RecordedEvent
from projections.folds.view import order_of
from schemas import LISTED_CATEGORIES, names

# At equal time they stand as the steps of an order and of a hold do, not by the ids of their events.
_STEPS = (
    names.PRESERVATION_IMPOSED,
    names.PRESERVATION_EXTENDED,
    names.PRESERVATION_RELEASED,
    names.LEGAL_HOLD_PLACED,
    names.LEGAL_HOLD_REVIEWED,
    names.LEGAL_HOLD_RELEASED,
)
_RANKS = {name: rank for rank, name in enumerate(_STEPS)}
FREEZING = frozenset(_STEPS)
_RELEASING = frozenset({names.PRESERVATION_RELEASED, names.LEGAL_HOLD_RELEASED})


class Freeze(Struct, frozen=True):
    """A category that an order or hold keeps. `until`: its last day. `at`: when the deciding act occurred."""

    what: str
    category: str
    until: date
    ended: bool
    at: datetime


def freezes(events: Sequence[RecordedEvent]) -> list[Freeze]:
    """Every freeze that the events of one person that count tell of, those that ended as well."""
    latest: dict[tuple[str, str], Freeze] = {}
    for event in sorted(events, key=lambda event: order_of(event, _RANKS.get(event.name, 0))):
        if event.name in FREEZING:
            for freeze in _told(event, latest):
                latest[freeze.what, freeze.category] = freeze
    return [freeze for _, freeze in sorted(latest.items())]


def _told(event: RecordedEvent, before: dict[tuple[str, str], Freeze]) -> Iterator[Freeze]:
    """What one act says of each category."""
    what, ended = _what(event), event.name in _RELEASING
    known = {category: freeze for (name, category), freeze in before.items() if name == what}
    if event.name == names.LEGAL_HOLD_REVIEWED:  # a review says anew what the hold keeps
        yield from (structs.replace(freeze, ended=True, at=event.time) for freeze in known.values())
    for category in _categories(event, known):
        is_over = ended or (category in known and known[category].ended and _extends(event))
        yield Freeze(what, category, _until(event), is_over, event.time)


def _extends(event: RecordedEvent) -> bool:
    return event.name == names.PRESERVATION_EXTENDED


def _what(event: RecordedEvent) -> str:
    if event.name.startswith("legal-hold-"):
        return f"hold/{event.facts['hold_ref']}"
    return f"preservation/{event.facts.get('order_ref', '')}"


def _categories(event: RecordedEvent, known: dict[str, Freeze]) -> Sequence[str]:
    """The categories of an act: where it names none, those that were kept before, or else all."""
    stated: Sequence[str] = event.categories or event.facts.get("categories", ())
    if stated:
        return stated
    return sorted(known) or LISTED_CATEGORIES


def _until(event: RecordedEvent) -> date:
    stated = event.facts.get("until")
    return date.fromisoformat(stated) if stated else date.max
