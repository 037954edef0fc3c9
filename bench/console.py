"""What the console answers: `python -m bench.console [EVENTS] [SECONDS]`, by default 100,000 and 8.

Fifty clients (`wrk`, of Debian) ask `ledger serve` for the JSON of a person, of disclosures and of the
register, for so many seconds each, while `ledger ingest` records and the projector follows. In the same run
Datasette answers with the same rows from SQLite: DATASETTE names its program, in an environment of its own.
"""

import os
import re
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson

from bench.arguments import explain, given
from bench.results import machine, quote, save
from host.running.serving import free_port
from tests.fixtures.postgres import short_folder

EVENTS, SECONDS, CLIENTS = 100_000, 8, 50
CUSTOMERS_OF = 40
"""Events for each customer."""
PERSON = "customer/10023"
INTAKE = 20_000
METHOD = (
    f"{CLIENTS} clients of wrk ask for JSON, each question by itself, while `ledger ingest` records and "
    "`ledger project` follows. ours: the console of eight sites; each answer is asked of the ledger, opens "
    "values where it has any, and notes who read. peer: Datasette over SQLite with the same rows, which lie "
    "there in clear; it notes nothing. Answers a second; p99 in milliseconds."
)
ASKED = {
    "person": f"/persons/{PERSON}/history",
    "disclosures": "/disclosures",
    "register": "/register",
}
ROWS = {"person": "events", "disclosures": "disclosures", "register": "activities"}


class Load(NamedTuple):
    """What clients got: answers a second, and the time within which 99 of a hundred came."""

    per_s: float
    p99_ms: float
    errors: int


class Place(NamedTuple):
    """A ledger of its own, and how commands reach it."""

    folder: Path

    @property
    def environment(self) -> Mapping[str, str]:
        own = {"LEDGER_DATA_DIR": str(self.folder / "data"), "LEDGER_METRICS_PORT": "0"}
        kept = {name: text for name, text in os.environ.items() if not name.startswith("LEDGER_")}
        return kept | own

    def run(self, *arguments: str, output: Path | None = None) -> bytes:
        """A command to its end."""
        with (output or Path(os.devnull)).open("wb") as file:
            done = subprocess.run(
                self.command(*arguments),
                env=self.environment,
                check=False,
                stdout=file if output else subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        if done.returncode > 1:
            raise RuntimeError(done.stderr.decode())
        return done.stdout or b""

    def command(self, *arguments: str) -> Sequence[str]:
        return [sys.executable, "-m", "console.main", *arguments]

    @contextmanager
    def running(self, *arguments: str) -> Iterator[None]:
        """A command that goes on until the block ends."""
        with subprocess.Popen(
            self.command(*arguments), env=self.environment, stderr=subprocess.DEVNULL
        ) as process:
            try:
                yield
            finally:
                process.terminate()

    @contextmanager
    def recording(self, file: Path) -> Iterator[None]:
        """Intake that goes on until the block ends; the same file again is duplicates."""
        script = f"while :; do {' '.join(self.command('ingest', str(file)))}; done"
        with subprocess.Popen(
            ["sh", "-c", script],
            env=self.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        ) as process:
            try:
                yield
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, 15)


def filled(place: Place, events: int) -> Path:
    """A ledger with so many events, and a file of others that are recorded meanwhile."""
    sample, more = place.folder / "sample.ndjson", place.folder / "more.ndjson"
    customers = str(max(40, events // CUSTOMERS_OF))
    place.run("init")
    place.run("sample", "--events", str(events), "--customers", customers, output=sample)
    place.run("sample", "--events", str(INTAKE), "--seed", "2", output=more)
    place.run("ingest", str(sample))
    place.run("project", "--once")
    place.run("publish", "--once")
    return more


def cookie_of(place: Place, port: int) -> str:
    """The cookie of a login by link."""
    link = orjson.loads(place.run("login-link", "--json"))["url"]
    asked = urlsplit(link)
    origin = f"http://127.0.0.1:{port}"
    headers = {
        "origin": origin,
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
    }
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        connection.request("POST", asked.path, asked.query, headers)
        return (connection.getresponse().headers["set-cookie"] or "").partition(";")[0]


def answer(port: int, path: str, cookie: str = "") -> bytes:
    """One answer, which must be one."""
    with closing(HTTPConnection("127.0.0.1", port, timeout=120)) as connection:
        connection.request("GET", path, headers={"cookie": cookie} if cookie else {})
        response = connection.getresponse()
        content = response.read()
    if response.status != 200:
        raise RuntimeError(f"{path}: status {response.status}")
    return content


def wait_for(port: int) -> None:
    """Return when something answers at a port."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            with closing(HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
                connection.request("HEAD", "/")
                connection.getresponse()
                return
        except (OSError, HTTPException):
            time.sleep(0.2)
    raise RuntimeError("nothing answers")


def loaded(port: int, path: str, seconds: int, cookie: str = "") -> Load:
    """What fifty clients get who ask for the same."""
    wrk = ["wrk", "--latency", f"-c{CLIENTS}", "-t2", f"-d{seconds}s", "--timeout", "60s"]
    header = ["-H", f"Cookie: {cookie}"] if cookie else []
    done = subprocess.run(
        [*wrk, *header, f"http://127.0.0.1:{port}{path}"], check=True, capture_output=True
    )
    said = done.stdout.decode()
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", said)
    return Load(
        float(_found(r"Requests/sec:\s+([\d.]+)", said)),
        _milliseconds(_found(r"99%\s+([\d.]+\w+)", said)),
        int(refused[1]) if refused else 0,
    )


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(text)
    return found[1]


def _milliseconds(text: str) -> float:
    number, unit = re.match(r"([\d.]+)(\w+)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[unit]


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


@contextmanager
def datasette(program: str, database: Path) -> Iterator[int]:
    """The peer at a port."""
    port = free_port("127.0.0.1")
    command = [program, "serve", str(database), "--port", str(port), "--setting"]
    with subprocess.Popen(
        [*command, "default_facet_size", "1"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            wait_for(port)
            yield port
        finally:
            process.terminate()


def main() -> None:
    """Measure, print, and leave the figures."""
    explain(__doc__, EVENTS=EVENTS, SECONDS=SECONDS)
    events, seconds = given(EVENTS), given(SECONDS, 2)
    with short_folder() as folder, TemporaryDirectory() as beside:
        folder.chmod(0o755)  # the server's own user passes through
        figures = measured(Place(folder), events, seconds, Path(beside))
    save("console", METHOD, {"events": events, "clients": CLIENTS, **figures})
    quote("console", table(figures))
    print(machine()["load_average"])


def measured(
    place: Place, events: int, seconds: int, beside: Path
) -> Mapping[str, Mapping[str, float]]:
    """Ours and the peer's figures of each question, one directly after the other."""
    more, port = filled(place, events), free_port("127.0.0.1")
    figures = {}
    with place.running("project"), place.running("serve", "--web-port", str(port)):
        wait_for(port)
        cookie = cookie_of(place, port)
        answers = {
            name: orjson.loads(answer(port, f"/api/v1{path}", cookie))
            for name, path in ASKED.items()
        }
        counts = stored(beside / "peer.db", answers)
        program = os.environ.get("DATASETTE") or shutil.which("datasette") or ""
        with datasette(program, beside / "peer.db") as peer, place.recording(more):
            for name, path in ASKED.items():
                rows = f"/peer/{name}.json?_size={counts[name]}&_shape=objects"
                answer(peer, rows)
                ours = loaded(port, f"/api/v1{path}", seconds, cookie)
                its = loaded(peer, rows, seconds)
                figures[name] = {
                    "ours_per_s": ours.per_s,
                    "ours_p99_ms": ours.p99_ms,
                    "ours_refused": ours.errors,
                    "peer_per_s": its.per_s,
                    "peer_p99_ms": its.p99_ms,
                    "peer_refused": its.errors,
                    "rows": counts[name],
                    "ratio": ours.per_s / its.per_s,
                }
                print("console:", name, figures[name], flush=True)
    return figures


def table(figures: Mapping[str, Mapping[str, float]]) -> Sequence[Sequence[str]]:
    """The figures as the page quotes them."""
    head = [
        "",
        "rows",
        "answers/s",
        "p99, ms",
        "Datasette, answers/s",
        "p99, ms",
        "ours to Datasette",
    ]
    return [
        head,
        *(
            [
                name,
                f"{one['rows']:,.0f}",
                f"{one['ours_per_s']:,.1f}",
                f"{one['ours_p99_ms']:,.0f}",
                f"{one['peer_per_s']:,.1f}",
                f"{one['peer_p99_ms']:,.0f}",
                f"{one['ratio']:.2f}",
            ]
            for name, one in figures.items()
        ),
    ]


if __name__ == "__main__":
    main()
