"""An answer as a file: JSON, CSV or a workbook, in the order shown."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args

import msgspec

from application.answer import Answer
from documents.spreadsheet import table_workbook
from documents.tables import table_csv
from schemas.encoding import to_line

Form = Literal["json", "csv", "xlsx"]
FORMS: tuple[Form, ...] = get_args(Form)
TYPES: dict[Form, str] = {
    "json": "application/json",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def exported(answer: Answer, rows: str | None, form: Form) -> bytes:
    """The bytes of an answer. `rows`: the member that is its list; without one the answer is one row."""
    if form == "json":
        return to_line(answer)
    listed: Sequence[msgspec.Struct] = getattr(answer, rows) if rows else [answer]
    columns, cells = _table(listed)
    return table_csv(columns, cells) if form == "csv" else table_workbook(columns, cells)


def _table(rows: Iterable[msgspec.Struct]) -> tuple[list[str], list[list[Any]]]:
    """Columns and cells: members in their order; a member that only some rows have has a column."""
    records = [msgspec.to_builtins(row) for row in rows]
    columns = list(dict.fromkeys(name for record in records for name in record))
    return columns, [[record.get(name) for name in columns] for record in records]
