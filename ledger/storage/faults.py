"""Errors of psycopg as ours, by SQLSTATE."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import errors

from ledger.errors import Busy, Halt, LedgerError, Misconfigured, NotInstalled, ServiceAway

# The server hung up on a client that was idle in a transaction; psycopg counts that as an internal error.
_TIMEOUTS = (errors.IdleInTransactionSessionTimeout, errors.TransactionTimeout)


class Conflict(LedgerError):
    """The database refused a row: a constraint or a guard is violated."""


class UniqueConflict(Conflict):
    """The database refused a row that exists already."""


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
    """What a passing fault is to us."""
    if isinstance(error, errors.LockNotAvailable):
        return Busy()
    if isinstance(error, errors.QueryCanceled):
        return Busy("PostgreSQL broke a statement off that took too long (57014)")
    if isinstance(error, errors.DiskFull):
        return ServiceAway("PostgreSQL has no disk space left (53100): nothing was lost, make room")
    what = error.sqlstate or "no answer, or no room for a connection"
    return ServiceAway(f"PostgreSQL cannot be reached ({what})")


def _our_text(error: psycopg.Error) -> str:
    """Message of a guard (ours, without values), or the name of the violated constraint."""
    if isinstance(error, errors.RaiseException):
        return error.diag.message_primary or "guard"
    return f"constraint {error.diag.constraint_name}"
