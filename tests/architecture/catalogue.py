"""What migrations and views make of an empty database: `python -m tests.architecture.catalogue` writes it.

`tests/integration/test_catalogue.py` compares it on each PostgreSQL.
"""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

from ledger.audit.catalogue import Fact, read_catalogue
from ledger.embedded import start
from ledger.names import LedgerName
from ledger.storage.install import install
from ledger.storage.postgres import Database
from projections import VIEWS
from projections.following.storage import prepare

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "ledger" / "audit" / "catalogue.txt"


def fresh_catalogue(database: Database, ledger: LedgerName) -> list[Fact]:
    """The catalogue of a ledger that is installed now, in a database without one."""
    install(database, ledger, datetime.now(UTC))
    projector = database.connect(ledger, "projector")
    prepare(projector, ledger, VIEWS)
    projector.close()
    reader = database.connect(ledger, "reader")
    found = read_catalogue(reader)
    reader.close()
    return found


def written(found: list[Fact]) -> str:
    """The text of the file."""
    return "".join(f"{fact.kind}\t{fact.object}\t{fact.text}\n" for fact in found)


def main() -> None:
    """Write the file, from a server that is started for it."""
    with tempfile.TemporaryDirectory(prefix="pl-") as folder, start(Path(folder)) as server:
        FILE.write_text(written(fresh_catalogue(Database(server.url()), LedgerName())), "utf-8")


if __name__ == "__main__":
    main()
