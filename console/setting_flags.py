"""Flags for settings, which every command takes besides its own options, before its name or behind it."""

import inspect
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, NamedTuple, get_args

import typer

from host.setting_list import SETTINGS, Group, Setting

PANELS: dict[Group, str] = {
    "people": "On screen",
    "store": "Ledger",
    "intake": "Limits",
    "kafka": "Kafka",
    "register": "Controller",
    "log": "Transparency log",
    "backup": "Encryption",
    "serving": "Health, metrics, logs",
    "web": "Web console",
    "push": "Push to a SIEM",
}
ALL_GROUPS: tuple[Group, ...] = tuple(PANELS)


def global_flags(callback: Callable[[typer.Context], None]) -> Callable[..., None]:
    """Decorate the callback of the program, so that flags may also stand before the command."""

    def call(ctx: typer.Context, **arguments: Any) -> None:
        ctx.obj = texts_of(arguments, ALL_GROUPS)
        callback(ctx, **arguments)

    return with_flags(callback, call, ALL_GROUPS, hidden=True)


def settings_of(groups: tuple[Group, ...]) -> list[Setting]:
    """The settings of some groups that are flags."""
    return [setting for setting in SETTINGS if setting.group in groups and setting.has_flag]


def texts_of(arguments: dict[str, Any], groups: tuple[Group, ...]) -> dict[str, str]:
    """Take the flags out of a command's arguments: variable -> text of those that were given."""
    values = {setting.variable: arguments.pop(setting.name) for setting in settings_of(groups)}
    return {variable: str(value) for variable, value in values.items() if value is not None}


class OptionGroup(NamedTuple):
    """An argument of a command that several options `make`.

    `defaults`: of those that have another one than None; `inspect.Parameter.empty` where it is required.
    """

    make: Callable[..., Any]
    options: Mapping[str, Any]
    defaults: Mapping[str, object] = MappingProxyType({})


def _option_group(parameter: inspect.Parameter) -> OptionGroup | None:
    metadata = get_args(parameter.annotation)[1:]
    return next((item for item in metadata if isinstance(item, OptionGroup)), None)


def own_parameters(command: Callable[..., None]) -> Iterator[inspect.Parameter]:
    """The options and arguments of a command, after its first parameter (settings or context)."""
    for parameter in [*inspect.signature(command).parameters.values()][1:]:
        if group := _option_group(parameter):
            for name, annotation in group.options.items():
                default = group.defaults.get(name)
                yield parameter.replace(name=name, annotation=annotation, default=default)
        else:
            yield parameter


def composed(command: Callable[..., None], arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments of a command, made of its options. Raises BadParameter."""
    for name, parameter in inspect.signature(command).parameters.items():
        if group := _option_group(parameter):
            values = {option: arguments.pop(option) for option in group.options}
            arguments[name] = group.make(**values)
    return arguments


def with_flags(
    command: Callable[..., None],
    call: Callable[..., None],
    groups: tuple[Group, ...],
    *,
    hidden: bool = False,
) -> Callable[..., None]:
    """Give `call` the name and help of the command, and its parameters with the flags behind them."""
    context = inspect.Parameter(
        "ctx", inspect.Parameter.POSITIONAL_OR_KEYWORD, annotation=typer.Context
    )
    flags = [_parameter(setting, hidden) for setting in settings_of(groups)]
    # Keyword only, so that those without a default may follow those with one.
    own = [
        parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY)
        for parameter in own_parameters(command)
    ]
    call.__name__, call.__doc__ = command.__name__, command.__doc__
    call.__signature__ = inspect.Signature([context, *own, *flags])  # type: ignore[attr-defined]
    return call


def _parameter(setting: Setting, hidden: bool) -> inspect.Parameter:
    declaration = f"{setting.flag}/--no-{setting.flag[2:]}" if setting.switch else setting.flag
    option = typer.Option(
        declaration,
        help=f"{setting.help} ({setting.variable})",
        rich_help_panel=PANELS[setting.group],
        show_default=False,
        hidden=hidden or setting.unlisted,
        metavar=None if setting.switch else "TEXT",
        autocompletion=(lambda: list(setting.codes)) if setting.codes else None,
    )
    kind = bool if setting.switch else str
    return inspect.Parameter(
        setting.name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[kind | None, option],
    )
