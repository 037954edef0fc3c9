"""A page: one resource, what stands around it, and the template that shows it."""

from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Generic, TypeVar

from msgspec import Struct

from application.answer import Answer
from schemas.encoding import to_line
from schemas.texts import Language
from web.context import RequestContext
from web.resource import Params, Resource
from web.rights import Permission

P = TypeVar("P", bound=Params)
A = TypeVar("A", bound=Answer)
Present = Callable[[RequestContext, P, A], Mapping[str, object]]
"""Makes what a template prints of an answer; it may ask further resources."""


class File(Struct, frozen=True):
    """A page as a file that a command makes, too: the same bytes. A document is read in the browser."""

    media_type: str
    make: Callable[[Any, Language], bytes]

    @property
    def is_document(self) -> bool:
        """Whether a browser shows it."""
        return self.media_type.startswith("text/html")


class Page(Struct, Generic[P, A], frozen=True):
    """One page. The address is its own; `?format=csv`, `xlsx` or `json` is its resource as a file.

    `section`: the word in the navigation that it stands under. `entry`: whether that word leads to it.
    `export`: what a file has, where the page shows a part of it. `files`: formats with a form of their own.
    """

    path: str
    section: str
    resource: Resource[P, A]
    template: str
    present: Present[P, A]
    entry: bool = False
    export: Resource[Any, Any] | None = None
    files: Mapping[str, File] = {}


AnyPage = Page[Any, Any]


class FormData(Struct, frozen=True, kw_only=True):
    """The base of what a form sends that no other edge takes; an act that is declared has its `Given`."""


F = TypeVar("F", bound=Struct)


class Preview(Struct, frozen=True):
    """What an act would do, before a person confirms it. `parts`: pieces that say so.

    `seen`: a digest of all that it would do. We act only if the result is still what the person was shown.
    """

    parts: tuple[object, ...]
    seen: str


def previewed(parts: tuple[object, ...], would_do: object) -> Preview:
    """A preview; another one of the same has the same name."""
    return Preview(parts, sha256(to_line(would_do)).hexdigest())


class Form(Struct, Generic[F], frozen=True):
    """An act by a form: `do` gives the address to go on at.

    `deed`: what the role must be allowed to do; None: `do` judges that itself. `page`: that is shown again
    when the act is refused, with what was typed (`typed`, by field) and what is wrong (`wrong`: pairs of a
    field, which may be empty, and a text). Without one the page of errors is shown. `preview`: what it would
    do, which a person must have seen. `name`: of the act, by which the next page says that it is done.
    """

    path: str
    section: str
    deed: Permission | None
    fields: type[F]
    do: Callable[[RequestContext, F], str]
    page: AnyPage | None = None
    preview: Callable[[RequestContext, F], Preview] | None = None
    name: str = ""


AnyForm = Form[Any]
