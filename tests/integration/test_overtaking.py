"""Erasures while batches are in flight: only a batch about the erased person is decided again."""

from collections.abc import Callable, Iterator
from threading import Thread
from typing import Any

import pytest

from ledger.application import Ledger
from ledger.erasure.verdict import Verdict, outright
from ledger.journal.overtaking import HeadState, erased_between, head_state
from ledger.keys.opening import Missing
from ledger.recording.batch import Batch, Outcome
from ledger.recording.intake import Sealer
from ledger.writing.append import Span
from schemas import Code
from tests.fixtures.ledger import House, accessed, collected, registered

STAYS = {"decision": "retain", "ground": "retention-duty", "until": "2034-01-01"}
ERASURES = 40
MESSAGES = 2_000


class Sealings:
    """How often each ledger sealed a batch; `meanwhile` runs once, after the first time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self.meanwhile: Callable[[], object] | None = None
        original = Sealer.seal

        def seal(sealer: Sealer, *arguments: Any) -> Any:
            ready = original(sealer, *arguments)
            self.count += 1
            if self.meanwhile:
                act, self.meanwhile = self.meanwhile, None
                act()
            return ready

        monkeypatch.setattr(Sealer, "seal", seal)


@pytest.fixture
def sealings(monkeypatch: pytest.MonkeyPatch) -> Sealings:
    return Sealings(monkeypatch)


def erase(house: House, reference: str) -> Callable[[], object]:
    eraser = house.eraser()
    return lambda: eraser.erase(reference, [], "request")


def test_an_erasure_of_someone_else_disturbs_no_batch(house: House, sealings: Sealings) -> None:
    house.record(registered(), registered("customer/other"))
    ledger = house.open()
    sealings.count = 0
    sealings.meanwhile = erase(house, "customer/other")
    outcome = house.record(collected(), accessed(), ledger=ledger)
    assert (outcome.recorded, sealings.count) == (2, 1)
    assert house.opener().personal(house.events()[-2])["email"] == "j.devries@example.nl"


@pytest.mark.parametrize(
    "lines",
    [
        [collected()],
        [accessed("customer/other", employee="employee/7"), collected()],
    ],
)
def test_an_erasure_of_its_own_person_makes_a_batch_decide_again(
    house: House, sealings: Sealings, lines: list[dict[str, Any]]
) -> None:
    house.record(registered(), registered("customer/other"))
    ledger = house.open()
    sealings.count = 0
    sealings.meanwhile = erase(house, "customer/10023")
    outcome = house.record(*lines, ledger=ledger)
    assert sealings.count == 2
    assert [rejection.code for _, rejection in outcome.rejections] == [Code.ERASED_SUBJECT]


def test_an_erasure_of_a_person_in_the_facts_makes_a_batch_decide_again(
    house: House, sealings: Sealings
) -> None:
    house.record(accessed(employee="employee/7"))
    ledger = house.open()
    sealings.count = 0
    sealings.meanwhile = erase(house, "employee/7")
    assert house.record(accessed(employee="employee/7"), ledger=ledger).recorded == 1
    assert sealings.count == 2


def test_a_cache_forgets_exactly_who_was_erased(house: House) -> None:
    ledger = house.open()
    house.record(collected(), collected("customer/other"), ledger=ledger)
    streams = [event.stream for event in house.events()]
    held = [ledger.keyring.of(stream) for stream in streams]
    house.eraser().erase("customer/other", ["contact"], "request")
    house.record(registered(), ledger=ledger)
    assert ledger.keyring.of(streams[0]) is held[0]
    assert ledger.keyring.of(streams[1]) is not held[1]


def test_who_was_erased_between_two_moments(house: House) -> None:
    house.record(collected(), collected("customer/other"))
    session = house.session("recorder")
    streams = [event.stream for event in house.events()]
    moments = [head_state(session)]
    for reference in ("customer/10023", "customer/other"):
        house.eraser().erase(reference, ["contact"], "request")
        moments.append(head_state(session))
    assert erased_between(session, moments[0], moments[0]) == frozenset()
    assert erased_between(session, moments[0], moments[1]) == frozenset({streams[0]})
    assert erased_between(session, moments[1], moments[2]) == frozenset({streams[1]})
    assert erased_between(session, moments[0], moments[2]) == frozenset(streams)
    assert erased_between(session, HeadState(-1, -1), moments[2]) is None
    assert erased_between(session, moments[0], HeadState(9, moments[2].batch)) is None


def test_each_of_many_erased_at_once_counts_and_who_only_waits_does_not(house: House) -> None:
    house.record(*(collected(f"customer/{number}") for number in range(3)))
    session = house.session("recorder")
    streams = [event.stream for event in house.events()]
    goes, waits = outright(["contact"], "retention"), Verdict("retention", {"contact": STAYS})
    verdicts = dict(zip(streams, (goes, goes, waits), strict=True))
    before = head_state(session)
    assert len(house.eraser().decide(streams, lambda _: verdicts)) == 3
    after = head_state(session)
    assert (after.erasures, after.batch) == (before.erasures + 2, before.batch + 1)
    assert erased_between(session, before, after) == frozenset(streams[:2])


def recorded_while(ledger: Ledger, batches: Iterator[Batch], busy: Thread) -> list[Outcome]:
    busy.start()
    outcomes = list(ledger.record_each(batches))
    busy.join()
    return outcomes


def test_many_erasures_do_not_starve_large_batches(house: House) -> None:
    """Batches of thousands of messages go through while one person after the other is erased."""
    house.record(*[collected(f"customer/gone-{n}") for n in range(ERASURES)])
    eraser = house.eraser()
    ledger = house.open()

    def erase_all() -> None:
        for number in range(ERASURES):
            eraser.erase(f"customer/gone-{number}", [], "request")

    def batches() -> Iterator[Batch]:
        for start in (0, MESSAGES):
            lines = [collected(f"customer/{start + n}") for n in range(MESSAGES)]
            yield Batch(house.messages(*lines), Span("file:test", 0, start, start + MESSAGES))

    outcomes = recorded_while(ledger, batches(), Thread(target=erase_all))
    assert [outcome.recorded for outcome in outcomes] == [MESSAGES, MESSAGES]
    opener = house.opener()
    for event in house.events()[:: MESSAGES // 4]:
        if not event.ours:
            shown = opener.personal(event)["email"]
            gone = event.position <= ERASURES
            assert shown is Missing.ERASED if gone else shown == "j.devries@example.nl"
