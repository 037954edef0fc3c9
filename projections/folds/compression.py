"""How rows are compressed: with a dictionary for each kind of row of which there are many.

The dictionaries are data of the program. `python -m bench.dictionaries.rows` trains them on a sample; a new
one cannot read the rows of the one before, so the view that has it gets a new version.
"""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import NamedTuple

from ledger.errors import Halt
from ledger.storage.compression import Compression

_FOLDER = files("projections") / "dictionaries"


class RowCompression(NamedTuple):
    """How rows of a kind are compressed; without the name of a dictionary they are stored as they are.

    `digest`: SHA-256 of the dictionary in hexadecimal digits. With another one of its id, rows would open to
    something else.
    """

    name: str | None = None
    digest: str = ""

    @property
    def compress(self) -> Callable[[bytes], bytes]:
        """Makes the bytes that are stored. Raises Halt when the dictionary is another one."""
        return _compression(self).compress if self.name else _same

    @property
    def decompress(self) -> Callable[[bytes], bytes]:
        """The reverse. Raises Halt for what was compressed otherwise, or is damaged."""
        return _compression(self).decompress if self.name else _same


NONE = RowCompression()


def _same(value: bytes) -> bytes:
    return value


@cache
def _compression(kind: RowCompression) -> Compression:
    name = str(kind.name)
    content = dictionary_of(name)
    if sha256(content).hexdigest() != kind.digest:
        raise Halt(f"dictionary {name} of rows is not the one of this program")
    return Compression(content, f"a row of view {name} cannot be read: rebuild it")


def dictionary_of(name: str) -> bytes:
    """The dictionary of a name."""
    return (_FOLDER / f"{name}.zdict").read_bytes()
