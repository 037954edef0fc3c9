"""What persons complained of: which complaints there are, and one of them with every act."""

from collections.abc import Iterator, Mapping

import rulebook
from application.queries.cases.complaints import ComplaintFile, ComplaintPage, ComplaintRow
from application.words import say, told_in
from rulebook.calendar import last_day
from schemas.formats import instant_of
from web.linking import person, to
from web.moments import day, when
from web.page import Page
from web.pages.common import (
    acts,
    also,
    clocks_table,
    days_left,
    filtered,
    headings,
    more,
    pairs,
    steps_table,
    streams_of,
)
from web.parts import Definitions, Nothing, Table, lines
from web.pieces import Deadline, Link, Tag
from web.rendering import code
from web.resources import requests as resources
from web.resources.requests import CaseParams, CasesParams
from web.visit import Visit
from web.words import counted, t


def _list(visit: Visit, params: CasesParams, answer: ComplaintPage) -> Mapping[str, object]:
    table = Table(
        t("complaints.title"),
        headings("complaint", "complaint about received clock status"),
        tuple(_row(visit, row) for row in answer.complaints),
    )
    nothing = Nothing(t("complaints.nothing"), t("complaints.nothing_how"))
    return {
        "title": t("complaints.title"),
        "said": _said(answer),
        "links": (Link(to(visit, "requests"), t("requests.title")), *_begun(visit)),
        "parts": (
            filtered(visit, "/complaints", also("all", params.all)),
            table if answer.complaints else nothing,
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


def _row(visit: Visit, row: ComplaintRow) -> tuple[object, ...]:
    name = row.subject if isinstance(row.subject, str) else None
    return (
        Link(to(visit, "complaints", row.complaint_ref, subject=name), row.complaint_ref),
        person(visit, row.subject),
        lines(when(row.received_at), code(row.via, "channel")),
        _due(visit, row),
        lines(*_standing(visit, row)),
    )


def _due(visit: Visit, row: ComplaintRow) -> object:
    too_late = instant_of(row.due)
    assert too_late is not None
    last = last_day(too_late)
    if row.open:
        return Deadline(last, days_left(visit, last))
    return lines(day(last), Tag(say("clock", row.clock.state)))


def _standing(visit: Visit, row: ComplaintRow) -> Iterator[object]:
    yield say("complaint", "open" if row.open else "answered")
    if row.outcome:
        yield code(row.outcome, "complaint-outcome")
    for id in row.findings:
        title = told_in(rulebook.rule(id), "title")
        yield Link(to(visit, "rules", id), title) if visit.has("findings") else title


def _file(visit: Visit, params: CaseParams, answer: ComplaintFile) -> Mapping[str, object]:
    answered = when(answer.answered_at) if answer.answered_at else None
    values = (
        person(visit, answer.subject),
        lines(when(answer.received_at), code(answer.via, "channel")),
        _due(visit, answer),
        lines(answered, code(answer.answered_via, "channel") if answered else None),
        lines(*_standing(visit, answer)),
    )
    facts = pairs("complaint", "about received clock answered-at status", values)
    return {
        "title": say("complaint", "title", answer.complaint_ref),
        "links": (Link(to(visit, "complaints"), t("complaints.title")), *_answering(visit, answer)),
        "parts": (
            Definitions(facts),
            clocks_table(visit, [answer.clock]),
            steps_table(visit, answer.steps, streams_of(visit, answer.subject)),
        ),
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
