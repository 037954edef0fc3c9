"""Tables about pruning."""

from rich.console import RenderableType

from application.queries.upkeep.pruning import PrunedPrefix
from application.words import headings, say
from console.show.text import pairs, worded


def pruning_tables(answer: PrunedPrefix) -> list[RenderableType]:
    """What goes and stays, then what stands against it, with the command that shows it."""
    removed = "gone" if answer.done else "removed"
    names = headings("pruning", f"through files {removed} kept event")
    values = (answer.through, answer.files, answer.removed, answer.kept, answer.position)
    about = [(name, value) for name, value in zip(names, values, strict=True) if value is not None]
    if not answer.against:
        return [pairs(say("pruning", "title"), about)]
    rows = (
        (say("pruning-reason", row.reason), row.reference, row.position, row.see)
        for row in answer.against
    )
    against = worded("pruning", "because reference possible see", rows, title="against")
    return [pairs(say("pruning", "title"), about), against]
