"""Bounds of time and days to come: what leaves nothing to find, or is over, is told and not answered."""

from datetime import date

import pytest
import typer

from application.acts.holding import review_day
from console.flags import bounds_of, period_of
from ledger.errors import Misconfigured
from tests.fixtures.console import Cli
from tests.unit.console.test_help import COMMANDS

EARLY, LATE = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
NEEDS = {
    "export": ("--format", "ldv"),
    "history": ("customer/1",),
    "affected": ("BR-1",),
    "access": ("customer/1",),
}
BOUNDED = [
    path
    for path, command in COMMANDS
    if {"--from", "--to"}
    <= {flag for one in getattr(command, "params", ()) for flag in getattr(one, "opts", ())}
]


def test_commands_with_two_bounds_are_known() -> None:
    assert {("history",), ("findings",), ("dead-letters", "list"), ("export",)} <= {*BOUNDED}


@pytest.mark.parametrize("path", BOUNDED, ids=" ".join)
def test_bounds_without_a_time_between_them_are_refused(
    program: Cli, path: tuple[str, ...]
) -> None:
    """Without a ledger: nothing was looked up yet."""
    ran = program(*path, *NEEDS.get(path[-1], ()), "--from", LATE, "--to", EARLY)
    assert ran.status == 2
    assert "--from lies after --to" in ran.err


def test_one_moment_is_a_period_and_one_that_nobody_knew_is_none() -> None:
    assert None not in bounds_of(EARLY, EARLY)
    assert bounds_of(LATE, None)[1] is None
    with pytest.raises(typer.BadParameter, match="--from lies after --as-of"):
        period_of(LATE, None, EARLY)


def test_a_day_to_come_is_today_or_later() -> None:
    today = date(2026, 11, 27)
    assert review_day("2026-11-27", today) == "2026-11-27"
    for text in ("2026-11-26", "soon"):
        with pytest.raises(Misconfigured) as refused:
            review_day(text, today)
        assert refused.value.field == "review_on"
