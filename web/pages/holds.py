"""Legal holds in force: whose data is held, why, and when each is reviewed."""

from collections.abc import Mapping

from application.queries.keeping.holds import HoldInForce, HoldPage
from application.words import say
from web.linking import act, person
from web.moments import when
from web.page import Page
from web.pages.common import acts, codes, days_left, filtered, ground, headings, more, owner
from web.parts import Input, Nothing, Table, lines
from web.pieces import Column, Deadline, Link, Tag
from web.resources import holds as resources
from web.resources.holds import HoldsParams
from web.visit import Visit
from web.words import counted, t


def _list(visit: Visit, params: HoldsParams, answer: HoldPage) -> Mapping[str, object]:
    names = "hold subject categories ground owner review"
    may = visit.may("holds")
    heads = (*headings("holds", names), *((Column(t("holds.acts")),) if may else ()))
    table = Table(t("holds.title"), heads, tuple(_row(visit, row, may=may) for row in answer.holds))
    place = [("hold-place", "acts/place-hold", {"subject": params.subject})] if may else []
    nothing = Nothing(t("holds.nothing"), t("holds.nothing_how"))
    whose = Input("subject", value=params.subject or "", hint="subject")
    return {
        "title": t("holds.title"),
        "said": t("holds.said", counted("hold", answer.in_force), answer.overdue),
        "links": acts(visit, *place),
        "parts": (filtered(visit, "/holds", whose), table if answer.holds else nothing),
        "more": more(visit, "holds", params, answer.next),
        "forms": ("csv", "xlsx", "json"),
    }


def _row(visit: Visit, row: HoldInForce, *, may: bool) -> tuple[object, ...]:
    void = Tag(say("holds", "void"), "bad") if row.void else None
    cells = (
        lines(row.hold_ref, t("holds.since", when(row.since)), void),
        person(visit, row.subject),
        codes("category", row.categories),
        ground(row.ground),
        owner(row.owner),
        Deadline(row.review_on, days_left(visit, row.review_on)),
    )
    return (*cells, _acts(row)) if may else cells


def _acts(row: HoldInForce) -> object:
    """What may be done with a hold, whose person must be named."""
    if not isinstance(row.subject, str):
        return None
    return lines(
        *(
            Link(act("holds", row.hold_ref, name, subject=row.subject), t(f"act-hold-{name}.title"))
            for name in ("review", "release")
        )
    )


PAGES = (
    Page(
        "/holds",
        "holds",
        resources.holds,
        "parts.html",
        _list,
        entry=True,
        export=resources.every_hold,
    ),
)
