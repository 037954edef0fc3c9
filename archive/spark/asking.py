"""Questions to an archive, answered by Spark SQL: the statements that DuckDB answers, unchanged."""

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession

from archive.annulled import annulled_positions
from archive.manifest import QueryAnswer
from archive.places import FolderPlace
from archive.questions import sql_of
from archive.spark.starting import UNREADABLE
from archive.writing import begun_manifest
from ledger.errors import Unproven

_UNREADABLE = "the archive cannot be read: run `ledger audit --archive ARCHIVE`"
# A cluster may be set to pass over lost or damaged files: less would be counted, and nothing said.
_PASSES_OVER = ("spark.sql.files.ignoreMissingFiles", "spark.sql.files.ignoreCorruptFiles")


def ask_spark(
    context: SparkContext, folder: Path, question: str, privacy_office: Collection[str]
) -> QueryAnswer:
    """The answer to one of `QUESTIONS`. `folder`: of the archive, as every executor sees it.

    Raises Unproven when the archive cannot be read.
    """
    place = FolderPlace(folder)
    manifest = begun_manifest(place, least=1)
    # Spark passes over an empty file, and follows links.
    if not all(place.size(segment.file) == segment.bytes for segment in manifest.segments):
        raise Unproven(_UNREADABLE)
    session = SparkSession(context)
    try:
        segments = [(folder / segment.file).absolute().as_uri() for segment in manifest.segments]
        for setting in _PASSES_OVER:
            session.conf.set(setting, "false")
        session.read.parquet(*segments).createOrReplaceTempView("segments")
        positions = annulled_positions(_rows(session.sql(sql_of("annulments"))), privacy_office)
        annulled = session.createDataFrame([(p,) for p in positions], "position bigint")
        annulled.createOrReplaceTempView("annulled")
        session.sql(sql_of("events")).createOrReplaceTempView("events")
        answer = session.sql(sql_of(question))
        rows = _rows(answer)
    except UNREADABLE:  # its text may quote a file
        raise Unproven(_UNREADABLE) from None
    return QueryAnswer(question, manifest.last, tuple(answer.columns), rows)


def _rows(answer: DataFrame) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(map(_cell, row)) for row in answer.collect())


def _cell(value: Any) -> Any:
    """Spark gives instants in the zone of this process, and does not say so."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value
