"""Routes of pages and forms: who may see them, and what becomes of an error."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlencode

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from application.answer import Answer, given
from host.logs import Log
from ledger.errors import Halt, LedgerError, UnknownSubject
from web.answering import FORMAT, Desk, asked, load
from web.documents import file_of
from web.exports import TYPES
from web.logins.limits import Limiter
from web.once import Done, Once, Sending
from web.page import AnyForm, AnyPage, Preview
from web.portal import HOME, is_own
from web.principals import Principal
from web.problems import NotForRole, NotFound, TooMany, problem_of
from web.question import AnyQuestion, Download
from web.refusals import log_refusal
from web.rendering import render
from web.requests import path_of
from web.sent import Typed, read_form, typed_fields
from web.showing import Showing, remember_language
from web.visit import Visit
from web.words import t

Answering = Callable[[Request, Principal], Awaitable[Response]]
_LOG = Log("serve")


class Refusal(Struct, frozen=True):
    """Why an act of a form was refused. `wrong`: pairs of a field, which may be empty, and what is wrong."""

    status: int
    typed: Typed = {}
    wrong: tuple[tuple[str, str], ...] = ()


NOT_REFUSED = Refusal(200)
CHANGE = "change"
"""The button of a preview that leads back to the form."""


def refusal_of(error: LedgerError, typed: Typed) -> Refusal:
    """What a person is told beside the form, which keeps what was typed."""
    told = problem_of(error)
    wrong = (given(told.field) or "", given(told.detail) or told.title)
    return Refusal(told.status, typed, (wrong,))


def _of_another_login(typed: Typed) -> Refusal:
    """What a person is told whose form is of a login that ended; it did nothing, and keeps what was typed."""
    return Refusal(403, typed, (("", str(t("form.stale"))),))


class Pages:
    """Routes of the pages of one console."""

    def __init__(self, desk: Desk, showing: Showing, requests: Limiter, *, secure: bool) -> None:
        """`requests`: how often a reader may ask."""
        self._desk = desk
        self._requests = requests
        self._showing = showing
        self._secure = secure
        self._once = Once()
        self._done_last = Done()

    def page(self, page: AnyPage) -> Route:
        """The route of a page, and of the same as a file."""

        async def answer(request: Request, principal: Principal) -> Response:
            response = await self._desk.answer(
                request, principal, lambda visit: self._made(request, page, visit)
            )
            return remember_language(request, response, secure=self._secure)

        return Route(page.path, self._guarded(answer), methods=["GET"])

    def form(self, form: AnyForm) -> Route:
        """The route of an act by a form: it leads on to a page when it is done."""

        async def answer(request: Request, principal: Principal) -> Response:
            content = await request.body()
            # What is done is done now, on what is known now, whatever the address says.
            moment: Mapping[str, str] | None = None if form.deed is None else {}
            return await self._desk.answer(
                request,
                principal,
                lambda visit: self._done(request, form, visit, content),
                moment=moment,
            )

        return Route(
            form.path, self._guarded(answer, form.fields if form.page else None), methods=["POST"]
        )

    def _done(self, request: Request, form: AnyForm, visit: Visit, content: bytes) -> Response:
        """On to the next page; or, where the act is refused, the page again."""
        if form.deed is not None and not (visit.is_person and visit.may(form.deed)):
            raise NotForRole
        typed = typed_fields(content, form.fields)
        if request.state.stale and form.page is not None:
            # In the portal the login before may have been another customer's: theirs is not shown, nor sent.
            kept: Typed = {} if is_own(form.path) else typed
            return self._again(request, form.page, visit, _of_another_login(kept))
        visit.check_asked([*typed.values(), *request.path_params.values()])
        with self._once.sending(self._desk.login_of(request), str(typed.get("once", ""))) as sent:
            try:
                return self._sent(request, form, visit, typed, sent)
            except NotFound:
                raise
            except LedgerError as error:
                page = _page_after(form, error)
                if page is None:
                    raise
                log_refusal(error, visit.principal)
                return self._again(request, page, visit, refusal_of(error, typed))

    def _sent(
        self, request: Request, form: AnyForm, visit: Visit, typed: Typed, sent: Sending
    ) -> Response:
        """What a form leads to: its act, or first a preview that a person has not seen yet."""
        if sent.address is not None:
            return RedirectResponse(sent.address, 303)
        if form.page is not None and CHANGE in typed:
            return self._again(request, form.page, visit, Refusal(200, typed))
        fields = read_form(typed, request.path_params, form.fields)
        if form.preview is not None and form.page is not None:
            preview = form.preview(visit, fields)
            if typed.get("seen") != preview.seen:
                return self._previewed(request, form, visit, typed, preview)
        sent.address = form.do(visit, fields)
        # The portal has a page of its own that says what was done.
        if form.name and not is_own(form.path):
            # What waits for a second person is not done: that page says so.
            waits = sent.address == "/approvals"
            self._done_last.note(self._desk.login_of(request), "" if waits else form.name)
        visit.settle()
        return RedirectResponse(sent.address, 303)

    def _previewed(
        self, request: Request, form: AnyForm, visit: Visit, typed: Typed, preview: Preview
    ) -> Response:
        """What the act would do, with all that was typed; and that it has changed, where it has."""
        frame = self._showing.frame(request, form.section)
        assert form.page is not None
        facts = self._facts(request, form.page, visit)
        sent = {name: text for name, text in typed.items() if name not in {"once", "seen"}}
        changed = "seen" in typed
        content = render(
            "confirm.html",
            frame,
            preview=preview,
            sent=sent,
            changed=changed,
            once=_once(),
            **facts,
        )
        return HTMLResponse(content, 409 if changed else 200)

    def _facts(self, request: Request, page: AnyPage, visit: Visit) -> Mapping[str, object]:
        texts = asked(request)
        answer = load(visit, page.resource, texts)
        return page.present(visit, page.resource.read(texts), answer)

    def _again(self, request: Request, page: AnyPage, visit: Visit, refusal: Refusal) -> Response:
        """The page of a form once more."""
        loaded = load(visit, page.resource, asked(request))
        return self._shown(request, page, visit, loaded, refusal)

    def _made(self, request: Request, page: AnyPage, visit: Visit) -> Response:
        """A page or a file, made while the visit lasts."""
        form = request.query_params.get(FORMAT, "")
        resource = (
            page.export if page.export and (form in TYPES or form in page.files) else page.resource
        )
        answer = load(visit, resource, asked(request))
        made = file_of(page, answer, form, visit)
        if made is not None:
            return made
        done = self._done_last.take(self._desk.login_of(request))
        return self._shown(request, page, visit, answer, done=done)

    def _shown(
        self,
        request: Request,
        page: AnyPage,
        visit: Visit,
        answer: Answer,
        refusal: Refusal = NOT_REFUSED,
        *,
        done: str | None = None,
    ) -> Response:
        """`done`: the act that the reader did just now; empty where it waits for a second person."""
        facts = {**page.present(visit, page.resource.read(asked(request)), answer)}
        if visit.hides:  # its numbers are not of all
            answers = {name: facts[name] for name in ("said", "sentence") if facts.get(name)}
            facts |= {name: t("page.in_view", answer) for name, answer in answers.items()}
        frame = self._showing.frame(request, page.section)
        form = {"typed": refusal.typed, "wrong": refusal.wrong, "once": _once()}
        known = {"visit": visit, "answer": answer, "did": done}
        content = render(page.template, frame, **known, **form, **facts)
        return HTMLResponse(content, refusal.status)

    def _guarded(
        self, answer: Answering, kept: type[Struct] | None = None
    ) -> Callable[[Request], Awaitable[Response]]:
        """Only for people who are logged in; what they may not see is not there.

        `kept`: the fields of a form that a person gets back whose login ended meanwhile.
        """

        async def endpoint(request: Request) -> Response:
            principal: Principal | None = request.state.principal
            if principal is None:
                if request.method != "GET":
                    return await self._ended(request, kept)
                return RedirectResponse(f"/login?{urlencode({'next': _address(request)})}", 303)
            home = self._showing.home(principal)
            if request.url.path == "/" != home:
                return RedirectResponse(home, 303)
            try:
                if is_own(request.url.path) != (principal.kind == "data-subject"):
                    raise NotForRole
                if self._requests.take(principal.reference):
                    raise TooMany
                return await answer(request, principal)
            except LedgerError as error:
                log_refusal(error, principal)
                return self._showing.failed(request, error)

        return endpoint

    async def _ended(self, request: Request, kept: type[Struct] | None) -> Response:
        """The page for a form whose login had ended: what was typed stays on this page, and only there."""
        sent = typed_fields(await request.body(), kept) if kept else {}
        sent = {name: text for name, text in sent.items() if name not in {"once", "seen"}}
        back = f"/login?{urlencode({'next': HOME})}" if is_own(request.url.path) else "/login"
        return self._showing.show(request, "login_ended", {"sent": sent, "back": back}, 403)

    def question(self, question: AnyQuestion) -> Route:
        """The route of a question by a form, whose answer no browser and no proxy keeps."""

        async def answer(request: Request, principal: Principal) -> Response:
            content = await request.body()
            return await self._desk.answer(
                request, principal, lambda visit: self._answered(request, question, visit, content)
            )

        return Route(question.path, self._guarded(answer, question.fields), methods=["POST"])

    def _answered(
        self, request: Request, question: AnyQuestion, visit: Visit, content: bytes
    ) -> Response:
        if not visit.has(question.page.resource.part):
            raise NotForRole
        typed = typed_fields(content, question.fields)
        if request.state.stale:
            return self._again(request, question.page, visit, _of_another_login(typed))
        try:
            told = question.ask(visit, read_form(typed, request.path_params, question.fields))
        except (NotFound, UnknownSubject):
            raise
        except LedgerError as error:
            log_refusal(error, visit.principal)
            loaded = load(visit, question.page.resource, asked(request))
            return self._shown(request, question.page, visit, loaded, refusal_of(error, typed))
        if isinstance(told, Download):
            headers = {"content-disposition": f"attachment; filename={told.name}"}
            return Response(told.content, headers=headers, media_type=told.media_type)
        return self._shown(request, told.page, visit, told.answer)

    async def missing(self, request: Request, _error: Exception) -> Response:
        """The page of an address at which there is nothing."""
        return self._showing.failed(request, NotFound())

    async def unforeseen(self, request: Request, error: Exception) -> Response:
        """The page of an error that nobody foresaw; the log has its type and place, not its text."""
        _LOG.error(
            "unforeseen", f"a request ended with {type(error).__name__}", error=type(error).__name__
        )
        return self._showing.failed(request, error)


def _page_after(form: AnyForm, error: LedgerError) -> AnyPage | None:
    """The page of a form that was refused; None where the error has a page of its own.

    What an operator must mend is told to customers without its technical words.
    """
    return None if isinstance(error, Halt) and is_own(form.path) else form.page


def _once() -> str:
    """A name for one form that is shown."""
    return secrets.token_urlsafe(12)


def _address(request: Request) -> str:
    query = request.url.query
    return path_of(request) + (f"?{query}" if query else "")
