"""Who looked at personal data, in another system or through this ledger.

`ledger access`, of a person and of a reader, and the access report share this module.
"""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from functools import cache, partial
from itertools import chain
from typing import Literal, NamedTuple
from uuid import UUID

from msgspec.structs import replace

from application.answer import Name
from application.queries.subjects import streams_of
from application.source import ERASED, Source
from ledger.event import RecordedEvent
from ledger.reading import LAST, reads_of
from ledger.recording.reads import READS, open_looks
from ledger.recording.visits import SOURCE, Read
from projections.folds.timetravel import NOW, Moment, select
from projections.following.derive import selected_at
from schemas import is_person, names
from schemas.formats import instant_of
from schemas.references import kind_of

_ACCESSED, _READ = names.PERSONAL_DATA_ACCESSED, names.LEDGER_READ
CONSULTATIONS = frozenset({_ACCESSED, _READ})
# Whom an answer about everyone tells about.
_CUSTOMERS = {"customer", "contact"}
About = Literal["subject", "everyone", "list"]


class Consultation(NamedTuple):
    """One look at personal data, and the annulment that took it back, if any did.

    `event`: as of a look by itself, also where one event tells of a visit with several. `about`: the subject
    of the event; every customer and contact person; or a list, such as that of all disclosures, of which no
    event says whom it told about. `named`: the reader and the subject of a look that is noted, and no event
    yet as its visit goes on: then the event has no position.
    """

    event: RecordedEvent
    annulled_by: str | None
    about: About
    named: tuple[Name, Name] | None = None

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
        Consultation(look, annulled_by, "subject")
        for event, annulled_by in events
        if event.name in CONSULTATIONS
        for look in _looks(event, moment)
    ]
    counted = {"list", "everyone"} if kind_of(reference) in _CUSTOMERS else {"list"}
    shared = [look for look in _about_many(source, moment, since) if look.about in counted]
    return sorted([*own, *shared], key=_place)


def consultations_by(
    source: Source, readers: Collection[UUID], moment: Moment
) -> list[Consultation]:
    """What an employee looked at, by the data subjects of the employee, in the order of positions."""
    looks = _all(source, moment, CONSULTATIONS)
    return sorted((look for look in looks if look.who in readers), key=_place)


def consultations_as(source: Source, role: str, moment: Moment) -> list[Consultation]:
    """The reads of this ledger in a role, in no order."""
    return [look for look in _all(source, moment, {_READ}) if look.event.facts["role"] == role]


def _all(source: Source, moment: Moment, types: Collection[str]) -> Iterator[Consultation]:
    """Every look of some types in the ledger, from one pass over their events."""
    for _, selected in selected_at(source.session, moment, source.privacy_office, types):
        for event in selected.counted:
            if event.name in types:
                yield from _consultations(source, event, moment)


def _about_many(source: Source, moment: Moment, since: int) -> Iterator[Consultation]:
    """Answers about many after a position."""
    stream = source.ledger.registry_stream(source.ledger.reference)
    last_position = LAST if moment.at_position is None else moment.at_position
    reads = reads_of(source.session, [stream], last_position, since)
    counted = source.teller.selection(select(reads, moment, source.privacy_office)).counted
    return chain.from_iterable(_consultations(source, event, moment) for event in counted)


def _consultations(source: Source, event: RecordedEvent, moment: Moment) -> Iterator[Consultation]:
    return (Consultation(look, None, _about(source, event)) for look in _looks(event, moment))


def _about(source: Source, event: RecordedEvent) -> About:
    if event.subject != source.ledger.reference:
        return "subject"
    return "everyone" if event.facts.get("everyone") else "list"


def _looks(event: RecordedEvent, moment: Moment) -> Iterator[RecordedEvent]:
    """The looks that an event tells of, each by itself; of a visit those by the moment."""
    looks, facts = event.facts.get("looks"), event.facts
    if looks is None:
        yield event
        return
    for look in looks:
        said = {name: fact for name, fact in facts.items() if name != "looks"} | {
            "query": look["query"],
            "categories": look["categories"],
        }
        for text in look["times"]:
            time = instant_of(text)
            if time is not None and (moment.as_of is None or time <= moment.as_of):
                yield replace(event, time=time, categories=tuple(look["categories"]), facts=said)


def going_on(source: Source, moment: Moment, subject: str | None = None) -> list[Consultation]:
    """Looks of visits that are not over, at a subject or at all; the answer itself is none of them.

    The caller has noted the read. Who asks what was known at a moment before now is told of none.
    """
    source.check_noted()
    if moment.known != NOW:
        return []
    until = min(moment.as_of or source.now, source.now)
    noted = open_looks(source.session, source.opener.ledger_key(READS), subject)
    stream_of, name_of = cache(partial(_stream_of, source)), cache(partial(_name_of, source))
    looks = []
    for read in sorted(noted, key=lambda read: read.time):
        told = source.teller.event(_as_event(read, stream_of(read.reader), source.now))
        if told is not None and read.time < until:
            named = read.reader, name_of(read.subject)
            looks.append(Consultation(told, None, _about(source, told), named))
    return looks


def _stream_of(source: Source, reader: str) -> UUID:
    """The data subject of an employee; of one whom no event names yet, what stands for it."""
    streams = streams_of(source, reader)
    return streams[-1] if streams else UUID(bytes=source.opener.hmac_of(reader)[:16])


def _name_of(source: Source, subject: str) -> Name:
    """The reference of a subject as the reader is told it; gone once the person was erased."""
    gone = is_person(subject) and not source.opener.live_subjects(subject)
    return ERASED if gone else source.told(subject)


def _as_event(read: Read, reader: UUID, now: datetime) -> RecordedEvent:
    """A look that is noted, as the event that tells of it alone would be."""
    facts = {"reader": str(reader), "role": read.role, "query": read.query}
    return RecordedEvent(
        position=0,
        stream=reader,
        version=0,
        type=names.type_of(_READ),
        name=_READ,
        recorded_at=now,
        id=read.id,
        source=SOURCE,
        time=read.time,
        facts=facts | {"categories": list(read.categories)},
        categories=read.categories,
        sealed={},
        origin={},
        trace={},
        subject=None if is_person(read.subject) else read.subject,
    )


def _place(look: Consultation) -> tuple[int, datetime]:
    return look.event.position, look.event.time
