"""Errors of the API as `application/problem+json` (RFC 9457): a code for programs, and where the fault is."""

from collections.abc import Callable, Sequence
from http import HTTPStatus

from msgspec import UNSET, Struct, UnsetType
from starlette.responses import Response

from application.queries.cases.found_requests import NoSuchCase
from application.times import localized
from documents.messages import told
from ledger.errors import LedgerError
from schemas.encoding import to_json
from web.api.asking import camel
from web.problems import TYPE, NotFound, status_of, wait_s
from web.words import t

_CODES = {
    HTTPStatus.BAD_REQUEST: "bad-request",
    HTTPStatus.UNAUTHORIZED: "unauthorized",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.GONE: "gone",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported-media-type",
    HTTPStatus.UNPROCESSABLE_ENTITY: "unprocessable",
    HTTPStatus.TOO_MANY_REQUESTS: "too-many-requests",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}


class Fault(Struct, frozen=True):
    """One thing that is wrong. `parameter`: by name; `pointer`: into the body (RFC 6901)."""

    detail: str
    code: str | UnsetType = UNSET
    parameter: str | UnsetType = UNSET
    pointer: str | UnsetType = UNSET


class ApiProblem(Struct, frozen=True):
    """What went wrong. `code`: for programs; `errors`: each fault with its place, where that is known."""

    title: str
    status: int
    detail: str
    code: str
    type: str = "about:blank"
    errors: list[Fault] | UnsetType = UNSET


def problem_of(error: Exception) -> ApiProblem:
    """What is told of an error. Unknown errors tell nothing: their texts may quote values."""
    status = status_of(error)
    if (
        status is HTTPStatus.UNPROCESSABLE_ENTITY
    ):  # wrong input is 400 (ADR /core/error-handling/invalid-input)
        status = HTTPStatus.BAD_REQUEST
    if not isinstance(error, LedgerError):
        return ApiProblem(status.phrase, status.value, str(t("http.500")), "internal")
    # The text of a case that is not there names what was asked for.
    text = str(NotFound() if isinstance(error, NoSuchCase) else error)
    detail = localized(told(text))
    faults = (
        [Fault(detail, parameter=camel(error.field.replace("_", "-")))] if error.field else UNSET
    )
    return ApiProblem(
        status.phrase, status.value, detail, _CODES.get(status, "internal"), errors=faults
    )


def refused(status: HTTPStatus, detail: str, faults: Sequence[Fault] = ()) -> ApiProblem:
    """The problem of a request whose content is refused."""
    return ApiProblem(
        status.phrase, status.value, detail, _CODES[status], errors=[*faults] if faults else UNSET
    )


def problem_response(problem: Struct, status: int) -> Response:
    """A problem as an answer."""
    return Response(to_json(problem), status, media_type=TYPE)


def worded(problem: ApiProblem) -> Response:
    """A problem as an answer."""
    return problem_response(problem, problem.status)


def failed(error: Exception, word: Callable[[ApiProblem], Response] = worded) -> Response:
    """The answer of an error, which says what helps. `word`: how its problem is written."""
    response = word(problem_of(error))
    status = HTTPStatus(response.status_code)
    if wait := wait_s(error):
        response.headers["retry-after"] = wait
    if status is HTTPStatus.UNAUTHORIZED:
        response.headers["www-authenticate"] = "Bearer"
    return response
