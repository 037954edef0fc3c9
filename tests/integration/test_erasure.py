"""Forgetting on a real database: what opens before an erasure and what never opens again."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest

from ledger.crypto.sealing import month_of
from ledger.erasure.eraser import Bounds, Eraser
from ledger.erasure.pending import pending
from ledger.errors import Halt, IncompleteErasure, KeyLost, OnHold, UnknownSubject
from ledger.event import RecordedEvent, check_entry_size
from ledger.journal.entries import ErasureEntry, ErasureJournal
from ledger.keys.opening import Missing, Opener
from ledger.keys.rotation import epochs, rotate
from ledger.letters.dead import expire_letters, letters
from ledger.storage.frames import unframed
from rulebook import period
from schemas import CATEGORIES, Code
from tests.fixtures.ledger import ACCOUNTABILITY, House, accessed, collected, message, registered

PERSONAL = {"name": "J. de Vries", "email": "j.devries@example.nl"}


def opened(house: House, event: RecordedEvent) -> dict[str, object]:
    return house.opener().personal(event)


def consent(**members: object) -> dict[str, object]:
    facts = {
        "purpose": "newsletter",
        "text_version": "1",
        "method": "tick-box",
        "channel": "portal",
    }
    return message("consent-given", "customer/10023", **(facts | members))


def call(at: str) -> dict[str, object]:
    return collected(
        time=at,
        categories=["traffic"],
        personal={"called_number": "+31201234567"},
        origin="network",
    )


def test_an_erased_category_never_opens_again_and_others_do(house: House) -> None:
    house.record(collected())
    (result,) = house.eraser().erase("customer/10023", ["contact"], "request")
    event, decided, erased = house.events()
    assert opened(house, event) == {"name": "J. de Vries", "email": Missing.ERASED}
    assert not result.whole
    assert decided.facts["decisions"] == {"contact": {"decision": "erase", "ground": "request"}}
    assert erased.facts["keys_destroyed"] == [event.sealed["contact"].key]
    assert erased.ours
    assert erased.stream == event.stream


def test_a_damaged_key_of_another_category_stops_no_erasure(house: House) -> None:
    house.record(collected())
    with psycopg.connect(house.url) as connection:
        damage = (
            f"UPDATE {house.ledger.keys}.data_keys SET wrapped = '' WHERE category = 'identity'"
        )
        assert connection.execute(damage.encode()).rowcount == 1
    (result,) = house.eraser().erase("customer/10023", ["contact"], "request")
    event, *_ = house.events()
    assert result.keys == (event.sealed["contact"].key,)
    with pytest.raises(Halt):
        house.eraser().erase("customer/10023", ["identity"], "request")


def test_a_whole_person_leaves_a_tombstone_and_facts(house: House) -> None:
    house.record(registered(), collected(), accessed())
    (result,) = house.eraser().erase("customer/10023", [], "request")
    assert result.whole
    (period,) = house.opener().periods("customer/10023")
    assert period.subject == result.subject
    assert period.erased_through == house.clock()
    assert house.opener().references([period.subject]) == {}
    assert set(opened(house, house.events()[1]).values()) == {Missing.ERASED}
    assert set(house.events()[-1].facts["categories"]) == set(CATEGORIES)
    with pytest.raises(UnknownSubject):
        house.eraser().erase("customer/10023", [], "request")


def test_values_from_before_an_erasure_are_refused_later_ones_get_a_new_key(house: House) -> None:
    house.record(collected())
    house.eraser().erase("customer/10023", ["identity", "contact"], "consent-withdrawn")
    late = house.record(collected(time="2026-11-24T11:00:00Z"))
    assert [rejection.code for _, rejection in late.rejections] == [Code.ERASED_SUBJECT]
    house.clock.forward(days=1)
    again = house.record(
        consent(time="2026-11-25T09:00:00Z", categories=["identity", "contact"], personal=PERSONAL)
    )
    assert again.recorded == 1
    first, *_, last = house.events()
    assert opened(house, last) == PERSONAL
    assert set(opened(house, first).values()) == {Missing.ERASED}
    assert first.stream == last.stream


@pytest.mark.parametrize(("hours", "rejected"), [(-1, 1), (0, 1), (1, 0)])
def test_a_period_ends_with_what_was_held_and_later_values_still_come(
    house: House, hours: int, rejected: int
) -> None:
    """What a customer who is back gave on the day before the run may reach the ledger after it."""
    both = {"categories": ["identity", "contact"], "personal": PERSONAL}
    house.record(collected(time="2026-11-20T10:00:00+01:00"))
    house.eraser().erase("customer/10023", ["identity", "contact"], "retention")
    late = house.record(consent(time=f"2026-11-20T{10 + hours:02}:00:00+01:00", **both))
    assert [why.code for _, why in late.rejections] == [Code.ERASED_SUBJECT] * rejected


def test_a_new_registration_after_a_whole_erasure_is_a_new_data_subject(house: House) -> None:
    house.record(registered(), collected())
    house.eraser().erase("customer/10023", [], "request")
    house.clock.forward(days=10)
    outcome = house.record(
        registered(time="2026-12-01T10:00:00Z"),
        collected(time="2026-12-01T10:05:00Z"),
        accessed(time="2026-11-01T10:00:00Z"),
    )
    assert outcome.recorded == 3
    events = house.events()
    new = events[-3].stream
    assert new != events[0].stream
    assert events[-2].stream == new
    assert events[-1].stream == events[0].stream
    assert opened(house, events[-2]) == PERSONAL
    assert [p.subject for p in house.opener().periods("customer/10023")] == [events[0].stream, new]


def test_a_repeat_after_an_erasure_is_a_duplicate_even_with_other_content(house: House) -> None:
    event = collected()
    house.record(event)
    house.eraser().erase("customer/10023", [], "request")
    changed = event | {"time": "2026-11-24T10:16:00+01:00"}
    outcome = house.record(event, changed)
    assert (outcome.duplicates, outcome.rejections) == (2, ())


def test_a_consumer_that_sealed_before_an_erasure_decides_again(house: House) -> None:
    ledger = house.open()
    house.record(collected(), ledger=ledger)  # its cache holds the keys
    house.eraser().erase("customer/10023", [], "request")
    outcome = house.record(collected(), ledger=ledger)
    assert [rejection.code for _, rejection in outcome.rejections] == [Code.ERASED_SUBJECT]


def test_an_erasure_deletes_the_persons_dead_letters(house: House) -> None:
    house.record(collected(personal={"name": "J. de Vries", "email": "no address"}), b"no json")
    assert len(house.session("reader").rows("letters")) == 2
    house.record(collected())
    (result,) = house.eraser().erase("customer/10023", ["identity"], "request")
    assert result.dead_letters == 1
    assert [row[1] for row in house.session("reader").rows("letters")] == ["not-json"]


def test_a_dead_letter_goes_when_its_day_is_so_many_days_past(house: House) -> None:
    house.record(b"bad")
    (letter,) = letters(house.session("reader"))
    kept = period("dead-letter-retention")
    day = datetime.combine(letter.day, time.min, UTC)
    last = day + kept + timedelta(days=1)
    for now, left in ((last - timedelta(seconds=1), 1), (last, 0)):
        expire_letters(house.session("eraser"), house.ledger, house.chain(), now, kept)
        assert len(letters(house.session("reader"))) == left


def test_the_month_of_a_rolling_category_expires_and_later_ones_stay(house: House) -> None:
    house.record(
        call("2026-08-15T10:00:00Z"), call("2026-10-15T10:00:00Z"), call("2026-11-15T10:00:00Z")
    )
    august, october, november = house.events()
    assert len({e.sealed["traffic"].key for e in (august, october, november)}) == 3
    limit = month_of(datetime(2026, 10, 1, tzinfo=UTC))
    (result,) = house.eraser().expire("customer/10023", "traffic", limit, "retention")
    assert august.sealed["traffic"].key in result.keys
    assert october.sealed["traffic"].key in result.keys
    assert november.sealed["traffic"].key not in result.keys
    assert opened(house, august) == {"called_number": Missing.ERASED}
    assert opened(house, october) == {"called_number": Missing.ERASED}
    assert opened(house, november) == {"called_number": "+31201234567"}
    outcome = house.record(call("2026-10-20T10:00:00Z"), call("2026-11-20T10:00:00Z"))
    assert [rejection.code for _, rejection in outcome.rejections] == [Code.ERASED_SUBJECT]
    assert opened(house, house.events()[-1]) == {"called_number": "+31201234567"}


def mailed(time: str) -> dict[str, Any]:
    return collected(
        time=time, personal={"email": f"{time[:7]}@example.nl"}, categories=["contact"]
    )


def test_months_of_a_lasting_category_expire_and_later_ones_stay(house: House) -> None:
    """Also one that arrives late gets a key of its own, which opens nothing else."""
    house.record(
        *map(mailed, ("2020-08-15T10:00:00Z", "2020-08-20T10:00:00Z", "2026-11-15T10:00:00Z"))
    )
    house.record(mailed("2019-01-15T10:00:00Z"))
    august, again, november, january = house.events()
    keys = [event.sealed["contact"].key for event in (august, again, november, january)]
    assert (keys[0] == keys[1], len(set(keys))) == (True, 3)
    limit = month_of(datetime(2020, 9, 1, tzinfo=UTC))
    (result,) = house.eraser().expire("customer/10023", "contact", limit, "retention")
    assert set(result.keys) == {keys[0], keys[3]}
    assert [opened(house, event)["email"] for event in (august, again, january)] == [
        Missing.ERASED
    ] * 3
    assert opened(house, november) == {"email": "2026-11@example.nl"}
    outcome = house.record(*map(mailed, ("2020-09-30T10:00:00Z", "2020-10-01T10:00:00Z")))
    assert [rejection.code for _, rejection in outcome.rejections] == [Code.ERASED_SUBJECT]
    assert opened(house, house.events()[-1]) == {"email": "2020-10@example.nl"}
    assert opened(house, november) == {"email": "2026-11@example.nl"}


def test_an_earlier_month_that_arrives_late_gets_a_key_of_its_own(house: House) -> None:
    house.record(call("2026-10-15T10:00:00Z"))
    house.record(
        call("2026-03-15T10:00:00Z"), call("2026-04-15T10:00:00Z"), call("2026-11-01T10:00:00Z")
    )
    assert [opened(house, event) for event in house.events()] == [
        {"called_number": "+31201234567"}
    ] * 4
    house.eraser().erase("customer/10023", ["traffic"], "retention")
    assert all(opened(house, e) == {"called_number": Missing.ERASED} for e in house.events()[:4])


def test_a_key_that_is_missing_without_an_erasure_is_lost(house: House) -> None:
    house.record(collected())
    house.session(None).script("DELETE FROM data_keys WHERE category = 'contact'", {})
    assert opened(house, house.events()[0]) == {"name": "J. de Vries", "email": Missing.LOST}


def guarded(house: House, *answers: dict[str, list[str]]) -> Eraser:
    """An eraser that is told of holds each time that it asks; the last answer stays."""
    left = list(answers)
    session = house.session("eraser")
    opener = Opener(session, house.provider, house.ledger)

    def guard(_: Sequence[RecordedEvent]) -> dict[str, list[str]]:
        return left.pop(0) if len(left) > 1 else left[0]

    bounds = Bounds(ACCOUNTABILITY, guard)
    return Eraser(session, opener, house.journal, house.ledger, house.clock, bounds)


HELD = {"contact": ["H-1"]}


@pytest.mark.parametrize(("answers", "erased"), [((HELD,), 0), (({}, HELD), 0), (({}, {}), 2)])
def test_a_hold_on_one_of_two_data_subjects_keeps_both(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    answers: tuple[dict[str, list[str]], ...],
    erased: int,
) -> None:
    """Two data subjects under one reference go in one transaction."""
    house.record(collected("customer/1"), collected("customer/2"))
    both = [event.stream for event in house.events()]
    monkeypatch.setattr(Opener, "live_subjects", lambda _opener, _reference: both)
    with nullcontext() if erased else pytest.raises(OnHold, match="H-1"):
        guarded(house, *answers).erase("customer/1", ["contact"], "request")
    assert len(house.journal.entries()) == erased


def test_rotation_rewraps_and_destroys_the_old_epoch_key(house: House) -> None:
    house.record(collected())
    old = house.provider.commitment(1)
    done = rotate(house.session("eraser"), house.provider, house.ledger, house.clock())
    assert (done.epoch, done.destroyed) == (2, (1,))
    assert done.rewrapped >= 4
    assert house.provider.epochs() == [2]
    assert house.provider.commitment(2) != old
    with pytest.raises(KeyLost):
        house.provider.commitment(1)
    assert opened(house, house.events()[0]) == PERSONAL
    assert house.record(collected()).recorded == 1
    assert epochs(house.session("eraser"), house.provider).current == 2


@pytest.mark.parametrize(
    "step", ["retire_epochs", "rewrap_data_keys", "rewrap_ledger_key", "add_epoch"]
)
def test_an_interrupted_rotation_is_completed_by_the_next(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    house.record(collected())
    session = house.session("eraser")
    run = session.run
    monkeypatch.setattr(
        session, "run", lambda name, /, **p: _fail() if name == step else run(name, **p)
    )
    with pytest.raises(KilledError):
        rotate(session, house.provider, house.ledger, house.clock())
    assert opened(house, house.events()[0]) == PERSONAL
    done = rotate(house.session("eraser"), house.provider, house.ledger, house.clock())
    assert house.provider.epochs() == [done.epoch]
    assert opened(house, house.events()[0]) == PERSONAL


class KilledError(Exception):
    """Stands for a process that ends at this point."""


def _fail() -> int:
    raise KilledError


ERASURE_STEPS = [
    "fence",
    "destroy_keys",
    "remove_blind",
    "remove_letters_of",
    "remove_subjects",
    "add_tombstones",
    "add_batch",
]


@pytest.mark.parametrize("step", ERASURE_STEPS)
def test_an_erasure_killed_before_the_journal_did_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    house.record(collected())
    eraser = house.eraser()
    session = eraser._session
    run, rows = session.run, session.rows
    monkeypatch.setattr(
        session, "run", lambda name, /, **p: _fail() if name == step else run(name, **p)
    )
    monkeypatch.setattr(
        session, "rows", lambda name, /, **p: [(_fail(),)] if name == step else rows(name, **p)
    )
    with pytest.raises(KilledError):
        eraser.erase("customer/10023", [], "request")
    assert house.journal.entries() == []
    assert opened(house, house.events()[0]) == PERSONAL
    assert house.eraser().erase("customer/10023", [], "request")[0].whole


def test_an_erasure_killed_after_the_journal_is_completed_at_the_start(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(collected())
    eraser = house.eraser()
    append = ErasureJournal.append

    def append_and_die(journal: ErasureJournal, entry: object) -> None:
        append(journal, entry)  # type: ignore[arg-type]
        raise KilledError

    monkeypatch.setattr(ErasureJournal, "append", append_and_die)
    with pytest.raises(KilledError):
        eraser.erase("customer/10023", [], "request")
    monkeypatch.undo()
    assert len(pending(house.session("reader"), house.journal)) == 1
    two = [house.eraser(), house.eraser()]
    with ThreadPoolExecutor(2) as pool:  # two processes that start at the same time
        done = [future.result() for future in [pool.submit(eraser.reapply) for eraser in two]]
    assert sorted(map(len, done)) == [0, 1]
    assert pending(house.session("reader"), house.journal) == []
    assert set(opened(house, house.events()[0]).values()) == {Missing.ERASED}
    assert [e.name for e in house.events()[1:]] == [
        "erasure-decided",
        "personal-data-erased",
        "erasure-reapplied",
    ]
    assert house.events()[-1].facts == {"after": "restart"}


def interrupt(house: House, monkeypatch: pytest.MonkeyPatch, categories: list[str]) -> None:
    """Begin an erasure that the journal knows and the database does not."""
    eraser = house.eraser()
    append = ErasureJournal.append

    def append_then_cut(journal: ErasureJournal, entries: Sequence[ErasureEntry]) -> None:
        append(journal, entries)
        eraser._session.close()

    monkeypatch.setattr(ErasureJournal, "append", append_then_cut)
    with pytest.raises(IncompleteErasure):
        eraser.erase("customer/10023", categories, "request")
    monkeypatch.undo()


def test_a_commit_that_fails_is_never_a_success(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(collected())
    interrupt(house, monkeypatch, [])
    house.eraser().reapply()
    assert set(opened(house, house.events()[0]).values()) == {Missing.ERASED}


def test_a_torn_journal_line_is_left_out_and_overwritten(house: House) -> None:
    house.record(collected())
    house.eraser().erase("customer/10023", ["contact"], "request")
    with house.journal.path.open("ab") as file:
        file.write(b'{"erasure":"')
    assert len(house.journal.entries()) == 1
    house.eraser().erase("customer/10023", ["identity"], "request")
    assert len(house.journal.entries()) == 2
    house.journal.path.write_bytes(b"damaged\n")
    with pytest.raises(Halt):
        house.journal.entries()


def test_a_long_torn_line_leaves_the_entries_before_and_after_it(house: House) -> None:
    house.record(collected())
    house.eraser().erase("customer/10023", ["contact"], "request")
    with house.journal.path.open("ab") as file:
        file.write(b'{"keys":["' + b"k" * 200_000)
    house.eraser().erase("customer/10023", ["identity"], "request")
    assert len(house.journal.entries()) == 2


def test_the_keys_of_many_months_are_told_in_entries_that_can_be_published(house: House) -> None:
    lines = [call("1900-01-15T10:00:00Z"), call("2026-08-15T10:00:00Z")]
    house.record(*lines)
    (result,) = house.eraser().erase("customer/10023", [], "request")
    assert len(result.keys) > 1_500
    decided, *erased = house.events()[2:]
    assert decided.name == "erasure-decided"
    assert [event.name for event in erased] == ["personal-data-erased"] * 2
    told = [key for event in erased for key in event.facts["keys_destroyed"]]
    assert told == list(result.keys)
    every = {"position": 0, "upto": 9, "count": 9}
    for _, _, type, frame, _, _ in house.session("reader").rows("events_after", **every):
        check_entry_size(type, unframed(frame))  # raises
    assert all(opened(house, e) == {"called_number": Missing.ERASED} for e in house.events()[:2])
    assert pending(house.session("reader"), house.journal) == []


def test_what_was_sealed_after_an_interrupted_erasure_goes_with_it_as_erased(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(collected())
    interrupt(house, monkeypatch, ["contact"])
    house.clock.forward(hours=2)
    house.record(collected(time="2026-11-24T13:30:00Z"))
    house.eraser().reapply()
    assert [opened(house, event)["email"] for event in house.events()[:2]] == [Missing.ERASED] * 2


def test_subjects_of_streams_have_the_type_that_folds_expect(house: House) -> None:
    house.record(collected())
    assert isinstance(house.events()[0].stream, UUID)
    assert house.events()[0].recorded_at - datetime.now(UTC) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "step",
    ["periods_of", "fences_of", "data_keys_of", "current_epoch", "copy_subjects", "copy_data_keys"],
)
def test_a_query_that_fails_leaves_nothing_in_the_cache_to_believe(
    house: House, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    house.record(collected())
    house.eraser().erase("customer/10023", [], "request")
    ledger = house.open()
    session = ledger.session

    def failing(method: str) -> None:
        original = getattr(session, method)

        def fail(name: str, /, *arguments: Any, **parameters: Any) -> Any:
            if name == step:
                raise KilledError
            return original(name, *arguments, **parameters)

        monkeypatch.setattr(session, method, fail)

    new = collected("customer/new")
    for method in ("rows", "row", "copy_rows"):
        failing(method)
    with pytest.raises(KilledError):
        house.record(collected(), new, ledger=ledger)
    monkeypatch.undo()
    outcome = house.record(collected(), new, ledger=ledger)
    assert [rejection.code for _, rejection in outcome.rejections] == [Code.ERASED_SUBJECT]
    assert opened(house, house.events()[-1]) == PERSONAL
    assert len(house.opener().periods("customer/new")) == 1


def test_a_wholly_erased_person_does_not_come_back_without_a_registration(house: House) -> None:
    contact = "customer/10023/contact/1"
    added = {"customer": "customer/10023", "activity": "a", "legal_basis": "6-1-b"}
    people = ["customer/10023", contact, "visitor/v", "employee/7"]
    basis = {"activity": "a", "legal_basis": "6-1-b"}
    house.record(*[collected(person, **basis) for person in people])
    for person in people:
        house.eraser().erase(person, [], "request")
    house.clock.forward(days=2)
    at = "2026-11-26T10:00:00Z"
    outcome = house.record(*[collected(person, time=at, **basis) for person in people])
    assert [index for index, _ in outcome.rejections] == [0, 1]
    assert {rejection.code for _, rejection in outcome.rejections} == {Code.ERASED_SUBJECT}
    again = house.record(
        registered(time=at),
        message("contact-person-added", contact, time=at, **added),
        accessed(time=at),
    )
    assert again.recorded == 3
    for person in people:
        first, second = house.opener().periods(person)
        assert first.erased_through is not None
        assert second.erased_through is None
    outcome = house.record(*[collected(person, time=at, **basis) for person in people])
    assert outcome.recorded == 4
    for event in house.events()[-4:]:
        assert opened(house, event) == PERSONAL
    assert len(house.eraser().erase("visitor/v", [], "request")) == 1
