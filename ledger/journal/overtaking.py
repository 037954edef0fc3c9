"""Erasures since a moment. A batch in flight that refers to their data subjects must be decided again.

The head counts erasures, and each has an event in a batch of erasures, so both say the same thing: how many
there were, and whom they were about. A batch that has nothing to do with them goes on.
"""

from typing import NamedTuple
from uuid import UUID

from ledger.errors import Halt
from ledger.storage.postgres import Session
from schemas import names

# Label of the batches in which keys are destroyed.
ERASE = "command:erase"
# Label of those in which it was decided that everything stays.
DECIDE = "command:decide"
_TYPES = [
    names.type_of(name)
    for name in (names.PERSONAL_DATA_ERASED, names.VALUES_RESEALED, names.ERASURE_REAPPLIED)
]
# More than this, and to begin anew costs less than to look at each.
_MOST_ERASURES = 5_000


class HeadState(NamedTuple):
    """How many erasures and batches the head has counted."""

    erasures: int
    batch: int


def head_state(session: Session) -> HeadState:
    """The state of the head. Raises Halt when its row is missing."""
    row = session.row("head_moment")
    if row is None:
        raise Halt("the head row is missing")
    return HeadState(*row)


def erased_between(session: Session, then: HeadState, now: HeadState) -> frozenset[UUID] | None:
    """Streams of which something was erased after `then`, up to `now`; None when that cannot be told."""
    count = now.erasures - then.erasures
    if count == 0:
        return frozenset()
    if not 0 < count <= _MOST_ERASURES:
        return None
    rows = session.rows("erased_between", then=then.batch, now=now.batch, label=ERASE, types=_TYPES)
    if len(rows) != count:
        return None
    return frozenset(stream for _, stream in rows)
