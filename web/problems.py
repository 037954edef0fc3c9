"""Errors over HTTP: each family has a status; texts are those of commands, without a command's flags.

People get a page; what programs get is made in `web/api/problems.py`. No text quotes a value.
"""

from http import HTTPStatus
from math import ceil

from msgspec import UNSET, Struct, UnsetType

from application.queries.cases.found_requests import NoSuchCase, NotAllowed
from application.reading import TooManyLooks
from application.times import localized
from documents.messages import told
from ledger.errors import (
    EventPruned,
    Full,
    Halt,
    LedgerError,
    Misconfigured,
    NotGranted,
    Pruned,
    Reject,
    Retry,
    RolledBack,
    UnknownSubject,
    Unproven,
)

TYPE = "application/problem+json"


class Problem(Struct, frozen=True):
    """What a page says of an error. `field`: the parameter that it is about."""

    title: str
    status: int
    detail: str | UnsetType = UNSET
    field: str | UnsetType = UNSET


class NotFound(LedgerError):
    """There is nothing at this address."""


# What a role does not have is told as what is not there, and logged as what it is.
class NotForRole(NotFound):
    """There is nothing at this address."""


class Forbidden(LedgerError):
    """This is not for your role."""


class TooMany(LedgerError):
    """Too many requests: wait a moment, and ask again."""

    wait_s = 5.0
    """After so many seconds the next one is taken."""


def too_many(wait_s: float) -> TooMany:
    """The error of one request too many, where it is known when the next one is taken."""
    error = TooMany()
    error.wait_s = wait_s
    return error


class NotLoggedIn(LedgerError):
    """Bring an access token that counts, or log in."""


class WrongMethod(LedgerError):
    """This address does not take this method."""


class PlaceLost(LedgerError):
    """The list has changed, and this place in it is gone: begin again without a cursor."""


class TooBig(LedgerError):
    """This request has more bytes than are read."""


class WrongType(LedgerError):
    """This content type is not read here."""


_STATUSES: tuple[tuple[type[LedgerError], HTTPStatus], ...] = (
    (NotFound, HTTPStatus.NOT_FOUND),
    (Forbidden, HTTPStatus.FORBIDDEN),
    (TooMany, HTTPStatus.TOO_MANY_REQUESTS),
    (TooManyLooks, HTTPStatus.TOO_MANY_REQUESTS),
    (NotLoggedIn, HTTPStatus.UNAUTHORIZED),
    (WrongMethod, HTTPStatus.METHOD_NOT_ALLOWED),
    (PlaceLost, HTTPStatus.GONE),
    (TooBig, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    (WrongType, HTTPStatus.UNSUPPORTED_MEDIA_TYPE),
    (UnknownSubject, HTTPStatus.NOT_FOUND),
    (NoSuchCase, HTTPStatus.NOT_FOUND),
    (NotAllowed, HTTPStatus.CONFLICT),
    (Unproven, HTTPStatus.CONFLICT),
    (NotGranted, HTTPStatus.FORBIDDEN),
    (Misconfigured, HTTPStatus.BAD_REQUEST),
    (Pruned, HTTPStatus.GONE),
    (EventPruned, HTTPStatus.GONE),
    (Reject, HTTPStatus.UNPROCESSABLE_ENTITY),
    (Retry, HTTPStatus.SERVICE_UNAVAILABLE),
    # Until a person has put the database right, or made room, nothing can be recorded.
    (RolledBack, HTTPStatus.SERVICE_UNAVAILABLE),
    (Full, HTTPStatus.SERVICE_UNAVAILABLE),
)
_WAIT_S = {HTTPStatus.SERVICE_UNAVAILABLE: "1", HTTPStatus.TOO_MANY_REQUESTS: "5"}


def status_of(error: Exception) -> HTTPStatus:
    """The status of an error; 500 for one that nobody foresaw."""
    for family, status in _STATUSES:
        if isinstance(error, family):
            return status
    return HTTPStatus.INTERNAL_SERVER_ERROR


def wait_s(error: Exception) -> str | None:
    """Seconds after which a second try may help, for `Retry-After`; None where a person must act first."""
    if isinstance(error, TooMany):
        return str(max(1, ceil(error.wait_s)))
    return None if isinstance(error, Halt) else _WAIT_S.get(status_of(error))


def problem_of(error: Exception) -> Problem:
    """What is told of an error. Unknown errors tell nothing: their texts may quote values."""
    status = status_of(error)
    if not isinstance(error, LedgerError):
        return Problem(status.phrase, status.value)
    detail = localized(told(str(error)))
    return Problem(status.phrase, status.value, detail, error.field or UNSET)
