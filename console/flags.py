"""Flags of the commands: settings as flags everywhere, and the options that several commands share.

A command decorated with `configured` gets checked `Settings` as its first argument, and a flag for each
setting of the groups that it names. A flag wins over its variable, and a flag of the command over
the same flag before it.
"""

import inspect
import os
from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Annotated, Any, get_args

import typer
from typer.models import OptionInfo

from application.acts.given import Given, GivenMember, given_of, members_of
from application.language import speak
from application.lookups import Names, NotKnown, codes, named
from application.queries.period import Period
from application.times import show_in, time_shown
from console.setting_flags import OptionGroup, composed, own_parameters, texts_of, with_flags
from console.streams import text_of
from host.environment import settings_from
from host.setting_list import Group
from host.settings import DisplaySettings, read_people
from ledger.errors import LedgerError, Misconfigured
from projections.folds.timetravel import Moment
from schemas.formats import instant_of


def option(flag: str, metavar: str, text: str, **more: Any) -> Any:
    """An option that takes a value. `metavar`: the name of the value in the help, `text`: its help."""
    return typer.Option(flag, metavar=metavar, help=text, **more)


def switch(flag: str, text: str) -> Any:
    """An option that is there or not. `text`: its help."""
    return typer.Option(flag, help=text)


Json = Annotated[bool, switch("--json", "Print JSON, one document, and nothing else.")]
AsOf = Annotated[
    str | None,
    option(
        "--as-of", "T", "Events that had occurred by this time, such as 2026-11-24T10:15:00+01:00."
    ),
]
RecordedBy = Annotated[
    str | None,
    option("--recorded-by", "T", "Only what the ledger had recorded by this time, with offset."),
]
AtPosition = Annotated[int | None, option("--at-position", "N", "Events up to position N.", min=0)]

At = Annotated[
    str | None,
    option("--at", "T", "When it happened, such as 2026-11-24T10:15:00+01:00. Default: now."),
]
Since = Annotated[str | None, option("--from", "T", "Occurred at this time or later.")]
Until = Annotated[str | None, option("--to", "T", "Occurred at this time or earlier.")]
Limit = Annotated[int | None, option("--limit", "N", "Show at most this many, the latest.", min=1)]
AsOffice = Annotated[
    bool,
    switch(
        "--as-privacy-office",
        "FILE holds messages of the privacy office, which may act on messages of other sources.",
    ),
]
Signed = Annotated[
    bool,
    switch("--signed", "FILE holds signed messages; --signed-keys names their keys."),
]
MostUrgent = Annotated[
    int | None, option("--limit", "N", "Show at most this many, the most urgent.", min=1)
]


def code_option(
    flag: str,
    metavar: str,
    listed: Iterable[str],
    text: str = "One of {}.",
    names: Callable[[], Names] | None = None,
    *,
    show_default: bool | str = True,
) -> OptionInfo:
    """An option of the codes in `listed`, which a shell completes. `text`: its help, around the codes.

    The command gets the code, however it was spelled; an unknown code ends it before it begins. `names`: what
    the codes are called, where tables do not say it.
    """
    choices = list(listed)
    choose = option_of(names or (lambda: codes(choices)))
    option: OptionInfo = typer.Option(
        flag,
        metavar=metavar,
        help=text.format(", ".join(choices)),
        autocompletion=lambda: choices,
        callback=choose,
        show_default=show_default,
    )
    return option


_Typed = str | Iterable[str] | None
"""The text of an option that takes names: one, several, or none."""


def option_of(names: Callable[[], Names]) -> Callable[[_Typed], _Typed]:
    """A callback of an option or argument that takes names: what was typed -> codes.

    Typer says of which option an error is.
    """

    def choose(value: _Typed) -> _Typed:
        try:
            if value is None or isinstance(value, str):
                return None if value is None else named(value, names())
            return [named(name, names()) for name in value]
        except NotKnown as error:
            raise typer.BadParameter(str(error)) from None

    return choose


def moment_of(as_of: str | None, recorded_by: str | None, at_position: int | None) -> Moment:
    """The moment that the options name. Raises BadParameter for a malformed time."""
    return Moment(time_of("--as-of", as_of), time_of("--recorded-by", recorded_by), at_position)


def time_of(flag: str, text: str | None) -> datetime | None:
    """The instant of an option, None without one. Raises BadParameter for a malformed time."""
    if text is None:
        return None
    time = instant_of(text) or time_shown(text)
    if time is None:
        raise typer.BadParameter(
            f"{flag}: expected a time with offset, such as 2026-11-24T10:15:00+01:00, or as tables show it"
        )
    return time


def period_of(since: str | None, until: str | None, as_of: str | None = None) -> Period:
    """The period that the options name. Raises BadParameter for a malformed time, or an empty period."""
    period = Period(*bounds_of(since, until), time_of("--as-of", as_of))
    _check_order(period.since, period.last, "--as-of" if period.last == period.as_of else "--to")
    return period


def bounds_of(since: str | None, until: str | None) -> tuple[datetime | None, datetime | None]:
    """The instants of `--from` and `--to`. Raises BadParameter when no time lies between them."""
    first, last = time_of("--from", since), time_of("--to", until)
    _check_order(first, last, "--to")
    return first, last


def _check_order(first: datetime | None, last: datetime | None, flag: str) -> None:
    if first is not None and last is not None and last < first:
        raise typer.BadParameter(f"--from lies after {flag}: no time lies between them")


def day_named(flag: str, text: str) -> date:
    """The day of an option. Raises BadParameter for a text that is no day."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{flag}: expected a day, such as 2026-11-24") from None


def day_or_none(flag: str, text: str | None) -> date | None:
    """The day of an option, where it was given. Raises BadParameter for a text that is no day."""
    return day_named(flag, text) if text else None


AtMoment = Annotated[
    Moment,
    OptionGroup(moment_of, {"as_of": AsOf, "recorded_by": RecordedBy, "at_position": AtPosition}),
]
Within = Annotated[Period, OptionGroup(period_of, {"since": Since, "until": Until})]
WithinKnown = Annotated[
    Period, OptionGroup(period_of, {"since": Since, "until": Until, "as_of": AsOf})
]


def configured(*groups: Group) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorate a command whose first argument is its `Settings`."""
    with_people: tuple[Group, ...] = (*groups, "people")

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        _ask_for_members(command)

        def call(ctx: typer.Context, **arguments: object) -> None:
            flags = texts_of(arguments, with_people)
            settings = settings_from({**(ctx.obj or {}), **flags})
            _speak_to(settings.people)
            try:
                command(settings, **composed(command, arguments))
            except LedgerError as error:
                raise _with_flag(error, _flag_of(command, error.field)) from None

        return with_flags(command, call, with_people)

    return decorate


def _ask_for_members(command: Callable[..., None]) -> None:
    """Let a parameter that is what an act is given be made of its members, each an option or an argument."""
    signature = inspect.signature(command)
    own = [
        parameter.replace(
            annotation=Annotated[parameter.annotation, _several(parameter.annotation)]
        )
        if inspect.isclass(parameter.annotation) and issubclass(parameter.annotation, Given)
        else parameter
        for parameter in signature.parameters.values()
    ]
    command.__signature__ = signature.replace(parameters=own)  # type: ignore[attr-defined]


def _several(act: type[Given]) -> OptionGroup:
    members = members_of(act)

    def made(**values: Any) -> Given:
        files = {it.name: it.flag for it in members if it.ask.look == "file" and values[it.name]}
        texts = {name: text_of(flag, values[name]) for name, flag in files.items()}
        return given_of(act, values | texts)

    return OptionGroup(
        made,
        {one.name: _asked_for(one) for one in members},
        {one.name: inspect.Parameter.empty if one.must else one.default for one in members},
    )


def _asked_for(member: GivenMember) -> Any:
    """The annotation of a member as Typer wants it."""
    kind: Any = list[member.kind] if member.is_several else member.kind  # type: ignore[name-defined]
    is_absent = not member.must and member.default is None
    return Annotated[kind | None if is_absent else kind, _option_of(member)]


def _option_of(member: GivenMember) -> Any:
    ask, codes = member.ask, member.codes
    text = ask.help.format(", ".join(codes))
    if ask.argument:
        return typer.Argument(metavar=ask.argument, help=text)
    flag, metavar = member.flag, _metavar(member)
    if member.kind is bool:
        return switch(flag, text)
    if ask.choice and not ask.choice.is_open:
        return code_option(flag, metavar, codes, text)
    # No number that an act is given is below zero.
    least = 0 if member.kind is int else None
    complete = (lambda: list(codes)) if codes else None
    return option(flag, metavar, text, min=least, autocompletion=complete)


_METAVARS = {"text": "TEXT", "file": "FILE", "day": "DAY", "instant": "T"}


def _metavar(member: GivenMember) -> str:
    """The name of a value in the help: of a code the first letter of its flag."""
    word = member.flag.strip("-").upper()
    if member.kind is int:
        return "N"
    if member.ask.choice:
        return word[0]
    return "TEXT" if member.is_lines else _METAVARS.get(member.ask.look, word)


def spoken_to(command: Callable[..., None]) -> Callable[..., None]:
    """Decorate a command that gets the context and no settings: only how people are spoken to is read."""

    def call(ctx: typer.Context, **arguments: object) -> None:
        flags = texts_of(arguments, ("people",))
        _speak_to(read_people({**os.environ, **(ctx.obj or {}), **flags}))
        command(ctx, **arguments)

    return with_flags(command, call, ("people",))


def _speak_to(display: DisplaySettings) -> None:
    show_in(display.timezone)
    speak(display.language)


def _with_flag(error: LedgerError, flag: str) -> Exception:
    """The error as a command says it: it begins with the flag that it is about."""
    message = f"{flag}: {error}" if flag else str(error)
    if isinstance(error, Misconfigured) and (flag or isinstance(error, NotKnown)):
        return typer.BadParameter(message)
    error.args = (message,)
    return error


def _flag_of(command: Callable[..., None], field: str) -> str:
    """How a command calls a field: by its option, or by the name of its argument."""
    parameters = own_parameters(command)
    parameter = next((parameter for parameter in parameters if parameter.name == field), None)
    if parameter is None:
        return ""
    options = [info for info in get_args(parameter.annotation) if isinstance(info, OptionInfo)]
    # Until Typer builds the command, it keeps the first argument of `Option(...)`, the flag, as default.
    names = [name for info in options for name in (info.default, *(info.param_decls or ()))]
    return str(names[0]) if names else field.upper()
