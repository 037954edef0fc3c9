"""The table of what a privacy notice says beside practice."""

from typing import Any

from rich.table import Table

from console.show.text import Stack, table

__all__ = ["lint_table"]

_PLACES = 2


def lint_table(answer: dict[str, Any]) -> Table:
    """A row each finding: the clause, what is wrong, what the notice says, what is done, what ends it."""
    columns = ("clause", "what is wrong", "the notice says", "law and practice", "ends when")
    return table(_title(answer), columns, (_finding(row) for row in answer["findings"]))


def _title(answer: dict[str, Any]) -> str:
    if answer["draft"]:
        return "The draft of a privacy notice"
    if notice := answer["notice"]:
        return f"Privacy notice {notice['version']}, in force from {notice['effective_from']}"
    return "No privacy notice is in force"


def _finding(row: dict[str, Any]) -> tuple[Any, ...]:
    unsure = "unconfirmed" if row["confidence"] == "unconfirmed" else None
    return (
        row["clause"],
        Stack([row["title"], row["rule"], row["citation"], row["severity"], unsure]),
        Stack([_statement(said) for said in row["says"]] or ["nothing"]),
        Stack(_contrasts(row)),
        row["resolved_by"],
    )


def _statement(said: dict[str, Any]) -> str:
    return f"{said['clause']} {said['claim']}: {said['value']}"


def _contrasts(row: dict[str, Any]) -> list[str]:
    found = [_contrast(one) for one in row["values"]]
    return ["one of these is expected:", *found] if row["expects"] == "some" and found else found


def _contrast(one: dict[str, Any]) -> str:
    """The value, and where it was seen; of many places the first ones: `--json` has all."""
    places = one["seen_in"]
    more = [f"{len(places) - _PLACES} more"] if len(places) > _PLACES else []
    return f"{one['value']} ({'; '.join([*places[:_PLACES], *more])})" if places else one["value"]
