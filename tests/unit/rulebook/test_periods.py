"""Periods: their own tests, and what the design fixes."""

from datetime import timedelta
from pathlib import Path

import pytest

from rulebook import PERIODS, Period, period
from rulebook.loading import RulebookError, load


@pytest.mark.parametrize("entry", PERIODS.values(), ids=PERIODS.keys())
def test_each_entry_passes_its_own_tests(entry: Period) -> None:
    for test in entry.tests:
        assert test.start + entry.period == test.until


def test_what_the_design_fixes() -> None:
    assert period("dead-letter-retention") == timedelta(days=14)
    assert period("key-epoch") == timedelta(days=7)
    assert period("tombstone") >= timedelta(days=5 * 365)
    assert period("kafka-retention") == timedelta(days=7)


def test_an_unknown_period_is_an_error() -> None:
    with pytest.raises(KeyError):
        period("forever")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("period = 1", "Expected `array`"),
        ("[[period]]\nid = 'x'", "missing required field"),
        ("[[period]]\nid = 'X!'", "regex"),
        ("nothing = 1", "'period'"),
        ("= broken", "Invalid"),
    ],
)
def test_a_faulty_file_is_an_error_that_names_the_place(
    text: str, place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "house").mkdir()
    (tmp_path / "house" / "periods.toml").write_text(text)
    monkeypatch.setattr("rulebook.loading.files", lambda _: tmp_path)
    with pytest.raises(RulebookError, match=r"house/periods\.toml") as error:
        load("house", "period", Period)
    assert place in str(error.value)
