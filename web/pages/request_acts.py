"""Acts on requests of persons, from receipt to answer."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from application.acts import on_requests
from application.acts.answering import (
    OnRequest,
    RequestAnswer,
    acts_before_answer,
    acts_before_refusal,
)
from application.acts.on_requests import Closing, Extension, IdentityCheck, Refusal
from application.acts.on_retention import Decision, decide
from application.acts.requesting import NewRequest, open_request
from application.queries.cases.found_requests import FoundRequest
from application.queries.cases.request_lists import request_file
from application.queries.cases.requests import RequestFile
from application.site import Site
from application.source import Source
from application.words import say
from projections.folds.timetravel import NOW
from projections.reading.request_acts import NOTHING_HELD, ActOn
from rulebook import REFUSALS
from web.acts import Act, WhoseParams, asked, options, time_of
from web.context import RequestContext
from web.linking import act
from web.names import activity_options
from web.page import AnyForm, AnyPage, Preview, previewed
from web.pages.common import cap, pairs
from web.pages.decisions import outcome_parts
from web.parts import Input, Notice, Text
from web.rendering import code
from web.resources.requests import CaseParams
from web.words import t

_ABOUT = "request"


def _open(context: RequestContext, given: NewRequest) -> str:
    case = open_request(context.site, context.source(_ABOUT), given, time_of(context, given))
    return act("requests", case.request.ref, subject=given.subject)


def _doing(
    do: Callable[[Site, Source, Any, datetime], object],
) -> Callable[[RequestContext, Any], str]:
    """Do an act on a request; the address of its file."""

    def done(context: RequestContext, given: OnRequest) -> str:
        do(context.site, context.source(_ABOUT), given, time_of(context, given))
        return act("requests", given.ref, subject=given.subject)

    return done


def _file(context: RequestContext, params: CaseParams) -> RequestFile:
    source = context.source(_ABOUT)
    return request_file(source, params.ref, params.subject, NOW, context.language)


def _about(context: RequestContext, params: CaseParams) -> Sequence[tuple[object, object]]:
    """How the request stands."""
    case = _file(context, params)
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


def _allowed(
    context: RequestContext, given: OnRequest, deed: ActOn, code: str = ""
) -> FoundRequest:
    """The request, whose state allows an act. Raises NotAllowed."""
    source = context.source(_ABOUT)
    return on_requests.allowed_on(source, given, time_of(context, given), (deed, code))


def _would(case: FoundRequest, given: OnRequest, *parts: object) -> Preview:
    """What an act would record; of a request with another act on it, it is another preview."""
    return previewed(parts, [case.request.ref, len(case.request.steps), given])


def _would_extend(context: RequestContext, given: Extension) -> Preview:
    case = _allowed(context, given, "extend")
    reason = code(given.reason, "extension")
    return _would(case, given, Text(t("act-request-extend.would", reason)))


def _would_refuse(context: RequestContext, given: Refusal) -> Preview:
    case = _allowed(context, given, "refuse", given.ground)
    acts_before_refusal(context.source(_ABOUT), case, given.ground)
    notice = REFUSALS[given.ground]
    text = notice.text_nl if context.language == "nl" else notice.text
    would = Text(t("act-request-refuse.would", code(given.ground, "refusal")))
    must = Notice(say("request", "notice"), text)
    return _would(case, given, would, must)


def _would_answer(context: RequestContext, given: RequestAnswer) -> Preview:
    case = _allowed(context, given, "answer", given.outcome)
    acts_before_answer(case, given)
    if case.right != "erasure" or given.outcome == NOTHING_HELD:
        return _would(case, given, _ends_as(given.outcome))
    wanted = Decision(subject=case.person, request=case.request.ref)
    source = context.source("retention")
    decided = decide(context.site, source, wanted, carry_out=False)
    # What is decided on each category is the outcome, whatever was chosen.
    preview = _would(case, given, _ends_as(decided.outcome), *outcome_parts(decided))
    return previewed(preview.parts, [preview.seen, decided])


def _ends_as(outcome: str) -> Text:
    return Text(t("act-request-answer.would", code(outcome, "outcome")))


def _answer_inputs(context: RequestContext, params: CaseParams) -> Sequence[Input]:
    """What an answer needs, by the right that it is about."""
    right = _file(context, params).right
    changes: dict[str, Mapping[str, object] | None] = {
        "category": {} if right == "restriction" else None,
        "ground": {"required": True} if right == "restriction" else None,
        "review": {} if right == "human-review" else None,
    }
    if right == "erasure":
        decided = ("granted", t("request-answer.as_decided"))
        changes["outcome"] = {"options": (decided, *options("outcome", (NOTHING_HELD,)))}
    return asked(RequestAnswer, **changes)


def _open_inputs(context: RequestContext, _params: WhoseParams) -> Sequence[Input]:
    unknown = (("true", t("request-open.unknown")),)
    return asked(
        NewRequest,
        activity={"kind": "choice", "options": activity_options(context)},
        ground={"required": False},
        unknown={"kind": "checks", "options": unknown},
    )


def _verify_inputs(_visit: RequestContext, _params: CaseParams) -> Sequence[Input]:
    shown = (("false", t("request-verify.shown")), ("true", t("request-verify.failed")))
    failed = {"kind": "choice", "options": shown, "required": True, "value": "false"}
    return asked(IdentityCheck, failed=failed)


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
        params=WhoseParams,
        fields=NewRequest,
        inputs=_open_inputs,
        do=_open,
        back=lambda _params: "/requests",
    ),
    _on_case("verify", IdentityCheck, do=_doing(on_requests.identify), inputs=_verify_inputs),
    _on_case("extend", Extension, do=_doing(on_requests.extend), preview=_would_extend),
    _on_case("refuse", Refusal, do=_doing(on_requests.refuse), preview=_would_refuse),
    _on_case(
        "answer",
        RequestAnswer,
        inputs=_answer_inputs,
        do=_doing(on_requests.answer),
        preview=_would_answer,
        danger=True,
    ),
    _on_case("close", Closing, do=_doing(on_requests.close)),
)
PAGES: tuple[AnyPage, ...] = tuple(one.page for one in ACTS)
FORMS: tuple[AnyForm, ...] = tuple(one.form for one in ACTS)
