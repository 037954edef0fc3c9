"""The register as a file that other programs open: CSV, a workbook, a printable page, JSON-LD."""

from console.export.page import register_page
from console.export.register_dpv import register_dpv
from console.export.register_fideslang import register_fideslang
from console.export.spreadsheet import register_csv, register_workbook

__all__ = [
    "register_csv",
    "register_dpv",
    "register_fideslang",
    "register_page",
    "register_workbook",
]
