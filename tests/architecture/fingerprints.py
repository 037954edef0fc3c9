"""Fingerprints of the servers that are there: `python -m tests.architecture.catalogue` writes them.

`tests/integration/test_server_catalogue.py` compares them on each PostgreSQL.
"""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from ledger.audit.catalogue import plainly
from ledger.audit.naming import Names
from ledger.audit.server.fingerprint import (
    FOLLOWED,
    INSTALLED,
    LATER,
    ORDERS,
    SERVER,
    SITE,
    Key,
    fingerprint,
    packed,
)
from ledger.audit.server.net import hashes_of
from ledger.names import LedgerName
from ledger.storage.install import install
from ledger.storage.postgres import Database, Session
from projections import VIEWS, views_of
from projections.following.storage import prepare

FOLDER = Path(__file__).resolve().parents[2] / "ledger" / "audit" / "server"


def fresh_lines(database: Database, ledger: LedgerName) -> Iterator[tuple[str, Key, str]]:
    """What a fresh server, and a ledger on it that is installed now, come to, stage by stage.

    Without what a later minor release added to the server.
    """
    install(database, ledger, datetime.now(UTC))
    session = database.connect(ledger, "reader")
    server, site, ours = _hashes(session)
    known = fingerprint(version_of(database, ledger))
    later = known.of(LATER) if known else {}
    for key, hashed in server.items():
        if hashed not in later.get(key, ()):
            yield SERVER, key, hashed
    made = {(key, hashed) for key, hashed in ours.items()}
    yield from ((INSTALLED, *line) for line in made)
    for stage, views in ((FOLLOWED, VIEWS), (ORDERS, views_of(confidential=True))):
        projector = database.connect(ledger, "projector")
        prepare(projector, ledger, views)
        projector.close()
        *_, ours = _hashes(session)
        yield from ((stage, *line) for line in set(ours.items()) - made)
        made |= set(ours.items())
    # Who takes everybody's rights on `public` away, as `deploy/postgres/roles.sql` does, is in order, too.
    owner = database.connect(ledger, None)
    owner.script("REVOKE ALL ON SCHEMA public FROM PUBLIC", {})
    owner.close()
    _, hardened, _ = _hashes(session)
    yield from ((SITE, *line) for line in sorted({*site.items(), *hardened.items()}))
    session.close()


def _hashes(session: Session) -> tuple[dict[Key, str], ...]:
    with plainly(session):
        return tuple(map(dict, hashes_of(session, Names(session.ledger))))


def empty_database(url: Callable[[str], str]) -> str:
    """URL of a new database of a server."""
    with psycopg.connect(url("postgres"), autocommit=True) as connection:
        connection.execute("CREATE DATABASE fresh")
    return url("fresh")


def version_of(database: Database, ledger: LedgerName) -> int:
    """The major version of a server."""
    session = database.connect(ledger, None)
    ((version,),) = session.rows("server_version")
    session.close()
    return int(version)


def write(database: Database, ledger: LedgerName) -> None:
    """Write the file of a server's version, from an empty database."""
    file = FOLDER / f"postgresql_{version_of(database, ledger)}.xz"
    file.write_bytes(packed(fresh_lines(database, ledger)))
