"""A rebuild of all views in a process of its own: `python -m bench.rebuilding URL LEDGER`.

Prints a line of JSON: position, seconds, and megabytes of resident memory before and at the peak.
"""

import sys
import time

import orjson

from bench.tools.arguments import explain
from bench.tools.filling import OFFICE
from bench.tools.processor import megabytes
from ledger import cycles
from ledger.names import LedgerName
from ledger.storage.postgres import Database
from projections import VIEWS
from projections.following.rebuild import rebuild_all


def main(url: str, name: str) -> None:
    """Rebuild, and say what it took."""
    cycles.settle()  # as the program does
    ledger = LedgerName(name)
    session = Database(url).connect(ledger, "projector")
    before, began, used = megabytes(), time.perf_counter(), time.process_time()
    reports = rebuild_all(session, ledger, VIEWS, OFFICE)
    figures = {
        "position": reports[0].position,
        "seconds": time.perf_counter() - began,
        "processor_s": time.process_time() - used,
        "megabytes_before": before,
        "megabytes": megabytes(),
    }
    assert all(report.ok for report in reports)
    sys.stdout.buffer.write(orjson.dumps(figures, option=orjson.OPT_APPEND_NEWLINE))


if __name__ == "__main__":
    main(*explain(__doc__, "url", "ledger"))
