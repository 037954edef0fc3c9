"""The tampering campaign: everything is altered behind the program's back, and the audit names it.

The alterations are generated from the inventory (`fixtures/alterations.py`, `fixtures/damaged.py`), done as
the superuser with the guards off, and undone. What stays unfound is declared so, and why, in the docs.
"""

import os
import random
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import psycopg
import pytest

from ledger.audit.catalogue import check_catalogue
from ledger.audit.findings import Finding, Findings
from ledger.audit.inventory import inventory
from ledger.errors import LedgerError
from tests.architecture.protection import SERVER, places
from tests.fixtures.alterations import (
    KINDS,
    Alteration,
    Table,
    catalogue_alterations,
    drawn_row_alteration,
    row_alterations,
    server_alterations,
    tables,
    together,
)
from tests.fixtures.damaged import Damage, damages, place_of_file
from tests.fixtures.tampered import OLD, World, world
from tests.fixtures.whole import WHOLE as WHOLE_RUN
from tests.fixtures.whole import News

__all__ = ["world"]

Case = TypeVar("Case")
NAMED, UNPROTECTED, REFUSED = "named", "declared unprotected", "refused"
"""What came of an alteration. Refused: a constraint stands in the way, which the catalogue has."""

TOGETHER = 12
"""So many objects of the catalogue are altered at once."""

WHOLE = 40
"""After one in so many alterations all is audited; else the part that looks there."""


def missing(place: str, what: object, found: Sequence[Finding]) -> str | None:
    """What is wrong with what the audit says, or None."""
    row = inventory().of(place)
    if not row.finds or any(finding.kind in row.finds for finding in found):
        return None
    return f"{what}: {sorted({finding.kind for finding in found})}, not one of {row.finds}"


@pytest.mark.server_catalogue
def test_the_ledger_that_is_altered_is_in_order_and_has_something_in_every_table(
    world: World,
) -> None:
    # The tables as they once were, which are played back, lie in a namespace beside the ledger.
    (beside,) = world.audit(views=True)
    assert beside.detail.startswith(f"namespace {OLD} of the site, with ")
    empty = [t.name for t in tables() if not world.rows(world.names(f"SELECT 1 FROM {t.name}"))]
    assert empty == []


@pytest.mark.parametrize("table", tables(), ids=lambda table: table.name)
def test_what_is_done_to_the_rows_of_a_table_is_named(
    world: World, table: Table, tally: Counter[str]
) -> None:
    unnamed: list[str] = []
    done: set[str] = set()
    news = News()
    for number, alteration in enumerate(shuffled(row_alterations(table))):
        if not news(alteration.place, alteration.what):
            continue
        outcome = altered(world, table, alteration, whole=number % WHOLE == 0)
        if outcome is not None:
            done.add(alteration.place)
            news.tried(alteration.place, alteration.what)
            told = outcome in {NAMED, UNPROTECTED, REFUSED}
            tally[outcome if told else "not named"] += 1
            unnamed += [] if told else [outcome]
    assert unnamed == []
    columns = {f"column {table.name}.{c.plain}" for c in table.written}
    assert done == {f"rows {table.name}", *columns}


DRAWN = int(os.environ.get("LEDGER_DRAWN", "300" if WHOLE_RUN else "12"))
SEED = int(os.environ.get("LEDGER_SEED", "33"))
"""LEDGER_SEED and LEDGER_DRAWN draw others, and more."""


def test_whatever_is_drawn_of_the_rows_is_named_or_declared(
    world: World, tally: Counter[str]
) -> None:
    dice, all_tables = random.Random(SEED), tables()
    by_name = {table.name: table for table in all_tables}
    silent = []
    for _ in range(DRAWN):
        alteration = drawn_row_alteration(dice, all_tables)
        name = alteration.place.split(" ")[1]
        table = by_name.get(name) or by_name[name.rpartition(".")[0]]
        outcome = altered(world, table, alteration, whole=False, by_kind=False) or "unchanged"
        told = outcome in {NAMED, UNPROTECTED, REFUSED, "unchanged"}
        tally[f"drawn {outcome}" if told else "not named"] += 1
        silent += [] if told else [outcome]
    assert silent == []


def altered(
    world: World, table: Table, alteration: Alteration, *, whole: bool, by_kind: bool = True
) -> str | None:
    """What is wrong after an alteration; None when it changed nothing, for want of other rows.

    `by_kind`: it must be a finding of the kinds that the page says; else any finding will do.
    """
    before = world.content(table.name)
    try:
        with world.altered(*alteration.statements):
            if world.content(table.name) == before:
                return None
            if not inventory().of(alteration.place).finds:
                return UNPROTECTED
            found = world.audit_of(table.name, whole=whole)
    except (psycopg.errors.IntegrityError, psycopg.errors.DataError):
        return REFUSED
    if found and not by_kind:
        return NAMED
    return missing(alteration.place, alteration, found) or NAMED


@pytest.mark.server_catalogue
@pytest.mark.parametrize("kind", [*KINDS, SERVER])
def test_what_is_done_to_the_catalogue_is_named(
    world: World, kind: str, tally: Counter[str]
) -> None:
    """The part of the audit that looks there, for all of them; the whole audit for some.

    Several are done at once; one that is not named then is done again by itself.
    """
    made = server_alterations() if kind == SERVER else some(catalogue_alterations(kind))
    unnamed = []
    for number, group in enumerate(together(made, TOGETHER)):
        whole = number % WHOLE == 0
        left = not_named(world, group, whole=whole)
        unnamed += [told for one in left for told in not_named(world, [one], whole=whole).values()]
    tally[NAMED] += len(made) - len(unnamed)
    tally["not named"] += len(unnamed)
    assert unnamed == []
    assert made


def some(made: Iterable[Alteration]) -> list[Alteration]:
    """Each object, and each way to alter one; all that is done to all of them in the whole."""
    news, chosen = News(), []
    for one in shuffled(made):
        if news(one.names, one.what):
            news.tried(one.names, one.what)
            chosen.append(one)
    return chosen


def shuffled(made: Iterable[Case]) -> list[Case]:
    """In another order in each run, which pytest's random seed repeats."""
    cases = [*made]
    random.shuffle(cases)
    return cases


@pytest.mark.campaign
@pytest.mark.server_catalogue
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_done_to_the_catalogue_is_named_by_itself(world: World, kind: str) -> None:
    for alteration in catalogue_alterations(kind):
        assert not_named(world, [alteration], whole=False) == {}


def not_named(world: World, made: Sequence[Alteration], *, whole: bool) -> dict[Alteration, str]:
    """Those that are done, and that the audit does not name; with what it says."""
    statements = [statement for alteration in made for statement in alteration.statements]
    try:
        with world.altered(*statements):
            found = world.audit(views=False) if whole else looked_up(world)
    except psycopg.Error as error:
        if len(made) == 1:
            raise
        return dict.fromkeys(made, str(error))
    said = [one.detail for one in found][:5]
    return {one: f"{one}: {said}" for one in made if not is_named(world, one, found)}


def is_named(world: World, alteration: Alteration, found: Sequence[Finding]) -> bool:
    expected, own = inventory().of(alteration.place).finds, world.own(alteration.names)
    return any(one.kind in expected and own in one.detail for one in found)


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
    unnamed, done, news = [], set(), News()
    for number, damage in enumerate(shuffled(damages(world.root))):
        if not news(damage.place, f"{damage.path}", damage.what):
            continue
        news.tried(damage.place, f"{damage.path}", damage.what)
        done.add(damage.place)
        outcome = damaged(world, damage, whole=number % WHOLE == 0)
        told = outcome in {NAMED, UNPROTECTED}
        tally[outcome if told else "not named"] += 1
        unnamed += [] if told else [outcome]
    assert unnamed == []
    there = {place_of_file(world.root, path) for path in files_of(world.root)}
    assert done - there == {
        "file {log}/checkpoints/DAY, behind its last checkpoint",
        "file {keys}/links/NUMBER.keys, behind its last record",
    }
    assert there - done == set()


def damaged(world: World, damage: Damage, *, whole: bool) -> str:
    with world.untouched_files() as root:
        damage.do(root)
        if not inventory().of(damage.place).finds:
            return UNPROTECTED
        try:
            found = world.audit(views=False) if whole else world.audit_of_content()
        except (
            LedgerError
        ) as error:  # the keys of the log, which `application.auditing` reads before
            found = [Finding(None, "checkpoint", str(error))]
    return missing(damage.place, damage, found) or NAMED


def files_of(root: Path) -> list[Path]:
    return [path for path in sorted(root.rglob("*")) if path.is_file()]
