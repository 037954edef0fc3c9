"""The messages of a batch as they arrived: decoded when they are looked at, and not kept.

A decoded message takes some kilobytes, and may take a hundred times its bytes. As only a block of a batch is
there at a time, memory stays flat, and small enough for the processor's cache.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar, overload

from ledger.writing.message import BLOCK, Message

# Ordinary messages are far from it.
_BLOCK_BYTES = 256 * 1024


class Sized(Protocol):
    """Anything that says how many bytes it holds."""

    @property
    def size(self) -> int:
        """Bytes, about."""


_Raw = TypeVar("_Raw", bound=Sized)


def blocks(
    items: Iterable[_Raw], most: int = BLOCK, size_bytes: int = _BLOCK_BYTES
) -> Iterator[list[_Raw]]:
    """Items in order, in blocks of at most `most` items and `size_bytes` bytes; a larger item comes alone."""
    block: list[_Raw] = []
    size = 0
    for item in items:
        if block and (len(block) == most or size + item.size > size_bytes):
            yield block
            block, size = [], 0
        block.append(item)
        size += item.size
    if block:
        yield block


class Arrivals(Sequence[Message], Generic[_Raw]):
    """Messages that `read` makes of the arrivals; the same ones whenever they are looked at."""

    def __init__(
        self, arrived: Sequence[_Raw], read: Callable[[Sequence[_Raw]], Sequence[Message]]
    ) -> None:
        self._arrived = arrived
        self._read = read

    def __len__(self) -> int:
        return len(self._arrived)

    def __iter__(self) -> Iterator[Message]:
        for block in blocks(self._arrived):
            yield from self._read(block)

    @overload
    def __getitem__(self, index: int) -> Message: ...
    @overload
    def __getitem__(self, index: slice) -> "Arrivals[_Raw]": ...
    def __getitem__(self, index: int | slice) -> "Message | Arrivals[_Raw]":
        if isinstance(index, slice):
            return Arrivals(self._arrived[index], self._read)
        return self._read([self._arrived[index]])[0]
