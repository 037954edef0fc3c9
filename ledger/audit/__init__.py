"""The audit of a whole ledger: reads everything at one moment and reports every finding. It changes nothing.

A list of checks over one snapshot of the database and the files of the log. Each looks by itself: a part that
it cannot read is a finding of its own, and the next check goes on. Details never quote a value.
"""

from base64 import b64encode
from collections.abc import Sequence

import msgspec

from ledger.audit.batches import (
    check_batches,
    check_bookmarks,
    check_head,
    check_letter_formats,
    check_letters,
)
from ledger.audit.catalogue import Readable, check_catalogue, readable
from ledger.audit.custody.custody import Custody
from ledger.audit.custody.namespace import KeysAudit
from ledger.audit.findings import (
    NOT_COMPARABLE,
    SILENT,
    ExplainedGap,
    Finding,
    Findings,
    Progress,
)
from ledger.audit.indexes import check_indexes
from ledger.audit.log.entries import walk
from ledger.audit.log.epochs import check_epochs
from ledger.audit.log.files import check_files
from ledger.audit.log.promises import check_promises, promises_of
from ledger.audit.log.published import Comparison
from ledger.audit.log.signed import PublishedLog, SignedCheckpoints
from ledger.audit.pruning import check_left, look_for_pruning
from ledger.audit.rows import batch_rows
from ledger.audit.scene import Check, Scene
from ledger.audit.states import check_states
from ledger.audit.vouched import check_chain, check_rows
from ledger.completeness.epoch import is_epochs
from ledger.crypto.formats import AES_256_GCM
from ledger.crypto.sealing import KeyedHash
from ledger.storage.install import shipped
from ledger.storage.postgres import Session

__all__ = [
    "NOT_COMPARABLE",
    "SILENT",
    "Audit",
    "Check",
    "Custody",
    "ExplainedGap",
    "Finding",
    "Findings",
    "Progress",
    "PublishedLog",
    "Scene",
    "audit",
    "audit_log",
    "readable",
]


# How many events are read between two words about progress: many a second are enough.
_TELLING_EVENTS = 16_384


class Audit(msgspec.Struct, frozen=True):
    """The result: how many events, their Merkle root in base64, and everything that was found.

    `promised`: how many entries the log has promised, 0 where nothing was published yet. `readable`: the
    parts that were read, since reading them runs no code that an attacker put there. `since`: up to which
    position a checkpoint that an auditor kept vouches for what was audited before; None: all was looked at.
    """

    size: int
    root: str
    findings: tuple[Finding, ...]
    gaps: tuple[ExplainedGap, ...] = ()
    promised: int = 0
    readable: Readable = Readable()
    since: int | None = None

    @property
    def server(self) -> str:
        """Whose answers were believed: the server's release, and the number of its cluster."""
        told = self.readable.server
        return f"PostgreSQL {told.release}, {told.identifier}" if told else ""

    @property
    def unchecked(self) -> tuple[str, ...]:
        """The parts of the server that were not checked and, with a kept checkpoint, those of the ledger."""
        of_server = self.readable.server.unchecked if self.readable.server else ()
        return (*of_server, *(_left_out(self.since) if self.since is not None else ()))

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.findings

    @property
    def published(self) -> bool:
        """Whether anything was ever published, as far as database and log tell."""
        return self.promised > 0

    @property
    def comparable(self) -> bool:
        """Whether there is a log to compare with, as far as something was ever published."""
        return all(finding.kind != NOT_COMPARABLE for finding in self.findings)


def _left_out(since: int) -> tuple[str, ...]:
    return (
        f"positions up to {since}: their entries in the log make up the tree of the checkpoint that was kept",
        f"checkpoints of days that ended with fewer than {since} entries, and what the database says of them",
        "keys of persons, the subject index, the journal of erasures, and what prunings left",
        "rows that an index lacks",
        "the views",
    )


def audit(
    session: Session,
    log: PublishedLog | None = None,
    chain: KeyedHash | None = None,
    more: Sequence[Check] = (),
    findings: Findings | None = None,
    custody: Custody | None = None,
) -> Audit:
    """Check everything that was recorded and published. Needs the reader's role, writes nothing.

    `log`: None says that there is no log, which is a finding once something was published. `chain`: the key
    under which batches vouch for what they wrote; without it that is not looked at. `more`: checks of
    others, in the same snapshot, where everything is looked at. `findings`: what is known already.
    `custody`: what keys are held against, None: keys are not looked at. Flat memory but for batches, gaps
    and erasures. Raises Retry when the database goes away.
    """
    scene = Scene(session, findings or Findings(), log, chain)
    # Read before the snapshot: a published entry was recorded before, and a key that is wrapped now opens
    # now.
    comparison = Comparison(log, scene.findings)
    epochs = log.epochs if log else None
    signed = SignedCheckpoints(epochs, scene.findings) if epochs else None
    keys = KeysAudit(custody, scene.findings)
    of_all = (
        ("the keys", lambda scene: keys.compare(scene.session)),
        *more,
        ("the indexes", lambda scene: check_indexes(scene.session, scene.findings)),
    )
    checks = (*_checks(comparison, signed), *map(_of_all, of_all))
    with session.transaction():
        session.run("begin_snapshot")
        for what, look in checks:
            with scene.findings.guarded(session, what):
                if scene.readable.tables:
                    look(scene)
    with scene.findings.guarded(session, "the keys as they are now"):
        if scene.readable.tables and scene.since is None:
            keys.end(session)
    root = b64encode(scene.root).decode()
    gaps = tuple(scene.gaps.values())
    promised = max([promise.size for promise in scene.promises] + [comparison.published_size])
    found = scene.findings.sorted()
    return Audit(scene.size, root, found, gaps, promised, scene.readable, scene.since)


def _of_all(check: Check) -> Check:
    """A check that is made only where everything is looked at."""
    what, look = check
    return what, lambda scene: look(scene) if scene.since is None else None


def _checks(comparison: Comparison, epochs: SignedCheckpoints | None) -> Sequence[Check]:
    """The checks, in order: each needs what those before it have read."""
    return (
        ("the catalogue", _look_at_catalogue),
        ("the migrations", _look_at_migrations),
        ("what was pruned", lambda scene: look_for_pruning(scene, comparison)),
        ("the promises", lambda scene: _look_for_promises(scene, comparison)),
        ("the events", lambda scene: _look_at_events(scene, comparison)),
        ("what is left of what was pruned", lambda scene: check_left(scene, comparison)),
        ("the versions of streams", _look_at_versions),
        ("the batches", _look_at_batches),
        ("the states and names of events", _look_at_states),
        ("the head", _look_at_head),
        ("the files of the log", lambda scene: _look_at_files(scene, comparison)),
        ("the log", lambda scene: _compare_promises(scene, comparison)),
        ("the epochs of completeness", lambda scene: _look_at_epochs(scene, epochs)),
        ("the dead letters", _look_at_letters),
        ("the bookmarks of Kafka", _look_at_bookmarks),
        ("the chain of batches", _look_at_chain),
    )


def _look_at_migrations(scene: Scene) -> None:
    """The applied migrations are those that this program ships, with the same texts."""
    applied, ours = dict(scene.session.rows("applied_migrations")), shipped()
    for name in sorted(applied.keys() | ours.keys(), key=str):
        if name not in applied:
            scene.findings.note(None, "migration", f"{name} is not applied: run `ledger init`")
        elif applied[name] != ours.get(name):
            scene.findings.note(None, "migration", f"{name} is not one of this program")


def _look_at_catalogue(scene: Scene) -> None:
    scene.readable = check_catalogue(scene.session, scene.findings)
    for can, what in zip(scene.readable[:2], ("nothing else was", "views are not"), strict=True):
        if not can:
            detail = f"{what} looked at: reading rows would run what somebody put there"
            scene.findings.note(None, "catalogue", detail)


def _look_for_promises(scene: Scene, comparison: Comparison) -> None:
    rows = scene.session.rows("promised_history")
    promises = promises_of(rows, scene.findings)
    scene.promises = [promise for promise in promises if not is_epochs(promise.origin)]
    scene.epochs = [promise for promise in promises if is_epochs(promise.origin)]
    sizes = {promise.size for promise in scene.promises}
    comparison.want(sizes | ({scene.pruned} if scene.pruned else set()))


def _compare_promises(scene: Scene, comparison: Comparison) -> None:
    batches = (scene.before, *scene.batches)
    sizes = [(batch.promised or 0, batch.batch) for batch in batches]
    size, batch = max(sizes, default=(0, 0))
    check_promises(scene.promises, (batch, size), comparison, scene.findings)


def _look_at_files(scene: Scene, comparison: Comparison) -> None:
    if scene.log and comparison.signed:
        check_files(scene.log.folder, comparison.signed, scene.findings)


def _look_at_epochs(scene: Scene, signed: SignedCheckpoints | None) -> None:
    if scene.log and scene.log.epochs and signed:
        keys = scene.log.keys
        check_epochs(scene.log.epochs, signed, keys, scene.epochs, scene.findings)


def _look_at_chain(scene: Scene) -> None:
    before = scene.before.mac or b""
    check_chain(scene.batches, scene.copied, scene.chain, scene.findings, scene.pruned, before)
    if scene.chain:
        batches = (scene.before, *scene.batches)
        check_rows(scene.session, batches, scene.chain, scene.findings)


def _look_at_events(scene: Scene, comparison: Comparison) -> None:
    scene.last = audit_log(scene.session, comparison, scene.findings)
    scene.size, scene.root = comparison.size, comparison.root
    scene.since = comparison.since.size if comparison.since else None


def audit_log(session: Session, comparison: Comparison, findings: Findings) -> int:
    """The log part alone, inside the caller's transaction; the last position."""
    comparison.begin()
    after = comparison.since.size if comparison.since else None
    last = after or 0
    with session.copied("copy_entries", after=after) as rows:
        for position, entry in walk(rows, findings, comparison.pruned, comparison.add_hashes, last):
            comparison.add(position, entry)
            last = position
            if position % _TELLING_EVENTS == 0:
                findings.progress.reached(position)
    comparison.end()
    return last


def _look_at_versions(scene: Scene) -> None:
    for position, expected in scene.session.rows(
        "wrong_versions", pruned=scene.pruned, after=scene.since
    ):
        scene.findings.note(position, "version", f"expected version {expected} of its stream")


def _look_at_batches(scene: Scene) -> None:
    rows = scene.session.rows("audit_batches", after=scene.since)
    scene.batches = batch_rows(rows, scene.findings)
    if scene.since is not None:
        if scene.batches and max(scene.batches[0].first, scene.batches[0].last) <= scene.since:
            scene.before, *scene.batches = scene.batches
        scene.after = scene.before.last
    check_batches(scene.batches, scene.last, scene.findings, scene.before)


def _look_at_states(scene: Scene) -> None:
    with scene.session.copied("audit_states", after=scene.after) as rows:
        stored = check_states(rows, scene.batches, scene.findings)
    scene.gaps, scene.copied = stored.gaps, stored.copied


def _look_at_head(scene: Scene) -> None:
    latest = scene.batches[-1] if scene.batches else scene.before
    check_head(scene.session.rows("audit_head"), scene.last, latest, scene.findings)


def _look_at_letters(scene: Scene) -> None:
    check_letters(scene.session.row("letter_balance"), scene.findings)
    others = scene.session.rows("letters_of_other_formats", known=AES_256_GCM[0])
    check_letter_formats(others, scene.findings)


def _look_at_bookmarks(scene: Scene) -> None:
    bookmarks = scene.session.rows("bookmark_offsets")
    check_bookmarks(bookmarks, scene.batches, scene.gaps, scene.findings)
