"""Recording a batch: each message becomes exactly one event, one dead letter or one counted duplicate.

All of it is one transaction under the head lock, together with the bookmark of its Kafka partition,
which moves by compare-and-set on the batch's start: a zombie that lost its partition finds another
value there, and everything that it did is rolled back.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from ledger.crypto.sealing import KeyedHash
from ledger.errors import Fenced, Overtaken
from ledger.journal.overtaking import Moment, erased_between, moment
from ledger.keys.keyring import Keyring
from ledger.letters.dead import LetterKeys, add_letters, answer_of, letter_keys, remove_letters
from ledger.letters.withheld import Sealed, WithheldKey, keep_withheld, seal_withheld
from ledger.names import LedgerName
from ledger.recording.before import Before, BlindRow, Versions
from ledger.recording.claims import Said, claims_of, said_before
from ledger.recording.intake import Sealer
from ledger.recording.quarantine import Sources
from ledger.recording.tallying import NAMELESS, Tally, counted_as, names_of, tally, topic_window
from ledger.storage.postgres import Session, UniqueConflict
from ledger.writing.append import Head, NewEvent, Span, Written, append, lock_head
from ledger.writing.bookmarks import Bookmark, HaltLimit, Window, move_bookmark, set_window
from ledger.writing.chain import CHAIN, Link
from ledger.writing.message import KafkaOrigin, Message
from ledger.writing.packing import Ready, refusal_of
from schemas import Code, Event, Rejection

# An erasure may come between sealing and recording a few times, not for ever.
_ATTEMPTS = 10


class Batch(msgspec.Struct, frozen=True):
    """Messages of one span, in order. `bookmark` is set when the span is one of a Kafka partition.

    `messages`: looked at some times over, so they stay the same; `Arrivals` does not keep them in memory.
    `letters`: dead letters whose messages are these again, index of the message -> name. A letter goes
    in the same transaction, unless its message is refused once more.
    """

    messages: Sequence[Message]
    span: Span
    bookmark: Bookmark | None = None
    letters: Mapping[int, bytes] = msgspec.field(default_factory=dict)


class Outcome(msgspec.Struct, frozen=True):
    """What became of a batch. `rejections`: index of the message and why.

    `withheld`: index and code of messages that are for the confidential ledger only. Whoever reports them to
    others than the one who brought them tells of an investigation. `quarantined`: sources that this batch
    took over the limit; what they send from now on is kept as dead letters.
    """

    recorded: int
    duplicates: int
    rejections: tuple[tuple[int, Rejection], ...]
    last_position: int
    halted: bool = False
    withheld: tuple[tuple[int, Rejection], ...] = ()
    quarantined: tuple[str, ...] = ()


class _Decided(msgspec.Struct):
    """The verdict over each message of a batch."""

    new: list[Ready] = msgspec.field(default_factory=list)
    refused: list[tuple[int, Rejection]] = msgspec.field(default_factory=list)
    duplicates: int = 0
    withheld: list[tuple[int, Rejection]] = msgspec.field(default_factory=list)


class Prepared(msgspec.Struct, frozen=True):
    """A batch that is sealed, with all that its write transaction needs. `then`: what it was sealed by.

    `last_record`: keyed hash of the bookmark's last record. `chain`: vouches for what the batch writes.
    `withheld`: sealed, as it will be kept.
    """

    batch: Batch
    ready: Sequence[Ready]
    then: Moment
    letter_keys: LetterKeys
    last_record: bytes | None
    chain: KeyedHash
    now: datetime
    withheld: Sequence[Sealed] = ()


def record(
    session: Session,
    keyring: Keyring,
    sealer: Sealer,
    ledger: LedgerName,
    batch: Batch,
    now: datetime,
    limit: HaltLimit,
    withheld_key: WithheldKey | None = None,
) -> Outcome:
    """Record one batch; on return it is committed. Raises Fenced, Retry or Halt: then nothing is."""
    for _ in range(_ATTEMPTS):
        try:
            prepared = prepare(session, keyring, sealer, batch, now, withheld_key)
            return write(session, ledger, prepared, limit, Before())
        except Overtaken:
            continue
    raise Fenced("erasures kept overtaking this batch; try it again")


def prepare(
    session: Session,
    keyring: Keyring,
    sealer: Sealer,
    batch: Batch,
    now: datetime,
    withheld_key: WithheldKey | None = None,
) -> Prepared:
    """Seal a batch. Makes missing subjects and keys; raises Overtaken, Retry or Halt.

    Raises Misconfigured when something is withheld and there is no key for it: nothing is lost so.
    """
    then = moment(session)
    last = batch.bookmark.last_record if batch.bookmark else None
    ready = sealer.seal(batch.messages, then)
    hidden = [batch.messages[index] for index, item in enumerate(ready) if _is_withheld(item)]
    return Prepared(
        batch=batch,
        ready=ready,
        then=then,
        letter_keys=letter_keys(keyring, now),
        last_record=None if last is None else hash_of_record(keyring, last),
        chain=keyring.hash(CHAIN),
        now=now,
        withheld=seal_withheld(keyring, withheld_key, hidden),
    )


def _is_withheld(item: Ready) -> bool:
    return item.refusal is not None and item.refusal.hidden


def write(
    session: Session, ledger: LedgerName, prepared: Prepared, limit: HaltLimit, before: Before
) -> Outcome:
    """Decide and write a prepared batch, in one transaction. `before`: what this writer remembers.

    Touches nothing that `prepare` touches, so the next batch may be prepared meanwhile with another
    session. Where no event is expected to be recorded already, none is looked for: a name that is taken
    all the same fails the transaction, and it is done again, looking.
    Raises Overtaken when the batch must be prepared again; Fenced, Retry or Halt.
    """
    look = before.repeats or any(item.stream and item.refusal for item in prepared.ready)
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
    prepared: Prepared,
    limit: HaltLimit,
    before: Before,
    *,
    look: bool,
) -> Outcome:
    batch, ready, now = prepared.batch, prepared.ready, prepared.now
    claiming = claims_of(ready)
    names, topic = _sources_of(batch, ready)
    halted = False
    failing: tuple[str, ...] = ()
    # Before the lock, where the database has nothing to say.
    at_once = None if look or claiming else decide(batch.messages, ready, {})
    with session.transaction():
        head = lock_head(session)
        _check_erasures(session, ready, prepared.then, head)
        link = Link(prepared.chain)
        counted = None
        if batch.bookmark:
            last_record = prepared.last_record
            counted = move_bookmark(session, link, batch.span, batch.bookmark, last_record)
        sources = Sources(session, topic, names)
        kept_out = sources.quarantined(names) if batch.bookmark else frozenset()
        if kept_out or at_once is None:
            decided = decide(
                batch.messages,
                ready,
                _known(session, ready if look or kept_out else claiming),
                said_before(session, claiming),
                kept_out,
            )
        else:
            decided = at_once
        new_letters = _move_letters(session, link, prepared, decided)
        keep_withheld(session, prepared.withheld)
        tallies = _tally(batch, names, decided)
        if batch.bookmark:
            judged = None if counted and counted.halted_at else limit
            crossed = sources.count(link, tallies, now, judged)
            window = topic_window(counted or Window(), tallies, limit, now)
            if crossed is None and window.halted_at is None:
                window = msgspec.structs.replace(window, halted_at=now)
            set_window(session, link, batch.span.topic, counted, window)
            halted, failing = window.halted_at is not None, crossed or ()
            _answer(session, link, batch, decided)
        else:
            sources.count(link, tallies, now, None)
        before.believe(head)
        versions = before.versions(session, [r.stream for r in decided.new if r.stream])
        written = _append(session, ledger, batch.span, link, decided, new_letters, versions)
        _make_searchable(session, before.unwritten(decided.new))
    return Outcome(
        recorded=len(decided.new),
        duplicates=decided.duplicates,
        rejections=tuple(decided.refused),
        last_position=written.last,
        halted=halted,
        withheld=tuple(decided.withheld),
        quarantined=failing,
    )


def _sources_of(batch: Batch, ready: Sequence[Ready]) -> tuple[list[str], str]:
    """The source of each message, and the topic that they are counted under; only Kafka's are told apart."""
    names = names_of(ready) if batch.bookmark else [NAMELESS] * len(ready)
    return names, counted_as(batch.span)


def _tally(batch: Batch, names: Sequence[str], decided: _Decided) -> dict[str, Tally]:
    """By source what became of a batch. A letter that is tried again has arrived before."""
    return tally(
        names,
        [item.source if batch.bookmark else NAMELESS for item in decided.new],
        [(index, why.code is Code.QUARANTINED) for index, why in decided.refused],
        [index for index, _ in decided.withheld],
        [index for index, _ in decided.refused if index in batch.letters],
    )


def _move_letters(session: Session, link: Link, prepared: Prepared, decided: _Decided) -> int:
    """Keep the refused messages as dead letters, let those go that were not refused again; how many are new.

    A letter that is tried again is not kept once more: an erasure may have removed it meanwhile.
    """
    batch = prepared.batch
    refused = dict(decided.refused)
    new = [(batch.messages[i], why) for i, why in decided.refused if i not in batch.letters]
    add_letters(session, link, prepared.letter_keys, new, prepared.now)
    for index, letter in batch.letters.items():
        if index not in refused:
            remove_letters(session, link, "remove_letter", letter=letter)
    return len(new)


def _check_erasures(session: Session, ready: Sequence[Ready], then: Moment, head: Head) -> None:
    """Raise Overtaken when something was erased, after the batch was sealed, of one of its streams."""
    erased = erased_between(session, then, Moment(head.erasures, head.batch))
    if erased is None:
        raise Overtaken
    if erased and any(
        item.stream in erased or not erased.isdisjoint(item.referred) for item in ready
    ):
        raise Overtaken


class Earlier(msgspec.Struct, frozen=True, gc=False):
    """A recorded event of the same name. `comparable`: the key of its fingerprint still exists."""

    fingerprint: bytes
    stream: UUID
    comparable: bool = True


Known = dict[tuple[str, str], Earlier]


def decide(
    messages: Sequence[Message],
    ready: Sequence[Ready],
    known: Known,
    said: Said | None = None,
    kept_out: Collection[str] = (),
) -> _Decided:
    """Sort a batch into new events, duplicates and refusals. Pure; `known`, `said` grow with the new ones.

    `kept_out`: sources that are quarantined.

    The order of the contract: what decoding refused, then what its source may not say, then conflict, then
    what sealing refused, then quarantine. A repeat of what is recorded is a duplicate, whoever may say it.
    """
    decided, said = _Decided(), said or Said()
    for index, item in enumerate(ready):
        earlier = known.get((item.source, item.id)) if item.stream else None
        if earlier is not None and not _conflicts(earlier, item):
            decided.duplicates += 1
        elif item.refusal is not None and item.refusal.hidden:
            decided.withheld.append((index, item.refusal))
        elif refusal := _refusal(messages, index, item, earlier, said):
            decided.refused.append((index, refusal))
        elif item.source in kept_out:
            decided.refused.append((index, _refused(messages[index], Code.QUARANTINED)))
        else:
            assert item.stream is not None
            known[item.source, item.id] = Earlier(item.fingerprint, item.stream)
            decided.new.append(item)
            if item.claim is not None:
                said.note(item, item.claim)
    return decided


def _refusal(
    messages: Sequence[Message], index: int, item: Ready, earlier: "Earlier | None", said: Said
) -> Rejection | None:
    """Why an event that is no duplicate cannot be recorded; None when it can."""
    if item.claim is not None and not said.may(item, item.claim):
        refused = _refused(messages[index], Code.SOURCE_NOT_ALLOWED)
        return msgspec.structs.replace(refused, pointer="/source")
    if earlier is not None:
        return _refused(messages[index], Code.CONFLICTING_DUPLICATE)
    return item.refusal


def _conflicts(earlier: Earlier, item: Ready) -> bool:
    """Other content under the same name. After an erasure nobody can tell: then it is a duplicate."""
    same = earlier.stream == item.stream and earlier.fingerprint == item.fingerprint
    return earlier.comparable and not same


def _refused(message: Message, code: Code) -> Rejection:
    event = message.outcome
    assert isinstance(event, Event)
    return refusal_of(event, code)


def _known(session: Session, ready: Sequence[Ready]) -> Known:
    events = [item for item in ready if item.stream]
    rows = session.rows(
        "known_events", sources=[e.source for e in events], ids=[e.id for e in events]
    )
    return {
        (source, id): Earlier(bytes(fingerprint), stream, comparable)
        for source, id, fingerprint, stream, comparable in rows
    }


def _append(
    session: Session,
    ledger: LedgerName,
    span: Span,
    link: Link,
    decided: _Decided,
    new_letters: int,
    versions: Versions,
) -> Written:
    return append(
        session,
        [_new_event(item, versions) for item in decided.new],
        span,
        link,
        duplicates=decided.duplicates,
        dead_letters=new_letters,
        channel=ledger.channel,
    )


def _make_searchable(session: Session, rows: Sequence[BlindRow]) -> None:
    if rows:
        session.run(
            "add_blind",
            hmacs=[hmac for hmac, _, _, _ in rows],
            subjects=[subject for _, subject, _, _ in rows],
            categories=[category for _, _, category, _ in rows],
            fields=[field for _, _, _, field in rows],
        )


def _new_event(item: Ready, versions: Versions) -> NewEvent:
    """The event with its next version, which is counted on in `versions`."""
    assert item.stream is not None
    number = item.stream.int
    version = versions[number] = versions.get(number, 0) + 1
    return NewEvent(version, item.row, item.name)


def hash_of_record(keyring: Keyring, record: bytes) -> bytes:
    """The keyed hash by which a bookmark knows the last record before it."""
    return keyring.hash("last-record").of(record)


def _answer(session: Session, link: Link, batch: Batch, decided: _Decided) -> None:
    """Keep the answers to upstream for what was refused of a Kafka batch; to what is withheld is none."""
    refused = [(batch.messages[index], why) for index, why in decided.refused]
    answers = [
        answer_of(why, message.origin)
        for message, why in refused
        if isinstance(message.origin, KafkaOrigin)
    ]
    if answers:
        macs = [link.comes("rejection_answers", [answer]) for answer in answers]
        session.run("add_answers", payloads=answers, macs=macs)
