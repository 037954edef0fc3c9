"""The register as a file that other programs open: CSV, a workbook, a printable page."""

from console.export.page import register_page
from console.export.spreadsheet import register_csv, register_workbook

__all__ = ["register_csv", "register_page", "register_workbook"]
