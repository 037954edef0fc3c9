"""The tampering campaign: everything is altered behind the program's back, and the audit names it.

The alterations are generated from the inventory (`fixtures/alterations.py`, `fixtures/damaged.py`), done as
the superuser with the guards off, and undone. What stays unfound is declared so, and why, in the docs.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

from ledger.audit.catalogue import check_catalogue
from ledger.audit.findings import Finding, Findings
from ledger.audit.inventory import inventory
from ledger.embedded import Server
from ledger.errors import LedgerError
from tests.architecture.protection import SERVER, UNPUBLISHED, places
from tests.fixtures.alterations import (
    KINDS,
    Alteration,
    Table,
    catalogue_alterations,
    row_alterations,
    server_alterations,
    tables,
)
from tests.fixtures.damaged import Damage, damages, place_of_file
from tests.fixtures.postgres import fresh_database
from tests.fixtures.tampered import World, make_world

NAMED, UNPROTECTED, REFUSED = "named", "declared unprotected", "refused"
"""What came of an alteration. Refused: a constraint stands in the way, which the catalogue has."""


@pytest.fixture(scope="module")
def world(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with fresh_database(postgres_server.url) as url:
        made = make_world(url, tmp_path_factory.mktemp("tampered"))
        yield made
        made.connection.close()


def missing(place: str, what: object, found: Sequence[Finding]) -> str | None:
    """What is wrong with what the audit says, or None."""
    row = inventory().of(place)
    if not row.finds or any(finding.kind in row.finds for finding in found):
        return None
    return f"{what}: {sorted({finding.kind for finding in found})}, not one of {row.finds}"


def test_the_ledger_that_is_altered_is_in_order_and_has_something_in_every_table(
    world: World,
) -> None:
    assert world.audit(views=True) == []
    empty = [t.name for t in tables() if not world.rows(world.names(f"SELECT 1 FROM {t.name}"))]
    assert empty == []


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_what_is_done_to_the_rows_of_a_table_is_named(
    world: World, table: Table, tally: Counter[str]
) -> None:
    unnamed: list[str] = []
    done: set[str] = set()
    for alteration in row_alterations(table):
        outcome = altered(world, table, alteration)
        if outcome is not None:
            done.add(alteration.place)
            told = outcome in {NAMED, UNPROTECTED, REFUSED}
            tally[outcome if told else "not named"] += 1
            unnamed += [] if told else [outcome]
    assert unnamed == []
    columns = {f"column {table.name}.{c.plain}" for c in table.written}
    own = {place for place in UNPUBLISHED if place.rpartition(".")[0].endswith(f" {table.name}")}
    assert done == {f"rows {table.name}", *columns, *own}


def altered(world: World, table: Table, alteration: Alteration) -> str | None:
    """What is wrong after an alteration; None when it changed nothing, for want of other rows."""
    before = world.content(table.name)
    try:
        with world.altered(*alteration.statements):
            if world.content(table.name) == before:
                return None
            if not inventory().of(alteration.place).finds:
                return UNPROTECTED
            found = world.audit(views=table.is_view)
    except psycopg.errors.IntegrityError:
        return REFUSED
    return missing(alteration.place, alteration, found) or NAMED


@pytest.mark.parametrize("kind", [*KINDS, SERVER])
def test_what_is_done_to_the_catalogue_is_named(
    world: World, kind: str, tally: Counter[str]
) -> None:
    """The part of the audit that looks there, for all of them; the whole audit for some."""
    made = server_alterations() if kind == SERVER else list(catalogue_alterations(kind))
    unnamed = []
    for number, alteration in enumerate(made):
        with world.altered(*alteration.statements):
            found = world.audit(views=False) if number % 40 == 0 else looked_up(world)
        expected = inventory().of(alteration.place).finds
        named = [
            one.detail
            for one in found
            if one.kind in expected and world.own(alteration.names) in one.detail
        ]
        tally[NAMED if named else "not named"] += 1
        if not named:
            unnamed.append(f"{alteration}: {[one.detail for one in found][:5]}")
    assert unnamed == []
    assert made


def looked_up(world: World) -> Sequence[Finding]:
    findings = Findings()
    with world.as_reader() as session:
        check_catalogue(session, findings)
    return findings.sorted()


def test_every_place_of_the_database_is_altered() -> None:
    made = [alteration for table in tables() for alteration in row_alterations(table)]
    made += [alteration for kind in KINDS for alteration in catalogue_alterations(kind)]
    made += server_alterations()
    untouched = set(places()) - {alteration.place for alteration in made}
    # The server gives these numbers out, and nothing is computed from them but an order.
    given = {"column {events}.rejection_answers.answer", "column {events}.read_notes.note"}
    assert untouched == given
    assert len(made) > 1000


def test_what_is_done_to_a_file_is_named(world: World, tally: Counter[str]) -> None:
    unnamed, done = [], set()
    for damage in damages(world.root):
        done.add(damage.place)
        outcome = damaged(world, damage)
        told = outcome in {NAMED, UNPROTECTED}
        tally[outcome if told else "not named"] += 1
        unnamed += [] if told else [outcome]
    assert unnamed == []
    there = {place_of_file(world.root, path) for path in files_of(world.root)}
    assert done - there == {"file {log}/checkpoints/DAY, behind its last checkpoint"}
    assert there - done == set()


def damaged(world: World, damage: Damage) -> str:
    with world.untouched_files() as root:
        damage.do(root)
        if not inventory().of(damage.place).finds:
            return UNPROTECTED
        try:
            found = world.audit(views=False)
        except (
            LedgerError
        ) as error:  # the keys of the log, which `application.auditing` reads before
            found = [Finding(None, "checkpoint", str(error))]
    return missing(damage.place, damage, found) or NAMED


def files_of(root: Path) -> list[Path]:
    return [path for path in sorted(root.rglob("*")) if path.is_file()]
