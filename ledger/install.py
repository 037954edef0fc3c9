"""Installing a ledger: roles, namespaces, numbered migrations, first keys. Idempotent, under a lock.

Needs a user who may create roles and namespaces; no other part of the program does.
"""

import hashlib
from datetime import datetime
from importlib.resources import files
from typing import LiteralString

from ledger.errors import Halt, NotInstalled
from ledger.names import ROLES, LedgerName
from ledger.postgres import Database, Session, statement

__all__ = ["check_installed", "create_roles", "install", "migrations", "shipped"]


def migrations() -> list[str]:
    """Names of the migrations that this program ships, in their order."""
    folder = files("ledger") / "sql" / "migrations"
    return sorted(path.name.removesuffix(".sql") for path in folder.iterdir())


def shipped() -> dict[str, str]:
    """Digest of each migration that this program ships, by name."""
    return {name: _digest(statement("ledger", f"migrations/{name}")) for name in migrations()}


def install(database: Database, ledger: LedgerName, now: datetime) -> list[str]:
    """Create or upgrade one ledger's roles and tables; returns the migrations that were applied."""
    session = database.connect(ledger, None)
    try:
        with session.transaction():
            session.rows("lock_installation", namespace=ledger.events)
            create_roles(session, ledger)
            session.script(statement("ledger", "create_namespaces"), _identifiers(ledger))
            return _migrate(session, ledger, now)
    finally:
        session.close()


def check_installed(session: Session) -> None:
    """Raise NotInstalled unless exactly the shipped migrations are applied."""
    applied = [name for name, _ in session.rows("applied_migrations")]
    if applied != migrations():
        raise NotInstalled


def _identifiers(ledger: LedgerName) -> dict[str, str]:
    names = {"events": ledger.events, "keys": ledger.keys, "views": ledger.views}
    return names | {role: ledger.role(role) for role in ROLES}


def create_roles(session: Session, ledger: LedgerName) -> None:
    """Make the ledger's roles that are missing."""
    wanted = {ledger.role(role) for role in ROLES}
    known = {name for (name,) in session.rows("known_roles", roles=sorted(wanted))}
    for role in sorted(wanted - known):
        session.script(statement("ledger", "create_role"), {"role": role})


def _migrate(session: Session, ledger: LedgerName, now: datetime) -> list[str]:
    applied = dict(session.rows("applied_migrations"))
    new = []
    for name in migrations():
        text = statement("ledger", f"migrations/{name}")
        digest = _digest(text)
        if applied.get(name, digest) != digest:
            raise Halt(f"migration {name} was changed after it was applied")
        if name not in applied:
            session.script(text, _identifiers(ledger))
            session.run("record_migration", name=name, digest=digest, now=now)
            new.append(name)
    return new


def _digest(text: LiteralString) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
