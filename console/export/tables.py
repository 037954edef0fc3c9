"""Small tables as CSV and as one HTML page: for answers that are one list of rows."""

import csv
import io
from collections.abc import Iterable, Sequence
from html import escape

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
    lines = [
        "<!DOCTYPE html>",
        f'<html lang="{escape(language, quote=True)}">',
        "<head>",
        '<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta http-equiv="Content-Security-Policy"'
        " content=\"default-src 'none'; style-src 'unsafe-inline'\">",
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
        "</head>",
        "<body>",
        "<main>",
        f"<h1>{escape(title)}</h1>",
        *(f"<p>{escape(note)}</p>" for note in notes),
        "<table>",
        "<thead><tr>"
        + "".join(f'<th scope="col">{escape(column)}</th>' for column in columns)
        + "</tr></thead>",
        "<tbody>",
        *(_row(row) for row in rows),
        "</tbody>",
        "</table>",
        "</main>",
        "</body>",
        "</html>",
    ]
    return "\n".join(lines).encode() + b"\n"


def _row(row: Row) -> str:
    first, *rest = row
    cells = "".join(f"<td{_kind(value)}>{escape(clean(value))}</td>" for value in rest)
    return f'<tr><th scope="row">{escape(clean(first))}</th>{cells}</tr>'


def _kind(value: object) -> str:
    return ' class="number"' if isinstance(value, int) and not isinstance(value, bool) else ""
