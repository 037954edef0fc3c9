"""Tables about retention and decisions on erasure."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from application.language import spoken
from application.register_words import Words
from application.words import code_word, headings, in_words, say
from console.show.person import forgotten_table
from console.show.text import Stack, pairs, table, worded
from documents.text import clean


def decision_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """What becomes of each category, and why, in words for the person."""
    columns = headings("decision", "category decision until why statute")
    rows = [
        row
        for subject in answer["data_subjects"]
        for decision in subject["decisions"]
        for row in _decision(decision)
    ]
    name = "decided" if answer["carried_out"] else "preview"
    title = say("decision", name, clean(answer["subject"]))
    shown: list[RenderableType] = [table(title, columns, rows)]
    forgotten = answer["forgotten"]
    return [*shown, forgotten_table(forgotten)] if forgotten else shown


def _decision(row: dict[str, Any]) -> Iterator[tuple[Any, ...]]:
    """A line for every ground of a category, with its end; the one that lasts longest is the last."""
    named = (
        code_word("category", row["category"]),
        say("outcome", row["decision"]),
    )
    for number, ground in enumerate(row["grounds"]):
        yield (
            *(named if number == 0 else ("", "")),
            ground["until"] or _waits(ground),
            ground["says"][spoken()],
            Words(spoken()).cited(ground["statute"]),
        )


def _waits(ground: dict[str, Any]) -> str | None:
    anchor = ground["waits_for"]
    return say("decision", "waits", Words(spoken()).code("anchor", anchor)) if anchor else None


def certificate_table(answer: dict[str, Any]) -> Table:
    """What a certificate of erasure proves."""
    decisions = answer["decisions"]
    said = {
        **answer,
        "ground": code_word("ground", answer["ground"]),
        "categories": [code_word("category", one) for one in answer["categories"]],
        "decisions": Stack(_decided(one, decisions[one]) for one in sorted(decisions)),
    }
    rows = ((say("certificate", name), value) for name, value in said.items())
    return pairs(say("certificate", "title"), rows)


def _decided(category: str, decision: dict[str, Any]) -> str:
    """`payment: retain (duty of retention, until 2034-12-31; contract CT-4)`: the longest ground is last."""
    grounds = [decision, *decision.get("besides", ())]
    why = "; ".join(_why(one) for one in reversed(grounds))
    name, outcome = (
        code_word("category", category),
        say("outcome", decision["decision"]),
    )
    return f"{name}: {outcome} ({why})"


def _why(ground: dict[str, Any]) -> str:
    until = ground.get("until")
    named = (code_word("ground", ground["ground"]), ground.get("ref"))
    told = [
        " ".join(filter(None, named)),
        say("certificate", "until", until) if until else None,
    ]
    return ", ".join(filter(None, told))


def clocks_table(rows: Iterable[dict[str, Any]]) -> Table:
    """What becomes of what is held, in one word, and until when it may be kept."""
    return worded("clocks", "subject category situation until rule kept", map(_clock, rows))


def _clock(row: dict[str, Any]) -> tuple[Any, ...]:
    """Of what goes whatever keeps it against the end of its period, that is not shown: it keeps nothing."""
    due, cause = row["due"], row["cause"] or row["deferred"]
    word = say("situation", row["situation"])
    overdue, anchor = row["overdue_since"], row["waits_for"]
    until = row["until"] or (anchor and say("clocks", "anchor", in_words("anchor", anchor)))
    late = overdue and say("clocks", "overdue", overdue)
    return (
        row["subject"] or {"erased": True},
        in_words("category", row["category"]) or say("clocks", "entries"),
        f"{word} ({in_words('ground', cause)})" if cause else word,
        late if due else until,
        row["rule"],
        Stack(() if due else map(_keeper, row["grounds"])),
    )


def _keeper(one: dict[str, Any]) -> str:
    until = say("certificate", "until", one["until"]) if one["until"] else None
    return " ".join(word for word in (in_words("ground", one["ground"]), one["ref"], until) if word)


def steps_table(name: str, rows: Iterable[dict[str, Any]]) -> Table:
    """What goes, of whom, for what cause. `name`: of the title."""
    return worded(
        "erasing",
        "subject cause categories collected keys",
        (
            (
                row["subject"] or {"erased": True},
                Stack([in_words("ground", row["cause"]), row["request_ref"]]),
                in_words("category", row["categories"]),
                row["collected_until"],
                row["keys_destroyed"],
            )
            for row in rows
        ),
        title=name,
    )


def forecast_table(rows: Iterable[dict[str, Any]]) -> Table:
    """How much falls due, month by month."""
    told = (
        (month, in_words("category", category), number)
        for month, category, number in map(_cells, rows)
    )
    return worded("forecast", "month category data-subjects", told)


def _cells(row: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(row.values())
