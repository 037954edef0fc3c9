"""What the benchmark of an hour says of its looks: lags and memory at marks, and how memory grows."""

from collections.abc import Sequence
from types import SimpleNamespace

import pytest

from bench import hour
from bench.tools.whole import LOG, RECORDED, VIEWS, Look


def seen(minutes: int, growth_mb: float) -> list[hour.Seen]:
    """A look each ten seconds at a process that grows by so much an hour, and at one that does not."""
    looks = []
    for at_s in range(5, minutes * 60, 10):
        megabytes = {"consume": 100 + growth_mb * at_s / 3600, "postgres": 50.0}
        done = (at_s * 10 - 20, at_s * 10 - 25, at_s * 10 - 50)
        look = Look(float(at_s), *done, megabytes, {"consume": at_s / 20, "postgres": at_s / 10})
        looks.append(hour.Seen(at_s * 10, look))
    return looks


def rows_of(every: Sequence[hour.Seen], minutes: int) -> list[Sequence[str]]:
    shares = hour.shares_of(every[-1].look)
    return [*hour.table(hour.minutes_of(every), hour.slopes_of(every), shares, minutes)]


def test_the_table_says_memory_at_each_mark_its_growth_and_the_lags() -> None:
    head, *rows = rows_of(seen(60, 24.0), 60)
    assert head == ["", "after 10 min", "after 30 min", "after 60 min", "MB an hour", "% of a core"]
    assert rows == [
        ["consume, MB", "104", "112", "124", "+24.0", "5.0"],
        ["postgres, MB", "50", "50", "50", "+0.0", "10.0"],
        [f"{RECORDED}, most events behind", "20", "20", "20", "", ""],
        [f"{VIEWS}, most events behind", "5", "5", "5", "", ""],
        [f"{LOG}, most events behind", "30", "30", "30", "", ""],
    ]


def test_a_lag_stands_in_the_column_of_its_time() -> None:
    every = seen(60, 0.0)
    late = next(number for number, one in enumerate(every) if one.look.at_s > 20 * 60)
    every[late] = every[late]._replace(published=every[late].published + 980)
    (recorded,) = [row for row in rows_of(every, 60) if row[0].startswith(RECORDED)]
    assert recorded[1:4] == ["20", "1,000", "20"]


def test_growth_is_counted_after_the_first_mark() -> None:
    warming = [one for one in seen(60, 600.0) if one.look.at_s < 600]
    flat = [one for one in seen(60, 0.0) if one.look.at_s >= 600]
    assert hour.slopes_of([*warming, *flat])["consume"] == 0


def test_a_short_run_has_one_mark_and_says_nothing_of_growth() -> None:
    head, consume, *_ = rows_of(seen(2, 60.0), 2)
    assert head == ["", "after 2 min", "MB an hour", "% of a core"]
    assert consume == ["consume, MB", "102", "", "5.0"]


def test_events_are_fed_at_the_rate_and_all_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    monkeypatch.setattr(hour, "time", SimpleNamespace(monotonic=lambda: clock[0], sleep=sleep))
    published: list[bytes] = []
    look = Look(0.0, 0, 0, 0, {}, {})
    every = list(hour.fed(published.extend, lambda: look, 200, 10))
    assert len(published) == every[-1].published == 200
    assert 19 < clock[0] < 21
    assert all(abs(one.published - 50 * n) <= 2 for n, one in enumerate(every[:4]))
