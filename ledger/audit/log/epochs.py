"""The log of completeness: what it has signed, its tree, each epoch in it, and the rows of the last one.

Whether the rows are those of the entries is computed again by a command of its own
(`ledger.completeness.auditing`): it takes longer than all the rest.
"""

import time
from collections.abc import Callable, Iterator, Sequence

from ledger.audit.findings import FILE, NOT_COMPARABLE, CappedFindings, Findings
from ledger.audit.log.promises import Promise, signed_by_now
from ledger.audit.log.signed import PublishedLog, SignedCheckpoints
from ledger.completeness.auditing import checked_epochs
from ledger.completeness.epochs import epoch_at
from ledger.completeness.index import Index
from ledger.errors import LedgerError
from ledger.storage.contents import EPOCHS, look
from ledger.tlog.signing.checkpoints import Checkpoint
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.tree.edge import Edge, grow
from ledger.tlog.tree.merkle import hash_leaf

_KIND = "epoch"


def check_epochs(
    log: PublishedLog,
    signed: SignedCheckpoints,
    main: Sequence[VerifierKey],
    promises: Sequence[Promise],
    findings: Findings,
    pause: Callable[[float], None] = time.sleep,
) -> None:
    """Note everything that is not as the log of completeness left it.

    `signed`: read before the promises, so a publisher may have gone on since. `main`: keys of the log below
    it.
    """
    _check_files(log, findings)
    last = signed.published
    if last is None:
        if promises and not signed.anything:
            detail = f"the log {promises[0].origin} has signed epochs, and its folder holds none"
            findings.note(None, NOT_COMPARABLE, detail)
        return
    trees = list(_promised(last, signed, promises, findings, pause))
    size = max([last.size, *(tree.size for tree in trees)])
    try:
        epochs = list(checked_epochs(log.folder, size, main))
    except LedgerError as error:
        findings.note(None, _KIND, str(error))
        return
    trees = [*signed.promises(size), *trees]
    _check_trees(trees, [epoch.entry for epoch in epochs], findings)
    if epochs:
        _check_rows(log, max(size, signed.size_now()), findings)


def _promised(
    last: Checkpoint,
    signed: SignedCheckpoints,
    promises: Sequence[Promise],
    findings: Findings,
    pause: Callable[[float], None],
) -> Iterator[Checkpoint]:
    """The tree that the database promises of this log, unless that alone is a finding."""
    if all(promise.origin != last.origin for promise in promises):
        findings.note(None, "promise", f"the database does not know of the log {last.origin}")
    for promise in promises:
        if promise.origin != last.origin:
            # A log that had another name before: its epochs are in a folder of their own.
            if promise.origin not in signed.origins():
                findings.note(None, "promise", "the database promises a log whose keys are unknown")
        elif promise.size < signed.least:
            detail = f"the database promises {promise.size} epochs, and {last.size} are signed"
            findings.note(None, "promise", detail)
        elif promise.size > last.size and not signed_by_now(signed, promise.size, pause):
            detail = f"{promise.size} epochs were promised, and the log ends with {last.size}"
            findings.note(None, NOT_COMPARABLE, detail)
        else:
            yield Checkpoint(promise.origin, promise.size, promise.root)


def _check_files(log: PublishedLog, findings: Findings) -> None:
    notes = CappedFindings(findings)
    for found in look(log.folder.path, EPOCHS):
        if found.why:
            notes.note(None, FILE, found.why)
    notes.end()


def _check_trees(trees: Sequence[Checkpoint], entries: Sequence[bytes], findings: Findings) -> None:
    """Each tree that was ever signed or promised is over the first of these entries."""
    edge = Edge()
    for tree in trees:
        if tree.size > edge.size:
            leaves = [hash_leaf(entry) for entry in entries[edge.size : tree.size]]
            edge, _ = grow(edge, leaves)
        if edge.root() != tree.root:
            detail = f"the first {tree.size} epochs make up another tree than was signed"
            findings.note(None, _KIND, detail)
            return


def _check_rows(log: PublishedLog, number: int, findings: Findings) -> None:
    """The rows are those of the newest epoch, whose number is given: those of older ones are not kept."""
    try:
        epoch = epoch_at(log.folder, number)
        root = Index(log.folder.path).root(epoch.covers)
    except LedgerError as error:
        findings.note(None, _KIND, f"the rows of the last epoch: {error}")
        return
    if root != epoch.epoch.root:
        findings.note(
            None, _KIND, "the rows of the last epoch make up another tree than was signed"
        )
