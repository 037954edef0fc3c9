"""CSV and workbook. A text that a spreadsheet would run as a formula is given a leading apostrophe.

Equal answers give equal bytes.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from application.queries.registers.answer import Register
from application.register_words import RegisterWords
from documents.columns import COLUMNS, register_rows
from documents.register_parts import RegisterTable, register_parts
from documents.text import clean
from ledger.errors import Misconfigured
from schemas.texts import Language

if TYPE_CHECKING:
    from openpyxl.packaging.core import DocumentProperties
    from openpyxl.worksheet.worksheet import Worksheet

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?\u2026?")
# OWASP, "CSV injection": a cell that starts with one of these may be evaluated.
_SIGNS = "=+\\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"
_FORMULA = re.compile(rf"[\t\r\n]|\s*+[{_SIGNS}]")
# Where lists are parted by semicolons, a spreadsheet begins a cell after each of them, quoted or not.
_LATER_FORMULA = re.compile(rf"((?:;|(?<=\S)[\t\r\n])\s*+)(?=[{_SIGNS}])")
# A sheet's column is so wide, in characters; longer texts wrap.
_NARROWEST, _WIDEST = 8, 48
_HEAD, _BAND, _LINE = "FF1F3A5F", "FFF3F6FA", "FFC9D2DE"
_DAY = "yyyy-mm-dd"
_PROPERTIES = "docProps/core.xml"
# A table says itself of when it is.
# Rows of a sheet, the head not counted: a spreadsheet reads no more, and its makers say so.
MOST_ROWS = 1_048_575
_TABLE_TIME = datetime(1980, 1, 1)  # noqa: DTZ001  the library's times have no zone
_ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time of an entry of a ZIP file


def safe_cell(text: str) -> str:
    """The text, so that no spreadsheet runs it, or a part of it, as a formula, also after white space."""
    content = text.lstrip()
    # White space at the beginning is left to `_FORMULA`: only later cells are looked for here.
    text = text[: len(text) - len(content)] + _LATER_FORMULA.sub(r"\1'", content)
    return f"'{text}" if _FORMULA.match(text) else text


def marked_cell(text: str) -> str:
    """The same, so that a program gets back what it was: it takes away one apostrophe at the beginning.

    A number with its sign stays as it is: it is one in a spreadsheet, too.
    """
    if _NUMBER.fullmatch(text):
        return text
    return f"'{text}" if text.startswith("'") or _FORMULA.match(text) else text


def register_csv(answer: Register) -> bytes:
    """RFC 4180, UTF-8 with a byte order mark (spreadsheets need it); the controller in each row."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for row in register_rows(answer):
        writer.writerow([safe_cell(cell) for cell in row])
    return b"\xef\xbb\xbf" + text.getvalue().encode()


def register_workbook(answer: Register, language: Language) -> bytes:
    """An XLSX workbook, a sheet for each part. Its time is the day by which the answer was judged."""
    from openpyxl import Workbook

    words, book = RegisterWords(language), Workbook()
    book.remove(book.worksheets[0])
    for part in register_parts(answer, words):
        _fill(book.create_sheet(words.code("part", part.name)), part, words)
    day = datetime.fromisoformat(answer.judged_on)
    book.properties.creator = clean(answer.controller.name)
    book.properties.title = words.page("title")
    book.properties.created = day
    content = io.BytesIO()
    book.save(content)
    book.properties.modified = day
    return _packed(content, _xml(book.properties))


def table_workbook(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """An XLSX workbook of one sheet; no cell is a formula. Equal rows give equal bytes.

    Raises Misconfigured for more rows than a sheet has.
    """
    from openpyxl import Workbook

    rows = [*rows]
    if len(rows) > MOST_ROWS:
        raise Misconfigured(f"a workbook holds {MOST_ROWS} rows at most: ask for CSV")
    book = Workbook(write_only=True)
    sheet = book.create_sheet("1")
    sheet.freeze_panes = "A2"
    sheet.append([*columns])
    for row in rows:
        sheet.append([_plain(value) for value in row])
    book.properties.created = _TABLE_TIME
    content = io.BytesIO()
    book.save(content)
    book.properties.modified = _TABLE_TIME
    return _packed(content, _xml(book.properties))


def _plain(value: object) -> int | str | None:
    if value is None or (isinstance(value, int) and not isinstance(value, bool)):
        return value
    return safe_cell(clean(value))


def _xml(properties: "DocumentProperties") -> bytes | str:
    from openpyxl.xml.functions import tostring

    return tostring(properties.to_tree())


def _packed(content: io.BytesIO, properties: bytes | str) -> bytes:
    """The same files without the time of their writing, which the library gives them."""
    packed = io.BytesIO()
    with ZipFile(content) as old, ZipFile(packed, "w", ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            inside = properties if name == _PROPERTIES else old.read(name)
            new.writestr(ZipInfo(name, _ZIP_EPOCH), inside, ZIP_DEFLATED)
    return packed.getvalue()


def _fill(sheet: "Worksheet", part: RegisterTable, words: RegisterWords) -> None:
    from openpyxl.styles import Alignment, Border, Font, PatternFill, Side

    line = Border(bottom=Side(style="thin", color=_LINE))
    top = Alignment(wrap_text=True, vertical="top")
    band = PatternFill("solid", fgColor=_BAND)
    headings: list[int | date | str | None] = [words.heading(name) for name in part.columns]
    rows = [headings, *([_value(value, words) for value in row] for row in part.rows)]
    for number, row in enumerate(rows, 1):
        for column, value in enumerate(row, 1):
            cell = sheet.cell(number, column, value)
            cell.alignment, cell.border = top, line
            if isinstance(value, str):
                cell.data_type = "s"  # never a formula, whatever it looks like
            elif isinstance(value, date):
                cell.number_format = _DAY
            if number % 2:
                cell.fill = band
    for head in sheet[1]:
        head.font = Font(bold=True, color="FFFFFFFF")
        head.fill = PatternFill("solid", fgColor=_HEAD)
    _lay_out(sheet, part, rows)


def _value(value: object, words: RegisterWords) -> int | date | str | None:
    """What a cell holds: a number, a day, or a text that is no formula."""
    if isinstance(value, bool):
        return words.kept(value)
    if value is None or isinstance(value, int | date):
        return value
    return safe_cell(clean(value))


def _lay_out(sheet: "Worksheet", part: RegisterTable, rows: Sequence[Sequence[object]]) -> None:
    """Widths, a head that stays, a filter, and how it is printed."""
    from openpyxl.utils import get_column_letter

    for column in range(len(part.columns)):
        longest = max(len(str(row[column])) for row in rows if row[column] is not None)
        width = max(_NARROWEST, min(_WIDEST, longest + 2))
        sheet.column_dimensions[get_column_letter(column + 1)].width = width
    sheet.freeze_panes = "A2" if part.name == "controller" else "B2"
    sheet.auto_filter.ref = sheet.dimensions
    sheet.sheet_view.showGridLines = False
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    sheet.page_setup.fitToHeight = 0
    setup, footer = sheet.sheet_properties.pageSetUpPr, sheet.oddFooter
    if setup is not None:
        setup.fitToPage = True
    if footer is not None and footer.center is not None:  # an empty one is falsy
        footer.center.text = "&A · &P / &N"
