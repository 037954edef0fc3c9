"""What a person may not be told of: holds whose ground is not disclosed, every act on them, and what was put
off for such a ground without being asked for.

A hold is what its latest placing or review says. When that names another ground the hold may be told of,
with all its acts and their times; a release discloses nothing.
"""

from collections.abc import Callable, Iterable, Mapping

from ledger.event import RecordedEvent
from projections.folds.annulment import Name, name_of
from projections.folds.timetravel import SelectedEvents
from projections.folds.view import order_of
from projections.keeping.holds import ACTS_ON_HOLDS, UNDISCLOSED
from schemas import names

_RELEASED = names.LEGAL_HOLD_RELEASED
_UNASKED = frozenset({"retention", names.CONSENT_WITHDRAWN})


def hidden_in(selections: Iterable[SelectedEvents]) -> Callable[[RecordedEvent], bool]:
    """Whether one of the events tells of such a hold or ground: an act, or the annulment of an act."""
    hidden_names: set[Name] = set()
    for selected in selections:
        grounds = {**_grounds(selected.shown), **_grounds(selected.counted)}
        hidden_names |= {name_of(event) for event in selected.shown if _is_about(event, grounds)}
        hidden_names |= {name_of(event) for event in selected.shown if _puts_off(event)}

    def hidden(event: RecordedEvent) -> bool:
        source = event.facts.get("annuls_source", event.source)
        return name_of(event) in hidden_names or (source, event.facts.get("annuls")) in hidden_names

    return hidden


def _grounds(events: Iterable[RecordedEvent]) -> dict[str, str]:
    """Reference of a hold -> the ground that its latest placing or review names."""
    acts = [act for act in events if act.name in ACTS_ON_HOLDS and act.name != _RELEASED]
    return {act.facts["hold_ref"]: act.facts["ground"] for act in sorted(acts, key=order_of)}


def _puts_off(event: RecordedEvent) -> bool:
    """Whether an erasure that nobody asked for was put off, and nothing else was decided."""
    if event.name != names.ERASURE_DECIDED or event.facts.get("request_ref"):
        return False
    decisions = event.facts["decisions"].values()
    return event.facts.get("cause") in _UNASKED and all(
        decision["decision"] != "erase" and decision.get("ground") == UNDISCLOSED
        for decision in decisions
    )


def _is_about(event: RecordedEvent, grounds: Mapping[str, str]) -> bool:
    if event.name not in ACTS_ON_HOLDS:
        return False
    return bool(grounds.get(event.facts["hold_ref"], event.facts["ground"]) == UNDISCLOSED)
