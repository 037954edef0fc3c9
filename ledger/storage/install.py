"""Installing a ledger: roles, namespaces, numbered migrations, first keys. Idempotent, under a lock.

Needs a user who may create namespaces, and roles where they are missing; no other part of the program does.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from functools import cache
from importlib.resources import files

from ledger.errors import Halt, Misconfigured, NewerDatabase, OlderDatabase
from ledger.names import ROLES, LedgerName
from ledger.storage.faults import UniqueConflict
from ledger.storage.postgres import Database, Session, statement


@cache
def migrations() -> tuple[str, ...]:
    """Names of the migrations that this program ships, in their order."""
    folder = files("ledger") / "sql" / "migrations"
    return tuple(sorted(path.name.removesuffix(".sql") for path in folder.iterdir()))


def install(database: Database, ledger: LedgerName, now: datetime) -> list[str]:
    """Create or upgrade one ledger's roles and tables; returns the migrations that were applied.

    Raises Misconfigured for a login that does not own the namespaces that are there, NewerDatabase for the
    database of a newer program, Halt for a migration that was changed since it was applied, Busy when another
    installer, or a reader of what changes, is at work for longer than the database's patience.
    """
    session = database.connect(ledger, None)
    try:
        with suppress(UniqueConflict):  # another installer was faster, and has made the namespaces
            return _install(session, ledger, now)
        return _install(session, ledger, now)
    finally:
        session.close()


def _install(session: Session, ledger: LedgerName, now: datetime) -> list[str]:
    with session.transaction():
        return install_as_of(session, ledger, dict.fromkeys(migrations(), now))


def install_as_of(session: Session, ledger: LedgerName, times: Mapping[str, datetime]) -> list[str]:
    """Make roles, namespaces and the tables of some migrations, in the transaction of a session.

    `times`: when each of them was applied, by its name, in their order. Returns those that were applied now.
    """
    # The owner of a namespace may put code into it, and that must not run as another role.
    ours = list(ledger.namespaces.values())
    for namespace, owner in session.rows("foreign_namespaces", namespaces=ours):
        raise Misconfigured(f"the namespace {namespace} belongs to {owner}: log in as its owner")
    session.script(statement("ledger", "create_namespaces"), _identifiers(ledger))
    session.run("lock_installation")
    # Make the ledger's roles that are missing.
    roles = {ledger.role(role) for role in ROLES}
    existing = {name for (name,) in session.rows("known_roles", roles=sorted(roles))}
    for role in sorted(roles - existing):
        session.script(statement("ledger", "create_role"), {"role": role})
    applied = _migrate(session, ledger, times)
    session.script(statement("ledger", "close_namespaces"), _identifiers(ledger))
    return applied


@cache  # every process asks each second whether its database is still of its version
def migration_digest(name: str) -> str:
    """SHA-256 of a migration that this program ships, in hex."""
    return hashlib.sha256(statement("ledger", f"migrations/{name}").encode()).hexdigest()


def shipped() -> dict[str, str]:
    """The digest of each migration that this program ships, by name."""
    return {name: migration_digest(name) for name in migrations()}


def check_installed(session: Session) -> None:
    """Raise OlderDatabase, NewerDatabase or Halt unless exactly the shipped migrations are applied."""
    if len(_applied(session)) < len(migrations()):
        raise OlderDatabase


def _applied(session: Session) -> Mapping[str, str]:
    """The digests of the applied migrations, all of them known to this program.

    Raises NewerDatabase, or Halt.
    """
    applied = dict(session.rows("applied_migrations"))
    if applied.keys() - migrations():
        raise NewerDatabase
    for name, digest in applied.items():
        if digest != migration_digest(name):
            raise Halt(f"migration {name} was changed after it was applied")
    return applied


def _identifiers(ledger: LedgerName) -> dict[str, str]:
    return ledger.namespaces | {role: ledger.role(role) for role in ROLES}


def _migrate(session: Session, ledger: LedgerName, times: Mapping[str, datetime]) -> list[str]:
    applied = _applied(session)
    new = [name for name in times if name not in applied]
    for name in new:
        session.script(statement("ledger", f"migrations/{name}"), _identifiers(ledger))
        digest = migration_digest(name)
        session.run("record_migration", name=name, digest=digest, now=times[name])
    return new
