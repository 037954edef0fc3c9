"""Tables about processing: the register, disclosures, recipients."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from console.show.text import table

__all__ = ["disclosures_table", "recipients_table", "register_table"]


def register_table(answer: dict[str, Any]) -> Table:
    """One row an activity; details are in the exports."""
    columns = (
        "activity",
        "version",
        "name",
        "events",
        "data subjects",
        "last",
        "legal bases",
        "categories",
        "drift",
    )
    return table(
        f"Register of {answer['controller']['name']}",
        columns,
        (_activity(row) for row in answer["activities"]),
    )


def _activity(row: dict[str, Any]) -> tuple[Any, ...]:
    observed = row["observed"]
    return (
        row["activity"],
        row["version"],
        row["name"],
        observed["events"],
        observed["data_subjects"],
        observed["last"],
        observed["legal_bases"],
        observed["categories"],
        [f"{drift['kind']}: {drift['detail']}" for drift in row["drift"]],
    )


def disclosures_table(rows: Iterable[dict[str, Any]]) -> Table:
    """Who received what."""
    columns = ("occurred", "subject", "recipient", "kind", "purpose", "basis", "fields", "method")
    return table(
        "Disclosures",
        columns,
        (
            (
                row["occurred_at"],
                row["subject"] or {"erased": True},
                row["recipient_name"] or row["recipient"],
                row["recipient_kind"],
                row["purpose"],
                row["provision"] or row["legal_basis"],
                row["fields"],
                row["method"],
            )
            for row in rows
        ),
    )


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
