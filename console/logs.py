"""What libraries of this program log, as notes in one line; what strangers log is silent.

A stranger's log may quote what it was given. Answering commands tell their faults themselves.
"""

import logging

from console.output import note

__all__ = ["listen_to", "silence"]


class _Notes(logging.Handler):
    """Prints each record as a note, without its traceback."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one record."""
        note(f"{record.name.partition('.')[0]}: {record.getMessage()}")


def silence() -> None:
    """Nothing is printed but what is listened to."""
    logging.getLogger().addHandler(logging.NullHandler())
    listen_to("ledger")


def listen_to(name: str) -> None:
    """Print warnings and errors of one package of this program."""
    logger = logging.getLogger(name)
    if not any(isinstance(handler, _Notes) for handler in logger.handlers):
        logger.addHandler(_Notes(logging.WARNING))
