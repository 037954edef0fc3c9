"""Tables about processing: the register, disclosures, recipients."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.table import Table

from console.export.transparency import transparency_rows
from console.show.text import Stack, table
from console.words import phrase
from schemas.texts import Language

__all__ = [
    "disclosures_table",
    "recipients_table",
    "register_table",
    "transfers_table",
    "transparency_table",
]


def register_table(answer: dict[str, Any]) -> Table:
    """One row an activity; details are in the exports."""
    columns = ("activity", "observed", "on the basis of", "retention", "drift and missing")
    return table(
        f"Register of {answer['controller']['name']}",
        columns,
        (_activity(row) for row in answer["activities"]),
    )


def _activity(row: dict[str, Any]) -> tuple[Any, ...]:
    observed = row["observed"]
    return (
        Stack([row["activity"], row["name"], f"version {row['version']}"]),
        Stack(
            [
                f"{observed['events']} events, {observed['data_subjects']} data subjects",
                observed["last"],
            ]
        ),
        Stack([observed["legal_bases"], observed["categories"]]),
        Stack(_retention(row["retention"])),
        Stack(
            [
                *(f"{drift['kind']}: {drift['detail']}" for drift in row["drift"]),
                *(_lacking(one) for one in row["missing"]),
            ]
        ),
    )


def _retention(answer: dict[str, Any]) -> Iterator[str]:
    """What is overdue; else one word for all of it."""
    if answer["kept"] is not False:
        yield "unknown" if answer["kept"] is None else "kept"
    for row in answer["categories"]:
        if row["kept"] is False:
            yield f"{row['category']}: {row['overdue']} overdue since {row['since']}"


def _lacking(one: dict[str, Any]) -> str:
    return " ".join(filter(None, (f"Art. {one['article']}:", one["what"], one["detail"])))


def disclosures_table(rows: Iterable[dict[str, Any]]) -> Table:
    """Who received what."""
    columns = ("about", "given to", "for", "fields")
    return table("Disclosures", columns, (_disclosure(row) for row in rows))


def _disclosure(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        Stack([_about(row), row["occurred_at"]]),
        Stack([row["recipient_name"] or row["recipient"], row["recipient_kind"], row["country"]]),
        Stack([row["purpose"], row["provision"] or row["legal_basis"], row["method"]]),
        row["fields"] or row["categories"],
    )


def _about(row: dict[str, Any]) -> Any:
    if row["membership"]:
        known = phrase("feed", row["membership"], "en")
        who = row["subject"] or phrase("value", "erased", "en")
        return f"{who} ({known}), one of {row['record_count']} records"
    if row["record_count"] is not None:
        return f"{row['record_count']} records"
    return row["subject"] or {"erased": True}


def recipients_table(answer: dict[str, Any]) -> Table:
    """Every recipient as it was at the time."""
    columns = ("recipient", "name", "kind", "role", "country", "since", "ended")
    return table(
        "Recipients",
        columns,
        (
            (
                row["recipient"],
                row["name"],
                row["kind"],
                row["role"],
                row["country"],
                row["valid_from"],
                row["ended"]["valid_to"] if row["ended"] else None,
            )
            for row in answer["recipients"]
        ),
    )


def transparency_table(answer: dict[str, Any], language: Language) -> Table:
    """Counts by kind of recipient and quarter."""
    columns, rows = transparency_rows(answer, language)
    return table(phrase("transparency", "heading", language), columns, rows, language)


def transfers_table(answer: dict[str, Any]) -> Table:
    """What left the EEA, a row for each country and ground."""
    columns = ("country", "ground", "agreed", "how often", "to")
    made = table(
        "Disclosures outside the European Economic Area",
        columns,
        (
            (
                Stack([row["country"], row["region"]]),
                row["mechanism"] or "none",
                row["agreement"],
                Stack(
                    [
                        f"{row['disclosures']} disclosures",
                        f"{row['data_subjects']} data subjects",
                        f"last {row['last']}",
                    ]
                ),
                Stack([row["recipients"], row["recipient_kinds"]]),
            )
            for row in answer["transfers"]
        ),
    )
    made.caption = (
        f"{answer['inside_eea']} inside the EEA, {answer['country_unknown']} to an unknown country"
    )
    return made
