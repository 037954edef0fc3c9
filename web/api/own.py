"""What a person of the portal may do over HTTP: one address for each kind of act. 200 means: recorded."""

import re
from collections.abc import Callable, Mapping
from typing import Annotated, Any, Generic, Literal, TypeVar

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from application.acts import by_person
from application.acts.by_person import OwnActId, OwnRequest
from application.queries.reports.own import OwnAct
from ledger.errors import Misconfigured
from rulebook.portal import PORTAL_ACTS, Kind
from schemas import names
from schemas.encoding import JsonValue, to_line
from schemas.formats import Code
from schemas.personal import Value
from web.answering import RequestRunner
from web.api.asking import check_query
from web.api.reading import json_of
from web.api.sending import JSON
from web.context import RequestContext
from web.logins.forms import TooLong, read_body
from web.principals import Principal
from web.problems import NotFound, TooBig, WrongType
from web.resource import converted

KEY = "Idempotency-Key"
"""The header that names an act, so that it is recorded once however often it is sent."""
KEY_PATTERN = r"^[A-Za-z0-9._-]{8,64}\Z"
_KEY = re.compile(KEY_PATTERN)
B = TypeVar("B", bound=Struct)


class OnConsent(Struct, frozen=True, forbid_unknown_fields=True):
    """Consent to a purpose. `text_version`: of the text that the person agreed to, needed with `given`."""

    purpose: str
    decision: Literal["given", "withdrawn"]
    text_version: Code | None = None


class OnChoice(Struct, frozen=True, forbid_unknown_fields=True):
    """Another choice, by the type of its event; `facts`: what the contract says of it."""

    choice: str
    facts: dict[str, JsonValue]


class Correction(Struct, frozen=True, forbid_unknown_fields=True):
    """Better values, by field."""

    values: Annotated[dict[str, Value], Meta(min_length=1)]


class OwnDeed(Struct, Generic[B], frozen=True):
    """One kind of act. `kind`: of the portal's table that says what it may be about; `example`: a body."""

    path: str
    summary: str
    body: type[B]
    do: Callable[[RequestContext, OwnActId, B], OwnAct]
    example: Mapping[str, Any]
    kind: Kind | None = None

    @property
    def description(self) -> str:
        """What it does, and what it may be about."""
        told = f"{self.summary} The same {KEY} again is the same act, and is recorded once."
        if self.kind is None:
            return told
        listed = ", ".join(
            f"`{entry.about}`" + (f" ({', '.join(entry.members)})" if entry.members else "")
            for entry in PORTAL_ACTS
            if entry.kind == self.kind
        )
        return f"{told} It may be about: {listed}."


def _consent(context: RequestContext, deed: OwnActId, body: OnConsent) -> OwnAct:
    source = context.own_acting_source("own-consents")
    if body.decision == "withdrawn":
        return by_person.withdraw_consent(context.site, source, deed, body.purpose)
    if body.text_version is None:
        raise Misconfigured("this is needed", field="text_version")
    return by_person.give_consent(context.site, source, deed, body.purpose, body.text_version)


def _choose(context: RequestContext, deed: OwnActId, body: OnChoice) -> OwnAct:
    source = context.own_acting_source("own-consents")
    return by_person.choose(context.site, source, deed, body.choice, body.facts)


def _correct(context: RequestContext, deed: OwnActId, body: Correction) -> OwnAct:
    return by_person.correct(context.site, context.own_acting_source("own-data"), deed, body.values)


def _ask(context: RequestContext, deed: OwnActId, body: OwnRequest) -> OwnAct:
    return by_person.ask(context.site, context.own_acting_source("own-requests"), deed, body)


DEEDS: tuple[OwnDeed[Any], ...] = (
    OwnDeed(
        "/me/consents",
        "Give a consent, or take it back.",
        OnConsent,
        _consent,
        {"purpose": "newsletter", "decision": "withdrawn"},
        "consent",
    ),
    OwnDeed(
        "/me/choices",
        "Change another choice.",
        OnChoice,
        _choose,
        {"choice": names.CALLER_ID_BLOCKING_CHANGED, "facts": {"blocked": True}},
        "choice",
    ),
    OwnDeed(
        "/me/corrections",
        "Correct own data. Fields are those of the categories that are listed.",
        Correction,
        _correct,
        {"values": {"email": "new@ledger.example"}},
        "correction",
    ),
    OwnDeed(
        "/me/requests",
        "Ask for something that the law gives a right to.",
        OwnRequest,
        _ask,
        {"right": "access"},
    ),
)


async def take(
    runner: RequestRunner, deed: OwnDeed[Any], request: Request, principal: Principal
) -> Response:
    """Do what a person asks. Raises NotFound for everybody who is no person of the portal."""
    if principal.kind != "data-subject" or runner.pool.settings.confidential:
        raise NotFound
    check_query(request)
    key = request.headers.get(KEY, "")
    if not _KEY.match(key):
        raise Misconfigured("expected 8 to 64 letters, digits, dots or dashes", field=KEY)
    body = _read(deed.body, await _content(request))
    named = OwnActId(principal.reference, f"{deed.path} {key}")

    def act(context: RequestContext) -> OwnAct:
        done = deed.do(context, named, body)
        context.settle()
        return done

    answer = await runner.answer(request, principal, act, moment={})
    return Response(to_line(answer), media_type=JSON)


async def _content(request: Request) -> bytes:
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise WrongType
    try:
        return (await read_body(request.receive)).content
    except TooLong:
        raise TooBig from None


def _read(into: type[B], content: bytes) -> B:
    """A body as a struct. Raises Misconfigured, which names only members that there are, and no value."""
    sent = json_of(content)
    if not isinstance(sent, dict):
        raise Misconfigured("expected a JSON object")
    if not set(sent) <= set(into.__struct_encode_fields__):
        raise Misconfigured("this parameter is unknown")
    return converted(sent, into)
