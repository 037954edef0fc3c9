"""Tables about one person: history, state, an erasure."""

from collections.abc import Iterable
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from console.answers.evidence import evidence_words
from console.show.text import Stack, clean, pairs, table
from console.words import counted, headings, phrase
from schemas.texts import Language, field_name

__all__ = [
    "changes_table",
    "erasure_tables",
    "forgotten_table",
    "history_table",
    "state_tables",
]

_PREFIX = "nl.voipzeker.ledger."


def history_table(
    subject: str, lines: Iterable[dict[str, Any]], language: Language = "en"
) -> Table:
    """Events in the order of time; an annulled one says by what. Facts stand as they were recorded."""
    told = sorted(lines, key=lambda line: (line["occurred_at"], line["source"], line["id"]))
    rows = (
        (line["position"], _what(line, language), _facts(line, language), _values(line, language))
        for line in told
    )
    title = phrase("history", "title", language, clean(subject))
    return table(
        title, headings("history", "position what facts personal", language), rows, language
    )


def _what(line: dict[str, Any], language: Language) -> Stack:
    ground = " ".join(filter(None, (line["activity"], line["legal_basis"], line["provision"])))
    by = line["annulled_by"]
    annulled = phrase("history", "annulled", language, by) if by else None
    name = str(line["type"]).removeprefix(_PREFIX).rpartition(".")[0]
    return Stack([line["text"] or name, name, line["occurred_at"], ground, annulled])


def _facts(line: dict[str, Any], language: Language) -> Stack:
    facts = {name: value for name, value in line["facts"].items() if name != "tc_string"}
    if "keys_destroyed" in facts:
        facts["keys_destroyed"] = counted("key", len(facts["keys_destroyed"]), language)
    if "decisions" in facts:
        facts["decisions"] = _decided(facts["decisions"])
    told = [f"{name}: {clean(value, language)}" for name, value in facts.items()]
    return Stack([*told, *evidence_words(line.get("evidence"), language)])


def _decided(decisions: dict[str, dict[str, Any]]) -> list[str]:
    """`contact: erase`, … in the order of the categories."""
    return [f"{category}: {decisions[category]['decision']}" for category in sorted(decisions)]


def _values(line: dict[str, Any], language: Language) -> Stack:
    return Stack(
        f"{field_name(name, language) if language == 'nl' else name}: {clean(value, language)}"
        for name, value in line["personal"].items()
    )


def state_tables(state: dict[str, Any]) -> list[RenderableType]:
    """The account, then its personal data."""
    about = [
        ("status", f"{state['status']} since {state['since']}"),
        ("kind", state["customer_kind"]),
        ("data subject", state["data_subject"]),
        ("erased categories", state["erased_categories"]),
        ("only stored (restricted)", state.get("restricted_categories", [])),
        ("position of the last event", state["position"]),
    ]
    rows = [
        (category, field, value)
        for category, fields in state["personal"].items()
        for field, value in fields.items()
    ]
    return [
        pairs(f"State of {clean(state['subject'])}", about),
        table("Personal data", ("category", "field", "value"), rows),
    ]


def changes_table(before: dict[str, Any], after: dict[str, Any]) -> Table:
    """The fields in which two states of a person differ."""
    then, now = _fields(before), _fields(after)
    rows = [
        (*key, then.get(key), now.get(key))
        for key in sorted(then.keys() | now.keys())
        if then.get(key) != now.get(key)
    ]
    return table("What has changed since", ("category", "field", "then", "now"), rows)


def _fields(state: dict[str, Any]) -> dict[tuple[str, str], Any]:
    return {
        (category, field): value
        for category, fields in state["personal"].items()
        for field, value in fields.items()
    }


def erasure_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """What was destroyed, and when each place has forgotten."""
    columns = ("data subject", "categories", "whole person", "keys destroyed", "position")
    rows = [
        (
            row["data_subject"],
            row["categories"],
            row["whole_person"],
            row["keys_destroyed"],
            row["last_position"],
        )
        for row in answer["erasures"]
    ]
    return [
        table(f"Erased of {clean(answer['subject'])}", columns, rows),
        forgotten_table(answer["forgotten"]),
    ]


def forgotten_table(forgotten: dict[str, Any], language: Language = "en") -> Table:
    """From when each place has forgotten what was erased."""
    rows = [
        (phrase("forgotten", place, language), time or phrase("forgotten", "overdue", language))
        for place, time in forgotten.items()
    ]
    return pairs(phrase("forgotten", "title", language), rows, language)
