"""Evidence of consent in words: TC strings and signals of browsers."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.table import Table

from console.answers.evidence import evidence_words, string_words
from console.show.text import Stack, pairs, table
from console.words import headings, phrase
from schemas.texts import Language

__all__ = ["evidence_tables", "string_table"]

_ABOUT = "evidence"


def evidence_tables(answer: Mapping[str, Any], language: Language) -> list[Table]:
    """What shows each consent and choice; no table where nothing does. Every act, if it was asked for."""
    rows = [*_rows(answer, language)]
    if not rows:
        return []
    title = phrase(_ABOUT, "title", language)
    return [table(title, headings(_ABOUT, "act since evidence", language), rows)]


def _rows(answer: Mapping[str, Any], language: Language) -> Iterator[tuple[Any, ...]]:
    acts = answer.get("history", answer["consents"])
    about = [(f"{row['purpose']}: {row.get('act') or row['status']}", row) for row in acts]
    about += [(row["choice"], row) for row in answer["choices"]]
    for name, row in about:
        words = evidence_words(row["evidence"], language)
        if words:
            yield name, row.get("from") or row["since"], Stack(words)


def string_table(string: Mapping[str, Any], language: Language) -> Table:
    """One decoded string, a sentence a row."""
    title = phrase(_ABOUT, "decoded", language)
    return pairs(title, [("", words) for words in string_words(string, language)])
