"""Entries of the open log beside what an order is told: which one each record is, and the proof of it."""

from ledger.errors import Halt
from ledger.storage.postgres import Session
from ledger.tlog.proving.left import row_entry
from ledger.tlog.proving.proof_file import encode_proof
from ledger.tlog.proving.reading import prove_under, published
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.merkle import hash_leaf
from ledger.tlog.tree.proofs import verify_inclusion


class Entries:
    """Names entries by their hash, and proves those that the log has published, all under one checkpoint."""

    def __init__(self, session: Session, log: LogFolder | None) -> None:
        """`session`: of the ledger of which they are. `log`: None where nothing is to be proven."""
        self._session = session
        self._log = log
        self._signed = published(log) if log else None

    @property
    def published(self) -> int:
        """The position of the last entry that the log has published; 0 where it has published none."""
        return self._signed.checkpoint.size if self._signed else 0

    def leaf(self, position: int) -> bytes:
        """The leaf hash of an entry, as the database holds it now. Raises Halt where it holds none."""
        entry = row_entry(self._session, position)
        if entry is None:
            raise Halt(f"position {position} is missing: see `ledger audit`")
        return hash_leaf(entry)

    def proof(self, position: int, leaf: bytes) -> str | None:
        """That the log holds this leaf there, as a file `.tlog-proof`; None where it is not published.

        Raises Unproven, also where the log holds another one.
        """
        signed = self._signed
        if self._log is None or signed is None or position > self.published:
            return None
        proof = prove_under(self._log, signed, position)
        size, root = signed.checkpoint.size, signed.checkpoint.root
        verify_inclusion(leaf, proof.index, size, proof.hashes, root)
        return encode_proof(proof).decode()
