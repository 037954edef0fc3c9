"""Acts that one person approved: the second person finds them here."""

from collections.abc import Mapping
from urllib.parse import parse_qs, unquote, urlsplit

from application.queries.oversight.approvals import WaitingApproval, WaitingApprovals
from web.context import RequestContext
from web.linking import person
from web.moments import when
from web.page import Page
from web.pages.common import codes
from web.parts import Nothing, Table, columns, lines
from web.pieces import Link
from web.rendering import code
from web.resource import NoParams
from web.resources import holds as resources
from web.waiting import WAITING
from web.words import counted, t

_COLUMNS = "act first until roles what"


def _list(
    context: RequestContext, _params: NoParams, answer: WaitingApprovals
) -> Mapping[str, object]:
    table = Table(
        t("approvals.title"),
        columns(*(t(f"approvals.{name}") for name in _COLUMNS.split())),
        tuple(_row(context, row) for row in answer.approvals),
    )
    nothing = Nothing(t("approvals.nothing"), t("approvals.nothing_how"))
    return {
        "title": t("approvals.title"),
        "said": t("approvals.said", counted("waiting-act", answer.count)),
        "parts": (table if answer.approvals else nothing,),
        "forms": ("csv", "xlsx", "json"),
    }


def _row(context: RequestContext, row: WaitingApproval) -> tuple[object, ...]:
    return (
        t(f"approvals.act-{row.act}"),
        lines(person(context, row.approver), code(row.role, "role"), when(row.approved_at)),
        when(row.until),
        codes("role", row.roles),
        _next(context, row),
    )


def _next(context: RequestContext, row: WaitingApproval) -> object:
    """Where the second person goes on; who approved first, waits.

    The address names the person of the act: it is for who knows of persons, or may approve the act.
    """
    if row.approver == context.principal.reference:
        return t("approvals.yours")
    if context.principal.role not in row.roles and not context.has("persons"):
        return t("approvals.others")
    address = WAITING.address_of(row.digest)
    if address is None:
        return t("approvals.elsewhere")
    asked = urlsplit(address)
    [subject] = parse_qs(asked.query).get("subject", [None])
    # The act is done at an address such as /holds/H-1/release.
    ref = unquote(asked.path.split("/")[2]) if asked.path.startswith("/holds/") else None
    return lines(
        Link(address, t("approvals.look")), ref, person(context, subject) if subject else None
    )


PAGES = (Page("/approvals", "approvals", resources.approvals, "parts.html", _list, entry=True),)
