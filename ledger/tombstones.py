"""Tombstones: what answers that a person was erased, for as long as that must be known."""

from datetime import datetime

from ledger.postgres import Session

__all__ = ["expire_tombstones"]


def expire_tombstones(session: Session, now: datetime) -> int:
    """Forget the tombstones whose date has come; how many there were. As the eraser. Idempotent.

    The fences stay: they name nobody, and what was erased must not come back from an old copy.
    """
    return session.run("expire_tombstones", now=now)
