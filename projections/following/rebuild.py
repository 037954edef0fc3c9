"""Blue/green rebuilds: new tables are built beside those in use, compared with them, and replace them.

All views are built in one pass over the events. `projections.following.inspection` compares views with the
events and writes nothing.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

import msgspec

from ledger.errors import Busy, Fenced, Halt, Overtaken
from ledger.library.reader import LedgerReader
from ledger.names import LedgerName
from ledger.reading import pruned_through
from ledger.storage.locks import Check, held
from ledger.storage.postgres import Session
from projections import VIEWS
from projections.folds.dispatch import Dispatch
from projections.folds.view import AnyView
from projections.following.batch import apply_batch
from projections.following.blocks import StreamBlock, ViewRows, packed_entries
from projections.following.derive import Content
from projections.following.engines import Engine, Here
from projections.following.storage import (
    Bookmark,
    NamedEvents,
    Tables,
    batch_of,
    bookmarks,
    locked_bookmark,
    other,
    prepare,
    relax,
    stored_digest,
)

_BATCH_EVENTS = 5_000
# A swap waits a second for who reads what is to go (the function in the database), then lets others go on.
_SWAPS = 1_200
_PAUSE_S = 2.0


class ViewReport(msgspec.Struct, frozen=True):
    """A view at a position. `digest`: what the events say; `ok`: whether the rows in use said the same.

    A rebuild for a new version of the code has nothing to compare with and is `ok`.
    """

    view: str
    version: str
    position: int
    digest: str
    ok: bool


def rebuild_all(
    session: Session,
    ledger: LedgerName,
    views: Sequence[AnyView] = VIEWS,
    privacy_office: Collection[str] = (),
    engine: Engine | None = None,
) -> list[ViewReport]:
    """Build views from position 1, compare, and swap one by one. As the projector; others may follow.

    `engine`: what folds the events; None: this process. On return readers see the new rows, also
    when they differ from the old ones (`ok` is False then): they are what the events say. Raises Fenced
    when another process is rebuilding one of the views, Overtaken when events were pruned meanwhile.
    """
    session = session.of("projections")
    engine = engine or Here(session, privacy_office)
    relax(session)
    prepare(session, ledger, views)
    with _alone(session, views) as check:
        places = bookmarks(session)
        goals = [(view, places[view.name].position) for view in views]
        contents = engine.contents(goals)
        new_views = [
            _NewView(session, ledger, content, places[content.view.name], privacy_office, check)
            for content in contents
        ]
        with session.transaction():
            for new_view in new_views:
                new_view.tables.create()
        _build(session, new_views, engine.blocks(goals, contents))
        return [new_view.take_over() for new_view in new_views]


@contextmanager
def _alone(session: Session, views: Sequence[AnyView]) -> Iterator[Check]:
    """Hold the locks of the rebuild, so that no other process rebuilds the views meanwhile.

    The check raises Overtaken when events were pruned since: new rows would say what the events do not.
    """
    locks = [{"lock": f"{view.name}_builder"} for view in views]
    with ExitStack() as stack:
        try:
            check = stack.enter_context(held(session, "lock_rebuild", locks))
        except Busy:
            names = ", ".join(view.name for view in views)
            raise Fenced(f"{names}: being rebuilt already") from None
        pruned = pruned_through(session)

        def still() -> None:
            check()
            if pruned_through(session) != pruned:
                raise Overtaken("entries were pruned meanwhile: run `ledger rebuild` again")

        yield still


def _build(
    session: Session, new_views: Sequence["_NewView"], stream_blocks: Iterator[StreamBlock]
) -> None:
    """Write the rows of all streams, block by block."""
    for block in stream_blocks:
        with session.transaction():
            NamedEvents(session).add(block.named)
            for new_view, part in zip(new_views, block.parts, strict=True):
                new_view.write(part)
    for new_view in new_views:
        new_view.finish()


class _NewView:
    """A view that is being built beside the one in use, up to where that one was."""

    def __init__(
        self,
        session: Session,
        ledger: LedgerName,
        content: Content,
        bookmark: Bookmark,
        privacy_office: Collection[str],
        check: Check,
    ) -> None:
        self._session = session
        self._reader = LedgerReader(session)
        self._check = check
        self._ledger = ledger
        self._privacy_office = privacy_office
        self.view = view = content.view
        self.position = bookmark.position
        self.tables = Tables(session, ledger, view, other(bookmark.colour))
        self.content = content
        self._digest: str | None = None

    def write(self, part: ViewRows) -> None:
        """Write rows, and entries that are complete."""
        self.tables.add(part.rows, part.labels)
        self.tables.add_entries(part.entries)

    def finish(self) -> None:
        """All rows are written."""
        self.tables.add_entries(packed_entries(self.view, self.content.rest()))
        self.tables.index()
        self._digest = self.content.digest()

    def take_over(self) -> ViewReport:
        """Catch up with the rows in use while others still move them; then be the ones in use.

        Raises Busy when readers hold the rows in use for an hour.
        """
        while self.position < (goal := bookmarks(self._session)[self.view.name].position):
            with self._session.transaction():
                self._fold(goal)
        for _ in range(_SWAPS):
            with suppress(Busy):  # a reader holds the old rows; the follower goes on meanwhile
                return self._swap_now()
            self._session.notified(_PAUSE_S)
        raise Busy(
            f"view {self.view.name} was held by readers without a pause: its new rows wait; rebuild it again"
        )

    def _swap_now(self) -> ViewReport:
        before = self.position, self._digest
        try:
            return self._swapped()
        except Busy:
            self.position, self._digest = before
            raise

    def _swapped(self) -> ViewReport:
        """Be the ones in use. Raises Busy when what is to go is read for longer than a second."""
        with self._session.transaction():
            # From here on a follower waits for the commit, and the new colour fences it off. So does who
            # prunes: views forget after the cut, and what is cut before this is seen now.
            bookmark = locked_bookmark(self._session, self.view)
            self._check()
            while self.position < bookmark.position:
                self._fold(bookmark.position)
            return self._swap(bookmark)

    def _fold(self, upto: int) -> None:
        """Fold the next batch, as the follower does."""
        events = self._reader.events_after(self.position, _BATCH_EVENTS, upto)
        if not events:
            raise Halt(f"position {self.position + 1} is missing: see `ledger audit`")
        batch = batch_of(self._session, events, Dispatch([self.view]), self._privacy_office)
        NamedEvents(self._session).add(batch.named)
        apply_batch(self.view, batch, self.tables)
        self.position, self._digest = batch.end, None

    def _swap(self, bookmark: Bookmark) -> ViewReport:
        view, session = self.view, self._session
        digest = self._digest or stored_digest(session, view, self.tables.table)
        replaced = Tables(session, self._ledger, view, bookmark.colour)
        ok = True
        if bookmark.version == view.version:
            ok = self.tables.same_as(replaced) or self._come_to(digest, replaced)
            self.tables.keep_counting(replaced)
        self.tables.show()
        session.run(
            "swap_bookmark",
            view=view.name,
            version=view.version,
            position=self.position,
            colour=other(bookmark.colour),
        )
        replaced.drop()
        return ViewReport(view.name, view.version, self.position, digest, ok)

    def _come_to(self, digest: str, replaced: Tables) -> bool:
        """Whether other bytes say the same: those that another version of the library compressed."""
        # A damaged row says nothing; the savepoint closes what still reads the table, which goes next.
        with suppress(Halt), self._session.transaction():
            return (
                self.tables.like(replaced)
                and stored_digest(self._session, self.view, replaced.table) == digest
            )
        return False
