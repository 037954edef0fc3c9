"""A question by a form: its answer is shown or handed over, and what was asked stands in no address."""

from collections.abc import Callable
from typing import Any, Generic, TypeVar

from msgspec import Struct

from application.answer import Answer
from web.context import RequestContext
from web.page import AnyPage, FormData

F = TypeVar("F", bound=FormData)


class Shown(Struct, frozen=True):
    """An answer that a page shows. The page has no address of its own."""

    page: AnyPage
    answer: Answer


class Download(Struct, frozen=True):
    """A file that a person takes along. `name`: of the file; it holds no personal value."""

    name: str
    media_type: str
    content: bytes


class Question(Struct, Generic[F], frozen=True):
    """A question of a page. `page`: is shown again, with what was typed, when the question is refused."""

    path: str
    fields: type[F]
    ask: Callable[[RequestContext, F], Shown | Download]
    page: AnyPage


AnyQuestion = Question[Any]
