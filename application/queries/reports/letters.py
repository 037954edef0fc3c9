"""What letters are made from: to whom, in which language, and what must be said; never more than that."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from msgspec import Struct

from application.language import language_named
from application.queries.cases.breach_notice import Said
from application.queries.cases.found_incidents import FoundIncident
from application.queries.cases.found_requests import NotAllowed
from application.queries.cases.requests import RequestFile
from application.queries.disclosures.notifications import (
    Notification,
    NotificationFilter,
    notification_tasks,
)
from application.queries.persons.state import folded_state
from application.queries.registers.declaration import DeclaredPurpose, declaration
from application.queries.registers.recipients import RecipientRow, recipients
from application.queries.subjects import chosen
from application.source import Source, shown, states_at
from ledger.event import RecordedEvent, instant
from projections.folds.timetravel import NOW
from projections.reading.views import register_entries
from projections.views import notices
from projections.views.customer_state import live_values
from schemas import PERSONAL_FIELDS
from schemas.personal import each_of
from schemas.texts import Language

ON_REQUESTS = ("refusal", "identity", "extension", "receipt")
"""Letters on a request, the most telling first."""
_TOLD = ("nature", "description", "consequences", "measures")
"""What a person must be told of a breach (GDPR Art. 34(2)), besides the contact point."""


class Addressee(NamedTuple):
    """A person to whom a letter goes. `texts`: by field what is known. `language`: of the last document."""

    texts: Mapping[str, str]
    language: Language | None


class BreachTold(Struct, frozen=True):
    """What a person must be told of a breach (GDPR Art. 34(2))."""

    ref: str
    detected_at: str
    nature: list[str]
    description: str
    categories: list[str]
    consequences: list[str]
    measures: list[str]


class Announced(Struct, frozen=True):
    """A version of the privacy notice, and what is new: a recipient, or what an activity is for."""

    version: str
    effective_from: str
    recipient: RecipientRow | None = None
    purposes: tuple[DeclaredPurpose, ...] = ()


def addressee(source: Source, reference: str, fields: Collection[str]) -> Addressee:
    """What is known of these fields of a person; the read of them is noted. Raises UnknownSubject."""
    person = chosen(source, reference, NOW)
    source.reads.note([reference], {PERSONAL_FIELDS[name] for name in fields})
    state = folded_state(person)
    texts = {
        name: ", ".join(map(str, each_of(value)))
        for category, values in (live_values(state) if state else {}).items()
        for name, sealed in values.items()
        if name in fields
        and isinstance(
            value := shown(source.open(person.subject, category, name, sealed)), str | int | list
        )
    }
    return Addressee(texts, _language(person.selected.counted))


def _language(events: Collection[RecordedEvent]) -> Language | None:
    """In which the person got the last document of which that is known."""
    said = sorted(events, key=lambda event: (event.time, event.position))
    named = [language_named(str(event.facts.get("language"))) for event in said]
    return next((one for one in reversed(named) if one), None)


def fitting_letters(case: RequestFile) -> list[str]:
    """The letters that fit a request as it stands, the most telling first."""
    is_open = case.ended_at is None
    fits = {
        "refusal": case.status == "refused",
        "identity": is_open and case.identity == "asked",
        "extension": is_open and case.extended,
        "receipt": is_open,
    }
    return [name for name in ON_REQUESTS if fits[name]]


def letter_on(case: RequestFile, wanted: str | None) -> str:
    """The letter that somebody wants on a request, else what its state asks for. Raises NotAllowed."""
    fitting = [name for name in fitting_letters(case) if wanted in {None, name}]
    if not fitting:
        raise NotAllowed(
            f"this letter does not fit request {case.request_ref} as it stands", field="letter"
        )
    return fitting[0]


def breach_told(case: FoundIncident) -> BreachTold:
    """What persons are told of a breach. Raises NotAllowed while something of it is not known."""
    said: Mapping[str, Said] = case.incident.told
    measures = [*_texts(said, "measures_taken"), *_texts(said, "measures_proposed")]
    known = {**said, "measures": measures}
    missing = [name for name in _TOLD if not known.get(name)]
    if missing:
        raise NotAllowed(
            f"a letter about breach {case.incident.ref} cannot be written yet: assess {', '.join(missing)}"
        )
    begun_at = case.incident.begun_at
    assert begun_at
    return BreachTold(
        ref=case.incident.ref,
        detected_at=instant(begun_at),
        nature=_texts(said, "nature"),
        description=str(said["description"]),
        categories=_texts(said, "categories"),
        consequences=_texts(said, "consequences"),
        measures=measures,
    )


def _texts(said: Mapping[str, Said], name: str) -> list[str]:
    value = said.get(name, [])
    return list(value) if isinstance(value, list) else [str(value)]


def recipient_told(
    source: Source, subject: str, recipient: str, action: str
) -> tuple[Notification, RecipientRow]:
    """What a recipient must still be told, or was told, of a person. Raises NotAllowed, UnknownSubject."""
    criteria = NotificationFilter(subject, recipient, done=True)
    rows = [row for row in notification_tasks(source, criteria) if row.action == action]
    if not rows:
        raise NotAllowed("there is nothing to tell this recipient about this person")
    return min(rows, key=lambda row: not row.open), _party(source, recipient)


def _party(source: Source, recipient: str) -> RecipientRow:
    rows = recipients(source, None).recipients
    found = next((row for row in rows if row.recipient == recipient), None)
    if found is None:
        raise NotAllowed(f"recipient {recipient} is not registered")
    return found


def announced(source: Source, recipient: str | None, activity: str | None) -> Announced:
    """The notice in force, with a recipient or an activity that is new. Raises NotAllowed."""
    current = notices.in_force(states_at(source, notices.VIEW, NOW), source.now)
    if current is None:
        raise NotAllowed("no version of the privacy notice is in force")
    purposes: tuple[DeclaredPurpose, ...] = ()
    if activity is not None:
        entries = [one for one in register_entries(source.session) if one.activity == activity]
        said = declaration(entries[0].declared) if entries else None
        purposes = tuple(said.purposes) if said else ()
    return Announced(
        version=current.version,
        effective_from=current.effective_from.isoformat(),
        recipient=_party(source, recipient) if recipient else None,
        purposes=purposes,
    )
