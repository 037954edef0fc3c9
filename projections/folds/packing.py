"""How rows are packed: with a dictionary for each kind of row of which there are many.

The dictionaries are data of the program. `python -m bench.dictionaries` trains them on a sample; a new one cannot
read the rows of the one before, so the view that has it gets a new version.
"""

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from ledger.compact import Packing, Unreadable
from ledger.errors import Halt

_FOLDER = files("projections") / "dictionaries"


class RowPacking(NamedTuple):
    """How rows of a kind are packed; without the name of a dictionary they are stored as they are."""

    name: str | None = None

    def pack(self, value: bytes) -> bytes:
        """The bytes that are stored."""
        return _packing(self.name).pack(value) if self.name else value

    def unpack(self, stored: bytes) -> bytes:
        """Reverse of `pack`. Raises Halt for what was packed otherwise, or by somebody else."""
        if self.name is None:
            return stored
        try:
            return _packing(self.name).unpack(stored)
        except Unreadable as error:
            raise Halt(f"a row of {self.name} cannot be read: run `ledger rebuild`") from error


@cache
def _packing(name: str) -> Packing:
    return Packing((_FOLDER / f"{name}.zdict").read_bytes())
