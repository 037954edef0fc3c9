"""From a request to an answer: one site, one context, one resource, in a thread beside the loop."""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import TypeVar

from msgspec.structs import replace
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from application.answer import Answer
from application.language import speak
from application.sight import NOTHING
from application.times import show_in
from host.pool import SitePool
from ledger.errors import Busy, Misconfigured
from projections.folds.timetravel import NOW
from web.context import RequestContext
from web.frame import AS_OF, MOMENT
from web.logins.guard import SAFE_METHODS
from web.logins.limits import looks, openings, own_acts
from web.principals import Principal
from web.problems import NotForRole, too_many
from web.reasons import NOTHING_STATED, Reasons, Stated, Statements
from web.requests import LANGUAGE, check_filled, check_language, language_of, moment_of
from web.resource import Params, Resource
from web.rights import rights_of
from web.shares import Shares

T = TypeVar("T")
P = TypeVar("P", bound=Params)
A = TypeVar("A", bound=Answer)
FORMAT = "format"
"""The parameter that asks for a file instead of a page."""
SUBJECT = "subject"
"""The parameter that says of whom alone a list is."""
BESIDE = frozenset({*MOMENT, LANGUAGE, FORMAT})
"""Parameters that say how an answer is given, not which one."""
WATCH_S = 0.5
"""So often a request is asked whether its client is still there."""


class RequestRunner:
    """What requests are answered with. `login_of`: a name of the login, for what was stated in it."""

    def __init__(
        self, pool: SitePool, reasons: Reasons, login_of: Callable[[Request], str]
    ) -> None:
        self.pool = pool
        self._reasons = reasons
        self._openings = openings()
        self._own_acts = own_acts()
        self._looks = looks()
        self._shares = Shares()
        self.login_of = login_of

    async def answer(
        self,
        request: Request,
        principal: Principal,
        work: Callable[[RequestContext], T],
        *,
        moment: Mapping[str, str] | None = None,
        stated: Stated = NOTHING_STATED,
    ) -> T:
        """The result of `work` for the request, in a thread. Raises what it raises, and Busy.

        `moment`: its parameters, where those of the address are read already. `stated`: why this request
        alone opens values; see `check_opening`.
        """
        language = language_of(request)
        stated = stated if stated.categories else self._stated(request)
        statements = Statements(
            self._reasons,
            self._openings,
            self.login_of(request),
            principal.reference,
            self._own_acts,
        )
        texts = dict(request.query_params) if moment is None else moment
        # Until the context says what the role sees, nothing opens.
        reader = replace(principal.reader, sight=NOTHING)
        asking = self.pool.asking(reader, self._looks.take)

        def answered() -> T:
            speak(language)
            show_in(self.pool.settings.people.timezone)
            with self.pool.site(reader, asking) as site:
                context = RequestContext(
                    site, principal, language, moment_of(texts), stated, statements
                )
                return work(context)

        async with self._shares.turn(principal.reference):
            if await _has_left(request):
                raise Busy("the client went away while it waited")
            watching = asyncio.create_task(_watch(request, asking.left.set))
            try:
                return await run_in_threadpool(answered)
            finally:
                watching.cancel()

    def check_opening(self, principal: Principal, stated: Stated) -> None:
        """Count what a request opens by itself. Raises NotFound, or TooMany for more than a person opens."""
        if not stated.categories:
            return
        if rights_of(principal.role).others != "masked":
            raise NotForRole
        if wait_s := self._openings.take(principal.reference, len(stated.categories)):
            raise too_many(wait_s)

    def _stated(self, request: Request) -> Stated:
        subject = subject_of(request)
        if subject is None:
            return NOTHING_STATED
        return self._reasons.of(self.login_of(request), subject)


async def _has_left(request: Request) -> bool:
    """Whether there is no client any more to read the answer. Only asked of a request without a body."""
    return request.method in SAFE_METHODS and await request.is_disconnected()


async def _watch(request: Request, left: Callable[[], None]) -> None:
    """Tell when the client of a request goes away while its answer is made."""
    await asyncio.sleep(WATCH_S)
    while not await _has_left(request):
        await asyncio.sleep(WATCH_S)
    left()


def subject_of(request: Request) -> str | None:
    """The person whom an address is about: `/persons/customer/10023` names customer/10023."""
    kind, id = request.path_params.get("kind"), request.path_params.get("id")
    return f"{kind}/{id}" if kind and id else None


def asked(request: Request) -> dict[str, str]:
    """The parameters of a resource, of the path and of the query. An empty field of a form is left out.

    Raises Misconfigured for one that is given twice: a gateway before us may have read the other one. And for
    an empty one of a file, or a language that is none: only a form has cause to send what says nothing.
    """
    check_language(request)
    if FORMAT in request.query_params:
        check_filled(request)
    pairs = [pair for pair in request.query_params.multi_items() if pair[1]]
    query = dict(pairs)
    if len(query) < len(pairs):
        twice = next(
            name for name, count in Counter(name for name, _ in pairs).items() if count > 1
        )
        raise Misconfigured("this parameter is given twice", field=twice)
    own = {name: text for name, text in query.items() if name not in BESIDE}
    return {**own, **request.path_params}


def load(context: RequestContext, resource: Resource[P, A], texts: Mapping[str, str]) -> A:
    """The answer of a resource. Raises NotFound for a part that the role does not have, as it is not there,
    and for a question about a person by a reader who is told of none.

    Raises Misconfigured for wrong parameters, or for a past that the answer does not have.
    """
    if not context.has(resource.part) or not (resource.deed is None or context.may(resource.deed)):
        raise NotForRole
    if context.moment != NOW and not resource.timed:
        raise Misconfigured("this answer is given of now alone", field=AS_OF)
    params = resource.read(texts)
    context.check_asked(texts.values())
    if not resource.is_personal:
        context.look_for_missing()
    return resource.load(context, params)
