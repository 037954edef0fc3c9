"""Who looked at personal data, in another system or through this ledger.

`ledger access`, of a person and of a reader, and the access report share this module.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Literal, NamedTuple
from uuid import UUID

from application.source import Source
from ledger.event import RecordedEvent
from ledger.reading import LAST, reads_of
from projections.folds.timetravel import Moment, select
from projections.following.derive import selected_at
from schemas import names
from schemas.references import kind_of

_ACCESSED, _READ = names.PERSONAL_DATA_ACCESSED, names.LEDGER_READ
CONSULTATIONS = frozenset({_ACCESSED, _READ})
# Whom an answer about everyone tells about.
_CUSTOMERS = {"customer", "contact"}
About = Literal["subject", "everyone", "list"]


class Consultation(NamedTuple):
    """One look at personal data, and the annulment that took it back, if any did.

    `about`: the subject of the event; every customer and contact person; or a list, such as that of all
    disclosures, of which no event says whom it told about.
    """

    event: RecordedEvent
    annulled_by: str | None
    about: About

    @property
    def through_ledger(self) -> bool:
        """Whether it was this ledger that told, not another system."""
        return self.event.name == _READ

    @property
    def who(self) -> UUID:
        """The data subject of the employee who looked."""
        return UUID(self.event.facts["reader" if self.through_ledger else "employee"])

    @property
    def why(self) -> str:
        """The purpose that another system was told, or the command that asked this ledger.

        Empty where it is not told.
        """
        return str(self.event.facts.get("query" if self.through_ledger else "purpose", ""))


def consultations_of(
    source: Source,
    reference: str,
    history: Iterable[tuple[RecordedEvent, str | None]],
    moment: Moment,
) -> list[Consultation]:
    """By whom a subject was looked at, in the order of positions.

    `history`: the subject's events of the moment, each with what annuls it. Answers about many count since
    the first of them; those about every customer are about customers and contact persons only.
    """
    events = list(history)
    since = min((event.position for event, _ in events), default=LAST)
    own = [
        Consultation(event, annulled_by, "subject")
        for event, annulled_by in events
        if event.name in CONSULTATIONS
    ]
    counted = {"list", "everyone"} if kind_of(reference) in _CUSTOMERS else {"list"}
    shared = [look for look in _about_many(source, moment, since) if look.about in counted]
    return sorted([*own, *shared], key=lambda look: look.event.position)


def consultations_by(
    source: Source, readers: Collection[UUID], moment: Moment
) -> list[Consultation]:
    """What an employee looked at, by the data subjects of the employee, in the order of positions."""
    looks = [
        look
        for _, selected in selected_at(source.session, moment, source.privacy_office, CONSULTATIONS)
        for event in selected.counted
        if event.name in CONSULTATIONS and (look := _consultation(source, event)).who in readers
    ]
    return sorted(looks, key=lambda look: look.event.position)


def consultations_as(source: Source, role: str, moment: Moment) -> list[Consultation]:
    """The reads of this ledger in a role, in no order."""
    return [
        _consultation(source, event)
        for _, selected in selected_at(source.session, moment, source.privacy_office, {_READ})
        for event in selected.counted
        if event.name == _READ and event.facts["role"] == role
    ]


def _about_many(source: Source, moment: Moment, since: int) -> Iterator[Consultation]:
    """Answers about many after a position."""
    stream = source.ledger.registry_stream(source.ledger.reference)
    last_position = LAST if moment.at_position is None else moment.at_position
    reads = reads_of(source.session, [stream], last_position, since)
    counted = source.teller.selection(select(reads, moment, source.privacy_office)).counted
    return (_consultation(source, event) for event in counted)


def _consultation(source: Source, event: RecordedEvent) -> Consultation:
    about: About = "subject"
    if event.subject == source.ledger.reference:
        about = "everyone" if event.facts.get("everyone") else "list"
    return Consultation(event, None, about)
