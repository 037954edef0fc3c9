"""Opening masked values of a person: the reader says why, and the values show for a while."""

from typing import get_args
from urllib.parse import quote

from ledger.errors import Misconfigured
from schemas import CATEGORIES
from schemas.formats import Code, Id
from schemas.leaks import looks_personal
from web.context import RequestContext
from web.linking import to
from web.page import Form, FormData
from web.pages import persons
from web.pages.values import may_open
from web.problems import NotForRole
from web.reasons import Reason, ReasonCode
from web.resources.persons import PersonId

REASONS: tuple[str, ...] = get_args(ReasonCode)


class OpeningForm(FormData, frozen=True):
    """What is opened, and why. `case_ref`: the request, incident or question that it is for."""

    kind: str
    id: PersonId
    category: Code
    reason: ReasonCode
    case_ref: Id | None = None


class ClosingForm(FormData, frozen=True):
    """Whose values are closed again."""

    kind: str
    id: PersonId


def open_values(context: RequestContext, form: OpeningForm) -> str:
    """Open a category of a person. Raises NotFound, Misconfigured or TooMany."""
    if not may_open(context):
        raise NotForRole
    if form.category not in CATEGORIES:
        raise Misconfigured("this category is unknown", field="category")
    if form.case_ref and looks_personal(form.case_ref):
        raise Misconfigured("this looks like personal data: name the case", field="case_ref")
    subject = f"{form.kind}/{form.id}"
    context.state_reason(subject, Reason(form.reason, form.case_ref), form.category)
    return f"{_address(context, subject)}#{quote(form.category)}"


def close_values(context: RequestContext, form: ClosingForm) -> str:
    """Close what was opened of a person. Raises NotFound for a role that opens nothing."""
    if not may_open(context):
        raise NotForRole
    subject = f"{form.kind}/{form.id}"
    context.forget_reason(subject)
    return _address(context, subject)


def _address(context: RequestContext, subject: str) -> str:
    return to(context, "persons", *subject.split("/"))


FORMS = (
    Form("/persons/{kind}/{id}/open", "person", None, OpeningForm, open_values, persons.PAGES[0]),
    Form("/persons/{kind}/{id}/close", "person", None, ClosingForm, close_values),
)
