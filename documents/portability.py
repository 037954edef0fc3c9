"""The portability export as CSV: a line for each value, and lines about the document itself."""

import csv
import io

import msgspec

from application.queries.reports.portability import PortabilityExport
from documents.spreadsheet import marked_cell

COLUMNS = ("category", "field", "value", "since", "how", "legal_basis", "activity", "position")
_ABOUT = ("subject", "request_ref", "position", "made_at", "controller", "seal")


def portability_csv(answer: PortabilityExport) -> bytes:
    """Lines of the category `document` tell about the export; a value that is a list has a line for each.

    A text that a spreadsheet would run, or that begins with an apostrophe, is given one: see `marked_cell`.
    """
    about = [["document", name, getattr(answer, name), *[""] * 5] for name in _ABOUT]
    said = msgspec.to_builtins(answer.said_to_all)
    about += [["document", f"said_to_all.{code}", said[code], *[""] * 5] for code in sorted(said)]
    rows = [
        [row.category, row.field, value, *(getattr(row, name) for name in COLUMNS[3:])]
        for row in answer.data
        for value in (row.value if isinstance(row.value, list) else [row.value])
    ]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    for row in [COLUMNS, *about, *rows]:
        writer.writerow([marked_cell(cell) if isinstance(cell, str) else cell for cell in row])
    return text.getvalue().encode()
