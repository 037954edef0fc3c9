"""Tables about pruning."""

from rich.console import RenderableType

from application.queries.upkeep.pruning import Against, PrunedPrefix
from application.words import headings, in_words, say
from console.show.text import Stack, pairs, worded


def pruning_tables(answer: PrunedPrefix) -> list[RenderableType]:
    """What goes and stays, then what stands against it, with the command that shows it."""
    removed = "gone" if answer.done else "removed"
    names = headings("pruning", f"through files {removed} kept event")
    values = (answer.through, answer.files, answer.removed, answer.kept, answer.position)
    about = [(name, value) for name, value in zip(names, values, strict=True) if value is not None]
    tables: list[RenderableType] = [pairs(say("pruning", "title"), about)]
    if answer.against:
        rows = map(_against, answer.against)
        tables.append(worded("pruning", "because reference possible see", rows, title="against"))
    if answer.untold:
        untold = (
            (row.recipient, in_words("right", row.change), row.data_subject)
            for row in answer.untold
        )
        tables.append(worded("pruning", "recipient change about", untold, title="untold"))
    return tables


def _against(row: Against) -> tuple[object, ...]:
    change = in_words("right", row.change) if row.change else None
    what = Stack([row.reference, change, row.data_subject])
    return say("pruning-reason", row.reason), what, row.position, row.see
