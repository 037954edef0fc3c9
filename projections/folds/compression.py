"""How rows are compressed: with a dictionary for each kind of row of which there are many.

The dictionaries are data of the program. `python -m bench.dictionaries.rows` trains them on a sample; a new
one cannot read the rows of the one before, so the view that has it gets a new version.
"""

from collections.abc import Callable
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from ledger.storage.compression import Compression

_FOLDER = files("projections") / "dictionaries"


class RowCompression(NamedTuple):
    """How rows of a kind are compressed; without the name of a dictionary they are stored as they are."""

    name: str | None = None

    @property
    def compress(self) -> Callable[[bytes], bytes]:
        """Makes the bytes that are stored."""
        return _compression(self.name).compress if self.name else _same

    @property
    def decompress(self) -> Callable[[bytes], bytes]:
        """The reverse. Raises Halt for what was compressed otherwise, or is damaged."""
        return _compression(self.name).decompress if self.name else _same


NONE = RowCompression()


def _same(value: bytes) -> bytes:
    return value


@cache
def _compression(name: str) -> Compression:
    return Compression(dictionary_of(name), f"a row of view {name} cannot be read: rebuild it")


def dictionary_of(name: str) -> bytes:
    """The dictionary of a name."""
    return (_FOLDER / f"{name}.zdict").read_bytes()
