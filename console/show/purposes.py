"""The table of purposes: what law and house say of each, and which activities declare it."""

from collections.abc import Iterator

from rich.table import Table

from application.language import spoken
from application.queries.registers.purposes import PurposeRow, PurposesAnswer
from application.register_words import RegisterWords
from application.words import in_words, say, told_in
from console.show.text import Stack, worded
from rulebook.layers import Layer


def purposes_table(answer: PurposesAnswer) -> Table:
    """One row a purpose; a declared use that is unknown or denied is said in words."""
    rows = (
        (
            in_words("purpose", row.purpose),
            _layer(row, "law"),
            _layer(row, "house"),
            Stack(_declared(row)),
        )
        for row in answer.purposes
    )
    return worded("purposes", "purpose law house declared", rows, answer.judged_on)


def _layer(row: PurposeRow, layer: Layer) -> Stack:
    """What the entry of a layer says; nothing where it has none."""
    lines: list[object] = []
    for entry in row.entries:
        if entry.layer == layer:
            doubt = say("confidence", "doubt") if entry.confidence == "unconfirmed" else None
            bases = entry.legal_bases or say("purposes", "forbidden")
            lines += [
                told_in(entry, "title"),
                bases,
                RegisterWords(spoken()).cited(entry.citation),
                doubt,
            ]
    return Stack(lines)


def _declared(row: PurposeRow) -> Iterator[str]:
    for use in row.declared:
        basis = ", ".join(filter(None, (use.legal_basis, use.provision)))
        yield f"{use.activity} ({basis})"
        if not use.verdicts:
            yield say("purposes", "unknown")
        for verdict in use.verdicts:
            if not verdict.allowed:
                yield say("purposes", f"denied-{verdict.layer}", told_in(verdict, "why"))
