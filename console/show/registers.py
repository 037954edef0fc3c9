"""Tables about processing: the register, disclosures, recipients."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.table import Table

from console.export.transparency import transparency_rows
from console.show.text import Stack, table
from console.words import counted, phrase
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
                ", ".join(
                    (
                        counted("event", observed["events"]),
                        counted("data-subject", observed["data_subjects"]),
                    )
                ),
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
    told = list(rows)
    made = table("Disclosures", columns, (_disclosure(row) for row in told))
    if any(row["country_derived"] for row in told):
        made.caption = "[NL]: the country of the recipient's entry, where the event says none"
    return made


def _disclosure(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        Stack([_about(row), row["occurred_at"]]),
        Stack([row["recipient_name"] or row["recipient"], row["recipient_kind"], _country(row)]),
        Stack([row["purpose"], row["provision"] or row["legal_basis"], row["method"]]),
        row["fields"] or row["categories"],
    )


def _country(row: dict[str, Any]) -> str | None:
    """The country; that of the recipient's entry, where the event says none, in brackets."""
    return f"[{row['country']}]" if row["country_derived"] and row["country"] else row["country"]


def _about(row: dict[str, Any]) -> Any:
    if row["membership"]:
        known = phrase("feed", row["membership"], "en")
        who = row["subject"] or phrase("value", "erased", "en")
        return f"{who} ({known}), one of {row['record_count']} records"
    if row["record_count"] is not None:
        return counted("record", row["record_count"])
    return row["subject"] or {"erased": True}


def recipients_table(answer: dict[str, Any]) -> Table:
    """Every recipient as it was at the time."""
    columns = ("recipient", "name", "kind", "role", "country", "certified", "since", "ended")
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
                Stack(one["framework"] for one in row["certifications"]),
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


def _derived(row: dict[str, Any]) -> str | None:
    """Of how many the country is that of the recipient's entry."""
    if not row["country_derived"]:
        return None
    return f"country by the register: {row['country_derived']}"


def _uncovered(lacks: str | None) -> str | None:
    """Why a decision of adequacy that is there does not help."""
    return f"not covered by the decision: {lacks}" if lacks else None


def transfers_table(answer: dict[str, Any]) -> Table:
    """What left the EEA, a row for each country and ground."""
    columns = ("country", "ground", "agreed", "how often", "to")
    made = table(
        "Disclosures outside the European Economic Area",
        columns,
        (
            (
                Stack([row["country"], row["region"], _derived(row)]),
                Stack([row["mechanism"] or "none", _uncovered(row["lacks"])]),
                row["agreement"],
                Stack(
                    [
                        counted("disclosure", row["disclosures"]),
                        counted("data-subject", row["data_subjects"]),
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
