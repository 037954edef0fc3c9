"""What an order keeps, or a hold of this ledger, in another one: category by category, and until when. Pure.

The latest act on a category of an order or hold decides, wherever it was recorded. An extension names no
category: it is about all that the order keeps by then, or about everything where nobody ever said what.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime

from msgspec import Struct, structs

from ledger.event import RecordedEvent
from ledger.writing.message import place_in
from projections.folds.annulment import Name, is_annulment, name_of, target_of
from projections.folds.timetravel import counting, fold
from projections.folds.view import order_of
from projections.views.orders import VIEW as ORDERS
from projections.views.orders import is_wanted
from rulebook.calendar import day_of
from rulebook.orders import order_rule
from schemas import LISTED_CATEGORIES, names
from schemas.sources import is_brought

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
DECIDING = FREEZING.union(ORDERS.names or ())
"""Types that decide what is kept: while an order for the data waits, it is."""
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
    imposed = {_what(event) for event in events if event.name == names.PRESERVATION_IMPOSED}
    for event in sorted(events, key=lambda event: order_of(event, _RANKS.get(event.name, 0))):
        if event.name in FREEZING and not _is_early(event, imposed, latest):
            for freeze in _told(event, latest):
                latest[freeze.what, freeze.category] = freeze
    return [freeze for _, freeze in sorted(latest.items())]


def last_words(
    events: Sequence[RecordedEvent], privacy_office: Collection[str], now: datetime
) -> list[Freeze]:
    """The freezes of one person, each as of the last word on its order or hold: an annulment is one as well.

    What an order for the data waits for is kept today, too, even when its last day is over.

    With them, as ended, what only acts told that count no more, or that said too little: who remembers them
    would else keep that to its last day. `events`: also those that are annulled, and what annuls them.
    """
    events = _that_can_keep(events)
    about = {name_of(event): _what(event) for event in events if event.name in FREEZING}
    said: dict[str, list[RecordedEvent]] = {}
    for event in events:
        what = about.get(_deciding(event, privacy_office))
        if what is not None:
            said.setdefault(what, []).append(event)
    counted = counting(events, privacy_office)
    found = {(one.what, one.category): one for one in freezes(counted)}
    wanted, today = _wanted(counted, now), day_of(now)
    told = [freeze for what, words in said.items() for freeze in _as_of(what, words, found)]
    return [
        structs.replace(one, until=max(one.until, today)) if one.what in wanted else one
        for one in told
    ]


def _that_can_keep(events: Sequence[RecordedEvent]) -> list[RecordedEvent]:
    """Without holds that a topic or a post told: every writer there could stop erasures in another ledger."""
    return [event for event in events if not _is_hold(event) or is_brought(place_in(event.origin))]


def _wanted(counted: Sequence[RecordedEvent], now: datetime) -> set[str]:
    """What keeps data that another order waits for, where the law keeps it as long as that order needs."""
    imposed = [event for event in counted if event.name == names.PRESERVATION_IMPOSED]
    lasting = {_what(event): event.facts.get("order_ref", "") for event in imposed if _lasts(event)}
    orders = fold(ORDERS, counted).values() if lasting else ()
    return {what for what, ref in lasting.items() if is_wanted(ref, orders, now)}


def _lasts(imposed: RecordedEvent) -> bool:
    rule = order_rule(imposed.provision or "", day_of(imposed.time), "preservation")
    return rule is not None and rule.until_production


def _deciding(event: RecordedEvent, privacy_office: Collection[str]) -> Name:
    """The name of the act that an event is, or annuls."""
    target = target_of(event, privacy_office) if is_annulment(event) else None
    return target or name_of(event)


def _as_of(
    what: str, words: Sequence[RecordedEvent], found: Mapping[tuple[str, str], Freeze]
) -> Iterator[Freeze]:
    acts = [event for event in words if event.name in FREEZING]
    at, until = max(event.time for event in words), max(map(_until, acts))
    # An extension that comes in before what it extends says everything.
    told = {category for event in acts for category in _categories(event, {})}
    for category in sorted(told):
        freeze = found.get((what, category)) or Freeze(what, category, until, True, at)
        yield structs.replace(freeze, at=at)


def _is_early(
    event: RecordedEvent, imposed: set[str], before: dict[tuple[str, str], Freeze]
) -> bool:
    """Whether it extends what is only imposed later: then the later act says what is kept."""
    what = _what(event)
    return _extends(event) and what in imposed and all(name != what for name, _ in before)


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


def _is_hold(event: RecordedEvent) -> bool:
    return event.name.startswith("legal-hold-")


def _what(event: RecordedEvent) -> str:
    if _is_hold(event):
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
