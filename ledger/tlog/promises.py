"""What the log promised last, as the database keeps it: written before each signature.

The folder of the log says it too, but cannot say that it is the wrong folder, or lost.
"""

from ledger.errors import Halt
from ledger.postgres import Conflict, Session
from ledger.tlog.checkpoints import Checkpoint

__all__ = ["keep_promise", "promised"]


def promised(session: Session) -> dict[str, Checkpoint]:
    """The tree that each log of the ledger promised last, by its origin. Empty ones promise nothing."""
    rows = session.rows("promised")
    return {origin: Checkpoint(origin, size, root) for origin, size, root in rows if size}


def keep_promise(session: Session, promise: Checkpoint) -> None:
    """Keep a tree that is about to be signed. Durable on return. Needs the publisher's role.

    Raises Halt when it contradicts the one that was kept last.
    """
    try:
        session.run("promise", origin=promise.origin, size=promise.size, root=promise.root)
    except Conflict as error:
        raise Halt(f"a tree of {promise.size} entries is not signed: {error}") from None
