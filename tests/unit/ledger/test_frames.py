"""Frames of states: any program with Zstandard and the dictionary opens them; what is no frame is refused."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from bench.dictionaries.states import dictionary, states
from ledger.errors import Halt
from ledger.event import ENTRY_LIMIT_BYTES
from ledger.storage import frames
from ledger.storage.frames import DICTIONARIES, NEWEST, dictionary_of, framed, unframed
from ledger.stored import decode_row
from tests.fixtures.cases import each

STATE = b'{"categories":["contact"],"facts":{"channel":"portal"},"id":"1"}'
NUMBER_AT = 5


@given(st.binary(max_size=2_000))
def test_a_frame_holds_any_bytes(state: bytes) -> None:
    assert unframed(framed(state)) == state


@each("size", [0, 1, 255, 256, ENTRY_LIMIT_BYTES])
def test_a_frame_holds_a_state_of_any_size(size: int) -> None:
    assert unframed(framed(bytes(size))) == bytes(size)


@each("number", sorted(DICTIONARIES))
def test_a_dictionary_never_changes(number: int) -> None:
    content = dictionary_of(number)
    assert sha256(content).hexdigest() == DICTIONARIES[number]
    assert zstandard.ZstdCompressionDict(content).dict_id() == number


def test_another_program_opens_a_frame_with_the_file_of_its_dictionary() -> None:
    frame = framed(STATE)
    number = zstandard.get_frame_parameters(frame).dict_id
    shared = zstandard.ZstdCompressionDict(dictionary_of(number))
    assert zstandard.ZstdDecompressor(dict_data=shared).decompress(frame) == STATE


def test_states_of_the_sample_take_less_than_half_of_their_room() -> None:
    stored = list(states(events=500, customers=40, seed=3))
    assert 2 * sum(map(len, map(framed, stored))) < sum(map(len, stored))


def test_the_same_sample_makes_the_same_dictionary() -> None:
    made = [dictionary(9, events=2_000, customers=100) for _ in range(2)]
    assert made[0] == made[1]
    assert zstandard.ZstdCompressionDict(made[0]).dict_id() == 9


ALTERED: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "a state": lambda _: STATE,
    "its beginning alone": lambda frame: frame[:5],
    "cut short": lambda frame: frame[:-1],
    "followed by more": lambda frame: frame + b"more",
    "followed by a frame that is skipped": lambda frame: frame + b"\x50\x2a\x4d\x18\1\0\0\0x",
    "twice": lambda frame: 2 * frame,
    "with another length": lambda frame: frame[:6] + bytes([frame[6] ^ 1]) + frame[7:],
    "without a dictionary": lambda _: zstandard.compress(STATE),
}


@each("name", sorted(ALTERED))
def test_what_is_no_frame_is_refused(name: str) -> None:
    with pytest.raises(Halt, match=r"the stored state (is not|cannot|needs)"):
        unframed(ALTERED[name](framed(STATE)))


@each("state", [b"", b"{}", STATE, b'{"id":"\xff"}', b'{"facts":' + b"[" * 9_000])
def test_a_frame_of_what_is_no_state_is_refused(state: bytes) -> None:
    with pytest.raises(Halt, match="position 7: the stored state cannot be read"):
        decode_row(UUID(int=1), 1, "type", framed(state), 7, datetime.now(UTC))


def test_a_frame_of_a_later_program_says_what_is_missing() -> None:
    frame = bytearray(framed(STATE))
    frame[NUMBER_AT] = NEWEST + 1
    with pytest.raises(Halt, match=f"needs dictionary {NEWEST + 1}, which"):
        unframed(bytes(frame))


def test_a_dictionary_that_was_changed_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "dictionary_of", lambda number: dictionary(number, 500, 40))
    with pytest.raises(Halt, match="dictionary 1 of stored events is not the one of this program"):
        frames._compression.__wrapped__(1)


def test_many_threads_make_and_open_frames_at_once() -> None:
    texts = [STATE * (number % 50) + str(number).encode() for number in range(2_000)]
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(framed, texts))
        assert list(threads.map(unframed, made)) == texts
