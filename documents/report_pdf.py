"""A document for a person as PDF, set by Typst from a template of ours: same document, same bytes.

Only fonts that come with Typst are used, nothing is loaded, and no value is ever read as markup.
"""

from datetime import datetime
from pathlib import Path

import msgspec

from documents.letter import Document
from ledger.errors import Misconfigured

_TEMPLATE = Path(__file__).with_name("report.typ").read_bytes()


def report_pdf(letter: Document, rendered_at: datetime) -> bytes:
    """The document, A4, tagged for screen readers. Raises Misconfigured without Typst."""
    try:
        import typst
    except ModuleNotFoundError:
        raise Misconfigured(
            "a PDF needs Typst: install the extra `pdf` of processing-ledger"
        ) from None
    content = msgspec.json.encode(letter).decode()
    pdf: bytes = typst.compile(
        _TEMPLATE,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"document": content},
        timestamp=int(rendered_at.timestamp()),
    )
    return pdf
