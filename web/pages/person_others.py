"""Who received a person's data, what the person asked for, and the documents that the person gets."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from application.queries.cases.requests import RequestList, RequestRow
from application.queries.disclosures.received import Disclosures
from application.queries.disclosures.totals import totals_of
from documents.reports import ACCESS_REPORT, PORTABILITY_EXPORT, Report
from rulebook.calendar import day_of
from schemas.texts import LANGUAGES
from web.context import RequestContext
from web.linking import act, person_parts, person_to, to
from web.moments import day
from web.page import Page
from web.pages.common import days, filtered
from web.pages.given import flow_of, table
from web.pages.persons import head
from web.parts import Nothing, Table, columns, lines
from web.pieces import Deadline, Figure, Link, Tag
from web.problems import NotFound
from web.rendering import code
from web.resources.persons import LineParams, PersonParams, person_disclosures, person_requests
from web.words import counted, t

REPORTS: dict[str, Report[Any]] = {"access": ACCESS_REPORT, "portability": PORTABILITY_EXPORT}
RIGHTS = ("access", "portability")
"""What a document answers, the first one first."""
_FIRST = "pdf"  # what a person can read
SHOWN = 100
"""So many disclosures about one person stand on the page, the latest; the file has all of them."""


def _recipients(
    context: RequestContext, params: LineParams, answer: Disclosures
) -> Mapping[str, object]:
    rows, totals = answer.disclosures, totals_of(answer.disclosures)
    number, who = counted("disclosure", totals.disclosures), counted("recipient", totals.recipients)
    nothing = Nothing(t("recipients.nothing"), t("recipients.nothing_how"))
    latest = [*reversed(rows)][:SHOWN]
    shown = (flow_of(context, totals), table(context, latest, named=False)) if rows else (nothing,)
    chosen = filtered(context, act(*person_parts(params.reference), "recipients"), *days(params))
    said = t("recipients.said", number, who, totals.outside_eea)
    return head(context, params, "recipients", said) | {"parts": (chosen, *shown)}


def _requests(
    context: RequestContext, params: PersonParams, answer: RequestList
) -> Mapping[str, object]:
    said = t("asked.said", Figure(len(answer.requests), "#requests"), answer.open)
    headings = columns(*(t(f"asked.{name}") for name in ("request", "received", "status", "due")))
    rows = tuple(_request(context, row) for row in answer.requests)
    nothing = Nothing(t("asked.nothing"), t("asked.nothing_how"))
    part = Table(t("asked.caption"), headings, rows, "requests") if rows else nothing
    return head(context, params, "requests", said) | {"parts": (part,)}


def _request(context: RequestContext, row: RequestRow) -> tuple[object, ...]:
    known = context.has("requests")
    ref = (
        Link(to(context, "requests", row.request_ref), row.request_ref)
        if known
        else row.request_ref
    )
    status = code(row.status, "request_status")
    return (
        lines(ref, code(row.right, "right")),
        day(row.received_on),
        Tag(status, "bad" if row.overdue and row.ended_at is None else "plain"),
        _due(context, row),
    )


def _due(context: RequestContext, row: RequestRow) -> object:
    if row.ended_at is not None:
        return t("asked.ended", day(row.ended_at))
    if row.due_on is None:
        return Deadline(None, None, "paused")
    today = day_of(context.moment.as_of or context.now)
    return Deadline(row.due_on, (date.fromisoformat(row.due_on) - today).days)


def _documents(
    context: RequestContext, params: PersonParams, answer: RequestList
) -> Mapping[str, object]:
    if not context.may("requests"):
        raise NotFound
    still_open = [row for row in answer.requests if row.ended_at is None]
    refs = [(row.request_ref, row.request_ref) for row in still_open]
    # A document answers the request for it, which is chosen unless somebody chooses otherwise.
    asked_for = [row for row in still_open if row.right in RIGHTS]
    asked_for.sort(key=lambda row: RIGHTS.index(row.right))
    letters = Link(person_to(context, params.reference, "letters"), t("correspondence.title"))
    return head(context, params, "documents", t("documents.said")) | {
        "deeds": (letters,),
        "parts": (),
        "action": person_to(context, params.reference, "report"),
        "reports": tuple(
            (name, sorted(report.forms, key=lambda form: form != _FIRST))
            for name, report in REPORTS.items()
        ),
        "requests": [("", t("documents.no_request")), *refs],
        "chosen": asked_for[0].request_ref if asked_for else "",
        "languages": [(code, t(f"documents.in_{code}")) for code in LANGUAGES],
    }


RECIPIENTS = Page(
    "/persons/{kind}/{id}/recipients",
    "person",
    person_disclosures,
    "person_part.html",
    _recipients,
)
REQUESTS = Page(
    "/persons/{kind}/{id}/requests", "person", person_requests, "person_part.html", _requests
)
DOCUMENTS = Page(
    "/persons/{kind}/{id}/documents", "person", person_requests, "documents.html", _documents
)
PAGES = (RECIPIENTS, REQUESTS, DOCUMENTS)
