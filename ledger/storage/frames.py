"""How the state of an event lies in its table: as a Zstandard frame (RFC 8878), made with a dictionary. Pure.

Events of one type say nearly the same, so a dictionary of usual states takes two thirds of the room away. The
frame names its dictionary; this program comes with all that were ever used, since without its dictionary no
frame can be read. Log, archive, proofs and exports hold states as they are, never frames.
"""

from functools import cache
from hashlib import sha256
from importlib.resources import files

from ledger.errors import Halt
from ledger.storage.compression import Compression

# SHA-256 of each dictionary. With a different dictionary of the same number, frames would open to something
# else. `python -m bench.dictionaries.states` makes one more (docs/decisions/0097); none is ever changed or
# removed.
DICTIONARIES = {1: "a5ff460ec9cd13f43dd5500433185001521844d077763b94c132f2f4c556d49f"}
NEWEST = max(DICTIONARIES)
# How a frame begins: magic number, and a descriptor that promises a length of one or two bytes, the number of
# the dictionary in one byte, and no checksum. So a changed frame can claim at most 66 kB.
_FORMS = (b"\x28\xb5\x2f\xfd\x21", b"\x28\xb5\x2f\xfd\x61")
_BEGINNINGS = {form + bytes([number]): number for form in _FORMS for number in DICTIONARIES}
_BEGINNING_BYTES = 6


@cache
def _compression(number: int) -> Compression:
    """Compression with a dictionary of this program. Raises Halt when its file has other content."""
    content = dictionary_of(number)
    if sha256(content).hexdigest() != DICTIONARIES[number]:
        raise Halt(f"dictionary {number} of stored events is not the one of this program")
    return Compression(content, "the stored state cannot be read", magic=True)


def dictionary_of(number: int) -> bytes:
    """The file of a dictionary, for other programs that read frames."""
    return (files("ledger.storage") / "dictionaries" / f"{number}.zdict").read_bytes()


def framed(state: bytes) -> bytes:
    """The frame of a state, made with the newest dictionary."""
    return _compression(NEWEST).compress(state)


def unframed(frame: bytes) -> bytes:
    """The state in a frame. Raises Halt for any bytes that neither this program nor an earlier one writes."""
    number = _BEGINNINGS.get(frame[:_BEGINNING_BYTES])
    if number is None:
        raise Halt(_unreadable(frame))
    return _compression(number).decompress(frame)


def _unreadable(frame: bytes) -> str:
    if frame.startswith(_FORMS) and len(frame) >= _BEGINNING_BYTES:
        number = frame[_BEGINNING_BYTES - 1]
        return f"the stored state needs dictionary {number}, which this program does not have"
    return "the stored state is not a frame of this program"
