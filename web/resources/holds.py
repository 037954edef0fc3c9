"""Legal holds, and acts that wait for a second person."""

from application.queries.keeping.holds import (
    HoldPage,
    HoldsInForce,
    all_holds,
    hold_page,
    holds_of,
    holds_over,
)
from application.queries.oversight.approvals import WaitingApprovals, waiting_approvals
from application.queries.parts import LIMIT, Part
from web.context import RequestContext
from web.resource import NoParams, Params, resource
from web.resources.periods import Key, Limit, subject_named


class HoldsParams(Params, frozen=True, kw_only=True):
    """Over whose data; of everybody without it."""

    subject: str | None = None
    after: Key = None
    limit: Limit = LIMIT


@resource("/holds", "holds", name="hold", rows="holds")
def holds(context: RequestContext, params: HoldsParams) -> HoldPage:
    """The holds in force, by when they are reviewed; part by part."""
    source, subject = context.source("hold"), subject_named(params.subject)
    if subject:
        return holds_over(source, subject)
    return hold_page(source, Part(params.after, params.limit))


@resource("/holds", "holds", name="hold", rows="holds")
def every_hold(context: RequestContext, params: HoldsParams) -> HoldsInForce:
    """The same, all of them."""
    source, subject = context.source("hold"), subject_named(params.subject)
    return HoldsInForce(list(holds_of(source, subject) if subject else all_holds(source)))


@resource("/approvals", "approvals", name="approvals", rows="approvals")
def approvals(context: RequestContext, params: NoParams) -> WaitingApprovals:
    """Acts that one person approved, and that wait for a second one."""
    return waiting_approvals(context.source("approvals"))


RESOURCES = (holds, approvals)
