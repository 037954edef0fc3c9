"""Reading what views hold about the house: roles and employees. As `projections.reading.views`."""

from uuid import UUID

from ledger.storage.postgres import Session
from projections.findings import view as findings
from projections.reading.views import bookmark_of, each
from projections.views import staff
from projections.views.staff import Employee, Role


def roles_by_id(session: Session) -> dict[str, Role]:
    """Every role by its bare id, sorted."""
    roles = [state for _, state in each(session, staff.VIEW) if isinstance(state, Role)]
    return {role.role: role for role in sorted(roles, key=lambda role: role.role)}


def employees(session: Session) -> dict[UUID, Employee]:
    """Every employee by stream; the house is small enough to be held in memory."""
    rows = each(session, staff.VIEW)
    return {stream: state for (stream, _), state in rows if isinstance(state, Employee)}


def registered_systems(session: Session) -> list[str]:
    """References of every system that was registered, such as `system/crm`, sorted."""
    bookmark_of(session, findings.VIEW)
    rows = session.of("projections").named("systems", {"table": findings.VIEW.name})
    return sorted(name for name, _ in rows)
