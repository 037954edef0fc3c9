"""Tables of dead letters: what was refused and why, in words, without a value of any message."""

from collections.abc import Sequence

from rich.console import RenderableType

from application.language import spoken
from application.queries.intake.dead_letters import DeadLetter
from application.words import counted, headings, say
from console.show.text import Stack, table
from console.show.upkeep import SHOWN_NAME
from schemas import Code
from schemas.allowed import allowed_words
from schemas.codes import words_of


def letters_tables(
    letters: Sequence[DeadLetter], shown: int, matching: int, total: int
) -> list[RenderableType]:
    """Dead letters without their messages, how many there are, and what their codes mean."""
    columns = headings("letters", "letter event from seen forgotten")
    rows = (
        (
            _letter_and_why(row),
            Stack([row.type, row.source, row.id]),
            _origin(row),
            Stack([row.last_seen, _times(row)]),
            row.forgotten_after,
        )
        for row in letters
    )
    title = say("letters", "title")
    if total:
        all_are = matching == total
        name, numbers = (
            ("counts", (shown, matching)) if all_are else ("of-kind", (shown, matching, total))
        )
        counts = (f"{number:,}" for number in numbers)
        title = f"{title}: {say('letters', name, *counts)}"
    words = {row.code: words_of(row.code)[spoken()] for row in letters if row.words}
    tables: list[RenderableType] = [table(title, columns, rows)]
    if words:
        heads = headings("letters", "code words")
        about = say("letters", "codes")
        tables.append(table(about, heads, sorted(words.items())))
    return tables


def _letter_and_why(row: DeadLetter) -> Stack:
    """Its name and code, and what may stand there; all that is withheld is one row, without a name."""
    if _is_withheld(row):
        return Stack([row.code])
    may_be = allowed_words(row.type, row.pointer) if row.code == Code.SCHEMA else {}
    why = f"{row.code} {row.pointer}"
    mended = say("letters", "mended", row.mended_by) if row.mended_by else None
    return Stack([row.letter[:SHOWN_NAME], why, may_be.get(spoken()), mended])


def _times(row: DeadLetter) -> str | None:
    if _is_withheld(row):
        return counted("message", row.times)
    return say("letters", "times", row.times) if row.times > 1 else None


def _is_withheld(row: DeadLetter) -> bool:
    # All withheld letters are one row, whose name is their code.
    return row.letter == row.code


def _origin(row: DeadLetter) -> str:
    """Where a message came from: a line of a file, or a record of a partition."""
    if row.topic is None:
        return ""
    if row.topic.startswith("file:"):
        return say("letters", "line", row.topic.removeprefix("file:"), row.offset)
    return f"{row.topic} {row.partition}/{row.offset}"
