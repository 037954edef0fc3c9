"""Tables about processing: the register, disclosures, recipients."""

from collections.abc import Iterable, Iterator
from typing import Any

from rich.table import Table

from application.language import spoken
from application.register_words import Words
from application.words import counted, in_words, say
from console.show.text import Stack, table, worded
from documents.transparency import transparency_rows
from schemas.texts import field_name


def register_table(answer: dict[str, Any]) -> Table:
    """One row an activity; details are in the exports."""
    rows = (_activity(row) for row in answer["activities"])
    columns = "activity observed basis retention drift"
    return worded("register", columns, rows, answer["controller"]["name"])


def _activity(row: dict[str, Any]) -> tuple[Any, ...]:
    observed = row["observed"]
    return (
        Stack([row["activity"], row["name"], say("register", "version", row["version"])]),
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
        Stack([observed["legal_bases"], in_words("category", observed["categories"])]),
        Stack(_retention(row["retention"])),
        Stack(
            [
                *(_drift(one) for one in row["drift"]),
                *(_lacking(one) for one in row["missing"]),
            ]
        ),
    )


def _retention(answer: dict[str, Any]) -> Iterator[str]:
    """What is overdue; else one word for all of it."""
    if answer["kept"] is not False:
        yield say("register", "unknown" if answer["kept"] is None else "kept")
    for row in answer["categories"]:
        if row["kept"] is False:
            category = in_words("category", row["category"])
            yield say("register", "overdue", category, row["overdue"], row["since"])


def _drift(one: dict[str, Any]) -> str:
    words = Words(spoken())
    kind = one["kind"] if words.language == "en" else words.code("drift", one["kind"])
    return f"{kind}: {one['detail'] if words.language == 'en' else words.drift(one)}"


def _lacking(one: dict[str, Any]) -> str:
    words, what, detail = Words(spoken()), one["what"], one["detail"]
    if words.language == "nl":
        what, detail = words.code("missing", what), words.lacking(one)
    return " ".join(filter(None, (f"Art. {one['article']}:", what, detail)))


def disclosures_table(rows: Iterable[dict[str, Any]]) -> Table:
    """Who received what."""
    told = list(rows)
    made = worded("disclosures", "about given-to for fields", (_disclosure(row) for row in told))
    if any(row["country_derived"] for row in told):
        made.caption = say("disclosures", "derived")
    return made


def _disclosure(row: dict[str, Any]) -> tuple[Any, ...]:
    return (
        Stack([_about(row), row["occurred_at"]]),
        Stack(
            [row["recipient_name"] or row["recipient"], _kind(row["recipient_kind"]), _country(row)]
        ),
        Stack(
            [
                in_words("purpose", row["purpose"]),
                row["provision"] or row["legal_basis"],
                row["method"],
            ]
        ),
        _fields(row["fields"]) or in_words("category", row["categories"]),
    )


def _kind(code: str | None) -> str | None:
    """A kind of recipient as it is typed, in Dutch in words."""
    return Words("nl").recipient_kind(code) if spoken() == "nl" else code


def _fields(names: list[str] | None) -> list[str] | None:
    return [field_name(one, "nl") for one in names] if names and spoken() == "nl" else names


def _country(row: dict[str, Any]) -> str | None:
    """The country; that of the recipient's entry, where the event says none, in brackets."""
    return f"[{row['country']}]" if row["country_derived"] and row["country"] else row["country"]


def _about(row: dict[str, Any]) -> Any:
    if row["membership"]:
        known = say("feed", row["membership"])
        who = row["subject"] or say("value", "erased")
        return say("disclosures", "one-of", who, known, counted("record", row["record_count"]))
    if row["record_count"] is not None:
        return counted("record", row["record_count"])
    return row["subject"] or {"erased": True}


def recipients_table(answer: dict[str, Any]) -> Table:
    """Every recipient as it was at the time."""
    return worded(
        "recipients",
        "recipient name kind role country certified since ended",
        (
            (
                row["recipient"],
                row["name"],
                _kind(row["kind"]),
                in_words("role", row["role"]),
                row["country"],
                Stack(one["framework"] for one in row["certifications"]),
                row["valid_from"],
                row["ended"]["valid_to"] if row["ended"] else None,
            )
            for row in answer["recipients"]
        ),
    )


def transparency_table(answer: dict[str, Any]) -> Table:
    """Counts by kind of recipient and quarter."""
    columns, rows = transparency_rows(answer, spoken())
    return table(say("transparency", "heading"), columns, rows)


def _word(kind: str, code: str | None) -> str | None:
    """A code of the register as it is typed, in Dutch in words."""
    return Words("nl").code(kind, code) if code and spoken() == "nl" else code


def _derived(row: dict[str, Any]) -> str | None:
    """Of how many the country is that of the recipient's entry."""
    if not row["country_derived"]:
        return None
    return say("transfers", "derived", row["country_derived"])


def _uncovered(lacks: str | None) -> str | None:
    """Why a decision of adequacy that is there does not help."""
    return say("transfers", "uncovered", in_words("lack", lacks)) if lacks else None


def transfers_table(answer: dict[str, Any]) -> Table:
    """What left the EEA, a row for each country and ground."""
    made = worded(
        "transfers",
        "country ground agreed often to",
        (
            (
                Stack([row["country"], _word("region", row["region"]), _derived(row)]),
                Stack(
                    [
                        _word("mechanism", row["mechanism"]) or say("transfers", "none"),
                        _uncovered(row["lacks"]),
                    ]
                ),
                row["agreement"],
                Stack(
                    [
                        counted("disclosure", row["disclosures"]),
                        counted("data-subject", row["data_subjects"]),
                        say("transfers", "last", row["last"]),
                    ]
                ),
                Stack([row["recipients"], [_kind(one) for one in row["recipient_kinds"]]]),
            )
            for row in answer["transfers"]
        ),
    )
    made.caption = say("transfers", "others", answer["inside_eea"], answer["country_unknown"])
    return made
