"""Codes that say why: what nobody declared ordinary, who declared the others, and to declare some."""

from collections.abc import Mapping, Sequence
from typing import Any

from application.acts.declaring import declare_codes
from application.acts.offered import coded
from application.listings.codes import DECLARED, UNDECLARED
from application.queries.registers.codes import MOST_READ, Codes, UndeclaredCode
from application.words import say
from web.acts import Act
from web.context import RequestContext
from web.linking import act, to
from web.page import AnyForm, AnyPage, FormData, Page
from web.pages.common import acts
from web.pages.declared import listed
from web.parts import Input, Text
from web.pieces import Link
from web.resource import Params
from web.resources.operations import CodesParams, codes
from web.words import counted, t


class DeclaringParams(Params, frozen=True, kw_only=True):
    """Which codes, where a link says so."""

    codes: str | None = None


class Declaring(FormData, frozen=True, kw_only=True):
    """Codes that are ordinary, parted by spaces, and why."""

    codes: str
    reason: str | None = None


def _list(context: RequestContext, params: CodesParams, answer: Codes) -> Mapping[str, object]:
    may = context.may("codes")
    here, known = answer.here, len(answer.declared) - len(answer.here)
    limit = None if params.limit == MOST_READ else str(params.limit)
    older = to(context, "codes", before=str(answer.next), limit=limit) if answer.next else None
    return {
        "title": t("codes.title"),
        "said": t("codes.said"),
        "links": acts(context, ("codes-declare", "codes/declare", {})) if may else (),
        "parts": (
            Text(say("codes", "read", counted("event", answer.read), known)),
            listed(context, UNDECLARED, answer.undeclared, "codes", _acts if may else None),
            *([listed(context, DECLARED, here, "codes")] if here else []),
        ),
        "more": (older, to(context, "codes", limit=limit) if params.before else None),
    }


def _acts(row: UndeclaredCode) -> object:
    return Link(act("codes", "declare", codes=row.code), t("act-codes-declare.title"))


def _declare(context: RequestContext, fields: Declaring) -> str:
    context.source("codes")
    reason = coded(fields.reason, "reason") if fields.reason else None
    declare_codes(context.site, fields.codes.split(), reason)
    return act("codes")


def _inputs(_visit: RequestContext, _params: DeclaringParams) -> Sequence[Input]:
    return (
        Input("codes", required=True, hint="codes"),
        Input("reason", hint="reason_code"),
    )


ACTS: tuple[Act[Any, Any], ...] = (
    Act(
        name="codes-declare",
        path="/codes/declare",
        section="operations",
        part="operations",
        deed="codes",
        params=DeclaringParams,
        fields=Declaring,
        inputs=_inputs,
        do=_declare,
        back=lambda _params: "/codes",
    ),
)
PAGES: tuple[AnyPage, ...] = (
    Page("/codes", "operations", codes, "parts.html", _list),
    *(one.page for one in ACTS),
)
FORMS: tuple[AnyForm, ...] = tuple(one.form for one in ACTS)
