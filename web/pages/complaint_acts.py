"""Acts on complaints: that one came in, and how it was answered."""

from collections.abc import Sequence
from typing import Any

from application.acts import on_complaints
from application.acts.on_complaints import ComplaintAnswer, NewComplaint
from application.queries.cases.complaints import complaint
from application.words import say
from projections.folds.timetravel import NOW
from web.acts import Act, WhoseParams, time_of
from web.context import RequestContext
from web.linking import act
from web.moments import when
from web.page import AnyForm, AnyPage, Preview, previewed
from web.pages.common import pairs
from web.parts import Text
from web.rendering import code
from web.resources.requests import CaseParams
from web.words import t

_ABOUT = "complaint"


def _receive(context: RequestContext, given: NewComplaint) -> str:
    source = context.source(_ABOUT)
    ref = on_complaints.receive(context.site, source, given, time_of(context, given))
    return act("complaints", ref, subject=given.subject)


def _would_answer(context: RequestContext, given: ComplaintAnswer) -> Preview:
    case = on_complaints.answerable(context.source(_ABOUT), given, time_of(context, given))
    outcome, via = code(given.outcome, "complaint-outcome"), code(given.via, "channel")
    would = Text(t("act-complaint-answer.would", outcome, via))
    return previewed((would,), [given, len(case.complaint.steps)])


def _answer(context: RequestContext, given: ComplaintAnswer) -> str:
    on_complaints.answer(context.site, context.source(_ABOUT), given, time_of(context, given))
    return act("complaints", given.ref, subject=given.subject)


def _about(context: RequestContext, params: CaseParams) -> Sequence[tuple[object, object]]:
    """How the complaint stands."""
    source = context.source(_ABOUT)
    case = complaint(source, params.ref, params.subject, NOW, context.language)
    name = case.subject if isinstance(case.subject, str) else None
    state = say("complaint", "open" if case.open else "answered")
    values = (case.complaint_ref, name, when(case.received_at), state)
    return pairs("complaint", "complaint about received status", values)


ACTS: tuple[Act[Any, Any], ...] = (
    Act(
        name="complaint-receive",
        path="/acts/receive-complaint",
        section="requests",
        part="requests",
        deed="requests",
        params=WhoseParams,
        fields=NewComplaint,
        do=_receive,
        back=lambda _params: "/complaints",
    ),
    Act(
        name="complaint-answer",
        path="/complaints/{ref}/answer",
        section="requests",
        part="requests",
        deed="requests",
        params=CaseParams,
        fields=ComplaintAnswer,
        do=_answer,
        back=lambda params: act("complaints", params.ref, subject=params.subject),
        about=_about,
        preview=_would_answer,
    ),
)
PAGES: tuple[AnyPage, ...] = tuple(one.page for one in ACTS)
FORMS: tuple[AnyForm, ...] = tuple(one.form for one in ACTS)
