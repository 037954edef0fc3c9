"""Where acts and states stand in the pictures."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.language import speak
from tests.web.drawn import Act
from web.flow import LINE, Stream, flow
from web.pieces import Figure, Tone
from web.scale import Window, ticks
from web.timeline import BUCKETS, LANES, State, by_month, timeline

START = datetime(2026, 1, 1, tzinfo=UTC)
WINDOW = Window(START, START + timedelta(days=100))
NOW = START + timedelta(days=90)


def act(days: float, lane: str = "looked", tone: Tone = "plain") -> Act:
    at = START + timedelta(days=days)
    return Act(lane, at, at + timedelta(hours=2), "Looked at.", f"/events/{days}", tone)


def state(start: float, end: float | None) -> State:
    until = None if end is None else START + timedelta(days=end)
    return State("choices", START + timedelta(days=start), until, "Consent.", "/events/1")


def zoomed(window: Window) -> str:
    return f"?from={window.start:%Y-%m-%d}&until={window.end:%Y-%m-%d}"


def test_a_single_act_stands_at_its_time_and_leads_to_its_event() -> None:
    speak("en")
    [lane] = [one for one in timeline([act(25)], [], WINDOW, NOW, zoomed).lanes if one.points]
    [point] = lane.points
    assert (lane.name, point.x, point.href) == ("looked", 25.0, "/events/25")
    assert point.title == "26 January 2026, 01:00: Looked at."
    hours = int((START + timedelta(days=25)).timestamp() // 3600)
    assert point.known == f"{hours}:{hours + 2}"


def test_acts_that_would_lie_on_each_other_are_one_that_leads_closer() -> None:
    speak("en")
    made = timeline([act(25), act(25.2, tone="bad"), act(60)], [], WINDOW, NOW, zoomed)
    [lane] = [one for one in made.lanes if one.points]
    assert [(point.count, point.tone) for point in lane.points] == [(2, "bad"), (1, "plain")]
    assert (
        lane.points[0].title == "2 acts from 26 January 2026 to 26 January 2026: show this period"
    )
    assert lane.points[0].href == "?from=2026-01-25&until=2026-01-26"


def test_the_closer_window_holds_the_acts_and_parts_them() -> None:
    windows: list[Window] = []

    def noted(window: Window) -> str:
        windows.append(window)
        return ""

    acts = [act(25 + n / 10) for n in range(12)]
    timeline(acts, [], WINDOW, NOW, noted)
    for window in windows:
        inside = [one for one in acts if window.has(one.occurred)]
        again = timeline(inside, [], window, NOW, zoomed)
        assert sum(point.count for lane in again.lanes for point in lane.points) == len(inside)
        assert max(point.count for lane in again.lanes for point in lane.points) == 1


@given(st.lists(st.tuples(st.floats(-10, 110), st.sampled_from(LANES)), max_size=200))
def test_every_act_of_the_window_is_drawn_once_and_within_the_picture(
    drawn: list[tuple[float, str]],
) -> None:
    speak("nl")
    acts = [act(days, lane) for days, lane in drawn]
    made = timeline(acts, [], WINDOW, NOW, zoomed)
    inside = [one for one in acts if WINDOW.has(one.occurred)]
    points = [point for lane in made.lanes for point in lane.points]
    assert sum(point.count for point in points) == len(inside)
    assert all(0 <= point.x <= 100 for point in points)
    assert all(len(lane.points) <= BUCKETS for lane in made.lanes)


@given(
    st.lists(st.tuples(st.floats(-20, 99), st.one_of(st.none(), st.floats(0.1, 60))), max_size=30)
)
def test_no_state_hides_another(spans: list[tuple[float, float | None]]) -> None:
    speak("en")
    states = [state(start, None if lasts is None else start + lasts) for start, lasts in spans]
    made = timeline([], states, WINDOW, NOW, zoomed)
    [lane] = [one for one in made.lanes if one.name == "choices"]
    rows: dict[int, list[tuple[float, float]]] = {}
    for bar in lane.bars:
        assert 0 <= bar.x <= 100
        rows.setdefault(bar.y, []).append((bar.x, bar.x + bar.width))
    for row in rows.values():
        row.sort()
        # A state of an instant is drawn a little wider than it lasted.
        assert all(end <= start + 0.41 for (_, end), (start, _) in pairwise(row))
    assert all(bar.y < made.height for bar in lane.bars)


def test_a_state_that_lasts_is_open_and_says_since_when() -> None:
    speak("nl")
    made = timeline([], [state(10, None), state(0, 5)], WINDOW, NOW, zoomed)
    [lane] = [one for one in made.lanes if one.bars]
    assert [(bar.is_open, bar.title) for bar in lane.bars] == [
        (False, "Van 1 januari 2026 tot 6 januari 2026: Consent."),
        (True, "Sinds 11 januari 2026: Consent."),
    ]
    assert made.now == 90.0


def test_the_list_is_by_month_newest_first() -> None:
    speak("nl")
    found = by_month([act(1), act(40), act(31.99)])
    # The last moments of January in UTC are February here.
    assert [(month, len(acts)) for month, acts in found] == [
        ("februari 2026", 2),
        ("januari 2026", 1),
    ]


@pytest.mark.parametrize("days", [1, 3, 10, 40, 100, 400, 1_000, 5_000, 20_000])
def test_few_dates_stand_along_any_window(days: int) -> None:
    speak("en")
    found = [*ticks(Window(START, START + timedelta(days=days)))]
    assert 1 <= len(found) <= 7
    assert [tick.x for tick in found] == sorted({tick.x for tick in found})
    assert all(0 <= tick.x <= 100 and tick.text for tick in found)


def test_bands_of_a_flow_are_as_wide_as_their_number() -> None:
    made = flow(
        "What went where",
        ("Data", "To", "Country", "Number"),
        [
            Stream(("a", "x", "nl"), 3, "/1"),
            Stream(("b", "x", "nl"), 1, "/2"),
            Stream(("a", "y", "us"), 6, "/3"),
        ],
    )
    numbers = [{end.lines: end.number for end in stage.ends} for stage in made.stages]
    assert numbers == [
        {("a",): 9, ("b",): 1},
        {("y",): 6, ("x",): 4},
        {("us",): 6, ("nl",): 4},
    ]
    first, second, last = made.stages
    assert [band.title for band in first.bands] == ["a → y: 6", "a → x: 3", "b → x: 1"]
    assert [band.title for band in second.bands] == ["y → us: 6", "x → nl: 4"]
    assert last.bands == ()
    assert first.bands[0].path.startswith("M0 0.0C50.0 0.0")
    assert "V180.0" in first.bands[0].path  # 6 of 10 of the height
    rows = [row[-1] for row in made.rows()]
    assert [one.number for one in rows if isinstance(one, Figure)] == [6, 3, 1]
    assert flow("Nothing", ("a", "b", "c"), []).height == 0


def test_a_name_stands_whole_beside_its_bar() -> None:
    name = "Stichting Onderzoek naar Incassobureaus in Noord-Holland en Utrecht"
    made = flow("What went where", ("Data", "To", "Number"), [Stream(("a", name), 1, "/1")])
    [end] = made.stages[1].ends
    assert " ".join(end.lines) == name
    assert max(map(len, end.lines)) <= 22
    assert end.height >= LINE * len(end.lines)
