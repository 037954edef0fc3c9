"""The stream of changes: each comes once, in order, from where a client left, and without a value."""

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx2
import orjson
import pytest

import web.api.changes
from tests.web.console import Consoled
from tests.web.live import Live, listening
from tests.web.programs import Programs
from web.api.changes import MOST_OF_ONE, Sent

PATH = "/api/v1/changes"
PATIENCE_S = 20.0


@pytest.fixture(scope="module")
def live(sampled: Consoled) -> Iterator[Live]:
    with listening(sampled.pool) as live:
        yield live


def token(live: Live, system: str = "siem", role: str = "auditor") -> dict[str, str]:
    known = live.console.logins._clients
    programs = known if isinstance(known, Programs) else Programs(live)
    client = programs.client(system, "ledger", "ledger-events", role=role)
    return {"authorization": client.headers["authorization"]}


@contextmanager
def streamed(live: Live, headers: dict[str, str], **parameters: str) -> Iterator[Iterator[Any]]:
    """The events of a stream, each as id and data; data is None where the id alone came."""
    with (
        httpx2.Client(timeout=PATIENCE_S, trust_env=False) as http,
        http.stream("GET", live.address + PATH, headers=headers, params=parameters) as response,
    ):
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        yield _events(response.iter_lines())


def _events(lines: Iterator[str]) -> Iterator[tuple[str, Any]]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, text = line.partition(": ")
            fields[name] = text
        elif "id" in fields:
            yield fields["id"], orjson.loads(fields["data"]) if "data" in fields else None
            fields = {}
        else:
            fields = {}


def told(events: Iterator[Any], count: int) -> list[Any]:
    """The next changes, beats aside."""
    found: list[Any] = []
    for id, data in events:
        if data is not None:
            found.append((id, data))
        if len(found) == count:
            break
    return found


def withdrawn(id: str) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": id,
        "source": "urn:voipzeker:crm",
        "type": "nl.voipzeker.ledger.consent-withdrawn.v1",
        "subject": "customer/10023",
        "time": "2026-05-01T10:15:00+02:00",
        "datacontenttype": "application/json",
        "data": {
            "purpose": "newsletter",
            "channel": "portal",
            "activity": "direct-marketing",
            "legal_basis": "6-1-a",
        },
    }


def test_a_change_arrives_and_a_client_goes_on_where_it_left(sampled: Consoled, live: Live) -> None:
    headers = token(live)
    with streamed(live, headers, types="consent-withdrawn") as events:
        sampled.record(withdrawn("change-1"))
        ((place, first),) = told(events, 1)
    assert (first["id"], first["source"]) == ("change-1", "urn:voipzeker:crm")
    assert set(first) == {
        *("position", "type", "source", "id"),
        *("occurred_at", "recorded_at", "data_subject", "activity"),
    }
    assert "10023" not in orjson.dumps(first).decode()
    sampled.record(withdrawn("change-2"))
    sampled.record(withdrawn("change-3"))
    for resumed in ({"last-event-id": place}, {}):
        asked = {} if resumed else {"cursor": place}
        with streamed(live, headers | resumed, types="consent-withdrawn", **asked) as events:
            assert [data["id"] for _, data in told(events, 2)] == ["change-2", "change-3"]


def test_from_the_oldest_each_event_comes_once_and_the_stream_itself_is_one_read(
    sampled: Consoled, live: Live
) -> None:
    sampled.reads()
    with streamed(live, token(live, "archive"), begin="oldest") as events:
        positions = [data["position"] for _, data in told(events, 500)]
    assert positions == list(range(1, 501))
    assert sampled.reads() == 1


def test_a_place_of_another_reader_or_made_up_is_refused(live: Live) -> None:
    headers = token(live)
    with streamed(live, headers, begin="oldest") as events:
        ((place, _),) = told(events, 1)
    other = token(live, "other", "privacy-officer")
    for who, query, named in (
        (other, {"cursor": place}, "cursor"),
        (headers, {"cursor": place[:-2] + "xx"}, "cursor"),
        (headers, {"types": "order-received"}, "types"),
        (headers, {"types": ""}, "types"),
        (headers, {"begin": "then"}, "begin"),
        (headers, {"position": "7"}, "position"),
    ):
        response = httpx2.get(live.address + PATH, headers=who, params=query, trust_env=False)
        assert response.status_code == 400, (named, response.text)
        assert response.json()["errors"][0]["parameter"] == named


@pytest.mark.parametrize("role", ["helpdesk-agent", "marketer"])
def test_a_role_that_may_not_have_the_entries_of_the_log_finds_nothing(
    live: Live, role: str
) -> None:
    headers = token(live, "desk", role)
    response = httpx2.get(live.address + PATH, headers=headers, trust_env=False)
    assert response.status_code == 404


def test_a_reader_has_so_many_streams_and_no_more(live: Live) -> None:
    headers = token(live, "greedy")
    with pytest.raises(AssertionError), _many(live, headers, MOST_OF_ONE + 1):
        pass
    ended = time.monotonic() + PATIENCE_S
    while time.monotonic() < ended:  # streams that ended give their places back
        response = httpx2.head(live.address + PATH, headers=headers, trust_env=False)
        try:
            with _many(live, headers, MOST_OF_ONE):
                return
        except AssertionError:
            assert response.status_code == 200
    pytest.fail("places of ended streams were not given back")


@contextmanager
def _many(live: Live, headers: dict[str, str], count: int) -> Iterator[None]:
    if not count:
        yield
        return
    with streamed(live, headers, begin="oldest") as events, _many(live, headers, count - 1):
        told(events, 1)
        yield


def test_a_quiet_stream_says_where_it_is(live: Live, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.api.changes, "BEAT_S", 1.0)
    with streamed(live, token(live, "quiet"), types="prefix-pruned") as events:
        places = [next(events) for _ in range(2)]
    assert [data for _, data in places] == [None, None]


def test_a_stream_ends_cleanly_when_the_console_stops(sampled: Consoled) -> None:
    with listening(sampled.pool) as live:
        headers = token(live)
        with streamed(live, headers, types="prefix-pruned") as events:
            stopping = threading.Timer(0.5, live.console.api.changes.ending.set)
            stopping.start()
            assert [
                data for _, data in events if data
            ] == []  # it ends: the client has no patience for more


def test_a_client_that_does_not_read_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web.api.changes, "SEND_S", 0.1)
    told: list[str] = []

    @contextmanager
    def lasting(who: str) -> Iterator[None]:
        told.append(f"{who} begins")
        yield
        told.append(f"{who} ends")

    async def pieces() -> AsyncGenerator[bytes, None]:
        while True:
            yield b": as much as it takes\n\n"

    async def never(_: object = None) -> Any:
        await asyncio.Event().wait()

    async def sent() -> None:
        scope = {"type": "http", "method": "GET", "path": PATH, "asgi": {"spec_version": "2.3"}}
        await Sent(lasting, pieces(), "employee/7")(scope, never, never)

    # The browser of other tests keeps a loop running in the thread of the tests.
    with ThreadPoolExecutor(1) as own_thread:
        own_thread.submit(asyncio.run, sent()).result()
    assert told == ["employee/7 begins", "employee/7 ends"]
