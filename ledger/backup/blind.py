"""The blind index made again from sealed values, after a crash or a restore took it away.

It is unlogged on purpose: a searchable hash must not reach the write-ahead log or a backup.
"""

from uuid import UUID

from ledger.crypto.layouts import BLIND_FIELDS
from ledger.keys.opening import Missing, Opener
from ledger.library.reader import LedgerReader
from ledger.storage.postgres import Session
from ledger.writing.append import lock_head
from ledger.writing.packing import blind_hash
from schemas import PERSONAL_FIELDS
from schemas.personal import each_of

_BLOCK_ROWS = 5_000
_Row = tuple[bytes, UUID, str, str]


def is_complete(session: Session) -> bool:
    """Whether every searchable value is in the blind index."""
    return session.row("blind_index_is_complete") is not None


def is_standby(session: Session) -> bool:
    """Whether the server follows a primary: then it has no index, and each read of it is an error."""
    return session.row("is_standby") == (True,)


def rebuild(session: Session, opener: Opener) -> int:
    """Make the blind index again; returns the rows. Recording waits meanwhile. Needs the eraser's role."""
    key = opener.ledger_key("blind")
    with session.transaction():
        lock_head(session)
        session.run("clear_blind")
        rows: list[_Row] = []
        count = 0
        for event in LedgerReader(session).replay():
            for field, value in opener.personal(event).items():
                if field in BLIND_FIELDS and not isinstance(value, Missing):
                    category = PERSONAL_FIELDS[field]
                    hashes = (blind_hash(key, field, one) for one in each_of(value))
                    rows += [(hashed, event.stream, category, field) for hashed in hashes]
            if len(rows) >= _BLOCK_ROWS:
                count += _add(session, rows)
        count += _add(session, rows)
        session.run("complete_blind")
    return count


def _add(session: Session, rows: list[_Row]) -> int:
    """Write the collected rows and empty the list."""
    added = session.run(
        "add_blind",
        hmacs=[row[0] for row in rows],
        subjects=[row[1] for row in rows],
        categories=[row[2] for row in rows],
        fields=[row[3] for row in rows],
    )
    rows.clear()
    return added
