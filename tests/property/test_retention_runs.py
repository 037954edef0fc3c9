"""What `ledger retention` shows is what a run erases, of whoever and whatever happened to them."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.queries.keeping.periods import clocks_of
from ledger.event import RecordedEvent
from projections.keeping.erasing import (
    PlannedErasure,
    deferrals,
    may_be_due,
    on_period,
    on_request,
    settled,
    steps,
)
from projections.keeping.person import Person, person_of
from projections.use.restricting import restricted
from rulebook.calendar import start_of
from schemas import CATEGORIES, ROLLING_CATEGORIES
from tests.property.test_retention_answers import CATEGORIES as HELD
from tests.property.test_retention_answers import DAYS, LIFE, told
from tests.unit.projections.making import ANNA, CRM, HR, NOON, OFFICE, OURS, erasure, event, values

MOST = 64
NOTHING_HELD: tuple[str | None, ...] = (None,)
NOON_DAY = NOON.date()
WEB: dict[str, Any] = {"activity": "care", "legal_basis": "6-1-a"}
days = st.integers(min_value=-1500, max_value=0)


def relation(name: str, day: int) -> RecordedEvent:
    """Something that begins or ends a relation with a person, or what data rests on."""
    facts: dict[str, Any] = {
        "customer": str(ANNA),
        "customer_kind": "consumer",
        "role": "helpdesk",
        "purpose": "newsletter",
        "channel": "email",
        "text_version": "1",
    }
    return event(name, day * DAYS, source=HR if name in STAFF else CRM, **WEB, **facts)


STAFF = ("employment-started", "employment-ended", "role-granted", "role-revoked")
RELATIONS = (
    *("customer-registered", "account-reactivated"),
    *("portal-account-opened", "portal-account-closed"),
    *("contact-person-added", "contact-person-removed"),
    *("consent-given", "consent-withdrawn"),
    *STAFF,
)


def by_consent(category: str, day: int) -> RecordedEvent:
    """Values that rest on a consent."""
    kept = told(category, day, 1)
    return event(
        "personal-data-collected",
        day * DAYS,
        sealed=kept.sealed,
        categories=kept.categories,
        **WEB,
    )


lives = st.lists(
    st.one_of(
        st.builds(told, st.sampled_from([*LIFE, *HELD]), days, st.integers(1, 2)),
        st.builds(relation, st.sampled_from(RELATIONS), days),
        st.builds(by_consent, st.sampled_from(HELD), days),
    ),
    min_size=1,
    max_size=8,
)
asked = st.lists(
    st.tuples(
        days,
        st.sampled_from(["request", "objection", "consent-withdrawn", "unlawful", "retention"]),
        st.one_of(st.none(), st.sets(st.sampled_from(HELD), min_size=1)),
    ),
    max_size=2,
)
moments = st.one_of(st.integers(0, 400), st.integers(2400, 6000))


def carried_out(person: Person, step: PlannedErasure, day: date) -> list[RecordedEvent]:
    """What the ledger records of a step, at the start of a day."""
    gone = {
        id
        for category in step.erased
        for id, key in person.traces.held.get(category, {}).items()
        for time in (person.traces.sealing[key.at].time,)
        if step.month is None or 12 * time.year + time.month - 1 <= step.month
    }
    at = (start_of(day) - NOON) / timedelta(minutes=1)
    told: dict[str, Any] = {"cause": step.cause, "decisions": step.facts()}
    if step.request_ref:
        told["request_ref"] = step.request_ref
    decided = event("erasure-decided", at, source=OURS, **told)
    return [decided, *([erasure(at, step.erased, sorted(gone))] if step.erased else [])]


class Telling:
    """A person's stream, to which what is decided and erased is added."""

    def __init__(self, life: Sequence[RecordedEvent]) -> None:
        self.events = list(life)

    def person(self) -> Person:
        return person_of(ANNA, self.events, (OFFICE,))

    def take(self, step: PlannedErasure, day: date) -> None:
        self.events += carried_out(self.person(), step, day)

    def run(
        self, day: date, *, decided_only: bool = False
    ) -> list[tuple[Sequence[str], PlannedErasure]]:
        """As `erase_due` does: the first step, then the first of what is due after it.

        Each with the categories of which something was held before it.
        """
        done: list[tuple[Sequence[str], PlannedErasure]] = []
        for _ in range(MOST):
            person = self.person()
            planned = steps(person, day, decided_only=decided_only)
            if not planned:
                return done
            done.append((person.held, planned[0]))
            self.take(planned[0], day)
        raise AssertionError("a run does not end")


def asking(life: Sequence[RecordedEvent], requests: Any) -> list[RecordedEvent]:
    """The life, with what was decided on requests of some days."""
    story = Telling(life)
    numbers = count(1)
    for day, cause, categories in sorted(requests, key=lambda one: one[0]):
        when = NOON_DAY + timedelta(days=day)
        known = [one for one in life if one.time <= start_of(when)]
        past = Telling([*known, *story.events[len(life) :]])
        if past.events and past.person().held:
            ref = f"E-{next(numbers)}" if cause == "request" else None
            wanted = categories and set(categories) & set(past.person().held)
            if wanted or categories is None:
                person = past.person()
                planned = (
                    on_period(person, when, wanted)[:1]
                    if cause == "retention"
                    else [on_request(person, cause, when, ref, wanted)]
                )
                for step in planned:
                    story.events += carried_out(person, step, when)
    return story.events


def named(planned: Sequence[PlannedErasure]) -> list[tuple[Any, ...]]:
    return [(step.cause, step.request_ref, step.month, step.decisions) for step in planned]


@given(lives, asked, moments, st.booleans())
def test_a_run_erases_what_was_shown_and_nothing_else(
    life: list[RecordedEvent],
    requests: Any,
    later: int,
    decided_only: bool,
) -> None:
    day, events = NOON_DAY + timedelta(days=later), asking(life, requests)
    before = Telling(events).person()
    shown = steps(before, day, decided_only=decided_only)
    assert not shown or may_be_due(before, day, decided_only=decided_only)
    ran = Telling(events).run(day, decided_only=decided_only)
    assert named([step for _, step in ran]) == named(shown)
    # Other months are younger.
    assert not [
        step
        for held, step in ran
        if held and step.cause == "retention" and step.month is None
        for category in step.erased
        if category in ROLLING_CATEGORIES
    ]


@given(lives, asked, moments)
def test_the_clocks_that_are_due_are_what_a_run_erases(
    life: list[RecordedEvent], requests: Any, later: int
) -> None:
    day, events = NOON_DAY + timedelta(days=later), asking(life, requests)
    before = Telling(events).person()
    due = {(row.category, row.cause) for row in clocks_of(before, day, every=False) if row.due}
    ran = Telling(events).run(day)
    erased = {
        (category, step.cause)
        for held, step in ran
        for category in held or NOTHING_HELD
        if category in {None, *step.erased}
    }
    assert due == erased


def test_the_last_of_two_requests_that_waited_forgets_the_person() -> None:
    held = [told("contact", -30, 1), told("traffic", -30, 1), told("legal-hold-placed", -20, 1)]
    requests = [(-10, "request", {"contact"}), (-9, "request", {"traffic"})]
    events = asking([*held, told("legal-hold-released", -5, 1)], requests)
    first, last = steps(Telling(events).person(), NOON_DAY)
    assert (first.erased, first.request_ref) == (("contact",), "E-1")
    assert (set(last.erased), last.request_ref) == (set(CATEGORIES), "E-2")
    assert named([step for _, step in Telling(events).run(NOON_DAY)]) == named([first, last])


OLD_AND_NEW = (told("traffic", -300, 1), told("traffic", -5, 1))


@pytest.mark.parametrize("decided_only", [True, False])
def test_what_waited_for_its_period_goes_month_by_month(decided_only: bool) -> None:
    story = Telling([*OLD_AND_NEW, told("legal-hold-placed", -10, 1)])
    (waiting,) = on_period(story.person(), NOON_DAY)
    story.take(waiting, NOON_DAY)
    assert deferrals(story.person().dossier)["traffic"].cause == "retention"
    story.events.append(told("legal-hold-released", 1, 1))
    ran = story.run(NOON_DAY + timedelta(days=2), decided_only=decided_only)
    assert [(step.cause, step.erased, bool(step.month)) for _, step in ran] == [
        ("retention", ("traffic",), True)
    ]
    assert [trace.time for trace in story.person().traces.of("traffic")] == [OLD_AND_NEW[1].time]


PUT_OFF = {"decision": "restrict", "ground": "undisclosed", "rule": "law.erasure.undisclosed"}
"""As ledgers recorded it that had a keep list (ADR 124); none records it without a hold any more."""


def test_what_a_keep_list_once_put_off_is_stored_until_it_goes_month_by_month() -> None:
    story = Telling(OLD_AND_NEW)
    facts: dict[str, Any] = {"cause": "retention", "decisions": {"traffic": PUT_OFF}}
    story.events.append(event("erasure-decided", 1, source=OURS, **facts))
    assert restricted(story.person().dossier) == {"traffic"}
    assert [step.erased for _, step in story.run(NOON_DAY + timedelta(days=1))] == [("traffic",)]
    assert [trace.time for trace in story.person().traces.of("traffic")] == [OLD_AND_NEW[1].time]


def asked_during_a_contract() -> Telling:
    """All was asked to go, and the traffic of two months waits for the end of a contract."""
    story = Telling(
        [told("contract-concluded", -400, 1), *OLD_AND_NEW[1:], told("traffic", -95, 1)]
    )
    story.take(on_request(story.person(), "request", NOON_DAY, "E-1"), NOON_DAY)
    return story


def rest_goes_on_request(story: Telling) -> bool:
    """Whether the rest goes for the request once the contract ended."""
    story.events.append(told("contract-ended", 150, 1))
    ran = story.run(NOON_DAY + timedelta(days=151))
    return [(step.cause, step.request_ref) for _, step in ran] == [("request", "E-1")]


def test_a_month_that_goes_by_its_period_leaves_a_request_waiting_for_the_others() -> None:
    story = asked_during_a_contract()
    (month,) = [step for _, step in story.run(NOON_DAY + timedelta(days=140))]
    assert (month.cause, month.erased, bool(month.month)) == ("retention", ("traffic",), True)
    assert settled([story.person().dossier], "E-1").outcome == "deferred"
    assert rest_goes_on_request(story)


def test_a_later_decision_for_retention_leaves_a_request_waiting() -> None:
    story = asked_during_a_contract()
    (kept,) = on_period(story.person(), NOON_DAY)
    story.take(kept, NOON_DAY + timedelta(days=1))
    assert rest_goes_on_request(story)


def test_what_a_keep_list_once_put_off_leaves_a_request_waiting() -> None:
    story = asked_during_a_contract()
    facts: dict[str, Any] = {"cause": "retention", "decisions": {"traffic": PUT_OFF}}
    story.events.append(event("erasure-decided", 140, source=OURS, **facts))
    assert rest_goes_on_request(story)


def test_who_registers_anew_ends_a_request_that_waited_also_after_a_month_went() -> None:
    story = asked_during_a_contract()
    story.events.append(relation("customer-registered", 10))
    story.run(NOON_DAY + timedelta(days=140))
    assert deferrals(story.person().dossier) == {}


@pytest.mark.parametrize("come_back", [True, False])
def test_what_waited_takes_nothing_that_a_new_relationship_brought(come_back: bool) -> None:
    def mailed(day: int, key: str) -> RecordedEvent:
        known: dict[str, Any] = {"sealed": values(key, email="…"), "categories": ["contact"]}
        return event("personal-data-collected", day * DAYS, **known)

    story = Telling(
        [mailed(-300, "old"), told("dispute-opened", -200, 1), told("account-deactivated", -100, 1)]
    )
    story.take(on_request(story.person(), "request", NOON_DAY, "E-1"), NOON_DAY)
    assert deferrals(story.person().dossier)["contact"].cause == "request"
    back = [event("order-placed", 40 * DAYS, large_order=False), mailed(45, "new")]
    story.events += [*(back if come_back else ()), told("dispute-closed", 50, 1)]
    ran = [step for _, step in story.run(NOON_DAY + timedelta(days=60))]
    assert [(step.cause, step.request_ref) for step in ran] == [("request", "E-1")]
    assert (ran[0].month is not None) is come_back
    held = story.person().traces.held
    assert list(held.get("contact", {})) == (["new"] if come_back else [])
    assert settled([story.person().dossier], "E-1").outcome == "granted"
