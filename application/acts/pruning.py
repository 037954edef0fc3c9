"""Pruning a prefix: what stands against it, then the cut, then the log's bundles and the views.

The cut and the event that says so are one transaction; what comes after it follows from it, and the same
command goes on there when it died.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from application.auditing import audit_site
from application.command_line import command
from application.following import bring_up_to_date
from application.queries.upkeep.pruning import Against, PrunedPrefix, Reason, Untold
from application.site import Site
from archive.manifest import CheckedArchive
from ledger.completeness.index import Index
from ledger.errors import Halt, Misconfigured
from ledger.pruning.cutting import (
    Cut,
    cut,
    cut_again,
    in_blocks,
    pruned_files,
    recorded_prunings,
    removable,
)
from ledger.pruning.events import ACCOUNT, Pruning
from ledger.reading import LAST, events_of, head_position, pruned_through
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
from projections.keeping.closing import ANNULMENT, ClosedFile, StandsAgainst, closed_file, untied
from rulebook import period
from schemas.catalogue import ERASED

PERIOD = "ledger-entry"
"""How old an entry must be: for so long it can be tied to a person after everything of the person ended.

The account of the erasure may be younger: it stays anyway.
"""
# What shows what is open, by the view that says so; of recipients, `_shown` says what ends it.
_SEEN: dict[str, tuple[Reason, tuple[str, ...], bool]] = {
    ANNULMENT: ("annulment", ("findings",), False),
    "complaints": ("complaint", ("complaint", "show"), True),
    "incidents": ("incident", ("incident", "show"), True),
    "legal_holds": ("hold", ("hold", "list"), False),
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


def planned(
    site: Site, position: int, archive: CheckedArchive | None, address: str = ""
) -> PruningPlan:
    """What would go up to a position, and everything that stands against it. Raises Misconfigured, Unproven.

    `archive`: what was found in it, at an address; None: the entries go for good. Views must be up to date.
    """
    through, session = boundary(position), site.session("reader")
    if position > (head := head_position(session)):
        raise Misconfigured(f"the ledger ends at position {head}: choose one up to there")
    checkpoint = _checkpoint(site)
    asked = Cut(through, _root(site, checkpoint, through), checkpoint.size if checkpoint else 0)
    files = _closed_files(site, session, asked, LAST)
    asked = msgspec.structs.replace(asked, closed=untied(files))
    open = [one for stream in asked.closed for one in files[stream].against]
    nobody = set(_ended_by_nobody(session, open))
    count, removed = _removable(session, asked)
    against = [
        *_log_against(checkpoint, through),
        *_index_against(site, checkpoint, through, pruned_through(session)),
        *_period_against(site, session, through),
        *_archive_against(site, checkpoint, archive, through, address),
        *map(_shown, (one for one in open if one not in nobody)),
        *([] if removed else [_nothing_closed(site, session, asked, head)]),
        *_audit_against(site),
    ]
    kept = session.rows("count_prefix", through=through)[0][0] - removed
    untold = sorted(
        map(_never_told, (one for one in nobody if one.change)), key=msgspec.structs.astuple
    )
    return PruningPlan(asked, PrunedPrefix(through, count, removed, kept, None, against, untold))


def prune(site: Site, plan: PruningPlan) -> PrunedPrefix:
    """Carry out a plan that nothing stands against. Raises Overtaken, Retry or Halt: then nothing went."""
    folder, now = site.published_log.folder, site.clock()
    pruning = cut(site.session("pruner"), site.ledger, site.chain(), plan.cut, folder, now)
    finish(site)
    told = recorded_prunings(site.session("reader"), site.ledger)
    answer = _answer(site, next(one for one in told if one[1].through == pruning.through))
    return msgspec.structs.replace(answer, untold=plan.answer.untold)


def pruned_already(site: Site, position: int) -> PrunedPrefix | None:
    """What was pruned before, brought to its end; None where a position lies behind it.

    Raises Misconfigured or Halt where the log is not there: then nothing is written.
    """
    through = boundary(position)
    for _, pruning in recorded_prunings(site.session("reader"), site.ledger)[-1:]:
        # Raise Misconfigured or Halt unless the folder of the log holds the log whose entries were pruned.
        checkpoint, path = _checkpoint(site), site.published_log.folder.path
        if checkpoint is None:
            raise Misconfigured(
                f"positions up to {pruning.through} are pruned, and {path} holds nothing of the log: set"
                " LEDGER_LOG_DIR to where it is; only if its folder is lost, make it again with"
                " `ledger log rebuild`"
            )
        if checkpoint.size <= pruning.through:
            raise Misconfigured(
                f"positions up to {pruning.through} are pruned, and the log in {path} ends at"
                f" {checkpoint.size}: run `ledger publish` first"
            )
        if _root(site, checkpoint, pruning.through) != pruning.root:
            raise Halt(
                f"the log in {path} is not the log whose entries were pruned: see `ledger audit`"
            )
    complete(site)
    if through > pruned_through(site.session("reader")):
        return None
    finish(site)
    return _answer(site, recorded_prunings(site.session("reader"), site.ledger)[-1])


def complete(site: Site) -> None:
    """Cut again what an event says was cut: a restore brings back rows of a copy from before it.

    Raises Halt when that would leave other rows than the event says.
    """
    session, folder = site.session("reader"), LogFolder(site.log_folder)
    for recorded_at, pruning in recorded_prunings(session, site.ledger):
        if pruning.through > pruned_through(session):
            asked = Cut(pruning.through, pruning.root, pruning.signed)
            closed = untied(_closed_files(site, session, asked, recorded_at))
            asked = msgspec.structs.replace(asked, closed=closed)
            cut_again(site.session("pruner"), asked, folder, pruning)


def finish(site: Site) -> None:
    """What follows from a cut: the log's bundles go, and views forget what they were told. Idempotent."""
    session, folder = site.session("reader"), LogFolder(site.log_folder)
    if through := pruned_through(session):
        # A log that begins again has no bundles of what is pruned.
        if folder.checkpoint() is not None:
            folder.prune(through)
        bring_up_to_date(site)
        views, files = views_of(site.intake.confidential), pruned_files(session)
        fold_again(site.session("projector"), site.ledger, views, files, site.privacy_office)


def _answer(site: Site, recorded: tuple[int, Pruning]) -> PrunedPrefix:
    position, pruning = recorded
    files = sum(1 for _ in pruned_files(site.session("reader")))
    return PrunedPrefix(pruning.through, files, pruning.removed, pruning.kept, position, [], [])


def _closed_files(site: Site, session: Session, asked: Cut, before: int) -> dict[UUID, ClosedFile]:
    """The files that are closed: erased, and after the prefix nothing but the account of the erasure."""
    rows = session.rows(
        "erased_streams",
        through=asked.through,
        signed=asked.signed,
        before=before,
        type=ERASED,
        account=list(ACCOUNT),
    )
    views, files = views_of(site.intake.confidential), dict[UUID, ClosedFile]()
    for block in in_blocks(stream for (stream,) in rows):
        for stream, events in by_stream(events_of(session, block, asked.signed)).items():
            found = closed_file(events, views, site.privacy_office, asked.through)
            if found is not None:
                files[stream] = found
    return files


def _removable(session: Session, asked: Cut) -> tuple[int, int]:
    """Of how many files something would go, and how many events."""
    counted = [
        session.rows("count_removable", **removable(asked, block))[0]
        for block in in_blocks(asked.closed)
    ]
    return sum(files for files, _ in counted), sum(events for _, events in counted)


def _nothing_closed(site: Site, session: Session, asked: Cut, head: int) -> Against:
    """Why nothing would go: only a checkpoint, or a later position, would close files; or nothing would."""

    def closes_more(through: int) -> bool:
        other = Cut(through, asked.root, LAST)
        return not set(asked.closed).issuperset(untied(_closed_files(site, session, other, LAST)))

    if closes_more(asked.through):
        return Against("not-published-erasure", see=command("publish", once=True))
    if closes_more(head):
        return Against("closed-later")
    return Against("nothing-closed", see=command("retention", "due"))


def _checkpoint(site: Site) -> Checkpoint | None:
    log = site.published_log
    signed = published(log.folder)
    return verify_checkpoint(signed.content, log.keys) if signed else None


def _root(site: Site, checkpoint: Checkpoint | None, through: int) -> str:
    """The root of the tree over the prefix, from the tiles; empty where no checkpoint covers it."""
    if checkpoint is None or checkpoint.size < through:
        return ""
    node = nodes_of(checkpoint.size, site.published_log.folder.tile)
    return to_base64(root_at(through, node))


def _log_against(checkpoint: Checkpoint | None, through: int) -> Iterator[Against]:
    size = checkpoint.size if checkpoint else 0
    if size <= through:
        yield Against("not-published", position=max(size - 1, 0), see=command("checkpoint"))


def _index_against(
    site: Site, checkpoint: Checkpoint | None, through: int, pruned: int
) -> Iterator[Against]:
    """The index of completeness must have the prefix: it is made from the entries, and from nothing else.

    Where an index that was lost can never be made again, it stands against nothing more.
    """
    epochs = site.published_log.epochs
    if checkpoint is None or checkpoint.size <= through:  # then it must be published first
        return
    size = max(Index(epochs.folder.path).sizes(), default=0) if epochs else 0
    if pruned <= size < through:
        see = command("publish", once=True)
        yield Against("completeness", position=size, see=see)


def _period_against(site: Site, session: Session, through: int) -> Iterator[Against]:
    """The prefix ends with what was recorded by the day on which the period began that is over now."""
    by: datetime = site.clock() - period(PERIOD)
    ((last,),) = session.of("projections").rows("position_by", time=by)
    if through > (last or 0):
        yield Against("period", PERIOD, position=last or 0)


def _archive_against(
    site: Site,
    checkpoint: Checkpoint | None,
    archive: CheckedArchive | None,
    through: int,
    address: str,
) -> Iterator[Against]:
    if archive is None or checkpoint is None:  # without a checkpoint that is what is missing
        return
    size = archive.size if archive.published else 0
    if archive.origin is None:
        yield Against("no-archive", address)
    elif archive.origin != checkpoint.origin:
        yield Against("another-archive", address, see=command("archive", address))
    elif archive.findings or size < through:
        see = command("audit", archive=address)
        yield Against("archive", address, position=size, see=see)
    elif not _is_of_this_log(site, checkpoint, archive):
        yield Against("another-archive", address, see=command("archive", address))


def _audit_against(site: Site) -> Iterator[Against]:
    if not audit_site(site, views=False).ledger.ok:
        yield Against("audit", see=command("audit"))


def _is_of_this_log(site: Site, checkpoint: Checkpoint, archive: CheckedArchive) -> bool:
    """Whether an archive is what the log begins with: an earlier log of this ledger has known keys, too."""
    if archive.size > checkpoint.size:
        return False
    return _root(site, checkpoint, archive.size) == to_base64(archive.root)


def _ended_by_nobody(session: Session, open: Sequence[StandsAgainst]) -> Iterator[StandsAgainst]:
    """What no event ends any more, since the ledger does not know any reference of the person.

    No command takes a word to recipients then, and GDPR Art. 19 asks nothing impossible. What an annulment
    waits for would be an event of a new data subject.
    """
    waiting = [one for one in open if one.change or one.view == ANNULMENT]
    known = {
        stream
        for block in in_blocks(sorted({one.stream for one in waiting}))
        for (stream,) in session.rows("remembered_subjects", subjects=block)
    }
    return (one for one in waiting if one.stream not in known)


def _never_told(open: StandsAgainst) -> Untold:
    return Untold(open.reference, open.change or "", str(open.stream))


def _shown(open: StandsAgainst) -> Against:
    person = str(open.stream)
    if open.change:
        ended = command("notify", "record", None, open.reference, action=open.change)
        return Against("notification", open.reference, open.change, person, see=ended)
    reason, words, named = _SEEN[open.view]
    see = command(*words, *([open.reference] if named else []))
    return Against(reason, open.reference, None, person, see=see)
