"""What of a person's events a reader may know of. Pure.

An event that is about hidden categories alone is not there, and neither is the annulment of it. Of another
event everything that names a hidden category is left out.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

from msgspec.structs import replace

from application.sight import Sight
from ledger.event import RecordedEvent
from projections.folds.annulment import Name, name_of
from schemas import CATEGORIES, PERSONAL_FIELDS, REMARK, are_all
from schemas.encoding import JsonValue

_FIELDS = "fields"  # such as `fields` and `allowed_fields`
_DECISIONS = "decisions"
# How many keys there were, and whether there were remarks, tells of categories, too.
_KEYS, _REMARKS = "keys_destroyed", "remarks"
E = TypeVar("E")


def is_partial(sight: Sight) -> bool:
    """Whether there are categories of which the reader may not even know."""
    return not are_all(sight.known(CATEGORIES))


def sighted(
    entries: Iterable[E], event_of: Callable[[E], RecordedEvent], sight: Sight
) -> list[tuple[E, RecordedEvent]]:
    """The entries that a reader may know of, in their order, each with its event as the reader may see it."""
    pairs = [(entry, event_of(entry)) for entry in entries]
    if not is_partial(sight):
        return pairs
    seen = [(entry, event, seen_of(event, sight)) for entry, event in pairs]
    hidden = {name_of(event) for _, event, shown in seen if shown is None}
    return [
        (entry, shown)
        for entry, event, shown in seen
        if shown is not None and _annulled(event) not in hidden
    ]


def seen_of(event: RecordedEvent, sight: Sight) -> RecordedEvent | None:
    """An event without what a reader may not know of; None where nothing is left."""
    categories = tuple(sight.known(event.categories))
    if event.categories and not categories:
        return None
    facts: dict[str, JsonValue] = {}
    for name, fact in event.facts.items():
        told = _told(name, fact, sight)
        if told is None or (not told and fact):
            if name.endswith(_FIELDS) or name == _DECISIONS:
                return None
            continue
        facts[name] = told
    sealed = {name: event.sealed[name] for name in sight.known(event.sealed)}
    return replace(event, categories=categories, facts=facts, sealed=sealed)


def _told(name: str, fact: JsonValue, sight: Sight) -> JsonValue:
    """A fact as far as it names categories that the reader knows; None: it is left out."""
    if name.endswith(_FIELDS) and isinstance(fact, list):
        return _known_fields(fact, sight)
    if name == _DECISIONS and isinstance(fact, Mapping):
        return {category: fact[category] for category in sight.known(fact)}
    if name == _KEYS:
        return None
    return fact if name != _REMARKS or sight.known([REMARK]) else None


def _known_fields(fields: Iterable[JsonValue], sight: Sight) -> list[JsonValue]:
    """Those of a known category; what is no field of ours tells of none."""
    return [
        field
        for field in fields
        if (category := PERSONAL_FIELDS.get(str(field))) is None or sight.known([category])
    ]


def _annulled(event: RecordedEvent) -> Name | None:
    annuls = event.facts.get("annuls")
    return (event.facts.get("annuls_source", event.source), annuls) if annuls else None
