"""From valid events to events ready to be recorded: each gets its data subject and its keys.

Nothing here writes. Missing subjects and keys are made in memory and written with the batch
(`ledger.keys.fresh`); the rest, sealing above all, is pure work on held keys (`ledger.writing.packing`).
"""

from collections.abc import Iterator, Sequence
from itertools import chain, islice

from ledger.crypto.held import FINGERPRINT, StreamKeys
from ledger.crypto.layouts import FieldGroup, layout_of
from ledger.crypto.sealing import month_of
from ledger.journal.overtaking import HeadState
from ledger.keys.keyring import KeyNeed, Keyring
from ledger.keys.subjects import Mention, SubjectIndex, kind_of
from ledger.names import LedgerName
from ledger.writing.message import BLOCK, Message
from ledger.writing.packing import LedgerHashes, PackedMessage, StreamEvent, has_own_hash, pack
from schemas import ALL_TYPES, Event, Rejection, names

_PERSONS = ("customer/", "employee/", "visitor/")
# The type that starts a data subject anew after an erasure of the whole person; nothing registers the others.
_STARTS = {"customer": names.CUSTOMER_REGISTERED, "contact": names.CONTACT_PERSON_ADDED}


class Sealer:
    """Seals whole batches for one ledger."""

    def __init__(self, keyring: Keyring, subjects: SubjectIndex, ledger: LedgerName) -> None:
        self._keyring = keyring
        self._subjects = subjects
        self._ledger = ledger
        self._name = str(ledger)
        self._settled: dict[str, StreamKeys] = {}

    def seal(self, messages: Sequence[Message], now: HeadState) -> list[PackedMessage]:
        """Seal a batch, in order, with the subjects and keys that are true at that moment of the head.

        Makes missing subjects and keys. Raises Retry or Halt.
        """
        dropped = self._keyring.sync(now)
        # None: all that the keyring held was dropped.
        if dropped is None or dropped:
            self._subjects.forget(dropped)
            self._settled.clear()
        packed: list[PackedMessage | None] = []
        waiting: list[Message] = []
        arriving = iter(messages)
        while block := list(islice(arriving, BLOCK)):
            sealed = self._seal_block(block)
            waiting += [m for m, item in zip(block, sealed, strict=True) if item is None]
            packed += sealed
        later = iter(self._after_making(waiting) if waiting else ())
        return [item or next(later) for item in packed]

    def _seal_block(self, block: Sequence[Message]) -> list[PackedMessage | None]:
        """Messages that can be sealed or refused at once; None in the place of any other."""
        items = [self._at_once(message) for message in block]
        packed = iter(self._pack([item for item in items if isinstance(item, StreamEvent)]))
        return [next(packed) if isinstance(item, StreamEvent) else item for item in items]

    def _at_once(self, message: Message) -> "StreamEvent | PackedMessage | None":
        """A message ready to be sealed or refused; None when a subject or a key must be made first."""
        event = message.outcome
        if isinstance(event, Rejection):
            return PackedMessage(refusal=event)
        keys = self._settled.get(event.subject)
        if keys is not None and not ALL_TYPES[event.type].references:
            item = _stream_event(message, event, keys, person=True)
        elif self._unsettled(event):
            return None
        else:
            item = self._place(message, event)
        return item if _find_keys(item) else None

    def _after_making(self, messages: Sequence[Message]) -> list[PackedMessage]:
        """Make the missing subjects and keys for all of these messages, and seal them."""
        events = [(m, m.outcome) for m in messages if isinstance(m.outcome, Event)]
        mentions = chain.from_iterable(self._unsettled(event) for _, event in events)
        self._subjects.admit(list(mentions))
        stream_events = [self._place(message, event) for message, event in events]
        # Make every key that is missing, and none for a value that may no longer be sealed.
        self._keyring.know(
            (stream_event.keys, category)
            for stream_event in stream_events
            for category, _ in _groups(stream_event)
        )
        self._keyring.provide(list(chain.from_iterable(map(_needs, stream_events))))
        for stream_event in stream_events:
            _find_keys(stream_event)
        blocks = (
            stream_events[first : first + BLOCK] for first in range(0, len(stream_events), BLOCK)
        )
        return list(chain.from_iterable(map(self._pack, blocks)))

    def _unsettled(self, event: Event) -> Sequence[Mention]:
        """Persons that an event refers to and whose data subject may be missing: its own subject first."""
        settled, references = self._subjects.settled, ALL_TYPES[event.type].references
        if not references and settled(event.subject):
            return ()
        mentions = []
        if _names_person(event.subject) and not settled(event.subject):
            mentions.append(Mention(event.subject, event.time, _starts(event)))
        for name in references:
            if name in event.facts and not settled(event.facts[name]):
                mentions.append(Mention(event.facts[name], event.time))
        return mentions

    def _place(self, message: Message, event: Event) -> StreamEvent:
        if _names_person(event.subject):
            period = self._subjects.period_of(event.subject, event.time)
            stream_event = _stream_event(
                message, event, self._keyring.of(period.subject), person=True
            )
            stream_event.erased = period.erased_through is not None
            if self._subjects.settled(event.subject):
                self._settled[event.subject] = stream_event.keys
        else:
            stream = self._ledger.registry_stream(event.subject)
            stream_event = _stream_event(message, event, self._keyring.of(stream), person=False)
        if ALL_TYPES[event.type].references:
            self._refer(stream_event)
        return stream_event

    def _refer(self, stream_event: StreamEvent) -> None:
        """Replace every reference to a person in the facts by the data subject's UUID."""
        subjects = {
            name: self._subjects.period_of(
                stream_event.event.facts[name], stream_event.event.time
            ).subject
            for name in ALL_TYPES[stream_event.event.type].references
            if name in stream_event.event.facts
        }
        stream_event.facts = stream_event.event.facts | {
            name: str(subject) for name, subject in subjects.items()
        }
        stream_event.referred = tuple(subjects.values())

    def _pack(self, stream_events: Sequence[StreamEvent]) -> list[PackedMessage]:
        if not stream_events:
            return []
        hashes = LedgerHashes(self._keyring.hash(FINGERPRINT), self._keyring.hash("blind"))
        return pack(self._name, stream_events, hashes, self._keyring.nonces)


def _stream_event(message: Message, event: Event, keys: StreamKeys, *, person: bool) -> StreamEvent:
    layout = layout_of(tuple(event.personal)) if event.personal else None
    return StreamEvent(message, event, keys, person, layout, event.facts)


def _groups(stream_event: StreamEvent) -> Sequence[FieldGroup]:
    return stream_event.layout.groups if stream_event.layout else ()


def _needs(stream_event: StreamEvent) -> Iterator[KeyNeed]:
    """The keys that an event lacks. Notes on it when its values may no longer be sealed."""
    keys = stream_event.keys
    if has_own_hash(stream_event) and keys.fingerprint is None:
        yield KeyNeed(keys, FINGERPRINT)
    month = month_of(stream_event.event.time)
    for category, fields in _groups(stream_event):
        if stream_event.erased or keys.chains[category].fences(stream_event.event.time, fields):
            stream_event.fenced = True
        elif (category, month) not in keys.ready:
            yield KeyNeed(keys, category, month)


def _find_keys(stream_event: StreamEvent) -> bool:
    """Note the keys that are ready; False when one is missing."""
    keys = stream_event.keys
    if stream_event.layout and stream_event.erased:
        stream_event.fenced = True
    elif stream_event.layout and not stream_event.fenced:
        key_set = keys.keys_for(stream_event.layout, stream_event.event.time)
        if key_set is None:
            return False
        stream_event.seals, through = key_set.seals, key_set.erased_through
        if through is not None and stream_event.event.time <= through:
            stream_event.fenced = True
    return keys.fingerprint is not None or not has_own_hash(stream_event)


def _names_person(subject: str) -> bool:
    """Like `is_person`, for the subject of a valid event: it needs no look at its form."""
    return subject.startswith(_PERSONS)


def _starts(event: Event) -> bool:
    """Whether the event may start a new data subject where the one before was erased as a whole."""
    registration = _STARTS.get(kind_of(event.subject))
    return (
        bool(event.personal)
        if registration is None
        else (ALL_TYPES[event.type].name == registration)
    )
