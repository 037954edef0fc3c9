"""`ledger find`: who has or had a value, through the blind index."""

from collections.abc import Iterator, Sequence
from contextlib import suppress

from application.answer import Answer
from application.queries.persons.state import folded_state
from application.queries.subjects import chosen, selections
from application.site import Site
from application.source import Source
from ledger.backup import blind
from ledger.errors import UnknownSubject
from ledger.keys.opening import Missing, Opener
from ledger.writing.packing import blind_hash
from projections.folds.timetravel import NOW
from projections.views.customer_state import live_values
from schemas import PERSONAL_FIELDS
from schemas.personal import Single, each_of


class FoundPerson(Answer, frozen=True):
    """A person who has or had the value. `current`: whether it is theirs now."""

    subject: str
    current: bool


class FoundPersons(Answer, frozen=True):
    """Everyone who has or had a value of a field; the value is not repeated."""

    field: str
    subjects: list[FoundPerson]


def make_searchable(site: Site) -> None:
    """Make the index again, which a crash takes away. Recording waits meanwhile."""
    session = site.session("eraser")
    blind.rebuild(session, Opener(session, site.provider, site.ledger))


def is_searchable(source: Source) -> bool:
    """Whether every searchable value is in the index."""
    return blind.is_complete(source.session)


def find(source: Source, field: str, value: str) -> FoundPersons:
    """References of the people, sorted; `current`: whether the value is theirs now.

    Case, spaces and how accents are encoded do not matter. The value itself is not repeated.
    """
    key = source.opener.ledger_key("blind")
    digest = blind_hash(key, field, value)
    category, references = PERSONAL_FIELDS[field], source.opener.find(digest)
    if source.reads.sight.partial or not references:  # that nobody has a value is an answer, too
        source.reads.note_many([category])
    if source.reads.sight.partial:
        references = [
            reference
            for reference in references
            if digest in (blind_hash(key, field, one) for one in _told(source, reference, field))
        ]
    source.reads.note(references, [category])
    persons = []
    # The index also holds past values, so each hit is compared with what is held now.
    for reference in references:
        held = _current(source, reference, field)
        current = digest in (blind_hash(key, field, one) for one in held)
        persons.append(FoundPerson(subject=reference, current=current))
    return FoundPersons(field=field, subjects=persons)


def _told(source: Source, reference: str, field: str) -> Iterator[Single]:
    """Every value of the field that the events tell of which the reader may know."""
    with suppress(UnknownSubject):
        for person in selections(source, reference, NOW):
            for event in person.selected.shown:
                value = source.personal(event).get(field)
                if value is not None and not isinstance(value, Missing):
                    yield from each_of(value)


def _current(source: Source, reference: str, field: str) -> Sequence[Single]:
    """The values of the field now; none where there is none, or none that can be shown."""
    try:
        person = chosen(source, reference, NOW)
    except UnknownSubject:
        return ()
    category, folded = PERSONAL_FIELDS[field], folded_state(person)
    sealed = live_values(folded).get(category, {}).get(field) if folded else None
    if sealed is None:
        return ()
    value = source.open(person.subject, category, field, sealed)
    return () if isinstance(value, Missing) else each_of(value)
