"""Pages as answers over HTTP: the frame around them, and the errors that people read."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from application.language import speak, spoken
from application.times import show_in
from host.settings import Settings
from ledger.errors import EventPruned, LedgerError, RolledBack, UnknownSubject
from web.frame import Frame, Reader, Section
from web.logins.sessions import Session
from web.page import AnyPage
from web.portal import is_by_portal
from web.principals import Principal
from web.problems import problem_of, wait_s
from web.rendering import render
from web.requests import LANGUAGE, LANGUAGE_OF_HOST, language_of, path_of
from web.rights import rights_of
from web.words import title_of

YEAR_S = 365 * 24 * 3600


class Showing:
    """How pages of one console look. `pages`: all of them, for the navigation."""

    def __init__(self, settings: Settings, pages: Sequence[AnyPage]) -> None:
        self._settings = settings
        self._entries = [page for page in pages if page.entry]

    def frame(self, request: Request, section: str = "") -> Frame:
        """What stands around a page of a section."""
        session: Session | None = request.state.session
        principal: Principal | None = request.state.principal
        return Frame(
            language=spoken(),
            path=path_of(request),
            parameters=tuple(
                (name, text)
                for name, text in request.query_params.multi_items()
                if text and name != LANGUAGE
            ),
            sections=self._sections(principal, section),
            reader=reader_of(principal) if principal else None,
            house=self._settings.controller.name,
            csrf=session.csrf if session else "",
            home=self.home(principal),
            own=is_by_portal(request),
            sees_part=principal is not None and rights_of(principal.role).sees_part,
        )

    def home(self, principal: Principal | None) -> str:
        """The first page that a role has: not every role has that of today."""
        parts = rights_of(principal.role).pages if principal else ()
        return next((page.path for page in self._entries if page.resource.part in parts), "/")

    def _sections(self, principal: Principal | None, current: str) -> tuple[Section, ...]:
        if principal is None:
            return ()
        parts = rights_of(principal.role).pages
        return tuple(
            Section(page.section, page.path, page.section == current)
            for page in self._entries
            if page.resource.part in parts
        )

    def show(
        self, request: Request, name: str, facts: Mapping[str, object], status: int = 200
    ) -> Response:
        """A page that needs no ledger, in the language of the request."""
        speak(language_of(request))
        show_in(self._settings.people.timezone)
        return HTMLResponse(render(f"{name}.html", self.frame(request), **facts), status)

    def failed(self, request: Request, error: Exception) -> Response:
        """The page of an error: what went wrong, and what to do."""
        speak(language_of(request))
        if is_by_portal(request) and isinstance(error, UnknownSubject):
            whom = {"controller": self._settings.controller}
            return self.show(request, "my_nobody", whom, 404)
        problem = problem_of(error)
        facts = {
            "problem": problem,
            "known": isinstance(error, LedgerError),
            "pruned": isinstance(error, EventPruned),
            "fenced": isinstance(error, RolledBack),
            "proof": _proof_of(request, error),
            "finds": _finds_persons(request, error),
        }
        response = self.show(request, "error", facts, problem.status)
        if wait := wait_s(error):
            response.headers["retry-after"] = wait
        return response


def _proof_of(request: Request, error: Exception) -> str | None:
    """Where the proof of a pruned event is, for a role that has that page."""
    principal: Principal | None = request.state.principal
    if not isinstance(error, EventPruned) or principal is None:
        return None
    return f"/proof/{error.position}" if "proof" in rights_of(principal.role).pages else None


def _finds_persons(request: Request, error: Exception) -> bool:
    """Whether the reader asked for a person and may look for others, for whatever reason none is there."""
    principal: Principal | None = request.state.principal
    may_find = principal is not None and "persons" in rights_of(principal.role).pages
    return may_find and isinstance(error, UnknownSubject)


def reader_of(principal: Principal) -> Reader:
    """Who looks, as pages say it: a person of the portal by what they are, others by their reference."""
    is_own = principal.kind == "data-subject"
    return Reader(title_of(principal.reference) if is_own else principal.reference, principal.role)


def remember_language(request: Request, response: Response, *, secure: bool) -> Response:
    """Keep a language that was chosen just now."""
    if LANGUAGE in request.query_params:
        response.set_cookie(
            LANGUAGE_OF_HOST if secure else LANGUAGE,
            language_of(request),
            max_age=YEAR_S,
            secure=secure,
            httponly=True,
            samesite="lax",
        )
    return response
