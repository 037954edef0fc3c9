"""Who is a party to a contract, by any acts in any order: retention, decisions and state follow it."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from ledger.event import RecordedEvent
from projections.dossier.contracts import contracts_of
from projections.folds.timetravel import Moment, counting, select
from projections.keeping.erasing import on_request, steps
from projections.keeping.person import Person, person_of
from schemas import CATEGORIES
from tests.unit.projections.making import ANNA, BERT, NOON, OFFICE, SPACE, annulment, event, values

CARL = uuid5(SPACE, "carl")
PERSONS = (ANNA, BERT, CARL)
TODAY, LATER = date(2026, 6, 1), date(2040, 1, 1)


class Act(NamedTuple):
    """Something that happened to a contract: `ended` or `concluded` for one party, or handed over."""

    name: str
    ref: str
    party: UUID
    new: UUID


acts = st.lists(
    st.builds(
        Act,
        st.sampled_from(["concluded", "ended", "taken-over", "taken-over"]),
        st.sampled_from(["K-1", "K-2"]),
        st.sampled_from(PERSONS),
        st.sampled_from(PERSONS),
    ),
    max_size=8,
)


def told(found: Sequence[Act]) -> list[RecordedEvent]:
    """The events of acts, a minute apart; of a takeover one for each party."""
    events: list[RecordedEvent] = []
    for minute, act in enumerate(found):
        name = f"contract-{act.name}"
        facts: dict[str, Any] = {"contract_ref": act.ref}
        if act.name != "taken-over":
            events.append(event(name, minute, stream=act.party, **facts))
            continue
        facts |= {"from_customer": str(act.party), "to_customer": str(act.new)}
        for who in {act.party, act.new}:
            events.append(event(name, minute, stream=who, **facts))
    return events


def parties(found: Sequence[Act]) -> set[tuple[UUID, str]]:
    """Who runs which contract, act after act."""
    running: set[tuple[UUID, str]] = set()
    for act in found:
        running.discard((act.party, act.ref))
        if act.name != "ended":
            running.add((act.new if act.name == "taken-over" else act.party, act.ref))
    return running


def person(who: UUID, events: Sequence[RecordedEvent]) -> Person:
    """Somebody of whom an address to write to is held."""
    data = event("personal-data-collected", -9, stream=who, sealed=values("k", email="…"))
    mine = [one for one in events if one.stream == who]
    return person_of(who, [data, *mine], (OFFICE,))


def running(events: Sequence[RecordedEvent], who: UUID) -> set[str]:
    mine = [one for one in events if one.stream == who]
    return {one.contract_ref for one in contracts_of(mine) if one.status == "running"}


@given(acts, st.randoms(use_true_random=False))
def test_whoever_runs_a_contract_is_kept_and_nobody_else_is(
    found: list[Act], chance: object
) -> None:
    events = told(found)
    chance.shuffle(events)  # type: ignore[attr-defined]
    expected = parties(found)
    for who in PERSONS:
        refs = {ref for party, ref in expected if party == who}
        one = person(who, events)
        step = on_request(one, "request", TODAY)
        reasons = step.decisions["contact"].reasons
        assert {reason.ref for reason in reasons if reason.ground == "contract"} == refs
        assert bool(refs) == (step.decisions["contact"].decision == "retain")
        whole = set(step.erased) == set(CATEGORIES)
        assert whole is not bool(refs)
        assert running(events, who) == refs
        if refs:
            assert steps(one, LATER) == []
        elif any(event.stream == who for event in events):
            due = [(step.cause, step.is_of_entries) for step in steps(one, LATER)]
            assert due == [("retention", False), ("retention", True)]


@given(acts, st.integers(min_value=-1, max_value=8))
def test_the_parties_of_an_earlier_time_are_those_of_the_acts_until_then(
    found: list[Act], minute: int
) -> None:
    events = told(found)
    as_of = Moment(as_of=NOON + timedelta(minutes=minute, seconds=1))
    expected = parties(found[: minute + 1])
    for who in PERSONS:
        mine = [one for one in events if one.stream == who]
        counted = select(mine, as_of, (OFFICE,)).counted
        assert running(counted, who) == {ref for party, ref in expected if party == who}


@given(acts, st.integers(min_value=0, max_value=7))
def test_an_act_that_was_a_mistake_never_was(found: list[Act], place: int) -> None:
    if not found:
        return
    wrong = place % len(found)
    events = told(found)
    minute = NOON + timedelta(minutes=wrong)
    events += [annulment(60, one) for one in events if one.time == minute]
    expected = parties(found[:wrong] + found[wrong + 1 :])
    for who in PERSONS:
        counted = counting([one for one in events if one.stream == who], (OFFICE,))
        assert running(counted, who) == {ref for party, ref in expected if party == who}


def test_what_happened_at_once_goes_by_the_producer_s_sequence_and_an_end_last() -> None:
    there: dict[str, Any] = {
        "contract_ref": "K-1",
        "from_customer": str(ANNA),
        "to_customer": str(BERT),
    }
    back: dict[str, Any] = {
        "contract_ref": "K-1",
        "from_customer": str(BERT),
        "to_customer": str(ANNA),
    }
    events = [
        event("contract-taken-over", 1, stream=who, sequence=number, **facts)
        for number, facts in ((1, there), (2, back))
        for who in (ANNA, BERT)
    ]
    assert (running(events, ANNA), running(events, BERT)) == ({"K-1"}, set())
    ended = event("contract-ended", 1, contract_ref="K-1")
    assert running([*events, ended], ANNA) == set()


def test_a_takeover_between_others_makes_nobody_else_a_party() -> None:
    facts: dict[str, Any] = {
        "contract_ref": "K-1",
        "from_customer": str(BERT),
        "to_customer": str(CARL),
    }
    assert contracts_of([event("contract-taken-over", 1, **facts)]) == []
