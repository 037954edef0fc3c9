"""Small tables as CSV: for answers that are one list of rows."""

import csv
import io
from collections.abc import Iterable, Sequence

from documents.spreadsheet import safe_cell
from documents.text import clean

Row = Sequence[object]


def table_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """RFC 4180, UTF-8 with a byte order mark; no cell is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(clean(value)) for value in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()
