"""Whether an employee holds a role now, and whether the house registers roles at all.

The employee's own stream is folded on the spot, so that a grant or its end counts at once. Only grants count
that give power (`powers.gives_none`): an event that any system may send gives no role and ends none.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from functools import partial
from uuid import UUID

from ledger.errors import Halt
from ledger.library.reader import LedgerReader
from ledger.reading import newest
from ledger.storage.postgres import Session
from ledger.stored import decode_row
from projections.folds.powers import gives_none
from projections.folds.timetravel import fold_at
from projections.reading.house import employees
from projections.reading.views import bookmark_of
from projections.views import staff
from projections.views.staff import Employee, Grant, powers_of, roles_at
from schemas import names

_GRANTED = names.type_of(names.ROLE_GRANTED)


def grant_of(
    session: Session,
    streams: Sequence[UUID],
    role: str,
    time: datetime,
    privacy_office: Collection[str] = (),
) -> Grant | None:
    """The grant by which an employee, known by these streams, holds a role by all that is recorded."""
    reader, fold = (
        LedgerReader(session, reads=False),
        partial(fold_at, staff.VIEW, privacy_office=privacy_office),
    )
    for stream in streams:
        row = (reader.folded(stream, fold) or {}).get("")
        if isinstance(row, Employee) and (grant := roles_at(powers_of(row), time).get(role)):
            return grant
    return None


def staff_is_registered(session: Session, privacy_office: Collection[str] = ()) -> bool:
    """Whether anybody was ever granted a role, as the view has it or an event that it has not reached."""
    try:
        position = bookmark_of(session, staff.VIEW).position
    except Halt:  # the view is of another version: the events say it
        position = 0
    if position and any(powers_of(row).grants for row in employees(session).values()):
        return True
    after = session.of("projections").stream("granted_after", position=position, type=_GRANTED)
    return any(not gives_none(newest(decode_row(*row)), privacy_office) for row in after)
