"""Questions to an archive, answered by Spark SQL: the statements that DuckDB answers, unchanged."""

from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pyspark import SparkContext
from pyspark.errors import PySparkException
from pyspark.sql import DataFrame, SparkSession

from archive.annulled import annulled_positions
from archive.manifest import Asked
from archive.places import FolderPlace
from archive.questions import sql_of
from archive.writing import begun_manifest
from ledger.errors import Unproven


def ask_spark(
    context: SparkContext, folder: Path, question: str, privacy_office: Collection[str]
) -> Asked:
    """The answer to one of `QUESTIONS`. `folder`: of the archive, as every executor sees it.

    Raises Unproven when the archive cannot be read.
    """
    manifest = begun_manifest(FolderPlace(folder), least=1)
    session = SparkSession(context)
    try:
        segments = [(folder / segment.file).absolute().as_uri() for segment in manifest.segments]
        session.read.parquet(*segments).createOrReplaceTempView("segments")
        positions = annulled_positions(_rows(session.sql(sql_of("annulments"))), privacy_office)
        annulled = session.createDataFrame([(p,) for p in positions], "position bigint")
        annulled.createOrReplaceTempView("annulled")
        session.sql(sql_of("events")).createOrReplaceTempView("events")
        answer = session.sql(sql_of(question))
        rows = _rows(answer)
    except PySparkException:  # its text may quote what is in a file
        raise Unproven("the archive cannot be read: run `ledger audit --archive`") from None
    return Asked(question, manifest.last, tuple(answer.columns), rows)


def _rows(answer: DataFrame) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(map(_cell, row)) for row in answer.collect())


def _cell(value: Any) -> Any:
    """Spark gives instants in the zone of this process, and does not say so."""
    return value.astimezone(UTC) if isinstance(value, datetime) else value
