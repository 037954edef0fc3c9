"""Tables about complaints."""

from functools import partial
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from console.export.register_words import Words
from console.show.requests import steps_table
from console.show.text import Stack, pairs, table
from console.words import code_word, headings, phrase
from schemas.texts import Language

__all__ = ["complaint_tables", "complaints_table"]

Answer = dict[str, Any]


def complaints_table(answer: Answer, language: Language) -> Table:
    """Who complained, how it stands, and until when it is answered; a row each."""
    columns = headings("complaint", "complaint about received clock status", language)
    title = phrase("complaint", "list", language)
    rows = (_complaint(row, language) for row in answer["complaints"])
    return table(title, columns, rows, language)


def _complaint(row: Answer, language: Language) -> tuple[Any, ...]:
    return (
        row["complaint_ref"],
        row["subject"] or {"erased": True},
        Stack([row["received_at"], code_word("channel", row["via"], language)]),
        Stack([row["due"], phrase("clock", row["clock"]["state"], language)]),
        Stack(_standing(row, language)),
    )


def _standing(row: Answer, language: Language) -> list[Any]:
    said = partial(phrase, "complaint")
    return [
        said("open" if row["open"] else "answered", language),
        code_word("complaint-outcome", row["outcome"], language),
        said("overdue", language) if row["overdue"] else None,
        *(said("breaks", language, rule) for rule in row["findings"]),
    ]


def complaint_tables(answer: Answer, language: Language) -> list[RenderableType]:
    """One complaint: how it stands, its clock, what was done."""
    said = partial(phrase, "complaint")
    clock = answer["clock"]
    duty = clock["title_nl" if language == "nl" else "title"]
    names = headings("complaint", "about received clock answered-at status", language)
    values = (
        answer["subject"] or {"erased": True},
        Stack([answer["received_at"], code_word("channel", answer["via"], language)]),
        Stack(
            [
                clock["due"],
                phrase("clock", clock["state"], language),
                duty,
                Words(language).cited(clock["citation"]),
            ]
        ),
        Stack([answer["answered_at"], code_word("channel", answer["answered_via"], language)]),
        Stack(_standing(answer, language)),
    )
    title = said("title", language, answer["complaint_ref"])
    return [
        pairs(title, zip(names, values, strict=True), language),
        steps_table(answer["steps"], language),
    ]
