"""Answers about the ledger itself: its keys, its progress, its audit."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal

from msgspec import UNSET, UnsetType

from application.answer import Answer
from application.queries.upkeep.log import CheckpointStatus
from ledger.audit import Audit, Finding
from ledger.audit.findings import ExplainedGap
from ledger.errors import Halt
from ledger.event import instant
from ledger.keys.rotation import Epochs, Rotation
from ledger.letters.lists import LetterFilter, count_letters
from ledger.letters.withheld import count_withheld
from ledger.reading import halted_topics, head_position
from ledger.recording.quarantine import counts_by_topic, sources_of
from ledger.recording.reads import waiting
from ledger.recording.tallying import Tally
from ledger.storage.postgres import Session
from ledger.tlog.publishing.fence import PromiseState
from projections.following.inspection import InspectionResult
from projections.following.rebuild import ViewReport
from projections.following.runner import view_statuses
from rulebook import period

Verdict = Literal["in-order", "not-in-order", "not-comparable"]


# Keys


class KeyStatus(Answer, frozen=True):
    """The current key epoch and when it ends. `due`: it has; `held`: epochs whose keys still exist."""

    epoch: int
    started_at: str
    ends_at: str
    due: bool
    held: list[int]
    data_keys: int


class RotatedKeys(Answer, frozen=True):
    """What a rotation did. `rotated` is False when the epoch had not ended yet.

    `destroyed`: epochs whose keys are gone; `rewrapped`: how many data keys are wrapped by the new one.
    """

    rotated: bool
    epoch: int
    ends_at: str
    destroyed: list[int]
    rewrapped: int
    dead_letters_forgotten: int


def key_status(epochs: Epochs, now: datetime) -> KeyStatus:
    """The current epoch and when it ends."""
    ends_at = epochs.started_at + period("key-epoch")
    return KeyStatus(
        epoch=epochs.current,
        started_at=instant(epochs.started_at),
        ends_at=instant(ends_at),
        due=now >= ends_at,
        held=list(epochs.held),
        data_keys=epochs.data_keys,
    )


def rotated(rotation: Rotation | None, expired_letters: int, epochs: Epochs) -> RotatedKeys:
    """What a rotation did; None: there was none."""
    return RotatedKeys(
        rotated=rotation is not None,
        epoch=epochs.current,
        ends_at=instant(epochs.started_at + period("key-epoch")),
        destroyed=list(rotation.destroyed) if rotation else [],
        rewrapped=rotation.rewrapped if rotation else 0,
        dead_letters_forgotten=expired_letters,
    )


# Progress


class ViewProgress(Answer, frozen=True):
    """How far a view is; `lag`: positions behind the head."""

    view: str
    bookmark: int
    lag: int


class PartitionLag(Answer, frozen=True, order=True):
    """How far a partition is read; `lag`: records behind its end, None when that is not known.

    `held_back`: so many of these that an open transaction holds back, where there is one.
    """

    topic: str
    partition: int
    bookmark: int
    lag: int | None
    held_back: int | UnsetType = UNSET


class Fates(Answer, frozen=True):
    """What became of the messages of a topic, each in one number; what is withheld is in none.

    `topic`: `file:` for all files, None for all topics together.
    """

    topic: str | None
    messages: int
    recorded: int
    duplicates: int
    refused: int
    quarantined: int


class Arrived(Answer, frozen=True):
    """What became of everything that arrived, by topic and together."""

    topics: list[Fates]
    total: Fates


class QuarantinedSource(Answer, frozen=True):
    """A source that is kept out of a topic; `*`: all that are not registered."""

    topic: str
    source: str


class LogPromise(Answer, frozen=True):
    """How the database stands to the promises of its log: `kept`, none yet, `unread`, or `contradicted`.

    Processes write nothing to a database that contradicts one. `why`: what could not be read, or is
    contradicted.
    """

    state: Literal["kept", "none", "unread", "contradicted"]
    why: str | None = None

    @property
    def is_fine(self) -> bool:
        """Whether processes write."""
        return self.state != "contradicted"


class Status(Answer, frozen=True):
    """How far everything is, and what became of what arrived.

    `dead_letters`: how many there are, of so many `dead_letter_messages`. `halted`: topics whose
    reading stopped. `reads_waiting`: notes of reads that should be events by now; those of
    visits that go on are none. `withheld`: messages
    that are not for this ledger. `promise`: whether the database has all that its log promised.
    """

    position: int
    checkpoint: CheckpointStatus
    views: list[ViewProgress]
    kafka: list[PartitionLag]
    dead_letters: int
    halted: list[str]
    intake: Arrived
    reads_waiting: int
    dead_letter_messages: int
    withheld: int
    quarantined: list[QuarantinedSource]
    promise: LogPromise


def promise_of(look: Callable[[], PromiseState]) -> LogPromise:
    """What a fence sees. Raises Retry."""
    try:
        state = look()
    except Halt as fault:
        return LogPromise("contradicted", str(fault))
    if state.unread is not None:
        return LogPromise("unread", state.unread)
    return LogPromise("kept" if state.size else "none")


def status(
    session: Session,
    lags: Sequence[PartitionLag],
    checkpoint: CheckpointStatus,
    promise: LogPromise,
    now: datetime,
) -> Status:
    """How far everything is. `lags`: as Kafka tells them."""
    letters, messages = count_letters(session, LetterFilter())
    sources = sources_of(session)
    views = sorted(view_statuses(session), key=lambda view: view.view)
    return Status(
        position=head_position(session),
        checkpoint=checkpoint,
        views=[ViewProgress(view.view, view.bookmark, view.lag) for view in views],
        kafka=sorted(lags),
        dead_letters=letters,
        halted=list(halted_topics(session)),
        intake=_arrived(counts_by_topic(sources)),
        reads_waiting=waiting(session, now),
        dead_letter_messages=messages,
        withheld=count_withheld(session),
        quarantined=[
            QuarantinedSource(topic, source)
            for topic, source, count in sources
            if count.window.halted_at
        ],
        promise=promise,
    )


def _arrived(counts: Mapping[str, Tally]) -> Arrived:
    total = sum(counts.values(), start=Tally())
    return Arrived([_fates(*pair) for pair in sorted(counts.items())], _fates(None, total))


def _fates(topic: str | None, tally: Tally) -> Fates:
    messages = tally.recorded + tally.duplicates + tally.refused + tally.held
    return Fates(topic, messages, tally.recorded, tally.duplicates, tally.refused, tally.held)


# Audit


class AuditReport(Answer, frozen=True):
    """The audit of the ledger and, when asked for, of its views.

    `published`: how many entries the log has promised. `root`: of the Merkle tree of all events, in base64.
    `gaps`: what was passed over in Kafka, as events say. `unchecked`: what could not be looked at, and why.
    `server`: whose answers were believed: its release and the number of its cluster; empty where none was.
    """

    ok: bool
    verdict: Verdict
    published: int
    size: int
    root: str
    findings: list[Finding]
    gaps: list[ExplainedGap]
    views: list[ViewReport]
    unchecked: list[str]
    server: str = ""


class RebuiltViews(Answer, frozen=True):
    """What each view holds from now on; `ok`: whether the rows that were in use said the same."""

    views: list[ViewReport]


def audited(audit: Audit, views: InspectionResult, unchecked: Sequence[str]) -> AuditReport:
    """An audit as it is shown. `unchecked`: what could not be looked at, and why."""
    ok = audit.ok and not views.findings and all(view.ok for view in views.reports)
    return AuditReport(
        ok=ok,
        verdict=_verdict(audit, ok),
        published=audit.promised,
        size=audit.size,
        root=audit.root,
        findings=[*audit.findings, *views.findings],
        gaps=list(audit.gaps),
        views=reports(views.reports),
        unchecked=[*audit.unchecked, *unchecked],
        server=audit.server,
    )


def _verdict(audit: Audit, ok: bool) -> Verdict:
    if ok:
        return "in-order"
    return "not-in-order" if audit.comparable else "not-comparable"


def reports(views: Sequence[ViewReport]) -> list[ViewReport]:
    """What was found of each view, sorted by name."""
    return sorted(views, key=lambda view: view.view)
