"""The HTTP API of one console: its addresses, its description, and what records the events of clients.

`python -m web.interface [FILE]` writes the description; it is committed as `docs/reference/openapi.json`.
"""

import json
import sys
from collections.abc import Iterator, Sequence
from functools import cache, partial
from pathlib import Path
from threading import Lock
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from consumers.post_batcher import PostBatcher, PostObserver
from host.pool import SitePool
from web.answering import RequestRunner
from web.api.asking import check_query
from web.api.changes import PATH as CHANGES
from web.api.changes import Changes
from web.api.described import Schema
from web.api.intake import TAKEN_AT, take_events
from web.api.openapi import document
from web.api.own import DEEDS, OwnDeed, take
from web.api.routing import (
    BASE,
    REQUESTS,
    REQUESTS_S,
    Endpoint,
    Method,
    Nothing,
    guarded,
    resource_route,
)
from web.api.sending import JSON
from web.logins.limits import Limiter
from web.logins.origin import Origin
from web.principals import Principal
from web.resources.listed import RESOURCES
from web.standards import ldv, vng

# Who describes an API to others reads it from a page of another origin (ADR /core/publish-openapi).
_FOR_ALL = {"access-control-allow-origin": "*", "cache-control": "public, max-age=3600"}


class Api:
    """The API of one console. `posts`: hears what became of events; `requests`: how often one may ask."""

    def __init__(
        self,
        runner: RequestRunner,
        pool: SitePool,
        origin: Origin,
        posts: PostObserver,
        requests: Limiter | None = None,
    ) -> None:
        self._desk, self._pool, self._origin = runner, pool, origin
        self._requests = requests or Limiter(REQUESTS, REQUESTS_S)
        self._posts = posts
        self.changes = Changes(runner)
        self._making = Lock()
        self._recorder: PostBatcher | None = None

    def routes(self) -> Sequence[Route]:
        """Every address below `/api`; the last one takes what is left."""
        return [
            Route(f"{BASE}/openapi.json", Endpoint({"GET": _description})),
            *(Route(f"{BASE}{path}", Endpoint({"POST": guarded(self._take)})) for path in TAKEN_AT),
            Route(
                f"{BASE}{CHANGES}", Endpoint({"GET": guarded(self.changes.answer, self._requests)})
            ),
            *self._resources(),
            *ldv.routes(self._desk, self._origin, self._requests),
            *vng.Interface(self._desk, self._origin, self._requests).routes(),
            Route("/api/{rest:path}", Nothing()),
        ]

    def _resources(self) -> Iterator[Route]:
        """Every resource, and what persons of the portal do at the addresses of theirs."""
        deeds = {deed.path: {"POST": self._doing(deed)} for deed in DEEDS}
        for resource in RESOURCES:
            more = deeds.pop(resource.path, {})
            yield resource_route(self._desk, resource, self._requests, more)
        yield from (Route(BASE + path, Endpoint(methods)) for path, methods in deeds.items())

    def _doing(self, deed: OwnDeed[Any]) -> Method:
        return guarded(partial(take, self._desk, deed), self._requests)

    def _together(self) -> PostBatcher:
        """What records posts, made for the first one."""
        with self._making:
            if self._recorder is None:
                site = self._pool.apart(self._close)
                self._recorder = PostBatcher(
                    site.open_recorder, site.intake, site.clock, site.batch_limits, self._posts
                )
            return self._recorder

    def _close(self) -> None:
        if self._recorder is not None:
            self._recorder.close()

    async def _take(self, request: Request, principal: Principal) -> Response:
        return await take_events(self._together, request, principal)


async def _description(request: Request) -> Response:
    """The description of the API, for all to read."""
    check_query(request)
    return Response(published(), headers=_FOR_ALL, media_type=JSON)


def description() -> Schema:
    """The description of the whole API."""
    return document(RESOURCES, DEEDS)


@cache
def published() -> bytes:
    """The description as it is served and committed."""
    return (json.dumps(description(), indent=1, ensure_ascii=False) + "\n").encode()


if __name__ == "__main__":
    Path(sys.argv[1] if len(sys.argv) > 1 else "docs/reference/openapi.json").write_bytes(
        published()
    )
