"""Tables about processing: the register, disclosures, recipients."""

from collections.abc import Iterable, Iterator

from rich.table import Table

from application.answer import Name
from application.language import spoken
from application.queries.disclosures.received import DisclosureShown
from application.queries.disclosures.transfers import TransferRow, Transfers
from application.queries.disclosures.transparency import TransparencyReport
from application.queries.registers.answer import Register, RegisteredActivity
from application.queries.registers.completeness import MissingPoint
from application.queries.registers.retention import Retention
from application.register_words import RegisterWords
from application.source import ERASED
from application.words import counted, in_words, say
from console.show.text import Stack, table, worded
from documents.transparency import transparency_rows
from projections.views.processing_register import Drift
from schemas.texts import field_name


def register_table(answer: Register) -> Table:
    """One row an activity; details are in the exports."""
    rows = (_activity(row) for row in answer.activities)
    columns = "activity observed basis retention drift"
    return worded("register", columns, rows, answer.controller.name)


def _activity(row: RegisteredActivity) -> tuple[object, ...]:
    observed = row.observed
    counts = (
        counted("event", observed.events),
        counted("data-subject", observed.data_subjects),
    )
    return (
        Stack([row.activity, row.name, say("register", "version", row.version)]),
        Stack([", ".join(counts), observed.last]),
        Stack([observed.legal_bases, in_words("category", observed.categories)]),
        Stack(_retention(row.retention)),
        Stack([*map(_drift, row.drift), *map(_lacking, row.missing)]),
    )


def _retention(answer: Retention) -> Iterator[str]:
    """What is overdue; else one word for all of it."""
    if answer.kept is not False:
        yield say("register", "unknown" if answer.kept is None else "kept")
    for row in answer.categories:
        if row.kept is False:
            category = in_words("category", row.category)
            yield say("register", "overdue", category, row.overdue, row.since)


def _drift(drift: Drift) -> str:
    words = RegisterWords(spoken())
    if words.language == "en":
        return f"{drift.kind}: {drift.detail}"
    return f"{words.code('drift', drift.kind)}: {words.drift(drift.kind, drift.detail)}"


def _lacking(point: MissingPoint) -> str:
    words, what, detail = RegisterWords(spoken()), point.what, point.detail
    if words.language == "nl":
        what, detail = words.code("missing", what), words.lacking(what, detail)
    return " ".join(filter(None, (f"Art. {point.article}:", what, detail)))


def disclosures_table(rows: Iterable[DisclosureShown]) -> Table:
    """A row for each disclosure: who received what, when and why."""
    disclosures = list(rows)
    cells = (_disclosure(row) for row in disclosures)
    grid = worded("disclosures", "about given-to for fields", cells)
    if any(row.country_derived for row in disclosures):
        grid.caption = say("disclosures", "derived")
    return grid


def _disclosure(row: DisclosureShown) -> tuple[object, ...]:
    return (
        Stack([_about(row), row.occurred_at]),
        Stack([row.recipient_name or row.recipient, _kind(row.recipient_kind), _country(row)]),
        Stack([in_words("purpose", row.purpose), row.provision or row.legal_basis, row.method]),
        _fields(row.fields) or in_words("category", row.categories),
    )


def _kind(code: str | None) -> str | None:
    """A kind of recipient as it is typed, in Dutch in words."""
    return RegisterWords("nl").recipient_kind(code) if spoken() == "nl" else code


def _fields(names: list[str] | None) -> list[str] | None:
    return [field_name(name, "nl") for name in names] if names and spoken() == "nl" else names


def _country(row: DisclosureShown) -> str | None:
    """The country; that of the recipient's entry, where the event says none, in brackets."""
    return f"[{row.country}]" if row.country_derived and row.country else row.country


def _about(row: DisclosureShown) -> Name:
    if row.membership:
        membership = say("feed", row.membership)
        who = row.subject or say("value", "erased")
        return say(
            "disclosures", "one-of", who, membership, counted("record", row.record_count or 0)
        )
    if row.record_count is not None:
        return counted("record", row.record_count)
    return row.subject or ERASED


def transparency_table(answer: TransparencyReport) -> Table:
    """Counts by kind of recipient and quarter."""
    columns, rows = transparency_rows(answer, spoken())
    return table(say("transparency", "heading"), columns, rows)


def _word(kind: str, code: str | None) -> str | None:
    """A code of the register as it is typed, in Dutch in words."""
    return RegisterWords("nl").code(kind, code) if code and spoken() == "nl" else code


def _derived(row: TransferRow) -> str | None:
    """Of how many the country is that of the recipient's entry."""
    return say("transfers", "derived", row.country_derived) if row.country_derived else None


def _uncovered(lacks: str | None) -> str | None:
    """Why the decision of adequacy about a country does not cover the transfer."""
    return say("transfers", "uncovered", in_words("lack", lacks)) if lacks else None


def transfers_table(answer: Transfers) -> Table:
    """What left the EEA, a row for each country and ground."""
    grid = worded(
        "transfers",
        "country ground agreed often to",
        (
            (
                Stack([row.country, _word("region", row.region), _derived(row)]),
                Stack(
                    [
                        _word("mechanism", row.mechanism) or say("transfers", "none"),
                        _uncovered(row.lacks),
                    ]
                ),
                row.agreement,
                Stack(
                    [
                        counted("disclosure", row.disclosures),
                        counted("data-subject", row.data_subjects),
                        say("transfers", "last", row.last),
                    ]
                ),
                Stack([row.recipients, [_kind(kind) for kind in row.recipient_kinds]]),
            )
            for row in answer.transfers
        ),
    )
    grid.caption = say("transfers", "others", answer.inside_eea, answer.country_unknown)
    return grid
