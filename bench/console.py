"""What the console answers: `python -m bench.console [--ledger DIR] [--events N] [--seconds N]`.

Fifty clients (`wrk`, of Debian), each with a login of its own, ask `ledger serve` for the JSON of a person,
of disclosures and of the register, while `ledger ingest` records and the projector follows. In the same run
Datasette answers with the same rows from SQLite: DATASETTE names its program, in an environment of its own.
Before that one client asks for pages, one after the other.

`--ledger`: the data folder of a ledger that nothing else uses; it is made with so many events if it is not
there, and stays. Some events and reads are recorded in it. Without it the ledger is in a temporary folder.
"""

import argparse
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import orjson

from bench.tools.clients import CLIENTS, Load, alone, answer, cookies, loaded, wait_for
from bench.tools.place import INTAKE_PER_S, Place, filled, others
from bench.tools.results import machine, quote, save
from host.running.serving import reserved_port
from tests.fixtures.postgres import short_folder

EVENTS, SECONDS = 100_000, 8
PERSON = "customer/10001"
TICKS = os.sysconf("SC_CLK_TCK")
METHOD = (
    f"{CLIENTS} clients of wrk, each with a login of its own, ask for JSON, each question by itself, while "
    f"`ledger ingest` records {INTAKE_PER_S} events a second and `ledger project` follows. ours: the "
    "console; each answer is asked of the ledger, opens values where it has any, and notes who read. peer: "
    "Datasette over SQLite with the same rows, which lie there in clear; it notes nothing. Answers a "
    "second; p50 and p99 in milliseconds; cpu_ms: processor time of the answering process for one answer, "
    "without the database. pages: one client, one page after the other, before intake begins: bytes "
    "uncompressed, median in ms."
)
ASKED = {
    "person": f"/persons/{PERSON}/history",
    "disclosures": "/disclosures",
    "register": "/register",
}
PAGES = [
    "/",
    f"/persons/{PERSON}",
    f"/persons/{PERSON}/history",
    *("/disclosures", "/register", "/requests", "/incidents", "/holds", "/notifications"),
    *("/findings", "/retention"),
]
ROWS = {"person": "events", "disclosures": "disclosures", "register": "activities"}
Figures = Mapping[str, Any]


def stored(path: Path, answers: Mapping[str, Any]) -> Mapping[str, int]:
    """The rows of our answers as tables of SQLite; how many each has."""
    counts = {}
    with closing(sqlite3.connect(path)) as database:
        for name, document in answers.items():
            rows = [
                {key: _cell(value) for key, value in row.items()} for row in document[ROWS[name]]
            ]
            columns = list(dict.fromkeys(key for row in rows for key in row))
            database.execute(
                f"CREATE TABLE {name} ({', '.join(f'[{column}]' for column in columns)})"
            )
            places = ", ".join("?" * len(columns))
            values = [[row.get(column) for column in columns] for row in rows]
            database.executemany(f"INSERT INTO {name} VALUES ({places})", values)
            counts[name] = len(rows)
        database.commit()
    return counts


def _cell(value: Any) -> Any:
    return value if isinstance(value, str | int | float | None) else orjson.dumps(value).decode()


class Served(NamedTuple):
    """What answers at a port, and in which process."""

    port: int
    process: int

    @property
    def cpu_ms(self) -> float:
        """Processor time that the process has used."""
        members = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(members[11]) + int(members[12])) * 1000 / TICKS


@contextmanager
def datasette(program: str, database: Path) -> Iterator[Served]:
    """The peer."""
    port = reserved_port("127.0.0.1")
    command = [program, "serve", str(database), "--port", str(port), "--setting"]
    with subprocess.Popen(
        [*command, "default_facet_size", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for(port)
            yield Served(port, process.pid)
        finally:
            process.terminate()


def main() -> None:
    """Measure, print, and leave the figures."""
    parser = argparse.ArgumentParser("python -m bench.console", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--ledger", type=Path)
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    given = parser.parse_args()
    with ExitStack() as rest:
        beside = Path(rest.enter_context(TemporaryDirectory()))
        if given.ledger:
            place = Place(given.ledger.resolve())
            if not place.data.exists():
                filled(place, given.events)
        else:
            folder = rest.enter_context(short_folder())
            folder.chmod(0o755)  # the server's own user passes through
            place = Place(folder / "data")
            filled(place, given.events)
        figures = measured(place, given.seconds, beside)
    save("console", METHOD, {"clients": CLIENTS, **figures})
    quote("console", [*table(figures["loads"])])
    quote("console-pages", pages_table(figures["pages"]))
    print(figures["events"], "events; load average", machine()["load_average"])


def measured(place: Place, seconds: int, beside: Path) -> Figures:
    """The pages; then ours and the peer's figures of each question, one directly after the other."""
    port, lines = reserved_port("127.0.0.1"), others(place, 4 * len(ASKED) * seconds + 60)
    program = os.environ.get("DATASETTE") or shutil.which("datasette") or ""
    with place.running("project"), place.running("serve", "--web-port", str(port)) as process:
        wait_for(port)
        readers, ours = cookies(place.keys, port), Served(port, process)
        pages = {path: paged(ours, path, readers[0]) for path in PAGES}
        answers = {
            name: orjson.loads(answer(port, f"/api/v1{path}", readers[0]))
            for name, path in ASKED.items()
        }
        events = orjson.loads(answer(port, "/api/v1/operations", readers[0]))["position"]
        counts = stored(beside / "peer.db", answers)
        with datasette(program, beside / "peer.db") as peer, place.recording(lines):
            loads = {
                name: compared(ours, peer, name, counts[name], seconds, readers) for name in ASKED
            }
    return {"events": events, "pages": pages, "loads": loads}


def paged(ours: Served, path: str, cookie: str) -> Figures:
    """What one client gets."""
    answer(ours.port, path, cookie)
    before = ours.cpu_ms
    times = 9
    single = alone(ours.port, path, cookie, times)
    figures = {
        "bytes": len(single.content),
        "ms": single.ms,
        "cpu_ms": (ours.cpu_ms - before) / (times + 1),
    }
    print("console:", path, figures, flush=True)
    return figures


def compared(
    ours: Served, peer: Served, name: str, rows: int, seconds: int, readers: Sequence[str]
) -> Figures:
    """Both sides of one question."""
    theirs = f"/peer/{name}.json?_size={rows}&_shape=objects"
    answer(peer.port, theirs)
    one, own_ms = under_load(ours, f"/api/v1{ASKED[name]}", seconds, readers)
    other, its_ms = under_load(peer, theirs, seconds, ())
    figures = {
        **{f"ours_{key}": value for key, value in one._asdict().items()},
        "ours_cpu_ms": own_ms,
        **{f"peer_{key}": value for key, value in other._asdict().items()},
        "peer_cpu_ms": its_ms,
        "rows": rows,
        "ratio": one.per_s / other.per_s,
    }
    print("console:", name, figures, flush=True)
    return figures


def under_load(
    served: Served, path: str, seconds: int, readers: Sequence[str]
) -> tuple[Load, float]:
    """What clients got, and the processor time of one answer."""
    before = served.cpu_ms
    load = loaded(served.port, path, seconds, readers)
    return load, (served.cpu_ms - before) / max(1.0, load.per_s * seconds)


def table(loads: Mapping[str, Figures]) -> Iterator[Sequence[str]]:
    """The figures as the page quotes them."""
    yield ["", "rows", "answers/s", "p50, ms", "p99, ms", "processor, ms", "errors"]
    for name, one in loads.items():
        for side in ("ours", "peer"):
            yield [
                name if side == "ours" else f"{name}, Datasette",
                f"{one['rows']:,.0f}",
                f"{one[f'{side}_per_s']:,.1f}",
                *(f"{one[f'{side}_{what}']:,.0f}" for what in ("p50_ms", "p99_ms")),
                f"{one[f'{side}_cpu_ms']:,.1f}",
                f"{one[f'{side}_errors']}",
            ]


def pages_table(pages: Mapping[str, Figures]) -> Sequence[Sequence[str]]:
    """The figures of the pages."""
    head = ["page", "kB", "ms", "processor, ms"]
    rows = (
        [path, f"{one['bytes'] / 1000:,.0f}", f"{one['ms']:,.0f}", f"{one['cpu_ms']:,.0f}"]
        for path, one in pages.items()
    )
    return [head, *rows]


if __name__ == "__main__":
    main()
