"""What the portal's forms share: an act has the name of the form that was sent, and ends on a page that says
what was recorded and what happens next.
"""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from msgspec import Meta

from application.acts.by_person import OwnActId
from application.language import spoken
from application.queries.cases.requests import RequestRow
from application.queries.reports.own import OwnAct
from documents.letter import Letter
from documents.report_sections import value_told
from schemas import names
from schemas.texts import field_name
from web.api.own import KEY_PATTERN
from web.context import RequestContext
from web.moments import day, when
from web.page import FormData, Page
from web.pages.common import cap
from web.parts import Definitions
from web.pieces import Link
from web.portal import HOME
from web.rendering import code
from web.resource import NoParams
from web.resources.own import ActParams, own_act, own_data, own_requests
from web.words import t

Once = Annotated[str, Meta(pattern=KEY_PATTERN)]
_BACK = {
    names.PERSONAL_DATA_CORRECTED: "my-data",
    names.RIGHTS_REQUEST_RECEIVED: "my-requests",
}
_PATHS = {"my-data": HOME, "my-requests": f"{HOME}/requests", "my-choices": f"{HOME}/choices"}


class OwnForm(FormData, frozen=True, kw_only=True):
    """The base of what a form of the portal sends. `once`: the name of the one form that was shown."""

    once: Once


def deed(context: RequestContext, path: str, fields: OwnForm) -> OwnActId:
    """Who does something, and a name of it: the same form that is sent again is the same act."""
    return OwnActId(context.principal.reference, f"{path} {fields.once}")


def done(act: OwnAct) -> str:
    """The page of an act that is recorded."""
    return f"{HOME}/done/{quote(act.id)}"


def _done(context: RequestContext, _params: ActParams, answer: OwnAct) -> Mapping[str, object]:
    back = _BACK.get(answer.act, "my-choices")
    due = _due(context, answer)
    return {
        "title": t(f"my-done.{answer.act}", *_about(answer)),
        "values": _values(context, answer),
        "said": t("my-done.said", when(answer.occurred_at)),
        "next": t(f"my-next.{answer.act}"),
        "request": answer.request_ref or None,
        "due": t("my-done.due", day(due)) if due else None,
        "back": Link(_PATHS[back], t(f"my-done.to_{back[3:]}")),
    }


def _about(act: OwnAct) -> list[str]:
    """What the act is about, in words."""
    if act.act == names.RIGHTS_REQUEST_RECEIVED:
        return [str(t(f"my-right.{right}")) for right in act.about]
    kind = "channel" if act.act == names.MARKETING_OBJECTION_RECORDED else "purpose"
    return [code(one, kind) for one in act.about]


def _values(context: RequestContext, act: OwnAct) -> Definitions | None:
    """What is held now in the fields that were corrected."""
    if act.act != names.PERSONAL_DATA_CORRECTED:
        return None
    held = {row.field: row.value for row in own_data.load(context, NoParams()).data}
    letter = Letter(spoken())
    return Definitions(
        tuple(
            (cap(field_name(field, spoken())), value_told(letter, held[field], field))
            for field in act.about
            if field in held
        )
    )


def _due(context: RequestContext, act: OwnAct) -> str | None:
    """The last day for the answer to a request."""
    if not act.request_ref:
        return None
    rows: list[RequestRow] = own_requests.load(context, NoParams()).requests
    return next((row.due_on for row in rows if row.request_ref == act.request_ref), None)


DONE = Page(f"{HOME}/done/{{id}}", "", own_act, "my_done.html", _done)
