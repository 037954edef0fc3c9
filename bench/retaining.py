"""A night's run of retention in a process of its own: `python -m bench.retaining`, with `ledger`'s settings.

Prints a line of JSON: how many steps were due and were carried out, seconds of opening, looking and carrying
out, the median of the seconds that a block of them took, the most megabytes of resident memory until then,
and seconds of processor time of all of it.
"""

import os
import statistics
import sys
import time
from collections.abc import Iterable
from pathlib import Path

import orjson

from application.acts.deciding import due_steps, erase_due
from application.queries.keeping.erasures import CarriedOut, Due
from application.queries.keeping.periods import step_rows
from bench.tools.arguments import explain
from bench.tools.processor import megabytes
from bench.tools.workload import NOW
from host.settings import read_settings
from host.site import Site
from host.wiring import open_site
from ledger import cycles
from rulebook.calendar import day_of
from schemas.encoding import to_line

BLOCK = 1_000


def main() -> None:
    """Open the ledger, look, carry out, and say what it took."""
    cycles.settle()  # as the program does
    told: dict[str, float] = {}
    marks = [_mark()]
    with open_site(read_settings(os.environ, Path.cwd()), lambda: NOW) as site:
        marks.append(_mark())
        told["due"], _ = _printed(site, due_steps(site.session("reader"), day_of(NOW)))
        marks.append(_mark())
        told["done"], told["block_s"] = _printed(site, erase_due(site))
        marks.append(_mark())
    for name, before, after in zip(("open", "look", "run"), marks, marks[1:], strict=False):
        told |= {f"{name}_s": after["s"] - before["s"], f"{name}_mb": after["mb"]}
    told["processor_s"] = time.process_time()
    sys.stdout.buffer.write(orjson.dumps(told, option=orjson.OPT_APPEND_NEWLINE))


def _printed(site: Site, found: Iterable[Due | CarriedOut]) -> tuple[int, float]:
    """What the command prints, thrown away: how many rows, and the median of the seconds of a block."""
    times: list[float] = []
    count, began = 0, time.perf_counter()
    for count, row in enumerate(step_rows(site.source("retention"), found), 1):
        assert to_line(row)
        if count % BLOCK == 0:
            now = time.perf_counter()
            times, began = [*times, now - began], now
    return count, statistics.median(times or [time.perf_counter() - began])


def _mark() -> dict[str, float]:
    return {"s": time.perf_counter(), "mb": megabytes()}


if __name__ == "__main__":
    explain(__doc__)
    main()
