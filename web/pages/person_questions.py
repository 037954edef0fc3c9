"""Questions about persons by a form: who has this reference or this value, and documents for a person.

What is asked for stands in no address: neither a value, nor which document a person gets.
"""

from collections.abc import Mapping
from typing import Literal

from application.answer import Answer
from application.language import spoken
from application.queries.persons.search import (
    FoundPersons,
    find,
    is_searchable,
    make_searchable,
)
from documents.reports import ReportRequest, issued
from ledger.errors import Misconfigured
from schemas import is_person
from schemas.formats import Code, Id
from schemas.leaks import looks_personal
from schemas.references import kind_of
from schemas.texts import Language, field_name
from web.context import RequestContext
from web.exports import TYPES
from web.linking import person, person_to
from web.page import Form, FormData, Page
from web.pages.person_others import DOCUMENTS, REPORTS
from web.parts import Nothing, Table, columns
from web.pieces import Figure, Tag
from web.problems import NotForRole
from web.question import Download, Question, Shown
from web.reasons import REASON_CODES, Reason, ReasonCode
from web.resource import NoParams
from web.resources.finding_persons import SearchField, Searching, searching
from web.resources.persons import PersonId, PersonParams
from web.words import t

MEDIA = {
    "json": TYPES["json"],
    "csv": TYPES["csv"],
    "pdf": "application/pdf",
    "text": "text/plain; charset=utf-8",
    "html": "text/html; charset=utf-8",
}


class LookUp(FormData, frozen=True):
    """The reference of a person, such as customer/10023; of a customer the number alone."""

    reference: str


class FindBy(FormData, frozen=True):
    """A value of a field. `reason`, `case_ref`: why it is opened, where the reader must say so."""

    field: Code
    value: str
    reason: ReasonCode | None = None
    case_ref: Id | None = None


class ReportAsked(FormData, frozen=True):
    """Which document of which person in which form: `access.pdf`; for which request, in which language.

    The language is that of the person who gets it, not of who makes it.
    """

    kind: str
    id: PersonId
    what: Literal["access.json", "access.html", "access.pdf", "portability.json", "portability.csv"]
    request_ref: Id | None = None
    language: Language = "nl"


def _searching(
    context: RequestContext, _params: NoParams, answer: Searching
) -> Mapping[str, object]:
    fields = [(row.field, field_name(row.field, spoken())) for row in answer.fields]
    reasons = [(name, t(f"reason.{name}")) for name in REASON_CODES]
    return {
        "fields": fields,
        "reasons": reasons if any(row.reason for row in answer.fields) else [],
    }


def look_up(context: RequestContext, form: LookUp) -> str:
    """The page of a person, by reference. Raises NotFound, Misconfigured."""
    if not context.has("persons"):
        raise NotForRole
    text = form.reference.strip()
    reference = text if "/" in text else f"customer/{text}"
    if not is_person(reference):
        raise Misconfigured(
            "a subject looks like customer/10023 or customer/10023/contact/1", field="reference"
        )
    return person_to(context, reference)


def find_by(context: RequestContext, form: FindBy) -> Shown:
    """Who has or had a value. Raises NotFound for a field that the reader may not look for."""
    row = next(
        (row for row in searching.load(context, NoParams()).fields if row.field == form.field), None
    )
    if row is None:
        raise NotForRole
    asking = _with_reason(context, form, row) if row.reason else context
    if not row.reason:  # a reason is counted when it is taken
        context.count_opening()
    source = asking.source("find")
    if not is_searchable(source):
        make_searchable(context.site)
    found = find(source, form.field, form.value.strip())
    if not context.has("staff"):
        customers = [one for one in found.subjects if kind_of(one.subject) != "employee"]
        found = FoundPersons(found.field, customers)
    return Shown(FOUND, found)


def _with_reason(context: RequestContext, form: FindBy, row: SearchField) -> RequestContext:
    if form.reason is None:
        raise Misconfigured("say why you look for this person", field="reason")
    if form.case_ref and looks_personal(form.case_ref):
        raise Misconfigured("this looks like personal data: name the case", field="case_ref")
    return context.for_reason(Reason(form.reason, form.case_ref), row.category)


def _found(context: RequestContext, _params: NoParams, answer: Answer) -> Mapping[str, object]:
    assert isinstance(answer, FoundPersons)  # the answer of the question, not that of the page
    field = field_name(answer.field, spoken())
    rows = tuple(
        (
            person(context, row.subject),
            Tag(t("found.now"), "good") if row.current else t("found.once"),
        )
        for row in answer.subjects
    )
    table = Table(t("found.caption"), columns(t("found.who"), t("found.has", field)), rows, "found")
    nothing = Nothing(t("found.nothing"), t("found.nothing_how"))
    return {
        "said": t("found.said", Figure(len(rows), "#found"), field),
        "part": table if rows else nothing,
    }


def hand_out(context: RequestContext, form: ReportAsked) -> Download:
    """A document for a person, first recorded on the request that asks for it, as the command does."""
    if not context.may("requests"):
        raise NotForRole
    kind, _, written = form.what.partition(".")
    params = PersonParams(kind=form.kind, id=form.id)  # type: ignore[arg-type]
    source = context.whole_source("report")
    report, language = REPORTS[kind], form.language if kind == "access" else "en"
    asked = ReportRequest(params.reference, written, language, form.request_ref)
    content = issued(report, context.site, source, asked, context.settings.controller)
    return Download(f"{kind}.{written}", MEDIA[written], content)


FIND = Page("/persons", "person", searching, "persons.html", _searching, entry=True)
FOUND = Page("/persons", "person", searching, "found.html", _found)
PAGES = (FIND,)
FORMS = (Form("/persons/look-up", "person", None, LookUp, look_up, FIND),)
QUESTIONS = (
    Question("/persons/find", FindBy, find_by, FIND),
    Question("/persons/{kind}/{id}/report", ReportAsked, hand_out, DOCUMENTS),
)
