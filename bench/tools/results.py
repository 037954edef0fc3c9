"""Where a benchmark leaves what it measured: one JSON file each, beside the page that quotes it.

Ratios are taken within pairs: ours and its peer, one directly after the other, several times. On a busy
machine both slow down together, so the median of the ratios says more than the ratio of the medians.

`python -m bench.tools.results` measures nothing: it writes beneath each table of the page again when and
where it was measured, as the files say.
"""

import os
import platform
import re
import statistics
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson

from bench.tools.arguments import explain

FOLDER = Path(__file__).parents[2] / "docs" / "performance"
_PAGE = FOLDER.parent / "explanation" / "performance.md"
PROVISIONAL = "provisional"
"""What a file says of figures that are to be measured again. Who measures again leaves it out."""
_MEASURED = ("cryptography", "msgspec", "orjson", "psycopg", "eventsourcing", "kafka-python")
# The files of tables that are not called like their file.
_FILES = {
    "console-pages": "console",
    "gdprbench-operations": "gdprbench",
    "rebuild": "projection",
    "retention": "forgetting",
    "stages": "record",
}
_TABLE = re.compile(r"(<!-- ([a-z-]+) -->\n(?:\|.*\n)+)(?:\n.*\n)?(?=<!-- end -->)")


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "processor": platform.machine(),
        "model": _model(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _MEASURED},
        "load_average": os.getloadavg()[2],
        "measured_at": datetime.now(UTC).date().isoformat(),
    }


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """Median over the rounds of ours divided by theirs."""
    return statistics.median(a / b for a, b in zip(ours, theirs, strict=True))


def line(sizes: Sequence[int], seconds: Sequence[float]) -> tuple[float, float]:
    """Seconds whatever the size, and seconds for each more: the line through the first and the last size.

    Where the larger size took less, that was noise: nothing takes less than no time.
    """
    each = max(0.0, (seconds[-1] - seconds[0]) / (sizes[-1] - sizes[0]))
    return seconds[0] - each * sizes[0], each


def save(name: str, method: str, figures: Mapping[str, Any]) -> None:
    """Write `docs/performance/<name>.json`: the machine, the method in words, and the figures."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    document = {"method": method, "machine": machine(), **figures}
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    (FOLDER / f"{name}.json").write_bytes(text)


def quote(name: str, rows: Sequence[Sequence[str]]) -> None:
    """Write a table into the page, between `<!-- name -->` and the next `<!-- end -->`. First row: heads.

    Beneath it stands when and where it was measured. Its file must have been saved before.
    """
    head, *body = [f"| {' | '.join(row)} |" for row in rows]
    table = "\n".join([head, "|---" * len(rows[0]) + "|", *body])
    before, mark, rest = _PAGE.read_text("utf-8").partition(f"<!-- {name} -->\n")
    if not mark:
        raise ValueError(f"the page has no place for {name}")
    _, end, after = rest.partition("<!-- end -->")
    _PAGE.write_text(f"{before}{mark}{table}\n\n{measured(name)}\n{end}{after}", "utf-8")


def measured(name: str) -> str:
    """When and where a table was measured, as its file says; and whether that is no last word."""
    file = FOLDER / f"{_FILES.get(name, name)}.json"
    told = orjson.loads(file.read_bytes())
    of, provisional = told["machine"], told.get(PROVISIONAL)
    day = date.fromisoformat(of["measured_at"])
    model = f" ({of['model']})" if of.get("model") else ""
    return (
        f"*Measured on {day.day} {day:%B %Y}: {of['cores']} cores{model}, Python {of['python']}, "
        f"load average {of['load_average']:.1f}.{f' Provisional: {provisional}' if provisional else ''}*"
    )


def dated(page: str) -> str:
    """The page, with what `measured` says beneath each table. The tables stay as they are."""
    return _TABLE.sub(lambda found: f"{found[1]}\n{measured(found[2])}\n", page)


def _model() -> str:
    """The name of the processor, where the system tells it."""
    file = Path("/proc/cpuinfo")
    told = file.read_text("utf-8") if file.exists() else ""
    found = re.search(r"^model name\s*: (.+)$", told, re.MULTILINE)
    return found[1] if found else ""


if __name__ == "__main__":
    explain(__doc__)
    _PAGE.write_text(dated(_PAGE.read_text("utf-8")), "utf-8")
