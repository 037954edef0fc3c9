"""The console as one ASGI program: logins, pages, the API, static files."""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route, compile_path

from application.reading import Reader
from consumers.post_batcher import UNOBSERVED, PostObserver
from host.pool import SitePool
from web import scripts
from web.answering import RequestRunner
from web.api.marking import MarkMiddleware
from web.api.routing import REQUESTS, REQUESTS_S
from web.bodies import BodiesMiddleware, Room
from web.compressing import CompressionMiddleware
from web.headers import HeadersMiddleware
from web.interface import Api
from web.logins.house import House
from web.logins.limits import Limiter
from web.logins.links import Links
from web.logins.origin import Origin
from web.logins.proxied import ProxyMiddleware
from web.logins.sessions import Session, Sessions
from web.logins.wiring import logins_of
from web.pages import log_files
from web.pages.listed import FORMS, PAGES, QUESTIONS
from web.reasons import Reasons
from web.rendering import STATIC
from web.rights import rights_of
from web.routing import Pages
from web.showing import Showing

# A static file's address changes with its content.
FOREVER = "public, max-age=31536000, immutable"


class Console:
    """One console: its program, and what is told when it begins and ends."""

    announced: Callable[[], AbstractContextManager[None]]

    def __init__(self, pool: SitePool, origin: Origin, posts: PostObserver = UNOBSERVED) -> None:
        """`posts`: is told what became of the events that clients post."""
        self.origin = origin
        self.room = Room()
        settings, showing = pool.settings, Showing(pool.settings, PAGES)
        is_direct = origin.is_loopback and settings.web.socket is None
        links = Links(settings.key_dir / str(settings.ledger)) if is_direct else None
        house = House(
            origin=origin,
            clock=pool.clock,
            grants=lambda reader: granted(pool, reader),
            show=showing.show,
            sessions=Sessions(pool.clock),
            links=links,
            keeps=keeps_what_was_typed,
        )
        self.logins = logins = logins_of(house, settings)
        self.desk = runner = RequestRunner(pool, Reasons(), login_of)
        self.requests = requests = Limiter(REQUESTS, REQUESTS_S)
        pages = Pages(runner, showing, requests, secure=origin.is_secure)
        self.api = Api(runner, pool, origin, posts, requests)
        self.announced = partial(links.announced, origin) if links else nullcontext
        self.app = Starlette(
            routes=[
                *logins.routes(),
                *log_files.routes(runner),
                *(pages.page(page) for page in PAGES),
                *(pages.form(form) for form in FORMS),
                *(pages.question(question) for question in QUESTIONS),
                *self.api.routes(),
                Route("/static/{name}", _static),
                *scripts.ROUTES,
            ],
            middleware=[
                Middleware(HeadersMiddleware, is_secure=origin.is_secure),
                Middleware(ProxyMiddleware),
                Middleware(BodiesMiddleware, room=self.room),
                Middleware(CompressionMiddleware),
                Middleware(MarkMiddleware),
                logins.middleware,
            ],
            exception_handlers={
                404: pages.missing,
                405: pages.missing,
                Exception: pages.unforeseen,
            },
        )
        # An address has one spelling. A redirect to it would name the scheme that a proxy hides.
        self.app.router.redirect_slashes = False


def login_of(request: Request) -> str:
    """A name of the login of a request: of the session, or of the program that asks."""
    session: Session | None = request.state.session
    if session is not None:
        return session.name
    return f"client/{request.state.principal.reference}"


_KEEPING = tuple(
    compile_path(path)[0]
    for path in (*(form.path for form in FORMS if form.page), *(one.path for one in QUESTIONS))
)


def keeps_what_was_typed(path: str) -> bool:
    """Whether a form with this address is shown once more, with what was typed, when it cannot be taken."""
    return any(pattern.match(path) for pattern in _KEEPING)


def granted(pool: SitePool, reader: Reader) -> bool:
    """Whether the register grants a reader the role now. A role that must end needs a grant with an end."""
    with pool.site(reader) as site:
        grant = site.grant_of(reader)
        return grant is not None and (
            grant.valid_until is not None or not rights_of(reader.role).ends
        )


async def _static(request: Request) -> Response:
    """A static file. Only names of files that are there, without any folder."""
    name = request.path_params["name"]
    if name not in {path.name for path in STATIC.iterdir() if path.is_file()}:
        raise HTTPException(404)
    return FileResponse(STATIC / name, headers={"cache-control": FOREVER})
