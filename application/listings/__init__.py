"""Answers as people read them: each list and each file is declared once, a module for each subject.

A declaration has no language and no edge. `console/show/declared.py` draws it for terminals,
`web/pages/declared.py` for pages; JSON, CSV, workbook and schema come from the answer's struct.
"""
