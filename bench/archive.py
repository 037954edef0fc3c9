"""An archive of a published ledger: how fast it is written, checked and counted over, and how large it is."""

import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from archive.asking import Archive
from archive.checking import check_archive
from archive.manifest import SEGMENT_EVENTS, Manifest, new_manifest
from archive.places import FolderPlace
from archive.questions import QUESTIONS
from archive.segment import ZSTD_LEVEL, decode_segment
from archive.spark.asking import ask_spark
from archive.spark.starting import JAVA_COUNTS, spark
from archive.writing import PublishedHistory, archive, stored_manifest
from bench.tools.arguments import explain
from bench.tools.processor import seconds_below
from bench.tools.results import median_ratio, quote, save
from host.settings import OFFICE
from ledger.audit import Findings
from ledger.cycles import seldom
from ledger.tlog.proving.reading import published
from ledger.tlog.signing.checkpoints import verify_checkpoint
from ledger.tlog.signing.keys import parse_verifier_key
from ledger.tlog.store.folder import LogFolder

ROUNDS = 3
METHOD = (
    "`ledger archive` of the log of a ledger, into an empty folder, then `ledger audit --archive`, then each"
    " question of `ledger query`; by processor time of the process, medians of the rounds. The peer"
    " writes the same columns with Arrow alone, as tables that are in memory: it reads, hashes and checks"
    " nothing. A question is counted by the clock as well; DuckDB uses every core, and so does Spark, which"
    " answers all questions of a round after it was started once."
)
SPARK = "on Spark"


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


def tables_of(place: FolderPlace, manifest: Manifest) -> list[pa.Table]:
    """The columns of each segment, in memory."""
    contents = (place.get(segment.file) or b"" for segment in manifest.segments)
    return [pa.concat_tables(decode_segment(content)) for content in contents]


def measured(data: Path) -> tuple[Manifest, Mapping[str, list[float]]]:
    """The archive, and of each step its seconds in every round."""
    folder = LogFolder(data / "tlog" / "main")
    keys = [parse_verifier_key(line) for line in _key_lines(data)]
    signed = published(folder)
    assert signed is not None
    verify_checkpoint(signed.content, keys)
    history = PublishedHistory(folder, signed)
    seconds: dict[str, list[float]] = defaultdict(list)
    manifest = new_manifest(signed.checkpoint.origin, SEGMENT_EVENTS)
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory(dir=data.parent, prefix="archive-") as made:
            place = FolderPlace(Path(made))
            seconds["archive"].append(timed(partial(archive, history, place, SEGMENT_EVENTS))[0])
            manifest = stored_manifest(place) or manifest
            seconds["audit"].append(timed(partial(check_archive, place, keys, Findings()))[0])
            seconds["Parquet alone"].append(timed(partial(bare, tables_of(place, manifest)))[0])
            with closing(Archive(place, [OFFICE])) as asked:
                for question in QUESTIONS:
                    used, clock = timed(partial(asked.ask, question))
                    seconds[question].append(used)
                    seconds[f"{question}, by the clock"].append(clock)
            for name, spent in spark_seconds(Path(made)):
                seconds[name].append(spent)
    return manifest, seconds


def spark_seconds(folder: Path) -> Iterator[tuple[str, float]]:
    """What each question takes Spark, which is started for all of them."""
    with spark("local[*]", java=JAVA_COUNTS) as context:
        for question in QUESTIONS:
            before = elsewhere()
            used, clock = timed(partial(ask_spark, context, folder, question, [OFFICE]))
            yield f"{question} {SPARK}", used + elsewhere() - before
            yield f"{question} {SPARK}, by the clock", clock


def _key_lines(data: Path) -> list[str]:
    found = next((data / "keys").rglob("log.vkeys"))
    return found.read_text("utf-8").split()


def main(data: Path) -> None:
    """Measure, print, and write `docs/performance/archive.json`."""
    seldom()  # as the program does
    manifest, seconds = measured(data)
    events, size = manifest.last, sum(segment.bytes for segment in manifest.segments)
    medians = {name: statistics.median(values) for name, values in seconds.items()}
    ratio = median_ratio(seconds["Parquet alone"], seconds["archive"])
    figures = {
        "events": events,
        "bytes_an_event": round(size / events, 1),
        "ratio_to_parquet_alone": round(ratio, 2),
        "seconds": seconds,
    }
    save("archive", METHOD, figures)
    rates = [
        [name, f"{events / medians[name]:,.0f}"] for name in ("archive", "Parquet alone", "audit")
    ]
    rows = [["", f"{events:,} events, {size / events:.0f} bytes each"]]
    rows += [[f"{name}, events/s of processor time", rate] for name, rate in rates]
    for engine in ("", f" {SPARK}"):
        for question in QUESTIONS:
            clock, used = (medians[f"{question}{engine}{what}"] for what in (", by the clock", ""))
            rows.append(
                [f"`{question}`{engine}, seconds", f"{clock:.2f} ({used:.2f} of processor)"]
            )
    for row in rows:
        print("archive:", *row)
    quote("archive", rows)


if __name__ == "__main__":
    (given,) = explain(__doc__, "ledger")
    main(Path(given))
