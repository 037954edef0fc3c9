"""Data that rests on an ended consent and on nothing else. Pure.

Data rests on consent if every event that brought a value of its category says so (`6-1-a`), and then on the
consents for the activity of that event. Values of a category share their keys: a value with another basis
keeps all of them.
"""

from datetime import date

from projections.dossier.look import FactContext
from projections.dossier.relationships import is_former, relationships_of
from projections.dossier.said import Consent
from projections.keeping.person import Person
from rulebook.calendar import day_of, start_of
from schemas.formats import instant_of

_CONSENT = "6-1-a"


def rests_on_ended_consent(person: Person, category: str, day: date) -> bool:
    """Whether nothing but consents that have ended by a day carries what is held of a category."""
    pairs = [basis.partition(" ") for basis in sorted(person.traces.bases_of(category))]
    return bool(pairs) and all(
        basis == _CONSENT and _has_ended(person.look, activity, day) for basis, _, activity in pairs
    )


def _has_ended(look: FactContext, activity: str, day: date) -> bool:
    """Whether consents for an activity were given, and none stands."""
    states = [
        _is_effective(look, topic, day)
        for topic, marks in look.own.marks.items()
        if topic.startswith("consent/")
        and any(isinstance(m.says, Consent) and m.says.activity == activity for m in marks)
    ]
    return bool(states) and not any(states)


def _is_effective(look: FactContext, topic: str, day: date) -> bool:
    mark = look.own.all(topic)[-1]
    says, relationships = mark.says, look.once(relationships_of)
    if not isinstance(says, Consent) or is_former(relationships, mark.order.time, start_of(day)):
        return False
    until = instant_of(says.valid_until) if says.valid_until else None
    return until is None or day <= day_of(until)
