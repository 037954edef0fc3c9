"""Whether times tell of a secret order: `python -m bench.secrecy [PERSONS]`, 40 unless told otherwise.

Persons whose data is alike, all in one open ledger. Beside it a confidential ledger keeps data of every
second one for an order. The console answers about each in turn, round by round; in the end each is erased.
Times of those with an order are compared with times of those without. The peer is the same comparison of two
halves of those without: what chance alone does on this machine.
"""

import random
import statistics
import subprocess
import time
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from bench.tools.arguments import explain, given
from bench.tools.clients import cookies, wait_for
from bench.tools.place import Place
from bench.tools.results import quote, save
from host.running.serving import reserved_port
from tests.fixtures.ledger import collected, registered
from tests.fixtures.postgres import short_folder

PERSONS, ROUNDS, SHUFFLES, CALLS = 40, 15, 2_000, 12
ASKED = {"person": "", "history": "/history", "access report": "/access-report"}
METHOD = (
    f"Persons with {CALLS + 1} events each; every second one has a preservation order in a confidential "
    "ledger, which has copied the ordered data. Over HTTP: each person in turn, "
    f"{ROUNDS} rounds, one client, milliseconds; the medians of a person's rounds are compared. erase: the "
    "whole command, once for each person, seconds. distance: the largest difference of the two distributions "
    "(Kolmogorov and Smirnov), from 0 to 1. by chance: the share of "
    f"{SHUFFLES:,} random divisions of the same persons whose distance is as large; small values would tell. "
    "without and without: the distance between two halves of the persons without an order."
)


class Desk(NamedTuple):
    """The confidential ledger that looks into the open one."""

    place: Place
    open_settings: Path

    def run(self, *arguments: str) -> None:
        """One command of the desk."""
        more = {"LEDGER_CONFIDENTIAL": "1", "LEDGER_OPEN_SETTINGS_FILE": str(self.open_settings)}
        done = subprocess.run(
            self.place.command(*arguments),
            env={**self.place.environment, **more},
            check=False,
            capture_output=True,
        )
        if done.returncode:
            raise RuntimeError(done.stderr.decode())

    def keep(self, who: str, ref: str) -> None:
        """Copy the data of a person for an order."""
        asked = ("--provision", "nl.sv.126ni", "--kind", "preservation", "--field", "called_number")
        by = ("--authority", "om-rotterdam", "--issued-by", "public-prosecutor")
        self.run("order", "receive", who, "--ref", ref, *asked, *by)
        self.run("order", "authenticate", ref, "--method", "call-back")
        self.run("order", "validate", ref)
        self.run("preservation", "impose", ref)


def life(who: str) -> Iterator[dict[str, Any]]:
    """The same of everybody."""
    yield registered(who, time="2026-01-02T12:00:00Z")
    for day in range(1, CALLS + 1):
        called = {"called_number": f"+3130000{day:04}"}
        at = f"2026-03-{day:02}T12:00:00Z"
        yield collected(who, time=at, categories=["traffic"], personal=called)


def filled(folder: Path, persons: Sequence[str]) -> Place:
    """An open ledger with these persons."""
    place, lines = Place(folder / "open"), folder / "events.ndjson"
    lines.write_bytes(b"\n".join(orjson.dumps(one) for who in persons for one in life(who)))
    place.run("init")
    place.run("ingest", str(lines))
    place.run("project", "--once")
    place.run("publish", "--once")
    return place


def ordered(folder: Path, place: Place, persons: Sequence[str]) -> None:
    """Have a confidential ledger keep data of these persons. The open one must run."""
    settings = folder / "open.env"
    settings.write_text(
        f"LEDGER_DATA_DIR={place.data}\nLEDGER_KEY_DIR={place.keys.parent}\n"
        f"LEDGER_LOG_DIR={place.data / 'tlog'}\n"
    )
    settings.chmod(0o600)
    desk = Desk(Place(folder / "desk"), settings)
    desk.run("init")
    for number, who in enumerate(persons):
        desk.keep(who, f"O-{number}")
        print("secrecy: kept for", number + 1, "orders", end="\r", flush=True)


def asked(port: int, readers: Sequence[str], path: str, persons: Sequence[str]) -> dict[str, float]:
    """The median milliseconds of an answer about each person."""
    times: dict[str, list[float]] = {who: [] for who in persons}
    with closing(HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for _ in range(ROUNDS):
            for who in random.sample(persons, len(persons)):
                # What one reader may ask has a limit.
                cookie = random.choice(readers)
                began = time.perf_counter()
                connection.request(
                    "GET", f"/api/v1/persons/{who}{path}", headers={"cookie": cookie}
                )
                answer = connection.getresponse()
                answer.read()
                times[who].append((time.perf_counter() - began) * 1000)
                if answer.status != 200:
                    raise RuntimeError(f"{path}: status {answer.status}")
    return {who: statistics.median(taken) for who, taken in times.items()}


def erased(place: Place, persons: Sequence[str]) -> dict[str, float]:
    """The seconds that each erasure takes, one after the other in random order."""
    times = {}
    for who in random.sample(persons, len(persons)):
        began = time.perf_counter()
        place.run("erase", who, "--ground", "request")
        times[who] = time.perf_counter() - began
    return times


def distance(one: Sequence[float], other: Sequence[float]) -> float:
    """The largest difference between the shares of both that are at most so large."""
    first, second = sorted(one), sorted(other)
    return max(
        abs(bisect_right(first, value) / len(first) - bisect_right(second, value) / len(second))
        for value in (*first, *second)
    )


def compared(times: Mapping[str, float], watched: Sequence[str]) -> dict[str, float]:
    """Figures of one question: both medians, their distance, and the same by chance."""
    with_order = [times[who] for who in watched]
    without = [taken for who, taken in times.items() if who not in watched]
    found, everybody = distance(with_order, without), [*times.values()]
    as_far = 0
    for _ in range(SHUFFLES):
        random.shuffle(everybody)
        as_far += distance(everybody[: len(watched)], everybody[len(watched) :]) >= found
    random.shuffle(without)
    half = len(without) // 2
    return {
        "with": statistics.median(with_order),
        "without": statistics.median(without),
        "distance": found,
        "by_chance": as_far / SHUFFLES,
        "without_and_without": distance(without[:half], without[half:]),
    }


def table(figures: Mapping[str, Mapping[str, float]]) -> Iterator[list[str]]:
    """For the page."""
    yield ["", "with an order", "without", "ratio", "distance", "by chance", "without and without"]
    for name, one in figures.items():
        unit = "s" if name == "erase" else "ms"
        yield [
            f"{name}, {unit}",
            *(f"{one[side]:.2f}" for side in ("with", "without")),
            f"{one['with'] / one['without']:.3f}",
            *(f"{one[name]:.2f}" for name in ("distance", "by_chance", "without_and_without")),
        ]


def main(persons: int = PERSONS) -> None:
    """Measure, print, and keep the figures."""
    everybody = [f"customer/{10_000 + number}" for number in range(persons)]
    watched, port = everybody[::2], reserved_port("127.0.0.1")
    with short_folder() as folder:
        folder.chmod(0o755)  # the server's own user passes through
        place = filled(folder, everybody)
        with place.running("serve", "--web-port", str(port)):
            wait_for(port)
            ordered(folder, place, watched)
            readers = cookies(place.keys, port)
            times = {name: asked(port, readers, path, everybody) for name, path in ASKED.items()}
        times["erase"] = erased(place, everybody)
    figures = {name: compared(taken, watched) for name, taken in times.items()}
    for row in table(figures):
        print("secrecy:", "  ".join(row))
    save("secrecy", METHOD, {"persons": persons, "questions": figures})
    quote("secrecy", [*table(figures)])


if __name__ == "__main__":
    explain(__doc__, persons=PERSONS)
    main(given(PERSONS))
