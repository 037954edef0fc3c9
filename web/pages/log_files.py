"""The files of the transparency log under `/log/`, as C2SP tlog-tiles lays them out.

Checkpoint, tiles and the index of the first bundle are for everyone: they hold hashes and numbers. Entry
bundles hold what was done with whose data, by pseudonym. A name is taken apart and written again, and only a
name that comes out the same is looked up: no other file of the folder can be asked for.
"""

from collections.abc import Callable
from functools import partial
from typing import Literal

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from application.queries.upkeep.log_state import event_proof
from host.keys import published_log
from ledger.errors import Unproven
from ledger.tlog.proving.left import entry_left, row_entry
from ledger.tlog.proving.serving import served
from ledger.tlog.store.folder import CHECKPOINT, MINIMUM_INDEX, LogFolder
from ledger.tlog.tree.tiles import TILE_WIDTH, place_of
from web.answering import RequestRunner
from web.api.routing import Endpoint, guarded
from web.context import RequestContext
from web.principals import Principal
from web.problems import NotForRole, NotFound
from web.resources.proof import note_entry

_TEXT, _BYTES = "text/plain; charset=utf-8", "application/octet-stream"
_NEVER, _ALWAYS = "no-store", "public, max-age=31536000, immutable"
Kind = Literal["text", "tile", "entries"]


REFUSED = "ledger-file-refused"
"""The header that tells of a file that is there and is not what was signed."""


class NotAsSigned:
    """There is a file, and it is not what the log's key signed."""


class LogName(msgspec.Struct, frozen=True):
    """A file that a log may have. `lasts`: its content never changes."""

    path: str
    kind: Kind
    lasts: bool

    @property
    def content_type(self) -> str:
        """The media type of the file."""
        return _TEXT if self.kind == "text" else _BYTES

    @property
    def cache_control(self) -> str:
        """Who may keep it: full tiles everyone, for ever; nobody keeps events."""
        return _ALWAYS if self.lasts and self.kind == "tile" else _NEVER


def name_of(path: str) -> LogName | None:
    """The file that a path below `/log/` names; None when it names none."""
    if path in {CHECKPOINT, MINIMUM_INDEX}:
        return LogName(path, "text", lasts=False)
    place = place_of(path)
    if place is None:
        return None
    kind: Kind = "entries" if place.level is None else "tile"
    # A partial tile is never as wide as a full one.
    return LogName(path, kind, lasts=place.width == TILE_WIDTH)


def routes(runner: RequestRunner) -> list[Route]:
    """The files under `/log/`, and proof and entry of an event as files for `ledger verify`."""
    settings = runner.pool.settings

    def read(name: LogName) -> bytes | NotAsSigned | None:
        log = published_log(settings)
        try:
            return served(log.folder, name.path, log.keys)
        except Unproven:
            return NotAsSigned()

    async def closed(request: Request, principal: Principal) -> Response:
        name = _asked(request)
        content = await runner.answer(
            request, principal, lambda context: _read_closed(context, name, read)
        )
        return _given(name, content)

    for_readers = guarded(closed)

    async def file(request: Request) -> Response:
        name = _asked(request)
        # That a confidential ledger exists, and how much it holds, is for its own readers.
        if name.kind == "entries" or settings.confidential:
            return await for_readers(request)
        return _given(name, await run_in_threadpool(read, name))

    return [
        Route("/log/{name:path}", Endpoint({"GET": file})),
        _download(runner, "tlog-proof", _proof),
        _download(runner, "entry", _entry),
    ]


def _asked(request: Request) -> LogName:
    name = name_of(request.path_params["name"])
    if name is None:
        raise NotFound
    return name


def _given(name: LogName, content: bytes | NotAsSigned | None) -> Response:
    if content is None:
        raise NotFound
    if isinstance(content, NotAsSigned):
        # As if there were none, but a browser that checks seals tells its reader.
        return Response(status_code=404, headers={"cache-control": _NEVER, REFUSED: "1"})
    headers = {"cache-control": name.cache_control}
    return Response(content, headers=headers, media_type=name.content_type)


def _read_closed(
    context: RequestContext, name: LogName, read: Callable[[LogName], bytes | NotAsSigned | None]
) -> bytes | NotAsSigned | None:
    """A file that not everyone may have. To read entries is noted as a read of many."""
    if name.kind == "entries":
        note_entry(context)
    elif not context.has("proof"):
        raise NotForRole
    return read(name)


def _download(
    runner: RequestRunner, kind: str, make: Callable[[RequestContext, int], bytes]
) -> Route:
    async def answer(request: Request, principal: Principal) -> Response:
        position = request.path_params["position"]
        content = await runner.answer(request, principal, lambda context: make(context, position))
        headers = {"content-disposition": f"attachment; filename={position}.{kind}"}
        return Response(content, headers=headers, media_type=_BYTES)

    return Route(f"/proof/{{position:position}}.{kind}", Endpoint({"GET": guarded(answer)}))


def _proof(context: RequestContext, position: int) -> bytes:
    if not context.has("proof"):
        raise NotForRole
    log = context.settings.log
    proof = event_proof(LogFolder(log.folder), log.origin, position).proof
    if proof is None:
        raise NotFound
    return proof.encode()


def _entry(context: RequestContext, position: int) -> bytes:
    note_entry(context)
    row = partial(row_entry, context.site.session("reader"))
    return entry_left(LogFolder(context.settings.log.folder), position, row)
