"""The log of this program: one line for each message, for people or for machines, on standard error.

Loggers of other packages stay silent: an OSError of theirs may name a file, another error may quote a value.
A record has a message of ours and fields that are codes, counts and names of topics and views. A foreign
error appears as its type.
"""

import logging
import os
import sys
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import orjson

from documents.text import shown

if TYPE_CHECKING:  # every command is silent, few log
    from host.settings import Serving

# Variable with the id of the run of the supervisor: its parts share it.
RUN = "LEDGER_RUN_ID"
OURS = ("ledger", "projections", "consumers", "application", "host", "web", "console")


class Log:
    """The log of one command. `event`: a code for machines; the message is for people."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(f"console.{name}")

    def debug(self, event: str, message: str, **fields: object) -> None:
        """Say what only a person who searches for a fault wants to know."""
        self._say(logging.DEBUG, event, message, fields)

    def info(self, event: str, message: str, **fields: object) -> None:
        """Say what happens."""
        self._say(logging.INFO, event, message, fields)

    def warning(self, event: str, message: str, **fields: object) -> None:
        """Say what an operator should look at, some time."""
        self._say(logging.WARNING, event, message, fields)

    def error(self, event: str, message: str, **fields: object) -> None:
        """Say what an operator must look at."""
        self._say(logging.ERROR, event, message, fields)

    def _say(self, level: int, event: str, message: str, fields: dict[str, object]) -> None:
        self._logger.log(level, "%s", message, extra={"event": event, "fields": fields})


def silence() -> None:
    """Print nothing but the packages of `listen_to`."""
    logging.getLogger().addHandler(logging.NullHandler())
    logging.raiseExceptions = False
    listen_to("ledger")


def listen_to(name: str) -> None:
    """Print warnings and errors of one package of this program as notes."""
    logger = logging.getLogger(name)
    if not any(isinstance(handler, _Lines) for handler in logger.handlers):
        logger.addHandler(_Lines(_noted, logging.WARNING))


def begin_logs(serving: "Serving", process: str) -> None:
    """Log what this program says from now on, as the settings want it; also how it ends."""
    text = serving.log_format == "text" or (serving.log_format is None and sys.stderr.isatty())
    handler = _Lines(_readable if text else lambda record: _machine(record, process))
    for name in OURS:
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.setLevel(serving.log_level.upper())
    threading.excepthook = _thread_ended


def end_logs() -> None:
    """Stop logging: the next command in this process begins anew."""
    for name in OURS:
        logger = logging.getLogger(name)
        logger.handlers = [
            handler for handler in logger.handlers if not isinstance(handler, _Lines)
        ]
        logger.setLevel(logging.NOTSET)
    threading.excepthook = threading.__excepthook__


@cache
def run_id() -> str:
    """The id that all lines of this run share, those of its parts included."""
    return os.environ.get(RUN) or uuid.uuid4().hex[:12]


def logs() -> bool:
    """Whether this process logs, so that what it says is a line of the log."""
    return any(isinstance(handler, _Lines) for handler in logging.getLogger("console").handlers)


class _Lines(logging.Handler):
    """Prints each record in one line, without its traceback."""

    def __init__(
        self, form: Callable[[logging.LogRecord], str], level: int = logging.NOTSET
    ) -> None:
        super().__init__(level)
        self._form = form

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record, in one write: several processes may share the terminal or the file."""
        sys.stderr.write(shown(self._form(record)) + "\n")
        sys.stderr.flush()


def _noted(record: logging.LogRecord) -> str:
    return f"{record.name.partition('.')[0]}: {_message(record)}"


def _readable(record: logging.LogRecord) -> str:
    time = datetime.fromtimestamp(record.created, UTC).astimezone()
    fields = "".join(f" {name}={value}" for name, value in _fields(record).items())
    level = "" if record.levelno == logging.INFO else f"{record.levelname}: "
    return f"{time:%H:%M:%S} {_name(record)}: {level}{_message(record)}{fields}"


def _machine(record: logging.LogRecord, process: str) -> str:
    time = datetime.fromtimestamp(record.created, UTC)
    members = {
        "time": time.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "event": getattr(record, "event", "said"),
        "message": _message(record),
        "process": process,
        "run": run_id(),
        **_fields(record),
    }
    cleaned = {
        name: shown(member) if isinstance(member, str) else member
        for name, member in members.items()
    }
    return orjson.dumps(cleaned, default=lambda value: type(value).__name__).decode()


def _message(record: logging.LogRecord) -> str:
    return " ".join(record.getMessage().split())


def _fields(record: logging.LogRecord) -> dict[str, object]:
    fields: dict[str, object] = dict(getattr(record, "fields", {}))
    if record.exc_info and record.exc_info[0]:
        fields["error"] = record.exc_info[0].__name__
    return fields


def _name(record: logging.LogRecord) -> str:
    first, _, rest = record.name.partition(".")
    return rest if first == "console" and rest else first


def _thread_ended(arguments: threading.ExceptHookArgs) -> None:
    name = arguments.thread.name if arguments.thread else "?"
    kind = arguments.exc_type.__name__
    Log("main").error("thread-ended", f"thread {name} ended with {kind}", error=kind)
