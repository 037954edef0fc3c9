"""Lag by hand: bookmarks, ends of a partition, and when they were seen."""

from consumers import lag
from consumers.lag import Lag, Lags
from consumers.source import OffsetRange, Partition

ONE, OTHER = Partition("t", 0), Partition("t", 1)


def test_no_lag_is_known_before_the_bookmark_is() -> None:
    lags = Lags()
    assert lags.look(ONE, OffsetRange(0, 5), now=1.0) is None
    lags.move(ONE, 5)
    assert lags.look(ONE, OffsetRange(2, 5), now=2.0) == Lag(0, 0.0, 3)


def test_the_age_of_a_lag_is_that_of_the_oldest_end_beyond_the_bookmark() -> None:
    lags = Lags()
    lags.move(ONE, 10)
    assert lags.look(ONE, OffsetRange(0, 12), now=0.0) == Lag(2, 0.0, 10)
    assert lags.look(ONE, OffsetRange(0, 20), now=5.0) == Lag(10, 5.0, 10)
    assert lags.look(ONE, OffsetRange(0, 20), now=9.0) == Lag(10, 9.0, 10)
    lags.move(ONE, 12)
    assert lags.look(ONE, OffsetRange(0, 30), now=10.0) == Lag(18, 5.0, 12)
    lags.move(ONE, 30)
    assert lags.look(ONE, OffsetRange(0, 30), now=11.0) == Lag(0, 0.0, 30)
    assert lags.look(ONE, OffsetRange(0, 31), now=12.0) == Lag(1, 0.0, 30)


def test_what_is_remembered_is_bounded_and_keeps_the_oldest() -> None:
    lags = Lags()
    lags.move(ONE, 0)
    for second in range(2 * lag.KEPT_ENDS):
        seen = lags.look(ONE, OffsetRange(0, second + 1), now=float(second))
    assert seen == Lag(2 * lag.KEPT_ENDS, 2.0 * lag.KEPT_ENDS - 1, 0)
    lags.move(ONE, 2 * lag.KEPT_ENDS - 1)
    assert lags.look(ONE, OffsetRange(0, 2 * lag.KEPT_ENDS), now=9e3) == Lag(
        1, 0.0, 2 * lag.KEPT_ENDS - 1
    )


def test_partitions_that_are_taken_away_are_forgotten() -> None:
    lags = Lags()
    lags.move(ONE, 1)
    lags.move(OTHER, 1)
    assert lags.keep({OTHER}) == [ONE]
    assert lags.look(ONE, OffsetRange(0, 9), now=0.0) is None
    assert lags.keep({OTHER}) == []
