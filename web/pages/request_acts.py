"""Acts on requests of persons, from receipt to answer."""

from collections.abc import Sequence
from typing import Any

from application.acts import on_requests
from application.acts.answering import (
    ANSWER_OUTCOMES,
    RESTRICTIONS,
    AnswerOptions,
    acts_before_answer,
    acts_before_refusal,
)
from application.acts.offered import ASKED, METHODS, OBJECTION_GROUNDS, REVIEWS
from application.acts.on_requests import OnRequest
from application.acts.on_retention import decide
from application.acts.requesting import CHANNELS, NewRequest, objection_of, open_request
from application.queries.cases.found_requests import FoundRequest
from application.queries.cases.request_lists import request_file
from application.queries.cases.requests import RequestFile
from application.queries.keeping.erasures import ErasureScope
from application.source import Source
from application.words import say
from projections.folds.timetravel import NOW
from projections.reading.request_acts import NOTHING_HELD, ActOn
from projections.views.requests import CLOSINGS
from rulebook import EXTENSIONS, REFUSALS, RIGHTS
from schemas import CATEGORIES
from web.acts import AT, Act, ActData, offered, options, time_of
from web.linking import act
from web.names import activity_options
from web.page import AnyForm, AnyPage, Preview, previewed
from web.pages.common import cap, pairs
from web.pages.decisions import outcome_parts
from web.parts import Input, Notice, Text
from web.rendering import code
from web.resource import Params
from web.resources.requests import CaseParams
from web.visit import Visit
from web.words import t

_ABOUT = "request"


class OpeningParams(Params, frozen=True, kw_only=True):
    """Whose request it is, where a link says so."""

    subject: str | None = None


class Opening(ActData, frozen=True, kw_only=True):
    """What a person asks for."""

    subject: str
    right: str
    channel: str
    received_on: str | None = None
    ref: str | None = None
    activity: str | None = None
    ground: str = "particular-situation"
    unknown: bool = False
    letter: str | None = None


class OnCase(ActData, frozen=True, kw_only=True):
    """The request of an act."""

    ref: str
    subject: str | None = None


class Verifying(OnCase, frozen=True, kw_only=True):
    """How identity was verified; or what more was asked for, or that it was not shown."""

    shown: str = "verified"
    method: str | None = None
    ask: str | None = None


class Extending(OnCase, frozen=True, kw_only=True):
    """Why the answer takes longer."""

    reason: str


class Refusing(OnCase, frozen=True, kw_only=True):
    """Why a request is refused."""

    ground: str


class Answering(OnCase, frozen=True, kw_only=True):
    """How a request is answered."""

    outcome: str = "granted"
    category: tuple[str, ...] = ()
    ground: str | None = None
    review: str | None = None


class Closing(OnCase, frozen=True, kw_only=True):
    """Why a request ends without a decision."""

    outcome: str


def _open(visit: Visit, fields: Opening) -> str:
    source = visit.source(_ABOUT)
    objection = objection_of(fields.right, fields.activity, fields.ground)
    asked = NewRequest(
        subject=fields.subject,
        right=fields.right,
        channel=fields.channel,
        received_on=fields.received_on,
        ref=fields.ref,
        objection=objection,
        unknown=fields.unknown,
        letter=fields.letter,
    )
    case = open_request(visit.site, source, asked, time_of(visit, fields))
    return act("requests", case.request.ref, subject=fields.subject)


def _on(visit: Visit, fields: OnCase) -> tuple[Source, OnRequest]:
    """What an act on a request takes."""
    return visit.source(_ABOUT), OnRequest(fields.ref, fields.subject, time_of(visit, fields))


def _case(fields: OnCase) -> str:
    return act("requests", fields.ref, subject=fields.subject)


def _verify(visit: Visit, fields: Verifying) -> str:
    source, on = _on(visit, fields)
    facts = {"method": fields.method, "information_asked": fields.ask}
    on_requests.identify(
        visit.site,
        source,
        on,
        {name: text for name, text in facts.items() if text},
        doubted=fields.shown == "failed" or fields.ask is not None,
    )
    return _case(fields)


def _extend(visit: Visit, fields: Extending) -> str:
    source, on = _on(visit, fields)
    on_requests.extend(visit.site, source, on, fields.reason)
    return _case(fields)


def _refuse(visit: Visit, fields: Refusing) -> str:
    source, on = _on(visit, fields)
    on_requests.refuse(visit.site, source, on, fields.ground)
    return _case(fields)


def _answer(visit: Visit, fields: Answering) -> str:
    source, on = _on(visit, fields)
    on_requests.answer(visit.site, source, on, _given(fields))
    return _case(fields)


def _given(fields: Answering) -> AnswerOptions:
    return AnswerOptions(fields.outcome, fields.category, fields.ground, fields.review)


def _close(visit: Visit, fields: Closing) -> str:
    source, on = _on(visit, fields)
    on_requests.close(visit.site, source, on, fields.outcome)
    return _case(fields)


def _file(visit: Visit, params: CaseParams) -> RequestFile:
    source = visit.source(_ABOUT)
    return request_file(source, params.ref, params.subject, NOW, visit.language)


def _about(visit: Visit, params: CaseParams) -> Sequence[tuple[object, object]]:
    """How the request stands."""
    case = _file(visit, params)
    return (
        (cap(say("requests", "request")), case.request_ref),
        *pairs(
            "request",
            "right about status identity",
            (
                cap(code(case.right, "right")),
                case.subject if isinstance(case.subject, str) else None,
                code(case.status, "request_status"),
                code(case.identity, "identity"),
            ),
        ),
    )


def _allowed(visit: Visit, fields: OnCase, deed: ActOn, code: str = "") -> FoundRequest:
    """The request, whose state allows an act. Raises NotAllowed."""
    source, on = _on(visit, fields)
    return on_requests.allowed_on(source, on, (deed, code))


def _would(case: FoundRequest, fields: OnCase, *parts: object) -> Preview:
    """What an act would record; of a request with another act on it, it is another preview."""
    return previewed(parts, [case.request.ref, len(case.request.steps), fields])


def _would_extend(visit: Visit, fields: Extending) -> Preview:
    case = _allowed(visit, fields, "extend")
    reason = code(fields.reason, "extension")
    return _would(case, fields, Text(t("act-request-extend.would", reason)))


def _would_refuse(visit: Visit, fields: Refusing) -> Preview:
    case = _allowed(visit, fields, "refuse", fields.ground)
    acts_before_refusal(visit.source(_ABOUT), case, fields.ground)
    notice = REFUSALS[fields.ground]
    text = notice.text_nl if visit.language == "nl" else notice.text
    would = Text(t("act-request-refuse.would", code(fields.ground, "refusal")))
    must = Notice(say("request", "notice"), text)
    return _would(case, fields, would, must)


def _would_answer(visit: Visit, fields: Answering) -> Preview:
    case = _allowed(visit, fields, "answer", fields.outcome)
    acts_before_answer(case, _given(fields))
    if case.right != "erasure" or fields.outcome == NOTHING_HELD:
        return _would(case, fields, _ends_as(fields.outcome))
    scope = ErasureScope("request", case.request.ref)
    source = visit.source("retention")
    decided = decide(visit.site, source, case.person, scope, carry_out=False)
    # What is decided on each category is the outcome, whatever was chosen.
    preview = _would(case, fields, _ends_as(decided.outcome), *outcome_parts(decided))
    return previewed(preview.parts, [preview.seen, decided])


def _ends_as(outcome: str) -> Text:
    return Text(t("act-request-answer.would", code(outcome, "outcome")))


def _case_inputs(*inputs: Input) -> tuple[Input, ...]:
    return (Input("subject", "hidden"), *inputs, AT)


def _answer_inputs(visit: Visit, params: CaseParams) -> Sequence[Input]:
    """What an answer needs, by the right that it is about."""
    right = _file(visit, params).right
    outcome = options("outcome", ANSWER_OUTCOMES)
    if right == "erasure":
        decided = ("granted", t("request-answer.as_decided"))
        outcome = (decided, *options("outcome", (NOTHING_HELD,)))
    inputs = [Input("outcome", "choice", outcome, required=True, value="granted")]
    if right == "restriction":
        inputs.append(Input("category", "checks", options("category", CATEGORIES)))
        grounds = options("restriction", RESTRICTIONS)
        inputs.append(Input("ground", "choice", grounds, required=True))
    if right == "human-review":
        inputs.append(offered("review", "review", REVIEWS))
    return _case_inputs(*inputs)


def _open_inputs(visit: Visit, _params: OpeningParams) -> Sequence[Input]:
    return (
        Input("subject", required=True, hint="subject"),
        Input("right", "choice", options("right", RIGHTS), required=True),
        Input("channel", "choice", options("channel", CHANNELS), required=True),
        Input("received_on", "date", hint="received_on"),
        Input("ref", hint="ref"),
        Input("activity", "choice", activity_options(visit), hint="objection"),
        offered("ground", "objection", OBJECTION_GROUNDS, value=OBJECTION_GROUNDS[0]),
        Input("letter", "textarea", hint="letter"),
        Input("unknown", "checks", (("true", t("request-open.unknown")),)),
        AT,
    )


def _verify_inputs(_visit: Visit, _params: CaseParams) -> Sequence[Input]:
    shown = (("verified", t("request-verify.shown")), ("failed", t("request-verify.failed")))
    return _case_inputs(
        Input("shown", "choice", shown, required=True, value="verified"),
        offered("method", "method", METHODS),
        offered("ask", "asked", ASKED, hint="ask"),
    )


def _chosen(name: str, about: str, codes: Sequence[str]) -> Sequence[Input]:
    return _case_inputs(Input(name, "choice", options(about, codes), required=True))


def _back(params: CaseParams) -> str:
    return act("requests", params.ref, subject=params.subject)


def _on_case(name: str, fields: type[Any], **members: Any) -> Act[Any, Any]:
    """An act on one request."""
    return Act(
        name=f"request-{name}",
        path=f"/requests/{{ref}}/{name}",
        section="requests",
        part="requests",
        deed="requests",
        params=CaseParams,
        fields=fields,
        back=_back,
        about=_about,
        **members,
    )


ACTS: tuple[Act[Any, Any], ...] = (
    Act(
        name="request-open",
        path="/acts/open-request",
        section="requests",
        part="requests",
        deed="requests",
        params=OpeningParams,
        fields=Opening,
        inputs=_open_inputs,
        do=_open,
        back=lambda _params: "/requests",
        codes={"right": RIGHTS, "channel": CHANNELS},
    ),
    _on_case(
        "verify",
        Verifying,
        inputs=_verify_inputs,
        do=_verify,
        open_codes=("method", "ask"),
    ),
    _on_case(
        "extend",
        Extending,
        inputs=lambda _visit, _params: _chosen("reason", "extension", tuple(EXTENSIONS)),
        do=_extend,
        preview=_would_extend,
        codes={"reason": EXTENSIONS},
    ),
    _on_case(
        "refuse",
        Refusing,
        inputs=lambda _visit, _params: _chosen("ground", "refusal", tuple(REFUSALS)),
        do=_refuse,
        preview=_would_refuse,
        codes={"ground": REFUSALS},
    ),
    _on_case(
        "answer",
        Answering,
        inputs=_answer_inputs,
        do=_answer,
        preview=_would_answer,
        codes={"outcome": ANSWER_OUTCOMES, "category": CATEGORIES, "ground": RESTRICTIONS},
        open_codes=("review",),
        danger=True,
    ),
    _on_case(
        "close",
        Closing,
        inputs=lambda _visit, _params: _chosen("outcome", "outcome", CLOSINGS),
        do=_close,
        codes={"outcome": CLOSINGS},
    ),
)
PAGES: tuple[AnyPage, ...] = tuple(one.page for one in ACTS)
FORMS: tuple[AnyForm, ...] = tuple(one.form for one in ACTS)
