"""Codes that say why: what nobody declared ordinary, who declared the others, and to declare some."""

from collections.abc import Mapping, Sequence
from typing import Any

from application.acts.declaring import declare_codes
from application.acts.offered import coded
from application.queries.registers.codes import Codes, UndeclaredCode
from application.words import say
from web.acts import Act
from web.linking import act
from web.moments import when
from web.page import AnyForm, AnyPage, FormData, Page
from web.pages.common import acts, cap, headings
from web.parts import Input, Table, lines
from web.pieces import Id, Link
from web.resource import NoParams, Params
from web.resources.operations import codes
from web.visit import Visit
from web.words import counted, t


class DeclaringParams(Params, frozen=True, kw_only=True):
    """Which codes, where a link says so."""

    codes: str | None = None


class Declaring(FormData, frozen=True, kw_only=True):
    """Codes that are ordinary, parted by spaces, and why."""

    codes: str
    reason: str | None = None


def _list(visit: Visit, _params: NoParams, answer: Codes) -> Mapping[str, object]:
    may = visit.may("codes")
    heads = headings("codes", "code members events first last", numbers=(2,))
    undeclared = tuple(_row(visit, row, may=may) for row in answer.undeclared)
    own = [row for row in answer.declared if row.by != "rulebook"]
    declared = tuple((Id(row.code), say("codes-by", row.by)) for row in own)
    known = len(answer.declared) - len(own)
    return {
        "title": t("codes.title"),
        "said": t("codes.said"),
        "links": acts(visit, ("codes-declare", "codes/declare", {})) if may else (),
        "parts": (
            Table(cap(say("codes", "title", counted("event", answer.read))), heads, undeclared),
            Table(say("codes", "declared", known), headings("codes", "code by"), declared),
        ),
    }


def _row(visit: Visit, row: UndeclaredCode, *, may: bool) -> tuple[object, ...]:
    declare = Link(act("codes", "declare", codes=row.code), t("act-codes-declare.title"))
    return (
        lines(Id(row.code), declare if may else None),
        ", ".join(row.members),
        row.events,
        when(row.first),
        when(row.last),
    )


def _declare(visit: Visit, fields: Declaring) -> str:
    visit.source("codes")
    reason = coded(fields.reason, "reason") if fields.reason else None
    declare_codes(visit.site, fields.codes.split(), reason)
    return act("codes")


def _inputs(_visit: Visit, _params: DeclaringParams) -> Sequence[Input]:
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
