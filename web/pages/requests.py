"""What persons asked for: which requests there are, and one of them with every act."""

from collections.abc import Iterator, Mapping
from uuid import UUID

from application.queries.cases.request_page import RequestPage
from application.queries.cases.requests import (
    CategoryDecision,
    RequestFile,
    RequestRow,
)
from application.words import code_word, say
from rulebook import RIGHTS
from web.acts import options
from web.linking import person, person_to, to
from web.moments import day, when
from web.page import Page
from web.pages.common import (
    Offered,
    acts,
    also,
    cap,
    choice,
    days_left,
    filtered,
    ground,
    headings,
    more,
    pairs,
    steps_table,
)
from web.parts import Definitions, Input, Nothing, Notice, Table, Text, lines
from web.pieces import Deadline, Link, Tag
from web.rendering import code
from web.resources import requests as resources
from web.resources.requests import CaseParams, RequestsParams
from web.visit import Visit
from web.words import counted, t


def _list(visit: Visit, params: RequestsParams, answer: RequestPage) -> Mapping[str, object]:
    table = Table(
        t("requests.title"),
        headings("requests", "request about received status due"),
        tuple(_row(visit, row) for row in answer.requests),
    )
    nothing = Nothing(t("requests.nothing"), t("requests.nothing_how"))
    return {
        "title": t("requests.title"),
        "said": _said(visit, answer),
        "links": _links(visit),
        "parts": (_filter(visit, params), table if answer.requests else nothing),
        "more": more(visit, "requests", params, answer.next),
        "forms": ("csv", "xlsx", "json"),
    }


def _said(visit: Visit, answer: RequestPage) -> object:
    first = next((row.due_on for row in answer.requests if row.due_on and not row.ended_at), None)
    if answer.open is None:
        return counted("request", len(answer.requests))
    if not answer.open:
        return t("requests.none_open")
    if answer.overdue:
        late = Link(to(visit, "requests", overdue="true"), counted("request", answer.overdue))
        return t("requests.said_overdue", counted("request", answer.open), late)
    if first is None:
        return t("requests.said", counted("request", answer.open))
    return t("requests.said_due", counted("request", answer.open), day(first))


def _links(visit: Visit) -> tuple[object, ...]:
    opening: Offered = ("request-open", "acts/open-request", {})
    return (
        Link(to(visit, "complaints"), t("complaints.title")),
        Link(to(visit, "notifications"), t("notifications.title")),
        *(acts(visit, opening) if visit.may("requests") else ()),
    )


def _filter(visit: Visit, params: RequestsParams) -> object:
    return filtered(
        visit,
        "/requests",
        choice("right", options("right", RIGHTS), params.right),
        Input("subject", value=params.subject or "", hint="subject"),
        also("all", params.all),
        also("overdue", params.overdue),
    )


def _row(visit: Visit, row: RequestRow) -> tuple[object, ...]:
    return (
        lines(Link(_address(visit, row), row.request_ref), cap(code(row.right, "right"))),
        person(visit, row.subject),
        lines(day(row.received_on), code(row.channel, "channel")),
        lines(*_standing(row)),
        _due(visit, row),
    )


def _address(visit: Visit, row: RequestRow) -> str:
    """Of a request whose reference others have, too, with its person."""
    name = row.subject if isinstance(row.subject, str) else None
    return to(visit, "requests", row.request_ref, subject=name)


def _standing(row: RequestRow) -> Iterator[object]:
    yield code(row.status, "request_status")
    if row.outcome:
        yield code(row.outcome, "outcome")
    yield say("requests", "identity", code_word("identity", row.identity))


def _due(visit: Visit, row: RequestRow) -> object:
    late = Tag(say("request", "overdue"), "bad") if row.overdue else None
    if row.ended_at:
        return lines(t("requests.ended", when(row.ended_at)), late)
    if row.due_on is None:
        return Deadline(None, state="paused")
    extended = say("request", "extended") if row.extended else None
    return lines(Deadline(row.due_on, days_left(visit, row.due_on)), extended)


def _file(visit: Visit, params: CaseParams, answer: RequestFile) -> Mapping[str, object]:
    return {
        "title": say("request", "title", answer.request_ref),
        "said": t(
            "requests.one_said",
            cap(code(answer.right, "right")),
            ", ".join(map(str, _standing(answer))),
        ),
        "links": (*_documents(visit, answer), *_acts(visit, params, answer)),
        "parts": tuple(_parts(visit, answer)),
        "forms": ("json",),
    }


def _documents(visit: Visit, answer: RequestFile) -> Iterator[Link]:
    """Where the document is made that the right asks for."""
    wanted = answer.right in {"access", "portability"} and visit.may("requests")
    if wanted and visit.has("persons") and isinstance(answer.subject, str):
        yield Link(person_to(visit, answer.subject, "documents"), t("part.documents"))


def _parts(visit: Visit, answer: RequestFile) -> Iterator[object]:
    values = (
        person(visit, answer.subject),
        lines(day(answer.received_on), code(answer.channel, "channel")),
        code(answer.identity, "identity"),
        _due(visit, answer),
    )
    yield Definitions(pairs("request", "about received identity due", values))
    if answer.notice:
        yield Notice(say("request", "notice"), answer.notice.said(visit.language))
    yield Text(say("said_to_all", "tell", answer.said_to_all.said(visit.language)))
    if answer.decisions:
        rows = tuple(cells for decision in answer.decisions for cells in _decision(decision))
        names = "category decision why until"
        yield Table(say("came_of_it", "title"), headings("decision", names), rows, "decisions")
    yield steps_table(visit, answer.steps, [UUID(answer.data_subject)])


def _decision(decision: CategoryDecision) -> Iterator[tuple[object, ...]]:
    """A line for every ground of a category, the longest ground last."""
    for number, why in enumerate([*reversed(decision.besides), decision]):
        what = say("came_of_it", decision.decision) if number == 0 else ""
        until = day(why.until) if why.until else None
        yield (
            cap(code(decision.category, "category")),
            what,
            lines(ground(why.ground), why.ref),
            until,
        )


def _acts(visit: Visit, params: CaseParams, answer: RequestFile) -> tuple[object, ...]:
    """What may be done with it, by a role that may."""
    if answer.ended_at or not visit.may("requests"):
        return ()
    case, whose = f"requests/{answer.request_ref}", {"subject": params.subject}
    done = {"extend": answer.extended, "verify": answer.identity == "verified"}
    named = (name for name in _ON_A_CASE if not done.get(name))
    offered: list[Offered] = [(f"request-{name}", f"{case}/{name}", {**whose}) for name in named]
    return acts(visit, *offered, *_deciding(visit, answer))


def _deciding(visit: Visit, answer: RequestFile) -> Iterator[Offered]:
    """To decide on the data, where the right asks for an erasure."""
    if answer.right in {"erasure", "objection"} and visit.may("decisions"):
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
