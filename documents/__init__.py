"""The register as a file that other programs open: CSV, a workbook, a printable page, JSON-LD."""

from documents.page import register_page
from documents.register_dpv import register_dpv
from documents.register_fideslang import register_fideslang
from documents.spreadsheet import register_csv, register_workbook

