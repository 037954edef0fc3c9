"""What sizes come to: machines, disks and hours, computed from what was measured (`docs/performance/*.json`).

Nothing is measured here. `make documents` writes the tables into the pages, and a test compares them, so a
page says what the last measurement says. What is assumed and not measured are the constants below.
"""

import math
from collections.abc import Iterator, Mapping
from statistics import median
from typing import Any, NamedTuple

import orjson

from archive.questions import QUESTIONS
from bench.tools.results import FOLDER, PROVISIONAL
from ledger.tlog.proving.proof_file import Proof, encode_proof
from ledger.tlog.tree.merkle import HASH_BYTES
from rulebook import PERIODS

YEARS = (10**8, 10**9, 10**10)
"""Events a year."""
LEDGERS = (10**6, 10**7, 10**8, 10**9, 10**10)
"""Events in one ledger."""
RELATION_YEARS = 6
"""How long a person is a customer, on average."""
ENTRY_YEARS = round(PERIODS["ledger-entry"].period.days / 365.25)
"""How long after the end of everything a person is erased wholly, and the entries can go."""
KEPT_YEARS = RELATION_YEARS // 2 + ENTRY_YEARS
"""How many years of events there are, on average, once as many go as come."""
PEAK = 10
"""Events a second in the busiest hour, for each of the mean."""
HEADROOM = 0.5
"""How much of its measured rate, and of its disk, a ledger may need."""
DISK_BYTES = 4e12
NIGHT_S = 8 * 3600
"""How long a rebuild may take."""
CHECKPOINT_S = 60
"""How often a ledger gives a checkpoint to the log of logs."""
SEGMENT = 65_536
GUIDES = FOLDER.parent / "how-to"
MACHINES = (1, 2, 4, 8, 16)
"""How many machines fold, beside the one that writes."""
CORES = 2
"""Of each of them."""
LATER = {"prune": "Pruning", "spark": "Rebuilding on Spark"}
"""Steps by a word that their guide and the file of their figures are named by."""
_CHECKPOINT_BYTES = 400
_SECONDS_A_YEAR = 365 * 86_400
Rows = Iterator[list[str]]


class Measured(NamedTuple):
    """Figures of the last measurements. Rates: events a second; bytes: for each event."""

    intake: float
    rebuild: float
    apart: float
    audit: float
    archive: float
    question: float
    database_bytes: float
    log_bytes: float
    archive_bytes: float
    prove_ms: float
    # On Spark: of one core that folds; of the process that writes, with PostgreSQL: no machine shares these.
    folded: float
    written: float
    spark_start_s: float
    # Seconds of pruning: whatever the size, for each event of the ledger, and for each that goes.
    prune_start_s: float
    plan_s: float
    cut_s: float

    def on_spark(self, machines: int) -> float:
        """Events a second of a rebuild on so many machines, once it has begun."""
        return min(machines * CORES * self.folded, self.written)


def figures(name: str) -> Mapping[str, Any] | None:
    """What a benchmark has left; None where it was not run yet."""
    path = FOLDER / f"{name}.json"
    return orjson.loads(path.read_bytes()) if path.is_file() else None


def measured() -> Measured:
    """What the pages are computed from."""
    mixed = _needed("projection")["mixed"]["events_per_second"]
    room = _needed("room")
    archive = _needed("archive")
    seconds = {name: median(rounds) for name, rounds in archive["seconds"].items()}
    several = _needed("several")["points"]
    spark = _needed("spark")["engines"][f"Spark, `local[{CORES}]`"]
    each = spark["event_us"]
    prune = _needed("prune")
    pruning = prune["event_us"]
    clocks = [seconds[f"{question}, by the clock"] for question in QUESTIONS]
    return Measured(
        intake=mixed["meanwhile"],
        rebuild=mixed["rebuild"],
        apart=mixed["apart"],
        audit=_needed("publishing")["events_per_second"]["audit of the log"],
        archive=archive["events"] / seconds["archive"],
        question=archive["asked_events"] / max(clocks),
        # A rebuild makes the views beside those in use.
        database_bytes=room["ledger_bytes"] + 2 * room["view_bytes"],
        log_bytes=several[0]["log_bytes"],
        archive_bytes=archive["bytes_an_event"],
        prove_ms=max(point["prove_ms"] + point["verify_ms"] for point in several),
        folded=1e6 / (each["folding"] + each["java"]),
        written=1e6 / (each["this"] + each["server"]),
        spark_start_s=spark["fixed_s"]["processor"],
        prune_start_s=sum(prune["fixed_s"].values()),
        plan_s=pruning["plan"] / 1e6,
        cut_s=pruning["cut"] / 1e6,
    )


def _needed(name: str) -> Mapping[str, Any]:
    found = figures(name)
    if found is None:
        raise FileNotFoundError(f"docs/performance/{name}.json: run `python -m bench.{name}`")
    return found


class Sizing(NamedTuple):
    """How many ledgers so many events a year need, by each of the three bounds; rebuilds are on Spark."""

    by_rate: int
    by_disk: int
    by_rebuild: int

    @property
    def ledgers(self) -> int:
        """A power of 2 that is enough for all."""
        return 1 << (max(self) - 1).bit_length()


def sizing(events: int, m: Measured) -> Sizing:
    """How many ledgers so many events a year need."""
    kept = events * KEPT_YEARS
    return Sizing(
        math.ceil(PEAK * events / _SECONDS_A_YEAR / (m.intake * HEADROOM)),
        math.ceil(kept * m.database_bytes / (DISK_BYTES * HEADROOM)),
        math.ceil(kept / (m.written * NIGHT_S)),
    )


def years(m: Measured) -> Rows:
    """What 10^8 to 10^10 events a year need: all of them, and each of the ledgers."""
    plans = [(events, sizing(events, m)) for events in YEARS]
    each = [(events * KEPT_YEARS / plan.ledgers) for events, plan in plans]
    yield ["", *(f"{power(events)} a year" for events in YEARS)]
    yield ["events a second, mean", *(_number(e / _SECONDS_A_YEAR) for e in YEARS)]
    yield [f"in a busy hour ({PEAK} times)", *(_number(PEAK * e / _SECONDS_A_YEAR) for e in YEARS)]
    yield [f"events of {KEPT_YEARS} years", *(power(e * KEPT_YEARS) for e in YEARS)]
    yield ["one ledger: database", *(_bytes(e * KEPT_YEARS * m.database_bytes) for e in YEARS)]
    yield [
        "one ledger: hours of a rebuild, two processes",
        *(_hours(e * KEPT_YEARS / m.apart) for e in YEARS),
    ]
    yield ["ledgers for the rate", *(str(plan.by_rate) for _, plan in plans)]
    yield ["ledgers for the disks", *(str(plan.by_disk) for _, plan in plans)]
    yield [
        "ledgers for a rebuild on Spark in a night",
        *(str(plan.by_rebuild) for _, plan in plans),
    ]
    yield ["**ledgers, a machine each**", *(f"**{plan.ledgers}**" for _, plan in plans)]
    yield ["each: events", *(power(events) for events in each)]
    yield ["each: database", *(_bytes(events * m.database_bytes) for events in each)]
    yield ["each: hours of a rebuild, two processes", *(_hours(n / m.apart) for n in each)]
    yield ["each: hours of a rebuild on Spark", *(_hours(n / m.written) for n in each)]
    yield ["each: hours of an audit of the log", *(_hours(events / m.audit) for events in each)]
    yield ["all logs", *(_bytes(e * KEPT_YEARS * m.log_bytes) for e in YEARS)]
    yield ["all archives", *(_bytes(e * KEPT_YEARS * m.archive_bytes) for e in YEARS)]


def proofs(m: Measured) -> Rows:
    """What a proof costs: from an event to its ledger's checkpoint, and on to that of the log of logs."""
    plans = [(events, sizing(events, m).ledgers) for events in YEARS]
    checkpoints = [n * KEPT_YEARS * _SECONDS_A_YEAR // CHECKPOINT_S for _, n in plans]
    leaves = [events * KEPT_YEARS // n for events, n in plans]
    alone = [events * KEPT_YEARS for events, _ in plans]
    yield ["", *(f"{power(events)} a year" for events in YEARS)]
    yield ["one ledger: hashes", *(str(levels(size)) for size in alone)]
    yield ["one ledger: bytes of a proof", *(f"{proof_bytes(size):,}" for size in alone)]
    yield ["several: hashes in the ledger's log", *(str(levels(size)) for size in leaves)]
    yield ["several: hashes in the log of logs", *(str(levels(size)) for size in checkpoints)]
    both = [proof_bytes(a) + proof_bytes(b) for a, b in zip(leaves, checkpoints, strict=True)]
    yield ["several: bytes of both proofs", *(f"{size:,}" for size in both)]
    yield ["entries of the log of logs, a year", *(power(n / KEPT_YEARS) for n in checkpoints)]
    yield [
        "its bytes, a year",
        *(_bytes(n / KEPT_YEARS * (_CHECKPOINT_BYTES + HASH_BYTES)) for n in checkpoints),
    ]
    yield ["made and checked, ms of processor time", *([f"{m.prove_ms:.1f}"] * len(YEARS))]


SIMULATED = {
    "entries": ("entries in all logs", 0),
    "largest_share": ("largest ledger ÷ mean", 2),
    "record": ("record", 0),
    "follow": ("follow", 0),
    "publish": ("publish, with the log of logs", 0),
    "audit": ("audit of each, and between them", 0),
    "log_bytes": ("bytes of a log for each entry", 0),
    "proof_bytes": ("bytes of both proofs", 0),
    "prove_ms": ("proofs made, ms", 1),
    "verify_ms": ("proofs checked, ms", 1),
}


def simulated() -> Rows:
    """What the simulation measured."""
    points = _needed("several")["points"]
    numbers = [point["ledgers"] for point in points]
    yield [
        f"{points[0]['events']:,.0f} events",
        *(f"{n:.0f} ledger{'s' * (n > 1)}" for n in numbers),
    ]
    for name, (label, digits) in SIMULATED.items():
        yield [label, *(f"{point[name]:,.{digits}f}" for point in points)]


def levels(size: int) -> int:
    """The most hashes that a proof in a tree of so many leaves has."""
    return (size - 1).bit_length()


def proof_bytes(size: int) -> int:
    """The bytes of such a proof file, with a checkpoint that a witness signed."""
    hashes = (bytes(HASH_BYTES),) * levels(size)
    return len(encode_proof(Proof(size - 1, hashes, bytes(_CHECKPOINT_BYTES))))


def one_ledger(m: Measured) -> Rows:
    """What one ledger of a size costs."""
    yield ["events in the ledger", *map(power, LEDGERS)]
    yield ["database on disk", *(_bytes(n * m.database_bytes) for n in LEDGERS)]
    yield ["log on disk", *(_bytes(n * m.log_bytes) for n in LEDGERS)]
    yield ["archive on disk", *(_bytes(n * m.archive_bytes) for n in LEDGERS)]
    yield ["to archive all of it, once", *(_time(n / m.archive) for n in LEDGERS)]
    yield ["to prune half of it, once", *(_time(_to_prune(n, m)) for n in LEDGERS)]
    yield ["a question over the whole archive", *(_time(n / m.question) for n in LEDGERS)]
    yield ["a rebuild, one process", *(_time(n / m.rebuild) for n in LEDGERS)]
    yield ["a rebuild, two processes", *(_time(n / m.apart) for n in LEDGERS)]
    last = MACHINES[-1]
    yield [f"a rebuild on Spark, {last} machines", *(_time(_on_spark(n, last, m)) for n in LEDGERS)]
    yield ["an audit of the log", *(_time(n / m.audit) for n in LEDGERS)]


def _to_prune(events: int, m: Measured) -> float:
    return m.prune_start_s + events * (m.plan_s + m.cut_s / 2)


def machines(m: Measured) -> Rows:
    """What a rebuild takes on so many machines, computed from what a core does."""
    yield ["events", *map(power, LEDGERS)]
    yield ["two processes, no Spark", *(_time(n / m.apart) for n in LEDGERS)]
    for count in MACHINES:
        name = f"Spark, {count} machine{'s' * (count > 1)} of {CORES} cores"
        yield [name, *(_time(_on_spark(n, count, m)) for n in LEDGERS)]


def limit(m: Measured) -> str:
    """Where more machines bring nothing more."""
    return (
        f"Here a core folds {_number(m.folded)} events a second, and the process that writes passes on"
        f" {_number(m.written)}, PostgreSQL's time included. So {math.ceil(m.written / m.folded)} cores keep"
        f" it busy, and more of them wait.{_provisional('spark')}"
    )


def _provisional(*words: str) -> str:
    """Which of these figures are to be measured again, and why."""
    found = ((LATER[word], (figures(word) or {}).get(PROVISIONAL)) for word in words)
    return "".join(f" {what} has provisional figures: {why}" for what, why in found if why)


def _on_spark(events: int, count: int, m: Measured) -> float:
    return m.spark_start_s + events / m.on_spark(count)


def thresholds(m: Measured) -> Rows:
    """From which size each step pays."""
    disk = DISK_BYTES * HEADROOM / m.database_bytes
    night, longest = m.apart * NIGHT_S, m.written * NIGHT_S
    rate = m.intake * HEADROOM * _SECONDS_A_YEAR / PEAK
    yield ["step", "pays from", "because then"]
    yield [
        "archive",
        f"{power(SEGMENT * 365)} events a year",
        f"a file of {SEGMENT:,} events fills in a day; before that most of the newest days wait for it",
    ]
    yield [
        "prune",
        f"{power(disk)} events in PostgreSQL",
        f"the database takes {HEADROOM:.0%} of a disk of {_bytes(DISK_BYTES)}",
    ]
    yield [
        "Spark",
        f"{power(night)} events",
        f"a rebuild on one machine of two cores takes more than {NIGHT_S // 3600} hours",
    ]
    yield [
        "split",
        f"{power(min(disk, longest))} events that must stay in PostgreSQL, or {power(rate)} a year",
        f"one disk is not enough ({power(disk)}), or a rebuild on Spark takes more than"
        f" {NIGHT_S // 3600} hours ({power(longest)}), or a busy hour takes {HEADROOM:.0%} of what one"
        " ledger takes in and shows",
    ]


def power(number: float) -> str:
    """`5·10⁹`, from ten thousand on."""
    if number < 10_000:
        return _number(number)
    exponent = int(math.log10(number))
    digits = f"{number / 10**exponent:.1f}".removesuffix(".0")
    if digits == "10":
        digits, exponent = "1", exponent + 1
    raised = str(exponent).translate(str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹"))
    return f"10{raised}" if digits == "1" else f"{digits}·10{raised}"


def _number(number: float) -> str:
    return f"{number:,.0f}" if number >= 10 else f"{number:.1f}".removesuffix(".0")


def _bytes(count: float) -> str:
    for unit, size in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6)):
        if count >= size:
            return f"{_number(count / size)} {unit}"
    return f"{_number(count / 1e3)} kB"


def _hours(seconds: float) -> str:
    return _number(seconds / 3600)


def _time(seconds: float) -> str:
    for unit, size in (("days", 48 * 3600), ("hours", 2 * 3600), ("minutes", 120)):
        if seconds >= size:
            length = {"days": 86_400, "hours": 3600, "minutes": 60}[unit]
            return f"{_number(seconds / length)} {unit}"
    return f"{seconds:.1f} s"


def elsewhere() -> str:
    """Where steps are told of that have guides and figures of their own, as far as these are there."""
    return " ".join(_told(what, word) for word, what in LATER.items())


def _told(what: str, word: str) -> str:
    guides = sorted(path.name for path in GUIDES.glob(f"*{word}*.md"))
    if not guides:
        return f"{what} is not there yet."
    if figures(word) is None:
        return f"[{what}]({guides[0]}) is not measured here yet."
    page = f"../explanation/performance.md#{what.lower().replace(' ', '-')}"
    return f"[{what}]({guides[0]}) has [figures of its own]({page})."


def assumed() -> str:
    """What is assumed and not measured."""
    disk = _bytes(DISK_BYTES)
    return (
        f"Assumed: a busy hour has {PEAK} times the mean. A ledger may need {HEADROOM:.0%} of the rate"
        f" that it reached on two cores with views following, and {HEADROOM:.0%} of a disk of {disk}."
        f" A rebuild may take {NIGHT_S // 3600} hours. A person is a customer for"
        f" {RELATION_YEARS} years, and the entries can be pruned {ENTRY_YEARS} years after everything ended,"
        f" so there are about {KEPT_YEARS} years of events once as many go as come.{_provisional(*LATER)}"
    )


def table(rows: Rows) -> str:
    """A Markdown table; the first row is its head."""
    head, *body = rows
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *body))
