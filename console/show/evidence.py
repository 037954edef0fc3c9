"""Evidence of consent in words: TC strings and signals of browsers."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from application.language import spoken
from application.queries.evidence import evidence_words, string_words
from application.words import in_words, say
from console.show.text import Stack, pairs, worded

_ABOUT = "evidence"


def evidence_tables(answer: Mapping[str, Any]) -> list[Table]:
    """What shows each consent and choice; no table where nothing does. Every act, if it was asked for."""
    rows = [*_rows(answer)]
    if not rows:
        return []
    return [worded(_ABOUT, "act since evidence", rows)]


def _rows(answer: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    acts = answer.get("history", answer["consents"])
    about = [
        (
            f"{in_words('purpose', row['purpose'])}: {in_words('status', row.get('act') or row['status'])}",
            row,
        )
        for row in acts
    ]
    about += [(in_words("choice", row["choice"]), row) for row in answer["choices"]]
    for name, row in about:
        words = evidence_words(row["evidence"], spoken())
        if words:
            yield name, row.get("from") or row["since"], Stack(words)


def _act(row: Mapping[str, Any]) -> str:
    what = in_words("status", row.get("act") or row["status"])
    return f"{in_words('purpose', row['purpose'])}: {what}"


def string_table(string: Mapping[str, Any]) -> Table:
    """One decoded string, a sentence a row."""
    return pairs(say(_ABOUT, "decoded"), [("", words) for words in string_words(string, spoken())])
