"""Breaches and suspected misuse: which cases there are, one of them, and its notification as a document."""

from collections.abc import Iterator, Mapping

from application.queries.cases.breach_notice import BreachNotice
from application.queries.cases.incidents import IncidentFile, IncidentPage, IncidentRow
from application.words import code_word, say
from documents.breach_notice import notice_page
from web.linking import person, to
from web.moments import when
from web.names import cited
from web.page import File, Page
from web.pages.common import (
    Offered,
    acts,
    also,
    clock,
    clocks_table,
    filtered,
    headings,
    more,
    pairs,
    steps_table,
    streams_of,
)
from web.parts import Definitions, Nothing, Notice, Table, columns, lines
from web.pieces import Link, Tag
from web.rendering import code
from web.resources import incidents as resources
from web.resources.incidents import BreachParams
from web.resources.requests import CaseParams, CasesParams
from web.visit import Visit
from web.words import counted, grouped, t


def _list(visit: Visit, params: CasesParams, answer: IncidentPage) -> Mapping[str, object]:
    table = Table(
        t("incidents.title"),
        headings("incidents", "incident about since clocks status"),
        tuple(_row(visit, row) for row in answer.incidents),
    )
    nothing = Nothing(t("incidents.nothing"), t("incidents.nothing_how"))
    return {
        "title": t("incidents.title"),
        "said": _said(answer),
        "links": _begun(visit),
        "parts": (
            filtered(visit, "/incidents", also("all", params.all)),
            table if answer.incidents else nothing,
        ),
        "more": more(visit, "incidents", params, answer.next),
        "forms": ("csv", "xlsx", "json"),
    }


def _said(answer: IncidentPage) -> object:
    if answer.open is None:
        return counted("incident", len(answer.incidents))
    return t("incidents.said", counted("incident", answer.open), answer.overdue)


def _begun(visit: Visit) -> tuple[object, ...]:
    if not visit.may("incidents"):
        return ()
    detect: Offered = ("incident-detect", "acts/detect-breach", {})
    suspect: Offered = ("incident-suspect", "acts/suspect-misuse", {})
    return acts(visit, detect, *([suspect] if visit.has("persons") else ()))


def _row(visit: Visit, row: IncidentRow) -> tuple[object, ...]:
    name = _person(row)
    return (
        lines(
            Link(to(visit, "incidents", row.ref, subject=name), row.ref),
            code(row.kind, "incident_kind"),
        ),
        person(visit, row.subject) if row.kind == "misuse" else None,
        when(row.since),
        lines(*(clock(visit, it) for it in row.clocks)),
        lines(*_standing(row)),
    )


def _person(row: IncidentRow) -> str | None:
    """Whose case it is; a breach is about no single person."""
    return row.subject if row.kind == "misuse" and isinstance(row.subject, str) else None


def _standing(row: IncidentRow) -> Iterator[object]:
    yield say("incident", "open" if row.open else "closed")
    if row.risk:
        yield t("incidents.risk", code(row.risk, "risk"))
    if row.overdue:
        yield Tag(t("incidents.overdue"), "bad")


def _file(visit: Visit, params: CaseParams, answer: IncidentFile) -> Mapping[str, object]:
    values = (
        code(answer.kind, "incident_kind"),
        person(visit, answer.subject) if answer.kind == "misuse" else None,
        when(answer.since),
        code_word("risk", answer.risk),
        _must_tell(answer),
        answer.persons_told,
        lines(*_standing(answer)),
    )
    facts = pairs("incident", "kind about since risk must_tell told status", values)
    return {
        "title": say("incident", "title", answer.ref),
        "links": (*_documents(visit, answer), *_acts(visit, params, answer)),
        "parts": (
            Definitions(facts),
            clocks_table(visit, answer.clocks),
            steps_table(visit, answer.steps, streams_of(visit, answer.subject)),
        ),
        "forms": ("json",),
    }


def _must_tell(answer: IncidentFile) -> object:
    if answer.kind == "breach" and answer.risk is None:
        return say("incident", "not-assessed")
    return answer.persons_must_be_told


def _documents(visit: Visit, answer: IncidentFile) -> tuple[object, ...]:
    if answer.kind != "breach":
        return ()
    return (Link(to(visit, "incidents", answer.ref, "notification"), t("notification.title")),)


def _acts(visit: Visit, params: CaseParams, answer: IncidentFile) -> tuple[object, ...]:
    if answer.ended_at or not visit.may("incidents"):
        return ()
    names = (
        ("assess", "notify", "tell", "close") if answer.kind == "breach" else ("warn", "resolve")
    )
    whose = {"subject": params.subject if answer.kind == "misuse" else None}
    return acts(
        visit,
        *((f"incident-{name}", f"incidents/{answer.ref}/{name}", whose) for name in names),
    )


def _notification(visit: Visit, params: BreachParams, answer: BreachNotice) -> Mapping[str, object]:
    items = tuple(
        (
            t(f"notification.{item.item}"),
            cited(f"GDPR art. {item.article}"),
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
            Link(to(visit, "incidents", answer.ref), say("incident", "title", answer.ref)),
            Link(
                to(visit, "incidents", answer.ref, "notification", format="html"),
                t("notification.document"),
            ),
        ),
        "parts": tuple(
            part for part in (missing, table, clocks_table(visit, answer.clocks)) if part
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
