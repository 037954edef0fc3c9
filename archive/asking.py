"""Questions to an archive: named SQL over its events, answered by DuckDB in this process.

The SQL has words of Spark, which also answers them (`archive.spark.asking`): DuckDB gets the two functions
that it names differently. An event that an annulment took back counts nowhere.
"""

from collections.abc import Collection
from typing import Any

import duckdb
import pyarrow as pa

from archive.annulled import annulled_positions
from archive.manifest import QueryAnswer
from archive.places import Place
from archive.questions import sql_of
from archive.writing import begun_manifest
from ledger.errors import Unproven

_SPARK_WORDS = (
    "CREATE MACRO collect_set(value) AS coalesce(list(DISTINCT value) FILTER (value IS NOT NULL), [])",
    "CREATE MACRO sort_array(list) AS list_sort(list)",
)


class Archive:
    """An archive that questions are asked of. `privacy_office`: sources that may annul for others."""

    def __init__(self, place: Place, privacy_office: Collection[str]) -> None:
        manifest = begun_manifest(place)
        self.position = manifest.last
        self._engine = duckdb.connect()
        self._engine.execute("SET TimeZone = 'UTC'")
        for statement in _SPARK_WORDS:
            self._engine.execute(statement)
        self._engine.register("segments", place.dataset([s.file for s in manifest.segments]))
        self._engine.register("annulled", self._annulled(privacy_office))
        self._engine.execute(f"CREATE VIEW events AS {sql_of('events')}")

    def ask(self, question: str) -> QueryAnswer:
        """The answer to one of `QUESTIONS`. Raises Unproven when the archive cannot be read."""
        rows = self._rows(question)
        columns = tuple(name for name, *_ in self._engine.description)
        return QueryAnswer(question, self.position, columns, tuple(rows))

    def _rows(self, statement: str) -> list[tuple[Any, ...]]:
        try:
            return self._engine.execute(sql_of(statement)).fetchall()
        except duckdb.Error:  # its text may quote a file
            raise Unproven(
                "the archive cannot be read: run `ledger audit --archive ARCHIVE`"
            ) from None

    def close(self) -> None:
        """Close the engine."""
        self._engine.close()

    def _annulled(self, privacy_office: Collection[str]) -> pa.Table:
        """The positions of the events that annulments took back."""
        positions = annulled_positions(self._rows("annulments"), privacy_office)
        return pa.table({"position": pa.array(positions, pa.int64())})
