"""Data subjects and keys on their way into the database, written with the batch that they were made for.

They are made in memory, and later seals of the process rely on them. They get into the database in the
transaction of their batch, under the lock of all writers of keys, so they are there if its events are, and
only then. If that transaction fails, or another process was faster, they are void, and so is what was sealed
since.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from enum import Enum
from uuid import UUID

from ledger.crypto.authentic import RowMacs
from ledger.crypto.places import data_key_places
from ledger.crypto.provider import Placed, Wrapping, once_more
from ledger.errors import Halt, Overtaken
from ledger.journal.overtaking import HeadState, erased_between, head_state
from ledger.keys.rows import NewKey, NewSubject, key_row, subject_row
from ledger.names import LedgerName
from ledger.storage.faults import UniqueConflict
from ledger.storage.postgres import Session


class Fate(Enum):
    """The fate of the rows that were made for a batch."""

    OPEN = "not written yet"
    KEPT = "committed"
    VOID = "never to be written"


# For each period: data subject, start, time through which it was erased, whether it lacks its sealed
# reference.
Periods = list[tuple[UUID, datetime, datetime | None, bool]]


class Fresh:
    """The subjects and keys made for one batch, and their fate. Made by one thread, written by another.

    `as_read`: known data subjects, by hash, of references that get a new one. `starts`: known months of
    chains that get a new start. `named`: data subjects that get their sealed reference again, and the row's
    MAC then. `earlier`: `Fresh` of batches before, not committed yet; this batch may rest on them.
    """

    def __init__(self, earlier: Sequence["Fresh"] = ()) -> None:
        self.fate = Fate.OPEN
        self.subjects: list[NewSubject] = []
        self.keys: list[NewKey] = []
        self.as_read: dict[bytes, list[UUID]] = {}
        self.starts: dict[tuple[UUID, str], frozenset[int]] = {}
        self.named: list[tuple[UUID, str, bytes | None]] = []
        self._earlier = tuple(earlier)
        self._about: list[UUID] = []
        self._epoch = 0
        self._subject_rows = self._key_rows = b""

    @property
    def streams(self) -> frozenset[UUID]:
        """The data subjects that it is about."""
        made = (key.subject for key in self.keys)
        return frozenset([*self._about, *made, *(subject for subject, *_ in self.named)])

    @property
    def empty(self) -> bool:
        """Whether there is nothing to write."""
        return not (self.keys or self.named or self._about)

    def pack(self, session: Session, wrapping: Wrapping, macs: RowMacs, ledger: LedgerName) -> None:
        """Wrap all keys in one call of the provider, and make the rows; the keys are not kept here."""
        wrapped = once_more(lambda: self._wrapped(session, wrapping, ledger))
        self._key_rows = b"".join(
            key_row(key, self._epoch, sealed)
            for key, sealed in zip(self.keys, wrapped, strict=True)
        )
        row_macs = macs.of_each("subject_index", self.subjects)
        self._subject_rows = b"".join(
            subject_row(subject, mac) for subject, mac in zip(self.subjects, row_macs, strict=True)
        )
        self._about = [key.subject for key in self.keys]
        self.keys, self.subjects = [], []

    def _wrapped(self, session: Session, wrapping: Wrapping, ledger: LedgerName) -> Sequence[bytes]:
        """Wrap under the epoch of now: whether it still is the epoch is asked again under the lock."""
        epoch = self._epoch = current_epoch(session)
        rows = [(key.subject, key.category, key.generation, key.month) for key in self.keys]
        places = data_key_places(ledger, rows, epoch)
        secrets = [key.secret for key in self.keys]
        return wrapping.wrap(epoch, list(map(Placed, places, secrets)))

    @contextmanager
    def deciding(self) -> Iterator[None]:
        """Decide the fate: kept when the block ends, void when it raises.

        Raises Overtaken when a batch that it rests on is not kept. A batch that is undecided by then will
        never be decided: batches are written in the order of their making.
        """
        try:
            for one in self._earlier:
                if one.fate is not Fate.KEPT:
                    one.fate = Fate.VOID
                    raise Overtaken
            yield
            self.fate = Fate.KEPT
        except BaseException:
            self.fate = Fate.VOID
            raise
        finally:
            self._earlier = ()

    def write(self, session: Session, then: HeadState) -> None:
        """Write all of it in the caller's transaction, before it takes the head lock: always in this order.

        `then`: when it was made. Raises Overtaken when it must be made again.
        """
        if self.empty:
            return
        session.run("lock_keys")
        erased = erased_between(session, then, head_state(session))
        if erased is None or (erased and not erased.isdisjoint(self.streams)):
            raise Overtaken
        self._check(session, someone_erased=bool(erased))
        try:
            session.copy_rows("copy_subjects", self._subject_rows)
            session.copy_rows("copy_data_keys", self._key_rows)
        except UniqueConflict:  # another process has met the same person
            raise Overtaken from None
        for subject, sealed, mac in self.named:  # of two processes the first one names
            session.run("name_subject", subject=subject, sealed=sealed, mac=mac)

    def _check(self, session: Session, *, someone_erased: bool) -> None:
        """Raise Overtaken when the epoch has ended, or when persons and chains are no longer as they were
        read.

        For an unknown reference, only an erasure leaves something that no row of ours meets.
        """
        if current_epoch(session) != self._epoch:
            raise Overtaken
        as_read = {hmac: known for hmac, known in self.as_read.items() if known or someone_erased}
        for hmac, periods in periods_of(session, list(as_read)).items():
            if [period[0] for period in periods] != as_read[hmac]:
                raise Overtaken
        if self.starts and _starts_of(session, list(self.starts)) != self.starts:
            raise Overtaken


def current_epoch(session: Session) -> int:
    """The current epoch, which cannot end while the caller's transaction holds the lock of the keys."""
    row = session.row("current_epoch")
    if row is None:
        raise Halt("the ledger has no key epoch; run `ledger init`")
    return int(row[0])


def periods_of(session: Session, hmacs: Sequence[bytes]) -> dict[bytes, Periods]:
    """By the hash of a reference its periods, in the order of time; none for an unknown one."""
    periods: dict[bytes, Periods] = {hmac: [] for hmac in hmacs}
    for hmac, *period in session.rows("periods_of", hmacs=list(hmacs)) if hmacs else ():
        periods[bytes(hmac)].append(tuple(period))
    return periods


def _starts_of(
    session: Session, pairs: Sequence[tuple[UUID, str]]
) -> dict[tuple[UUID, str], frozenset[int]]:
    """By data subject and category the months with which stored keys begin."""
    subjects, categories = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    rows = session.rows("data_keys_of", subjects=subjects, categories=categories)
    starts: dict[tuple[UUID, str], set[int]] = {pair: set() for pair in pairs}
    for subject, category, _, month, *_ in rows:
        starts[subject, category].add(month)
    return {pair: frozenset(months) for pair, months in starts.items()}
