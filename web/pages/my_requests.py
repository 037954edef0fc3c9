"""What a person of the portal asks for: how each request stands, and a form for each right."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, get_args

from msgspec import Meta

from application.acts import by_person
from application.acts.by_person import MOST_LETTER, OwnRequest
from application.language import spoken
from application.queries.cases.requests import RequestList, RequestRow
from application.register_words import RegisterWords
from rulebook.calendar import day_of
from schemas.events.rights import Right
from schemas.formats import Code
from web.acts import Act
from web.context import RequestContext
from web.linking import act
from web.moments import day
from web.page import Page
from web.pages.common import cap
from web.pages.my import OwnForm, deed, done
from web.parts import Input, Nothing, Table, columns, lines
from web.pieces import Deadline, Link, Tag, Tone
from web.portal import HOME
from web.rendering import code
from web.resource import NoParams, Params
from web.resources.own import own_data, own_requests
from web.words import t

REQUESTS = f"{HOME}/requests"
RIGHTS: tuple[Right, ...] = get_args(Right)


class RightParams(Params, frozen=True):
    """Which right is asked for."""

    right: Right


class Asking(OwnForm, frozen=True, kw_only=True):
    """What the person asks, in own words where they want to. `activity`: what they object to."""

    right: Right
    activity: Code | None = None
    own_letter: Annotated[str, Meta(max_length=MOST_LETTER)] | None = None


def _requests(
    context: RequestContext, _params: NoParams, answer: RequestList
) -> Mapping[str, object]:
    headings = columns(*(t(f"my-requests.{word}") for word in ("what", "asked", "status", "due")))
    rows = tuple(_row(context, row) for row in answer.requests)
    nothing = Nothing(t("my-requests.nothing"), t("my-requests.nothing_how"))
    return {
        "title": t("my-requests.title"),
        "said": _said(answer) if rows else None,
        "asked": Table(t("my-requests.caption"), headings, rows, "requests") if rows else nothing,
        "rights": [
            (Link(act("my", "requests", "new", right), t(f"my-right.{right}")), right)
            for right in RIGHTS
        ],
    }


def _said(answer: RequestList) -> object:
    return t("my-requests.said", answer.open) if answer.open else t("my-requests.said_none")


def _row(context: RequestContext, row: RequestRow) -> tuple[object, ...]:
    ended = row.ended_at is not None
    outcome = code(row.outcome, "outcome") if ended and row.outcome else None
    return (
        lines(t(f"my-right.{row.right}"), row.request_ref),
        day(row.received_on),
        lines(Tag(t(f"my-status.{row.status}"), _tone(row)), outcome),
        t("my-requests.ended", day(row.ended_at)) if row.ended_at else _due(context, row),
    )


def _tone(row: RequestRow) -> Tone:
    return "bad" if row.overdue and row.ended_at is None else "plain"


def _due(context: RequestContext, row: RequestRow) -> object:
    """The last day for our answer; while we wait for the person to show who they are there is none."""
    if row.due_on is None:
        return Deadline(None, None, "paused")
    return Deadline(row.due_on, (date.fromisoformat(row.due_on) - day_of(context.now)).days)


def _inputs(context: RequestContext, params: RightParams) -> Sequence[Input]:
    letter = Input("own_letter", "textarea", hint="own_letter")
    if params.right != "objection":
        own_requests.load(context, NoParams())  # of whom nothing is known has no form
        return (letter,)
    options = tuple(_activities(context))
    return (Input("activity", "choice", options, required=True, label="own_activity"), letter)


def _activities(context: RequestContext) -> Sequence[tuple[str, str]]:
    """What the person's data is used for, by the names that the activities have; no other activity."""
    words = RegisterWords(spoken())
    used = {
        row.activity: cap(words.activity(row.activity, row.name))
        for known in own_data.load(context, NoParams()).categories
        for row in known.purposes
    }
    return sorted(used.items(), key=lambda pair: pair[1])


def _ask(context: RequestContext, form: Asking) -> str:
    source = context.own_acting_source("own-requests")
    letter = (form.own_letter or "").strip() or None
    wish = OwnRequest(form.right, form.activity, letter)
    return done(by_person.ask(context.site, source, deed(context, "/me/requests", form), wish))


OVERVIEW = Page(REQUESTS, "my-requests", own_requests, "my_requests.html", _requests, entry=True)
ASK = Act(
    name="my-ask",
    path=f"{REQUESTS}/new/{{right}}",
    section="my-requests",
    part="own",
    deed="self-service",
    params=RightParams,
    fields=Asking,
    inputs=_inputs,
    about=lambda _visit, params: ((t("my-ask.what"), t(f"my-what.{params.right}")),),
    named=lambda params: (t(f"my-right.{params.right}"),),
    back=lambda _params: REQUESTS,
    do=_ask,
)
PAGES = (OVERVIEW, ASK.page)
FORMS = (ASK.form,)
