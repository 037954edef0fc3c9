"""One ledger with all that commands work with: server, database, keys, journal, log, and who reads.

The one place where they come together; `host/wiring.py` checks and completes a ledger before it is served.
"""

import time
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Self
from uuid import UUID

import msgspec

from application.reading import OwnScope, Reader, ReadScope
from application.remembered import Remembered
from application.source import Source
from consumers.pipeline import BatchLimits
from host.fencing import fence_of
from host.intake import intake_of
from host.keeping_up import KeepingUp
from host.keys import completeness_key, key_provider, ledger_folder, log_key, published_log
from host.long_answers import Asking
from host.reader import not_granted, reader_of, whom
from host.settings import Settings
from host.withheld import withheld_key, withheld_pair
from ledger.application import Ledger
from ledger.audit import Custody, PublishedLog
from ledger.clocks import Clocks
from ledger.crypto.provider import KeyProvider
from ledger.crypto.sealing import KeyedHash
from ledger.embedded import Server
from ledger.erasure.eraser import Bounds, Eraser
from ledger.errors import Misconfigured, NotGranted, Reject, Remedy
from ledger.feeds.lists import FeedLists
from ledger.journal.entries import ErasureJournal
from ledger.journal.tombstones import expire_tombstones
from ledger.keys.keyring import Keyring
from ledger.keys.opening import Opener
from ledger.letters.withheld import RECEIPT, KeyPair, WithheldKey
from ledger.names import LedgerName, Role
from ledger.recording.approvals import (
    Approval,
    ApprovalStatus,
    Emergency,
    approve,
    digest_of,
    emergency_of,
    is_emergency,
)
from ledger.recording.batch import RefusalPolicy
from ledger.recording.reads import READS, ReadNotes, any_due, record_notes
from ledger.storage.contents import KEYS, look
from ledger.storage.postgres import Database, Session
from ledger.tlog.publishing.observer import PublisherObserver
from ledger.tlog.publishing.publisher import OwnLog, Publisher
from ledger.tlog.signing.keys import LogKey
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.witnessing.witnesses import Witnesses
from ledger.writing.bookmarks import HaltLimit
from ledger.writing.chain import CHAIN
from projections.keeping.person import legal_holds
from projections.reading.standing import grant_of, staff_is_registered
from projections.views.staff import Grant
from rulebook import period
from rulebook.approvals import DESK, URGENT, approvers
from schemas import AdmissionRules

# Keys of the ledger itself that other commands than the recorder read.
LEDGER_KEYS = ("index", "fingerprint", "letter-id", RECEIPT, "blind", "last-record", READS, CHAIN)
JOURNAL = "erasures.journal"


class Site:
    """One ledger as a command uses it. Everything that it opens is closed when it is left."""

    def __init__(
        self,
        settings: Settings,
        server: Server | None,
        clock: Callable[[], datetime],
        *,
        read_only: bool = False,
        fenced: bool = True,
    ) -> None:
        """`read_only`: it writes nothing and makes no folder. `fenced`: False for a restore alone."""
        self.settings = settings
        self.clock = clock
        self._read_only = read_only
        self.fence = fence_of(settings) if fenced else None
        self.server = server
        self._opened: list[Session] = []
        self._sessions: dict[Role, Session] = {}
        self.for_whom: Reader | None = None
        """Who reads and acts, where that is not the user of this process."""
        # Of many sites together: what keeps the views up to date, and what is remembered.
        self.views: KeepingUp | None = None
        self.remembered: Remembered | None = None
        self.asking: Asking | None = None
        """The request that is answered with it, where what it reads is counted."""
        self.statement_s: int | None = None
        """How long a statement of the reader may take at most, where there is a limit."""

    @property
    def ledger(self) -> LedgerName:
        """The ledger's name."""
        return self.settings.ledger

    @property
    def database(self) -> Database:
        """The database of the URL, or that of the embedded server."""
        url = self.server.url() if self.server else self.settings.database_url or ""
        return Database(
            url,
            peer=self.server is not None,
            patience_s=self.settings.database_patience_s,
            read_only=self._read_only,
            statement_s=self.statement_s,
            fence=self.fence.passes if self.fence else None,
        )

    @property
    def provider(self) -> KeyProvider:
        """The provider of the keys."""
        return key_provider(self.settings)

    @property
    def journal(self) -> ErasureJournal:
        """The erasure journal, outside of the database and of every backup."""
        return ErasureJournal(ledger_folder(self.settings) / JOURNAL)

    @property
    def log_key(self) -> LogKey:
        """The key of the transparency log."""
        return log_key(self.settings)

    @property
    def completeness_key(self) -> LogKey:
        """The key of the log of completeness."""
        return completeness_key(self.settings)

    @property
    def file_faults(self) -> list[str]:
        """The faults of the log's key, and of the key pair for withheld messages, as sentences."""
        pair = look(self.withheld_pair.private.parent, KEYS)
        return [*self.log_key.faults(), *(found.why for found in pair if found.why)]

    @property
    def published_log(self) -> PublishedLog:
        """The files of the transparency log and the keys that it had, for an audit."""
        return published_log(self.settings)

    @property
    def custody(self) -> Custody:
        """Keys and journal for an audit; without epoch keys here it says that it did not look at them."""
        provider = self.provider
        has_keys = bool(provider.epochs() or provider.faults())
        return Custody(
            ledger=self.ledger,
            now=self.clock(),
            tombstone=period("tombstone"),
            feed_list=period("feed-list"),
            purposes=LEDGER_KEYS,
            provider=provider if has_keys else None,
            journal=self.journal if has_keys else None,
        )

    def publisher(self, observer: PublisherObserver | None = None) -> Publisher:
        """The publisher of the transparency log. The caller closes it."""
        return Publisher(
            self.database,
            self.ledger,
            OwnLog(LogFolder(self.settings.log.folder), self.log_key.load(), self.log_key.known()),
            Clocks(self.clock),
            observer=observer,
            witnesses=Witnesses(policy) if (policy := self.settings.log.policy) else None,
        )

    @property
    def log_folder(self) -> Path:
        """Where the files of the transparency log are."""
        return self.settings.log.folder

    @property
    def intake(self) -> AdmissionRules:
        """The admission rules of this ledger."""
        return intake_of(self.settings)

    @property
    def withheld_pair(self) -> KeyPair:
        """The keys of the confidential ledger for what is withheld from the open one."""
        return withheld_pair(self.settings)

    @property
    def withheld_key(self) -> WithheldKey | None:
        """To which an open ledger seals what it may not know."""
        return None if self.settings.confidential else withheld_key(self.settings)

    @property
    def privacy_office(self) -> tuple[str, ...]:
        """Sources that may annul events of other sources."""
        return (self.settings.privacy_office,)

    @property
    def privacy_activity(self) -> str:
        """The processing activity of the office's acts."""
        return self.settings.privacy_activity

    @property
    def batch_limits(self) -> BatchLimits:
        """How much is recorded at once."""
        limits = self.settings.limits
        return BatchLimits(limits.batch_events, limits.batch_bytes, limits.batch_ms / 1000)

    @property
    def halt_limit(self) -> HaltLimit:
        """How many rejections halt a topic."""
        limits = self.settings.limits
        return HaltLimit(limits.halt_share, limits.halt_messages)

    def session(self, role: Role) -> Session:
        """The session of a role, opened once, and again when the connection broke."""
        if role not in self._sessions or self._sessions[role].broken:
            self._sessions[role] = self.new_session(role)
        return self._sessions[role]

    def new_session(self, role: Role) -> Session:
        """A session of its own, such as for a thread."""
        session = self.database.connect(self.ledger, role)
        self._opened.append(session)
        return session.counted(self._took) if role == "reader" else session

    def _took(self, rows: int) -> None:
        """Count the rows that a read took. A write is never broken off."""
        if self.asking is not None:
            self.asking.took(rows)

    def source(self, query: str) -> Source:
        """The source of answers, as the reader. Its keys are held by no other source.

        `query`: the command that reads, for the record of reads; see `record_reads`.
        """
        session = self.session("reader")
        opener = Opener(session, self.provider, self.ledger)
        reads = self._reads(query, opener)
        return Source(session, opener, self.ledger, self.privacy_office, self.clock(), reads)

    def reads(self, query: str) -> ReadScope:
        """Notes for what is opened otherwise than with a `Source`."""
        return self._reads(query, Opener(self.session("reader"), self.provider, self.ledger))

    def _reads(self, query: str, opener: Opener) -> ReadScope:
        reader = self.reader()
        scope = OwnScope if reader.own else ReadScope
        return scope(
            ReadNotes(self._idle_reader, lambda: opener.ledger_key(READS), self._look),
            query=query,
            reader=reader,
            held=lambda: self._holds_role(reader),
            everything=self.ledger.reference,
            clock=self.clock,
        )

    def _look(self, subject: str) -> None:
        """A look at a list is no look at a person."""
        if self.asking is not None and subject != self.ledger.reference:
            self.asking.look(subject)

    def reader(self) -> Reader:
        """The person who reads and acts: in a confidential ledger, an officer in a role that they hold."""
        if self.for_whom is not None:
            return self.for_whom
        reader = reader_of(self.settings.reading, ledger_folder(self.settings))
        is_named = self.settings.reading.role is not None
        if is_named or not (reader.judged and self.settings.confidential):
            return reader
        return self._in_held_role(reader, DESK) or reader

    def _in_held_role(self, reader: Reader, roles: Sequence[str]) -> Reader | None:
        """The reader in the first of some roles that the register grants, if any."""
        mine = (msgspec.structs.replace(reader, role=role, judged=True) for role in roles)
        return next(filter(self.is_granted, mine), None)

    def _idle_reader(self) -> Session:
        """The reader's session, or one of its own while that one is in a transaction: a note commits."""
        session = self.session("reader")
        return self.new_session("reader") if session.in_transaction else session

    def _holds_role(self, reader: Reader) -> bool:
        """Whether the register grants the reader the role now. Raises Misconfigured where it must."""
        if not reader.judged or self.is_granted(reader):
            return True
        if self.settings.reading.unheld == "refuse":
            raise not_granted(reader)
        return False

    def is_granted(self, reader: Reader) -> bool:
        """Whether the register grants a reader the role now; any role while it grants nobody one."""
        if self.grant_of(reader) is not None:
            return True
        # A confidential ledger grants its first role when it is made: there nobody is let in for want of one.
        session, office = self._idle_reader(), self.privacy_office
        return not (self.settings.confidential or staff_is_registered(session, office))

    def check_role(self) -> None:
        """Raise NotGranted for a person without a role; the user who runs the ledger may name nobody."""
        reader = self.reader()
        if reader.judged and not self.is_granted(reader):
            raise not_granted(reader)

    def grant_of(self, reader: Reader) -> Grant | None:
        """The grant of the register by which a reader holds the role now."""
        session = self._idle_reader()
        opener = Opener(session, self.provider, self.ledger)
        streams = [period.subject for period in opener.periods(reader.reference)]
        return grant_of(session, streams, reader.role, self.clock(), self.privacy_office)

    def record_reads(self, *, ended: str | None = None) -> int:
        """Record the reads of this site, whose answers are out, and those that others left; how many.

        `ended`: see `record_notes`. Raises Misconfigured for a login that may not record, Retry or Halt.
        """
        now = self.clock()
        if ended is None and not any_due(self._idle_reader(), now):
            return 0
        with closing(self._open_recorder_of_own()) as recorder:
            key = recorder.keyring.ledger_key(READS)
            return record_notes(recorder.session, key, recorder.record, now, ended)

    def approval_of(
        self,
        act: str,
        parameters: Sequence[object],
        about: str | None = None,
        emergency: Emergency | None = None,
    ) -> ApprovalStatus:
        """The approval that an act still waits for, if any: SECOND or EMERGENCY when it may happen now.

        For an act that needs two persons, the approval of this one is recorded first. `parameters`:
        everything that decides the act. `about`: the reference of its person. Raises Misconfigured for a
        person who may not approve it, UnknownSubject, Retry or Halt.
        """
        if emergency and act not in (URGENT if self.settings.confidential else ()):
            raise Misconfigured("expected for an act of the desk that needs two persons alone")
        if act not in self.settings.four_eyes:
            return ApprovalStatus.SECOND
        approver = self._approver(act)
        digest = self.digest_of_act(act, parameters, about)
        why, event_id = emergency or (None, None)
        return self._approve(
            Approval(act, approver.reference, approver.role, digest, why, event_id)
        )

    def confirm_emergency(self, event_id: str) -> None:
        """Approve as the second person what one did in an emergency. `event_id`: of the act's event.

        Raises Reject when nothing of that id waits, or for the person who did it; Misconfigured, Retry or
        Halt.
        """
        first = emergency_of(self._idle_reader(), self.ledger, event_id, self.clock())
        act, digest = str(first.facts["act"]), str(first.facts["digest"])
        approver = self._approver(act)
        mine = Approval(act, approver.reference, approver.role, digest, None, event_id)
        if self._approve(mine) is not ApprovalStatus.SECOND:
            raise Reject("you did this yourself: another person must approve it")

    def _approve(self, approval: Approval) -> ApprovalStatus:
        recorder = self._open_recorder_of_own()
        try:
            session, valid = self._idle_reader(), period("second-approval")
            status, first = approve(
                session, recorder.record, self.ledger, approval, self.clock(), valid
            )
        finally:
            recorder.close()
        # In an emergency the first person held the role when the act was done.
        if first is not None and not is_emergency(first) and self.approving_roles(approval.act):
            stream, role = UUID(first.facts["approver"]), str(first.facts["role"])
            held = grant_of(session, [stream], role, self.clock(), self.privacy_office)
            if held is None:
                raise Reject("the first person does not hold the role any more: give it anew")
        return status

    def digest_of_act(
        self, act: str, parameters: Sequence[object], about: str | None = None
    ) -> str:
        """The name by which the approvals of an act find each other. Raises UnknownSubject."""
        opener = Opener(self.session("reader"), self.provider, self.ledger)
        digested = [*(whom(opener, about) if about else ()), *parameters]
        return digest_of(opener.ledger_key(READS), act, digested)

    def approving_roles(self, act: str) -> tuple[str, ...]:
        """The roles whose holders may approve an act; none: the register grants no roles, and all may.

        In a confidential ledger a role is always needed.
        """
        registered = self.settings.confidential or staff_is_registered(
            self._idle_reader(), self.privacy_office
        )
        if not registered:
            return ()
        return approvers(act, confidential=self.settings.confidential)

    def _approver(self, act: str) -> Reader:
        """The approver of an act, in a role that may approve it, by the register. Raises Misconfigured for
        anybody else.

        Without a stated role, it is the first such role that the person holds. The operator is not an
        exception here, and no setting makes one.
        """
        reader = self.reader()
        roles = self.approving_roles(act)
        if roles and self.for_whom is None and self.settings.reading.role is None:
            held = self._in_held_role(reader, roles)
            if held is not None:
                return held
        if roles and reader.role not in roles:
            raise NotGranted(
                f"the role {reader.role} may not approve this act, but {', '.join(roles)}",
                remedy=Remedy("approve-as", roles),
            )
        if not self.is_granted(reader):
            raise not_granted(reader)
        return reader

    def _open_recorder_of_own(self) -> Ledger:
        """The recorder. The login of the upkeep is none; for it the eraser may record as well."""
        try:
            return self.open_recorder()
        except Misconfigured:
            try:
                return self.open_recorder("eraser")
            except Misconfigured:
                raise Misconfigured("this login may read but not record") from None

    def open_recorder(self, role: Role = "recorder") -> Ledger:
        """The application that records batches. The caller closes it."""
        return Ledger(
            self.database,
            self.ledger,
            self.provider,
            role=role,
            clock=self.clock,
            refusals=RefusalPolicy(self.halt_limit, self.withheld_key),
        )

    def keyring(self) -> Keyring:
        """Keys for sealing, as the recorder."""
        return Keyring(self.session("recorder"), self.provider, self.ledger, time.monotonic)

    def chain(self) -> KeyedHash:
        """The chain of batches (`ledger.writing.chain`). Raises Lost when its key is not here."""
        opener = Opener(self.session("reader"), self.provider, self.ledger)
        return KeyedHash(opener.ledger_key(CHAIN))

    def eraser(self) -> Eraser:
        """The eraser, which destroys a person's keys."""
        session = self.session("eraser")
        opener = Opener(session, self.provider, self.ledger)
        return Eraser(
            session,
            opener,
            self.journal,
            self.ledger,
            self.clock,
            Bounds(period("tombstone"), partial(legal_holds, privacy_office=self.privacy_office)),
        )

    def feed_lists(self, role: Role) -> FeedLists:
        """The lists of feeds, for the role that reads or adds them."""
        return FeedLists(self.session(role), self.provider, self.ledger)

    def expire_tombstones(self) -> int:
        """Forget the tombstones whose date has come; how many there were."""
        session = self.session("eraser")
        links = Opener(session, self.provider, self.ledger).links
        return expire_tombstones(session, links, self.clock())

    def close(self) -> None:
        """Close every session, then leave the embedded server."""
        while self._opened:
            self._opened.pop().close()
        self._sessions.clear()
        if self.server:
            self.server.leave()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_fault: object) -> None:
        self.close()
