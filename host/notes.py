"""Notes: what people are told beside an answer, on standard error."""

import sys

from application.times import localized
from application.words import say
from documents.text import shown


def note(text: str) -> None:
    """Say something in one line on standard error."""
    print(shown(localized(" ".join(text.split()))), file=sys.stderr, flush=True)


def tell(name: str, *values: object) -> None:
    """Say one of our notes in one line on standard error."""
    note(f"ledger: {say('note', name, *values)}")
