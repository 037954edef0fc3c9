"""Whom the ledger asks over HTTP costs a bounded time and a bounded number of bytes, whatever they do."""

import gzip
from functools import partial

import pytest

from ledger.errors import ServiceAway
from ledger.http import Bounds, Question, Reply, ask, client
from tests.fixtures.hostile import (
    HEAD,
    HUGE,
    SLOW,
    Behaviour,
    Server,
    hostile,
    leads_to,
    says_nothing,
    sends,
)

BOUNDS = Bounds(within_s=0.5, most_bytes=1_000)


def asked(server: Server, bounds: Bounds = BOUNDS, body: bytes = b"x" * 1_000) -> Reply:
    question = Question("POST", server.url, {"content-type": "text/plain"}, body)
    return ask(question, bounds, partial(client, proxies=False))


@pytest.mark.parametrize("behaviour", SLOW)
def test_one_deadline_holds_for_the_whole_answer(behaviour: Behaviour) -> None:
    with hostile(behaviour) as server, pytest.raises(ServiceAway, match="does not answer in time"):
        asked(server)
    assert server.asked.is_set()
    assert not server.finished.is_set()


@pytest.mark.parametrize("behaviour", HUGE)
def test_no_more_is_read_than_allowed(behaviour: Behaviour) -> None:
    patient = BOUNDS._replace(within_s=60.0)
    with hostile(behaviour) as server, pytest.raises(ServiceAway, match=r"1000 bytes|RemoteProto"):
        asked(server, patient)
    assert not server.finished.is_set()


def test_an_answer_of_just_so_many_bytes_is_taken() -> None:
    with hostile(sends(HEAD + b"\r\n" + bytes(1_000))) as server:
        assert asked(server) == Reply(200, "text/plain", bytes(1_000))
    with hostile(sends(HEAD + b"\r\n" + bytes(1_001))) as server, pytest.raises(ServiceAway):
        asked(server)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_no_redirect_is_followed(status: int) -> None:
    with hostile(sends(HEAD + b"\r\n")) as other, hostile(leads_to(other.url, status)) as server:
        assert asked(server).status == status
        assert not other.asked.is_set()


def test_nothing_is_expanded() -> None:
    packed = gzip.compress(bytes(100_000))
    assert len(packed) < BOUNDS.most_bytes
    with hostile(sends(HEAD + b"Content-Encoding: gzip\r\n\r\n" + packed)) as server:
        assert asked(server).body == packed


def test_a_body_that_nobody_reads_does_not_hold_us() -> None:
    large = bytes(50_000_000)
    with (
        hostile(says_nothing) as server,
        pytest.raises(ServiceAway, match="does not answer in time"),
    ):
        asked(server, body=large)


def test_tls_that_never_begins_ends_in_time() -> None:
    with hostile(says_nothing) as server:
        question = Question("GET", server.url.replace("http:", "https:"))
        with pytest.raises(ServiceAway):
            ask(question, BOUNDS, partial(client, proxies=False))


@pytest.mark.parametrize(
    "url", ["http://", "http://[::1", "ftp://127.0.0.1/", "file:///etc/passwd", "nonsense"]
)
def test_what_is_no_address_is_not_asked(url: str) -> None:
    with pytest.raises(ServiceAway):
        ask(Question("GET", url), BOUNDS, partial(client, proxies=False))
