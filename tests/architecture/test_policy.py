"""The table of the policy covers every clause, every event type and every rule, and names nothing else."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.core import TyperGroup

import rulebook
from console.main import command_tree
from projections import VIEWS
from rulebook import CLAUSES, Clause
from schemas import ALL_TYPES
from schemas.event_type import EventType
from tests.fixtures.cases import each

# The numbered clauses of the policy; 3.1 has ten subjects.
POLICY = (
    *("1", "2.1", "2.2", "2.3", *("3.1",) * 10, "3.2", "4.1", "4.2", "4.3", "4.4"),
    *("5.1", "5.2", "6", "7", "8", "9", "10"),
)
NUMBERS = list(dict.fromkeys(POLICY))
EACH = pytest.mark.parametrize("clause", CLAUSES, ids=lambda clause: clause.title)


def behind(written: str) -> Iterator[str]:
    """The clauses that an event type names: `3.1, 4.3`, `2.1-2.3`, `Art. 19`."""
    for part in written.split(", "):
        first, _, last = part.replace("\N{EN DASH}", "-").partition("-")
        if last:
            yield from NUMBERS[NUMBERS.index(first) : NUMBERS.index(last) + 1]
        else:
            yield first


def rule_ids() -> set[str]:
    ids = {entry.id for entry in (*rulebook.RULES, *rulebook.ORDER_FINDINGS)}
    ids |= {entry.id for entry in rulebook.MARKETING_RULES}
    ids |= {entry.id for entry in rulebook.RETENTION_RULES}
    ids |= {entry.id for entry in rulebook.ERASURE_RULES}
    ids |= {entry.id for entry in rulebook.PROVISIONS}
    ids |= {entry.id for entry in rulebook.PURPOSES}
    ids |= {entry.id for entry in rulebook.NOTICE_CHECKS}
    return ids | rulebook.DEADLINES.keys() | rulebook.PERIODS.keys()


def test_every_clause_of_the_policy_has_a_row_in_its_order() -> None:
    assert tuple(clause.id for clause in CLAUSES if clause.source == "policy") == POLICY
    titles = [clause.title for clause in CLAUSES]
    assert len(set(titles)) == len(titles)


@EACH
def test_a_row_names_only_what_exists(clause: Clause) -> None:
    commands = command_tree(confidential=True)
    assert isinstance(commands, TyperGroup)
    assert set(clause.events) <= {entry.name for entry in ALL_TYPES.values()}
    assert set(clause.rules) <= rule_ids()
    assert set(clause.views) <= {view.name for view in VIEWS}
    assert set(clause.commands) <= {n for n, c in commands.commands.items() if not c.hidden}
    for names in (clause.events, clause.rules, clause.views, clause.commands):
        assert len(set(names)) == len(names)


@each("entry", ALL_TYPES.values(), ids=lambda entry: entry.name)
def test_every_event_type_stands_under_the_clauses_that_it_names(entry: EventType) -> None:
    assert entry.clause
    rows = {clause.id for clause in CLAUSES if entry.name in clause.events}
    assert set(behind(entry.clause)) <= rows


@each("purpose", rulebook.PURPOSES, ids=lambda purpose: purpose.id)
def test_every_purpose_stands_under_its_clause(purpose: rulebook.Purpose) -> None:
    rows = {clause.id for clause in CLAUSES if purpose.id in clause.rules}
    assert rows, "name the purpose in rulebook/house/clauses.toml"
    assert not purpose.clause or purpose.clause in rows


@each(
    "rule",
    [*rulebook.RULES, *rulebook.ORDER_FINDINGS, *rulebook.NOTICE_CHECKS],
    ids=lambda rule: rule.id,
)
def test_every_rule_stands_under_its_clause(rule: rulebook.Rule | rulebook.NoticeCheck) -> None:
    rows = {clause.id for clause in CLAUSES if rule.id in clause.rules}
    assert rows, "name the rule in rulebook/house/clauses.toml"
    assert not rule.clause or rule.clause in rows


def constant(event: str) -> str:
    """How a test that imports names names an event."""
    return "names." + event.upper().replace("-", "_")


def test_each_clause_of_the_policy_has_questions_and_tests_that_try_it() -> None:
    root, commands = Path(__file__).parents[2], command_tree(confidential=False)
    assert isinstance(commands, TyperGroup)
    for clause in CLAUSES:
        if clause.source != "policy":
            assert (clause.asks, clause.tried_by, clause.lacks) == ((), (), "")
            continue
        assert clause.asks
        assert {ask.split()[0] for ask in clause.asks} <= commands.commands.keys()
        assert clause.tried_by
        for path in clause.tried_by:
            tried = (root / path).read_text("utf-8")
            named = {*clause.events, *clause.rules, *map(constant, clause.events)}
            assert any(name in tried for name in named), (clause.title, path)
