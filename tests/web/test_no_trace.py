"""What a role must not know leaves no trace: two ledgers that differ in that alone give it the same bytes."""

import re
from difflib import unified_diff
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ledger.storage.postgres import Session
from schemas import CATEGORIES
from tests.fixtures.postgres import Templates
from tests.fixtures.whole import WHOLE, examples
from tests.web import console
from tests.web.twin_events import drawn_pairs
from tests.web.twins import COVERS, Asked, Walk, twins

PLACES = 36
ROLES = [*COVERS]
TURNS = (1.0, 1.0) if WHOLE else (0.3, 1.0)
"""Of all answers, so many are asked in the first walk and in the second."""


@pytest.fixture(autouse=True)
def _clock_stands_still(monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers say when they were made, and events when they were recorded, by the clock of the server."""
    row = Session.row

    def stopped(session: Session, name: str, **parameters: Any) -> Any:
        if name == "move_head":
            parameters["recorded_at"] = console.NOW
        return row(session, name, **parameters)

    monkeypatch.setattr(Session, "row", stopped)
    monkeypatch.setattr(console, "clock", lambda: console.NOW)


@pytest.mark.parametrize("role", ROLES)
@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=examples(3),
    deadline=None,
    phases=[Phase.generate],  # a seed has nothing to shrink
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_two_ledgers_that_differ_in_what_is_hidden_give_a_role_the_same_bytes(
    embedded_templates: Templates, role: str, seed: int
) -> None:
    hidden = frozenset(CATEGORIES) - {*COVERS[role]}
    pairs = drawn_pairs(Random(seed), hidden, PLACES)
    with (
        TemporaryDirectory() as folder,
        twins(embedded_templates, Path(folder), pairs) as (one, other),
    ):
        for turn, usual in enumerate(TURNS):  # the second time with the reads of the first
            walks = (Walk(each, role, seed + turn, usual=usual) for each in (one, other))
            compare(*walks)
            assert one.reads() == other.reads()


def compare(one: Walk, other: Walk) -> None:
    asked = 0
    for mine, theirs in zip(one.answers(), other.answers(), strict=True):
        assert not difference(mine, theirs)
        assert mine.status < 500
        asked += 1
    assert asked > 100


def difference(mine: Asked, theirs: Asked) -> list[str]:
    """What differs, line by line; a member or an element to a line."""
    if mine == theirs:
        return []
    one, other = (
        [*re.split(r"(?<=,)|(?<=>)", each.text), *map(str, each.headers)] for each in (mine, theirs)
    )
    lines = unified_diff(one, other, mine.question, theirs.question, n=0, lineterm="")
    return [*lines][:20] or [mine.question, theirs.question]
