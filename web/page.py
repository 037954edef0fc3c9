"""A page: one resource, what stands around it, and the template that shows it."""

from collections.abc import Callable, Mapping
from typing import Any, Generic, TypeVar

from msgspec import Struct

from application.answer import Answer
from web.resource import Params, Resource
from web.rights import Deed
from web.visit import Visit

P = TypeVar("P", bound=Params)
A = TypeVar("A", bound=Answer)
Present = Callable[[Visit, P, A], Mapping[str, object]]
"""Makes what a template prints of an answer; it may ask further resources."""


class Page(Struct, Generic[P, A], frozen=True):
    """One page. The address is its own; `?format=csv`, `xlsx` or `json` is its resource as a file.

    `section`: the word in the navigation that it stands under. `entry`: whether that word leads to it.
    """

    path: str
    section: str
    resource: Resource[P, A]
    template: str
    present: Present[P, A]
    entry: bool = False


AnyPage = Page[Any, Any]


class FormData(Struct, frozen=True, kw_only=True):
    """The base of what a form sends."""


F = TypeVar("F", bound=FormData)


class Form(Struct, Generic[F], frozen=True):
    """An act by a form: `do` gives the address to go on at.

    `deed`: what the role must be allowed to do; None: `do` judges that itself. `page`: that is shown again when
    the act is refused, with what was typed (`typed`, by field) and what is wrong (`wrong`: pairs of a field,
    which may be empty, and a text). Without one the page of errors is shown.
    """

    path: str
    section: str
    deed: Deed | None
    fields: type[F]
    do: Callable[[Visit, F], str]
    page: AnyPage | None = None


AnyForm = Form[Any]
