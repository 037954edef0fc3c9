"""Reading of *Logboek Dataverwerkingen* (Logius, extension "lezen" 1.1.0): `POST /processing-activities`.

The standard has no pages. An answer has at most so many records; where there are more, `Link` leads on,
with the same content. A person in the portal reads of themselves what the access report tells, and no
systems.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from application.processing_acts import Act, Log
from application.queries.persons.logged import LoggedPage, acts_about, acts_after, reference_of
from documents.ldv import ldv_record
from ledger.errors import Misconfigured
from schemas.encoding import JsonValue
from web.answering import RequestRunner
from web.api.asking import check_query
from web.api.reading import json_of
from web.api.routing import Endpoint, guarded
from web.api.sending import answered
from web.context import RequestContext
from web.logins.forms import TooLong, read_body
from web.logins.limits import Limiter
from web.logins.origin import Origin
from web.principals import Principal
from web.standards.common import (
    PIECE,
    check_about,
    check_part,
    check_whole,
    is_own,
    line_with,
    log_of,
    source_of,
)

BASE = "/api/ldv/v1"
PATH = f"{BASE}/processing-activities"
_AFTER = "after"
_MOST_BYTES = 16 * 1024
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# The last instant that a program of ours reads.
Milliseconds = Annotated[int, Meta(ge=-62_135_596_800_000, le=253_402_300_799_999)]


class LdvQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """A `ProcessingActivityRequest`: an act must be as every given member says."""

    trace: UUID | UnsetType = field(name="traceId", default=UNSET)
    start: Milliseconds | UnsetType = field(name="startTime", default=UNSET)
    end: Milliseconds | UnsetType = field(name="endTime", default=UNSET)
    activity: str | UnsetType = field(name="dpl.core.processing_activity_id", default=UNSET)
    person: str | UnsetType = field(name="dpl.core.data_subject_id", default=UNSET)
    kind: str | UnsetType = field(name="dpl.core.data_subject_id_type", default=UNSET)
    processor: str | UnsetType = field(name="dpl.core.foreign_operation.processor", default=UNSET)

    def has(self, act: Act) -> bool:
        """Whether an act is wanted, the person aside. No act here names a processor's application."""
        start, end = _instant(self.start), _instant(self.end)
        return (
            self.processor is UNSET
            and self.trace in {UNSET, act.trace_id}
            and self.activity in {UNSET, act.activity_url}
            and (start is None or act.event.time >= start)
            and (end is None or act.event.time <= end)
            and self.kind in {UNSET, f"{act.log.urn}:data-subject"}
        )


def routes(runner: RequestRunner, origin: Origin, requests: Limiter) -> Sequence[Route]:
    """The addresses of the standard."""

    async def answer(request: Request, principal: Principal) -> Response:
        wanted, after = _read(await _content(request)), _after(request)
        register = f"{origin.text}/register/"

        def work(context: RequestContext) -> tuple[bytes, int | None]:
            page = _page(context, log_of(context, register), wanted, after)
            records = [_record(act, own=is_own(context)) for act in page.acts]
            return line_with({"processingActivities": records}, context), page.following

        content, following = await runner.answer(request, principal, work, moment={})
        query = urlencode({_AFTER: following})
        links = {"link": f'<{PATH}?{query}>; rel="next"'} if following else {}
        return answered(request, content, **links)

    return [Route(PATH, Endpoint({"POST": guarded(answer, requests)}))]


def _page(context: RequestContext, log: Log, wanted: LdvQuery, after: int) -> LoggedPage:
    check_part(context)
    source = source_of(context)
    if isinstance(wanted.person, str):
        reference = reference_of(source, _uuid(wanted.person))
    elif is_own(context):
        reference = context.principal.reference
    else:
        check_whole(context, source)
        return acts_after(source, log, after, PIECE, wanted.has)
    check_about(context, reference)
    acts = acts_about(source, log, reference, own=is_own(context))
    found = [act for act in acts if act.event.position > after and wanted.has(act)]
    following = found[PIECE - 1].event.position if len(found) > PIECE else None
    return LoggedPage(found[:PIECE], following)


def _record(act: Act, *, own: bool) -> Mapping[str, JsonValue]:
    """A record; to a person it does not tell which systems there are."""
    record = ldv_record(act)
    return {name: value for name, value in record.items() if not (own and name == "resource")}


async def _content(request: Request) -> bytes:
    try:
        return (await read_body(request.receive, _MOST_BYTES)).content
    except TooLong:
        raise Misconfigured("this request has more bytes than are read") from None


def _read(content: bytes) -> LdvQuery:
    """The content of a request. Raises Misconfigured, which names the member and quotes nothing."""
    given: Any = json_of(content)
    try:
        wanted = msgspec.convert(given, LdvQuery)
    except msgspec.ValidationError:
        raise Misconfigured("a member is unknown, or is not as the standard has it") from None
    if not given:
        raise Misconfigured("give at least one member")
    return wanted


def _after(request: Request) -> int:
    check_query(request, _AFTER)
    text = request.query_params.get(_AFTER, "0")
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise Misconfigured("expected a position: a whole number", field=_AFTER)
    return int(text)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Misconfigured(
            "expected the identifier of a data subject", field="dpl.core.data_subject_id"
        ) from None


def _instant(milliseconds: int | UnsetType) -> datetime | None:
    if isinstance(milliseconds, UnsetType):
        return None
    return _EPOCH + timedelta(milliseconds=milliseconds)
