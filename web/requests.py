"""What a request says beside its address: its language, its moment, its parameters."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from starlette.convertors import IntegerConvertor, register_url_convertor
from starlette.requests import Request
from starlette.types import Scope

from application.times import in_zone, time_shown
from ledger.errors import Misconfigured
from projections.folds.timetravel import Moment
from schemas.formats import instant_of
from schemas.texts import LANGUAGES, Language
from web.frame import AS_OF, AT_POSITION, RECORDED_BY
from web.moments import field_time

LANGUAGE = "language"
"""The parameter, and without TLS the cookie that keeps it."""
LANGUAGE_OF_HOST = f"__Host-{LANGUAGE}"
"""The cookie with TLS: no other host of the domain sets it."""
EMPTY = "this parameter is empty: give it a value, or leave it out"
UNKNOWN_VALUE = "this value is not one of those that are known"
_LAST = 2**63 - 1
_DIGITS = len(str(_LAST))
_INSTANT = timedelta(microseconds=1)
# Beside these no clock goes, in any zone: a day more or a year less would be none.
_FIRST_YEAR, _LAST_YEAR = 3, 9997


def language_of(request: Request) -> Language:
    """The language that was chosen, else the one that the browser prefers; Dutch without either."""
    kept = request.cookies.get(LANGUAGE_OF_HOST) or request.cookies.get(LANGUAGE)
    chosen = request.query_params.get(LANGUAGE) or kept
    for language in LANGUAGES:
        if chosen == language:
            return language
    return _preferred(request.headers.get("accept-language", ""))


def check_language(request: Request) -> None:
    """Raise Misconfigured where an address names a language that is none of ours."""
    if request.query_params.get(LANGUAGE, LANGUAGES[0]) not in LANGUAGES:
        raise Misconfigured(UNKNOWN_VALUE, field=LANGUAGE)


def check_filled(request: Request) -> None:
    """Raise Misconfigured for a parameter without a value."""
    for name, text in request.query_params.multi_items():
        if not text:
            raise Misconfigured(EMPTY, field=name)


def path_of(request: Request) -> str:
    """The path of a request as an address of this console: no browser takes it for one of another host."""
    return "/" + quote(request.url.path.lstrip("/"))


def as_written(scope: Scope) -> Scope:
    """A request whose path keeps an encoded slash: a proxy before us reads it so, and no address has one."""
    raw: bytes = scope.get("raw_path") or b""
    if not any(mark in raw.lower() for mark in (b"%2f", b"%5c")):
        return scope
    return {**scope, "path": raw.decode("latin-1")}


def _preferred(header: str) -> Language:
    weights: dict[Language, float] = {}
    for place, part in enumerate(header.split(",")):
        tag, _, weight = part.strip().partition(";q=")
        for language in LANGUAGES:
            if tag.lower().partition("-")[0] == language:
                weights.setdefault(language, _weight(weight) - place / 1000)
    return max(weights, key=lambda language: weights[language], default="nl")


def _weight(text: str) -> float:
    try:
        return float(text or "1")
    except ValueError:
        return 0.0


def moment_of(texts: Mapping[str, str]) -> Moment:
    """The moment that parameters name. Raises Misconfigured for a malformed time."""
    position = texts.get(AT_POSITION) or None
    if position is not None and not is_position(position):
        raise Misconfigured("expected a position: a whole number", field=AT_POSITION)
    return Moment(
        time_named(texts, AS_OF),
        time_named(texts, RECORDED_BY),
        None if position is None else int(position),
    )


class PositionConvertor(IntegerConvertor):
    """`{position:position}` in a path: a number that may be a place in the ledger."""

    regex = f"[0-9]{{1,{_DIGITS}}}"


register_url_convertor("position", PositionConvertor())


def is_position(text: str) -> bool:
    """Whether a text is a place in the ledger. A longer number is not even read."""
    return text.isascii() and text.isdecimal() and len(text) <= _DIGITS and int(text) <= _LAST


def time_named(texts: Mapping[str, str], name: str) -> datetime | None:
    """A time that a person typed or copied. Raises Misconfigured for what is none."""
    return time_asked(texts.get(name), name)


def time_asked(text: str | None, name: str) -> datetime | None:
    """The time that a parameter names, if it does. Raises Misconfigured for a malformed time."""
    if not text:
        return None
    time = instant_of(text) or time_shown(text) or field_time(text)
    if time is None or not _FIRST_YEAR <= time.year <= _LAST_YEAR:
        raise Misconfigured(
            "expected a time with its offset, such as 2026-11-24T10:15:00+01:00", field=name
        )
    return time


def bound_of(text: str | None, name: str, *, last: bool = False) -> datetime | None:
    """The beginning of a day of a form, or its last instant, by the clock here. Raises Misconfigured."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
        if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
            raise ValueError
        begun = in_zone(datetime(day.year, day.month, day.day, 12, tzinfo=UTC)).replace(hour=0)
        after = begun + timedelta(days=1) if last else begun
    except (ValueError, OverflowError):
        raise Misconfigured("expected a day, such as 2026-03-12", field=name) from None
    return after - _INSTANT if last else after
