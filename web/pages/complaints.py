"""What persons complained of: which complaints there are, and one of them with every act."""

from collections.abc import Mapping

from application.listings.complaints import COMPLAINT, COMPLAINTS
from application.listings.requests import REQUESTS
from application.queries.cases.complaints import ComplaintFile, ComplaintPage
from web.linking import to
from web.page import Page
from web.pages.common import acts, also, filtered, more
from web.pages.declared import filed, listed, title_of, title_of_file
from web.pieces import Link
from web.resources import requests as resources
from web.resources.requests import CaseParams, CasesParams
from web.visit import Visit
from web.words import counted, t


def _list(visit: Visit, params: CasesParams, answer: ComplaintPage) -> Mapping[str, object]:
    return {
        "title": title_of(COMPLAINTS),
        "said": _said(answer),
        "links": (Link(to(visit, "requests"), title_of(REQUESTS)), *_begun(visit)),
        "parts": (
            filtered(visit, "/complaints", also("all", params.all)),
            listed(visit, COMPLAINTS, answer.complaints, "complaints"),
        ),
        "more": more(visit, "complaints", params, answer.next),
        "forms": ("csv", "xlsx", "json"),
    }


def _begun(visit: Visit) -> tuple[object, ...]:
    if not visit.may("requests"):
        return ()
    return acts(visit, ("complaint-receive", "acts/receive-complaint", {}))


def _answering(visit: Visit, answer: ComplaintFile) -> tuple[object, ...]:
    """The form that answers it, while it waits for one."""
    if not (answer.open and visit.may("requests")):
        return ()
    name = answer.subject if isinstance(answer.subject, str) else None
    path = f"complaints/{answer.complaint_ref}/answer"
    return acts(visit, ("complaint-answer", path, {"subject": name}))


def _said(answer: ComplaintPage) -> object:
    if answer.open is None:
        return counted("complaint", len(answer.complaints))
    return t("complaints.said", counted("complaint", answer.open), answer.overdue)


def _file(visit: Visit, params: CaseParams, answer: ComplaintFile) -> Mapping[str, object]:
    return {
        "title": title_of_file(COMPLAINT, answer),
        "links": (Link(to(visit, "complaints"), title_of(COMPLAINTS)), *_answering(visit, answer)),
        "parts": tuple(filed(visit, COMPLAINT, answer)),
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
