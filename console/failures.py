"""From errors to exit statuses, and to one line that says what to do. No traceback, no value."""

from pathlib import Path
from typing import Protocol, runtime_checkable

from application.times import localized
from console.remedies import with_remedy
from documents.messages import told
from host.logs import Log, logs
from host.notes import note
from host.statuses import AWAY, BAD_NEWS, WRONG
from ledger.errors import LedgerError, Misconfigured, NoSpace, Refused, Retry
from ledger.storage.faults import FULL

# Wrong usage is told in words that may repeat what was typed: these may be followed by a value.
_QUOTING = ("Got unexpected extra argument",)


@runtime_checkable
class _UsageError(Protocol):
    """Typer's errors of usage, whose class is not public."""

    exit_code: int

    def format_message(self) -> str:
        """What was wrong."""


def explained(error: Exception) -> tuple[int, str]:
    """Exit status and line of an error. Unknown errors tell their type only: texts may quote values."""
    if isinstance(error, LedgerError):
        return _status_of(error), f"ledger: {localized(with_remedy(error))}"
    if isinstance(error, _UsageError):
        command = getattr(getattr(error, "ctx", None), "command_path", "ledger")
        return (
            WRONG,
            f"ledger: {_without_values(error.format_message(), command)} Try `{command} --help`.",
        )
    if isinstance(error, OSError) and error.errno in FULL:
        return explained(NoSpace())
    if isinstance(error, OSError):
        where = f"{error.filename}: " if error.filename else ""
        return WRONG, f"ledger: {where}{error.strerror or type(error).__name__}"
    return BAD_NEWS, f"ledger: unexpected {type(error).__name__}{_place(error)}; please report this"


def complain(line: str, status: int) -> None:
    """Say in one line why a command ends: as a note, or as a log line where the command logs."""
    message = line.removeprefix("ledger: ")
    if logs():
        Log("main").error("ended", message, status=status)
    else:
        note(f"ledger: {told(message)}")


def _status_of(error: LedgerError) -> int:
    # `Refused` is a `Retry` for a process that waits; a command did not wait, and a refused login stays so.
    if isinstance(error, Misconfigured | Refused):
        return WRONG
    return AWAY if isinstance(error, Retry) else BAD_NEWS


def _without_values(message: str, command: str) -> str:
    text = " ".join(message.split())
    for beginning in _QUOTING:
        if text.startswith(beginning):
            # The one command that is given a value reads it from standard input.
            why = "; a value is never an argument" if command.endswith(" find") else ""
            return f"{beginning}{why}."
    return text if text.endswith((".", "?")) else f"{text}."


def _place(error: Exception) -> str:
    """File and line where an unexpected error was raised: code of ours, never data."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    if trace is None:
        return ""
    return f" at {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}"
