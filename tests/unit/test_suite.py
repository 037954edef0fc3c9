"""What the tests stand on: each runs on the engine that was chosen for it, and no case is passed over."""

import os
import re
from pathlib import Path

import pytest
from hypothesis import settings

from tests.fixtures import memory
from tests.fixtures.cases import each
from tests.fixtures.compiling import share
from tests.fixtures.engines import ENGINES, chosen
from tests.fixtures.memory import has_room, place
from tests.fixtures.order import spread
from tests.fixtures.whole import SHARE, WHOLE, News, examples, turn

ROOT = Path(__file__).parents[2]
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


def test_the_matrix_runs_the_whole_and_the_long_campaign_all_that_is_marked_for_it() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert re.search(r"^matrix: export LEDGER_TEST_WHOLE = 1$", makefile, re.M)
    (campaign,) = re.findall(r"^\t\$\(BIN\)/pytest (.*-m campaign.*)$", makefile, re.M)
    assert "tests/" not in campaign, "tests in any folder may be marked"


@each("count", [1, 2, 3, 100, 1_000])
def test_the_whole_has_all_examples_and_a_share_a_third(count: int) -> None:
    assert examples(count, whole=True) == count
    assert count <= examples(count, whole=False) * SHARE < count + SHARE


def test_a_check_tries_the_same_examples_in_each_run_and_the_whole_others() -> None:
    assert settings().derandomize is not WHOLE


def test_a_name_has_its_turn_in_one_case_always_the_same_and_in_the_whole_in_all() -> None:
    cases = ["a", "b", "c"]
    chosen = {name: turn(name, cases, whole=False) for name in NAMES}
    assert chosen == {name: turn(name, cases, whole=False) for name in NAMES}
    assert {*map(len, chosen.values())} == {1}
    assert {one for some in chosen.values() for one in some} == {*cases}
    assert turn("name", cases, whole=True) == cases


def test_in_a_share_every_part_is_tried_and_in_the_whole_every_case() -> None:
    cases = [(row, column) for row in "abcd" for column in "123"]
    for whole in (False, True):
        news = News(whole)
        tried = []
        for case in cases:
            if news(*case):
                news.tried(*case)
                tried.append(case)
        assert {part for case in tried for part in case} == {*"abcd123"}
        assert tried == cases if whole else len(tried) == 4 + 3 - 1
