"""Recording a batch: each message becomes exactly one event, one dead letter or one counted duplicate.

All of it is one transaction under the head lock, together with the bookmark of its Kafka partition,
which moves by compare-and-set on the batch's start: a zombie that lost its partition finds another
value there, and everything that it did is rolled back.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

import msgspec

from ledger.crypto.sealing import KeyedHash
from ledger.errors import Fenced, Overtaken, Reject
from ledger.journal.overtaking import HeadState, erased_between, head_state
from ledger.keys.fresh import Fresh
from ledger.keys.keyring import Keyring
from ledger.letters.dead import LetterKeys, add_letters, answer_of, letter_keys, remove_letters
from ledger.letters.withheld import Sealed, WithheldKey, keep_withheld, seal_withheld
from ledger.names import LedgerName
from ledger.recording.claims import RecordedClaims, claims_of, said_before
from ledger.recording.deciding import Decided, Earlier, Known, decide
from ledger.recording.intake import Sealer
from ledger.recording.quarantine import Sources, Verdict
from ledger.recording.tallying import NAMELESS, Tally, counted_as, names_of, tally
from ledger.recording.writer_cache import BlindRow, Versions, WriterCache
from ledger.storage.faults import UniqueConflict
from ledger.storage.postgres import Session
from ledger.writing.append import BatchNotes, Head, NewEvent, Span, append, lock_head
from ledger.writing.bookmarks import Bookmark, HaltLimit, halt_topics, move_bookmark
from ledger.writing.chain import CHAIN, ChainLink
from ledger.writing.message import KafkaOrigin, Message
from ledger.writing.packing import PackedMessage
from schemas import Code, Rejection

# An erasure may come between sealing and recording a few times, not for ever.
_ATTEMPTS = 10


class Batch(msgspec.Struct, frozen=True):
    """Messages of one span, in order. `bookmark` is set when the span is one of a Kafka partition.

    `messages`: looked at some times over, so they stay the same; `Arrivals` does not keep them in memory.
    `letters`: dead letters whose messages are these again, index of the message -> name. A letter goes
    in the same transaction, unless its message is refused once more. `registered`: the sources that are
    registered for the topic by now; each of them is counted by itself, and all others together.
    `whole`: where one message cannot be recorded, none is, nor kept as a letter. `read_notes`: rows of notes
    that become events by these messages, which go in the same transaction.
    """

    messages: Sequence[Message]
    span: Span
    bookmark: Bookmark | None = None
    letters: Mapping[int, bytes] = msgspec.field(default_factory=dict)
    registered: frozenset[str] = frozenset()
    whole: bool = False
    read_notes: Sequence[int] = ()


class NotesGone(Fenced):
    """Another process recorded notes of reads meanwhile: look again at what is left."""


class NotWhole(Reject):
    """Something that belongs together was refused in part, so nothing of it was recorded."""

    def __init__(self, refused: Sequence[tuple[int, Rejection]]) -> None:
        """`refused`: index of the message and why."""
        super().__init__()
        self.refused = tuple(refused)


class Outcome(msgspec.Struct, frozen=True):
    """The outcome of a batch. `rejections`: index of the message and why.

    `withheld`: index and code of messages that are for the confidential ledger only. A report of them to
    others than the sender would tell of an investigation. `quarantined`: sources that this batch took over
    the limit; their messages are kept as dead letters from now on. `repeated`: indexes of the duplicates; all
    others that are not refused or withheld are the last `recorded` positions, in order. `withheld_bytes`: the
    sealed size of the withheld messages.
    """

    recorded: int
    duplicates: int
    rejections: tuple[tuple[int, Rejection], ...]
    last_position: int
    halted: bool = False
    withheld: tuple[tuple[int, Rejection], ...] = ()
    quarantined: tuple[str, ...] = ()
    repeated: tuple[int, ...] = ()
    withheld_bytes: int = 0


class PreparedBatch(msgspec.Struct, frozen=True):
    """A batch that is sealed, with all that its write transaction needs.

    `sealed_at`: the head's moment then; an erasure since of one of its streams makes it stale. `last_record`:
    keyed hash of the bookmark's last record. `chain`: vouches for the writes of the batch. `withheld`:
    sealed, as it will be kept. `fresh`: data subjects and keys that are written with it.
    """

    batch: Batch
    packed: Sequence[PackedMessage]
    sealed_at: HeadState
    letter_keys: LetterKeys
    last_record: bytes | None
    chain: KeyedHash
    now: datetime
    fresh: Fresh
    withheld: Sequence[Sealed] = ()

    @property
    def withheld_bytes(self) -> int:
        """The sealed size of the withheld messages."""
        return sum(len(sealed) for _, sealed in self.withheld)


class RefusalPolicy(msgspec.Struct, frozen=True):
    """The handling of messages that are not recorded: when a topic halts, and the key to withhold with."""

    limit: HaltLimit = HaltLimit()
    withheld_key: WithheldKey | None = None


USUAL = RefusalPolicy()


class Means(msgspec.Struct, frozen=True):
    """The means to seal a batch. `withheld_key`: seals messages that this ledger must not know."""

    session: Session
    keyring: Keyring
    sealer: Sealer
    withheld_key: WithheldKey | None = None


def record(
    means: Means, ledger: LedgerName, batch: Batch, now: datetime, limit: HaltLimit
) -> Outcome:
    """Record one batch; on return it is committed. Raises Fenced, Retry or Halt: then nothing is."""
    for _ in range(_ATTEMPTS):
        try:
            return write(means.session, ledger, prepare(means, batch, now), limit, WriterCache())
        except Overtaken:
            continue
    raise Fenced("erasures kept overtaking this batch; try it again")


def prepare(means: Means, batch: Batch, now: datetime) -> PreparedBatch:
    """Seal a batch, and make missing subjects and keys, which are written with it; raises Retry or Halt.

    Raises Misconfigured when something is withheld and there is no key for it: nothing is lost so.
    """
    keyring, sealed_at = means.keyring, head_state(means.session)
    last = batch.bookmark.last_record if batch.bookmark else None
    packed = means.sealer.seal(batch.messages, sealed_at)
    hidden = [batch.messages[index] for index, item in enumerate(packed) if _is_withheld(item)]
    return PreparedBatch(
        batch=batch,
        packed=packed,
        sealed_at=sealed_at,
        letter_keys=letter_keys(keyring, now),
        last_record=None if last is None else hash_of_record(keyring, last),
        chain=keyring.hash(CHAIN),
        now=now,
        fresh=keyring.made(),
        withheld=seal_withheld(keyring, means.withheld_key, hidden),
    )


def _is_withheld(item: PackedMessage) -> bool:
    return item.refusal is not None and item.refusal.hidden


def write(
    session: Session,
    ledger: LedgerName,
    prepared: PreparedBatch,
    limit: HaltLimit,
    before: WriterCache,
) -> Outcome:
    """Decide and write a prepared batch, in one transaction. `before`: the memory of this writer.

    Touches nothing that `prepare` touches, so the next batch may be prepared meanwhile with another
    session. Where no event is expected to be recorded already, none is looked for: a name that is taken
    all the same fails the transaction, and it is done again, looking.
    Raises Overtaken when the batch must be prepared again; Fenced, Retry or Halt.
    """
    look = before.repeats or any(item.stream and item.refusal for item in prepared.packed)
    with prepared.fresh.deciding():
        try:
            outcome = _write(session, ledger, prepared, limit, before, look=look)
        except UniqueConflict:
            if look:
                raise
            outcome = _write(session, ledger, prepared, limit, before, look=True)
    before.keep(outcome.last_position, repeats=_has_repeats(outcome))
    return outcome


def _has_repeats(outcome: Outcome) -> bool:
    codes = {rejection.code for _, rejection in outcome.rejections}
    return outcome.duplicates > 0 or Code.CONFLICTING_DUPLICATE in codes


def _write(
    session: Session,
    ledger: LedgerName,
    prepared: PreparedBatch,
    limit: HaltLimit,
    before: WriterCache,
    *,
    look: bool,
) -> Outcome:
    packed, claiming = prepared.packed, claims_of(prepared.packed)
    # Before the lock, where the database has nothing to say: others wait for nothing meanwhile.
    decided = None if look or claiming else decide(prepared.batch.messages, packed, {})
    with session.transaction():
        prepared.fresh.write(session, prepared.sealed_at)
        head = lock_head(session)
        _check_erasures(session, packed, prepared.sealed_at, head)
        writing = _Writing(session, prepared)
        if decided is None or writing.kept_out:
            looked_for = packed if look or writing.kept_out else claiming
            decided = writing.decide(
                _earlier_events(session, looked_for), said_before(session, claiming)
            )
        _check_whole(prepared.batch, decided)
        _remove_read_notes(session, prepared.batch.read_notes)
        notes = writing.keep_unrecorded(decided)
        quarantined, halted = writing.count(decided, limit)
        before.believe(head)
        versions = before.versions(session, [item.stream for item in decided.new if item.stream])
        events = [_new_event(item, versions) for item in decided.new]
        span, link = prepared.batch.span, writing.link
        written = append(session, events, span, link, notes=notes, channel=ledger.channel)
        _make_searchable(session, before.unwritten(decided.new))
    return Outcome(
        recorded=len(decided.new),
        duplicates=decided.duplicates,
        rejections=tuple(decided.refused),
        last_position=written.last,
        halted=halted,
        withheld=tuple(decided.withheld),
        quarantined=quarantined,
        repeated=tuple(decided.repeated),
        withheld_bytes=prepared.withheld_bytes,
    )


def _check_whole(batch: Batch, decided: Decided) -> None:
    """Raise NotWhole where one message is refused of a batch that is recorded as a whole."""
    refused = [*decided.refused, *decided.withheld]
    if batch.whole and refused:
        raise NotWhole(refused)


def _remove_read_notes(session: Session, notes: Sequence[int]) -> None:
    """Remove notes that become events. Raise NotesGone where one is gone: then it was recorded before."""
    if notes and session.run("remove_read_notes", notes=list(notes)) != len(notes):
        raise NotesGone


class _Writing:
    """A prepared batch in its transaction, under the head lock: the bookmark moves when this is made.

    `kept_out`: the batch's sources that are quarantined. `link`: knows all that this has changed.
    """

    def __init__(self, session: Session, prepared: PreparedBatch) -> None:
        self._session, self._prepared, self._batch = session, prepared, prepared.batch
        self.link = ChainLink(prepared.chain)
        self._halted_at = self._move_bookmark()
        self._names, topic = _sources_of(prepared.batch, prepared.packed)
        day = prepared.letter_keys.day
        self._sources = Sources(session, topic, self._names, prepared.batch.registered, day)
        is_kafka = prepared.batch.bookmark is not None
        self.kept_out = self._sources.quarantined(self._names) if is_kafka else frozenset()

    def _move_bookmark(self) -> datetime | None:
        """Move the bookmark; since when its topic is halted. Raises Fenced when it is elsewhere."""
        batch, last_record = self._batch, self._prepared.last_record
        if batch.bookmark is None:
            return None
        return move_bookmark(self._session, self.link, batch.span, batch.bookmark, last_record)

    def decide(self, known: Known, claims: RecordedClaims) -> Decided:
        """The verdict over each message, with the recorded events of the same names and powers."""
        packed, messages = self._prepared.packed, self._batch.messages
        return decide(messages, packed, known, claims, self.kept_out)

    def keep_unrecorded(self, decided: Decided) -> BatchNotes:
        """Keep the messages that become no event, as letters or withheld; returns the notes for the batch's
        row.
        """
        new_letters = self._move_letters(decided)
        keep_withheld(self._session, self._prepared.withheld)
        return BatchNotes(duplicates=decided.duplicates, dead_letters=new_letters)

    def _move_letters(self, decided: Decided) -> int:
        """Keep refused messages as dead letters, let those go that were not refused again; how many are new.

        A letter that is tried again is not kept once more: an erasure may have removed it meanwhile. Upstream
        gets an answer for each kept letter of a Kafka batch.
        """
        batch, keys, now = self._batch, self._prepared.letter_keys, self._prepared.now
        new = [
            (batch.messages[i], why, self._sources.room_of(self._names[i]))
            for i, why in decided.refused
            if i not in batch.letters
        ]
        left_out = add_letters(self._session, self.link, keys, new, now)
        kept = [one[:2] for index, one in enumerate(new) if index not in left_out]
        _answer(self._session, self.link, kept)
        refused_again = {i for i, _ in decided.refused}
        for index, letter in batch.letters.items():
            if index not in refused_again:
                remove_letters(self._session, self.link, "remove_letter", letter=letter)
        return len(new)

    def count(self, decided: Decided, limit: HaltLimit) -> Verdict:
        """Count what became of the messages; whom that quarantines, and whether the topic is halted."""
        tallies, now = _tally(self._batch, self._names, decided), self._prepared.now
        if self._batch.bookmark is None:  # files and commands are answered at once
            return self._sources.count(self.link, tallies, now, None)
        is_halted = self._halted_at is not None
        verdict = self._sources.count(self.link, tallies, now, None if is_halted else limit)
        if verdict.halts:
            halt_topics(self._session, self.link, [self._batch.span.topic], now)
        return Verdict(verdict.quarantined, verdict.halts or is_halted)


def _sources_of(batch: Batch, packed: Sequence[PackedMessage]) -> tuple[list[str], str]:
    """The source of each message, and the topic that they are counted under; only Kafka's are told apart."""
    names = names_of(packed) if batch.bookmark else [NAMELESS] * len(packed)
    return names, counted_as(batch.span)


def _tally(batch: Batch, names: Sequence[str], decided: Decided) -> dict[str, Tally]:
    """By source what became of a batch. A letter that is tried again has arrived before."""
    return tally(
        names,
        [item.source if batch.bookmark else NAMELESS for item in decided.new],
        [(index, why.code is Code.QUARANTINED) for index, why in decided.refused],
        [index for index, _ in decided.withheld],
        [index for index, _ in decided.refused if index in batch.letters],
    )


def _check_erasures(
    session: Session, packed: Sequence[PackedMessage], sealed_at: HeadState, head: Head
) -> None:
    """Raise Overtaken when something was erased, after the batch was sealed, of one of its streams."""
    erased = erased_between(session, sealed_at, HeadState(head.erasures, head.batch))
    if erased is None:
        raise Overtaken
    if erased and any(
        item.stream in erased or not erased.isdisjoint(item.referred) for item in packed
    ):
        raise Overtaken


def _earlier_events(session: Session, packed: Sequence[PackedMessage]) -> Known:
    events = [item for item in packed if item.stream]
    rows = session.rows(
        "known_events", sources=[e.source for e in events], ids=[e.id for e in events]
    )
    return {
        (source, id): Earlier(bytes(fingerprint), stream, comparable)
        for source, id, fingerprint, stream, comparable in rows
    }


def _make_searchable(session: Session, rows: Sequence[BlindRow]) -> None:
    if rows:
        session.run(
            "add_blind",
            hmacs=[hmac for hmac, _, _, _ in rows],
            subjects=[subject for _, subject, _, _ in rows],
            categories=[category for _, _, category, _ in rows],
            fields=[field for _, _, _, field in rows],
        )


def _new_event(item: PackedMessage, versions: Versions) -> NewEvent:
    """The event with its next version, which is counted on in `versions`."""
    assert item.stream is not None
    number = item.stream.int
    version = versions[number] = versions.get(number, 0) + 1
    return NewEvent(version, item.row, item.name)


def hash_of_record(keyring: Keyring, record: bytes) -> bytes:
    """The keyed hash by which a bookmark knows the last record before it."""
    return keyring.hash("last-record").of(record)


def _answer(
    session: Session, link: ChainLink, refusals: Sequence[tuple[Message, Rejection]]
) -> None:
    """Keep the answers upstream for refused messages of a Kafka batch; a withheld message gets none."""
    answers = [
        answer_of(why, message.origin)
        for message, why in refusals
        if isinstance(message.origin, KafkaOrigin)
    ]
    if answers:
        macs = [link.comes("rejection_answers", [answer]) for answer in answers]
        session.run("add_answers", payloads=answers, macs=macs)
