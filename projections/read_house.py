"""Reading what views hold about the house: notices, roles, employees, measures. As `projections.read`."""

from uuid import UUID

from ledger.postgres import Session
from projections import measures as measures_view
from projections import notices, staff
from projections.measures import Measure
from projections.notices import Notice
from projections.read import each
from projections.staff import Employee, Role

__all__ = ["employees", "measures", "roles_by_id", "told_notices"]


def told_notices(session: Session) -> list[Notice]:
    """Every notice that was published, sorted by its stream."""
    return [state for _, state in each(session, notices.VIEW)]


def roles_by_id(session: Session) -> dict[str, Role]:
    """Every role by its bare id, sorted."""
    found = [state for _, state in each(session, staff.VIEW) if isinstance(state, Role)]
    return {role.role: role for role in sorted(found, key=lambda role: role.role)}


def employees(session: Session) -> dict[UUID, Employee]:
    """Every employee by stream; the house is small enough to be held in memory."""
    rows = each(session, staff.VIEW)
    return {stream: state for (stream, _), state in rows if isinstance(state, Employee)}


def measures(session: Session) -> list[Measure]:
    """Every measure of which something was said, in the order of their streams."""
    return [state for _, state in each(session, measures_view.VIEW)]
