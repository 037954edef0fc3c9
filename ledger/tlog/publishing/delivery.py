"""Delivery: a checkpoint that the log has signed is published once enough witnesses have signed it as well.

Until then the one before stays published, and nothing new is signed: the checkpoint that a reader finds
always satisfies the policy.
"""

from collections.abc import Iterable

from ledger.errors import Retry
from ledger.tlog.publishing.observer import PublisherObserver
from ledger.tlog.signing.checkpoints import Checkpoint
from ledger.tlog.signing.notes import Signature
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.tiles import nodes_of
from ledger.tlog.witnessing.witnesses import Witnesses


class Delivery:
    """Publishes into a folder. `witnesses`: None when the log's own signature is enough."""

    def __init__(
        self, folder: LogFolder, witnesses: Witnesses | None, observer: PublisherObserver
    ) -> None:
        self._folder = folder
        self._witnesses = witnesses
        self._observer = observer

    def is_done(self, signed: bytes) -> bool:
        """Whether a checkpoint of the log is published; the lines of witnesses stand below its own."""
        return (self._folder.checkpoint() or b"").startswith(signed)

    def deliver(self, signed: bytes, checkpoint: Checkpoint) -> None:
        """Publish a checkpoint whose tree is on disk. Raises Retry when too few witnesses sign it."""
        lines = self._lines(signed, checkpoint) if self._witnesses else b""
        self._folder.publish(signed + lines)

    def add_late(self) -> None:
        """Publish the checkpoint again with signatures that came after its quorum was complete.

        For a quiet moment: a newer checkpoint is worth more than another signature under this one.
        """
        signed, late = self._witnesses.late() if self._witnesses else (b"", ())
        if late and self.is_done(signed):
            self._folder.publish((self._folder.checkpoint() or b"") + _lines_of(late))

    def _lines(self, signed: bytes, checkpoint: Checkpoint) -> bytes:
        assert self._witnesses
        node = nodes_of(checkpoint.size, self._folder.tile)
        answer = self._witnesses.cosign(signed, checkpoint, node, self._observer.witnessed)
        if not answer.enough:
            raise Retry(
                f"the checkpoint of {checkpoint.size} entries is not published yet, since too few"
                f" witnesses signed it; there is none from {', '.join(answer.missing)}"
            )
        return _lines_of(answer.signatures)


def _lines_of(signatures: Iterable[Signature]) -> bytes:
    return b"".join(signature.line.encode() for signature in signatures)
