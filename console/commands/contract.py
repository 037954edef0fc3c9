"""Commands for upstream teams: what an event looks like, and whether a file is fine."""

from collections.abc import Mapping
from typing import Annotated

import orjson
import typer
from rich.table import Table

from application.language import spoken
from application.lookups import event_types
from application.queries.intake.contract import EventTypeRow, EventTypes
from application.queries.intake.contract import event_types as type_rows
from application.queries.intake.messages import validated
from application.queries.persons.evidence import UnreadString, decoded_string
from application.words import say
from console.commands.failing import fail_unless
from console.flags import AsOffice, Json, Signed, configured, option_of, spoken_to, switch
from console.output import emit, emit_bytes, print_answer
from console.show.evidence import string_table
from console.show.intake import ingested_tables
from console.show.text import worded
from console.streams import opened, place_label
from console.tree import runs_confidential
from consumers.lines import lines
from host.intake import intake_of
from host.settings import Settings
from host.wiring import utc_now
from schemas import ALL_TYPES, EVENT_TYPES, EventType
from schemas.documents import schema_of
from schemas.library import examples_of
from schemas.tc_string import TcFault, decoded
from schemas.texts import texts


def _names() -> list[str]:
    return [entry.name for entry in EVENT_TYPES.values()]


TypeName = Annotated[
    str,
    typer.Argument(
        metavar="TYPE",
        help="Such as consent-given, or its full name.",
        autocompletion=_names,
        callback=option_of(lambda: event_types(EVENT_TYPES.values())),
    ),
]


def _shown() -> Mapping[str, EventType]:
    """What this ledger can record: the types of orders in a confidential one alone."""
    return ALL_TYPES if runs_confidential() else EVENT_TYPES


ShownType = Annotated[
    str,
    typer.Argument(
        metavar="TYPE",
        help="Such as consent-given, or its full name.",
        autocompletion=lambda: [entry.name for entry in _shown().values()],
        callback=option_of(lambda: event_types(_shown().values())),
    ),
]


@spoken_to
def list_types(_: typer.Context, as_json: Json = False) -> None:
    """Print every event type, and which facts it must have."""
    print_answer(EventTypes(type_rows(_shown().values())), _types_table, as_json)


def _types_table(answer: EventTypes) -> Table:
    rows = [(row.name, row.version, _meaning(row), row.required_facts) for row in answer.types]
    return worded("types", "event version meaning must-have", rows)


def _meaning(row: EventTypeRow) -> str:
    """Its title; in Dutch its sentence, with the names of facts where these stand."""
    return texts()[row.name]["nl"] if spoken() == "nl" else row.title


@spoken_to
def show_type(
    _: typer.Context,
    name: ShownType,
    examples: Annotated[
        bool, switch("--examples", "Print the examples instead, one a line.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Print the JSON Schema of an event type, 2020-12, with the data category of each field."""
    entry = newest(name)
    if examples:
        for example in examples_of(entry.name, entry.version).values():
            emit(orjson.loads(example))
    elif as_json:
        emit(schema_of(entry.type))
    else:
        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        emit_bytes(orjson.dumps(schema_of(entry.type), option=options))


def newest(type: str) -> EventType:
    """The newest version of a type by its short name, or the version that its full name says."""
    versions = [entry for entry in ALL_TYPES.values() if type in {entry.name, entry.type}]
    return max(versions, key=lambda entry: entry.version)


@configured("store", "intake")
def validate(
    settings: Settings,
    file: Annotated[str, typer.Argument(metavar="FILE", help="NDJSON; - is standard input.")],
    office: AsOffice = False,
    signed: Signed = False,
    as_json: Json = False,
) -> None:
    """Check every line of a file as `ledger ingest` would, without a ledger.

    Exit status 1 when a line would be rejected. What depends on earlier events is not checked: duplicates,
    erased persons, and who may act on what others said. Where LEDGER_SOURCES is strict, the systems are
    those of the rulebook: what was registered in a ledger, only that ledger knows.
    """
    label, intake = place_label(file, settings, office=office, signed=signed), intake_of(settings)
    with opened(file) as stream:
        answer = validated(label, lines(stream), intake, utc_now())
    print_answer(answer, ingested_tables, as_json)
    fail_unless(answer.rejected == 0)


@spoken_to
def show_tc_string(
    _: typer.Context,
    text: Annotated[str, typer.Argument(metavar="STRING", help="As a consent tool made it.")],
    as_json: Json = False,
) -> None:
    """Print what a TC string says, in words. Exit status 1, and the fault, when it is not a TC string."""
    try:
        string = decoded_string(decoded(text))
    except TcFault as fault:
        reason = say("evidence", "unread", say("tc-fault", fault.name))
        print_answer(UnreadString(fault=fault.name), lambda _: reason, as_json)
        fail_unless(False)
    else:
        print_answer(string, string_table, as_json)
