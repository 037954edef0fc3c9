"""Small pages beside a process: no client holds a thread for long, and not too many are held at once."""

import socket
from threading import Event

import pytest

from host.running import listening
from host.running.listening import Address, HttpRequest, Page, listen
from tests.fixtures.running import eventually

GET = b"GET /livez HTTP/1.0\r\n\r\n"


def page(_: HttpRequest) -> Page:
    return Page(200, "text/plain", b"well")


def connected(address: Address) -> socket.socket:
    return socket.create_connection((address.local, address.port), timeout=60)


def answered(address: Address) -> bytes:
    with connected(address) as client:
        client.sendall(GET)
        try:
            return client.recv(65_536)
        except ConnectionResetError:
            return b""


def test_who_sends_byte_by_byte_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "REQUEST_S", 0.3)
    with listen("127.0.0.1", 0, page, "--port") as address, connected(address) as slow:
        slow.settimeout(0.05)
        for _ in range(400):  # twenty seconds, if nobody ends it
            try:
                slow.sendall(b"G")
                if slow.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        else:
            raise AssertionError("it was never cut off")
        assert answered(address).startswith(b"HTTP/1.0 200")


def test_who_does_not_take_the_answer_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listening, "REQUEST_S", 0.3)
    ended = Event()

    def large(_: HttpRequest) -> Page:
        return Page(200, "text/plain", bytes(50_000_000))

    finish = listening._Handler.finish

    def finished(self: listening._Handler) -> None:
        ended.set()
        finish(self)

    monkeypatch.setattr(listening._Handler, "finish", finished)
    with listen("127.0.0.1", 0, large, "--port") as address, connected(address) as slow:
        slow.sendall(GET)
        assert ended.wait(60)


def test_so_many_are_answered_at_once_and_the_others_turned_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(listening, "MOST_AT_ONCE", 2)
    with listen("127.0.0.1", 0, page, "--port") as address:
        idle = [connected(address) for _ in range(2)]
        assert answered(address) == b""
        for client in idle:
            client.close()
        eventually(lambda: answered(address).startswith(b"HTTP/1.0 200"), "there is room again")
