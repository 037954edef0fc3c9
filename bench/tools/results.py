"""Where a benchmark leaves what it measured: one JSON file each, beside the page that quotes it.

Ratios are taken within pairs: ours and its peer, one directly after the other, several times. On a busy
machine both slow down together, so the median of the ratios says more than the ratio of the medians.
"""

import os
import platform
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

FOLDER = Path(__file__).parents[2] / "docs" / "performance"
_PAGE = FOLDER.parent / "explanation" / "performance.md"
_MEASURED = ("cryptography", "msgspec", "orjson", "psycopg", "eventsourcing", "kafka-python")


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _MEASURED},
        "load_average": os.getloadavg()[2],
        "measured_at": datetime.now(UTC).date().isoformat(),
    }


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Median over the rounds of ours divided by theirs."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def line(sizes: Sequence[int], seconds: Sequence[float]) -> tuple[float, float]:
    """Seconds whatever the size, and seconds for each more: the line through the first and the last size."""
    each = (seconds[-1] - seconds[0]) / (sizes[-1] - sizes[0])
    return seconds[0] - each * sizes[0], each


def save(name: str, method: str, figures: Mapping[str, Any]) -> None:
    """Write `docs/performance/<name>.json`: the machine, the method in words, and the figures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    document = {"method": method, "machine": machine(), **figures}
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (FOLDER / f"{name}.json").write_bytes(text)


def quote(name: str, rows: Sequence[Sequence[str]]) -> None:
    """Write a table into the page, between `<!-- name -->` and the next `<!-- end -->`. First row: heads."""
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    table = "\n".join([head, "|---" * len(rows[0]) + "|", *body])
    before, mark, rest = _PAGE.read_text("utf-8").partition(f"<!-- {name} -->\n")
    if not mark:
        raise ValueError(f"the page has no place for {name}")
    _, end, after = rest.partition("<!-- end -->")
    _PAGE.write_text(f"{before}{mark}{table}\n{end}{after}", "utf-8")
