"""The last promises of the log, as the database keeps them: written before each signature.

The folder of the log has them too, but a wrong or lost folder cannot tell that it is one.
"""

from collections.abc import Sequence

from ledger.errors import Halt, Unproven
from ledger.storage.faults import Conflict
from ledger.storage.postgres import Session
from ledger.tlog.signing.checkpoints import Checkpoint, verify_checkpoint
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.store.history import History, bind


def promised(session: Session) -> dict[str, Checkpoint]:
    """The tree that each log of the ledger promised last, by its origin. Empty ones promise nothing."""
    rows = session.rows("promised")
    return {origin: Checkpoint(origin, size, root) for origin, size, root in rows if size}


def keep_promise(session: Session, promise: Checkpoint, history: bytes) -> None:
    """Keep a tree that is about to be signed. Durable on return. Needs the publisher's role.

    `history`: what everything comes to that the log has signed, with this tree (`history.bind`).
    Raises Halt when it contradicts the one that was kept last.
    """
    try:
        session.run(
            "promise",
            origin=promise.origin,
            size=promise.size,
            root=promise.root,
            history=history,
        )
    except Conflict as error:
        raise Halt(f"a tree of {promise.size} entries is not signed: {error}") from None


def bound_to(
    session: Session, history: History, origin: str, keys: Sequence[VerifierKey]
) -> tuple[Checkpoint | None, bytes]:
    """The last tree that the database's promise and the history in the folder come to, and the digest of the
    history up to it.

    Goes on from the promise where there is one; reads the whole history only where the database never did.
    """
    promises = {
        name: (Checkpoint(name, size, root), bound)
        for name, size, root, bound in session.rows("promised_history")
    }
    last, bound = promises.get(origin, (None, None))
    if bound is None:
        last, bound = None, b""
    for tree in reversed(_trees_after(history, keys, last)):
        # A tree that was signed again with a different key counts once.
        if tree != last:
            last, bound = tree, bind(bound, tree)
    return last, bound


def _trees_after(
    history: History, keys: Sequence[VerifierKey], last: Checkpoint | None
) -> list[Checkpoint]:
    """The trees of the history that are larger than one, the latest first."""
    trees: list[Checkpoint] = []
    for content in history.backwards():
        tree = _tree(content, keys)
        if tree is None:
            continue
        if last is not None and tree.size <= last.size:
            break
        trees.append(tree)
    return trees


def renew_promise(
    session: Session, folder: LogFolder, origin: str, keys: Sequence[VerifierKey]
) -> None:
    """Let the database know again of the trees that the log has signed since the database was copied.

    As the publisher.
    """
    tree, history = bound_to(session, folder.history, origin, keys)
    if tree is not None and tree.origin == origin:
        keep_promise(session, tree, history)


def _tree(content: bytes, keys: Sequence[VerifierKey]) -> Checkpoint | None:
    """The tree of a kept checkpoint; None for one that cannot be trusted, which an audit reports."""
    try:
        return verify_checkpoint(content, keys)
    except Unproven:
        return None
