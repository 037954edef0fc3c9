"""The checkpoints that the log has signed, read from its folder: the published one, and every kept one.

Nothing in that folder ends an audit: a file that cannot be read, or is not of this log, is a finding.
"""

from collections import deque
from collections.abc import Iterator

import msgspec

from ledger.audit.findings import Findings
from ledger.errors import LedgerError
from ledger.tlog.signing.checkpoints import Checkpoint, verify_checkpoint
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.store.history import bind

# The database's promise is one of the last that were signed, unless it was put back.
_LAST_BOUND = 1_000


class PublishedLog(msgspec.Struct, frozen=True):
    """A log's files, and the verification keys that it had.

    `since`: a checkpoint that an auditor kept when everything up to it was audited; None: all is looked at.
    `epochs`: the log of completeness over this one; None where it is not known.
    """

    folder: LogFolder
    keys: tuple[VerifierKey, ...]
    since: Checkpoint | None = None
    epochs: "PublishedLog | None" = None


class SignedCheckpoints:
    """The checkpoints of one log. `published`: None without a checkpoint that can be trusted.

    `anything`: whether the folder holds anything that was signed, trusted or not. `least`: how many entries
    were signed when this began. `newest`: the newest kept checkpoint that can be trusted. `bound`: the trees
    that were kept last, each with the digest of the history up to it.
    """

    def __init__(self, log: PublishedLog, findings: Findings) -> None:
        self._log = log
        self._findings = findings
        self.anything = False
        self.least = 0
        self.newest: Checkpoint | None = None
        self.bound: deque[tuple[Checkpoint, bytes]] = deque(maxlen=_LAST_BOUND)
        self.published = self._published()

    def origins(self) -> frozenset[str]:
        """The names that the log has had."""
        return frozenset(key.name for key in self._log.keys)

    def promises(self, size: int, since: int = 0) -> Iterator[Checkpoint]:
        """Every checkpoint that was kept, up to a size, oldest first; later ones are only looked at.

        `since`: those of smaller trees are left out, and days that end with one are not read.
        """
        last = 0
        for number, content in enumerate(self._history(since), 1):
            checkpoint = self._verified(content, f"kept checkpoint {number}")
            if number == 1 and not since and (checkpoint is None or checkpoint.size):
                self._note("the first checkpoint that was kept is not that of the empty tree")
            if checkpoint is None or not self._follows(checkpoint, number):
                continue
            if max(1, since) <= checkpoint.size <= size:
                last = checkpoint.size
                yield checkpoint
        if size > last:
            self._note("the published checkpoint is not among the kept checkpoints")

    def _follows(self, checkpoint: Checkpoint, number: int) -> bool:
        """Take down one more checkpoint that was kept; False when it is smaller than one before it."""
        last, history = self.bound[-1] if self.bound else (None, b"")
        if checkpoint != last:
            self.bound.append((checkpoint, bind(history, checkpoint)))
        if self.newest and checkpoint.size < self.newest.size:
            self._note(f"kept checkpoint {number} is smaller than the last")
            return False
        self.newest = checkpoint
        return True

    def size_now(self) -> int:
        """The size that was signed last by now, whatever was read before; 0 without one."""
        try:
            content = self._log.folder.history.last()
            return verify_checkpoint(content, self._log.keys).size if content else 0
        except LedgerError:
            return 0

    def _published(self) -> Checkpoint | None:
        try:
            content = self._log.folder.checkpoint()
            last = self._log.folder.history.last()
        except LedgerError as error:
            self.anything = True
            self._note(f"the published checkpoint: {error}")
            return None
        self.anything = content is not None or last is not None
        if content is None and last is not None:
            self._note("the published checkpoint is missing")
        published = newest = None
        if content is not None:  # an empty file does not verify either
            published = self._verified(content, "the published checkpoint")
        if last is not None:
            newest = self._verified(last, "the last checkpoint kept")
        self.least = max(
            (checkpoint.size for checkpoint in (published, newest) if checkpoint), default=0
        )
        return published or newest

    def _history(self, since: int) -> Iterator[bytes]:
        for content, fault in self._log.folder.history.examined(since):
            if content is None:
                self.anything = True
                self._note(f"the history: {fault}")
            else:
                yield content

    def _verified(self, content: bytes, what: str) -> Checkpoint | None:
        try:
            return verify_checkpoint(content, self._log.keys)
        except LedgerError as error:
            self._note(f"{what}: {error}")
            return None

    def _note(self, detail: str) -> None:
        self._findings.note(None, "checkpoint", detail)
