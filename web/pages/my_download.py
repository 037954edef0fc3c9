"""The documents that a person of the portal takes along: those that the office hands out, the same bytes."""

from collections.abc import Mapping
from typing import Literal

from application.queries.cases.requests import RequestList
from application.queries.reports.own import own
from documents.reports import ReportRequest, issued
from web.context import RequestContext
from web.page import FormData, Page
from web.pages.person_others import REPORTS
from web.pages.person_questions import MEDIA
from web.portal import HOME
from web.question import Download, Question
from web.resource import NoParams
from web.resources.own import own_requests
from web.words import t

DOWNLOAD = f"{HOME}/download"


class DocumentAsked(FormData, frozen=True):
    """Which document in which form: `access.pdf`."""

    what: Literal["access.json", "access.html", "access.pdf", "portability.json", "portability.csv"]


def _page(_visit: RequestContext, _params: NoParams, answer: RequestList) -> Mapping[str, object]:
    waiting = any(
        row.ended_at is None and row.right in {"access", "portability"} for row in answer.requests
    )
    return {
        "title": t("my-download.title"),
        "said": t("my-download.said"),
        "waiting": t("my-download.waiting") if waiting else None,
        "reports": (("access", ("pdf", "html", "json")), ("portability", ("csv", "json"))),
    }


def hand_out(context: RequestContext, form: DocumentAsked) -> Download:
    """A document about the person who asks. It answers no request, so nothing is recorded of it."""
    kind, _, written = form.what.partition(".")
    source = context.own_source("own-report")
    own(source, context.principal.reference)
    language = context.language if kind == "access" else "en"
    asked = ReportRequest(context.principal.reference, written, language)
    content = issued(REPORTS[kind], context.site, source, asked, context.settings.controller)
    return Download(f"{kind}.{written}", MEDIA[written], content)


PAGE = Page(DOWNLOAD, "my-download", own_requests, "my_download.html", _page, entry=True)
QUESTIONS = (Question(DOWNLOAD, DocumentAsked, hand_out, PAGE),)
