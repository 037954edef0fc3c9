"""One batch ahead: order, failures and erasures, with functions in place of a ledger."""

from collections.abc import Callable, Iterator
from threading import Event, current_thread, main_thread

import pytest

from ledger.errors import Fenced, Halt, Overtaken
from ledger.recording.pipelined import pipelined

WAIT_S = 60.0


def same(number: int) -> int:
    return number


def never(number: int) -> int:
    raise AssertionError("nothing was overtaken")


def failing(on: int, error: Exception) -> Callable[[int], int]:
    def work(number: int) -> int:
        if number == on:
            raise error
        return number

    return work


def test_outcomes_come_in_order_and_writes_run_in_a_thread_of_their_own() -> None:
    writing: list[tuple[int, bool]] = []

    def write(number: int) -> int:
        writing.append((number, current_thread() is main_thread()))
        return number * 10

    assert list(pipelined(range(1, 4), same, write, never)) == [10, 20, 30]
    assert writing == [(1, False), (2, False), (3, False)]


def test_the_next_batch_is_prepared_while_one_is_written() -> None:
    prepared = Event()

    def prepare(number: int) -> int:
        if number == 2:
            prepared.set()
        return number

    def write(number: int) -> int:
        assert number != 1 or prepared.wait(WAIT_S)
        return number

    assert list(pipelined([1, 2], prepare, write, never)) == [1, 2]


def test_nothing_is_written_after_a_failure() -> None:
    written: list[int] = []

    def write(number: int) -> int:
        written.append(number)
        return failing(2, Fenced())(number)

    outcomes = pipelined([1, 2, 3], same, write, never)
    assert next(outcomes) == 1
    with pytest.raises(Fenced):
        next(outcomes)
    assert written == [1, 2]


def test_a_batch_that_cannot_be_prepared_takes_no_outcome_from_the_one_before() -> None:
    outcomes = pipelined([1, 2, 3], failing(2, Halt()), same, never)
    assert next(outcomes) == 1
    with pytest.raises(Halt):
        next(outcomes)


def test_who_stops_taking_outcomes_has_not_written_the_next_batch() -> None:
    written: list[int] = []

    def write(number: int) -> int:
        written.append(number)
        return number

    for outcome in pipelined([1, 2, 3], same, write, never):
        if outcome == 2:
            break
    assert written == [1, 2]


def test_a_batch_that_was_overtaken_is_done_again_in_its_turn() -> None:
    done: list[int] = []

    def note(number: int) -> int:
        done.append(number)
        return number

    def again(number: int) -> int:
        assert current_thread() is main_thread()
        return note(number)

    overtaken = failing(2, Overtaken())
    written = pipelined([1, 2, 3], same, lambda number: note(overtaken(number)), again)
    assert list(written) == done == [1, 2, 3]


def test_no_batches_have_no_outcomes() -> None:
    assert list(pipelined([], same, same, never)) == []


def test_what_the_batches_raise_comes_after_the_outcome_before_it() -> None:
    def batches() -> Iterator[int]:
        yield 1
        raise Halt("no more of them")

    outcomes = pipelined(batches(), same, same, never)
    assert next(outcomes) == 1
    with pytest.raises(Halt, match="no more"):
        next(outcomes)
