"""The program and its groups as Typer runs them: a command's module is read when the command is called."""

from collections.abc import Iterator, Mapping
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_command_from_info
from typer.models import CommandInfo

from application.words import say
from console.help import help_of
from console.late_types import checked_late
from console.suggestions import commands_meant
from console.tree import Entry, below, entries, function_of
from ledger import cycles

_IN_GROUPS = "Commands"
"""The panel of the help of a group, which is not divided further."""


class Command(TyperCommand):
    """A command whose help is text."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Its arguments and options. Their values are checked when there are any."""
        return checked_late(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of a command."""
        formatter.write(help_of(self, ctx, ()))


class Group(TyperGroup):
    """The program or a group in it. It lists commands by entry, and reads the called one's module only."""

    path = ""
    """The words that call it: "" is the program."""
    confidential = False
    """Whether it has the commands of the confidential ledger."""

    def at(self, path: str, *, confidential: bool) -> "Group":
        """Stand at a place of the tree, with the commands below it."""
        self.path, self.confidential = path, confidential
        self.commands: Any = _Commands(path, confidential=confidential)
        return self

    @property
    def entries(self) -> Mapping[str, Entry]:
        """The commands below it, as the table has them."""
        return below(self.path, confidential=self.confidential)

    def get_params(self, ctx: Any) -> list[Any]:
        """Its options. Their values are checked when there are any."""
        return checked_late(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of its commands, in the order of the help."""
        return list(self.commands)

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The command of the first argument. An unknown one fails, with the commands that may be meant."""
        if args and args[0] not in self.entries and not args[0].startswith("-"):
            known = entries(confidential=self.confidential)
            meant = commands_meant(args[0], self.path, known)
            suggestions = f" {say('value', 'or')} ".join(f"`ledger {path}`" for path in meant)
            ctx.fail(say("command", "meant", suggestions) if meant else say("command", "none"))
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: Any, incomplete: str) -> list[Any]:
        """The completions of a word. They need names and summaries, so no module of a command is read."""
        commands: dict[str, Any] = {
            name: TyperCommand(name, help=entry.summary) for name, entry in self.entries.items()
        }
        ctx.command = TyperGroup(commands=commands, params=self.params)  # of this completion alone
        return list(ctx.command.shell_complete(ctx, incomplete))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Write the help of a group, with its commands."""
        rows = [
            (_IN_GROUPS if self.path else entry.panel, name, entry.summary)
            for name, entry in self.entries.items()
        ]
        formatter.write(help_of(self, ctx, rows))


class _Commands(Mapping[str, TyperCommand | TyperGroup]):
    """The commands of a group by name. Each is made when it is first looked up."""

    def __init__(self, path: str, *, confidential: bool) -> None:
        self._path = path
        self._confidential = confidential
        self._entries = below(path, confidential=confidential)
        self._commands: dict[str, TyperCommand | TyperGroup] = {}

    def __getitem__(self, name: str) -> TyperCommand | TyperGroup:
        if name not in self._commands:
            path = f"{self._path} {name}".lstrip()
            self._commands[name] = _command(
                name, path, self._entries[name], confidential=self._confidential
            )
        return self._commands[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)


def _command(
    name: str, path: str, entry: Entry, *, confidential: bool
) -> TyperCommand | TyperGroup:
    if not entry.function:
        group = Group(name=name, help=entry.summary, rich_markup_mode=None)
        return group.at(path, confidential=confidential)
    info = CommandInfo(name, cls=Command, callback=function_of(entry))
    cycles.settle()  # the modules just read stay to the end: later collections need not look at them
    command = get_command_from_info(info, pretty_exceptions_short=False, rich_markup_mode=None)
    assert isinstance(command, TyperCommand)
    return command


def program_of(app: typer.Typer, *, confidential: bool) -> Group:
    """The program as Typer makes it of its own flags, which also prepares the completion of shells."""
    app.info.cls = Group
    program = get_command(app)
    assert isinstance(program, Group)
    return program.at("", confidential=confidential)
