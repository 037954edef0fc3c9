"""Pruning a prefix: what stands against it, then the cut, then the log's bundles and the views.

The cut and the event that says so are one transaction; what comes after it follows from it, and the same
command goes on there when it died.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from application.auditing import audit_site
from application.following import bring_up_to_date
from application.queries.today.task import command
from application.queries.upkeep.pruning import Against, PrunedPrefix, Reason
from application.site import Site
from archive.manifest import CheckedArchive
from ledger.errors import Misconfigured
from ledger.pruning.cutting import Cut, cut, cut_again, in_blocks, recorded_prunings
from ledger.pruning.events import ACCOUNT, Pruning
from ledger.reading import LAST, events_of, pruned_through
from ledger.storage.postgres import Session
from ledger.tlog.proving.reading import published
from ledger.tlog.signing.base64 import to_base64
from ledger.tlog.signing.checkpoints import Checkpoint, verify_checkpoint
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.proofs import root_at
from ledger.tlog.tree.tiles import TILE_WIDTH, nodes_of
from projections import views_of
from projections.following.after_pruning import fold_again
from projections.following.batch import by_stream
from projections.keeping.closing import ClosedFile, StandsAgainst, closed_file, untied
from rulebook import period
from schemas.catalogue import ERASED

PERIOD = "ledger-entry"
"""How old an entry must be: for so long it can be tied to a person after everything of the person ended."""
# What shows what is open, by the view that says so.
_SEEN: dict[str, tuple[Reason, tuple[str, ...], bool]] = {
    "annulment": ("annulment", ("findings",), False),
    "complaints": ("complaint", ("complaint", "show"), True),
    "incidents": ("incident", ("incident", "show"), True),
    "legal_holds": ("hold", ("hold", "list"), False),
    "notifications": ("notification", ("notify", "list"), False),
    "orders": ("order", ("order", "show"), True),
    "rights_requests": ("request", ("request", "show"), True),
    "secrecy": ("secrecy", ("secrecy", "list"), False),
}


class PruningPlan(msgspec.Struct, frozen=True):
    """What is to be cut, and what the answer says of it."""

    cut: Cut
    answer: PrunedPrefix


def boundary(position: int) -> int:
    """The last position of the prefix that a position asks for: whole bundles. Raises Misconfigured."""
    through = position - position % TILE_WIDTH
    if through < TILE_WIDTH:
        raise Misconfigured(f"a prefix has whole bundles of the log: at least {TILE_WIDTH} events")
    return through


def planned(site: Site, position: int, archive: CheckedArchive | None) -> PruningPlan:
    """What would go up to a position, and everything that stands against it. Raises Misconfigured, Unproven.

    `archive`: what was found in it; None: the entries go for good. Views must be up to date.
    """
    through, session = boundary(position), site.session("reader")
    checkpoint = _checkpoint(site)
    against = [*_log_against(checkpoint, through), *_period_against(site, session, through)]
    against += _archive_against(site, checkpoint, archive, through)
    files = _closed_files(site, session, through, LAST)
    closed = untied(files)
    against += [_shown(open) for stream in closed for open in files[stream].against]
    removed = sum(_removable(session, block, through) for block in in_blocks(closed))
    if not removed:
        against.append(Against("nothing-closed", None, None, command("retention", "due")))
    if not audit_site(site, views=False).ledger.ok:
        against.append(Against("audit", None, None, command("audit")))
    kept = session.rows("count_prefix", through=through)[0][0] - removed
    root = _root(site, checkpoint, through) if checkpoint and checkpoint.size > through else ""
    answer = PrunedPrefix(through, len(closed), removed, kept, None, against)
    return PruningPlan(Cut(through, root, closed), answer)


def prune(site: Site, plan: PruningPlan) -> PrunedPrefix:
    """Carry out a plan that nothing stands against. Raises Overtaken, Retry or Halt: then nothing went."""
    pruning = cut(site.session("pruner"), site.ledger, site.chain(), plan.cut, site.clock())
    finish(site)
    told = recorded_prunings(site.session("reader"), site.ledger)
    return _answer(site, next(one for one in told if one[1].through == pruning.through))


def pruned_already(site: Site, position: int) -> PrunedPrefix | None:
    """What was pruned before, brought to its end; None where a position lies behind it."""
    through = boundary(position)
    complete(site)
    if through > pruned_through(site.session("reader")):
        return None
    finish(site)
    return _answer(site, recorded_prunings(site.session("reader"), site.ledger)[-1])


def complete(site: Site) -> None:
    """Cut again what an event says was cut: a restore brings back rows of a copy from before it.

    Raises Halt when that would leave other rows than the event says.
    """
    session = site.session("reader")
    for recorded_at, pruning in recorded_prunings(session, site.ledger):
        if pruning.through > pruned_through(session):
            closed = untied(_closed_files(site, session, pruning.through, recorded_at))
            asked = Cut(pruning.through, pruning.root, closed)
            cut_again(site.session("pruner"), asked, pruning, recorded_at)


def finish(site: Site) -> None:
    """What follows from a cut: the log's bundles go, and views forget what they were told. Idempotent."""
    session = site.session("reader")
    if through := pruned_through(session):
        LogFolder(site.log_folder).prune(through)
        streams = [stream for (stream,) in session.rows("pruned_streams")]
        bring_up_to_date(site)
        views = views_of(site.intake.confidential)
        fold_again(site.session("projector"), site.ledger, views, streams, site.privacy_office)


def _answer(site: Site, recorded: tuple[int, Pruning]) -> PrunedPrefix:
    position, pruning = recorded
    files = len(site.session("reader").rows("pruned_streams"))
    return PrunedPrefix(pruning.through, files, pruning.removed, pruning.kept, position, [])


def _closed_files(
    site: Site, session: Session, through: int, before: int
) -> dict[UUID, ClosedFile]:
    """The files that are closed by a position: erased in the prefix, and without an event after it."""
    rows = session.rows("erased_streams", through=through, before=before, type=ERASED)
    views, files = views_of(site.intake.confidential), dict[UUID, ClosedFile]()
    for block in in_blocks(stream for (stream,) in rows):
        for stream, events in by_stream(events_of(session, block, through)).items():
            found = closed_file(events, views, site.privacy_office)
            if found is not None:
                files[stream] = found
    return files


def _removable(session: Session, streams: Sequence[UUID], through: int) -> int:
    parameters = {"streams": list(streams), "through": through, "account": list(ACCOUNT)}
    return int(session.rows("count_removable", **parameters)[0][0])


def _checkpoint(site: Site) -> Checkpoint | None:
    log = site.published_log
    signed = published(log.folder)
    return verify_checkpoint(signed.content, log.keys) if signed else None


def _root(site: Site, checkpoint: Checkpoint, through: int) -> str:
    """The root of the tree over the prefix, from the tiles."""
    node = nodes_of(checkpoint.size, site.published_log.folder.tile)
    return to_base64(root_at(through, node))


def _log_against(checkpoint: Checkpoint | None, through: int) -> Iterator[Against]:
    size = checkpoint.size if checkpoint else 0
    if size <= through:
        yield Against("not-published", None, max(size - 1, 0), command("checkpoint"))


def _period_against(site: Site, session: Session, through: int) -> Iterator[Against]:
    """The prefix ends with what was recorded by the day on which the period began that is over now."""
    by: datetime = site.clock() - period(PERIOD)
    ((last,),) = session.of("projections").rows("position_by", time=by)
    if through > (last or 0):
        yield Against("period", PERIOD, last or 0, None)


def _archive_against(
    site: Site, checkpoint: Checkpoint | None, archive: CheckedArchive | None, through: int
) -> Iterator[Against]:
    if archive is None:
        return
    size = archive.size if archive.published else 0
    if archive.findings or size < through:
        yield Against("archive", None, size, command("audit", archive="ARCHIVE"))
    elif not _is_of_this_log(site, checkpoint, archive):
        yield Against("archive", None, 0, command("archive", "ARCHIVE"))


def _is_of_this_log(site: Site, checkpoint: Checkpoint | None, archive: CheckedArchive) -> bool:
    """Whether an archive is what the log begins with: an earlier log of this ledger has known keys, too."""
    if checkpoint is None or archive.size > checkpoint.size:
        return False
    return _root(site, checkpoint, archive.size) == to_base64(archive.root)


def _shown(open: StandsAgainst) -> Against:
    reason, words, named = _SEEN[open.view]
    return Against(
        reason, open.reference, None, command(*words, *([open.reference] if named else []))
    )
