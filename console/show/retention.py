"""Tables about retention and decisions on erasure."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from console.export.register_words import Words
from console.show.person import forgotten_table
from console.show.text import Stack, clean, pairs, table
from console.words import code_word, headings, phrase
from schemas import texts

__all__ = ["certificate_table", "clocks_table", "decision_tables", "forecast_table", "steps_table"]


def decision_tables(answer: dict[str, Any], language: texts.Language) -> list[RenderableType]:
    """What becomes of each category, and why, in words for the person."""
    columns = headings("decision", "category decision until why statute", language)
    rows = [
        row
        for subject in answer["data_subjects"]
        for decision in subject["decisions"]
        for row in _decision(decision, language)
    ]
    name = "decided" if answer["carried_out"] else "preview"
    title = phrase("decision", name, language, clean(answer["subject"]))
    shown: list[RenderableType] = [table(title, columns, rows, language)]
    forgotten = answer["forgotten"]
    return [*shown, forgotten_table(forgotten, language)] if forgotten else shown


def _decision(row: dict[str, Any], language: texts.Language) -> Iterator[tuple[Any, ...]]:
    """A line for every ground of a category, with its end; the one that lasts longest is the last."""
    named = (
        code_word("category", row["category"], language),
        phrase("outcome", row["decision"], language),
    )
    for number, ground in enumerate(row["grounds"]):
        yield (
            *(named if number == 0 else ("", "")),
            ground["until"] or _waits(ground, language),
            ground["says"][language],
            Words(language).cited(ground["statute"]),
        )


def _waits(ground: dict[str, Any], language: texts.Language) -> str | None:
    anchor = ground["waits_for"]
    return (
        phrase("decision", "waits", language, Words(language).code("anchor", anchor))
        if anchor
        else None
    )


def certificate_table(answer: dict[str, Any], language: texts.Language) -> Table:
    """What a certificate of erasure proves."""
    decisions = answer["decisions"]
    said = {
        **answer,
        "ground": code_word("ground", answer["ground"], language),
        "categories": [code_word("category", one, language) for one in answer["categories"]],
        "decisions": Stack(_decided(one, decisions[one], language) for one in sorted(decisions)),
    }
    rows = ((phrase("certificate", name, language), value) for name, value in said.items())
    return pairs(phrase("certificate", "title", language), rows, language)


def _decided(category: str, decision: dict[str, Any], language: texts.Language) -> str:
    """`payment: retain (duty of retention, until 2034-12-31; contract CT-4)`: the longest ground is last."""
    grounds = [decision, *decision.get("besides", ())]
    why = "; ".join(_why(one, language) for one in reversed(grounds))
    name, outcome = (
        code_word("category", category, language),
        phrase("outcome", decision["decision"], language),
    )
    return f"{name}: {outcome} ({why})"


def _why(ground: dict[str, Any], language: texts.Language) -> str:
    until = ground.get("until")
    named = (code_word("ground", ground["ground"], language), ground.get("ref"))
    told = [
        " ".join(filter(None, named)),
        phrase("certificate", "until", language, until) if until else None,
    ]
    return ", ".join(filter(None, told))


def clocks_table(rows: Iterable[dict[str, Any]], language: texts.Language = "en") -> Table:
    """What becomes of what is held, in one word, and until when it may be kept."""
    columns = headings("clocks", "subject category situation until rule kept", language)
    title = phrase("clocks", "title", language)
    return table(title, columns, (_clock(row, language) for row in rows), language)


def _clock(row: dict[str, Any], language: texts.Language) -> tuple[Any, ...]:
    """Of what goes whatever keeps it against the end of its period, that is not shown: it keeps nothing."""
    due, cause = row["due"], row["cause"] or row["deferred"]
    word = phrase("situation", row["situation"], language)
    overdue = row["overdue_since"]
    anchor = row["waits_for"]
    until = row["until"] or (anchor and phrase("clocks", "anchor", language, anchor))
    late = overdue and phrase("clocks", "overdue", language, overdue)
    return (
        row["subject"] or {"erased": True},
        row["category"] or phrase("clocks", "entries", language),
        f"{word} ({cause})" if cause else word,
        late if due else until,
        row["rule"],
        Stack(() if due else map(_keeper, row["grounds"])),
    )


def _keeper(one: dict[str, Any]) -> str:
    until = f"until {one['until']}" if one["until"] else None
    return " ".join(word for word in (one["ground"], one["ref"], until) if word)


def steps_table(title: str, rows: Iterable[dict[str, Any]]) -> Table:
    """What goes, of whom, for what cause."""
    columns = ("subject", "cause", "categories", "collected until", "keys destroyed")
    return table(
        title,
        columns,
        (
            (
                row["subject"] or {"erased": True},
                Stack([row["cause"], row["request_ref"]]),
                row["categories"],
                row["collected_until"],
                row["keys_destroyed"],
            )
            for row in rows
        ),
    )


def forecast_table(rows: Iterable[dict[str, Any]]) -> Table:
    """How much falls due, month by month."""
    columns = ("month", "category", "data subjects")
    return table("Falls due", columns, (tuple(row.values()) for row in rows))
