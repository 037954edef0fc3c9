"""Answers about one event."""

from typing import Annotated

from msgspec import Meta

from application.queries.persons.one_event import EventShown, one_event, reference_of
from ledger.errors import UnknownSubject
from schemas.references import Kind, kind_of
from web.context import RequestContext
from web.resource import Params, resource
from web.rights import Part

PART_OF: dict[Kind, Part] = {
    "recipient": "disclosures",
    "activity": "register",
    "measure": "register",
    "notice": "register",
    "system": "operations",
    "role": "staff",
    "breach": "incidents",
    "employee": "staff",
}
"""Which part of the console an entry belongs to: who has that part may see events about the entry."""
ITSELF: Part = "staff"
"""Of the ledger's own account: answers about many, and who read them."""


class EventParams(Params, frozen=True):
    """Which event: its place in the ledger."""

    position: Annotated[int, Meta(ge=1, le=2**63 - 1)]


@resource("/events/{position}", "persons", name="event", timed=True)
def event(context: RequestContext, params: EventParams) -> EventShown:
    """One event with all that it says, and the rules that it breaks."""
    source = context.source("event")
    reference = reference_of(source, params.position)
    if reference is not None:
        kind = kind_of(reference)
        if not context.has(PART_OF.get(kind, ITSELF) if kind else ITSELF):
            raise UnknownSubject
    shown = one_event(
        source,
        params.position,
        context.moment,
        context.language,
        with_findings=context.has("findings"),
    )
    is_staff = isinstance(shown.subject, str) and kind_of(shown.subject) == "employee"
    if is_staff and not context.has("staff"):
        raise UnknownSubject
    return shown


RESOURCES = (event,)
