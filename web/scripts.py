"""Scripts that import each other: all have one version in their address, which changes with any of them.

`import "./proof/log.js"` then leads to the same version, and a browser may keep every script for ever.
"""

from functools import cache
from hashlib import sha256

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from web.rendering import STATIC

_FOREVER, _NEVER = "public, max-age=31536000, immutable", "no-store"


@cache
def _names() -> frozenset[str]:
    return frozenset(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js"))


@cache
def version() -> str:
    """The version of all scripts together."""
    digest = sha256()
    for name in sorted(_names()):
        digest.update(name.encode() + b"\n" + (STATIC / name).read_bytes())
    return digest.hexdigest()[:16]


def script(name: str) -> str:
    """The address of a script that imports others."""
    return f"/static/{version()}/{name}"


async def _give(request: Request) -> Response:
    """A script. Only names of scripts that are there; an older version is not kept."""
    name = request.path_params["name"]
    if name not in _names():
        raise HTTPException(404)
    current = request.path_params["version"] == version()
    return FileResponse(STATIC / name, headers={"cache-control": _FOREVER if current else _NEVER})


ROUTES = (Route("/static/{version}/{name:path}", _give),)
