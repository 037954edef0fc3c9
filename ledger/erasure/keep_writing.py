"""Writing the keep list of another ledger, from what this ledger knows and from what it wrote before.

What was written is kept in a file beside the erasure journal, outside of every backup. A database that is
restored from an older copy has forgotten the latest acts: until they are recorded again, what the file says
stands. Of one thing the later act decides, whichever of the two knows it.
"""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

import msgspec

from ledger.erasure.keep_list import KeepKey, make_key, write_list
from ledger.errors import Halt, Retry
from ledger.storage.access import PRIVATE
from ledger.storage.files import Folder
from schemas.encoding import from_json

_MOST_BYTES = 64 * 1024 * 1024


class Keep(msgspec.Struct, frozen=True):
    """Something that keeps a category of a person, in keyed hashes. `at`: when the deciding act occurred."""

    known_as: bytes
    name: bytes
    until: date
    ended: bool
    at: datetime

    def is_over(self, day: date) -> bool:
        """Whether it keeps nothing on a day."""
        return self.ended or self.until < day


class Published(msgspec.Struct, frozen=True):
    """A list that was written. `kept`: how many tokens of it are real ones."""

    kept: int
    written_at: datetime


class KeepWriter:
    """Writes one list. One process at a time should; two write the same."""

    def __init__(self, path: Path, key_file: Path, memory: Path) -> None:
        """`memory`: the file of what was written before."""
        self._path, self._key_file = path, key_file
        self._folder, self._memory = Folder(memory.parent, PRIVATE), memory.name

    def key(self) -> KeepKey:
        """The key, which is made when it is missing. Raises Misconfigured or Retry."""
        try:
            return make_key(self._key_file)
        except OSError as error:
            raise Retry(f"the key of the keep list cannot be made: {error.strerror}") from None

    def publish(self, known: Iterable[Keep], now: datetime, day: date) -> Published:
        """Remember what is known, then write the list of what keeps something on a day; both are durable.

        Raises Halt when the memory is damaged, Retry when a file cannot be written.
        """
        keeps = _merged([*self._remembered(), *known])
        # What has ended is remembered against an older copy, which would say that it goes on.
        lasting = [keep for keep in keeps if keep.until >= day]
        names = {keep.name for keep in keeps if not keep.is_over(day)}
        try:
            self._folder.write({self._memory: msgspec.json.encode(lasting)})
            write_list(self._path, self.key(), names, now)
        except OSError as error:
            raise Retry(f"the keep list cannot be written: {error.strerror}") from None
        return Published(len(names), now)

    def _remembered(self) -> list[Keep]:
        try:
            return from_json(self._folder.read(self._memory, _MOST_BYTES), list[Keep])
        except FileNotFoundError:
            return []
        except OSError as error:
            raise Retry(f"{self._memory} cannot be read: {error.strerror}") from None
        except msgspec.DecodeError:
            raise Halt(
                f"{self._memory} is damaged: it says what was kept before; put it back"
            ) from None


def _merged(keeps: Iterable[Keep]) -> list[Keep]:
    """Of each thing what its latest act says; of equal times what comes last, which is what is recorded."""
    latest: dict[bytes, Keep] = {}
    for keep in keeps:
        before = latest.get(keep.known_as)
        if before is None or before.at <= keep.at:
            latest[keep.known_as] = keep
    return [keep for _, keep in sorted(latest.items())]
