"""Answers of the API on their way out: their tag, and their coding."""

import gzip
from collections.abc import Mapping
from email.utils import format_datetime
from hashlib import sha256

from starlette.requests import Request
from starlette.responses import Response

from web.resource import Ending

JSON = "application/json"
# Less than this is not smaller when it is compressed, headers and all.
_LEAST_COMPRESSED = 1400
_LEVEL = 5
_VARY = "Accept-Encoding, Accept-Language, Authorization, Cookie"


def answered(request: Request, content: bytes, **headers: str) -> Response:
    """An answer with its tag; 304 without content where the client has it already."""
    tag = f'W/"{sha256(content).hexdigest()[:32]}"'
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    common = {**named, "etag": tag, "vary": _VARY}
    # Whether a client says that it has an answer (RFC 9110, 13.1.2: by weak comparison).
    given = request.headers.get("if-none-match", "")
    known = {part.strip().removeprefix("W/") for part in given.split(",")}
    if "*" in known or tag.removeprefix("W/") in known:
        return Response(status_code=304, headers=common)
    # Not for a browser's session: what another site makes it ask could show in the length (BREACH).
    accepted = {part.partition(";")[0].strip() for part in _codings(request)}
    if len(content) >= _LEAST_COMPRESSED and "gzip" in accepted and request.state.session is None:
        content = gzip.compress(content, _LEVEL)
        common["content-encoding"] = "gzip"
    return bodiless(request, Response(content, headers=common, media_type=JSON))


def ending_headers(ending: Ending | None) -> Mapping[str, str]:
    """What each answer of an address says that ends (RFC 9745, RFC 8594)."""
    if ending is None:
        return {}
    return {
        "deprecation": f"@{ending.deprecated_at}",
        "sunset": format_datetime(ending.gone_at, usegmt=True),
    }


def bodiless(request: Request, response: Response) -> Response:
    """To HEAD the headers alone, as they would be."""
    if request.method == "HEAD":
        response.body = b""
    return response


def _codings(request: Request) -> list[str]:
    codings = request.headers.get("accept-encoding", "").lower().split(",")
    return [
        coding
        for coding in codings
        if coding.replace(" ", "").partition(";q=")[2] not in {"0", "0.0"}
    ]
