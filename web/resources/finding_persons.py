"""By which values a reader may look for a person."""

from application.answer import Answer
from ledger.crypto.layouts import BLIND_FIELDS
from ledger.keys.opening import Missing
from schemas import PERSONAL_FIELDS
from web.context import RequestContext
from web.resource import NoParams, resource


class SearchField(Answer, frozen=True):
    """A field by whose value persons are found. `reason`: whether the reader must say why."""

    field: str
    category: str
    reason: bool


class Searching(Answer, frozen=True):
    """The fields by whose values the reader may look for persons: of categories that they may open."""

    fields: list[SearchField]


@resource("/persons", "persons", name="find", rows="fields", timed=True)
def searching(context: RequestContext, params: NoParams) -> Searching:
    """By which fields the reader may look for a person. A value is asked for by a form, never by address."""
    sight = context.source("find").reads.sight
    fields = []
    for field in sorted(BLIND_FIELDS):
        category = PERSONAL_FIELDS[field]
        unseen = sight.unseen(category)
        masked = unseen is Missing.MASKED and context.rights.others == "masked"
        if unseen is None or masked:
            fields.append(SearchField(field, category, masked))
    return Searching(fields)


RESOURCES = (searching,)
