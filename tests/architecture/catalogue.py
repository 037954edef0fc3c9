"""What migrations and views make of an empty database: `python -m tests.architecture.catalogue` writes it.

With it the fingerprints of the servers that are there.

`tests/integration/test_catalogue.py` compares it on each PostgreSQL.
"""

import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from ledger.audit.catalogue import Fact, read_catalogue
from ledger.embedded import start
from ledger.names import LedgerName
from ledger.storage.install import install
from ledger.storage.postgres import Database
from projections import VIEWS, views_of
from projections.folds.view import AnyView
from projections.following.storage import prepare
from tests.architecture import fingerprints
from tests.fixtures.engines import PROGRAMS
from tests.fixtures.postgres import installed_cluster

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "ledger" / "audit" / "catalogue.txt"
ORDERS = ROOT / "ledger" / "audit" / "catalogue_orders.txt"
"""What the views of a confidential ledger add."""


def fresh_catalogue(
    database: Database, ledger: LedgerName, views: Sequence[AnyView] = VIEWS
) -> list[Fact]:
    """The catalogue of a ledger that is installed now, or once more with other views."""
    install(database, ledger, datetime.now(UTC))
    projector = database.connect(ledger, "projector")
    prepare(projector, ledger, views)
    projector.close()
    reader = database.connect(ledger, "reader")
    found = read_catalogue(reader)
    reader.close()
    return found


def written(found: list[Fact]) -> str:
    """The text of the file."""
    return "".join(f"{fact.kind}\t{fact.object}\t{fact.text}\n" for fact in found)


def main() -> None:
    """Write the files, from a server that is started for it."""
    with tempfile.TemporaryDirectory(prefix="pl-") as folder, start(Path(folder)) as server:
        database, ledger = Database(server.url()), LedgerName()
        found = fresh_catalogue(database, ledger)
        more = fresh_catalogue(database, ledger, views_of(confidential=True))
        other = fingerprints.empty_database(server.url)
        fingerprints.write(Database(other), ledger)
    for programs in PROGRAMS:
        with installed_cluster(programs.parent) as url:
            fingerprints.write(Database(url("postgres")), ledger)
    FILE.write_text(written(found), "utf-8")
    ORDERS.write_text(written([fact for fact in more if fact not in set(found)]), "utf-8")


if __name__ == "__main__":
    main()
