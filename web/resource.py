"""What may be asked: an entry for each answer. Its endpoint, description and exports follow from it.

A resource is a function from a request context and its parameters to an answer of the application. Its
parameters are a frozen struct; members that the path names come from there, the others from the query.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from inspect import cleandoc
from typing import Any, Generic, TypeVar, get_type_hints

import msgspec

from application.answer import Answer
from ledger.errors import Misconfigured
from web.context import RequestContext
from web.rights import Part, Permission

P = TypeVar("P", bound="Params")
A = TypeVar("A", bound=Answer)
S = TypeVar("S", bound=msgspec.Struct)


class Params(msgspec.Struct, frozen=True, kw_only=True, rename="kebab"):
    """The parameters of an address. Their names have hyphens where members have underscores."""


class NoParams(Params, frozen=True):
    """Nothing is asked for beside the answer itself."""


LEAST_NOTICE = timedelta(days=183)
"""Between the announcement that an answer ends, and its end."""


class Ending(msgspec.Struct, frozen=True):
    """That an answer ends. `since`: when that was announced; `until`: its last day.

    `instead`: the path of the answer that takes its place.
    """

    since: date
    until: date
    instead: str

    def __post_init__(self) -> None:
        if self.until - self.since < LEAST_NOTICE:
            raise ValueError("an answer ends half a year after that was announced, or later")

    @property
    def deprecated_at(self) -> int:
        """Seconds since 1970 at the announcement, as RFC 9745 has them."""
        return int(datetime.combine(self.since, time(), UTC).timestamp())

    @property
    def gone_at(self) -> datetime:
        """From when it may answer 404: RFC 8594 asks for an instant."""
        return datetime.combine(self.until + timedelta(days=1), time(), UTC)


class Resource(msgspec.Struct, Generic[P, A], frozen=True):
    """One answer. `name`: of the query, as the record of reads has it. `path`: with the members of the path.

    `rows`: the member that is its list, which becomes a table. `timed`: whether it is given of the past, too.
    `deed`: what the role must be allowed to do beside. `ending`: of an answer that another one replaces.
    """

    name: str
    path: str
    part: Part
    params: type[P]
    answer: type[A]
    load: Callable[[RequestContext, P], A]
    rows: str | None = None
    timed: bool = False
    deed: Permission | None = None
    ending: Ending | None = None

    @property
    def place(self) -> str | None:
        """The parameter by which it goes on, where it is a part of a list; its answer says the `next` one."""
        if "next" not in self.answer.__struct_fields__:
            return None
        names = self.params.__struct_fields__
        return next((name for name in ("after", "before") if name in names), None)

    @property
    def is_personal(self) -> bool:
        """Whether it is about one person, whose values may be opened."""
        return self.path.startswith("/persons/{kind}/{id}")

    @property
    def is_whole(self) -> bool:
        """Whether it is a list that is made as a whole."""
        return self.rows is not None and self.place is None

    @property
    def description(self) -> str:
        """What the answer is, from the function's docstring."""
        return cleandoc(self.load.__doc__ or "")

    @property
    def summary(self) -> str:
        """The first paragraph of it."""
        return " ".join(self.description.partition("\n\n")[0].split())

    def read(self, texts: Mapping[str, str]) -> P:
        """The parameters of a request. Raises Misconfigured, which names the parameter and quotes nothing."""
        unknown = set(texts) - set(self.params.__struct_encode_fields__)
        if unknown:
            raise Misconfigured("this parameter is unknown", field=sorted(unknown)[0])
        return converted(texts, self.params)


def converted(texts: Mapping[str, str | list[str]], into: type[S]) -> S:
    """Texts of a request as a struct. Raises Misconfigured, which names the member and quotes no value."""
    for name, text in texts.items():
        # Whether the database would refuse a text: no name and no note has such a character.
        parts = text if isinstance(text, list) else [text]
        if any(isinstance(part, str) and "\0" in part for part in parts):
            raise Misconfigured("this value is not one of those that are known", field=name)
    try:
        return msgspec.convert(dict(texts), into, strict=False)
    except msgspec.ValidationError as error:
        raise Misconfigured(_without_value(error), field=_member(error)) from None


_MISSING = "Object missing required field `"


def _member(error: msgspec.ValidationError) -> str:
    if str(error).startswith(_MISSING):
        return str(error).removeprefix(_MISSING).partition("`")[0]
    _, marked, path = str(error).rpartition(" - at `$.")
    return path.rstrip("`").partition("[")[0] if marked else ""


def _without_value(error: msgspec.ValidationError) -> str:
    text = str(error).partition(" - at `")[0]
    # The library quotes a value of a closed list, and a text that is no number or time.
    if text.startswith(_MISSING):
        return "this is needed"
    if text.startswith(("Invalid enum value", "Invalid value")):
        return "this value is not one of those that are known"
    return text[:1].lower() + text[1:]


def resource(
    path: str, part: Part, *, name: str, rows: str | None = None, timed: bool = False
) -> Callable[[Callable[[RequestContext, P], A]], Resource[P, A]]:
    """Make a resource of a function, by its annotations."""

    def made(load: Callable[[RequestContext, P], A]) -> Resource[P, A]:
        hints: dict[str, Any] = get_type_hints(load)
        params, answer = hints["params"], hints["return"]
        return Resource(name, path, part, params, answer, load, rows, timed)

    return made
