"""The program `ledger`: its commands, and the one place where an error becomes an exit status."""

import io
import os
import sys
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from typing import Annotated

import typer
from typer.core import TyperGroup
from typer.main import get_command

from application.language import asked_for, speak
from console.commands import (
    certificate,
    choices,
    complaints,
    contract,
    copies,
    demo,
    exports,
    feeds,
    gates,
    holds,
    incidents,
    intake,
    log,
    notify,
    oversight,
    people,
    record,
    registers,
    reports,
    requests,
    retention,
    rules,
    running,
    setup,
    subject_reports,
    today,
    upkeep,
    witness,
)
from console.failures import explained
from console.flags import global_flags
from console.help import tell_as_text
from console.meant import unknown_variables
from host.logs import RUN, complain, end_logs, silence
from host.notes import tell
from host.statuses import FINE, INTERRUPTED
from ledger import cycles

app = typer.Typer(
    name="ledger",
    help="An append-only, sealed record of every act on personal data: provable and forgettable.",
    epilog="Settings are variables LEDGER_… and flags; `ledger COMMAND --help` lists those of a command. "
    "Without LEDGER_DATABASE_URL the PostgreSQL that comes along is used.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback(invoke_without_command=True)
@global_flags
def program(
    ctx: typer.Context,
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version.", is_eager=True)
    ] = False,
) -> None:
    """An append-only, sealed record of every act on personal data: provable and forgettable."""
    if show_version:
        typer.echo(version("processing-ledger"))
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


GROUPS = (
    setup,
    demo,
    today,
    record,
    intake,
    contract,
    people,
    holds,
    retention,
    choices,
    gates,
    registers,
    reports,
    exports,
    oversight,
    rules,
    requests,
    subject_reports,
    notify,
    incidents,
    complaints,
    running,
    log,
    certificate,
    feeds,
    witness,
    upkeep,
    copies,
)
for group in GROUPS:
    group.add_commands(app)
tell_as_text(app)


@cache
def command_tree() -> TyperGroup:
    """The program as Typer makes it of the functions: once in a process, for it takes longer than
    many a command."""
    tree = get_command(app)  # which also prepares the completion of shells
    assert isinstance(tree, TyperGroup)
    return tree


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit status. What goes wrong is told in one line on standard error."""
    speak(asked_for(arguments, os.environ))
    try:
        _name_unknown_variables()
        result = command_tree().main(
            args=list(arguments), prog_name="ledger", standalone_mode=False
        )
        sys.stdout.flush()
    except BrokenPipeError:
        return _leave_quietly()
    except SystemExit as end:
        if isinstance(end.__context__, BrokenPipeError):  # Typer's own way to end a broken pipe
            return _leave_quietly()
        raise
    except (KeyboardInterrupt, typer.Abort):
        return INTERRUPTED
    except Exception as error:
        status, line = explained(error)
        complain(line, status)
        return status
    finally:
        end_logs()
    return result if isinstance(result, int) else FINE


def _name_unknown_variables() -> None:
    """Say which variables have no effect: a setting that is misspelt would be missed in silence.

    Once a run: parts of a supervisor have its variables.
    """
    if RUN not in os.environ:
        for name, near in unknown_variables(os.environ):
            tell("meant-variable", name, near) if near else tell("unknown-variable", name)


def _leave_quietly() -> int:
    """Whoever read the answer has enough of it; the interpreter must not complain at its end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FINE


def run() -> None:
    """Entry point of the program."""
    cycles.settle()  # what was imported stays to the end
    silence()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A table must not fail on a terminal that cannot show a name; JSON is bytes of UTF-8 anyway.
        sys.stdout.reconfigure(errors="replace")
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
