"""Installing a ledger: roles, namespaces, numbered migrations, first keys. Idempotent, under a lock.

Needs a user who may create namespaces, and roles where they are missing; no other part of the program does.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from importlib.resources import files
from typing import LiteralString

from ledger.errors import Halt, Misconfigured, NotInstalled
from ledger.names import ROLES, LedgerName
from ledger.storage.faults import UniqueConflict
from ledger.storage.postgres import Database, Session, statement


def migrations() -> list[str]:
    """Names of the migrations that this program ships, in their order."""
    folder = files("ledger") / "sql" / "migrations"
    return sorted(path.name.removesuffix(".sql") for path in folder.iterdir())


def install(database: Database, ledger: LedgerName, now: datetime) -> list[str]:
    """Create or upgrade one ledger's roles and tables; returns the migrations that were applied.

    Raises Misconfigured for a login that does not own the namespaces that are there, Busy when another
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
    _check_owner(session, ledger)
    session.script(statement("ledger", "create_namespaces"), _identifiers(ledger))
    session.run("lock_installation")
    _create_roles(session, ledger)
    applied = _migrate(session, ledger, times)
    session.script(statement("ledger", "close_namespaces"), _identifiers(ledger))
    return applied


def _check_owner(session: Session, ledger: LedgerName) -> None:
    """The owner of a namespace may put code into it, and that must not run as another role."""
    ours = list(ledger.namespaces.values())
    for namespace, owner in session.rows("foreign_namespaces", namespaces=ours):
        raise Misconfigured(f"the namespace {namespace} belongs to {owner}: log in as its owner")


def migration_digest(name: str) -> str:
    """SHA-256 of a migration that this program ships, in hex."""
    return _digest(statement("ledger", f"migrations/{name}"))


def shipped() -> dict[str, str]:
    """The digest of each migration that this program ships, by name."""
    return {name: migration_digest(name) for name in migrations()}


def check_installed(session: Session) -> None:
    """Raise NotInstalled unless exactly the shipped migrations are applied."""
    applied = [name for name, _ in session.rows("applied_migrations")]
    if applied != migrations():
        raise NotInstalled


def _identifiers(ledger: LedgerName) -> dict[str, str]:
    return ledger.namespaces | {role: ledger.role(role) for role in ROLES}


def _create_roles(session: Session, ledger: LedgerName) -> None:
    """Make the ledger's roles that are missing."""
    roles = {ledger.role(role) for role in ROLES}
    existing = {name for (name,) in session.rows("known_roles", roles=sorted(roles))}
    for role in sorted(roles - existing):
        session.script(statement("ledger", "create_role"), {"role": role})


def _migrate(session: Session, ledger: LedgerName, times: Mapping[str, datetime]) -> list[str]:
    applied = dict(session.rows("applied_migrations"))
    new = []
    for name, time in times.items():
        text = statement("ledger", f"migrations/{name}")
        digest = _digest(text)
        if applied.get(name, digest) != digest:
            raise Halt(f"migration {name} was changed after it was applied")
        if name not in applied:
            session.script(text, _identifiers(ledger))
            session.run("record_migration", name=name, digest=digest, now=time)
            new.append(name)
    return new


def _digest(text: LiteralString) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
