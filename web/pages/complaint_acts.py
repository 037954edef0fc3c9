"""Acts on complaints: that one came in, and how it was answered."""

from collections.abc import Sequence
from typing import Any

from application.acts import on_complaints
from application.acts.offered import COMPLAINT_OUTCOMES, COMPLAINT_WAYS, WAYS
from application.acts.on_complaints import NewComplaint, OnComplaint
from application.queries.cases.complaints import complaint
from application.source import Source
from application.words import say
from projections.folds.timetravel import NOW
from web.acts import AT, Act, ActData, offered, time_of
from web.linking import act
from web.moments import when
from web.page import AnyForm, AnyPage, Preview, previewed
from web.pages.common import pairs
from web.parts import Input, Text
from web.rendering import code
from web.resource import Params
from web.resources.requests import CaseParams
from web.visit import Visit
from web.words import t

_ABOUT = "complaint"


class ReceivingParams(Params, frozen=True, kw_only=True):
    """Who complained, where a link says so."""

    subject: str | None = None


class Receiving(ActData, frozen=True, kw_only=True):
    """That a person complained, and by which way."""

    subject: str
    via: str
    ref: str | None = None


class Answering(ActData, frozen=True, kw_only=True):
    """How a complaint was answered, and what came of it."""

    ref: str
    via: str
    outcome: str
    subject: str | None = None


def _receive(visit: Visit, fields: Receiving) -> str:
    source = visit.source(_ABOUT)
    new = NewComplaint(fields.subject, fields.via, fields.ref)
    ref = on_complaints.receive(visit.site, source, new, time_of(visit, fields))
    return act("complaints", ref, subject=fields.subject)


def _on(visit: Visit, fields: Answering) -> tuple[Source, OnComplaint]:
    return visit.source(_ABOUT), OnComplaint(fields.ref, fields.subject, time_of(visit, fields))


def _would_answer(visit: Visit, fields: Answering) -> Preview:
    case = on_complaints.answerable(*_on(visit, fields))
    outcome, via = code(fields.outcome, "complaint-outcome"), code(fields.via, "channel")
    would = Text(t("act-complaint-answer.would", outcome, via))
    return previewed((would,), [fields, len(case.complaint.steps)])


def _answer(visit: Visit, fields: Answering) -> str:
    source, on = _on(visit, fields)
    on_complaints.answer(visit.site, source, on, fields.via, fields.outcome)
    return act("complaints", fields.ref, subject=fields.subject)


def _about(visit: Visit, params: CaseParams) -> Sequence[tuple[object, object]]:
    """How the complaint stands."""
    source = visit.source(_ABOUT)
    case = complaint(source, params.ref, params.subject, NOW, visit.language)
    name = case.subject if isinstance(case.subject, str) else None
    state = say("complaint", "open" if case.open else "answered")
    values = (case.complaint_ref, name, when(case.received_at), state)
    return pairs("complaint", "complaint about received status", values)


def _receive_inputs(_visit: Visit, _params: ReceivingParams) -> Sequence[Input]:
    return (
        Input("subject", required=True, hint="subject"),
        offered("via", "channel", COMPLAINT_WAYS, required=True, label="channel"),
        Input("ref", hint="ref"),
        AT,
    )


def _answer_inputs(_visit: Visit, _params: CaseParams) -> Sequence[Input]:
    return (
        Input("subject", "hidden"),
        offered("outcome", "complaint-outcome", COMPLAINT_OUTCOMES, required=True),
        offered("via", "channel", WAYS, required=True, label="answered_by"),
        AT,
    )


ACTS: tuple[Act[Any, Any], ...] = (
    Act(
        name="complaint-receive",
        path="/acts/receive-complaint",
        section="requests",
        part="requests",
        deed="requests",
        params=ReceivingParams,
        fields=Receiving,
        inputs=_receive_inputs,
        do=_receive,
        back=lambda _params: "/complaints",
        open_codes=("via",),
    ),
    Act(
        name="complaint-answer",
        path="/complaints/{ref}/answer",
        section="requests",
        part="requests",
        deed="requests",
        params=CaseParams,
        fields=Answering,
        inputs=_answer_inputs,
        do=_answer,
        back=lambda params: act("complaints", params.ref, subject=params.subject),
        about=_about,
        preview=_would_answer,
        open_codes=("via", "outcome"),
    ),
)
PAGES: tuple[AnyPage, ...] = tuple(one.page for one in ACTS)
FORMS: tuple[AnyForm, ...] = tuple(one.form for one in ACTS)
