"""An act is given once: a struct whose members say how people are asked for them, and which words they take.

The flags of a command, the fields of a form and the body of a request follow from the struct. A member that
does not say how it is asked for is an error, which names the act and the member.
"""

import inspect
from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, TypeVar, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Struct, structs

from application.acts.offered import coded
from application.command_line import command
from ledger.errors import Misconfigured
from schemas.encoding import JsonValue


class Misgiven(LookupError):
    """A declaration of an act lacks something."""


class Choice(Struct, frozen=True):
    """Codes of a member. `about`: the section of their words. `is_open`: somebody may write another one."""

    about: str
    codes: tuple[str, ...]
    is_open: bool = False

    def taken(self, text: str, field: str) -> str:
        """The code that somebody chose or wrote. Raises Misconfigured, which names the field."""
        if self.is_open:
            return coded(text, field)
        if text not in self.codes:
            raise Misconfigured("this value is not one of those that are known", field=field)
        return text


Look = Literal["line", "text", "file", "day", "instant", "hidden", "path"]
"""A line, a longer text, a date, a time. A page knows what is hidden, and has what is in its path.

Of a text that is a `file`, a command gets the file's name.
"""


class Ask(Struct, frozen=True):
    """How a person is asked for a member. `help`: on a terminal; `{}` in it stands for the codes.

    `argument`: how the help of a command calls it, where it is no flag. `flag`: its flag, where that is not
    called like the member. `label`, `hint`: names in the words of fields. `fact`: of its event, where that is
    called otherwise; empty where it is none.
    """

    help: str
    choice: Choice | None = None
    look: Look = "line"
    argument: str = ""
    flag: str = ""
    label: str = ""
    hint: str = ""
    fact: str | None = None


class Given(Struct, frozen=True, kw_only=True):
    """The base of what an act is given. `events`: the names of those that the act may become."""

    events: ClassVar[tuple[str, ...]] = ()


Person = Annotated[str, Ask("Such as customer/10023.", argument="SUBJECT", hint="subject", fact="")]
"""Whose data an act is about, where no case says it."""


class Timed(Given, frozen=True, kw_only=True):
    """The base of an act that may be entered later."""

    at: Annotated[
        str | None,
        Ask(
            "When it happened, such as 2026-11-24T10:15:00+01:00. Default: now.",
            look="instant",
            hint="at",
            fact="",
        ),
    ] = None


G = TypeVar("G", bound=Given)


OfOne = type[str] | type[int] | type[bool]


class GivenMember(Struct, frozen=True):
    """A member of an act. `kind`: of one value. `default`: None where there is none, or it must be given."""

    name: str
    ask: Ask
    kind: OfOne
    is_several: bool
    must: bool
    default: str | int | None

    @property
    def is_lines(self) -> bool:
        """Whether it is texts that a form asks for as one text, a line each."""
        return self.is_several and self.ask.choice is None

    @property
    def flag(self) -> str:
        """What a command calls it."""
        return self.ask.flag or f"--{self.name.replace('_', '-')}"

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes that are offered."""
        return self.ask.choice.codes if self.ask.choice else ()


def members_of(given: type[Given]) -> list[GivenMember]:
    """The members of an act: arguments first, those of a base behind its own. Raises Misgiven."""
    fields = {field.name: field for field in structs.fields(given)}
    order = [name for base in given.__mro__ for name in inspect.get_annotations(base)]
    members = [_member(given, fields[name]) for name in dict.fromkeys(order) if name in fields]
    return sorted(members, key=_place)


def _place(member: GivenMember) -> int:
    """An argument that takes all that is left comes behind the others."""
    return 2 if not member.ask.argument else int(member.is_several)


def _member(given: type[Given], field: structs.FieldInfo) -> GivenMember:
    parts = [field.type]
    # `Annotated[tuple[str, ...], Ask(...)]`, `Annotated[int | None, ...]`: all that stands in it.
    for part in parts:
        parts += get_args(part)
    asks = [part for part in parts if isinstance(part, Ask)]
    kinds = [part for part in map(_kind, parts) if part]
    if not asks or not kinds:
        raise Misgiven(
            f"{given.__name__}, {field.name}: it does not say how a person is asked for it"
        )
    must = field.default is NODEFAULT
    default = field.default if isinstance(field.default, str | int) else None
    is_several = any(get_origin(part) is tuple for part in parts)
    return GivenMember(field.name, asks[0], kinds[0], is_several, must, default)


def _kind(part: object) -> OfOne | None:
    if get_origin(part) is Literal:
        return str
    return next((kind for kind in (str, int, bool) if part is kind), None)


def given_of(act: type[G], values: Mapping[str, object]) -> G:
    """An act of what was typed at a terminal; what is None was not. Raises Misconfigured."""
    return in_codes(msgspec.convert({k: v for k, v in values.items() if v is not None}, act))


def in_codes(given: G) -> G:
    """An act in which words that somebody wrote are codes. Raises Misconfigured, which names the member."""
    changed: dict[str, object] = {}
    for member in members_of(type(given)):
        value, choice = getattr(given, member.name), member.ask.choice
        if member.must and value == ():
            raise Misconfigured("this is needed", field=member.name)
        if choice is not None and value:
            changed[member.name] = (
                choice.taken(value, member.name)
                if isinstance(value, str)
                else tuple(dict.fromkeys(choice.taken(text, member.name) for text in value))
            )
    return structs.replace(given, **changed)


def facts_of(given: Given) -> dict[str, JsonValue]:
    """The facts of its event that were given. What has another place in the event is none."""
    facts: dict[str, JsonValue] = {}
    for member in members_of(type(given)):
        value = getattr(given, member.name)
        name = member.name if member.ask.fact is None else member.ask.fact
        if name and value not in (None, ()):
            facts[name] = list(value) if isinstance(value, tuple) else value
    return facts


def command_for(given: Given, *words: str, **more: bool) -> str:
    """The command that does an act with the same given. `words`: that call it; `more`: its other flags."""
    values = [(it, getattr(given, it.name)) for it in members_of(type(given))]
    arguments = [str(value) for it, value in values if it.ask.argument]
    options = {it.flag.strip("-"): value for it, value in values if not it.ask.argument}
    return command(*words, *arguments, **options, **more)
