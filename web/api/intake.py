"""`POST /api/v1/events`: CloudEvents of teams without Kafka. What is answered with 2xx is recorded."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Literal

from msgspec import UNSET, UnsetType
from starlette.requests import Request
from starlette.responses import Response

from application.answer import Answer
from application.language import spoken
from consumers.post_batcher import PostBatcher, PostResult, PostResults
from consumers.posts import MOST_BYTES, Post, many, one, one_binary
from schemas import Code, Rejection
from schemas.codes import words_for
from schemas.encoding import to_line
from web.api.asking import check_query
from web.api.problems import ApiProblem, Fault, problem_response
from web.api.sending import JSON
from web.logins.forms import TooLong, read_body
from web.principals import DATA_SUBJECT, Principal
from web.problems import Forbidden, NotFound, TooBig, WrongType
from web.words import t

SINGLE, MANY = "/events", "/events/batch"
TAKEN_AT = (SINGLE, MANY)
"""Both take every mode. A generator of clients makes one function for an address: so a batch has its own."""
SCOPE = "ledger-events"
"""What the token of a client must be for, to send events."""
STRUCTURED = "application/cloudevents+json"
BATCHED = "application/cloudevents-batch+json"
_STATUSES = {
    Code.TOO_LARGE: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    Code.SOURCE_NOT_ALLOWED: HTTPStatus.FORBIDDEN,
    Code.CONFLICTING_DUPLICATE: HTTPStatus.CONFLICT,
}


class EventOutcome(Answer, frozen=True):
    """What became of one event. `position`: its own, where it is recorded now.

    `code`, `pointer`, `detail`: why it was refused, where in the event, and what to do.
    """

    outcome: Literal["recorded", "duplicate", "refused"]
    position: int | UnsetType = UNSET
    code: str | UnsetType = UNSET
    pointer: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET


class PostedEvents(Answer, frozen=True):
    """What became of the events of a post, in its order. All of them are recorded: now, or before."""

    recorded: int
    duplicates: int
    refused: int
    outcomes: list[EventOutcome]


class RefusedEvents(ApiProblem, frozen=True, kw_only=True):
    """At least one event of a post was refused; the others are recorded. `code`: of the first refused one."""

    recorded: int
    duplicates: int
    refused: int
    outcomes: list[EventOutcome]


async def take_events(
    together: Callable[[], PostBatcher], request: Request, principal: Principal
) -> Response:
    """Record the events of a post, and say what became of each.

    Raises Forbidden for who may not send events, TooBig, WrongType, Misconfigured for what cannot be read,
    Busy or another Retry: then nothing is recorded, or it will be a duplicate.
    """
    if principal.role == DATA_SUBJECT:  # who sees nothing here but what is their own
        raise NotFound
    client = principal.client
    if client is None or principal.kind != "client" or SCOPE not in principal.scopes:
        raise Forbidden
    check_query(request)
    posts = _posts(request, await _body(request))
    results = await asyncio.wrap_future(together().submit(client, posts)) if posts else ()
    return _answer(results, batched=_type_of(request) == BATCHED)


async def _body(request: Request) -> bytes:
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise WrongType  # nothing is expanded here
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:12]) > MOST_BYTES:
        raise TooBig
    try:
        return (await read_body(request.receive, MOST_BYTES)).content
    except TooLong:
        raise TooBig from None


def _type_of(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _posts(request: Request, body: bytes) -> Sequence[Post]:
    """The events of a request in the mode that its content type names (CloudEvents HTTP binding, 3)."""
    type = _type_of(request)
    if type == STRUCTURED:
        return one(body)
    if type == BATCHED:
        return many(body)
    if type != JSON:
        raise WrongType
    return one_binary(request.headers.get("content-type", JSON), request.headers.items(), body)


def _answer(results: PostResults, *, batched: bool) -> Response:
    outcomes = [_outcome(result) for result in results]
    refusals = {index: result.refusal for index, result in enumerate(results) if result.refusal}
    duplicates = sum(result.is_duplicate for result in results)
    recorded = len(results) - duplicates - len(refusals)
    if not refusals:
        answer = PostedEvents(recorded, duplicates, 0, outcomes)
        return Response(to_line(answer), media_type=JSON)
    first, status = next(iter(refusals.values())), _status_of(refusals.values())
    problem = RefusedEvents(
        title=status.phrase,
        status=status.value,
        detail=str(t("api.refused")) if batched else _words(first),
        code=first.code.value,
        errors=[_fault(why, f"/{place}" if batched else "") for place, why in refusals.items()],
        recorded=recorded,
        duplicates=duplicates,
        refused=len(refusals),
        outcomes=outcomes,
    )
    return problem_response(problem, problem.status)


def _status_of(refusals: Iterable[Rejection]) -> HTTPStatus:
    """The status that all refusals have, or that of wrong input."""
    statuses = {_STATUSES.get(why.code, HTTPStatus.BAD_REQUEST) for why in refusals}
    return statuses.pop() if len(statuses) == 1 else HTTPStatus.BAD_REQUEST


def _outcome(result: PostResult) -> EventOutcome:
    why = result.refusal
    if why is None:
        return (
            EventOutcome("duplicate")
            if result.is_duplicate
            else EventOutcome("recorded", result.position or 0)
        )
    return EventOutcome("refused", UNSET, why.code.value, why.pointer, _words(why))


def _fault(why: Rejection, before: str) -> Fault:
    return Fault(_words(why), why.code.value, pointer=before + why.pointer)


def _words(why: Rejection) -> str:
    """What a code means, and what its sender does about it."""
    return words_for(why.code, why.type, why.pointer)[spoken()]
