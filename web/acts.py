"""Acts by form: each is a page that asks for what the act needs, and the form that does it.

An act that destroys something, or tells somebody, first shows what it would do; the person confirms that.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from application.acts.offered import coded
from application.answer import Answer
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
F = TypeVar("F", bound=FormData)


class ActData(FormData, frozen=True, kw_only=True):
    """The base of what the form of an act sends. `at`: when it was done; now without it."""

    at: str | None = None


class ActForm(Answer, frozen=True):
    """The form of an act: nothing is answered beside what it is about."""

    act: str


def _nothing_named(_params: Params) -> Sequence[object]:
    return ()


class Act(Struct, Generic[P, F], frozen=True, kw_only=True):
    """One act. `name`: of its words, in the section of the words `act-<name>`.

    `params`: of its address, also what a link has filled in. `inputs`: what it asks for. `about`: what the
    page says of the case. `named`: what its words name. `back`: where somebody goes who does not do it.
    `codes`: that a field may have. `open_codes`: fields in which somebody may write words of their own,
    which become a code. `danger`: nothing brings back what it does away with.
    """

    name: str
    path: str
    section: str
    part: Part
    deed: Deed
    params: type[P]
    fields: type[F]
    inputs: Callable[[Visit, P], Sequence[Input]]
    do: Callable[[Visit, F], str]
    back: Callable[[P], str]
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
            return self.do(visit, _coded(fields, self.open_codes))

    def _previewed(self, visit: Visit, fields: F) -> Preview:
        assert self.preview is not None
        with _told_beside(fields, self.codes):
            return self.preview(visit, _coded(fields, self.open_codes))

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
            "fields": filled(self.inputs(visit, params), params),
            "back": self.back(params),
        }


def filled(inputs: Sequence[Input], params: Params) -> tuple[Input, ...]:
    """Fields with what the address says of them."""
    return tuple(
        replace(field, value=getattr(params, field.name, None) or field.value) for field in inputs
    )


@contextmanager
def _told_beside(fields: FormData, codes: Mapping[str, Collection[str]]) -> Iterator[None]:
    """Check the codes and the person of a form. What is wrong with the person is told beside that field."""
    check_codes(fields, codes)
    try:
        person_named(getattr(fields, "subject", None))
        yield
    except UnknownSubject as error:
        raise Misconfigured(str(error), field="subject") from None


def check_codes(fields: FormData, codes: Mapping[str, Collection[str]]) -> None:
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


def time_of(visit: Visit, fields: ActData) -> datetime:
    """When an act was done. Raises Misconfigured for a time that is none."""
    return time_named({"at": fields.at or ""}, "at") or visit.now


def options(about: str, codes: Sequence[str]) -> tuple[tuple[str, object], ...]:
    """Codes of a choice with their words, which stand in a section of the words of the application."""
    return tuple((name, code(name, about)) for name in codes)


def offered(
    name: str, about: str, codes: Sequence[str], kind: Kind = "choice", **more: Any
) -> Input:
    """A field that offers codes with their words, beside which somebody may write their own."""
    return Input(name, kind, options(about, codes), free=True, **more)


AT = Input("at", "datetime-local", hint="at")
"""When it was done: the last field of each act that may be entered later."""
