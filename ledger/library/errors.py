"""Errors at the boundary of the library: each side catches the errors that it knows."""

from collections.abc import Iterator
from contextlib import contextmanager

from eventsourcing.persistence import IntegrityError, OperationalError

from ledger.errors import Retry, ServiceAway
from ledger.storage.faults import Conflict, UniqueConflict


class LibraryAway(OperationalError, ServiceAway):
    """The database cannot be reached, to the library and to us."""


@contextmanager
def library_errors() -> Iterator[None]:
    """Our errors in the library's words, at its own boundary."""
    try:
        yield
    except LibraryAway:
        raise
    except (UniqueConflict, Conflict) as error:
        raise IntegrityError(str(error)) from error
    except Retry as error:
        raise LibraryAway(str(error)) from error
