"""A rebuild of all views by some engine: `python -m bench.rebuilding_by URL LEDGER BY ARCHIVE`.

`BY`: a number of processes, or a master of Spark. Prints JSON: digests, and seconds of processor time.
"""

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager

import orjson

from bench.tools.arguments import explain
from bench.tools.processor import Figures, seconds_below
from host.settings import OFFICE as PRIVACY_OFFICE
from ledger import cycles
from ledger.names import LedgerName
from ledger.storage.postgres import Database, Session
from projections import VIEWS
from projections.following.blocks import StreamBlock
from projections.following.derive import Content, Goal
from projections.following.engines import Apart, Engine, Here
from projections.following.rebuild import rebuild_all

OFFICE = (PRIVACY_OFFICE,)


class Noted:
    """An engine, and what its processes had used when all was folded."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.used: Figures = {}

    def contents(self, goals: Sequence[Goal]) -> list[Content]:
        """See `Engine`."""
        return self._engine.contents(goals)

    def blocks(self, goals: Sequence[Goal], contents: Sequence[Content]) -> Iterator[StreamBlock]:
        """See `Engine`."""
        yield from self._engine.blocks(goals, contents)
        self.used = seconds_below()


def main(url: str, name: str, by: str, address: str) -> None:
    """Rebuild, and tell what this process and those below it used."""
    cycles.settle()  # as the program does
    database, ledger = Database(url), LedgerName(name)
    with (
        closing(database.connect(ledger, "projector")) as session,
        engine_of(by, session, database, ledger, address) as engine,
    ):
        noted = Noted(engine)
        reports = rebuild_all(session, ledger, VIEWS, OFFICE, noted)
    assert all(report.ok for report in reports)
    used = {"this": time.process_time(), **noted.used}
    digests = " ".join(report.digest for report in reports)
    sys.stdout.buffer.write(orjson.dumps({"used": used, "digests": digests}))


@contextmanager
def engine_of(
    by: str, session: Session, database: Database, ledger: LedgerName, address: str
) -> Iterator[Engine]:
    """Processes, or Spark."""
    if by == "1":
        yield Here(session, OFFICE)
    elif by.isdecimal():
        yield Apart(session, OFFICE, database, ledger, int(by))
    else:  # who asks for processes loads none of it
        from archive.places import place_at
        from archive.spark.engine import SparkEngine
        from archive.spark.starting import spark
        from archive.writing import stored_manifest

        manifest = stored_manifest(place_at(address))
        assert manifest is not None
        with spark(by) as context:
            yield SparkEngine(context, address, manifest, session, OFFICE)


if __name__ == "__main__":
    main(*explain(__doc__, "url", "ledger", "by", "archive"))
