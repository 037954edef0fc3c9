"""Whether systemd hears that a process lives, and hears nothing of a process whose main loop stands still."""

import os
import socket
from pathlib import Path

import pytest

from host.running.heart import Heart
from host.running.serving import STARTING
from host.running.watchdog import watchdog_s, watched

PID = 4711


def heard(folder: Path, *, lives: bool) -> bytes:
    """What a unit that asks for it hears of a process; nothing after so many turns of its thread."""
    asked = 0

    def alive() -> bool:
        nonlocal asked
        asked += 1
        return lives

    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as unit:
        unit.bind(str(folder / "notify"))
        unit.setblocking(lives)
        environment = {"NOTIFY_SOCKET": str(folder / "notify"), "WATCHDOG_USEC": "30000"}
        with watched(alive, environment):
            if lives:
                return unit.recv(64)
            while asked < 3:
                pass
        try:
            return unit.recv(64)
        except BlockingIOError:
            return b""


def test_a_process_that_lives_tells_its_unit(tmp_path: Path) -> None:
    assert heard(tmp_path, lives=True) == b"WATCHDOG=1"


def test_a_process_whose_main_loop_stands_still_tells_nothing(tmp_path: Path) -> None:
    assert heard(tmp_path, lives=False) == b""


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "60000000"}, 60.0),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "500000", "WATCHDOG_PID": str(PID)}, 0.5),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "500000", "WATCHDOG_PID": "1"}, None),
        ({"NOTIFY_SOCKET": "/run/n"}, None),
        ({"NOTIFY_SOCKET": "/run/n", "WATCHDOG_USEC": "often"}, None),
        ({"WATCHDOG_USEC": "60000000"}, None),
    ],
)
def test_nobody_is_told_who_did_not_ask(
    environment: dict[str, str], expected: float | None
) -> None:
    assert watchdog_s(environment, PID) == expected


def test_nothing_is_sent_without_a_unit() -> None:
    with watched(lambda: pytest.fail("asked for nothing"), {}):
        assert os.getpid()


def test_a_heart_stops_after_silence_and_not_while_a_process_starts() -> None:
    now, silent = [0.0], [STARTING]
    heart = Heart(lambda: silent[0] or None, silent_s=20, start_s=300, monotonic=lambda: now[0])
    for at, stopped in ((0, False), (300, False), (301, True)):
        now[0] = at
        heart.listen()
        assert bool(heart.stopped()) is stopped
    silent[0] = ""
    heart.listen()
    assert heart.stopped() is None
    silent[0] = STARTING
    now[0] = 301
    heart.listen()
    assert heart.stopped() is None
    silent[0] = "its main loop stands still"
    for at, why in ((321, None), (322, "its main loop stands still")):
        now[0] = at
        heart.listen()
        assert heart.stopped() == why


def test_a_process_that_hangs_before_its_first_answer_is_found_as_soon_as_it_serves() -> None:
    now = [0.0]
    heart = Heart(lambda: "it does not answer", silent_s=20, start_s=300, monotonic=lambda: now[0])
    for at, hangs in ((5, False), (25, False), (26, True)):
        now[0] = at
        heart.listen()
        assert bool(heart.stopped()) is hangs
