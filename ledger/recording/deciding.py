"""The outcome of each message of a batch: an event, a duplicate, a refusal, or withheld. Pure."""

from collections.abc import Collection, Sequence
from uuid import UUID

import msgspec

from ledger.recording.claims import RecordedClaims
from ledger.writing.message import Message
from ledger.writing.packing import PackedMessage, refusal_of
from schemas import Code, Event, Rejection


class Decided(msgspec.Struct):
    """The verdict over each message of a batch. `repeated`: indexes of duplicates."""

    new: list[PackedMessage] = msgspec.field(default_factory=list)
    refused: list[tuple[int, Rejection]] = msgspec.field(default_factory=list)
    repeated: list[int] = msgspec.field(default_factory=list)
    withheld: list[tuple[int, Rejection]] = msgspec.field(default_factory=list)

    @property
    def duplicates(self) -> int:
        """How many messages are recorded already."""
        return len(self.repeated)


class Earlier(msgspec.Struct, frozen=True, gc=False):
    """A recorded event of the same name. `comparable`: the key of its fingerprint still exists."""

    fingerprint: bytes
    stream: UUID
    comparable: bool = True


Known = dict[tuple[str, str], Earlier]


def decide(
    messages: Sequence[Message],
    packed: Sequence[PackedMessage],
    known: Known,
    claims: RecordedClaims | None = None,
    kept_out: Collection[str] = (),
) -> Decided:
    """Sort a batch into new events, duplicates and refusals. Pure; `known`, `claims` grow with the new ones.

    `kept_out`: sources that are quarantined.

    The order of the contract: what decoding refused, then what its source may not say, then conflict, then
    what sealing refused, then quarantine. A repeat of a recorded event is a duplicate from any source.
    """
    decided, claims = Decided(), claims or RecordedClaims()
    for index, item in enumerate(packed):
        earlier = known.get((item.source, item.id)) if item.stream else None
        if earlier is not None and not _conflicts(earlier, item):
            decided.repeated.append(index)
        elif (hidden := _hidden(item)) is not None:
            decided.withheld.append((index, hidden))
        elif (fault := _fault(item, earlier, claims, kept_out)) is not None:
            decided.refused.append((index, _rejection(messages, index, fault)))
        else:
            assert item.stream is not None
            # From here on the same name later in the batch is a duplicate, or conflicts.
            known[item.source, item.id] = Earlier(item.fingerprint, item.stream)
            decided.new.append(item)
            if item.claim is not None:
                claims.note(item, item.claim)
    return decided


def _hidden(item: PackedMessage) -> Rejection | None:
    """Why a message is for the confidential ledger only; None when it is not."""
    return item.refusal if item.refusal is not None and item.refusal.hidden else None


def _fault(
    item: PackedMessage,
    earlier: Earlier | None,
    claims: RecordedClaims,
    kept_out: Collection[str],
) -> Code | Rejection | None:
    """Why a message that is not a duplicate is refused, as far as that is known without its text."""
    if item.claim is not None and not claims.may(item, item.claim):
        return Code.SOURCE_NOT_ALLOWED
    if earlier is not None:
        return Code.CONFLICTING_DUPLICATE
    if item.refusal is None and item.source in kept_out:
        return Code.QUARANTINED
    return item.refusal


def _conflicts(earlier: Earlier, item: PackedMessage) -> bool:
    """Whether it has other content. After an erasure the key to compare with is gone: a duplicate then."""
    same = earlier.stream == item.stream and earlier.fingerprint == item.fingerprint
    return earlier.comparable and not same


def _rejection(messages: Sequence[Message], index: int, fault: Code | Rejection) -> Rejection:
    """Why a message is refused. It is looked at for a code alone: the caller may decode it once more."""
    if isinstance(fault, Rejection):
        return fault
    event = messages[index].outcome
    assert isinstance(event, Event)
    rejection = refusal_of(event, fault)
    if fault is Code.SOURCE_NOT_ALLOWED:
        return msgspec.structs.replace(rejection, pointer="/source")
    return rejection
