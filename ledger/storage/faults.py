"""Errors of psycopg as ours, by SQLSTATE."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from ledger.errors import Busy, Halt, LedgerError, Misconfigured, NoSpace, NotInstalled, ServiceAway

# The server hung up on a client that was idle in a transaction; psycopg counts that as an internal error.
_TIMEOUTS = (errors.IdleInTransactionSessionTimeout, errors.TransactionTimeout)


class Conflict(LedgerError):
    """The database refused a row: a constraint or a guard is violated."""


class UniqueConflict(Conflict):
    """The database refused a row that exists already."""


FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What the system says of a disk, or a user's share of it, that takes nothing more."""


@contextmanager
def mapped_full_disk() -> Iterator[None]:
    """Translate the system's error of a full disk: it passes, while other faults of files do not."""
    try:
        yield
    except OSError as error:
        if error.errno not in FULL:
            raise
        where = f" for {error.filename}" if isinstance(error.filename, str) else ""
        raise NoSpace(f"no disk space is left{where}: nothing was lost, make room") from None


@contextmanager
def mapped_errors() -> Iterator[None]:
    """Translate psycopg's errors to ours, by SQLSTATE.

    Messages of the server may quote values: they are dropped, and so is the chained traceback.
    """
    try:
        yield
    except errors.UniqueViolation as error:
        raise UniqueConflict(f"unique constraint {error.diag.constraint_name}") from None
    except (errors.InvalidSchemaName, errors.UndefinedTable, errors.InvalidCatalogName):
        raise NotInstalled from None
    except (errors.InsufficientPrivilege, errors.InvalidAuthorizationSpecification) as error:
        raise Misconfigured(f"the database role may not do this ({error.sqlstate})") from None
    except (errors.IntegrityError, errors.RaiseException) as error:
        raise Conflict(f"the database refused it: {_our_text(error)}") from None
    except (psycopg.OperationalError, *_TIMEOUTS) as error:
        raise _away(error) from None
    except psycopg.Error as error:
        raise Halt(f"PostgreSQL failed with SQLSTATE {error.sqlstate}") from None


def _away(error: psycopg.Error) -> ServiceAway:
    """Our error for a passing fault of PostgreSQL."""
    if isinstance(error, errors.LockNotAvailable):
        return Busy()
    if isinstance(error, errors.QueryCanceled):
        return Busy("PostgreSQL broke a statement off that took too long (57014)")
    if isinstance(error, errors.DiskFull):
        return NoSpace("PostgreSQL has no disk space left (53100): nothing was lost, make room")
    what = error.sqlstate or "no answer, or no room for a connection"
    return ServiceAway(f"PostgreSQL cannot be reached ({what})")


def _our_text(error: psycopg.Error) -> str:
    """Message of a guard (ours, without values), or the name of the violated constraint."""
    if isinstance(error, errors.RaiseException):
        return error.diag.message_primary or "guard"
    return f"constraint {error.diag.constraint_name}"
