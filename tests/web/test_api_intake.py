"""Events over HTTP: each mode, each fate, who may send what, and what is answered while none is recorded."""

import gzip
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from prometheus_client import CollectorRegistry
from starlette.testclient import TestClient

from consumers import post_batcher
from consumers.post_metrics import PostMetrics
from consumers.posts import MOST_BYTES, MOST_EVENTS
from ledger.errors import ServiceAway
from ledger.letters.dead import letters
from ledger.library.reader import LedgerReader
from rulebook import secrecy
from tests.fixtures.console import consented, disclosed, message, registered
from tests.unit.schemas.secret_spellings import by_kind, by_member, by_provision
from tests.web.console import ORIGIN, Consoled
from tests.web.programs import Programs
from web.app import Console
from web.logins.origin import Origin

PATH = "/api/v1/events"
STRUCTURED, BATCHED = "application/cloudevents+json", "application/cloudevents-batch+json"
CRM = "urn:voipzeker:crm"


@pytest.fixture
def crm(empty: Consoled) -> TestClient:
    return Programs(empty).client("crm", "ledger", "ledger-events")


def post(client: TestClient, content: Any, type: str = STRUCTURED, **headers: str) -> Any:
    body = content if isinstance(content, bytes) else orjson.dumps(content)
    return client.post(PATH, content=body, headers={"content-type": type, **headers})


def event(number: int = 1, **members: Any) -> dict[str, Any]:
    return registered(f"customer/{number}", id=f"e-{number}", source=CRM, **members)


def recorded(console: Consoled) -> list[tuple[str, Mapping[str, Any]]]:
    """Name and origin of what the ledger holds."""
    with console.site() as site:
        return [(e.id, e.origin) for e in LedgerReader(site.session("reader")).replay()]


def letters_of(console: Consoled) -> list[Any]:
    with console.site() as site:
        return list(letters(site.session("recorder")))


def test_a_structured_event_is_recorded_and_the_same_again_is_a_duplicate(
    empty: Consoled, crm: TestClient
) -> None:
    first = post(crm, event())
    assert first.status_code == 200, first.text
    assert first.json() == {
        "recorded": 1,
        "duplicates": 0,
        "refused": 0,
        "outcomes": [{"outcome": "recorded", "position": 1}],
    }
    again = post(crm, event(), "Application/CloudEvents+JSON; charset=utf-8")
    assert again.json()["outcomes"] == [{"outcome": "duplicate"}]
    assert again.json()["duplicates"] == 1
    assert recorded(empty) == [("e-1", {"file": "http/crm", "line": 1})]


def test_the_binary_mode_gives_the_same_event(empty: Consoled, crm: TestClient) -> None:
    message = event()
    data = message.pop("data")
    message.pop("datacontenttype", None)
    headers = {f"ce-{name}": quote(str(value), safe="/:") for name, value in message.items()}
    assert post(crm, data, "application/json", **headers).json()["recorded"] == 1
    assert post(crm, event()).json()["duplicates"] == 1
    broken = post(crm, data, "application/json", **(headers | {"ce-id": "%ff"}))
    assert broken.json()["code"] == "not-a-cloudevent"
    assert [letter.mode for letter in letters_of(empty)] == ["binary"]
    bare = post(crm, data, "application/json")
    assert (bare.status_code, bare.json()["code"]) == (400, "not-a-cloudevent")


def test_a_batch_says_what_became_of_each_event(empty: Consoled, crm: TestClient) -> None:
    post(crm, event(1))
    wrong = consented("customer/1", id="c-1", source=CRM, purpose=7)
    changed = event(1, kind="business")
    answer = post(crm, [event(1), event(2), event(2), wrong, event(3), changed], BATCHED)
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert [outcome["outcome"] for outcome in problem["outcomes"]] == [
        "duplicate",
        "recorded",
        "duplicate",
        "refused",
        "recorded",
        "refused",
    ]
    assert [outcome.get("position") for outcome in problem["outcomes"]] == [
        None,
        2,
        None,
        None,
        3,
        None,
    ]
    first = problem["errors"][0]
    assert (first["code"], first["pointer"]) == ("schema", "/3/data/purpose")
    assert (problem["recorded"], problem["duplicates"], problem["refused"]) == (2, 2, 2)
    assert {letter.code for letter in letters_of(empty)} == {
        fault["code"] for fault in problem["errors"]
    }
    assert post(crm, [event(1), event(2), event(3)], BATCHED).status_code == 200
    assert post(crm, [], BATCHED).json()["outcomes"] == []


def test_a_refusal_has_code_pointer_and_words_in_the_language_and_quotes_nothing(
    empty: Consoled, crm: TestClient
) -> None:
    secret = consented("customer/1", id="c-1", source=CRM, purpose="jan@example.org")
    english, dutch = post(crm, secret), post(crm, secret, **{"accept-language": "nl"})
    for answer in (english, dutch):
        assert answer.status_code == 400
        assert "jan@" not in answer.text
        problem = answer.json()
        assert problem["errors"][0]["pointer"] == problem["outcomes"][0]["pointer"] != ""
    assert english.json()["detail"] != dutch.json()["detail"]
    assert len(letters_of(empty)) == 1, "the same refused message is one letter"


@pytest.mark.parametrize(
    ("content", "type", "status"),
    [
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"{}", STRUCTURED, 400),
        (b"", STRUCTURED, 400),
        (b"\xff", STRUCTURED, 400),
        (b"{}", BATCHED, 400),
        (b"[", BATCHED, 400),
        (b"[" * 100_000, BATCHED, 400),
        (b"[%s]" % b",".join([b"1"] * (MOST_EVENTS + 1)), BATCHED, 400),
        (b'["%s"]' % (b"a" * MOST_BYTES), BATCHED, 413),
        (b'"%s"' % (b"a" * 60_000), STRUCTURED, 413),
    ],
)
def test_what_cannot_be_read(crm: TestClient, content: bytes, type: str, status: int) -> None:
    answer = post(crm, content, type)
    assert (answer.status_code, answer.json()["status"]) == (status, status)


def test_a_body_that_does_not_say_how_long_it_is_ends_at_the_limit(crm: TestClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(MOST_BYTES // 65_536 + 2):
            yield b"a" * 65_536

    answer = crm.post(PATH, content=endless(), headers={"content-type": BATCHED})
    assert answer.status_code == 413


def test_a_client_sends_for_its_own_system_alone(empty: Consoled, crm: TestClient) -> None:
    other = event(2) | {"source": "urn:voipzeker:billing"}
    answer = post(crm, [event(1), other], BATCHED)
    assert answer.status_code == 403
    assert answer.json()["outcomes"][1] | {"detail": ""} == {
        "outcome": "refused",
        "code": "source-not-allowed",
        "pointer": "/source",
        "detail": "",
    }
    assert [id for id, _ in recorded(empty)] == ["e-1"]
    assert letters_of(empty) == [], "nobody can retry what its sender may not say"
    large = orjson.dumps(other | {"data": {"x": "a" * 60_000}})
    assert post(crm, large).json()["code"] == "source-not-allowed"


def test_a_registered_system_may_send_what_it_was_registered_for(empty: Consoled) -> None:
    programs = Programs(empty)
    till = programs.client("till", "ledger-events")
    message = event() | {"source": "urn:voipzeker:till"}
    assert post(till, message).status_code == 403
    empty.record(
        consented("system/till", id="s-1", source="urn:voipzeker:privacy-office")
        | {
            "type": "nl.voipzeker.ledger.system-registered.v1",
            "data": {
                "name": "Till",
                "sources": ["urn:voipzeker:till"],
                "activity": "privacy-administration",
                "legal_basis": "6-1-c",
            },
        }
    )
    assert post(till, message).status_code == 200


def test_who_may_send(empty: Consoled, crm: TestClient) -> None:
    programs = Programs(empty)
    for client in (
        programs.client("crm", "ledger"),
        programs.client("crm", "ledger-events", kind="data-subject"),
        programs.client("crm", "ledger-events", kind="staff"),
    ):
        assert post(client, event()).status_code == 403
    client = programs.client("crm", "ledger-events")
    client.headers["authorization"] = "Bearer unknown"
    refused = post(client, event())
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")
    assert {"title", "detail", "status", "type"} <= refused.json().keys()
    assert post(empty.nobody().http, event()).status_code == 401
    assert empty.as_("operator").post(PATH, a="b").status_code == 403
    assert recorded(empty) == []


def test_posts_at_once_share_a_transaction_and_each_gets_its_own_answer(
    empty: Consoled, crm: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups: list[int] = []
    go_on = threading.Event()
    record = post_batcher.PostBatcher._record

    def counted(self: post_batcher.PostBatcher, group: Any) -> Any:
        groups.append(len(group))
        while len(groups) == 1 and self._events < 20 - groups[0]:  # until all others wait
            go_on.wait(0.01)
        return record(self, group)

    monkeypatch.setattr(post_batcher.PostBatcher, "_record", counted)
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda number: post(crm, event(number)).json(), range(1, 21)))
    positions = [answer["outcomes"][0]["position"] for answer in answers]
    assert sorted(positions) == list(range(1, 21))
    assert len(groups) == 2
    places = {id: place for place, (id, _) in enumerate(recorded(empty), 1)}
    assert positions == [places[f"e-{number}"] for number in range(1, 21)]


def test_while_the_database_is_away_nothing_is_lost_and_the_client_is_told_to_wait(
    empty: Consoled, crm: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object) -> None:
        raise ServiceAway("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr("ledger.application.record", away)
        answer = post(crm, event())
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
        assert answer.json()["code"] == "unavailable"
    assert recorded(empty) == []
    assert post(crm, event()).status_code == 200


def test_when_too_much_waits_a_client_is_told_to_wait(
    empty: Consoled, crm: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post_batcher, "MOST_WAITING", 2)
    entered, go_on = threading.Event(), threading.Event()
    record = post_batcher.PostBatcher._record

    seen: list[post_batcher.PostBatcher] = []

    def slow(self: post_batcher.PostBatcher, group: Any) -> Any:
        seen.append(self)
        entered.set()
        assert go_on.wait(30)
        return record(self, group)

    monkeypatch.setattr(post_batcher.PostBatcher, "_record", slow)
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(post, crm, event(1))
        assert entered.wait(30)
        waiting = pool.submit(post, crm, [event(2), event(3)], BATCHED)
        while not seen[0]._waiting:
            assert not go_on.wait(0.01)
        turned_away = post(crm, event(4))
        go_on.set()
        assert (turned_away.status_code, turned_away.headers["retry-after"]) == (503, "1")
        assert first.result().status_code == 200
        assert waiting.result().status_code == 200
    assert post(crm, event(4)).status_code == 200


def test_a_body_that_is_compressed_is_not_expanded(empty: Consoled, crm: TestClient) -> None:
    bomb = gzip.compress(bytes(4 * MOST_BYTES))
    for encoding in ("gzip", "GZIP", "br", "zstd", "deflate", "gzip, identity"):
        answer = post(crm, bomb, STRUCTURED, **{"content-encoding": encoding})
        assert (answer.status_code, answer.json()["code"]) == (415, "unsupported-media-type")
    assert letters_of(empty) == []
    assert post(crm, event(), STRUCTURED, **{"content-encoding": "identity"}).status_code == 200


def secret(number: int) -> dict[str, Any]:
    return next(by_kind()) | {"id": f"s-{number}", "source": CRM}


def test_what_is_withheld_is_told_to_its_sender_and_moves_no_counter_of_posts(
    empty: Consoled,
) -> None:
    registry = CollectorRegistry()
    posts = PostMetrics.on(registry)

    def counted() -> dict[str, float | None]:
        return {
            outcome: registry.get_sample_value("ledger_posted_events_total", {"outcome": outcome})
            for outcome in ("recorded", "duplicate", "refused", "foreign")
        }

    empty.console = Console(empty.pool, Origin.read(ORIGIN), posts)
    sender = Programs(empty).client("crm", "ledger", "ledger-events")
    before = counted()
    answer = post(sender, secret(1))
    assert (answer.status_code, answer.json()["code"]) == (400, "withheld")
    assert counted() == before
    assert post(sender, event(1)).status_code == 200
    assert counted() != before, "it is watched"


def every_kind_of_withheld() -> Iterator[dict[str, Any]]:
    """Of each way to be withheld some: party, provision, citation in a member, undeclared code, type, bar."""
    yield from [*by_kind()][::5]
    yield from [*by_provision()][::150]
    yield from [*by_member()][::400]
    hold = message("legal-hold-placed", hold_ref="H-1", categories=["traffic"])
    hold["data"] |= {"ground": "operation-heron", "review_on": "2030-01-01"}
    yield hold
    yield {**hold, "type": "nl.voipzeker.ledger.order-received.v1"}
    yield {**hold, "type": "nl.voipzeker.ledger.order-recieved.v7"}
    yield disclosed(notice="barred")
    yield disclosed(notice="barred", surprise=1)
    yield {**next(by_kind()), "specversion": "0.3"}


def test_every_withheld_message_has_one_and_the_same_answer(
    empty: Consoled, crm: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.floods.FLOOD_LETTERS", 10_000)
    sent = [
        {**one, "id": f"w-{number}", "source": CRM}
        for number, one in enumerate(every_kind_of_withheld())
    ]
    # A citation in an id or a source is gone with it.
    sent = [one for one in sent if secrecy().withholds(one)]
    assert len(sent) > 20
    answers = [post(crm, one) for one in sent]
    assert {(one.status_code, one.text) for one in answers} == {
        (answers[0].status_code, answers[0].text)
    }
    assert answers[0].json()["code"] == "withheld"
    post_batcher = post(crm, sent, BATCHED).json()["outcomes"]
    assert [*{orjson.dumps(one) for one in post_batcher}] == [orjson.dumps(post_batcher[0])]
    assert recorded(empty) == letters_of(empty) == []


def is_turned_away(client: TestClient, *events: dict[str, Any]) -> bool:
    answer = post(client, list(events), BATCHED)
    if answer.status_code != 503:
        assert answer.status_code in {200, 400}, answer.text
        return False
    assert answer.headers["retry-after"] == "1"
    assert "withheld" not in answer.text
    return True


def test_a_client_that_floods_with_what_is_withheld_is_turned_away_and_no_other(
    empty: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consumers.floods.FLOOD_LETTERS", 3)
    programs = Programs(empty)
    crm, network = (programs.client(one, "ledger", "ledger-events") for one in ("crm", "network"))
    other = event(9) | {"source": "urn:voipzeker:network"}
    assert not is_turned_away(crm, *map(secret, range(3)))
    assert not is_turned_away(crm, secret(3), event(1))
    assert is_turned_away(crm, event(2))
    assert is_turned_away(crm, secret(4))
    assert post(network, other).status_code == 200


def test_while_no_more_can_be_withheld_a_client_is_told_to_wait(
    empty: Consoled, crm: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as full:
        full.setattr("ledger.letters.withheld.MOST_WITHHELD", 2)
        assert not is_turned_away(crm, secret(1), secret(2), event(1))
        assert is_turned_away(crm, secret(3), event(2))
        assert not is_turned_away(crm, event(3))
        assert [id for id, _ in recorded(empty)] == ["e-1", "e-3"], (
            "nothing of what was turned away"
        )
    assert not is_turned_away(crm, secret(3), event(2))
    assert [id for id, _ in recorded(empty)] == ["e-1", "e-3", "e-2"]
