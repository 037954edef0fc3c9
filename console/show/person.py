"""Tables about one person: history, state, consents, an erasure."""

from collections.abc import Iterable
from typing import Any

from rich.console import RenderableType
from rich.table import Table

from console.show.text import clean, pairs, table

__all__ = ["consents_table", "erasure_tables", "history_table", "state_tables"]

_PREFIX = "nl.voipzeker.ledger."
_PLACES = {
    "ledger_and_views": "ledger and views",
    "write_ahead_log_and_backups": "write-ahead log, replicas, backups (end of the key epoch)",
    "dead_letters_of_this_person": "dead letters of this person",
    "dead_letters_without_readable_subject": "dead letters whose subject could not be read",
    "kafka_topics": "Kafka's own topics (end of their retention)",
}


def history_table(subject: str, lines: Iterable[dict[str, Any]]) -> Table:
    """Events in the order of the ledger; an annulled one says by what."""
    columns = ("position", "occurred", "event", "activity", "basis", "facts", "personal data")
    rows = (
        (
            line["position"],
            line["occurred_at"],
            _name(line),
            line["activity"],
            line["legal_basis"],
            line["facts"],
            line["personal"],
        )
        for line in lines
    )
    return table(f"History of {clean(subject)}", columns, rows)


def _name(line: dict[str, Any]) -> str:
    name = str(line["type"]).removeprefix(_PREFIX).rpartition(".")[0]
    return f"{name} (annulled by {line['annulled_by']})" if line["annulled_by"] else name


def state_tables(state: dict[str, Any]) -> list[RenderableType]:
    """The account, then its personal data."""
    about = [
        ("status", f"{state['status']} since {state['since']}"),
        ("kind", state["customer_kind"]),
        ("data subject", state["data_subject"]),
        ("erased categories", state["erased_categories"]),
        ("as of position", state["position"]),
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


def consents_table(answer: dict[str, Any]) -> Table:
    """Consents, and what each is worth."""
    columns = ("purpose", "status", "since", "effective", "why", "text", "channel", "valid until")
    rows = [
        (
            row["purpose"],
            row["status"],
            row["since"],
            row["effective"],
            row["why"],
            row["text_version"],
            row["channel"],
            row["valid_until"],
        )
        for row in answer["consents"]
    ]
    return table(f"Consents of {clean(answer['subject'])}", columns, rows)


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
    forgotten = [(_PLACES[place], time) for place, time in answer["forgotten"].items()]
    return [
        table(f"Erased of {clean(answer['subject'])}", columns, rows),
        pairs("Nothing of it can be opened from", forgotten),
    ]
