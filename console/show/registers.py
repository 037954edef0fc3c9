"""Tables about processing: the register, disclosures, recipients."""

from collections.abc import Iterable
from typing import Any

from rich.table import Table

from console.show.text import Stack, table

__all__ = ["disclosures_table", "recipients_table", "register_table"]


def register_table(answer: dict[str, Any]) -> Table:
    """One row an activity; details are in the exports."""
    columns = ("activity", "observed", "on the basis of", "drift")
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
        Stack(f"{drift['kind']}: {drift['detail']}" for drift in row["drift"]),
    )


def disclosures_table(rows: Iterable[dict[str, Any]]) -> Table:
    """Who received what."""
    columns = ("about", "given to", "for", "fields")
    return table("Disclosures", columns, (_disclosure(row) for row in rows))


def _disclosure(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        Stack([row["subject"] or {"erased": True}, row["occurred_at"]]),
        Stack([row["recipient_name"] or row["recipient"], row["recipient_kind"], row["country"]]),
        Stack([row["purpose"], row["provision"] or row["legal_basis"], row["method"]]),
        row["fields"],
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
