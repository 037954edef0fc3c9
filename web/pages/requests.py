"""What persons asked for: which requests there are, and one of them with every act."""

from collections.abc import Iterator, Mapping

from application.listings.complaints import COMPLAINTS
from application.listings.notifications import NOTIFICATIONS
from application.listings.requests import REQUEST, REQUESTS
from application.queries.cases.request_page import RequestPage
from application.queries.cases.requests import RequestFile
from application.queries.reports.letters import fitting_letters
from rulebook import RIGHTS
from web.acts import options
from web.context import RequestContext
from web.linking import person_to, to
from web.moments import day
from web.page import Page
from web.pages.common import Offered, acts, also, choice, filtered, more
from web.pages.declared import filed, listed, title_of, title_of_file
from web.parts import Input
from web.pieces import Link
from web.resources import requests as resources
from web.resources.requests import CaseParams, RequestsParams
from web.words import counted, t


def _list(
    context: RequestContext, params: RequestsParams, answer: RequestPage
) -> Mapping[str, object]:
    return {
        "title": title_of(REQUESTS),
        "said": _said(context, answer),
        "links": _links(context),
        "parts": (
            _filter(context, params),
            listed(context, REQUESTS, answer.requests, "requests"),
        ),
        "more": more(context, "requests", params, answer.next),
        "forms": ("csv", "xlsx", "json"),
    }


def _said(context: RequestContext, answer: RequestPage) -> object:
    first = next((row.due_on for row in answer.requests if row.due_on and not row.ended_at), None)
    if answer.open is None:
        return counted("request", len(answer.requests))
    if not answer.open:
        return t("requests.none_open")
    if answer.overdue:
        late = Link(to(context, "requests", overdue="true"), counted("request", answer.overdue))
        return t("requests.said_overdue", counted("request", answer.open), late)
    if first is None:
        return t("requests.said", counted("request", answer.open))
    return t("requests.said_due", counted("request", answer.open), day(first))


def _links(context: RequestContext) -> tuple[object, ...]:
    opening: Offered = ("request-open", "acts/open-request", {})
    return (
        Link(to(context, "complaints"), title_of(COMPLAINTS)),
        Link(to(context, "notifications"), title_of(NOTIFICATIONS)),
        *(acts(context, opening) if context.may("requests") else ()),
    )


def _filter(context: RequestContext, params: RequestsParams) -> object:
    return filtered(
        context,
        "/requests",
        choice("right", options("right", RIGHTS), params.right),
        Input("subject", value=params.subject or "", hint="subject"),
        also("all", params.all),
        also("overdue", params.overdue),
    )


def _file(context: RequestContext, params: CaseParams, answer: RequestFile) -> Mapping[str, object]:
    return {
        "title": title_of_file(REQUEST, answer),
        "links": (*_documents(context, answer), *_acts(context, params, answer)),
        "parts": tuple(filed(context, REQUEST, answer)),
        "forms": ("json",),
    }


def _documents(context: RequestContext, answer: RequestFile) -> Iterator[Link]:
    """Where the document is made that the right asks for, and letters."""
    if context.may("requests") and fitting_letters(answer):
        yield Link(
            to(context, "requests", answer.request_ref, "letters"), t("correspondence.title")
        )
    wanted = answer.right in {"access", "portability"} and context.may("requests")
    if wanted and context.has("persons") and isinstance(answer.subject, str):
        yield Link(person_to(context, answer.subject, "documents"), t("part.documents"))


def _acts(context: RequestContext, params: CaseParams, answer: RequestFile) -> tuple[object, ...]:
    """What may be done with it, by a role that may."""
    if answer.ended_at or not context.may("requests"):
        return ()
    case, whose = f"requests/{answer.request_ref}", {"subject": params.subject}
    done = {"extend": answer.extended, "verify": answer.identity == "verified"}
    named = (name for name in _ON_A_CASE if not done.get(name))
    offered: list[Offered] = [(f"request-{name}", f"{case}/{name}", {**whose}) for name in named]
    return acts(context, *offered, *_deciding(context, answer))


def _deciding(context: RequestContext, answer: RequestFile) -> Iterator[Offered]:
    """To decide on the data, where the right asks for an erasure."""
    if answer.right in {"erasure", "objection"} and context.may("decisions"):
        name = answer.subject if isinstance(answer.subject, str) else None
        yield "decide", "acts/decide", {"subject": name, "request": answer.request_ref}


_ON_A_CASE = ("verify", "extend", "answer", "refuse", "close")
PAGES = (
    Page(
        "/requests",
        "requests",
        resources.requests,
        "parts.html",
        _list,
        entry=True,
        export=resources.every_request,
    ),
    Page("/requests/{ref}", "requests", resources.request, "parts.html", _file),
)
