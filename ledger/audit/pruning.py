"""Checks of a pruning: an event tells of it, nothing else is gone, and ledger and log have every hash."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from itertools import groupby, starmap
from operator import itemgetter
from typing import Any
from uuid import UUID

from ledger.audit.log.published import Comparison
from ledger.audit.log.signed import PublishedLog
from ledger.audit.scene import Scene
from ledger.errors import Halt, LedgerError
from ledger.event import erases_all
from ledger.pruning.cutting import kept_digest, recorded_prunings
from ledger.pruning.events import ACCOUNT
from ledger.pruning.gaps import LeftEvent, gone_from, unexplained
from ledger.storage.postgres import Session
from ledger.stored import decode_row
from ledger.tlog.signing.base64 import to_base64
from schemas import names
from schemas.catalogue import ERASED

_KIND = "pruned"
_DECIDED = names.type_of(names.ERASURE_DECIDED)


def look_for_pruning(scene: Scene, comparison: Comparison) -> None:
    """Read the recorded prunings: the largest prefix that an event names counts, whatever the table says of
    it.
    """
    recorded = [through for (through,) in scene.session.rows("recorded_prefixes")]
    through = max(recorded, default=0)
    scene.prunings = recorded_prunings(scene.session, scene.session.ledger)
    by_prefix = {told.through: told for _, told in scene.prunings}
    last = max(by_prefix, default=0)
    if last > through:
        detail = (
            f"an event says that positions up to {last} were pruned:"
            " run `ledger prune` again up to there"
        )
        scene.findings.note(None, _KIND, detail)
    for prefix in recorded:
        if prefix not in by_prefix:
            detail = (
                f"the database says that positions up to {prefix} are pruned, and no event says so"
            )
            scene.findings.note(None, _KIND, detail)
    scene.pruned = comparison.pruned = last
    scene.pruning = by_prefix.get(last)


def check_left(scene: Scene, comparison: Comparison) -> None:
    """Compare the rest of the prefix, and the tree over it, with the event."""
    pruning = scene.pruning
    if scene.log is not None:
        _check_log(scene, scene.log)
    if pruning is None or scene.since is not None:
        return
    kept, digest = kept_digest(scene.session, pruning.through)
    if (kept, digest) != (pruning.kept, pruning.kept_sha256):
        detail = (
            f"what is left up to position {pruning.through} is not what was left when it was pruned"
        )
        scene.findings.note(None, _KIND, detail)
    _check_gone(scene, pruning.through, kept)
    for (position,) in scene.session.rows("torn_accounts", decided=_DECIDED):
        detail = (
            "an earlier event of this account of an erasure is gone, and no pruning removes one"
        )
        scene.findings.note(position, _KIND, detail)
    if comparison.kept.size != pruning.through or to_base64(comparison.kept.root()) != pruning.root:
        detail = (
            f"the hashes that are kept of positions up to {pruning.through} make up another tree than the"
            " event says"
        )
        scene.findings.note(None, _KIND, detail)
    root = comparison.roots.get(pruning.through)
    if root is not None and to_base64(root) != pruning.root:
        detail = (
            f"the tree over positions up to {pruning.through} is another tree than the event says"
        )
        scene.findings.note(None, _KIND, detail)


def _check_gone(scene: Scene, through: int, kept: int) -> None:
    """Nothing is gone but what prunings were to remove, also where a pruner kept to the database's rules."""
    gone = 0
    for left in _left_of_files(scene.session):
        gone += gone_from(left, through)
        position = unexplained(left, scene.prunings)
        if position is not None:
            detail = "earlier events of this file are gone, and no pruning was to remove them"
            scene.findings.note(position, _KIND, detail)
    if gone != through - kept:
        detail = f"up to position {through}, entries are gone that were in no file that is left"
        scene.findings.note(None, _KIND, detail)
    removed = sum(told.removed for _, told in scene.prunings if told.through <= through)
    if removed != through - kept:
        detail = (
            f"up to position {through}, {through - kept} entries are gone, and events say that"
            f" {removed} were removed"
        )
        scene.findings.note(None, _KIND, detail)


def _left_of_files(session: Session) -> Iterator[list[LeftEvent]]:
    """The remaining events of each file that lacks events, a list for each file, in flat memory."""
    rows = session.stream("left_of_files", type=ERASED)
    for _, members in groupby(rows, key=itemgetter(0)):
        yield list(starmap(_left, members))


def _left(
    stream: UUID, version: int, topic: str, frame: bytes | None, position: int, at: datetime
) -> LeftEvent:
    return LeftEvent(
        position,
        version,
        account=topic in ACCOUNT,
        wholly=frame is not None and _is_whole(stream, version, topic, frame, position, at),
    )


def _is_whole(*row: Any) -> bool:
    """Whether a stored event erases all of a person.

    An unreadable event erases nothing; another check reports it.
    """
    with suppress(Halt):
        return erases_all(decode_row(*row))
    return False


def _check_log(scene: Scene, log: PublishedLog) -> None:
    """The log says of the same prefix that its bundles are gone."""
    try:
        gone = log.folder.minimum_index()
    except LedgerError as error:
        scene.findings.note(None, _KIND, str(error))
        return
    if gone != scene.pruned:
        detail = (
            f"the log says that bundles up to {gone} are gone, and the ledger pruned up to"
            f" {scene.pruned}: run `ledger prune` again"
        )
        scene.findings.note(None, _KIND, detail)
