"""Times for people: in their zone, to the second, and back."""

from collections.abc import Iterator
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st

from application.times import local_text, localized, show_in, time_shown, zone_of
from application.words import counted
from console.failures import explained
from console.flags import time_of
from console.show.text import Stack, cell, pairs, table
from documents.text import clean
from host.notes import note
from ledger.errors import Misconfigured
from rulebook.calendar import AMSTERDAM


@pytest.fixture(autouse=True)
def amsterdam() -> Iterator[None]:
    show_in(AMSTERDAM)
    yield
    show_in(AMSTERDAM)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("time", "shown"),
    [
        ("2026-11-24T09:15:00", "2026-11-24 10:15:00"),
        ("2026-06-24T09:15:00.999999", "2026-06-24 11:15:00"),
        ("2025-12-31T23:00:00", "2026-01-01 00:00:00"),
        ("2026-10-25T00:30:00", "2026-10-25 02:30:00+02:00"),  # the hour that comes twice
        ("2026-10-25T01:30:00", "2026-10-25 02:30:00+01:00"),
        ("2026-03-29T01:00:00", "2026-03-29 03:00:00"),
    ],
)
def test_a_time_is_shown_as_the_clock_on_the_wall_does(time: str, shown: str) -> None:
    assert local_text(utc(time)) == shown
    assert time_shown(shown) == utc(time).replace(microsecond=0)


@given(
    st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001
    st.sampled_from(
        ["Europe/Amsterdam", "UTC", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe"]
    ),
)
def test_what_is_shown_can_be_typed_back(time: datetime, zone: str) -> None:
    show_in(ZoneInfo(zone))
    second = time.replace(microsecond=0, tzinfo=UTC)
    shown = local_text(second)
    assert time_shown(shown) == second
    assert time_of("--from", shown) == second


@pytest.mark.parametrize(
    "text", ["2026-03-29 02:30:00", "2026-11-24", "2026-11-24 10:15", "2026-13-01 00:00:00", "x"]
)
def test_what_no_clock_showed_is_no_time(text: str) -> None:
    assert time_shown(text) is None
    with pytest.raises(typer.BadParameter):
        time_of("--from", text)


def test_only_instants_of_answers_are_moved_into_the_zone() -> None:
    assert localized("since 2026-06-24T09:15:00.000000Z, x") == "since 2026-06-24 11:15:00, x"
    for kept in ("2026-06-24T09:15:00Z", "2026-06-24T11:15:00+02:00", "2026-06-24", "09:15"):
        assert localized(kept) == kept


def test_tables_show_local_times_in_cells_and_headings() -> None:
    instant = "2026-06-24T09:15:00.000000Z"
    assert cell(instant).plain == "2026-06-24 11:15:00"
    assert cell(Stack(["x", instant])).plain == "x\n2026-06-24 11:15:00"
    assert clean(instant) == instant  # exports are made of it
    show_in(ZoneInfo("UTC"))
    assert cell({"at": instant}).plain == "at: 2026-06-24 09:15:00"
    for made in (table(f"As of {instant}", ["a"], []), pairs(f"As of {instant}", [])):
        assert str(made.title) == "As of 2026-06-24 09:15:00"


def test_notes_and_errors_tell_the_time_as_tables_do(capsys: pytest.CaptureFixture[str]) -> None:
    instant = "2026-06-24T09:15:00.000000Z"
    note(f"told at {instant}")
    assert capsys.readouterr().err == "told at 2026-06-24 11:15:00\n"
    assert explained(Misconfigured(f"not before {instant}")) == (
        2,
        "ledger: not before 2026-06-24 11:15:00",
    )


def test_a_zone_has_a_name() -> None:
    assert zone_of("Europe/Amsterdam") is not None
    for wrong in ("Europe/Sassenheim", "../etc/passwd", "/etc/localtime", ""):
        assert zone_of(wrong) is None


def test_one_of_something_is_no_plural() -> None:
    assert [counted("event", n) for n in (0, 1, 2)] == ["0 events", "1 event", "2 events"]
    assert counted("data-subject", 1, "nl") == "1 betrokkene"
    assert counted("year", 2, "nl") == "2 jaar"
