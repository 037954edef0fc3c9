"""The dictionary of stored events, made of the sample: `python -m bench.dictionaries.states NUMBER`.

It writes `ledger/storage/dictionaries/NUMBER.zdict` and prints the SHA-256 for `ledger/storage/frames.py`.
The states are those that the ledger would store of the sample, but for keys, nonces and data subjects, which
come from a seed: so the same version of Zstandard makes the same file of the same sample.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from pathlib import Path
from random import Random

import msgspec
import orjson
from zstandard import train_dictionary

import ledger.storage
from bench.tools.arguments import explain, given
from consumers.lines import Line, messages_of_lines
from ledger.crypto.held import KeyChain, StreamKeys
from ledger.crypto.layouts import layout_of
from ledger.crypto.sealing import KEY_BYTES, NONCE_BYTES, DataKey, month_of, subject_of
from ledger.names import LedgerName
from ledger.writing.message import BLOCK, KafkaOrigin, Message
from ledger.writing.packing import StreamEvent, states_of
from sample.generating import generate
from schemas import ALL_TYPES, AdmissionRules, Event

UNTIL = datetime(2026, 10, 1, tzinfo=UTC)
EVENTS = 20_000
CUSTOMERS = 900
SEED = 7
SIZE = 16_384
"""Bytes; twice as many save less than a hundredth more."""
_PERSONS = ("customer/", "employee/", "visitor/")


def dictionary(number: int, events: int = EVENTS, customers: int = CUSTOMERS) -> bytes:
    """A dictionary of this number."""
    stored: list[bytes | bytearray | memoryview] = list(states(events, customers))
    return train_dictionary(SIZE, stored, dict_id=number).as_bytes()


def states(events: int = EVENTS, customers: int = CUSTOMERS, seed: int = SEED) -> Iterator[bytes]:
    """What the ledger would store of a sample; half of it comes from Kafka, half from a file."""
    maker = _Maker(Random(seed))
    made = generate(seed=seed, customers=customers, events=events, until=UNTIL)
    lines = (Line(number, orjson.dumps(one), 0) for number, one in enumerate(made, 1))
    block: list[Line] = []
    for line in lines:
        block.append(line)
        if len(block) == BLOCK:
            yield from maker.states(block)
            block = []
    yield from maker.states(block)


class _Maker:
    """Makes states with keys and data subjects of its own."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._keys = cache(self._new_keys)
        self._ledger = LedgerName("main")

    def states(self, lines: Iterable[Line]) -> list[bytes]:
        messages = messages_of_lines("sample", list(lines), intake=AdmissionRules(), now=UNTIL)
        stream_events = [self._stream_event(message) for message in messages]
        return states_of(str(self._ledger), stream_events, self._nonces)

    def _nonces(self, count: int) -> bytes:
        return self._random.randbytes(count * NONCE_BYTES)

    def _stream_event(self, message: Message) -> StreamEvent:
        event = message.outcome
        assert isinstance(event, Event), event
        person = event.subject.startswith(_PERSONS)
        if self._random.random() < 0.5:
            offset = self._random.randrange(10**7)
            message = msgspec.structs.replace(message, origin=KafkaOrigin("processing", 0, offset))
        layout = layout_of(tuple(event.personal)) if event.personal else None
        references = {
            name: str(self._keys(event.facts[name]).stream)
            for name in ALL_TYPES[event.type].references
            if name in event.facts
        }
        keys = self._keys(event.subject)
        item = StreamEvent(message, event, keys, person, layout, event.facts | references)
        if layout:
            self._seal(item)
        return item

    def _seal(self, item: StreamEvent) -> None:
        assert item.layout
        month = month_of(item.event.time)
        for category, _ in item.layout.groups:
            place = category, month
            if place not in item.keys.ready:
                item.keys.chains.setdefault(category, KeyChain())
                item.keys.add(*place, DataKey(self._random.randbytes(KEY_BYTES)))
        found = item.keys.keys_for(item.layout, item.event.time)
        assert found
        item.seals = found.seals

    def _new_keys(self, subject: str) -> StreamKeys:
        if subject.startswith(_PERSONS):
            return StreamKeys(
                subject_of(self._random.randbytes(KEY_BYTES), str(self._ledger), subject)
            )
        return StreamKeys(self._ledger.registry_stream(subject))


def main() -> None:
    """Write the file."""
    explain(__doc__, number=1)
    number = given(1)
    content = dictionary(number)
    folder = Path(str(ledger.storage.__file__)).parent / "dictionaries"
    (folder / f"{number}.zdict").write_bytes(content)
    print(f"{number}: {sha256(content).hexdigest()}")


if __name__ == "__main__":
    main()
