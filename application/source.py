"""What answers are made from: a session that reads events, and the opener of sealed values."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from application.answer import Gone, Name
from application.reading import ReadScope
from application.sighted import Register, Teller
from ledger.crypto.sealing import keyed_hash
from ledger.errors import Halt, KeyLost
from ledger.event import RecordedEvent, instant
from ledger.keys.opening import Missing, Opener, SealedGroup
from ledger.names import LedgerName
from ledger.recording.reads import READS
from ledger.storage.postgres import Session
from projections.folds.timetravel import NOW, Moment
from projections.folds.view import Value, View
from projections.following.derive import rows_at
from projections.reading.views import each
from schemas import personal
from schemas.references import OUTSIDERS, kind_of

S = TypeVar("S")

ERASED, LOST, MASKED = Gone(erased=True), Gone(lost=True), Gone(masked=True)
UNTOLD = Gone()
"""Instead of the reference of a person, for a reader who is told of none."""
Opened = personal.Value | Missing
Shown = personal.Value | Gone
"""A personal value, or what is shown in its place."""

_SHOWN = {
    Missing.ERASED: ERASED,
    Missing.LOST: LOST,
    Missing.MASKED: MASKED,
    Missing.HIDDEN: MASKED,  # where an answer has a place for a value that must not stay empty
}


class Source(msgspec.Struct):
    """Where answers come from, and the clock they are given by. `lost`: values that should open.

    An answer about persons notes in `reads` whom it tells about; only then anything opens, and only what the
    reader may see.
    """

    session: Session
    opener: Opener
    ledger: LedgerName
    privacy_office: tuple[str, ...]
    now: datetime
    reads: ReadScope
    lost: int = 0
    _teller: Teller | None = None

    @property
    def teller(self) -> Teller:
        """Tells the reader of events, as far as they may know of them."""
        if self._teller is None:
            self._teller = Teller(self.reads.sight, Register(self.session))
        return self._teller

    def open(self, stream: UUID, category: str, field: str, value: Value) -> Opened:
        """A value as a view copied it, opened; or why it cannot be."""
        self.check_noted()
        if (unseen := self.reads.sight.unseen(category)) is not None:
            return unseen
        return self.judged(stream, category, field, value)

    def judged(self, stream: UUID, category: str, field: str, value: Value) -> Opened:
        """The same for a judgement that is the same for every reader: the value itself is not shown."""
        self.check_noted()
        sealed = SealedGroup(
            subject=stream,
            source=value.source,
            id=value.id,
            category=category,
            fields=value.fields,
            key=value.key,
            blob=value.blob,
            time=value.time,
        )
        return self.counted(self.opener.value(sealed, field))

    def personal(self, event: RecordedEvent) -> dict[str, Opened]:
        """Every personal value of an event that the reader may know of, field by field."""
        if not event.sealed:
            return {}
        self.check_noted()
        return {
            field: self.counted(value)
            for field, value in self._personal(event).items()
            if value is not Missing.HIDDEN
        }

    def _personal(self, event: RecordedEvent) -> dict[str, Opened]:
        sight = self.reads.sight
        seen = {name: sealed for name, sealed in event.sealed.items() if not sight.unseen(name)}
        others = {
            field: unseen
            for name, sealed in event.sealed.items()
            if (unseen := sight.unseen(name)) is not None
            for field in sealed.fields
        }
        if not others:
            return self.opener.personal(event)
        opened = self.opener.personal(msgspec.structs.replace(event, sealed=seen))
        return dict(sorted({**opened, **others}.items()))

    def counted(self, value: Opened) -> Opened:
        """The value; a lost one is counted in `lost`."""
        if value is Missing.LOST:
            self.lost += 1
        return value

    def names(self, subjects: Iterable[UUID]) -> dict[UUID, Name]:
        """References of data subjects as they are shown: an erased one has none any more.

        Every answer that names a person gets the name here or from `noted`: so a reader who is told of no
        person finds none anywhere.
        """
        unique = list(dict.fromkeys(subjects))
        if unique:
            self.check_noted()
        return {subject: self.told(name) for subject, name in self._opened(unique).items()}

    def told(self, name: Name) -> Name:
        """A name as the reader is told it. An erased person may have been anybody."""
        named = isinstance(name, str) and kind_of(name) not in OUTSIDERS
        return name if self.reads.sight.persons or named else UNTOLD

    def pseudonym(self, subject: UUID) -> UUID:
        """What an answer calls a data subject: for a reader who is told of no person a name of its own.

        It tells rows of one person from those of another, and means nothing to anybody else.
        """
        if self.reads.sight.persons:
            return subject
        own = keyed_hash(self.opener.ledger_key(READS), self.reads.who.encode() + subject.bytes)
        return UUID(bytes=own[:16], version=4)

    def _opened(self, subjects: Sequence[UUID]) -> dict[UUID, Name]:
        try:
            references: dict[UUID, Name] = dict(self.opener.references(subjects))
        except KeyLost:
            # One lost key fails the whole batch: look up each name, and lose only those of that key.
            references = self._names_one_by_one(subjects)
        return {subject: references.get(subject, ERASED) for subject in subjects}

    def noted(self, stream: UUID, categories: Iterable[str] = ()) -> Name:
        """The reference of the one data subject that an answer is about, which is noted as read.

        `categories`: of the values that are about to be shown.
        """
        name = self._opened([stream])[stream]
        if isinstance(name, str):
            self.reads.note([name], categories)
        else:
            self.reads.note_many(())
        return self.told(name)

    def check_noted(self) -> None:
        """Raise Halt where nobody noted yet who reads: before that nothing opens."""
        if not self.reads.taken:
            raise Halt("an answer would open personal data without a note of who reads it")

    def _names_one_by_one(self, subjects: Iterable[UUID]) -> dict[UUID, Name]:
        references: dict[UUID, Name] = {}
        for subject in subjects:
            try:
                references |= self.opener.references([subject])
            except KeyLost:
                self.lost += 1
                references[subject] = LOST
        return references


def shown(value: Opened) -> Shown:
    """A value, or what is shown in its place."""
    return _SHOWN[value] if isinstance(value, Missing) else value


def is_told(value: Opened) -> bool:
    """Whether an answer that lists values has a place for this one: not erased, nor hidden."""
    return value is not Missing.ERASED and value is not Missing.HIDDEN


def unless_erased(name: Name) -> Name | None:
    """The reference of a data subject, None once they were erased, or for a reader who is told of none."""
    return None if name in (ERASED, UNTOLD) else name


def instant_or_none(time: datetime | None) -> str | None:
    """An instant as it is stored, None without one."""
    return instant(time) if time else None


def states_at(source: Source, view: View[S], moment: Moment) -> list[S]:
    """All rows of a small view, in the order of streams; as of a moment of the past, from the events."""
    if moment == NOW:
        return [state for _, state in each(source.session, view)]
    return [state for _, state in each_known(source, view, moment)]


def each_known(
    source: Source, view: View[S], moment: Moment, subkeys: Collection[str] | None = None
) -> list[tuple[UUID, S]]:
    """Rows of a view as of a moment of the past, each with its stream; of some subkeys, or all."""
    return [
        (stream, state)
        for stream, rows in rows_known(source, view, moment)
        for subkey, state in rows.items()
        if subkeys is None or subkey in subkeys
    ]


def rows_known(
    source: Source, view: View[S], moment: Moment
) -> Iterator[tuple[UUID, Mapping[str, S]]]:
    """Rows of a view as of a moment of the past, from the events, stream by stream, in flat memory."""
    return rows_at(source.session, view, moment, source.privacy_office, view.names)
