"""Legal holds, and acts that wait for a second person."""

from application.queries.keeping.holds import HoldsInForce, all_holds, holds_of
from application.queries.oversight.approvals import WaitingApprovals, waiting_approvals
from web.resource import NoParams, Params, resource
from web.resources.periods import subject_named
from web.visit import Visit


class HoldsParams(Params, frozen=True, kw_only=True):
    """Over whose data; of everybody without it. `after`: the key after which a page goes on."""

    subject: str | None = None
    after: str | None = None


@resource("/holds", "holds", name="hold", rows="holds")
def holds(visit: Visit, params: HoldsParams) -> HoldsInForce:
    """The holds in force, by when they are reviewed."""
    source, subject = visit.source("hold"), subject_named(params.subject)
    return HoldsInForce(list(holds_of(source, subject) if subject else all_holds(source)))


@resource("/approvals", "approvals", name="approvals", rows="approvals")
def approvals(visit: Visit, params: NoParams) -> WaitingApprovals:
    """Acts that one person approved, and that wait for a second one."""
    return waiting_approvals(visit.source("approvals"))


RESOURCES = (holds, approvals)
