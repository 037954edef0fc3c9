"""What the application asks of its host: one ledger with its parts, put together by `host.wiring`.

A protocol, so that the application imports neither the settings nor the clock of a program.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Protocol

from application.reading import Reader
from application.remembered import Remembered
from application.source import Source
from consumers.pipeline import BatchLimits
from ledger.application import Ledger
from ledger.audit import Custody, PublishedLog
from ledger.crypto.provider import KeyProvider
from ledger.crypto.sealing import KeyedHash
from ledger.erasure.eraser import Eraser
from ledger.feeds.lists import FeedLists
from ledger.journal.entries import ErasureJournal
from ledger.names import LedgerName, Role
from ledger.storage.postgres import Database, Session
from schemas import AdmissionRules


class Site(Protocol):
    """One ledger as use cases see it. What it opens it closes itself.

    `remembered`: what takes reading about every person, for many answers; None: each one does it.
    """

    remembered: Remembered | None

    @property
    def clock(self) -> Callable[[], datetime]:
        """Returns the current time."""

    @property
    def ledger(self) -> LedgerName:
        """The ledger's name."""

    @property
    def database(self) -> Database:
        """The database that the ledger is in."""

    @property
    def provider(self) -> KeyProvider:
        """The epoch keys."""

    @property
    def journal(self) -> ErasureJournal:
        """The erasure journal."""

    @property
    def custody(self) -> Custody:
        """Keys and journal for an audit."""

    @property
    def file_faults(self) -> list[str]:
        """What is wrong with files of keys that lie elsewhere than the ledger's own, as sentences."""

    @property
    def published_log(self) -> PublishedLog:
        """The transparency log and its keys, for an audit. Raises Misconfigured or Lost."""

    @property
    def log_folder(self) -> Path:
        """Where the files of the transparency log are."""

    @property
    def intake(self) -> AdmissionRules:
        """What the ledger accepts, and from whom."""

    @property
    def batch_limits(self) -> BatchLimits:
        """How much is recorded at once."""

    @property
    def privacy_office(self) -> tuple[str, ...]:
        """The sources of the privacy office; acts are recorded under the first one."""

    @property
    def privacy_activity(self) -> str:
        """The processing activity of the office's acts."""

    def reader(self) -> Reader:
        """Who reads and acts."""

    def session(self, role: Role) -> Session:
        """The session of a role, shared."""

    def new_session(self, role: Role) -> Session:
        """A session of its own."""

    def source(self, query: str) -> Source:
        """What answers are made from; what it opens is noted under the name of the query."""

    def open_recorder(self, role: Role = "recorder") -> Ledger:
        """What records batches. The caller closes it."""

    def chain(self) -> KeyedHash:
        """What vouches for batches. Raises Lost when its key is not here."""

    def record_reads(self, *, ended: str | None = None) -> int:
        """Record reads whose answers are out. `ended`: visits at this person end now."""

    def eraser(self) -> Eraser:
        """What destroys a person's keys."""

    def feed_lists(self, role: Role) -> FeedLists:
        """The lists of feeds."""
