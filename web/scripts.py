"""Scripts that import each other: all have one version in their address, which changes with any of them.

`import "./proof/log.js"` then leads to the same version, and a browser may keep every script for ever. So it
may keep what the seals say, which is a file for each language.
"""

from functools import cache
from hashlib import sha256

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from application.language import spoken
from schemas.texts import LANGUAGES, Language
from web.rendering import STATIC, offered
from web.words import words

_FOREVER, _NEVER = "public, max-age=31536000, immutable", "no-store"


@cache
def _names() -> frozenset[str]:
    return frozenset(path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*.js"))


@cache
def _texts() -> dict[str, dict[str, str]]:
    """What the seals say, by name of the file; `{name}` in a text is filled in by the browser."""
    return {_named(language): _said(language) for language in LANGUAGES}


def _named(language: Language) -> str:
    return f"seal-words.{language}.json"


def _said(language: Language) -> dict[str, str]:
    return {name: texts[language] for name, texts in words()["seals"].items()}


@offered
def seal_words() -> str:
    """The address of what the seals say, in the language that is spoken."""
    return script(_named(spoken()))


@cache
def version() -> str:
    """The version of all scripts together, and of what they say."""
    digest = sha256(repr(_texts()).encode())
    for name in sorted(_names()):
        digest.update(name.encode() + b"\n" + (STATIC / name).read_bytes())
    return digest.hexdigest()[:16]


@offered
def script(name: str) -> str:
    """The address of a script that imports others."""
    return f"/static/{version()}/{name}"


async def _give(request: Request) -> Response:
    """A script, or its texts. Only names that are there; an older version is not kept."""
    name = request.path_params["name"]
    current = request.path_params["version"] == version()
    headers = {"cache-control": _FOREVER if current else _NEVER}
    if name in _texts():
        return JSONResponse(_texts()[name], headers=headers)
    if name not in _names():
        raise HTTPException(404)
    return FileResponse(STATIC / name, headers=headers)


ROUTES = (Route("/static/{version}/{name:path}", _give),)
