"""The log of a ledger that grows: what its publication, a proof and an audit of everything take."""

import statistics
import time
from pathlib import Path

from bench.tools.processor import Figures, rates, server_of
from bench.tools.publishing import new_key, publish
from ledger.audit import PublishedLog, audit
from ledger.reading import head_position
from ledger.tlog.proving.proof_file import verify_entry
from ledger.tlog.proving.reading import entry_at, prove
from ledger.tlog.store.folder import LogFolder
from tests.fixtures.ledger import House

PROOFS = 101
ROWS = {
    "publish": "published, events/s",
    "publish_core": "published, events a second of processor time",
    "audit": "audit of ledger and log, events/s",
    "audit_core": "audit, events a second of processor time",
    "prove_ms": "proof of one event made and verified, ms",
    "log_bytes": "bytes on disk of the log an event",
}


class GrowingLog:
    """A ledger's log, published up to what is recorded at each size."""

    def __init__(self, house: House, path: Path) -> None:
        self._house = house
        self._folder = LogFolder(path)
        self._key = new_key()
        self._published = 0

    def grown(self) -> Figures:
        """Publish what is new, prove some of it, audit all of it."""
        server, size = server_of(self._house.url), head_position(self._house.reader)
        new, self._published = size - self._published, size
        return {
            **rates("publish", self._publish, server, new),
            **rates("audit", self._audit, server, size),
            "prove_ms": self._prove_ms(size),
            "log_bytes": _bytes_under(self._folder.path) / size,
        }

    def _publish(self) -> None:
        publish(self._house, self._key, self._folder)

    def _audit(self) -> None:
        log = PublishedLog(self._folder, (self._key.verifier,))
        found = audit(self._house.reader, log, self._house.chain())
        assert found.ok, found.findings[:3]

    def _prove_ms(self, size: int) -> float:
        """The median over positions from the first to the last."""
        positions = [1 + (size - 1) * number // (PROOFS - 1) for number in range(PROOFS)]
        return statistics.median(map(self._proved_ms, positions))

    def _proved_ms(self, position: int) -> float:
        began = time.perf_counter()
        entry, proof = entry_at(self._folder, position), prove(self._folder, position)
        verify_entry(proof, entry, [self._key.verifier])
        return 1e3 * (time.perf_counter() - began)


def _bytes_under(path: Path) -> int:
    return sum(found.stat().st_blocks * 512 for found in path.rglob("*") if found.is_file())
