"""Locks that last over many transactions, in a connection of their own.

The locks are taken on views of one constant that hold nothing, which only the roles concerned can lock: a
role without the right cannot block the others. Such a lock takes no transaction id, so a lock that is held
for hours does not keep the server from cleaning up; and no table is locked, which the server would want to
clean up itself.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from ledger.errors import LedgerError
from ledger.storage.postgres import Session

Check = Callable[[], None]
"""Raises ServiceAway when the lock is lost, with its connection."""


@contextmanager
def held(session: Session, name: str, locks: Sequence[dict[str, str]]) -> Iterator[Check]:
    """Hold locks until the end of the block, in another connection of the session's role.

    `name`: the statement that takes one without waiting; `locks`: its names in braces, for each lock. Raises
    Busy when another process holds one, and what `Database.connect` raises.
    """
    keeper = session.again()

    def check() -> None:
        keeper.of("ledger").rows("still_here")

    try:
        keeper.of("ledger").rows("stand_still")
        with ExitStack() as stack:
            stack.enter_context(keeper.transaction())
            for names in locks:
                keeper.named(name, names)
            rest = stack.pop_all()
        try:
            yield check
        finally:
            # The server sees a closed connection only some time later; the next one is not to wait.
            with suppress(LedgerError):
                rest.close()
    finally:
        keeper.close()
