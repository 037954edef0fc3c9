"""What persons complained of: which complaints there are, and one of them with every act."""

from collections.abc import Mapping

from application.listings.complaints import COMPLAINT, COMPLAINTS
from application.listings.requests import REQUESTS
from application.queries.cases.complaints import ComplaintFile, ComplaintPage
from web.context import RequestContext
from web.linking import to
from web.page import Page
from web.pages.common import acts, also, filtered, more
from web.pages.declared import filed, listed, title_of, title_of_file
from web.pieces import Link
from web.resources import requests as resources
from web.resources.requests import CaseParams, CasesParams
from web.words import counted, t


def _list(
    context: RequestContext, params: CasesParams, answer: ComplaintPage
) -> Mapping[str, object]:
    return {
        "title": title_of(COMPLAINTS),
        "said": _said(answer),
        "links": (Link(to(context, "requests"), title_of(REQUESTS)), *_begun(context)),
        "parts": (
            filtered(context, "/complaints", also("all", params.all)),
            listed(context, COMPLAINTS, answer.complaints, "complaints"),
        ),
        "more": more(context, "complaints", params, answer.next),
        "forms": ("csv", "xlsx", "json"),
    }


def _begun(context: RequestContext) -> tuple[object, ...]:
    if not context.may("requests"):
        return ()
    return acts(context, ("complaint-receive", "acts/receive-complaint", {}))


def _answering(context: RequestContext, answer: ComplaintFile) -> tuple[object, ...]:
    """The form that answers it, while it waits for one."""
    if not (answer.open and context.may("requests")):
        return ()
    name = answer.subject if isinstance(answer.subject, str) else None
    path = f"complaints/{answer.complaint_ref}/answer"
    return acts(context, ("complaint-answer", path, {"subject": name}))


def _said(answer: ComplaintPage) -> object:
    if answer.open is None:
        return counted("complaint", len(answer.complaints))
    return t("complaints.said", counted("complaint", answer.open), answer.overdue)


def _file(
    context: RequestContext, params: CaseParams, answer: ComplaintFile
) -> Mapping[str, object]:
    return {
        "title": title_of_file(COMPLAINT, answer),
        "links": (
            Link(to(context, "complaints"), title_of(COMPLAINTS)),
            *_answering(context, answer),
        ),
        "parts": tuple(filed(context, COMPLAINT, answer)),
        "forms": ("json",),
    }


PAGES = (
    Page(
        "/complaints",
        "requests",
        resources.complaints,
        "parts.html",
        _list,
        export=resources.every_complaint,
    ),
    Page("/complaints/{ref}", "requests", resources.complaint, "parts.html", _file),
)
