"""Log, database and entries against each other: promised, signed and stored entries must be the same.

Without a log to compare with, the verdict is not "in order": an attacker who can change the events could also
remove what contradicts the change.
"""

import time
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from ledger.audit.findings import NOT_COMPARABLE, UNREADABLE, Findings
from ledger.audit.log.published import Comparison
from ledger.audit.log.signed import SignedCheckpoints
from ledger.tlog.signing.checkpoints import Checkpoint

# A publisher signs a promise at once; it is left unsigned for longer only when the publisher died in between.
_PATIENCE = 20
_PAUSE_S = 0.1


class Promise(msgspec.Struct, frozen=True, array_like=True):
    """A row of the statement `promised_history`. `history`: None when the publisher has not looked yet."""

    origin: str
    size: int
    root: bytes
    history: bytes | None


def promises_of(rows: Sequence[Sequence[Any]], findings: Findings) -> list[Promise]:
    """Rows as promises; a row that cannot be a promise is noted and left out."""
    promises = []
    for row in rows:
        try:
            promises.append(Promise(str(row[0]), *_columns_of(row)))
        except (msgspec.ValidationError, TypeError):
            findings.note(None, UNREADABLE, "a promise lacks a value")
    return promises


def _columns_of(row: Sequence[Any]) -> tuple[int, bytes, bytes | None]:
    size, root, history = row[1:]
    if not isinstance(size, int) or root is None:
        raise TypeError
    return size, bytes(root), None if history is None else bytes(history)


def check_promises(
    promises: Sequence[Promise],
    largest_known: tuple[int, int],
    comparison: Comparison,
    findings: Findings,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Compare the promises in the database with the signed trees, and with the entries.

    `largest_known`: the number of the batch that knew of the largest promise, and that promise.
    """
    _check_known(promises, largest_known, findings)
    signed = comparison.signed
    if signed is None or signed.newest is None:
        _tell_absent(promises, signed, findings)
        return
    log = signed.newest.origin
    ours = next((promise for promise in promises if promise.origin == log), None)
    for promise in promises:
        if promise is not ours:
            # A promise of a log that had another name before.
            if promise.origin not in signed.origins():
                findings.note(None, "promise", "the database promises a log whose keys are unknown")
            else:
                _check_root(promise, comparison, findings)
    if ours is None:
        findings.note(None, "promise", f"the database does not know of the log {log}")
        return
    _check_size(ours.size, signed, signed.newest.size, findings, pause)
    _check_root(ours, comparison, findings)
    if comparison.since is None:
        _check_history(ours, signed, findings)


def _check_size(
    promised: int,
    signed: SignedCheckpoints,
    newest: int,
    findings: Findings,
    pause: Callable[[float], None],
) -> None:
    """Check that the promise covers all signed entries, and no more entries than the log signs soon."""
    if promised < signed.least:
        detail = f"the database promises {promised} entries, and {signed.least} are signed"
        findings.note(None, "promise", detail)
    elif promised > newest and not signed_by_now(signed, promised, pause):
        detail = f"{promised} entries were promised, and the log ends with {newest}"
        findings.note(None, NOT_COMPARABLE, detail)


def _check_known(
    promises: Sequence[Promise], largest_known: tuple[int, int], findings: Findings
) -> None:
    batch, size = largest_known
    largest = max((promise.size for promise in promises), default=0)
    if largest < size:
        detail = f"batch {batch} knew of a promise of {size} entries, the largest is of {largest}"
        findings.note(None, "promise", detail)


def _tell_absent(
    promises: Sequence[Promise], signed: SignedCheckpoints | None, findings: Findings
) -> None:
    largest = max(promises, key=lambda promise: promise.size, default=None)
    if signed and signed.anything:
        detail = (
            "the folder of the log holds no checkpoint that a known key has signed: set LEDGER_KEY_DIR to"
            " where its keys are"
        )
        findings.note(None, NOT_COMPARABLE, detail)
    elif largest:
        detail = (
            f"the log {largest.origin} has promised {largest.size} entries, and nothing that it signed"
            " is in its folder: set LEDGER_LOG_DIR to where it is"
        )
        findings.note(None, NOT_COMPARABLE, detail)


def _check_root(promise: Promise, comparison: Comparison, findings: Findings) -> None:
    root = comparison.roots.get(promise.size)
    if comparison.since and promise.size < comparison.since.size:
        return  # of a tree that is not made again: the whole audit compares it
    if root is None:
        detail = f"{promise.size} entries were promised, and there are {comparison.size}"
        findings.note(None, "promise", detail)
    elif root != promise.root:
        detail = f"the {promise.size} entries that were promised make up another tree"
        findings.note(None, "promise", detail)


def signed_by_now(signed: SignedCheckpoints, size: int, pause: Callable[[float], None]) -> bool:
    """Whether at least `size` entries are signed, after a short wait for a publisher that is at work."""
    for _ in range(_PATIENCE):
        if signed.size_now() >= size:
            return True
        pause(_PAUSE_S)
    return False


def _check_history(promise: Promise, signed: SignedCheckpoints, findings: Findings) -> None:
    """Check the kept checkpoints up to the promise against the history in the database.

    The database cannot know later checkpoints yet.
    """
    if promise.history is None:
        detail = "the promise does not say what was signed before: run `ledger publish`"
        findings.note(None, "promise", detail)
        return
    tree = Checkpoint(promise.origin, promise.size, promise.root)
    history = dict(signed.bound).get(tree)
    if history is not None and history != promise.history:
        detail = "the kept checkpoints are not the checkpoints that were signed"
        findings.note(None, "checkpoint", detail)
    elif history is None and signed.newest and promise.size <= signed.newest.size:
        findings.note(None, "promise", "the promise is not among the trees that were signed")
