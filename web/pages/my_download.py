"""The documents that a person of the portal takes along: those that the office hands out, the same bytes."""

from collections.abc import Mapping
from typing import Literal

from application.queries.cases.requests import RequestList
from application.queries.reports.own import own
from documents.reports import Asked, issued
from web.page import FormData, Page
from web.pages.person_others import REPORTS
from web.pages.person_questions import MEDIA
from web.portal import HOME
from web.question import Download, Question
from web.resource import NoParams
from web.resources.own import own_requests
from web.visit import Visit
from web.words import t

DOWNLOAD = f"{HOME}/download"


class DocumentAsked(FormData, frozen=True):
    """Which document in which form: `access.pdf`."""

    what: Literal["access.json", "access.html", "access.pdf", "portability.json", "portability.csv"]


def _page(_visit: Visit, _params: NoParams, answer: RequestList) -> Mapping[str, object]:
    waiting = any(
        row.ended_at is None and row.right in {"access", "portability"} for row in answer.requests
    )
    return {
        "title": t("my-download.title"),
        "said": t("my-download.said"),
        "waiting": t("my-download.waiting") if waiting else None,
        "reports": (("access", ("pdf", "html", "json")), ("portability", ("csv", "json"))),
    }


def hand_out(visit: Visit, form: DocumentAsked) -> Download:
    """A document about the person who asks. It answers no request, so nothing is recorded of it."""
    kind, _, written = form.what.partition(".")
    source = visit.own_source("own-report")
    own(source, visit.principal.reference)
    language = visit.language if kind == "access" else "en"
    asked = Asked(visit.principal.reference, written, language)
    content = issued(REPORTS[kind], visit.site, source, asked, visit.settings.controller)
    return Download(f"{kind}.{written}", MEDIA[written], content)


PAGE = Page(DOWNLOAD, "my-download", own_requests, "my_download.html", _page, entry=True)
QUESTIONS = (Question(DOWNLOAD, DocumentAsked, hand_out, PAGE),)
