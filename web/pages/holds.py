"""Legal holds in force: whose data is held, why, and when each is reviewed."""

from collections.abc import Mapping

from application.listings.holds import HOLDS
from application.queries.keeping.holds import HoldInForce, HoldPage
from web.context import RequestContext
from web.linking import act
from web.page import Page
from web.pages.common import acts, filtered, more
from web.pages.declared import listed, title_of
from web.parts import Input, lines
from web.pieces import Link
from web.resources import holds as resources
from web.resources.holds import HoldsParams
from web.words import counted, t


def _list(context: RequestContext, params: HoldsParams, answer: HoldPage) -> Mapping[str, object]:
    may = context.may("holds")
    place = [("hold-place", "acts/place-hold", {"subject": params.subject})] if may else []
    whose = Input("subject", value=params.subject or "", hint="subject")
    return {
        "title": title_of(HOLDS),
        "said": t("holds.said", counted("hold", answer.in_force), answer.overdue),
        "links": acts(context, *place),
        "parts": (
            filtered(context, "/holds", whose),
            listed(context, HOLDS, answer.holds, "holds", _acts if may else None),
        ),
        "more": more(context, "holds", params, answer.next),
        "forms": ("csv", "xlsx", "json"),
    }


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
