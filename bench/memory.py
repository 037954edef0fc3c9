"""The most memory that each process takes: `python -m bench.memory [EVENTS]`, 100,000 unless told otherwise.

Fifty readers at once ask `ledger serve` for pages, workbooks and reports for a while;
commands go to their end. Of consumer, projector, publisher and supervisor: what `bench.sustained` has seen.
`deploy.md`, the units and the compose file have the limits that follow from it.
"""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path
from threading import Event, Thread

import orjson

from bench.tools.arguments import explain, given
from bench.tools.clients import cookies, wait_for
from bench.tools.place import Place, filled
from bench.tools.results import FOLDER, quote, save
from host.running.serving import reserved_port
from tests.fixtures.postgres import short_folder

EVENTS = 100_000
USE_S = 60.0
MOMENT_S = 0.05
PERSON = "/persons/customer/10001"
PAGES = ("/", PERSON, f"{PERSON}/history", "/register", "/requests", "/findings", "/operations")
WORKBOOKS = tuple(f"{page}?format=xlsx" for page in ("/disclosures", "/findings", "/register"))
REPORTS = ("access.pdf", "access.json", "portability.json")
# What a unit or a timer starts, and a person's largest commands.
COMMANDS = {
    "init": ("init",),
    "retention run": ("retention", "run", "--yes"),
    "audit --views": ("audit", "--views"),
    "report access": ("report", "access", "customer/10001", "--output", "{folder}/report.pdf"),
}
PARTS = ("consume", "project", "publish", "run")
METHOD = (
    "serve: fifty readers at once ask for pages, workbooks and reports of a person with a thousand events,"
    " for a minute; upkeep beside it. Commands: to their end. MB: the most resident memory of a process"
    " and the processes below it. consume, project, publish, run: sustained.json"
)


def held(process: int) -> float:
    """Megabytes that a process and those below it hold now."""
    pages = 0
    with suppress(OSError):  # it has just ended
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    below = 0.0
    for task in Path(f"/proc/{process}/task").glob("*"):
        with suppress(OSError):
            below += sum(map(held, map(int, (task / "children").read_text().split())))
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024 / 1024 + below


class Peak:
    """The most that a process held while it was watched."""

    def __init__(self, process: int) -> None:
        self.megabytes = 0.0
        self._process, self._ended = process, Event()
        self._thread = Thread(target=self._watch)

    def __enter__(self) -> "Peak":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(MOMENT_S):
            self.megabytes = max(self.megabytes, held(self._process))


def used(port: int, readers: Sequence[str]) -> int:
    """What people do with a console, all at once, for a while; how many answers they got."""
    until = time.monotonic() + USE_S

    def reader(number: int) -> int:
        paths, answers, turn = (*PAGES, *WORKBOOKS), 0, number
        while time.monotonic() < until:
            cookie = readers[number]
            answers += bool(ask(port, paths[turn % len(paths)], cookie))
            if turn % 3 == 0:
                answers += bool(report(port, REPORTS[turn // 3 % len(REPORTS)], cookie))
            turn += 1
        return answers

    with ThreadPoolExecutor(len(readers)) as people:
        return sum(people.map(reader, range(len(readers))))


def ask(port: int, path: str, cookie: str, body: str | None = None) -> bytes:
    """An answer; nothing where the console says that it is busy."""
    headers = {
        "origin": f"http://127.0.0.1:{port}",
        "sec-fetch-site": "same-origin",
        "content-type": "application/x-www-form-urlencoded",
        "cookie": cookie,
    }
    with closing(HTTPConnection("127.0.0.1", port, timeout=300)) as connection:
        connection.request("POST" if body else "GET", path, body, headers)
        response = connection.getresponse()
        content = response.read()
    if response.status not in {200, 429, 503}:
        raise RuntimeError(f"{path}: status {response.status}")
    return content if response.status == 200 else b""


def report(port: int, what: str, cookie: str) -> bytes:
    """A document of a person, as the form of the page asks for it."""
    csrf = re.search(rb'name="csrf" value="([^"]+)"', ask(port, PERSON, cookie))
    return (
        csrf and ask(port, f"{PERSON}/report", cookie, f"csrf={csrf[1].decode()}&what={what}")
    ) or b""


@contextmanager
def place_of(events: int) -> Iterator[Place]:
    """A ledger with so many events."""
    with short_folder() as folder:
        folder.chmod(0o755)  # the server's own user passes through
        place = Place(folder / "data")
        filled(place, events)
        yield place


def of_commands(place: Place, folder: str) -> Iterator[tuple[str, float]]:
    """Each command to its end. The embedded server is not below it, since another command has started it."""
    for name, words in COMMANDS.items():
        command = place.command(*(word.format(folder=folder) for word in words))
        with (
            subprocess.Popen(
                command, env=place.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            ) as process,
            Peak(process.pid) as peak,
        ):
            process.wait()
        yield name, peak.megabytes


def measured(events: int) -> dict[str, float]:
    """Megabytes by process."""
    figures = dict[str, float]()
    with place_of(events) as place, tempfile.TemporaryDirectory() as folder:
        port = reserved_port("127.0.0.1")
        with (
            place.running("project"),
            place.running("upkeep") as upkeep,
            place.running("serve", "--web-port", str(port)) as serve,
        ):
            wait_for(port)
            readers = cookies(place.keys, port)
            with Peak(serve) as serving, Peak(upkeep) as forgetting:
                got = used(port, readers)
            figures |= {"serve": serving.megabytes, "upkeep": forgetting.megabytes}
            print(f"memory: {got} answers of the console", flush=True)
            figures |= of_commands(place, folder)
    parts = orjson.loads((FOLDER / "sustained.json").read_bytes())["figures"]
    return figures | {name: parts[f"{name}, MB"] for name in PARTS}


def main(events: int = EVENTS) -> None:
    """Measure, print, and write `docs/performance/memory.json` and the table."""
    figures = {name: round(value) for name, value in sorted(measured(events).items())}
    for name, value in figures.items():
        print(f"memory: {name:<20}{value:>8,} MB")
    save("memory", METHOD, {"events": events, "megabytes": figures})
    quote("memory", [["", "MB at the peak"], *([name, f"{v:,}"] for name, v in figures.items())])


if __name__ == "__main__":
    explain(__doc__, events=EVENTS)
    main(given(EVENTS))
