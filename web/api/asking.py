"""What a request of the API asks: parameters of the resource, moment, opening, place in a list.

Names in a query are camelCase, as the NL API Design Rules have them (/core/query-keys-camel-case); the
hyphens of the pages' addresses are understood as well, so that a page's address leads to its answer.
"""

import re
from collections.abc import Mapping
from typing import Literal

import msgspec
from starlette.requests import Request

from ledger.errors import Misconfigured
from schemas import CATEGORIES
from schemas.formats import Id
from schemas.leaks import looks_personal
from web.frame import MOMENT
from web.reasons import NOTHING_STATED, Reason, ReasonCode, Stated
from web.requests import LANGUAGE, check_filled, check_language
from web.resource import Params, converted

OPEN, REASON, CASE_REF = "open", "reason", "case-ref"
LIMIT, CURSOR = "limit", "cursor"
USUAL_LIMIT, MOST = 100, 1000
_CAPITAL = re.compile(r"(?<=[a-z0-9])([A-Z])")
_AFTER_HYPHEN = re.compile(r"-([a-z0-9])")

Listed = Literal["whole", "parted"]
"""How a list is made: as a whole, of which pieces are cut, or a part at a time by key."""


class OpeningParams(Params, frozen=True):
    """Why masked values open, for this one request."""

    reason: ReasonCode
    case_ref: Id | None = None


class ResourceRequest(msgspec.Struct, frozen=True):
    """A request that was read. `texts`: the resource's own parameters. `moment`: those of the moment."""

    texts: Mapping[str, str]
    moment: Mapping[str, str]
    stated: Stated = NOTHING_STATED
    limit: int = USUAL_LIMIT
    cursor: str | None = None


def camel(name: str) -> str:
    """`as-of` as `asOf`."""
    return _AFTER_HYPHEN.sub(lambda found: found[1].upper(), name)


def hyphened(name: str) -> str:
    """`asOf` as `as-of`."""
    return _CAPITAL.sub(lambda found: f"-{found[1].lower()}", name)


def read_request(request: Request, *, listed: Listed | None, personal: bool) -> ResourceRequest:
    """What is asked. `listed`: of a list made as a whole, or of a part of one. `personal`: of one person.

    Raises Misconfigured, which names the parameter and quotes nothing.
    """
    texts, categories = _texts(request)
    moment = {name: texts.pop(name) for name in MOMENT if name in texts}
    texts.pop(LANGUAGE, None)
    reasons = {name: texts.pop(name) for name in (REASON, CASE_REF) if name in texts}
    stated = _stated(categories, reasons, personal=personal)
    limit = _limit(texts) if listed == "whole" else USUAL_LIMIT
    cursor = texts.pop(CURSOR, None) if listed else None
    return ResourceRequest({**texts, **request.path_params}, moment, stated, limit, cursor)


def check_query(request: Request, *known: str) -> None:
    """Raise Misconfigured for a parameter beside the language and those that are known."""
    texts, categories = _texts(request)
    unknown = texts.keys() - {LANGUAGE, *known} | ({OPEN} if categories else set())
    if unknown:
        raise Misconfigured("this parameter is unknown", field=min(unknown))


def _texts(request: Request) -> tuple[dict[str, str], list[str]]:
    """Each parameter once, with hyphens, and the categories to open, which may be several."""
    check_filled(request)
    check_language(request)
    texts: dict[str, str] = {}
    categories: list[str] = []
    for spelled, text in request.query_params.multi_items():
        name = hyphened(spelled)
        if name == OPEN:
            categories.append(text)
            continue
        if name in texts or name in request.path_params:
            raise Misconfigured("this parameter is given twice", field=name)
        texts[name] = text
    return texts, categories


def _stated(categories: list[str], reasons: Mapping[str, str], *, personal: bool) -> Stated:
    if not categories and not reasons:
        return NOTHING_STATED
    if not personal:
        raise Misconfigured("this parameter is unknown", field=OPEN if categories else REASON)
    if not categories:
        raise Misconfigured("name the categories that the reason opens", field=OPEN)
    if not set(categories) <= set(CATEGORIES):
        raise Misconfigured("this category is unknown", field=OPEN)
    opening = converted(reasons, OpeningParams)
    if opening.case_ref and looks_personal(opening.case_ref):
        raise Misconfigured("this looks like personal data: name the case", field=CASE_REF)
    return Stated(Reason(opening.reason, opening.case_ref), frozenset(categories))


def _limit(texts: dict[str, str]) -> int:
    limit = texts.pop(LIMIT, str(USUAL_LIMIT))
    is_number = limit.isascii() and limit.isdecimal() and len(limit) <= len(str(MOST))
    if not (is_number and 1 <= int(limit) <= MOST):
        raise Misconfigured(f"expected a number from 1 to {MOST}", field=LIMIT)
    return int(limit)
