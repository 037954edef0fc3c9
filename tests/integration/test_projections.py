"""Views on a real database: followed in any batches, rebuilt, broken, raced and woken."""

import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import cycle
from multiprocessing.connection import Connection, Pipe
from threading import Event, Thread
from typing import Any

import msgspec
import pytest
from prometheus_client import CollectorRegistry
from zstandard import (
    FORMAT_ZSTD1_MAGICLESS,
    ZstdCompressionDict,
    ZstdCompressionParameters,
    ZstdCompressor,
)

from ledger.errors import Fenced, Halt, Misconfigured, ServiceAway
from ledger.event import RecordedEvent
from ledger.storage.locks import held
from ledger.storage.postgres import Database, Session
from projections import VIEWS, figures
from projections.findings.view import FOUND
from projections.folds.compression import dictionary_of
from projections.folds.digest import EVERYTHING
from projections.folds.view import NOWHERE, View
from projections.following import apart, runner
from projections.following import rebuild as views_rebuild
from projections.following.engines import Apart
from projections.following.folding import FoldingTask
from projections.following.observer import FollowerObserver
from projections.following.rebuild import rebuild_all
from projections.following.runner import Follower, view_statuses
from projections.following.storage import (
    NamedEvents,
    Tables,
    bookmarks,
    locked_bookmark,
    pass_over,
    stored_digest,
)
from projections.following.work import work_of
from projections.metrics import WorkMetrics
from projections.reading.views import register_entries
from projections.views import consent_status, customer_state, disclosures, processing_register
from tests.fixtures.ledger import House, accessed, collected, message, registered
from tests.fixtures.views import (
    OFFICES,
    annul_some,
    audit_views,
    customer_states,
    derived,
    digests,
    erase_some,
    follower,
    rebuild,
    sampled,
)

PATIENCE_S = 120
LATER = "2026-11-24T11:00:00Z"


@pytest.mark.parametrize("sizes", [(1, 40, 7), (5000,)])
def test_batches_do_not_show_and_a_rebuild_is_the_same(house: House, sizes: Sequence[int]) -> None:
    lines = sampled(house)
    for start, size in zip(range(0, len(lines), 60), cycle(sizes), strict=False):
        house.record(*lines[start : start + 60])
        follower(house, batch_events=size).follow_once()
    annul_some(house, lines, 5)
    erase_some(house)
    statuses = follower(house, batch_events=3).follow_once()
    head = len(house.events())
    assert {(status.bookmark, status.lag) for status in statuses} == {(head, 0)}
    expected = derived(house)
    assert digests(house) == expected
    session = house.session("projector")
    for view in VIEWS:
        report = rebuild(session, house.ledger, view, OFFICES)
        assert (report.view, report.version, report.position) == (view.name, view.version, head)
        assert (report.digest, report.ok) == (expected[view.name], True)
        assert bookmarks(session)[view.name].colour == "green"
    assert digests(house) == expected
    reports = audit_views(house.session("reader"), privacy_office=OFFICES)
    assert [(report.digest, report.ok) for report in reports] == [
        (expected[view.name], True) for view in VIEWS
    ]


def breaking(view: View[Any], position: int) -> View[Any]:
    """The view with a fault in its code at one event."""

    def evolve(subkey: str, state: Any, event: RecordedEvent) -> Any:
        if event.position == position:
            raise KeyError("missing")
        return view.evolve(subkey, state, event)

    return replace(view, evolve=evolve, evolve_many=None)


def test_a_broken_view_halts_before_the_event_and_the_others_go_on(house: House) -> None:
    house.record(registered(), collected(), registered("customer/2"), collected("customer/2"))
    broken = breaking(customer_state.VIEW, 3)
    event = house.events()[2]
    made = follower(house, [broken, processing_register.VIEW])
    with pytest.raises(Halt, match=f"position 3, event {event.id} .*KeyError"):
        made.follow_once()
    statuses = {status.view: status for status in made.statuses()}
    assert (statuses["customer_state"].bookmark, statuses["customer_state"].lag) == (2, 2)
    assert "position 3" in str(statuses["customer_state"].halted)
    assert (statuses["processing_register"].bookmark, statuses["processing_register"].halted) == (
        4,
        None,
    )
    follower(house).follow_once()
    assert digests(house) == derived(house)


def test_views_that_an_event_does_not_touch_are_moved_all_the_same(house: House) -> None:
    house.record(registered(), accessed())
    made = follower(house, batch_events=1)
    assert {status.bookmark for status in made.follow_once()} == {2}
    session = house.session("projector")
    stale = {name: msgspec.structs.replace(b, position=1) for name, b in bookmarks(session).items()}
    house.record(accessed())
    pass_over(session, [(stale["recipients"], 3)])
    assert bookmarks(session)["recipients"].position == 2
    made.follow_once()
    assert digests(house) == derived(house)


def test_of_several_broken_events_the_first_is_where_a_view_halts(house: House) -> None:
    house.record(registered(), collected("customer/2"), collected())
    broken = breaking(breaking(customer_state.VIEW, 2), 3)
    made = follower(house, [broken])
    with pytest.raises(Halt, match="position 2,"):
        made.follow_once()
    assert [status.bookmark for status in made.statuses()] == [1]


@pytest.mark.parametrize("size", [1, 10])
def test_an_event_that_was_annulled_before_it_came_counts_nowhere(house: House, size: int) -> None:
    wrong = collected(activity="typo")
    mistake = message("event-annulled", annuls=wrong["id"], reason="mistake", time=LATER)
    house.record(registered(), mistake)
    follower(house).follow_once()
    house.record(collected(), wrong, collected("customer/2"))
    follower(house, batch_events=size).follow_once()
    named = [entry.activity for entry in register_entries(house.session("reader"))]
    assert named == ["subscription-management"]
    assert digests(house) == derived(house)


def test_following_ends_with_the_halt_when_no_view_can_go_on(house: House) -> None:
    house.record(registered())
    made = follower(house, [breaking(customer_state.VIEW, 1)])
    with pytest.raises(Halt, match="position 1"):
        made.follow(lambda: False)


def test_a_row_that_cannot_be_read_halts_its_view(house: House) -> None:
    house.record(registered())
    follower(house).follow_once()
    house.session(None).script("UPDATE {views}.consent_status_blue SET state = 'x'", {})
    house.session(None).script("UPDATE {views}.customer_state_blue SET state = 'x'", {})
    house.record(collected())
    with pytest.raises(Halt, match="customer_state cannot be read: rebuild it"):
        follower(house).follow_once()
    assert {s.view: s.lag for s in view_statuses(house.session("reader"))} == {
        view.name: int(view is customer_state.VIEW) for view in VIEWS
    }


def test_whatever_else_a_view_does_wrong_is_that_views_alone(house: House) -> None:
    house.record(registered())

    def cells(_key: Any, _state: Any) -> tuple[Any, ...]:
        raise ZeroDivisionError

    made = follower(house, [replace(customer_state.VIEW, cells=cells), processing_register.VIEW])
    with pytest.raises(Halt, match="view customer_state failed on 1 to 1: ZeroDivisionError"):
        made.follow_once()
    assert [status.bookmark for status in made.statuses()] == [0, 1]


def test_an_activity_that_only_a_mistake_named_leaves_the_register(house: House) -> None:
    wrong = collected(activity="typo")
    house.record(registered(), wrong)
    follower(house).follow_once()
    reader = house.session("reader")
    named = [entry.activity for entry in register_entries(reader)]
    assert named == ["subscription-management", "typo"]
    house.record(message("event-annulled", annuls=wrong["id"], reason="mistake", time=LATER))
    follower(house).follow_once()
    assert [entry.activity for entry in register_entries(reader)] == named[:1]
    assert digests(house) == derived(house)


def test_a_view_of_other_code_waits_for_its_rebuild(house: House) -> None:
    house.record(registered(), collected())
    follower(house).follow_once()
    newer = replace(customer_state.VIEW, version="next")
    house.record(collected("customer/2"))
    with pytest.raises(Halt, match="run `ledger rebuild customer_state`"):
        follower(house, [newer]).follow_once()
    session = house.session("projector")
    report = rebuild(session, house.ledger, newer, OFFICES)
    assert (report.version, report.position, report.ok) == ("next", 2, True)
    assert [s.bookmark for s in follower(house, [newer]).follow_once()] == [3]
    with pytest.raises(Halt, match="not built by this version"):
        list(customer_states(house.session("reader")))


@pytest.mark.parametrize("processes", [0, 2])
def test_a_changed_row_is_found_by_the_audit_and_healed_by_a_rebuild(
    house: House, processes: int
) -> None:
    house.record(*sampled(house))
    follower(house).follow_once()
    house.session(None).script(
        "DELETE FROM {views}.consent_status_blue"
        " WHERE ctid = (SELECT min(ctid) FROM {views}.consent_status_blue);"
        "UPDATE {views}.processing_register_blue_entries SET entry = entry || ' ';"
        "UPDATE {views}.disclosures_blue SET state = state || ' '"
        " WHERE ctid = (SELECT max(ctid) FROM {views}.disclosures_blue);"
        "UPDATE {views}.findings_blue_entries SET state = 'x'"
        " WHERE ctid = (SELECT max(ctid) FROM {views}.findings_blue_entries)",
        {},
    )
    reader, session = house.session("reader"), house.session("projector")
    wrong = {"consent_status", "disclosures", "findings", "processing_register"}
    reports = audit_views(reader, privacy_office=OFFICES)
    assert {report.view for report in reports if not report.ok} == wrong
    several = in_processes(house, session, processes) if processes else None
    healed = rebuild_all(session, house.ledger, VIEWS, OFFICES, several)
    assert {report.view for report in healed if not report.ok} == wrong
    assert all(report.ok for report in audit_views(reader, privacy_office=OFFICES))


def test_a_rebuild_says_that_columns_beside_states_were_others(house: House) -> None:
    house.record(*sampled(house))
    follower(house).follow_once()
    house.session(None).script(
        "UPDATE {views}.disclosures_blue SET occurred_at = occurred_at - interval '1 day';"
        "UPDATE {views}.findings_blue_entries SET due = '2020-01-01'",
        {},
    )
    wrong = {"disclosures", "findings"}
    reports = audit_views(house.session("reader"), privacy_office=OFFICES)
    assert {report.view for report in reports if not report.ok} == wrong
    healed = rebuild_all(house.session("projector"), house.ledger, VIEWS, OFFICES, None)
    assert {report.view for report in healed if not report.ok} == wrong
    again = rebuild_all(house.session("projector"), house.ledger, VIEWS, OFFICES, None)
    assert all(report.ok for report in again)


def test_rows_that_another_version_of_the_library_compressed_say_the_same(house: House) -> None:
    house.record(*sampled(house))
    follower(house).follow_once()
    harder = ZstdCompressor(
        dict_data=ZstdCompressionDict(dictionary_of("disclosures")),
        compression_params=ZstdCompressionParameters.from_level(
            19, format=FORMAT_ZSTD1_MAGICLESS, write_content_size=1, write_dict_id=1
        ),
    )
    owner, table, other = house.session(None), "disclosures_blue", 0
    for stream, subkey, stored, *_ in owner.of("projections").named("all_rows", {"table": table}):
        again = harder.compress(disclosures.VIEW.compression.decompress(stored))
        other += again != stored
        changed = {"streams": [stream], "subkeys": [subkey], "states": [again]}
        owner.of("projections").named("change_rows", {"table": table}, **changed)
    assert other
    assert all(r.ok for r in audit_views(house.session("reader"), privacy_office=OFFICES))
    assert rebuild(house.session("projector"), house.ledger, disclosures.VIEW, OFFICES).ok


def test_a_row_that_is_not_compressed_is_another_row(house: House) -> None:
    house.record(registered())
    follower(house).follow_once()
    owner, names = house.session(None).of("projections"), {"table": "customer_state_blue"}
    ((stream, subkey, stored, *_),) = owner.named("all_rows", names)
    plain = customer_state.VIEW.compression.decompress(stored)
    changed = {"streams": [stream], "subkeys": [subkey], "states": [plain]}
    owner.named("change_rows", names, **changed)
    reports = audit_views(house.session("reader"), privacy_office=OFFICES)
    assert [report.view for report in reports if not report.ok] == ["customer_state"]


def test_whoever_lost_the_race_is_fenced_and_changes_nothing(house: House) -> None:
    house.record(registered(), collected())
    follower(house).follow_once()
    before = digests(house)
    session = house.session("projector")
    tables = Tables(session, house.ledger, customer_state.VIEW, "blue")
    with pytest.raises(Fenced):
        zombie(session, tables, house)
    assert NamedEvents(session).of([house.events()[0].stream]) == set()
    assert digests(house) == before


def zombie(session: Session, tables: Tables, house: House) -> None:
    """Write something, then find that the bookmark is elsewhere."""
    with session.transaction():
        NamedEvents(session).add({(house.events()[0].stream, "s", "i")})
        tables.move(1, 2)


def test_two_followers_at_once_do_the_work_once(house: House) -> None:
    house.record(*sampled(house))
    made = [follower(house, batch_events=5) for _ in range(2)]
    threads = [Thread(target=one.follow_once) for one in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert not any(one.halted for one in made)
    assert {status.lag for status in made[0].statuses()} == {0}
    assert digests(house) == derived(house)


def test_a_rebuild_waits_for_nobody_and_fences_who_follows(house: House) -> None:
    lines = sampled(house)
    house.record(*lines[:100])
    follower(house).follow_once()
    house.record(*lines[100:])
    made, session = follower(house, batch_events=4), house.session("projector")
    thread = Thread(target=made.follow_once)
    thread.start()
    reports = [rebuild(session, house.ledger, view, OFFICES) for view in VIEWS]
    thread.join(PATIENCE_S)
    assert all(report.ok for report in reports)
    made.follow_once()
    assert digests(house) == derived(house)


def test_one_pass_rebuilds_views_that_are_at_different_places(house: House) -> None:
    lines = sampled(house)
    house.record(*lines[:150])
    follower(house, VIEWS[:2]).follow_once()
    house.record(*lines[150:])
    follower(house, VIEWS[1:3], batch_events=100).follow_once()
    before = {status.view: status.bookmark for status in view_statuses(house.session("reader"))}
    assert set(before.values()) == {0, 150, len(lines)}
    session = house.session("projector")
    reports = rebuild_all(session, house.ledger, VIEWS, OFFICES)
    assert {report.view: report.position for report in reports} == before
    assert [report.digest for report in reports] == [
        derived(house, before[view.name])[view.name] for view in VIEWS
    ]
    assert all(report.ok for report in reports)
    assert all(report.ok for report in audit_views(session, privacy_office=OFFICES))
    follower(house).follow_once()
    assert digests(house) == derived(house)


@pytest.fixture
def folders(monkeypatch: pytest.MonkeyPatch) -> list["subprocess.Popen[bytes]"]:
    """The processes that fold, as they are started."""
    started = []
    start = apart._started

    def noted(descriptor: int) -> "subprocess.Popen[bytes]":
        started.append(start(descriptor))
        return started[-1]

    monkeypatch.setattr(apart, "_started", noted)
    return started


def in_processes(house: House, session: Session, processes: int) -> Apart:
    return Apart(session, OFFICES, house.database, house.ledger, processes)


@pytest.mark.parametrize("processes", [1, 3])
def test_several_processes_build_the_same_rows(house: House, processes: int) -> None:
    house.record(*(lines := sampled(house)))
    annul_some(house, lines, 5)
    erase_some(house)
    follower(house).follow_once()
    session = house.session("projector")
    several = in_processes(house, session, processes)
    reports = rebuild_all(session, house.ledger, VIEWS, OFFICES, several)
    assert all(report.ok for report in reports)
    assert {report.view: report.digest for report in reports} == derived(house) == digests(house)
    counted = figures.counted(session, house.clock())
    assert rebuild_all(session, house.ledger, VIEWS, OFFICES) == reports
    assert figures.counted(session, house.clock()) == counted


def test_rows_that_move_while_several_processes_read_are_compared_in_the_end(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = sampled(house)
    house.record(*lines[:150])
    follower(house).follow_once()
    house.record(*lines[150:])
    session = house.session("projector")
    build = views_rebuild._build

    def moving(*arguments: Any) -> None:
        build(*arguments)
        follower(house).follow_once()

    monkeypatch.setattr(views_rebuild, "_build", moving)
    reports = rebuild_all(session, house.ledger, VIEWS, OFFICES, in_processes(house, session, 2))
    assert {(report.position, report.ok) for report in reports} == {(len(lines), True)}
    assert digests(house) == derived(house)


def test_what_ends_one_of_several_processes_ends_the_rebuild_and_no_view(
    house: House, folders: list["subprocess.Popen[bytes]"]
) -> None:
    house.record(*sampled(house))
    follower(house).follow_once()
    session, before = house.session("projector"), digests(house)
    nowhere = in_processes(house, session, 2)._replace(
        database=Database("host=/nowhere dbname=none")
    )
    with pytest.raises(ServiceAway, match="cannot be reached"):
        rebuild_all(session, house.ledger, VIEWS, OFFICES, nowhere)
    assert digests(house) == before
    assert {process.poll() is None for process in folders} == {False}
    assert all(report.ok for report in rebuild_all(session, house.ledger, VIEWS, OFFICES))


def test_a_process_that_is_killed_ends_the_rebuild(
    house: House, folders: list["subprocess.Popen[bytes]"], monkeypatch: pytest.MonkeyPatch
) -> None:
    house.record(*sampled(house))
    follower(house).follow_once()
    before = digests(house)
    received = Connection.recv

    def killed(receiving: Connection) -> Any:
        for process in folders:
            process.kill()
        return received(receiving)

    monkeypatch.setattr(Connection, "recv", killed)
    session = house.session("projector")
    with pytest.raises(Halt, match="has ended"):
        rebuild_all(session, house.ledger, VIEWS, OFFICES, in_processes(house, session, 2))
    assert digests(house) == before
    assert {process.poll() is None for process in folders} == {False}


def test_a_process_whose_master_has_died_ends_quietly(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    house.record(*sampled(house))
    follower(house).follow_once()
    places = bookmarks(house.session("reader"))
    work = work_of([(view, places[view.name].position) for view in VIEWS], OFFICES)
    ours, theirs = Pipe()
    with theirs:
        process = apart._started(theirs.fileno())
    ours.send(FoldingTask(house.database, house.ledger, work, EVERYTHING))
    assert ours.poll(PATIENCE_S)
    ours.close()  # what was sent is not read: who still sends is cut off
    assert process.wait(PATIENCE_S) == 0
    assert capfd.readouterr().err == ""


def test_only_one_rebuild_of_a_view_runs_at_a_time(house: House) -> None:
    house.record(registered())
    first, second = house.session("projector"), house.session("projector")
    view = consent_status.VIEW
    rebuild(first, house.ledger, view)
    lock = {"lock": f"{view.name}_builder"}
    with held(first.of("projections"), "lock_rebuild", [lock]):
        with pytest.raises(Fenced, match="being rebuilt already"):
            rebuild(second, house.ledger, view)
        assert rebuild(second, house.ledger, customer_state.VIEW).ok
    assert rebuild(second, house.ledger, view).ok


@contextmanager
def following(made: Follower, wake: Callable[[], Any]) -> Iterator[None]:
    """Follow in a thread; `wake` makes the follower look up once it was told to stop."""
    stop = Event()
    thread = Thread(target=made.follow, args=(stop.is_set,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        wake()
        thread.join(PATIENCE_S)
        assert not thread.is_alive()


def watched(position: int) -> tuple[View[Any], Event]:
    """A view that tells when it folds an event."""
    seen = Event()

    def evolve(subkey: str, state: Any, event: RecordedEvent) -> Any:
        if event.position >= position:
            seen.set()
        return customer_state.VIEW.evolve(subkey, state, event)

    return replace(customer_state.VIEW, evolve=evolve, evolve_many=None), seen


def test_a_notification_wakes_a_follower(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "WAKE_S", 10.0 * PATIENCE_S)
    house.record(registered())
    first, caught_up = watched(1)
    view, seen = watched(2)

    def evolve(subkey: str, state: Any, event: RecordedEvent) -> Any:
        first.evolve(subkey, state, event)
        return view.evolve(subkey, state, event)

    made = follower(house, [replace(view, evolve=evolve, evolve_many=None)])
    with following(made, lambda: house.record(collected("customer/3"))):
        assert caught_up.wait(PATIENCE_S)
        house.record(collected())
        assert seen.wait(PATIENCE_S)


def test_a_lost_connection_is_waited_out(house: House) -> None:
    house.record(registered())
    view, seen = watched(2)
    paused = Event()
    made = follower(house, [view], pause=lambda _seconds: paused.set())
    with following(made, lambda: None):
        house.session(None).script(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE application_name = 'ledger-projector'",
            {},
        )
        house.record(collected())
        assert seen.wait(PATIENCE_S)
    made.follow_once()
    digest = stored_digest(house.session("reader"), view, view.name)
    assert digest == derived(house)[view.name]


def failing(view: View[Any], position: int, broken: Event) -> View[Any]:
    """The view with a fault at one event, for as long as something is broken."""
    faulty = breaking(view, position)

    def evolve(subkey: str, state: Any, event: RecordedEvent) -> Any:
        return (faulty if broken.is_set() else view).evolve(subkey, state, event)

    return replace(view, evolve=evolve, evolve_many=None)


def test_a_halted_view_is_followed_again_once_it_was_rebuilt(house: House) -> None:
    house.record(registered(), collected(), registered("customer/2"))
    broken = Event()
    broken.set()
    view = failing(customer_state.VIEW, 3, broken)
    made, session = follower(house, [view, processing_register.VIEW]), house.session("projector")
    for _ in range(2):  # built again while it is still broken, it halts again
        with pytest.raises(Halt, match="position 3"):
            made.follow_once()
        rebuild(session, house.ledger, view, OFFICES)
    with pytest.raises(Halt, match="position 3"):
        made.follow_once()
    broken.clear()
    with pytest.raises(Halt, match="position 3"):  # nobody has looked at it yet
        made.follow_once()
    rebuild(session, house.ledger, view, OFFICES)
    assert {(s.bookmark, s.halted) for s in made.follow_once()} == {(3, None)}
    assert made.halted == {}


def test_a_view_of_another_version_is_followed_once_it_was_rebuilt(house: House) -> None:
    house.record(registered())
    follower(house).follow_once()
    house.record(collected())
    newer = replace(customer_state.VIEW, version="next")
    made = follower(house, [newer])
    with pytest.raises(Halt, match="run `ledger rebuild customer_state`"):
        made.follow_once()
    rebuild(house.session("projector"), house.ledger, newer, OFFICES)
    assert [(s.version, s.bookmark, s.halted) for s in made.follow_once()] == [("next", 2, None)]


def test_a_running_projector_takes_a_rebuilt_view_up_and_the_alert_ends(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "WAKE_S", 0.05)
    house.record(registered(), collected())
    broken, halted, caught_up = Event(), Event(), Event()
    broken.set()
    view = failing(customer_state.VIEW, 2, broken)
    registry = CollectorRegistry()

    def folded(name: str, _first: int, last: int, _seconds: float) -> None:
        if (name, last) == (view.name, 3):
            caught_up.set()

    observer = FollowerObserver(folded=folded, halted=lambda _view: halted.set())
    counting = WorkMetrics.on(registry).counting(observer)
    made = follower(house, [view, processing_register.VIEW], observer=counting)

    def alert() -> float | None:
        return registry.get_sample_value("ledger_view_halted", {"view": view.name})

    with following(made, lambda: None):
        assert halted.wait(PATIENCE_S)
        assert alert() == 1.0
        broken.clear()
        house.record(registered("customer/2"))
        rebuild(house.session("projector"), house.ledger, view, OFFICES)
        assert caught_up.wait(PATIENCE_S)
        assert (alert(), made.halted) == (0.0, {})
    digest = stored_digest(house.session("reader"), view, view.name)
    assert digest == derived(house)[view.name]


def test_projectors_hold_no_keys_and_readers_change_nothing(house: House) -> None:
    follower(house).follow_once()
    for role, statement in (("projector", "data_keys_of"), ("projector", "ledger_key")):
        with pytest.raises(Misconfigured):
            house.session(role).rows(statement, subjects=[], categories=[], purpose="index")  # type: ignore[arg-type]
    tables = Tables(house.session("reader"), house.ledger, customer_state.VIEW, "blue")
    with pytest.raises(Misconfigured):
        tables.move(0, 0)
    with pytest.raises(Misconfigured):
        locked_bookmark(house.session("reader"), customer_state.VIEW)


def test_two_ledgers_in_one_database_have_views_of_their_own(
    make_house: Callable[..., House], database_url: str
) -> None:
    one, other = make_house(database_url), make_house(database_url, "other")
    one.record(registered())
    other.record(registered(), registered("customer/2"))
    for house in (one, other):
        follower(house).follow_once()
    assert [len(list(customer_states(house.session("reader")))) for house in (one, other)] == [1, 2]


def test_a_source_from_before_the_rules_is_found_at_the_first_event_under_them(
    house: House,
) -> None:
    for number, year in enumerate((2017, 2024, 2023), 1):
        who, time = f"customer/{number}", f"{year}-03-01T10:00:00Z"
        assert house.record(registered(who, time=time)).recorded == 1
        follower(house).follow_once()
        assert digests(house) == derived(house)
    reader = house.session("reader").of("projections")
    (found,) = reader.named("findings_of_stream", {"entries": "findings_entries"}, stream=NOWHERE)
    assert b'"2023-03-01T10:00:00Z"' in FOUND.decompress(found[-1])
