"""Tables about what one person agreed to or chose, and what may follow from it."""

from collections.abc import Iterable
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from console.show.text import Stack, clean, pairs, table

__all__ = ["consents_tables", "marketing_tables"]

_WORDS = {True: "allowed", False: "not allowed"}
_NO_CUSTOMER = (
    "no: no order, contract, service, delivery or invoice is recorded, and to register is no sale"
)


def consents_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """Consents and what each is worth; other choices if there are any; every act if it was asked for."""
    tables: list[RenderableType] = [_consents(answer)]
    if answer["choices"]:
        tables.append(_choices(answer))
    if "history" in answer:
        tables.append(_history(answer))
    return tables


def _consents(answer: dict[str, Any]) -> Table:
    rows = [
        (
            row["purpose"],
            Stack([row["status"], row["since"]]),
            Stack([row["effective"], row["why"]]),
            _how(row),
        )
        for row in answer["consents"]
    ]
    columns = ("purpose", "status", "effective", "how")
    return table(f"Consents of {clean(answer['subject'])}", columns, rows)


def _how(row: dict[str, Any]) -> Stack:
    until = f"until {row['valid_until']}" if row["valid_until"] else None
    return Stack([row["text_version"], row["method"], row["channel"], row["reason"], until])


def _choices(answer: dict[str, Any]) -> Table:
    rows = [
        (
            row["choice"],
            row["since"],
            Stack(
                f"{name}: {clean(value)}"
                for name, value in row["facts"].items()
                if name != "tc_string"  # decoded beside it
            ),
        )
        for row in answer["choices"]
    ]
    return table("Other choices", ("choice", "since", "what"), rows)


def _history(answer: dict[str, Any]) -> Table:
    rows = [
        (
            row["purpose"],
            Stack([row["act"], f"position {row['position']}"]),
            Stack([f"from {row['from']}", f"to {row['to']}" if row["to"] else None, _taken(row)]),
            _how(row),
        )
        for row in answer["history"]
    ]
    return table("Every act", ("purpose", "act", "decides", "how"), rows)


def _taken(row: dict[str, Any]) -> str | None:
    return f"annulled by {row['annulled_by']}" if row["annulled_by"] else None


def marketing_tables(answer: dict[str, Any]) -> list[RenderableType]:
    """What the decisions rest on, then a row for each channel and rule."""
    about = [*_addressee(answer["person"])]
    rows = [
        (
            Stack([decision["channel"], _WORDS[decision["allowed"]]]),
            Stack([verdict["layer"], _WORDS[verdict["allowed"]]]),
            Stack([verdict["why"], _asked(verdict), verdict["title"]]),
            Stack([verdict["citation"], _doubt(verdict)]),
        )
        for decision in answer["decisions"]
        for verdict in decision["verdicts"]
    ]
    title = f"Marketing to {clean(answer['subject'])} as of {answer['as_of']}"
    return [pairs(title, about), table("Decisions", ("channel", "by", "why", "rule"), rows)]


def _addressee(person: dict[str, Any]) -> Iterable[tuple[str, Any]]:
    """What is known of a person, with what the words of the rules mean by it."""
    yield "kind", person["kind"]
    yield "account", "active" if person["active"] else "inactive"
    yield "existing customer", "yes" if person["customer"] else _NO_CUSTOMER
    yield "consents in force", person["consents"] or "none"
    yield "objections, by channel", person["objections"] or "none"
    yield "may only be stored", person["restricted"] or "nothing"


def _asked(verdict: dict[str, Any]) -> str | None:
    """The consents of which one is needed, where none is there."""
    if verdict["code"] != "no-consent":
        return None
    return f"asked for: {' or '.join(verdict['consent_for'])}"


def _doubt(verdict: dict[str, Any]) -> str | None:
    return "to be confirmed by a lawyer" if verdict["confidence"] == "unconfirmed" else None
