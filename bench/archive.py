"""An archive of a ledger: how fast it is written, checked and asked, and how large it is.

`python -m bench.archive [EVENTS] [COPIES]`. Questions are asked of as many copies of the archive, each with
streams of its own: so ten million events need no ledger of ten million.
"""

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from msgspec.structs import replace

from archive.asking import Archive
from archive.checking import check_archive
from archive.manifest import (
    MANIFEST,
    SEGMENT_EVENTS,
    Manifest,
    Segment,
    encode_manifest,
    segment_file,
)
from archive.places import FolderPlace
from archive.questions import QUESTIONS
from archive.segment import ZSTD_LEVEL, decode_segment, encode_tables
from archive.spark.asking import ask_spark
from archive.spark.starting import spark
from archive.writing import PublishedHistory, archive
from bench.tools.arguments import explain, given
from bench.tools.filling import record, sample, sites
from bench.tools.processor import seconds_below
from bench.tools.publishing import new_key, published_history
from bench.tools.results import median_ratio, quote, save
from host.settings import OFFICE
from ledger.audit import Findings
from ledger.cycles import seldom
from ledger.tlog.signing.keys import VerifierKey

EVENTS, COPIES = 262_144, 40
ROUNDS = 3
METHOD = (
    "`ledger archive` of the log of a made-up life, into an empty folder, then `ledger audit --archive`; by"
    " processor time of the process, medians of the rounds. The peer writes the same columns with Arrow"
    " alone, as tables that are in memory: it reads, hashes and checks nothing. Then each question of"
    " `ledger query` is asked of copies of the archive, which say the same of other streams; by processor"
    " time, and by the clock. DuckDB uses every core, and so does Spark, which answers all questions after it"
    " was started once. Each question begins by finding what was annulled"
)
SPARK = "on Spark"
Seconds = Mapping[str, list[float]]
"""Of each step its seconds in every round."""


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds of processor time and by the clock."""
    used, began = time.process_time(), time.perf_counter()
    work()
    return time.process_time() - used, time.perf_counter() - began


def elsewhere() -> float:
    """Seconds of processor time of the processes below this one."""
    return sum(seconds_below().values())


def bare(tables: list[pa.Table]) -> None:
    """The peer: what of a file is Arrow's work."""
    for table in tables:
        pq.write_table(
            table, pa.BufferOutputStream(), compression="zstd", compression_level=ZSTD_LEVEL
        )


def tables_of(place: FolderPlace, manifest: Manifest) -> Iterator[pa.Table]:
    """The columns of each segment."""
    for segment in manifest.segments:
        yield pa.concat_tables(parts_of(place, segment))


def parts_of(place: FolderPlace, segment: Segment) -> Iterator[pa.Table]:
    """The columns of a segment, some events at a time."""
    return decode_segment(place.get(segment.file, segment.bytes) or b"")


def written(history: PublishedHistory, key: VerifierKey, folder: Path) -> tuple[Manifest, Seconds]:
    """The archive, in the last of some folders, and what it takes to write and to check one."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for number in range(ROUNDS):
        place = FolderPlace(folder / str(number))
        seconds["archive"].append(timed(partial(archive, history, place, SEGMENT_EVENTS))[0])
        manifest = archive(history, place).after
        seconds["audit"].append(timed(partial(check_archive, place, [key], Findings()))[0])
        tables = list(tables_of(place, manifest))
        seconds["Parquet alone"].append(timed(partial(bare, tables))[0])
    return manifest, seconds


def copied(place: FolderPlace, manifest: Manifest, copies: int, to: FolderPlace) -> None:
    """Copies of an archive one after the other, as one, which an audit would not accept."""
    segments: list[Segment] = []
    places = count(1, manifest.segment_events)
    for copy in range(copies):
        for segment in manifest.segments:
            first = next(places)
            moved = partial(_renamed, copy=copy, by=first - segment.first)
            content = encode_tables(map(moved, parts_of(place, segment)), {})
            name, digest = segment_file(first), sha256(content).hexdigest()
            to.put(name, content)
            last = first + manifest.segment_events - 1
            segments.append(Segment(first, last, name, len(content), digest, segment.root))
    to.put(MANIFEST, encode_manifest(replace(manifest, segments=tuple(segments))))


def _renamed(table: pa.Table, copy: int, by: int) -> pa.Table:
    """The same of other streams, so many positions later."""
    streams = pc.utf8_replace_slice(table.column("stream"), 0, 4, f"{copy:04x}")
    for name, values in {
        "stream": streams,
        "position": pc.add(table.column("position"), by),
    }.items():
        at = table.schema.get_field_index(name)
        table = table.set_column(at, table.schema.field(at), values)
    return table


def asked(folder: Path) -> Seconds:
    """What each question takes both engines."""
    seconds: dict[str, list[float]] = defaultdict(list)
    for name, used, clock in (*by_duckdb(folder), *by_spark(folder)):
        seconds[name].append(used)
        seconds[f"{name}, by the clock"].append(clock)
    return seconds


def by_duckdb(folder: Path) -> Iterator[tuple[str, float, float]]:
    """Question by question, each from the start of the engine on."""
    begun = timed(lambda: Archive(FolderPlace(folder), [OFFICE]).close())
    with closing(Archive(FolderPlace(folder), [OFFICE])) as archived:
        for question in QUESTIONS:
            used, clock = timed(partial(archived.ask, question))
            yield question, used + begun[0], clock + begun[1]


def by_spark(folder: Path) -> Iterator[tuple[str, float, float]]:
    """Question by question, by one Spark."""
    with spark("local[*]") as context:
        for question in QUESTIONS:
            before = elsewhere()
            used, clock = timed(partial(ask_spark, context, folder, question, [OFFICE]))
            yield f"{question} {SPARK}", used + elsewhere() - before, clock


def main(events: int, copies: int) -> None:
    """Measure, print, and write `docs/performance/archive.json`."""
    seldom()  # as the program does
    key = new_key()
    with (
        sites() as made,
        closing(made.fresh()) as house,
        tempfile.TemporaryDirectory(dir="/tmp", prefix="pl-archive-") as folder,
    ):
        record(house.open(), sample(events))
        history = published_history(house, key, Path(folder) / "log")
        manifest, seconds = written(history, key.verifier, Path(folder))
        many = Path(folder) / "copies"
        place = FolderPlace(Path(folder) / str(ROUNDS - 1))
        copied(place, manifest, copies, FolderPlace(many))
        write(manifest, copies, {**seconds, **asked(many)})


def write(manifest: Manifest, copies: int, seconds: Seconds) -> None:
    """The file and the table."""
    events, size = manifest.last, sum(segment.bytes for segment in manifest.segments)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ratio = median_ratio(seconds["Parquet alone"], seconds["archive"])
    figures = {
        "events": events,
        "asked_events": events * copies,
        "bytes_an_event": round(size / events, 1),
        "ratio_to_parquet_alone": round(ratio, 2),
        "seconds": seconds,
    }
    save("archive", METHOD, figures)
    rows = [["", f"{events:,} events, {size / events:.0f} bytes each"]]
    rows += [
        [f"{name}, events/s of processor time", f"{events / medians[name]:,.0f}"]
        for name in ("archive", "Parquet alone", "audit")
    ]
    rows.append(["**asked of copies**", f"**{events * copies:,} events**"])
    for engine in ("", f" {SPARK}"):
        for question in QUESTIONS:
            clock, used = (medians[f"{question}{engine}{what}"] for what in (", by the clock", ""))
            rows.append(
                [f"`{question}`{engine}, seconds", f"{clock:.1f} ({used:.1f} of processor)"]
            )
    for row in rows:
        print("archive:", *row)
    quote("archive", rows)


if __name__ == "__main__":
    explain(__doc__, events=EVENTS, copies=COPIES)
    main(given(EVENTS), given(COPIES, 2))
