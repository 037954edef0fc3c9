"""Breaches and suspected misuse: which cases there are, one of them, and its notification as a document."""

from collections.abc import Mapping

from application.listings.incidents import INCIDENT, INCIDENTS
from application.queries.cases.breach_notice import BreachNotice, citation_of
from application.queries.cases.incidents import IncidentFile, IncidentPage
from application.words import say
from documents.breach_notice import notice_page
from web.context import RequestContext
from web.linking import to
from web.names import cited
from web.page import File, Page
from web.pages.common import Offered, acts, also, clocks_table, filtered, more
from web.pages.declared import filed, listed, title_of, title_of_file
from web.parts import Notice, Table, columns, lines
from web.pieces import Link, Tag
from web.rendering import code
from web.resources import incidents as resources
from web.resources.incidents import BreachParams
from web.resources.requests import CaseParams, CasesParams
from web.words import counted, grouped, t


def _list(
    context: RequestContext, params: CasesParams, answer: IncidentPage
) -> Mapping[str, object]:
    return {
        "title": title_of(INCIDENTS),
        "said": _said(answer),
        "links": _begun(context),
        "parts": (
            filtered(context, "/incidents", also("all", params.all)),
            listed(context, INCIDENTS, answer.incidents, "incidents"),
        ),
        "more": more(context, "incidents", params, answer.next),
        "forms": ("csv", "xlsx", "json"),
    }


def _said(answer: IncidentPage) -> object:
    if answer.open is None:
        return counted("incident", len(answer.incidents))
    return t("incidents.said", counted("incident", answer.open), answer.overdue)


def _begun(context: RequestContext) -> tuple[object, ...]:
    if not context.may("incidents"):
        return ()
    detect: Offered = ("incident-detect", "acts/detect-breach", {})
    suspect: Offered = ("incident-suspect", "acts/suspect-misuse", {})
    return acts(context, detect, *([suspect] if context.has("persons") else ()))


def _file(
    context: RequestContext, params: CaseParams, answer: IncidentFile
) -> Mapping[str, object]:
    return {
        "title": title_of_file(INCIDENT, answer),
        "links": (*_documents(context, answer), *_acts(context, params, answer)),
        "parts": tuple(filed(context, INCIDENT, answer)),
        "forms": ("json",),
    }


def _documents(context: RequestContext, answer: IncidentFile) -> tuple[object, ...]:
    if answer.kind != "breach":
        return ()
    links = [Link(to(context, "incidents", answer.ref, "notification"), t("notification.title"))]
    if context.may("requests"):
        links.append(
            Link(to(context, "incidents", answer.ref, "letters"), t("correspondence.title"))
        )
    return tuple(links)


def _acts(context: RequestContext, params: CaseParams, answer: IncidentFile) -> tuple[object, ...]:
    if answer.ended_at or not context.may("incidents"):
        return ()
    names = (
        ("assess", "notify", "tell", "close") if answer.kind == "breach" else ("warn", "resolve")
    )
    whose = {"subject": params.subject if answer.kind == "misuse" else None}
    return acts(
        context,
        *((f"incident-{name}", f"incidents/{answer.ref}/{name}", whose) for name in names),
    )


def _notification(
    context: RequestContext, params: BreachParams, answer: BreachNotice
) -> Mapping[str, object]:
    items = tuple(
        (
            t(f"notification.{item.item}"),
            cited(citation_of(item.article)),
            lines(*(_told_of(item.item, said) for said in item.said.values())),
            Tag(t("notification.missing"), "due") if item.missing else None,
        )
        for item in answer.items
    )
    table = Table(
        t("notification.items"),
        columns(*(t(f"notification.{name}") for name in ("item", "law", "said", "standing"))),
        items,
    )
    missing = (
        Notice(t("notification.some_missing", len(answer.missing))) if answer.missing else None
    )
    return {
        "title": t("notification.title"),
        "said": t("notification.of", answer.ref),
        "links": (
            Link(to(context, "incidents", answer.ref), say("incident", "title", answer.ref)),
            Link(
                to(context, "incidents", answer.ref, "notification", format="html"),
                t("notification.document"),
            ),
        ),
        "parts": tuple(
            part for part in (missing, table, clocks_table(context, answer.clocks)) if part
        ),
        "forms": ("json",),
    }


_ABOUT = {"nature": "nature", "categories": "category"}


def _told_of(item: str, said: object) -> object:
    """What was said of an item: codes in words, a number as it stands in a text."""
    if isinstance(said, list):
        about = _ABOUT.get(item)
        return ", ".join(code(one, about) if about else one for one in said)
    return grouped(said) if isinstance(said, int) else said


DOCUMENT = File("text/html; charset=utf-8", notice_page)
PAGES = (
    Page(
        "/incidents",
        "incidents",
        resources.incidents,
        "parts.html",
        _list,
        entry=True,
        export=resources.every_incident,
    ),
    Page("/incidents/{ref}", "incidents", resources.incident, "parts.html", _file),
    Page(
        "/incidents/{ref}/notification",
        "incidents",
        resources.notification,
        "parts.html",
        _notification,
        files={"html": DOCUMENT},
    ),
)
