"""Which tables a copy holds: those that the migrations of this program make, with the catalogue's columns.

Left out, because a restore makes them again: `migrations` itself, whose rows are in the manifest, and
unlogged tables (the blind index, which must reach no backup).
"""

import re
from collections.abc import Sequence

from ledger.backup.manifest import Content
from ledger.names import LedgerName
from ledger.storage.postgres import Session, statement

_MADE = re.compile(r"^CREATE (UNLOGGED )?TABLE (?:IF NOT EXISTS )?\{(events|keys)\}\.(\w+)", re.M)


def namespace_of(ledger: LedgerName, content: Content) -> str:
    """The namespace that a copy is of."""
    return {"events": ledger.events, "keys": ledger.keys}[content]


def copied_tables(content: Content, migrations: Sequence[str]) -> list[str]:
    """Names of the tables of a copy, after these migrations."""
    texts = [statement("ledger", f"migrations/{name}") for name in migrations]
    statements = [match for text in texts for match in _MADE.findall(text)]
    return sorted(name for unlogged, where, name in statements if where == content and not unlogged)


def columns_of(session: Session, namespace: str) -> dict[str, tuple[str, ...]]:
    """Columns of every table of a namespace, in their order, as the database has them."""
    rows = session.rows("columns_of", namespace=namespace)
    return {table: tuple(columns) for table, columns in rows}
