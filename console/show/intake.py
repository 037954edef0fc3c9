"""Tables about what came in, and what was refused."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from rich.console import RenderableType

from application.language import spoken
from application.queries.intake.dead_letters import RetriedLetter
from application.queries.intake.messages import CheckedLines, IngestedLines, RefusedLine
from application.words import in_words, say
from console.show.text import Stack, pairs, worded
from console.show.upkeep import SHOWN_NAME, members_of
from schemas.allowed import listed_words

# Enough rows for a screen; `--json` and `dead-letters list` have them all.
_SHOWN_REJECTIONS = 20


def ingested_tables(
    answer: IngestedLines | CheckedLines, withheld: int = 0
) -> list[RenderableType]:
    """Counts, then the first of the refused lines. Also for `schema validate`.

    `withheld`: how many of the rejected lines are sealed for the confidential ledger.
    """
    counts: list[tuple[str, object]] = []
    for name, value in members_of(answer):
        if name != "rejections":
            counts.append((say("member", name), value))
        if name == "rejected" and withheld:
            counts.append((say("lines", "withheld"), withheld))
    tables: list[RenderableType] = [pairs(say("lines", "title"), counts)]
    refused = answer.rejections
    if refused:
        rows = [(row.line, row.code, _place(row)) for row in refused[:_SHOWN_REJECTIONS]]
        title = "rejected" if len(rows) == len(refused) else "first-rejected"
        tables.append(worded("lines", "line code pointer", rows, len(rows), title=title))
    return tables


def _place(row: RefusedLine) -> Stack:
    """Where it is wrong, and what may stand there."""
    may_be = listed_words(row.allowed)[spoken()] if row.allowed else None
    withheld = in_words("withheld-why", row.rule) if row.rule else None
    return Stack([row.pointer, may_be or withheld])


class Outcomes:
    """What became of letters that pass by, counted."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str | None]] = Counter()

    def counting(self, rows: Iterable[RetriedLetter]) -> Iterator[RetriedLetter]:
        """The rows, each counted as it goes by."""
        for row in rows:
            self.counts[row.outcome, row.code] += 1
            yield row

    @property
    def total(self) -> int:
        """How many went by."""
        return self.counts.total()

    @property
    def all_fine(self) -> bool:
        """Whether each letter is an event by now, or a duplicate of one."""
        return all(outcome in {"recorded", "duplicate"} for outcome, _ in self.counts)


def retried_tables(rows: Sequence[RetriedLetter], outcomes: Outcomes) -> list[RenderableType]:
    """What became of the first letters, then of all of them in numbers."""
    cells = (
        [
            row.letter[:SHOWN_NAME],
            in_words("retry", row.outcome),
            row.code,
            row.pointer,
        ]
        for row in rows
    )
    title = "title" if len(rows) == outcomes.total else "first"
    columns = "letter outcome code pointer"
    tables: list[RenderableType] = [worded("retry", columns, cells, len(rows), title=title)]
    if outcomes.total > 1:
        counts = sorted(outcomes.counts.items(), key=lambda item: (item[0][0], item[0][1] or ""))
        numbers = [(in_words("retry", outcome), code, count) for (outcome, code), count in counts]
        tables.append(worded("retry", "outcome code letters", numbers, title="numbers"))
    return tables
