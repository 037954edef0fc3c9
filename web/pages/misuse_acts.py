"""Acts on suspected misuse of a person's data or login, from the suspicion to the end."""

from collections.abc import Sequence
from typing import Any

from application.acts import on_incidents
from application.acts.offered import MISUSE, MISUSE_ENDS, WAYS
from ledger.errors import Misconfigured
from schemas import names
from web.acts import AT, Act, ActData, offered, time_of
from web.linking import act
from web.page import AnyForm, AnyPage, Preview
from web.pages.incident_forms import OnCase, Proposed, begun, do, on_case, would
from web.parts import Input, Text
from web.rendering import code
from web.resource import Params
from web.resources.requests import CaseParams
from web.visit import Visit
from web.words import t


class SuspectingParams(Params, frozen=True, kw_only=True):
    """Whose data, where a link says so."""

    subject: str | None = None


class Suspecting(ActData, frozen=True, kw_only=True):
    """Suspected misuse of a person's data or login. `kinds`: what of theirs is misused."""

    subject: str
    kinds: tuple[str, ...] = ()
    ref: str | None = None


class Warning(OnCase, frozen=True, kw_only=True):
    """That the person was warned."""

    channel: str


class Resolving(OnCase, frozen=True, kw_only=True):
    """How a case of misuse ended."""

    outcome: str


def _suspect(visit: Visit, fields: Suspecting) -> str:
    source, time = visit.source("incident"), time_of(visit, fields)
    if not fields.kinds:
        raise Misconfigured("this is needed", field="kinds")
    on = on_incidents.suspect(visit.site, source, fields.subject, fields.ref, fields.kinds, time)
    return act("incidents", on.ref, subject=fields.subject)


def _warned(fields: Warning) -> Proposed:
    return "misuse", names.CUSTOMER_WARNED, {"channel": fields.channel}


def _would_warn(visit: Visit, fields: Warning) -> Preview:
    text = Text(t("act-incident-warn.would", code(fields.channel, "channel")))
    return would(visit, fields, _warned(fields), text)


def _resolve(visit: Visit, fields: Resolving) -> str:
    return do(visit, fields, ("misuse", names.MISUSE_RESOLVED, {"outcome": fields.outcome}))


def _suspect_inputs(_visit: Visit, _params: SuspectingParams) -> Sequence[Input]:
    return (
        Input("subject", required=True, hint="subject"),
        offered("kinds", "misuse", MISUSE, "checks"),
        Input("ref", hint="ref"),
        AT,
    )


def _warn_inputs(_visit: Visit, _params: CaseParams) -> Sequence[Input]:
    ways = offered("channel", "channel", WAYS, required=True, label="told_by")
    return (Input("subject", "hidden"), ways, AT)


def _resolve_inputs(_visit: Visit, _params: CaseParams) -> Sequence[Input]:
    ends = offered("outcome", "misuse-end", MISUSE_ENDS, required=True, label="ended_by")
    return (Input("subject", "hidden"), ends, AT)


ACTS: tuple[Act[Any, Any], ...] = (
    begun(
        "suspect",
        "/acts/suspect-misuse",
        Suspecting,
        part="persons",
        params=SuspectingParams,
        inputs=_suspect_inputs,
        do=_suspect,
        open_codes=("kinds",),
    ),
    on_case(
        "warn",
        Warning,
        inputs=_warn_inputs,
        do=lambda visit, fields: do(visit, fields, _warned(fields)),
        preview=_would_warn,
        open_codes=("channel",),
    ),
    on_case(
        "resolve",
        Resolving,
        inputs=_resolve_inputs,
        do=_resolve,
        open_codes=("outcome",),
    ),
)
PAGES: tuple[AnyPage, ...] = tuple(one.page for one in ACTS)
FORMS: tuple[AnyForm, ...] = tuple(one.form for one in ACTS)
