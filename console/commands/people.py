"""Commands about persons: history, state, find, erase."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Annotated

import typer
from rich.table import Table

from application.command_line import command
from application.following import bring_up_to_date
from application.language import spoken
from application.lookups import fields as fields_called
from application.queries.keeping.erasure import erased
from application.queries.period import ALWAYS
from application.queries.persons.everyone import all_states
from application.queries.persons.history import HistoryRange, history
from application.queries.persons.search import (
    FoundPersons,
    find,
    is_searchable,
    make_searchable,
)
from application.queries.persons.state import state
from application.queries.subjects import check_person, check_reference
from application.source import Source
from application.words import counted
from console.commands.approving import need_second_person
from console.flags import (
    AtMoment,
    Json,
    Limit,
    Within,
    code_option,
    configured,
    option_of,
    switch,
    time_of,
)
from console.output import emit_lines, people, print_answer, standard_output
from console.show.person import erasure_tables, history_table, named_field, state_tables
from console.show.text import worded
from console.streams import MOST_VALUE
from documents.messages import told
from host.notes import tell
from host.settings import Settings
from host.site import Site
from host.wiring import open_site
from ledger.crypto.layouts import BLIND_FIELDS
from ledger.erasure.verdict import GROUNDS, Ground
from ledger.errors import Misconfigured, Pruned, Retry
from ledger.keys.rotation import epochs
from ledger.reading import head_position
from projections.folds.timetravel import NOW, Moment
from projections.following.derive import missing_through
from schemas import CATEGORIES, PERSONAL_FIELDS

Subject = Annotated[str, typer.Argument(metavar="SUBJECT", help="Such as customer/10023.")]
OptionalSubject = Annotated[
    str | None, typer.Argument(metavar="[SUBJECT]", help="Such as customer/10023.")
]
FieldOptions = Annotated[
    list[str] | None,
    code_option(
        "--field",
        "F",
        PERSONAL_FIELDS,
        "A personal field to erase; may be repeated.",
        names=lambda: fields_called(PERSONAL_FIELDS),
    ),
]
CategoryOptions = Annotated[
    list[str] | None,
    code_option(
        "--category",
        "C",
        CATEGORIES,
        "A category to erase; may be repeated. Without it: the whole person.",
    ),
]
All = Annotated[bool, switch("--all", "Every customer and contact person, a line each.")]


@contextmanager
def reading(
    settings: Settings, query: str, moment: Moment = NOW, about: str | None = None
) -> Iterator[tuple[Site, Source]]:
    """An open ledger and the source of answers; at the end it says how many values are lost.

    `query`: the command, as the record of reads names it. The answer is printed inside, so that it does
    not wait for that record. `moment`: what the answer is of. `about`: the one person whom it is about.
    Exit status 1 when a key is missing although no erasure destroyed it.
    """
    with open_site(settings) as site:
        source = site.source(query)
        # Say of a moment that the ledger has not reached yet that its answer will change.
        position, recorded_by = moment.at_position, moment.recorded_by
        if position is not None and position > (head := head_position(source.session)):
            tell("position-to-come", position, head)
        if recorded_by is not None and recorded_by > source.now:
            tell("time-to-come")
        with recording_reads(site), _telling_of_missing(source, moment, about):
            yield site, source
    # After the answer: a value that cannot be opened keeps no other value from being shown.
    if source.lost:
        tell("lost", counted("value", source.lost))
        raise typer.Exit(1)


@contextmanager
def _telling_of_missing(source: Source, moment: Moment, about: str | None) -> Iterator[None]:
    """Say of an answer about many persons of the past that pruned files are missing from it.

    Where too little is left for an answer, the refusal says so alone.
    """
    through = missing_through(source.session, moment) if about is None else 0
    try:
        yield
    except Pruned:
        through = 0
        raise
    finally:
        if through:
            tell("files-missing", through)


@contextmanager
def recording_reads(site: Site) -> Iterator[None]:
    """Record what was read when the answer is out, also when the command fails on the way.

    An answer that is out stays out: a record that cannot be written now waits for the next command.
    """
    try:
        yield
        standard_output().flush()
    finally:
        try:
            site.record_reads()
        except (Misconfigured, Retry) as error:
            tell("read-waits", told(str(error)))


@configured("store")
def show_history(
    settings: Settings,
    subject: Subject,
    moment: AtMoment = NOW,
    period: Within = ALWAYS,
    limit: Limit = None,
    as_json: Json = False,
) -> None:
    """Print every event of a person, opened: by time; with --json by position, one object a line."""
    check_reference(subject)
    part = HistoryRange(period, limit)
    with reading(settings, "history", moment, subject) as (_, source):
        lines = history(source, subject, moment, spoken(), part)
        if as_json:
            emit_lines(lines)
        else:
            people().print(history_table(subject, lines))


@configured("store")
def show_state(
    settings: Settings,
    subject: OptionalSubject = None,
    everyone: All = False,
    moment: AtMoment = NOW,
    as_json: Json = False,
) -> None:
    """Print what is known of a person now, or was at a moment of the past."""
    reference = one_or_all(subject, everyone)
    with reading(settings, "state", moment, subject) as (site, source):
        if reference is None:
            prepare(site, moment)
            emit_lines(all_states(source, moment))
        else:
            print_answer(state(source, reference, moment), state_tables, as_json)


def one_or_all(subject: str | None, everyone: bool) -> str | None:
    """The person that is asked for, None for everyone."""
    if (subject is None) != everyone:
        raise typer.BadParameter("name one SUBJECT, or --all")
    if subject is not None:
        check_person(subject)
    return subject


@contextmanager
def working(
    settings: Settings, query: str, at: str | None
) -> Iterator[tuple[Site, Source, datetime]]:
    """An open ledger with its views up to date, and the time (`--at`) at which something is done."""
    time = time_of("--at", at)
    with reading(settings, query) as (site, source):
        bring_up_to_date(site)
        yield site, source, time or source.now


def prepare(site: Site, moment: Moment) -> None:
    """Only the present is read from the views."""
    if moment == NOW:
        bring_up_to_date(site)


@configured("store")
def show_found(
    settings: Settings,
    field: Annotated[
        str,
        typer.Argument(
            metavar="FIELD",
            autocompletion=lambda: sorted(BLIND_FIELDS),
            callback=option_of(lambda: fields_called(BLIND_FIELDS)),
        ),
    ],
    as_json: Json = False,
) -> None:
    """Find who has or had a value, such as an e-mail address.

    FIELD is email, invoice_email, mobile_number, fixed_number, iban or kvk_number. The value is read from
    standard input (`printf %s a@example.nl | ledger find email`), or asked for on a terminal: arguments
    are visible to others.
    """
    value = value_given(named_field(field), field)
    with reading(settings, "find") as (site, source):
        if not is_searchable(source):
            tell("searchable")
            make_searchable(site)
        answer = find(source, field, value)
        print_answer(answer, partial(_found_table, field), as_json)


def _found_table(field: str, answer: FoundPersons) -> Table:
    rows = [(row.subject, row.current) for row in answer.subjects]
    return worded("state", "subject has-it", rows, named_field(field), title="had")


def value_given(prompt: str, name: str | None = None) -> str:
    """A value of a person from standard input, or asked for on a terminal. `name`: of it, in an error."""
    if sys.stdin.isatty():
        # Hidden and on standard error: the value is in no scrollback and in no pipe.
        value: str = typer.prompt(prompt, err=True, hide_input=True)
    else:
        value = sys.stdin.readline(MOST_VALUE + 1)
    if not value.strip() or len(value) > MOST_VALUE:
        raise typer.BadParameter(f"no value: give the {name or prompt} on standard input")
    return value.strip()


@configured("store")
def erase(
    settings: Settings,
    subject: Subject,
    ground: Annotated[str, code_option("--ground", "G", GROUNDS, "{}")],
    category: CategoryOptions = None,
    field: FieldOptions = None,
    as_json: Json = False,
) -> None:
    """Destroy the keys of a person's data, without a question. Nothing brings the data back.

    With --field only these values go; the ledger seals the others under their keys again.
    """
    check_reference(subject)
    categories, fields = category or [], field or []
    if categories and fields:
        raise typer.BadParameter("name categories or fields, not both", param_hint="--field")
    with open_site(settings) as site:
        again = command("erase", subject, category=categories, field=fields, ground=ground)
        what = [sorted(categories), *([sorted(fields)] if fields else []), ground]
        need_second_person(site, "erasure", what, again, about=subject)
        eraser = site.eraser()
        erasures = (
            eraser.erase_fields(subject, fields, ground_of(ground))
            if fields
            else eraser.erase(subject, categories, ground_of(ground))
        )
        epoch = epochs(site.session("reader"), site.provider)
        answer = erased(subject, ground, erasures, epoch.started_at, site.clock())
    print_answer(answer, erasure_tables, as_json)


def ground_of(text: str) -> Ground:
    """The ground of an erasure. Raises BadParameter for another one."""
    ground = next((ground for ground in GROUNDS if ground == text), None)
    if ground is None:
        raise typer.BadParameter(f"the ground of an erasure: expected one of {', '.join(GROUNDS)}")
    return ground
