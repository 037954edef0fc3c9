"""Small tables as CSV and as one HTML page: for answers that are one list of rows."""

import csv
import io
from collections.abc import Iterable, Sequence

from console.export.markup import document, element, table
from console.export.spreadsheet import safe_cell
from console.show.text import clean

__all__ = ["table_csv", "table_page"]

_STYLE = """
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 2rem auto; max-width: 60rem; padding: 0 1rem; }
table { border-collapse: collapse; width: 100%; }
th, td { border: 1px solid #888; padding: .25rem .5rem; text-align: left; vertical-align: top; }
td.number { text-align: right; }
thead { display: table-header-group; }
@media print { body { margin: 0; max-width: none; } }
"""
Row = Sequence[object]


def table_csv(columns: Sequence[str], rows: Iterable[Row]) -> bytes:
    """RFC 4180, UTF-8 with a byte order mark; no cell is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe_cell(clean(value)) for value in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def table_page(
    language: str, title: str, notes: Sequence[str], columns: Sequence[str], rows: Iterable[Row]
) -> bytes:
    """A complete document in UTF-8; nothing is loaded from anywhere, everything is escaped."""
    content = (*(element("p", note) for note in notes), table(None, columns, rows))
    return document(language, title, _STYLE, element("main", element("h1", title), *content))
