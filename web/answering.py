"""From a request to an answer: one site, one visit, one resource, in a thread beside the loop."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec import Struct
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from application.answer import Answer
from application.language import speak
from application.times import show_in
from host.pool import SitePool
from ledger.errors import Misconfigured
from projections.folds.timetravel import NOW
from web.principals import Principal
from web.problems import NotFound
from web.reasons import NOTHING_STATED, Reasons, Stated
from web.requests import MOMENT, language_of, moment_of
from web.resource import Resource
from web.visit import Visit

T = TypeVar("T")
P = TypeVar("P", bound=Struct)
A = TypeVar("A", bound=Answer)
BESIDE = frozenset({*MOMENT, "lang", "format", "csrf"})
"""Parameters that say how an answer is given, not which one."""


class Desk:
    """What requests are answered with. `login_of`: a name of the login, for what was stated in it."""

    def __init__(
        self, pool: SitePool, reasons: Reasons, login_of: Callable[[Request], str]
    ) -> None:
        self.pool = pool
        self.reasons = reasons
        self._login_of = login_of

    async def answer(
        self, request: Request, principal: Principal, work: Callable[[Visit], T]
    ) -> T:
        """What `work` makes of the visit, in a thread. Raises what it raises, and Busy."""
        language = language_of(request)
        stated = self._stated(request)
        texts = dict(request.query_params)

        def answered() -> T:
            speak(language)
            show_in(self.pool.settings.people.timezone)
            with self.pool.site(principal.reader) as site:
                return work(Visit(site, principal, language, moment_of(texts), stated))

        return await run_in_threadpool(answered)

    def _stated(self, request: Request) -> Stated:
        subject = subject_of(request)
        if subject is None:
            return NOTHING_STATED
        return self.reasons.of(self._login_of(request), subject)

    def login_of(self, request: Request) -> str:
        """A name of the login that a request belongs to."""
        return self._login_of(request)


def subject_of(request: Request) -> str | None:
    """The person whom an address is about: `/persons/customer/10023` names customer/10023."""
    kind, id = request.path_params.get("kind"), request.path_params.get("id")
    return f"{kind}/{id}" if kind and id else None


def asked(request: Request) -> dict[str, str]:
    """The parameters of a resource: those of the path and of the query; empty fields of a form are left out."""
    query = {name: text for name, text in request.query_params.items() if text}
    own = {name: text for name, text in query.items() if name not in BESIDE}
    return {**own, **request.path_params}


def load(visit: Visit, resource: Resource[P, A], texts: Mapping[str, str]) -> A:
    """The answer of a resource. Raises NotFound for a part that the role does not have: it is not there for it.

    Raises Misconfigured for wrong parameters, or for a past that the answer does not have.
    """
    if not visit.has(resource.part):
        raise NotFound
    if visit.moment != NOW and not resource.timed:
        raise Misconfigured("this answer is given of now alone", field="as_of")
    return resource.load(visit, resource.read(texts))
