"""Reading of VNG *Verwerkingenlogging* ("Inzage API" 0.9.0): what was done with the data of one person.

Systems and users are left out, as the standard wants. A person in the portal reads of themselves what the
access report tells.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Annotated, Any, Literal
from urllib.parse import urlencode
from uuid import UUID, uuid4

from msgspec import UNSET, Meta, Struct, UnsetType
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from application.processing_acts import INVOLVED, Act, Log
from application.queries.persons.logged import acts_about, event_of_object, reference_of
from application.source import Source
from application.times import in_zone
from documents.vng import vng_record
from ledger.errors import UnknownSubject
from ledger.recording.reads import READS
from schemas import is_person
from schemas.encoding import JsonValue, to_json
from web.answering import RequestRunner
from web.api.asking import CURSOR, check_query, hyphened
from web.api.paging import Pages
from web.api.problems import ApiProblem
from web.api.routing import Endpoint, guarded
from web.api.sending import answered
from web.context import RequestContext
from web.logins.limits import Limiter
from web.logins.origin import Origin
from web.principals import Principal
from web.problems import TYPE
from web.resource import converted
from web.standards.common import (
    PIECE,
    check_about,
    check_part,
    is_own,
    line_with,
    log_of,
    source_of,
)

BASE = "/api/vng/v1"
PATH = f"{BASE}/verwerkte-objecten"
_LEFT_OUT = frozenset({"systeem", "gebruiker"})
Node = dict[str, JsonValue]


class VngQuery(Struct, frozen=True, forbid_unknown_fields=True, rename="camel"):
    """What a list is of. `eind_datum` is the first day that is not in it."""

    objecttype: Literal["persoon"]
    soort_object_id: Annotated[str, Meta(max_length=242)]
    object_id: Annotated[str, Meta(max_length=40)]
    begin_datum: date
    eind_datum: date
    verwerkingsactiviteit_id: UUID | UnsetType = UNSET
    cursor: str | None = None

    def has(self, act: Act) -> bool:
        """Whether an act is in the list, the person aside."""
        day = in_zone(act.event.time).date()
        return self.begin_datum <= day < self.eind_datum and (
            self.verwerkingsactiviteit_id in {UNSET, act.activity_id}
        )


class Interface:
    """The interface of one console. `origin`: where its addresses begin."""

    def __init__(self, runner: RequestRunner, origin: Origin, requests: Limiter) -> None:
        self._desk, self._base = runner, origin.text
        self._requests = requests

    def routes(self) -> Sequence[Route]:
        """The addresses of the standard."""
        return [
            Route(PATH, Endpoint({"GET": guarded(self._list, self._requests)}, worded)),
            Route(f"{PATH}/{{id}}", Endpoint({"GET": guarded(self._one, self._requests)}, worded)),
        ]

    async def _list(self, request: Request, principal: Principal) -> Response:
        texts = dict(request.query_params)
        check_query(request, *map(hyphened, VngQuery.__struct_encode_fields__))
        wanted = converted(texts, VngQuery)
        again = {name: text for name, text in texts.items() if name != CURSOR}
        work = partial(self._listed, wanted=wanted, again=again)
        return answered(request, await self._desk.answer(request, principal, work, moment={}))

    def _listed(self, context: RequestContext, wanted: VngQuery, again: Mapping[str, str]) -> bytes:
        source, log = self._source(context), log_of(context, f"{self._base}/register/")
        acts = _acts(context, source, log, wanted)
        objects = [made for act in acts if wanted.has(act) for made in self._objects(context, act)]
        pages = Pages(source.opener.ledger_key(READS), [PATH, again, context.principal.role])
        piece = pages.piece(objects, PIECE, wanted.cursor)
        query = urlencode({**again, CURSOR: piece.following})
        following = f"{self._base}{PATH}?{query}" if piece.following else None
        answer: Node = {
            "count": len(objects),
            "next": following,
            "previous": None,
            "results": piece.rows,
        }
        return line_with(answer, context)

    async def _one(self, request: Request, principal: Principal) -> Response:
        check_query(request)
        work = partial(self._found, id=converted(request.path_params, _Named).id)
        return answered(request, await self._desk.answer(request, principal, work, moment={}))

    def _found(self, context: RequestContext, id: UUID) -> bytes:
        """The object of an identifier."""
        source, log = self._source(context), log_of(context, f"{self._base}/register/")
        reference = context.principal.reference if is_own(context) else _whose(source, log, id)
        check_about(context, reference)
        for act in acts_about(source, log, reference, own=is_own(context)):
            if act.object_id == id:
                for made in self._objects(context, act):
                    return line_with(made, context)
        raise UnknownSubject

    def _source(self, context: RequestContext) -> Source:
        check_part(context)
        return source_of(context)

    def _objects(self, context: RequestContext, act: Act) -> Iterator[Node]:
        """The `VerwerktObjectUitgebreid` of each object of an act; none of one that lapsed."""
        record = vng_record(act)
        if record is None:
            return
        objects: Any = record["verwerkteObjecten"]
        shown = {name: value for name, value in record.items() if name not in _LEFT_OUT}
        for each in objects:
            url = f"{self._base}{PATH}/{each['verwerktObjectId']}"
            yield {**each, "url": url, "verwerkingsactie": shown}


class _Named(Struct, frozen=True):
    """An object, or a person."""

    id: UUID


def _acts(context: RequestContext, source: Source, log: Log, wanted: VngQuery) -> list[Act]:
    """The acts of a list; none of a person who is not known, or is not the one who asks."""
    try:
        reference = _reference(source, log.urn, wanted)
        check_about(context, reference)
        return acts_about(source, log, reference, own=is_own(context))
    except UnknownSubject:
        return []


def _whose(source: Source, log: Log, id: UUID) -> str:
    """The person of an object. Raises UnknownSubject for one that is not there, or whose person is erased."""
    event = event_of_object(source, log, id)
    if event is None:
        raise UnknownSubject
    return reference_of(source, event.stream)


def _reference(source: Source, urn: str, wanted: VngQuery) -> str:
    """The person of a list: by the identifier in records, or by kind and number, as `klant` and 10023."""
    if wanted.soort_object_id == f"{urn}:data-subject":
        return reference_of(source, converted({"id": wanted.object_id}, _Named).id)
    kinds = {word: kind for kind, word in INVOLVED.items()} | {kind: kind for kind in INVOLVED}
    kind = kinds.get(wanted.soort_object_id.lower())
    if kind is None:
        raise UnknownSubject
    reference = f"{kind}/{wanted.object_id}"
    if not is_person(reference):
        raise UnknownSubject
    return reference


def worded(problem: ApiProblem) -> Response:
    """An error as the standard has it: with an instance, and of wrong parameters with their names."""
    fault: Node = {
        "type": problem.type,
        "code": problem.code,
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": f"urn:uuid:{uuid4()}",
    }
    if problem.status == 400:
        names = [each.parameter or "" for each in problem.errors or ()]
        fault["invalidParams"] = [
            {"name": name or "query", "code": problem.code, "reason": problem.detail}
            for name in names or ["query"]
        ]
    return Response(to_json(fault), problem.status, media_type=TYPE)
