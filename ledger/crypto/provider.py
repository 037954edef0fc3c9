"""The key provider: what holds the keys under which everything else is wrapped, and never hands one out.

A port. Its adapter is a folder of files (`ledger.crypto.key_files`); a key service or a hardware module would
be a second adapter, and `tests/contract/test_key_provider.py` says what each must do. Three kinds of keys
never leave it: those of epochs, the key that authenticates rows and lines of the journal, and keys for the
persons of whom something was erased. Nothing here names a file. Many keys go in one call: a call may cross a
network.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol, TypeVar
from uuid import UUID

from ledger.errors import Halt, KeyLost


def no_keys(name: str) -> str:
    """The message for a provider without an epoch key: its folder is lost, or the setting names another."""
    return f"there are no epoch keys in {name}: put its folder back, or set LEDGER_KEY_DIR to where it is"


class Placed(NamedTuple):
    """A key to wrap. `place`: the row that it is bound to, see `ledger.crypto.places`."""

    place: bytes
    secret: bytes


class Wrapped(NamedTuple):
    """A wrapped key, the epoch that wrapped it, and the row that it is bound to."""

    epoch: int
    place: bytes
    wrapped: bytes


class Tie(NamedTuple):
    """The link from a line of the erasure journal to a data subject, in clear, and the place of the line."""

    subject: UUID
    text: bytes
    place: bytes


Unwrapped = bytes | Halt
"""A key, or why there is none: Lost without its epoch, UnknownFormat, Halt for a changed or moved row."""


class Wrapping(Protocol):
    """The use of epoch keys for some time.

    An adapter may hold the keys that it needs for it, until `forget`.
    """

    def hold(self) -> None:
        """Where the provider can, go on unwrapping under every epoch of now, should one end meanwhile."""

    def wrap(self, epoch: int, keys: Sequence[Placed]) -> list[bytes]:
        """Wrap keys under an epoch: the byte of the format, then the provider's bytes.

        Raises Lost or Retry.
        """

    def unwrap(self, keys: Sequence[Wrapped]) -> list[Unwrapped]:
        """Unwrap keys, each by itself. Raises Retry when the provider is away."""

    def forget(self) -> None:
        """Drop the held keys."""


class RowKey(Protocol):
    """The key that authenticates rows of the keys' namespace and lines of the erasure journal.

    It is made with the ledger, before its first row; a row without a MAC is not believed.
    """

    @property
    def is_kept(self) -> bool:
        """Whether the key is there."""

    def make(self) -> None:
        """Make the key; the one that is there stays. Durable on return; raises Retry."""

    def macs(self, texts: Sequence[bytes]) -> list[bytes]:
        """HMAC-SHA256 of each text. Raises Lost without the key."""


class LinkKeys(Protocol):
    """Keys of the data subjects with an erasure, for the links from the journal's lines to them."""

    def seal(self, ties: Sequence[Tie]) -> list[bytes]:
        """Seal each under a key of its data subject, made when it is missing; durable on return.

        Raises Retry or Lost.
        """

    def open(self, subject: UUID, sealed: bytes, place: bytes) -> bytes:
        """Reverse of `seal`. Raises Lost when the key is gone, UnknownFormat, Halt when it is not its own."""

    def subjects(self) -> frozenset[UUID]:
        """Data subjects with a key."""

    def destroy(self, subjects: Iterable[UUID]) -> None:
        """Destroy all keys of some data subjects; harmless when they are gone. Durable; raises Retry."""


class KeyProvider(Protocol):
    """The keys of one ledger that live nowhere else: in no database, and in no backup of one."""

    @property
    def name(self) -> str:
        """Where the keys are, for messages: a folder, an address."""

    @property
    def rows(self) -> RowKey:
        """The key that authenticates rows and lines."""

    @property
    def links(self) -> LinkKeys:
        """The keys that link lines of the erasure journal to persons."""

    def epochs(self) -> list[int]:
        """Epochs whose key is still held, ascending."""

    def begin(self, epoch: int) -> None:
        """Make the key of a new epoch. Durable on return; Halt when the epoch has a key already.

        Raises Retry when that fails: then the epoch may have a key or not.
        """

    def destroy(self, epoch: int) -> None:
        """Destroy the key of an epoch for good. Harmless when it is gone. Durable on return.

        Raises Retry when that fails: then the key may be there or not.
        """

    def commitment(self, epoch: int) -> str:
        """A text that stands for the key of an epoch, and tells nothing of it. Raises Lost."""

    def wrapping(self) -> Wrapping:
        """The use of the epoch keys."""

    def faults(self) -> list[str]:
        """The faults of the place of the keys, as sentences: other users who get in, other things that lie
        there.
        """


def each_unwrapped(wrapping: Wrapping, keys: Sequence[Wrapped]) -> list[bytes]:
    """All of some keys, unwrapped. Raises the error of the first key that does not unwrap."""
    unwrapped = []
    for key in wrapping.unwrap(keys) if keys else ():
        if isinstance(key, Halt):
            raise key
        unwrapped.append(key)
    return unwrapped


T = TypeVar("T")


def once_more(read: Callable[[], T]) -> T:
    """Read wrapped keys and unwrap them; again when an epoch ended in between: the next one wraps them."""
    try:
        return read()
    except KeyLost:
        return read()
