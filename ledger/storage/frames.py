"""How the state of an event lies in its table: as a Zstandard frame (RFC 8878), made with a dictionary. Pure.

Events of one type say nearly the same, so a dictionary of usual states takes two thirds of the room away. The
frame names its dictionary; this program comes with all that were ever used, since without its dictionary no
frame can be read. Log, archive, proofs and exports hold states as they are, never frames.
"""

import threading
from functools import cache
from hashlib import sha256
from importlib.resources import files

from zstandard import ZstdCompressionDict, ZstdCompressor, ZstdDecompressor, ZstdError

from ledger.errors import Halt

# SHA-256 of each dictionary. With another one of its number, frames would open to something else.
# `python -m bench.dictionary` makes one more (docs/decisions/0097); none is ever changed or removed.
DICTIONARIES = {1: "a5ff460ec9cd13f43dd5500433185001521844d077763b94c132f2f4c556d49f"}
NEWEST = max(DICTIONARIES)
# Higher levels take longer than they save room.
LEVEL = 1
# How a frame begins: magic number, and a descriptor that promises a length of one or two bytes, the number of
# the dictionary in one byte, and no checksum. So what a changed frame says of its length is below 66 kB.
_BEGINNINGS = (b"\x28\xb5\x2f\xfd\x21", b"\x28\xb5\x2f\xfd\x61")
_BEGINNING_BYTES = 6


class _Contexts(threading.local):
    """What compresses and decompresses in one thread: neither may be used by two at once."""

    def __init__(self) -> None:
        self.compress = ZstdCompressor(LEVEL, dict_data=_dictionary(NEWEST)).compress
        self.decompress = {
            beginning + bytes([number]): decompress
            for number in DICTIONARIES
            for decompress in [ZstdDecompressor(dict_data=_dictionary(number)).decompress]
            for beginning in _BEGINNINGS
        }


@cache
def _dictionary(number: int) -> ZstdCompressionDict:
    """A dictionary of this program. Raises Halt when its file is another one."""
    content = dictionary_bytes(number)
    if sha256(content).hexdigest() != DICTIONARIES[number]:
        raise Halt(f"dictionary {number} of stored events is not the one of this program")
    dictionary = ZstdCompressionDict(content)
    if number == NEWEST:
        dictionary.precompute_compress(LEVEL)
    return dictionary


def dictionary_bytes(number: int) -> bytes:
    """The file of a dictionary, for other programs that read frames."""
    return (files("ledger.storage") / "dictionaries" / f"{number}.zdict").read_bytes()


_contexts = _Contexts()


def framed(state: bytes) -> bytes:
    """The frame of a state, made with the newest dictionary."""
    return _contexts.compress(state)


def unframed(frame: bytes) -> bytes:
    """The state in a frame. Raises Halt when it is no frame that this program or an earlier one writes."""
    decompress = _contexts.decompress.get(frame[:_BEGINNING_BYTES])
    if decompress is None:
        raise Halt(_unreadable(frame))
    try:
        # No limit, since the beginning has one; one frame, and nothing behind it.
        return decompress(frame, 0, False, False)
    except ZstdError:
        raise Halt("the stored state cannot be decompressed") from None


def _unreadable(frame: bytes) -> str:
    if frame.startswith(_BEGINNINGS) and len(frame) >= _BEGINNING_BYTES:
        number = frame[_BEGINNING_BYTES - 1]
        return f"the stored state needs dictionary {number}, which this program does not have"
    return "the stored state is not a frame of this program"
