"""The command that archives published history."""

from functools import partial
from typing import Annotated

import typer

from console.flags import Json, configured, option
from console.output import print_answer
from console.show.upkeep import named_values
from host.archiving import archive_published
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
        "Events in each file of a new archive: a power of 2, at least 256. [65536]",
    ),
]


@configured("store", "log")
def archive(
    settings: Settings, address: Archive, segment: SegmentEvents = None, as_json: Json = False
) -> None:
    """Write published events as Parquet files that Spark, DuckDB and others read, each event once.

    It reads the log's files alone and opens no value: what is sealed stays sealed. A file holds a fixed
    number of events and never changes, so the newest events wait until a file is full. The same command goes
    on where the last one ended or died. It needs the extra `scale`.
    """
    answer = archive_published(settings, address, segment, partial(tell, "archived"))
    print_answer(answer, partial(named_values, "archive"), as_json)
