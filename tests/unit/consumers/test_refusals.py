"""A broker that answers byte by byte, or without end, delays the start by a bounded time."""

from typing import Any

import pytest

from consumers import refusals
from consumers.refusals import check_refusals
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
