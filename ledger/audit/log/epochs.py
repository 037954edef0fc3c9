"""The log of completeness: what it has signed, its tree, each epoch in it, and the rows of the last one.

Whether the rows are those of the entries is computed again by a command of its own
(`ledger.completeness.auditing`): it takes longer than all the rest.
"""

from collections.abc import Iterator, Sequence

from ledger.audit.findings import FILE, NOT_COMPARABLE, CappedFindings, Findings
from ledger.audit.log.promises import Promise
from ledger.audit.log.signed import PublishedLog, SignedCheckpoints
from ledger.completeness.auditing import checked_epochs
from ledger.completeness.epochs import SignedEpoch
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
    main: Sequence[VerifierKey],
    promises: Sequence[Promise],
    findings: Findings,
) -> None:
    """Note everything that is not as the log of completeness left it. `main`: keys of the log below it."""
    signed = SignedCheckpoints(log, findings)
    _check_files(log, findings)
    last = signed.published
    if last is None:
        if promises and not signed.anything:
            detail = f"the log {promises[0].origin} has signed epochs, and its folder holds none"
            findings.note(None, NOT_COMPARABLE, detail)
        return
    for promise in promises:
        if (promise.origin, promise.size, promise.root) != (last.origin, last.size, last.root):
            detail = f"the database promises {promise.size} epochs, and {last.size} are signed"
            findings.note(None, "promise", detail)
    try:
        epochs = list(checked_epochs(log.folder, last.size, main))
    except LedgerError as error:
        findings.note(None, _KIND, str(error))
        return
    _check_trees(signed.promises(last.size), [epoch.entry for epoch in epochs], findings)
    if epochs:
        _check_rows(Index(log.folder.path), epochs[-1], findings)


def _check_files(log: PublishedLog, findings: Findings) -> None:
    notes = CappedFindings(findings)
    for found in look(log.folder.path, EPOCHS):
        if found.why:
            notes.note(None, FILE, found.why)
    notes.end()


def _check_trees(
    promises: Iterator[Checkpoint], entries: Sequence[bytes], findings: Findings
) -> None:
    """Each checkpoint that was ever signed is over the first of these entries."""
    edge = Edge()
    for promise in promises:
        if promise.size > edge.size:
            leaves = [hash_leaf(entry) for entry in entries[edge.size : promise.size]]
            edge, _ = grow(edge, leaves)
        if edge.root() != promise.root:
            detail = f"the first {promise.size} epochs make up another tree than was signed"
            findings.note(None, _KIND, detail)
            return


def _check_rows(index: Index, epoch: SignedEpoch, findings: Findings) -> None:
    try:
        root = index.root(epoch.covers)
    except LedgerError as error:
        findings.note(None, _KIND, f"the rows of the last epoch: {error}")
        return
    if root != epoch.epoch.root:
        findings.note(
            None, _KIND, "the rows of the last epoch make up another tree than was signed"
        )
