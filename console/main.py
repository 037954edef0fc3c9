"""The program `ledger`: its commands, and the one place where an error becomes an exit status."""

import io
import os
import sys
from collections.abc import Sequence
from functools import cache
from typing import Annotated

import typer

from application.language import asked_for, speak
from console.groups import Group, program_of
from console.setting_flags import global_flags
from console.suggestions import unknown_variables
from console.tree import is_confidential
from host.logs import RUN, end_logs, silence
from host.signals import end_in_order
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
        from importlib.metadata import version

        typer.echo(version("processing-ledger"))
        raise typer.Exit
    if ctx.invoked_subcommand is None:
        typer.echo(ctx.get_help())


@cache
def command_tree(*, confidential: bool = False) -> Group:
    """The program, made once in a process. `confidential`: with the commands of the confidential ledger."""
    return program_of(app, confidential=confidential)


def main(arguments: Sequence[str]) -> int:
    """Run one command; its exit status. What goes wrong is told in one line on standard error."""
    speak(asked_for(arguments, os.environ))
    try:
        _name_unknown_variables()
        tree = command_tree(confidential=is_confidential(arguments, os.environ))
        result = tree.main(args=list(arguments), prog_name="ledger", standalone_mode=False)
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
        from console.failures import complain, explained

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
    unknown = unknown_variables(os.environ) if RUN not in os.environ else []
    if unknown:
        from host.notes import tell

        for name, near in unknown:
            tell("meant-variable", name, near) if near else tell("unknown-variable", name)


def _leave_quietly() -> int:
    """End without a word: the reader closed the pipe. Else Python would complain when it flushes at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FINE


def run() -> None:
    """Entry point of the program."""
    end_in_order()
    cycles.seldom()  # reading modules makes many objects, and no garbage
    silence()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A table must not fail on a terminal that cannot show a name; JSON is bytes of UTF-8 anyway.
        sys.stdout.reconfigure(errors="replace")
    sys.exit(main(sys.argv[1:]))


if __name__ == "__main__":
    run()
