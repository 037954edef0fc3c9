"""Why a broker refuses. One that answers byte by byte, or without end, delays a start by a bounded time."""

from contextlib import ExitStack
from typing import Any

import pytest

from consumers import refusals
from consumers.refusals import check_refusals
from ledger.errors import Misconfigured
from tests.fixtures.hostile import Server, hostile


class Plain:
    """A SASL exchange of one message."""

    def auth_bytes(self) -> bytes:
        return b"\0user\0password"

    def receive(self, auth_bytes: bytes) -> Any:
        """Take what comes."""

    def is_done(self) -> bool:
        return False


def drips_an_answer(server: Server, connection: Any) -> None:
    connection.sendall((60_000).to_bytes(4))
    server.drip(connection, b"\0")


def is_large(_: Server, connection: Any) -> None:
    connection.sendall((refusals.MOST_BYTES + 1).to_bytes(4) + bytes(1_000_000))


@pytest.mark.parametrize("behaviour", [drips_an_answer, is_large])
def test_an_answer_has_a_time_and_a_length(monkeypatch: pytest.MonkeyPatch, behaviour: Any) -> None:
    monkeypatch.setattr(refusals, "ANSWER_S", 0.3)
    with hostile(behaviour) as broker:
        address = broker.url.removeprefix("http://")
        check_refusals((address,), {"sasl_mechanism": "PLAIN"}, Plain)
        assert broker.asked.is_set()
        if behaviour is drips_an_answer:
            assert not broker.finished.is_set()


class Exchange(Plain):
    """A SASL exchange of so many messages, and what the broker said in it."""

    def __init__(self, messages: int = 1) -> None:
        self.messages, self.heard = messages, list[bytes]()

    def receive(self, auth_bytes: bytes) -> None:
        self.heard.append(auth_bytes)

    def is_done(self) -> bool:
        return len(self.heard) == self.messages


def answer(code: int, *parts: bytes) -> bytes:
    """As Kafka writes it: length, the number of the request, an error code, and the rest."""
    body = bytes(4) + code.to_bytes(2) + b"".join(parts)
    return len(body).to_bytes(4) + body


def handshake(code: int = 0) -> bytes:
    return answer(code, (1).to_bytes(4), (5).to_bytes(2), b"PLAIN")


def said(content: bytes, code: int = 0, message: bytes | None = None) -> bytes:
    told = b"\xff\xff" if message is None else len(message).to_bytes(2) + message
    return answer(code, told, len(content).to_bytes(4), content)


NOTHING = b"\xff\xff\xff\xff"
"""Instead of content: its length is none."""


@pytest.mark.parametrize(
    ("answers", "heard", "refusal"),
    [
        ([handshake(), said(b"yes")], [b"yes"], None),
        ([handshake(), said(b"go on"), said(b"")], [b"go on", b""], None),
        ([handshake(), said(b"yes", message=b"hello")], [b"yes"], None),
        ([handshake(), answer(0, b"\xff\xff", NOTHING)], [b""], None),
        ([handshake(33)], [], "it does not take PLAIN; see LEDGER_KAFKA_SASL_MECHANISM"),
        ([handshake(), said(b"", 58, b"no")], [], "it does not know this user or password"),
        ([handshake(), said(b"go on"), said(b"", 58)], [b"go on"], "it does not know this user"),
    ],
)
def test_what_a_broker_says_in_the_exchange(
    answers: list[bytes], heard: list[bytes], refusal: str | None
) -> None:
    def speaks(_: Server, connection: Any) -> None:
        first, *others = answers
        connection.sendall(first)
        for other in others:
            connection.recv(65_536)
            connection.sendall(other)

    exchange = Exchange(len(answers) - 1)
    with hostile(speaks) as broker, ExitStack() as refused:
        if refusal:
            refused.enter_context(pytest.raises(Misconfigured, match=refusal))
        address = broker.url.removeprefix("http://")
        check_refusals((address,), {"sasl_mechanism": "PLAIN"}, lambda: exchange)
    assert exchange.heard == heard
