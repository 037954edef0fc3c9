"""The command that archives published history."""

from functools import partial
from typing import Annotated

import typer

from application.lookups import codes
from archive.questions import QUESTIONS
from console.flags import Json, code_option, configured, option, option_of
from console.output import print_answer
from console.show.archives import counts_table
from console.show.upkeep import named_values
from console.spark_flags import MASTER, SPARK, Master, check_spark
from host.archiving import archive_published, asked_archive
from host.notes import tell
from host.settings import Settings

Archive = Annotated[
    str,
    typer.Argument(
        metavar="ARCHIVE", help="A folder, or a prefix of a bucket: s3://bucket/prefix?region=…"
    ),
]
SegmentEvents = Annotated[
    int | None,
    option(
        "--segment",
        "N",
        "Events in each file of a new archive: a power of 2, from 256 to 1048576. [65536]",
    ),
]


@configured("store", "log")
def archive(
    settings: Settings, address: Archive, segment: SegmentEvents = None, as_json: Json = False
) -> None:
    """Write published events as Parquet files, for DuckDB, Arrow and other programs, each event once.

    It reads the log's files alone and opens no value: what is sealed stays sealed. A file holds a fixed
    number of events and never changes, so the newest events wait until a file is full. The same command goes
    on where the last one ended or died. It needs the extra `scale`.
    """
    answer = archive_published(settings, address, segment, partial(tell, "archived"))
    print_answer(answer, partial(named_values, "archive"), as_json)


Question = Annotated[
    str,
    typer.Argument(
        metavar="QUESTION",
        help=f"One of {', '.join(QUESTIONS)}.",
        autocompletion=lambda: list(QUESTIONS),
        callback=option_of(lambda: codes(QUESTIONS)),
    ),
]


Asking = Annotated[str, code_option("--engine", "ENGINE", ("duckdb", SPARK))]


@configured("store")
def query(
    settings: Settings,
    question: Question,
    address: Archive,
    engine: Asking = "duckdb",
    master: Master = None,
    as_json: Json = False,
) -> None:
    """Count over all events of an archive: the register as observed, disclosures, transfers, consents.

    It reads the archive alone. Check the archive first with `ledger audit --archive`: this command trusts it.
    It needs the extra `scale`, and `spark` for Apache Spark.
    """
    by_spark = engine == SPARK
    check_spark(SPARK if by_spark else None, master)
    answer = asked_archive(settings, address, question, (master or MASTER) if by_spark else None)
    print_answer(answer, counts_table, as_json)
