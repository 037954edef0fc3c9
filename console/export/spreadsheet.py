"""CSV and workbook. A text that a spreadsheet would run as a formula is given a leading apostrophe."""

import csv
import io
from collections.abc import Iterable
from typing import Any

from console.export.columns import COLUMNS, controller_rows, register_rows

__all__ = ["register_csv", "register_workbook", "safe_cell"]

# OWASP, "CSV injection": a cell that starts with one of these may be evaluated.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")  # noqa: RUF001
# A sheet's column is at most this wide; longer texts wrap.
_WIDEST = 60


def safe_cell(text: str) -> str:
    """The text, so that no spreadsheet takes it for a formula. Leading spaces hide nothing."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def register_csv(answer: dict[str, Any]) -> bytes:
    """RFC 4180, UTF-8 with a byte order mark (spreadsheets need it); the controller in each row."""
    controller = controller_rows(answer)
    names = [*(f"controller {name}" for name, _ in controller), *COLUMNS]
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(names)
    for row in register_rows(answer):
        writer.writerow([safe_cell(cell) for cell in (*(value for _, value in controller), *row)])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def register_workbook(answer: dict[str, Any]) -> bytes:
    """An XLSX workbook with a sheet of activities and one of the controller."""
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Activities"
    _fill(sheet, [list(COLUMNS), *register_rows(answer)])
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    _fill(book.create_sheet("Controller"), [list(row) for row in controller_rows(answer)])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _fill(sheet: Any, rows: Iterable[list[str]]) -> None:
    from openpyxl.styles import Alignment, Font

    widths: dict[str, int] = {}
    for number, row in enumerate(rows, 1):
        for column, text in enumerate(row, 1):
            cell = sheet.cell(number, column, safe_cell(text))
            cell.data_type = "s"  # never a formula, whatever it looks like
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=number == 1)
            letter = cell.column_letter
            widths[letter] = max(widths.get(letter, 0), min(_WIDEST, len(text) + 2))
    for letter, width in widths.items():
        sheet.column_dimensions[letter].width = width
