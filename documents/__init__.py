"""The register as a file that other programs open: CSV, a workbook, a printable page, JSON-LD."""
