"""Acts by form: each is a page that asks for what the act needs, and the form that does it.

An act that destroys something, or tells somebody, first shows what it would do; the person confirms that.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from application.acts.given import Given, GivenMember, Look, Misgiven, Timed, in_codes, members_of
from application.answer import Answer
from application.language import spoken
from application.register_words import RegisterWords
from ledger.errors import Misconfigured, UnknownSubject
from web.context import RequestContext
from web.page import AnyPage, Form, Page, Preview
from web.parts import Input, Kind
from web.rendering import code
from web.requests import time_named
from web.resource import Params, Resource
from web.resources.periods import person_named
from web.rights import Part, Permission
from web.words import t

P = TypeVar("P", bound=Params)
F = TypeVar("F", bound=Struct)


class WhoseParams(Params, frozen=True, kw_only=True):
    """Whose data an act is about, where a link says so."""

    subject: str | None = None


class ActForm(Answer, frozen=True):
    """The form of an act: nothing is answered beside what it is about."""

    act: str


def _nothing_named(_params: Params) -> Sequence[object]:
    return ()


class Act(Struct, Generic[P, F], frozen=True, kw_only=True):
    """One act. `name`: of its words, in the section of the words `act-<name>`.

    `params`: of its address, also what a link has filled in. `fields`: what the act is given, or what a form
    sends that no other edge takes. `inputs`: where these depend on more than what is given. `about`: what the
    page says of the case. `named`: what its words name. `back`: where somebody goes who does not do it.
    `danger`: nothing brings back what it does away with.
    """

    name: str
    path: str
    section: str
    part: Part
    deed: Permission
    params: type[P]
    fields: type[F]
    do: Callable[[RequestContext, F], str]
    back: Callable[[P], str]
    inputs: Callable[[RequestContext, P], Sequence[Input]] | None = None
    about: Callable[[RequestContext, P], Sequence[tuple[object, object]]] | None = None
    named: Callable[[P], Sequence[object]] = _nothing_named
    preview: Callable[[RequestContext, F], Preview] | None = None
    danger: bool = False

    @property
    def page(self) -> AnyPage:
        """The page that asks."""
        return Page(self.path, self.section, self._resource(), "act.html", self._present)

    @property
    def form(self) -> Form[Any]:
        """The form that does it."""
        preview = self._previewed if self.preview else None
        return Form(
            self.path,
            self.section,
            self.deed,
            self.fields,
            self._do,
            self.page,
            preview,
            self.name,
        )

    def _do(self, context: RequestContext, fields: F) -> str:
        with _told_beside(fields):
            return self.do(context, _coded(fields))

    def _previewed(self, context: RequestContext, fields: F) -> Preview:
        assert self.preview is not None
        with _told_beside(fields):
            return self.preview(context, _coded(fields))

    def _inputs(self, context: RequestContext, params: P) -> Sequence[Input]:
        if self.inputs is not None:
            return self.inputs(context, params)
        assert issubclass(self.fields, Given), self.name
        return asked(self.fields)

    def _resource(self) -> Resource[P, ActForm]:
        def load(_visit: RequestContext, _params: P) -> ActForm:
            return ActForm(self.name)

        return Resource(self.name, self.path, self.part, self.params, ActForm, load, deed=self.deed)

    def _present(
        self, context: RequestContext, params: P, _answer: ActForm
    ) -> Mapping[str, object]:
        words, named = f"act-{self.name}", self.named(params)
        submit = t(f"{words}.submit", *named)
        return {
            "title": t(f"{words}.title", *named),
            "does": t(f"{words}.does", *named),
            "submit": t("form.check") if self.preview else submit,
            "confirm": submit,
            "danger": self.danger,
            "about": tuple(self.about(context, params)) if self.about else (),
            "fields": filled(self._inputs(context, params), params),
            "back": self.back(params),
        }


_KINDS: Mapping[Look, Kind] = {
    "line": "text",
    "text": "textarea",
    "file": "textarea",
    "day": "date",
    "instant": "datetime-local",
    "hidden": "hidden",
}


def asked(given: type[Given], **changes: Mapping[str, object] | None) -> tuple[Input, ...]:
    """The fields of an act: hidden ones first, its time last.

    `changes`: of a field, where the case says more than the declaration; None leaves it out. Raises Misgiven
    for a change of what is no field.
    """
    members = [it for it in members_of(given) if it.ask.look != "path"]
    for name in changes.keys() - {it.name for it in members}:
        raise Misgiven(f"{given.__name__}, {name}: a page changes a field that is not there")
    shown = [it for it in members if changes.get(it.name, {}) is not None]
    inputs = [replace(_input(it), **(changes.get(it.name) or {})) for it in shown]
    return tuple(sorted(inputs, key=lambda it: (it.kind != "hidden", it.kind == "datetime-local")))


def _input(member: GivenMember) -> Input:
    ask, choice = member.ask, member.ask.choice
    kind = _KINDS.get(ask.look, "text")
    if choice:
        kind = "checks" if member.is_several else "choice"
    elif member.kind is int:
        kind = "number"
    elif member.is_lines:
        kind = "textarea"
    return Input(
        member.name,
        kind,
        options(choice.about, choice.codes) if choice else (),
        required=kind not in {"checks", "hidden"} and (member.must or member.default is not None),
        label=ask.label,
        hint=ask.hint,
        value=str(member.default or ""),
        free=choice is not None and choice.is_open,
    )


def filled(inputs: Sequence[Input], params: Params) -> tuple[Input, ...]:
    """Fields with what the address says of them."""
    return tuple(
        replace(field, value=getattr(params, field.name, None) or field.value) for field in inputs
    )


@contextmanager
def _told_beside(fields: Struct) -> Iterator[None]:
    """Check the person of a form. What is wrong with the person is told beside that field."""
    try:
        person_named(getattr(fields, "subject", None))
        yield
    except UnknownSubject as error:
        raise Misconfigured(str(error), field="subject") from None


def _coded(fields: F) -> F:
    """Fields in which words that somebody wrote are codes, where an act is declared. Raises Misconfigured."""
    return in_codes(fields) if isinstance(fields, Given) else fields


def time_of(context: RequestContext, given: Timed) -> datetime:
    """When an act was done. Raises Misconfigured for a malformed time."""
    return time_named({"at": given.at or ""}, "at") or context.now


def options(about: str, codes: Sequence[str]) -> tuple[tuple[str, object], ...]:
    """Codes of a choice with their words, which stand in a section of the words of the application.

    Those of a department of the house are the words of the register.
    """
    words = RegisterWords(spoken())
    return tuple(
        (name, words.code(about, name) if about == "owner" else code(name, about)) for name in codes
    )
