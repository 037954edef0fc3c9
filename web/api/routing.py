"""Routes of the API: each resource by GET, and errors as `application/problem+json`."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ledger.errors import LedgerError
from schemas.encoding import to_line
from web.answering import Desk, asked, load
from web.principals import Principal
from web.problems import TYPE, Problem, problem_of
from web.resource import Resource

BASE = "/api/v1"


def api_route(desk: Desk, resource: Resource[Any, Any]) -> Route:
    """The route of a resource."""

    async def answer(request: Request, principal: Principal) -> Response:
        texts = asked(request)
        content = await desk.answer(
            request, principal, lambda visit: to_line(load(visit, resource, texts))
        )
        return Response(content, media_type="application/json")

    return Route(BASE + resource.path, guarded(answer), methods=["GET"])


def guarded(
    answer: Callable[[Request, Principal], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Only for those who are logged in or bring a token."""

    async def endpoint(request: Request) -> Response:
        principal: Principal | None = request.state.principal
        if principal is None:
            response = problem(Problem("Unauthorized", 401))
            response.headers["www-authenticate"] = "Bearer"
            return response
        try:
            return await answer(request, principal)
        except LedgerError as error:
            return problem(problem_of(error))

    return endpoint


def problem(told: Problem) -> Response:
    """A problem as an answer."""
    return Response(to_line(told), told.status, media_type=TYPE)
