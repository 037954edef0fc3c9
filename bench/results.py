"""Where a benchmark leaves what it measured: one JSON file each, beside the page that quotes it.

Ratios are taken within pairs: ours and its peer, one directly after the other, several times. On a busy
machine both slow down together, so the median of the ratios says more than the ratio of the medians.
"""

import os
import platform
import statistics
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

__all__ = ["FOLDER", "interleaved", "machine", "median_ratio", "save"]

FOLDER = Path(__file__).parents[1] / "docs" / "performance"
_MEASURED = ("cryptography", "msgspec", "orjson", "psycopg", "eventsourcing", "kafka-python")


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _MEASURED},
        "measured_at": datetime.now(UTC).date().isoformat(),
    }


def interleaved(rivals: Mapping[str, Callable[[], float]], rounds: int) -> dict[str, list[float]]:
    """Run each rival once a round, in turn; gives the figures of each, by round."""
    figures: dict[str, list[float]] = {name: [] for name in rivals}
    for _ in range(rounds):
        for name, run in rivals.items():
            figures[name].append(run())
    return figures


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Median over the rounds of ours divided by theirs."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def save(name: str, method: str, figures: Mapping[str, Any]) -> None:
    """Write `docs/performance/<name>.json`: the machine, the method in words, and the figures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    document = {"method": method, "machine": machine(), **figures}
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (FOLDER / f"{name}.json").write_bytes(text)
