"""What a container asks of itself: who lives, who is ready, and which process is killed when it hangs."""

import socket
from pathlib import Path

import pytest

from host.running import alive
from host.running.health import Pulse
from host.running.listening import Address
from host.running.serving import Pages, serve


def pages(*, lives: bool, ready: bool) -> Pages:
    told = {True: None, False: "it does not"}
    return Pages(
        lambda _: ("text/plain", b""), {"a": lambda: told[lives]}, {"a": lambda: told[ready]}
    )


@pytest.mark.parametrize(("lives", "ready"), [(True, True), (True, False), (False, False)])
def test_it_asks_the_process(lives: bool, ready: bool) -> None:
    with serve("127.0.0.1", 0, pages(lives=lives, ready=ready)) as address:
        assert alive.answers(address) == (lives, ready)


def test_a_process_that_takes_connections_and_says_nothing_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(alive, "SILENT_S", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert alive.answers(Address("127.0.0.1", silent.getsockname()[1])) == (False, False)


def test_a_process_that_does_not_serve_yet_is_starting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    assert alive.answers(Address("127.0.0.1", port)) == (True, False)
    assert Pulse().check() is None


@pytest.mark.parametrize(
    ("head", "expected"),
    [("/sbin/docker-init", [7, 9]), ("/usr/bin/tini", [7, 9]), ("/lib/systemd/systemd", [])],
)
def test_only_what_the_head_of_a_container_started_is_killed(
    tmp_path: Path, head: str, expected: list[int]
) -> None:
    (tmp_path / "1" / "task" / "1").mkdir(parents=True)
    (tmp_path / "1" / "cmdline").write_bytes(f"{head}\0--\0ledger\0".encode())
    (tmp_path / "1" / "task" / "1" / "children").write_text("7 9 ")
    assert list(alive.served(tmp_path)) == expected
