"""An answer as a file: JSON, CSV or a workbook, in the order shown."""

from collections.abc import Iterable, Sequence
from typing import Any, Literal, get_args

import msgspec

from application.answer import Answer
from application.language import spoken
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


PART = "sees_part"
"""The member of an answer in JSON that says that the reader sees a part."""


def exported(answer: Answer, rows: str | None, form: Form, part: str | None = None) -> bytes:
    """The bytes of an answer. `rows`: the member that is its list; without one the answer is one row.

    `part`: says that the reader sees a part; in a table it is the heading of a last column, which is empty.
    So is the sentence that an answer says to everybody, where the table is of a list in it.
    """
    if form == "json":
        return line_of(answer, part)
    listed: Sequence[msgspec.Struct] = getattr(answer, rows) if rows else [answer]
    columns, cells = _table(listed)
    said = getattr(answer, "said_to_all", None) if rows else None
    for heading in filter(None, (part, said and said.said(spoken()))):
        columns, cells = [*columns, heading], [[*row, None] for row in cells]
    return table_csv(columns, cells) if form == "csv" else table_workbook(columns, cells)


def line_of(answer: Answer, part: str | None, **more: object) -> bytes:
    """An answer as JSON, with more members; and that the reader sees a part, where that is so."""
    said = more if part is None else {**more, PART: part}
    return to_line({**msgspec.to_builtins(answer), **said} if said else answer)


def _table(rows: Iterable[msgspec.Struct]) -> tuple[list[str], list[list[Any]]]:
    """Columns and cells: members in their order; a member that only some rows have has a column."""
    records = [msgspec.to_builtins(row) for row in rows]
    columns = list(dict.fromkeys(name for record in records for name in record))
    return columns, [[record.get(name) for name in columns] for record in records]
