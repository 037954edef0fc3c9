"""Rows and lines from before they had MACs get theirs, once: with the upgrade, or a restore of an older copy.

It trusts what the rows say by then. Afterwards a row without a MAC was not written by this program.
"""

from functools import partial

from ledger.crypto.authentic import Column, RowMacs, row_macs
from ledger.crypto.provider import KeyProvider
from ledger.errors import Misconfigured
from ledger.journal.entries import ErasureJournal
from ledger.journal.linking import JournalLinks
from ledger.names import LedgerName
from ledger.storage.postgres import Session

_BLOCK_ROWS = 5_000
# Of each table what reads its rows without a MAC, and what writes their MACs.
_TABLES = {
    "epochs": ("unauthenticated_epochs", "authenticate_epochs"),
    "subject_index": ("unauthenticated_subject_index", "authenticate_subject_index"),
    "tombstones": ("unauthenticated_tombstones", "authenticate_tombstones"),
    "fences": ("unauthenticated_fences", "authenticate_fences"),
}
_MIGRATION = "0007_row_macs"


def authenticate_rows(
    session: Session, provider: KeyProvider, ledger: LedgerName, journal: ErasureJournal
) -> int:
    """Give every row and line of a ledger from before its MAC; how many. 0 when that was done before.

    Needs the eraser's role. Raises Misconfigured when it was done and the key folder lacks the key, Retry.
    """
    if provider.rows.is_kept:
        return 0
    with session.transaction():
        session.run("lock_keys")
        ((before,),) = session.rows("rows_of_keys_have_macs")
        if before and not provider.rows.is_begun:
            raise Misconfigured(
                f"{provider.name} lacks the key that authenticates rows: put it back, "
                "or set LEDGER_KEY_DIR"
            )
        provider.rows.begin()
        macs = RowMacs(partial(provider.rows.macs, begun=True), ledger)
        count = _fill(session, macs)
    count += _close_lines(journal, JournalLinks(provider.links, lambda: macs, ledger))
    provider.rows.keep()
    return count


def check_rows_key(provider: KeyProvider, migrations: tuple[str, ...]) -> None:
    """Raise Misconfigured when a copy with these migrations has MACs, and their key is not here."""
    if _MIGRATION in migrations and not provider.rows.is_kept:
        raise Misconfigured(
            f"{provider.name} lacks the key that authenticates rows: copy all keys, not only those of epochs"
        )


def authenticate_restored(
    session: Session,
    provider: KeyProvider,
    ledger: LedgerName,
    migrations: tuple[str, ...],
) -> int:
    """Give the rows of a restored copy from before the MACs theirs; how many. `migrations`: of the copy."""
    if _MIGRATION in migrations:
        return 0
    with session.transaction():
        session.run("lock_keys")
        return _fill(session, row_macs(provider, ledger))


def _fill(session: Session, macs: RowMacs) -> int:
    count = 0
    for table, (read, write) in _TABLES.items():
        while rows := session.rows(read, count=_BLOCK_ROWS):
            session.run(write, **_macs(macs, table, rows))
            count += len(rows)
    return count


def _macs(macs: RowMacs, table: str, rows: list[tuple[Column, ...]]) -> dict[str, list[object]]:
    parameters: dict[str, list[object]] = {
        "keys": [row[0] for row in rows],
        "macs": list(macs.of_each(table, rows)),
    }
    if table == "fences":
        parameters["categories"] = [row[1] for row in rows]
    return parameters


def _close_lines(journal: ErasureJournal, links: JournalLinks) -> int:
    return journal.rewrite(links.closed) if journal.path.exists() else 0
