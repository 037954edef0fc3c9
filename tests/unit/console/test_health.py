"""Alive, ready, sampled, served: each by hand, with a clock that tests move."""

import http.client
import socket
from typing import Any

import orjson
import pytest

from host.environment import settings_from
from host.running import sampling
from host.running.health import ALIVE_S, Pulse, missing
from host.running.listening import Address
from host.running.sampling import STALE_S, Sampler
from host.running.serving import MOST_BYTES, Pages, ask_ready, reserved_port, serve
from host.running.watching import CONFIDENTIAL_PORTS, PORTS, Process, port_of
from ledger.errors import Misconfigured, ServiceAway
from ledger.metrics import Figures


class Time:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_pulse_is_starting_then_alive_then_dead_then_alive_again() -> None:
    time = Time()
    pulse = Pulse(ALIVE_S, time)
    time.now += 10 * ALIVE_S
    assert (pulse.check(), pulse.started()) == (None, "it is starting")
    pulse.beat()
    time.now += ALIVE_S
    assert (pulse.check(), pulse.started()) == (None, None)
    time.now += 1.0
    assert pulse.check() == "it has not gone round for 61 s"
    pulse.beat()
    assert pulse.check() is None


def test_only_what_is_missing_is_named() -> None:
    assert missing({"one": lambda: None, "other": lambda: "it is away"}) == {"other": "it is away"}


class FakeSession:
    def __init__(self) -> None:
        self.closed = 0

    def close(self) -> None:
        self.closed += 1


class Watched:
    """A sampler of a database that fails when told to."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sampling, "check_installed", lambda _: None)
        monkeypatch.setattr(sampling, "watch_only", lambda _: None)
        self.time = Time()
        self.fault: Exception | None = None
        self.shown: list[Figures | None] = []
        self.sessions: list[FakeSession] = []
        self.sampler = Sampler(self.connect, self.read, self.shown.append, self.time)

    def connect(self) -> Any:
        self.sessions.append(FakeSession())
        return self.sessions[-1]

    def read(self, _: Any) -> Figures:
        if self.fault:
            raise self.fault
        return {"x": {(): 1.0}}


def test_a_balancer_learns_within_five_seconds_that_the_database_is_away() -> None:
    assert sampling.PROBE_S + sampling.PROBE_STALE_S <= sampling.READY_WITHIN_S == 5.0


def test_figures_are_shown_until_the_database_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    assert watched.sampler.check() == "it was not asked yet"
    watched.sampler.sample()
    watched.sampler.sample()
    assert watched.sampler.check() is None
    assert (watched.shown[-1], len(watched.sessions)) == ({"x": {(): 1.0}}, 1)
    watched.fault = ServiceAway("PostgreSQL cannot be reached")
    watched.sampler.sample()
    assert watched.sampler.check() == "PostgreSQL cannot be reached"
    assert (watched.shown[-1], watched.sessions[0].closed) == (None, 1)
    watched.fault = None
    watched.sampler.sample()
    assert (watched.sampler.check(), len(watched.sessions)) == (None, 2)


def test_the_text_of_a_foreign_error_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    watched.fault = ValueError("j.devries@example.nl")
    watched.sampler.sample()
    assert watched.sampler.check() == "it was read with an unexpected ValueError"


def test_figures_of_a_sampler_that_hangs_are_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    watched = Watched(monkeypatch)
    watched.sampler.sample()
    watched.time.now += STALE_S + 1
    assert watched.sampler.check() == f"it has not answered for {STALE_S + 1:.0f} s"
    assert watched.shown[-1] is None


def ask(address: Address, path: str, method: str = "GET") -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(address.local, address.port, timeout=240)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def test_pages_answer_with_a_small_document() -> None:
    why: dict[str, str | None] = {"database": None}
    pages = Pages(
        lambda accept: ("text/plain", accept.encode()),
        {},
        {"database": lambda: why["database"]},
    )
    with serve("127.0.0.1", reserved_port("127.0.0.1"), pages) as address:
        assert ask(address, "/livez") == (200, b'{"live":true,"missing":{}}\n')
        assert ask(address, "/readyz?verbose") == (200, b'{"missing":{},"ready":true}\n')
        assert ask_ready(address) is None
        why["database"] = "it is away"
        status, body = ask(address, "/readyz")
        assert (status, orjson.loads(body)["missing"]) == (503, {"database": "it is away"})
        assert ask(address, "/readyz", "HEAD") == (503, b"")
        assert ask_ready(address) == "database: it is away"
        assert ask(address, "/metrics")[0] == 200
        assert ask(address, "/secret")[0] == 404
        assert ask(address, "/livez", "POST")[0] == 501
    assert ask_ready(address) == "it does not answer"


def test_where_a_process_serves_for_all_this_machine_reaches_it_locally() -> None:
    assert Address("0.0.0.0", 9463).url == "http://127.0.0.1:9463"
    assert Address("::", 9463).url == "http://[::1]:9463"
    assert Address("192.0.2.7", 9463).url == "http://192.0.2.7:9463"


def test_an_address_that_is_taken_or_is_none_is_told_with_the_setting() -> None:
    pages = Pages(lambda accept: ("", b""), {}, {})
    with (
        serve("127.0.0.1", 0, pages) as address,
        pytest.raises(
            Misconfigured, match=f"port {address.port} of 127.0.0.1.*LEDGER_METRICS_PORT"
        ),
        serve(*address, pages),
    ):
        pass
    with pytest.raises(Misconfigured), serve("no.such.host.invalid", 0, pages):
        pass


def test_a_reserved_port_is_nobody_elses_and_its_server_gets_it_each_time() -> None:
    host = "127.0.0.1"
    port = reserved_port(host)
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind((host, port))
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, port))
    for _ in range(2):
        with serve(host, port, Pages(lambda _: ("text/plain", b""), {}, {})) as address:
            assert address.port == port
            assert ask_ready(address) is None


def test_a_part_that_says_too_much_is_not_ready() -> None:
    why: dict[str, str | None] = {"database": "x" * MOST_BYTES}
    pages = Pages(lambda accept: ("text/plain", b""), {}, {"database": lambda: why["database"]})
    with serve("127.0.0.1", reserved_port("127.0.0.1"), pages) as address:
        assert ask_ready(address) == "it does not answer"
        why["database"] = None
        assert ask_ready(address) is None


@pytest.mark.parametrize("process", PORTS)
def test_a_confidential_ledger_has_ports_of_its_own(process: Process) -> None:
    usual, confidential = (settings_from({"LEDGER_CONFIDENTIAL": each}) for each in "01")
    assert confidential.ledger.name == "confidential"
    assert port_of(confidential, process) == port_of(usual, process) + 10
    told = settings_from({"LEDGER_CONFIDENTIAL": "1", "LEDGER_METRICS_PORT": "7"})
    assert port_of(told, process) == 7
    assert not {*PORTS.values()} & {port + CONFIDENTIAL_PORTS for port in PORTS.values()}
