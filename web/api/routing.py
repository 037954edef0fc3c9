"""Routes of the API: each resource by GET, and errors as `application/problem+json`."""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from application.answer import Answer
from application.language import speak
from host.logs import Log
from ledger.errors import LedgerError
from ledger.recording.reads import READS
from web.answering import RequestRunner, load
from web.api.asking import CURSOR, LIMIT, Listed, ResourceRequest, camel, hyphened, read_request
from web.api.paging import Pages
from web.api.problems import ApiProblem, failed, worded
from web.api.sending import answered, bodiless, ending_headers
from web.context import RequestContext
from web.exports import line_of
from web.logins.limits import Limiter
from web.principals import DATA_SUBJECT, Principal
from web.problems import NotFound, NotLoggedIn, WrongMethod, too_many
from web.refusals import log_refusal
from web.requests import language_of
from web.resource import Resource
from web.rights import rights_of

BASE = "/api/v1"
BEHIND, PRUNED = "Ledger-Behind", "Ledger-Pruned"
"""The header that says how many recorded events an answer lacks, as the views are behind."""
# A program that asks one thing after the other stays below it.
REQUESTS, REQUESTS_S = 3000, 60.0
_LOG = Log("serve")

Method = Callable[[Request], Awaitable[Response]]
Guarded = Callable[[Request, Principal], Awaitable[Response]]


class Endpoint:
    """One address of the API and what it does by each method. Every answer is JSON, also that of an error.

    `word`: how a problem is written. `headers`: of each answer.
    """

    def __init__(
        self,
        methods: Mapping[str, Method],
        word: Callable[[ApiProblem], Response] = worded,
        headers: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        get = {"HEAD": methods["GET"]} if "GET" in methods else {}
        self._methods = {**methods, **get}
        self._allow = ", ".join([*self._methods, "OPTIONS"])
        self._word = word
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        speak(language_of(request))
        response = bodiless(request, await self._answered(request))
        response.headers.update(self._headers)
        response.headers.update(getattr(request.state, "limited", {}))
        await response(scope, receive, send)

    async def _answered(self, request: Request) -> Response:
        try:
            return await self._answer(request)
        except LedgerError as error:
            log_refusal(error, request.state.principal)
            response = failed(error, self._word)
        except Exception as error:  # its text may quote a value: the log has its type alone
            name = type(error).__name__
            _LOG.error("unforeseen", f"a request ended with {name}", error=name)
            response = failed(error, self._word)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers["allow"] = self._allow
        return response

    async def _answer(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={"allow": self._allow})
        method = self._methods.get(request.method)
        if method is None:
            raise WrongMethod
        return await method(request)


def limit_headers(requests: Limiter, who: str) -> Mapping[str, str]:
    """How often one may ask, and still may (draft-ietf-httpapi-ratelimit-headers-10)."""
    most, period_s = requests.policy
    left, full_s = requests.left(who)
    return {
        "ratelimit-policy": f'"requests";q={most};w={period_s}',
        "ratelimit": f'"requests";r={left};t={full_s}',
    }


class Nothing(Endpoint):
    """Every other address below the API, whatever is asked of it."""

    def __init__(self) -> None:
        super().__init__({})

    async def _answer(self, _request: Request) -> Response:
        raise NotFound


def guarded(answer: Guarded, requests: Limiter | None = None) -> Method:
    """Only for those who are logged in or bring a token; with `requests` not more often than it lets."""

    async def endpoint(request: Request) -> Response:
        principal: Principal | None = request.state.principal
        if principal is None:
            raise NotLoggedIn
        if requests is not None:
            wait_s = requests.take(principal.reference)
            request.state.limited = limit_headers(requests, principal.reference)
            if wait_s:
                raise too_many(wait_s)
        return await answer(request, principal)

    return endpoint


def resource_route(
    runner: RequestRunner,
    resource: Resource[Any, Any],
    requests: Limiter,
    more: Mapping[str, Method] = MappingProxyType({}),
) -> Route:
    """The route of a resource. `more`: what its address takes beside GET."""

    async def answer(request: Request, principal: Principal) -> Response:
        # For a person of the portal every other address is one where there is nothing, whatever is asked.
        if principal.role == DATA_SUBJECT and resource.part not in rights_of(DATA_SUBJECT).pages:
            raise NotFound
        asked = read_request(request, listed=listed_as(resource), personal=resource.is_personal)
        runner.check_opening(principal, asked.stated)
        made = await runner.answer(
            request,
            principal,
            lambda context: _made(context, resource, asked, request),
            moment=asked.moment,
            stated=asked.stated,
        )
        links = _links(resource, made.following)
        return answered(request, made.content, **made.headers, **links)

    methods = {"GET": guarded(answer, requests), **more}
    headers = ending_headers(resource.ending)
    return Route(BASE + resource.path, Endpoint(methods, headers=headers))


def _links(resource: Resource[Any, Any], following: str | None) -> Mapping[str, str]:
    """The next piece of a list, and what takes the place of an answer that ends."""
    instead = resource.ending and f'<{BASE}{resource.ending.instead}>; rel="successor-version"'
    following = following and f'<{following}>; rel="next"'
    links = [link for link in (following, instead) if link]
    return {"link": ", ".join(links)} if links else {}


def listed_as(resource: Resource[Any, Any]) -> Listed | None:
    """How an answer is a list, if it is one."""
    if resource.is_whole:
        return "whole"
    return "parted" if resource.place else None


class Made(NamedTuple):
    """An answer. `following`: the address of the rest of a list. `headers`: what is said of it beside."""

    content: bytes
    following: str | None
    headers: Mapping[str, str]


def _made(
    context: RequestContext, resource: Resource[Any, Any], asked: ResourceRequest, request: Request
) -> Made:
    content, following = _content(context, resource, asked, request)
    said = {BEHIND: context.behind, PRUNED: context.missing_through}
    return Made(content, following, {name: str(count) for name, count in said.items() if count})


def _content(
    context: RequestContext, resource: Resource[Any, Any], asked: ResourceRequest, request: Request
) -> tuple[bytes, str | None]:
    """The bytes of an answer, and the address of the rest of a list."""
    if resource.place is not None:
        return _part(context, resource, resource.place, asked, request)
    answer: Answer = load(context, resource, asked.texts)
    if resource.rows is None:
        return line_of(answer, context.part), None
    piece = _pages(context, resource, asked).piece(
        getattr(answer, resource.rows), asked.limit, asked.cursor
    )
    answer = msgspec.structs.replace(answer, **{resource.rows: piece.rows})
    following = _following(request, piece.following, CURSOR) if piece.following else None
    return line_of(answer, context.part, next=following), following


def _part(
    context: RequestContext,
    resource: Resource[Any, Any],
    place: str,
    asked: ResourceRequest,
    request: Request,
) -> tuple[bytes, str | None]:
    """The same of a list that is read by key: behind `place`, which an address of a page may name, too."""
    pages, texts = _pages(context, resource, asked), dict(asked.texts)
    if asked.cursor is not None:
        texts[place] = pages.key(asked.cursor)
    answer: Any = load(context, resource, texts)
    following = None
    if answer.next is not None:
        following = _following(request, pages.cursor(answer.next), CURSOR, place)
    return line_of(answer, context.part, next=following), following


def _pages(context: RequestContext, resource: Resource[Any, Any], asked: ResourceRequest) -> Pages:
    """The pieces of what is asked, whatever piece that is."""
    texts = {
        name: text for name, text in asked.texts.items() if name not in {LIMIT, resource.place}
    }
    question = [resource.path, texts, dict(asked.moment), context.principal.role]
    return Pages(context.ledger_key(READS), question)


def _following(request: Request, cursor: str, *replaced: str) -> str:
    kept = [
        (camel(hyphened(name)), text)
        for name, text in request.query_params.multi_items()
        if text and name not in replaced
    ]
    return f"{quote(request.url.path)}?{urlencode([*kept, (CURSOR, cursor)])}"
