"""Whether a request that changes something was made by a page of this console, and not by another site.

Two checks, each of which is enough alone: what the browser says of the request's origin, and the session's
token in the form.
"""

import hmac
from collections.abc import Mapping

from web.logins.origin import Origin

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"


def came_from_here(headers: Mapping[str, str], origin: Origin) -> bool:
    """Whether the browser says that a page of this origin made the request; False when it says nothing.

    `Origin` is `null` where a page sends no referrer; then only `Sec-Fetch-Site` tells.
    """
    site, named = headers.get("sec-fetch-site"), headers.get("origin")
    if named not in {None, "null", origin.text}:
        return False
    return site == "same-origin" if site is not None else named == origin.text


def is_from_browser(headers: Mapping[str, str]) -> bool:
    """Whether a browser made the request: it says where from, and a client of another kind does not."""
    return "sec-fetch-site" in headers or "origin" in headers


def has_token(given: str | None, expected: str) -> bool:
    """Whether a form brought the session's token. Takes as long whatever was given."""
    return hmac.compare_digest((given or "").encode(), expected.encode())


def is_asked_here(headers: Mapping[str, str], origin: Origin) -> bool:
    """Whether a request names this console as its host. Another name leads here by a trick of the DNS."""
    return headers.get("host", "").lower() == origin.authority.lower()
