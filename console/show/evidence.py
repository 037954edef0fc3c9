"""Evidence of consent in words: TC strings and signals of browsers."""

from collections.abc import Iterator

from msgspec import UNSET
from rich.table import Table

from application.language import spoken
from application.queries.persons.consents import Consents
from application.queries.persons.evidence import DecodedString, evidence_words, string_words
from application.words import in_words, say
from console.show.text import Stack, pairs, worded

_ABOUT = "evidence"


def evidence_tables(answer: Consents) -> list[Table]:
    """The evidence of each consent and choice, with `--history` of every act; no table without evidence."""
    rows = [*_rows(answer)]
    if not rows:
        return []
    return [worded(_ABOUT, "act since evidence", rows)]


def _rows(answer: Consents) -> Iterator[tuple[str, str, Stack]]:
    if answer.history is UNSET:
        about = [
            (_act(row.purpose, row.status), row.since, row.evidence) for row in answer.consents
        ]
    else:
        about = [(_act(row.purpose, row.act), row.from_, row.evidence) for row in answer.history]
    about += [(in_words("choice", row.choice), row.since, row.evidence) for row in answer.choices]
    for name, since, evidence in about:
        words = evidence_words(evidence, spoken())
        if words:
            yield name, since, Stack(words)


def _act(purpose: str, status: str) -> str:
    return f"{in_words('purpose', purpose)}: {in_words('status', status)}"


def string_table(string: DecodedString) -> Table:
    """One decoded string, a sentence a row."""
    return pairs(say(_ABOUT, "decoded"), [("", words) for words in string_words(string, spoken())])
