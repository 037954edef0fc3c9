"""Tables about one person: history, state, an erasure."""

from collections.abc import Iterable, Iterator

from msgspec.structs import asdict
from rich.console import RenderableType
from rich.table import Table

from application.answer import given
from application.language import spoken
from application.queries.keeping.deciding import recorded_decisions
from application.queries.keeping.erasure import Erased, Forgotten
from application.queries.persons.evidence import evidence_words
from application.queries.persons.history import Fact, HistoryLine
from application.queries.persons.state import ContractShown, State, Takeover
from application.words import counted, headings, in_words, say
from console.show.text import Stack, field_names, pairs, table, worded
from documents.text import clean
from schemas.encoding import JsonValue
from schemas.texts import field_name

_PREFIX = "nl.voipzeker.ledger."


def history_table(subject: str, lines: Iterable[HistoryLine]) -> Table:
    """Events in the order of time; an annulled one says by what. Facts stand as they were recorded."""
    ordered = sorted(lines, key=lambda line: (line.occurred_at, line.source, line.id))
    rows = ((line.position, _what(line), _facts(line), _values(line)) for line in ordered)
    title = say("history", "title", clean(subject))
    return table(title, headings("history", "position what facts personal"), rows)


def _what(line: HistoryLine) -> Stack:
    ground = " ".join(filter(None, (line.activity, line.legal_basis, line.provision)))
    annulled = say("history", "annulled", line.annulled_by) if line.annulled_by else None
    name = line.type.removeprefix(_PREFIX).rpartition(".")[0]
    return Stack([line.text or name, name, line.occurred_at, ground, annulled])


def _facts(line: HistoryLine) -> Stack:
    facts = [
        f"{name}: {_fact(name, value)}"
        for name, value in line.facts.items()
        if name != "tc_string"  # the evidence below says it decoded
    ]
    return Stack([*facts, *evidence_words(given(line.evidence), spoken())])


def _fact(name: str, value: Fact) -> str:
    if name == "keys_destroyed" and isinstance(value, list):
        return counted("key", len(value))
    if name == "decisions" and isinstance(value, dict):
        return ", ".join(_decided(value))
    return clean(value)


def _decided(decisions: dict[str, JsonValue]) -> Iterator[str]:
    """`contact: erase`, … in the order of the categories."""
    for category, decision in sorted(recorded_decisions(decisions).items()):
        yield f"{category}: {decision.decision}"


def _values(line: HistoryLine) -> Stack:
    return Stack(f"{named_field(name)}: {clean(value)}" for name, value in line.personal.items())


def named_field(name: str) -> str:
    """A field of personal data as it is typed, in Dutch in words."""
    return field_name(name, "nl") if spoken() == "nl" else name


def state_tables(state: State) -> list[RenderableType]:
    """The account, then its personal data."""
    values = {
        "status": say("state", "since", say("account", state.status), state.since),
        "kind": in_words("kind", state.customer_kind),
        "data-subject": state.data_subject,
        "erased": in_words("category", state.erased_categories),
        "restricted": in_words("category", state.restricted_categories or []),
        "position": state.position,
    }
    rows = [
        (in_words("category", category), named_field(field), value)
        for category, fields in state.personal.items()
        for field, value in fields.items()
    ]
    tables: list[RenderableType] = [
        pairs(
            say("state", "title", clean(state.subject)),
            ((say("state", name), value) for name, value in values.items()),
        ),
        worded("state", "category field value", rows, title="personal"),
    ]
    return [*tables, contracts_table(state.contracts)] if state.contracts else tables


def contracts_table(contracts: Iterable[ContractShown]) -> Table:
    """The contracts of a person: whether each runs, since when, and who handed it over to whom."""
    rows = [
        (
            contract.contract_ref,
            say("contracts", contract.status),
            contract.since,
            Stack(_takeover(takeover) for takeover in contract.takeovers or ()),
        )
        for contract in contracts
    ]
    return worded("contracts", "contract status since takeovers", rows)


def _takeover(takeover: Takeover) -> str:
    return say("contracts", "handed", takeover.at, clean(takeover.from_), clean(takeover.to))


def erasure_tables(answer: Erased) -> list[RenderableType]:
    """What was destroyed, and when each place has forgotten."""
    rows = [
        (
            row.data_subject,
            field_names(row.fields) if row.fields else in_words("category", row.categories),
            row.whole_person,
            row.keys_destroyed,
            row.last_position,
        )
        for row in answer.erasures
    ]
    return [
        worded(
            "erased", "data-subject categories whole keys position", rows, clean(answer.subject)
        ),
        forgotten_table(answer.forgotten),
    ]


def forgotten_table(forgotten: Forgotten) -> Table:
    """From when each place has forgotten what was erased."""
    rows = [
        (say("forgotten", place), time or say("forgotten", "overdue"))
        for place, time in asdict(forgotten).items()
    ]
    return pairs(say("forgotten", "title"), rows)
