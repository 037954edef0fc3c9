"""What `--help` prints: usage, what the command does, then its arguments and options by panel.

As text, word by word: a name of a flag or variable is never cut, whatever the width, and what stands in
square brackets is not taken for markup. A name that is too long for its column has a line of its own.
"""

import shutil
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from application.words import say
from console.meant import commands_meant

_WIDEST = 110
_INDENT = 2
_NAMES = 26
"""Columns for the names of options and commands."""
_PANELS = {"argument": "Arguments", "option": "Options"}
_COMMANDS = "Commands"


def tell_as_text(app: typer.Typer) -> None:
    """Let every command and group of a program print its help so."""
    app.info.cls = _Group
    for one in app.registered_commands:
        one.cls = _Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            tell_as_text(group.typer_instance)


class _Command(TyperCommand):
    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of a command."""
        formatter.write(_help_of(self, ctx, {}))


class _Group(TyperGroup):
    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of the first argument; of one that is not there it is said what may be meant."""
        if args and self.get_command(ctx, args[0]) is None and not args[0].startswith("-"):
            _, _, group = ctx.command_path.partition(" ")
            meant = commands_meant(args[0], group, ctx.find_root().command)
            told = f" {say('value', 'or')} ".join(f"`ledger {path}`" for path in meant)
            ctx.fail(say("command", "meant", told) if meant else say("command", "none"))
        return super().resolve_command(ctx, args)

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of a group, with its commands."""
        formatter.write(_help_of(self, ctx, self.commands))


def _help_of(command: Any, ctx: Any, commands: Any) -> str:
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    usage = " ".join([ctx.command_path, *command.collect_usage_pieces(ctx)])
    usage = usage.replace("[[", "[").replace("]]", "]")
    parts = [_filled(f"Usage: {usage}", width, "", "       ")]
    parts += _paragraphs(command.help, width)
    panels: dict[str, list[tuple[str, str]]] = {}
    for parameter in command.get_params(ctx):
        record = parameter.get_help_record(ctx)
        if record is not None:
            panel = parameter.rich_help_panel or _PANELS[parameter.param_type_name]
            panels.setdefault(panel, []).append(_without_kind(record))
    for name, one in commands.items():
        if not one.hidden:
            panel = one.rich_help_panel or _COMMANDS
            panels.setdefault(panel, []).append((name, _first_paragraph(one.help)))
    parts += [_panel(name, rows, width) for name, rows in panels.items()]
    parts += _paragraphs(command.epilog, width)
    return "\n\n".join(parts)


def _without_kind(record: tuple[str, str]) -> tuple[str, str]:
    """What stands behind an argument's name says what Python makes of it: nothing for people."""
    name, told = record
    return name.removesuffix(" <str>").removesuffix(" <path>").removesuffix(" <int>"), told


def _paragraphs(text: str | None, width: int) -> Iterator[str]:
    for paragraph in (text or "").strip().split("\n\n"):
        if paragraph:
            yield _filled(paragraph, width, " " * _INDENT)


def _first_paragraph(text: str | None) -> str:
    return (text or "").strip().partition("\n\n")[0]


def _panel(name: str, rows: Iterable[tuple[str, str]], width: int) -> str:
    return "\n".join([typer.style(name, bold=True), *(_row(*row, width) for row in rows)])


def _row(name: str, told: str, width: int) -> str:
    start, column = " " * _INDENT + name, _INDENT + _NAMES
    if len(start) >= column - 1:
        return f"{start}\n{_filled(told, width, ' ' * column)}" if told else start
    return _filled(told, width, start.ljust(column), " " * column) if told else start


def _filled(text: str, width: int, first: str, rest: str | None = None) -> str:
    return textwrap.fill(
        " ".join(text.split()),
        width,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
