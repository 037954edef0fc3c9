"""Acts by form: each is a page that asks for what the act needs, and the form that does it.

An act that destroys something, or tells somebody, first shows what it would do; the person confirms that.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from application.acts.given import Given, GivenMember, Look, Timed, in_codes, members_of
from application.acts.offered import coded
from application.answer import Answer
from application.language import spoken
from application.register_words import RegisterWords
from ledger.errors import Misconfigured, UnknownSubject
from web.page import AnyPage, Form, FormData, Page, Preview
from web.parts import Input, Kind
from web.rendering import code
from web.requests import time_named
from web.resource import Params, Resource
from web.resources.periods import person_named
from web.rights import Deed, Part
from web.visit import Visit
from web.words import t

P = TypeVar("P", bound=Params)
F = TypeVar("F", bound=Struct)


class ActData(FormData, frozen=True, kw_only=True):
    """The base of what the form of an act sends. `at`: when it was done; now without it."""

    at: str | None = None


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
    `codes`: that a field may have; `open_codes`: fields in which somebody may write words of their own,
    which become a code: what is given says both itself. `danger`: nothing brings back what it does away with.
    """

    name: str
    path: str
    section: str
    part: Part
    deed: Deed
    params: type[P]
    fields: type[F]
    do: Callable[[Visit, F], str]
    back: Callable[[P], str]
    inputs: Callable[[Visit, P], Sequence[Input]] | None = None
    about: Callable[[Visit, P], Sequence[tuple[object, object]]] | None = None
    named: Callable[[P], Sequence[object]] = _nothing_named
    preview: Callable[[Visit, F], Preview] | None = None
    codes: Mapping[str, Collection[str]] = {}
    open_codes: Collection[str] = ()
    danger: bool = False

    @property
    def page(self) -> AnyPage:
        """The page that asks."""
        return Page(self.path, self.section, self._resource(), "act.html", self._present)

    @property
    def form(self) -> Form[Any]:
        """The form that does it."""
        preview = self._previewed if self.preview else None
        return Form(self.path, self.section, self.deed, self.fields, self._do, self.page, preview)

    def _do(self, visit: Visit, fields: F) -> str:
        with _told_beside(fields, self.codes):
            return self.do(visit, self._coded(fields))

    def _previewed(self, visit: Visit, fields: F) -> Preview:
        assert self.preview is not None
        with _told_beside(fields, self.codes):
            return self.preview(visit, self._coded(fields))

    def _coded(self, fields: F) -> F:
        return in_codes(fields) if isinstance(fields, Given) else _coded(fields, self.open_codes)

    def _inputs(self, visit: Visit, params: P) -> Sequence[Input]:
        if self.inputs is not None:
            return self.inputs(visit, params)
        assert issubclass(self.fields, Given), self.name
        return asked(self.fields)

    def _resource(self) -> Resource[P, ActForm]:
        def load(_visit: Visit, _params: P) -> ActForm:
            return ActForm(self.name)

        return Resource(self.name, self.path, self.part, self.params, ActForm, load, deed=self.deed)

    def _present(self, visit: Visit, params: P, _answer: ActForm) -> Mapping[str, object]:
        words, named = f"act-{self.name}", self.named(params)
        submit = t(f"{words}.submit", *named)
        return {
            "title": t(f"{words}.title", *named),
            "does": t(f"{words}.does", *named),
            "submit": t("form.check") if self.preview else submit,
            "confirm": submit,
            "danger": self.danger,
            "about": tuple(self.about(visit, params)) if self.about else (),
            "fields": filled(self._inputs(visit, params), params),
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

    `changes`: of a field, where the case says more than the declaration; None leaves it out.
    """
    members = [it for it in members_of(given) if it.ask.look != "path"]
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
def _told_beside(fields: Struct, codes: Mapping[str, Collection[str]]) -> Iterator[None]:
    """Check the codes and the person of a form. What is wrong with the person is told beside that field."""
    check_codes(fields, codes)
    try:
        person_named(getattr(fields, "subject", None))
        yield
    except UnknownSubject as error:
        raise Misconfigured(str(error), field="subject") from None


def check_codes(fields: Struct, codes: Mapping[str, Collection[str]]) -> None:
    """Raise Misconfigured for a code that a field may not have: a page offers none such."""
    for name, known in codes.items():
        given = getattr(fields, name)
        if not set([given] if isinstance(given, str) else given or ()) <= set(known):
            raise Misconfigured("this value is not one of those that are known", field=name)


def _coded(fields: F, names: Collection[str]) -> F:
    """Fields in which words that somebody wrote are codes. Raises Misconfigured, which names the field."""
    given = ((name, getattr(fields, name)) for name in names)
    return replace(fields, **{name: _codes_of(value, name) for name, value in given if value})


def _codes_of(value: str | Sequence[str], field: str) -> object:
    return (
        coded(value, field)
        if isinstance(value, str)
        else tuple(coded(text, field) for text in value)
    )


def time_of(visit: Visit, fields: ActData | Timed) -> datetime:
    """When an act was done. Raises Misconfigured for a time that is none."""
    return time_named({"at": fields.at or ""}, "at") or visit.now


def options(about: str, codes: Sequence[str]) -> tuple[tuple[str, object], ...]:
    """Codes of a choice with their words, which stand in a section of the words of the application.

    Those of a department of the house are the words of the register.
    """
    words = RegisterWords(spoken())
    return tuple(
        (name, words.code(about, name) if about == "owner" else code(name, about)) for name in codes
    )


def offered(
    name: str, about: str, codes: Sequence[str], kind: Kind = "choice", **more: Any
) -> Input:
    """A field that offers codes with their words, beside which somebody may write their own."""
    return Input(name, kind, options(about, codes), free=True, **more)


AT = Input("at", "datetime-local", hint="at")
"""When it was done: the last field of each act that may be entered later."""
