"""The lists of feeds as they are kept: the members of each, answered from one page of each; forgotten by
date.

The secret key of a feed is wrapped under the key epoch, like other keys. The database alone tells how
many members a feed had, and nothing of who they were.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime

import msgspec

from ledger.crypto.authentic import RowMacs, row_macs
from ledger.crypto.places import feed_key_place
from ledger.crypto.provider import KeyProvider, Placed, Wrapped, each_unwrapped, once_more
from ledger.errors import Halt
from ledger.feeds.members import Members, page_bits, page_of, pages_of, token_of
from ledger.feeds.trie import TOKEN_BYTES
from ledger.feeds.vrf import Prover
from ledger.names import LedgerName
from ledger.reading import LAST, head_position
from ledger.storage.postgres import Session

TABLE = "feed_lists"
_BLOCK_PAGES = 256


class KeptList(msgspec.Struct, frozen=True):
    """A list that is kept. `position`: of the last event when it came; `secret`: the key of its feed."""

    root: bytes
    position: int
    keep_until: datetime
    members: int
    secret: bytes

    def __repr__(self) -> str:
        return f"KeptList({self.root.hex()})"


class FeedLists:
    """The lists of one ledger, as far as a session may see or add them."""

    def __init__(self, session: Session, provider: KeyProvider, ledger: LedgerName) -> None:
        self._session = session
        self._provider = provider
        self._ledger = ledger
        self._wrapping = provider.wrapping()

    @property
    def _macs(self) -> RowMacs:
        return row_macs(self._provider, self._ledger)

    def keep(self, secret: bytes, members: Members, keep_until: datetime) -> None:
        """Keep a list until a date, all of it or nothing. A list that is kept already stays unchanged."""
        macs, session = self._macs, self._session
        with session.transaction():
            session.run("lock_keys")
            # The root commits to all members and to the key: the same root is the same list.
            if session.rows("feed_lists", roots=[members.root]):
                return
            row = self._session.row("current_epoch")
            if row is None:
                raise Halt("the ledger has no key epoch; run `ledger init`")
            epoch = int(row[0])
            place = feed_key_place(self._ledger, members.root, epoch)
            (wrapped,) = self._wrapping.wrap(epoch, [Placed(place, secret)])
            columns = (members.root, head_position(session), keep_until, members.size)
            session.run(
                "add_feed_list",
                root=members.root,
                position=columns[1],
                keep_until=keep_until,
                members=members.size,
                epoch=epoch,
                wrapped=wrapped,
                mac=macs.of(TABLE, columns),
            )
            pages = list(pages_of(members.tokens))
            for start in range(0, len(pages), _BLOCK_PAGES):
                block = pages[start : start + _BLOCK_PAGES]
                self._session.run(
                    "add_feed_pages",
                    root=members.root,
                    pages=[page for page, _ in block],
                    tokens=[tokens for _, tokens in block],
                )

    def of(self, roots: Iterable[bytes], position: int = LAST) -> dict[bytes, KeptList]:
        """The lists of some feeds that were there by a position. Raises Halt for a list that was altered."""
        distinct = sorted(set(roots))
        if not distinct:
            return {}
        lists = once_more(lambda: self._find(distinct))
        return {feed_list.root: feed_list for feed_list in lists if feed_list.position <= position}

    def _find(self, roots: Sequence[bytes]) -> list[KeptList]:
        self._wrapping.hold()
        rows = self._session.rows("feed_lists", roots=list(roots))
        columns_by_row = [(bytes(row[0]), *row[1:4]) for row in rows]
        macs = [(columns, row[-1]) for columns, row in zip(columns_by_row, rows, strict=True)]
        if not all(self._macs.belong(TABLE, macs)):
            raise Halt("the list of a feed is not as it was written: run `ledger audit`")
        wrapped = [
            Wrapped(epoch, feed_key_place(self._ledger, bytes(root), epoch), bytes(key))
            for root, _, _, _, epoch, key, _ in rows
        ]
        return [
            KeptList(bytes(root), position, keep_until, members, secret)
            for (root, position, keep_until, members, *_), secret in zip(
                rows, each_unwrapped(self._wrapping, wrapped), strict=True
            )
        ]

    def with_member(self, lists: Mapping[bytes, KeptList], reference: str) -> set[bytes]:
        """The roots of the lists that a reference is in; reads one page of each."""
        tokens = {
            root: token_of(Prover(feed_list.secret), reference) for root, feed_list in lists.items()
        }
        rows = self._session.rows(
            "feed_pages_of",
            roots=list(tokens),
            pages=[page_of(tokens[root], page_bits(lists[root].members)) for root in tokens],
        )
        return {bytes(root) for root, page in rows if tokens[bytes(root)] in set(tokens_in(page))}

    def tokens(self, feed_list: KeptList) -> tuple[bytes, ...]:
        """All tokens of a list, in order."""
        pages = self._session.rows("feed_pages", root=feed_list.root)
        return tuple(token for _, page in pages for token in tokens_in(page))


def tokens_in(page: bytes) -> Iterator[bytes]:
    """The tokens of a page, in order."""
    return (bytes(page[at : at + TOKEN_BYTES]) for at in range(0, len(page), TOKEN_BYTES))


def expire_lists(session: Session, now: datetime) -> int:
    """Forget the lists whose date has come, with their keys; how many there were. As the eraser."""
    with session.transaction():
        roots = [root for (root,) in session.rows("expired_feed_lists", now=now)]
        session.run("remove_feed_pages", roots=roots)
        return session.run("remove_feed_lists", roots=roots)
