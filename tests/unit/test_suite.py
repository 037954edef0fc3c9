"""What the tests stand on: each runs on the engine that was chosen for it, and no case is passed over."""

import os
from pathlib import Path

import pytest

from tests.fixtures import memory
from tests.fixtures.cases import each
from tests.fixtures.compiling import share
from tests.fixtures.engines import ENGINES, chosen
from tests.fixtures.memory import has_room, place
from tests.fixtures.order import spread

NAMES = [f"tests/integration/test_x.py::test_{number}" for number in range(1000)]


def test_a_test_runs_on_one_engine_always_the_same_and_each_gets_half_of_them() -> None:
    runs = [chosen("one", name, both=False) for name in NAMES]
    assert runs == [chosen("one", name, both=False) for name in NAMES]
    for engine in ENGINES:
        assert abs(runs.count((engine,)) - len(NAMES) / len(ENGINES)) < 60


def test_what_is_about_postgresql_runs_on_all_and_so_does_everything_when_asked() -> None:
    assert chosen("one", NAMES[0], both=True) == ENGINES
    assert chosen("both", NAMES[0], both=False) == ENGINES
    for engine in ENGINES:
        assert {chosen(engine, name, both=True) for name in NAMES} == {(engine,)}


def test_all_cases_are_tried_and_each_that_fails_is_named() -> None:
    tried: list[int] = []

    @each("one, other", [(1, 1), (2, 3), (4, 4), (5, 6)])
    def same(more: list[int], one: int, other: int) -> None:
        more.append(one)
        assert one == other

    with pytest.raises(ExceptionGroup, match="2 of 4 cases failed") as caught:
        same(more=tried)
    assert tried == [1, 2, 4, 5]
    notes = [failure.__notes__ for failure in caught.value.exceptions]
    assert notes == [["in the case 2, 3"], ["in the case 5, 6"]]


def test_no_case_is_a_failure() -> None:
    @each("one", [])
    def nothing(one: int) -> None:
        raise ValueError(one)

    with pytest.raises(AssertionError, match="no case"):
        nothing()


@each("processes, long", [(1, 3), (2, 5), (3, 7), (4, 9), (4, 0), (8, 11)])
def test_every_other_process_begins_with_long_tests_each_ends_with_quick_ones_and_none_is_lost(
    processes: int, long: int
) -> None:
    order = spread([*range(long)], [*range(long, 63)], [*range(63, 103)], processes)
    assert sorted(order) == [*range(103)]
    begun, ended = [], []
    left = order
    for number in range(processes):  # as the scheduler shares them out
        share = len(left) // (processes - number)
        part, left = left[:share], left[share:]
        begun.append([test for test in part if test < long])
        assert part[: len(begun[-1])] == begun[-1]
        ended.append([test for test in part if test >= 63])
        assert part[len(part) - len(ended[-1]) :] == ended[-1]
    counts = [len(some) for some in begun[::2]]
    assert max(counts) - min(counts) <= 1
    assert sum(counts) == long
    # Quick ones are shared out like the rest that each process has room for.
    room = [103 // processes - len(some) for some in begun]
    assert all(
        abs(len(some) - own * 40 / (103 - long)) <= 2 for own, some in zip(room, ended, strict=True)
    )


@each("processes", [2, 3, 4, 100])
def test_each_module_of_tests_is_compiled_by_one_process(processes: int) -> None:
    folder = Path(__file__).parent
    places = [folder / "ledger", folder / "web", Path(__file__)]
    shared = [file for own in range(processes) for file in share(places, own, processes)]
    assert len(shared) == len({*shared})
    assert {*shared} == {
        Path(__file__),
        *(folder / "ledger").rglob("test_*.py"),
        *(folder / "web").rglob("test_*.py"),
    }


def test_tests_write_into_memory_where_there_is_room_and_where_they_are_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert not has_room(tmp_path / "none")
    assert place() == Path(os.environ["LEDGER_TEST_FOLDER"])
    monkeypatch.delenv("LEDGER_TEST_FOLDER")
    monkeypatch.setattr(memory, "MEMORY", tmp_path)
    monkeypatch.setattr(memory, "ROOM", 0)
    assert place() == tmp_path
    monkeypatch.setattr(memory, "ROOM", 1 << 60)
    assert place() == memory.DISK
