"""What retention shows of a ledger of many people is what a run then erases, as the years go by."""

from collections.abc import Iterable
from typing import Any

from application.acts.deciding import due_steps, erase_due
from application.following import bring_up_to_date
from application.queries.keeping.erasures import CarriedOut, Due
from rulebook.calendar import day_of
from sample.generating import generate
from tests.fixtures.deciding import Home

CUSTOMERS, EVENTS = 60, 1_500
# The longest duty is over after seven years, and the person is forgotten seven years later.
DAYS = (0, 60, 200, 300, 500, 800, 1_000, 2_500, 3_000)


def named(steps: Iterable[Due | CarriedOut]) -> list[tuple[Any, ...]]:
    """What goes of whom, and why, in an order of its own."""
    told = [
        (one.stream, one.step.cause, one.step.request_ref, one.step.month, one.step.erased)
        for one in steps
    ]
    return sorted(told, key=repr)


def test_a_run_erases_what_was_shown_whatever_the_year(home: Home) -> None:
    told = generate(seed=1, customers=CUSTOMERS, events=EVENTS, until=home.clock())
    assert home.house.record(*told).rejections == ()
    causes, entries = set(), 0
    for later in DAYS:
        today = day_of(home.clock.forward(days=later))
        bring_up_to_date(home.site)
        shown = list(due_steps(home.site.session("reader"), today))
        assert named(erase_due(home.site)) == named(shown)
        bring_up_to_date(home.site)
        assert list(due_steps(home.site.session("reader"), today)) == []
        causes |= {one.step.cause for one in shown}
        entries += sum(one.step.is_of_entries for one in shown)
    assert {"retention", "consent-withdrawn"} <= causes
    assert entries
