"""A replica is promoted that lacks published events: nothing forks, and they come back from the log."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from host.environment import settings_from
from tests.fixtures.console import Cli, collected, registered
from tests.fixtures.inbound import send
from tests.fixtures.kafka import MakeTopic
from tests.fixtures.replica import Pair
from tests.fixtures.running import Started, eventually
from tests.web.console import Consoled
from tests.web.programs import Programs

Start = Callable[..., Started]
HELD, LOST, BARE = "customer/10023", "customer/20001", "customer/20002"
STRUCTURED_TYPE = "application/cloudevents+json"
BEHIND = "the database ends at position 2, and position 5 is published"
HEAD = "SELECT (position, batch, erasures)::text FROM ledger_main.head"
POSITION = "SELECT position FROM ledger_main.head"
SENT = {LOST: (registered(LOST), collected(LOST)), BARE: (registered(BARE),)}
# Commands that write, each in its own way.
WRITERS = (
    ("ingest", "-"),
    ("erase", HELD, "--ground", "request"),
    ("retention", "run", "--yes"),
    ("keys", "rotate"),
    ("upkeep",),
    ("dead-letters", "retry"),
    (
        "hold",
        "place",
        HELD,
        "H-1",
        "--ground=claim",
        "--review-on=2030-01-01",
        "--category=contact",
    ),
    ("record", "customer-registered", "--subject", "customer/3", "--file", "-", "--yes"),
    ("publish", "--once"),
    ("publish",),
)
FACTS = {
    "customer_kind": "consumer",
    "channel": "shop",
    "notice_version": "2026-1",
    "activity": "subscription-management",
    "legal_basis": "6-1-b",
}


@pytest.fixture
def away(program: Cli, pair: Pair) -> Cli:
    """A ledger on a promoted replica that lacks the last events, all of which are published."""
    program.set(DATABASE_URL=pair.primary.url())
    assert program("init").status == 0
    program.record(registered(HELD), collected(HELD))
    assert program("publish", "--once").status == 0
    pair.follow()
    pair.part()
    program.record(*SENT[LOST], *SENT[BARE])
    assert program("publish", "--once").status == 0
    program.url = pair.lose()
    program.set(DATABASE_URL=program.url)
    return program


def given(*arguments: str) -> bytes:
    """What a command reads."""
    if arguments[0] == "record":
        return orjson.dumps(FACTS)
    return orjson.dumps(registered("customer/3"))


def test_nothing_writes_to_a_database_that_lacks_what_was_published(away: Cli, pair: Pair) -> None:
    before = pair.replica.value(HEAD)
    for writer in WRITERS:
        ran = away(*writer, stdin=given(*writer))
        assert (ran.status, BEHIND in ran.err) == (1, True), (writer, ran.err)
        assert "`ledger restore` into a new database" in ran.err
        assert pair.replica.value(HEAD) == before, writer
    status = away("status", "--json")
    assert (status.status, status.json["position"]) == (1, 2)
    assert status.json["promise"]["state"] == "contradicted"
    assert BEHIND in status.json["promise"]["why"]
    for language, words in (("en", "nothing writes to it"), ("nl", "niets schrijft erin")):
        away.set(LANGUAGE=language)
        assert words in " ".join(away("status").out.decode().split())
    console = Consoled(settings_from({}))
    client = Programs(console).client("crm", "ledger", "ledger-events")
    body = orjson.dumps(registered("customer/3", source="urn:voipzeker:crm"))
    answer = client.post("/api/v1/events", content=body, headers={"content-type": STRUCTURED_TYPE})
    assert (answer.status_code, pair.replica.value(HEAD)) == (503, before)
    console.pool.close()


def restored(away: Cli, pair: Pair) -> Any:
    """The way out that is printed: a backup of what is there, and a restore into a new database."""
    folders = (str(away.folder / "copy"), "--keys", str(away.folder / "copy-keys"))
    assert away("backup", *folders).status == 0
    pair.replica.execute("CREATE DATABASE anew")
    away.set(DATABASE_URL=pair.replica.url("anew"))
    ran = away("restore", *folders, "--json")
    assert ran.status in {0, 1}, ran.err
    return ran


def test_the_way_out_brings_every_event_back(away: Cli, pair: Pair) -> None:
    """Their keys are in no log: of whom values are lost is named, by the messages of the senders."""
    ran = restored(away, pair)
    assert (ran.status, ran.json["position"], ran.json["reimported"]) == (0, 2, 3)
    told = [
        (person["findable"], [(event["id"], event["categories"]) for event in person["events"]])
        for person in ran.json["lost"]
    ]
    sent = SENT[LOST], SENT[BARE]
    assert told == [
        (False, [(sent[0][0]["id"], []), (sent[0][1]["id"], ["contact", "identity"])]),
        (False, [(sent[1][0]["id"], [])]),
    ]
    assert away("status", "--json").json["promise"] == {"state": "kept", "why": None}
    assert away("audit", "--views").status == 0
    # The same messages again are duplicates; under new ids they are sealed anew, and found.
    again = away.record(*SENT[LOST], *SENT[BARE])
    assert (again["duplicates"], again["recorded"]) == (3, 0)
    assert away("state", LOST).status == 1
    away.record(*({**message, "id": f"{message['id']}-again"} for message in SENT[LOST]))
    assert away("state", LOST, "--json").json["personal"]["identity"] == {"name": "J. de Vries"}
    assert away("publish", "--once", "--json").json["size"] >= 7
    assert away("audit", "--views").status == 0


@pytest.mark.kafka
def test_a_consumer_that_lives_through_it_ends_and_records_nothing(
    program: Cli, pair: Pair, start: Start, kafka_topic: MakeTopic, kafka_bootstrap: str
) -> None:
    """It follows the pair by the usual URL of a cluster; /readyz and a metric say how it stands."""
    topic = kafka_topic()
    program.set(
        DATABASE_URL=pair.url,
        KAFKA_BOOTSTRAP=kafka_bootstrap,
        KAFKA_TOPICS=topic,
        KAFKA_ANSWERS=kafka_topic(),
        KAFKA_SESSION_S="6",
    )
    assert program("init").status == 0
    consumer = start("consume")
    served = consumer.served("consume")
    send(kafka_bootstrap, topic, [orjson.dumps(registered(HELD))])
    eventually(lambda: pair.primary.value(POSITION) == 1, "it records")
    assert served.values()["ledger_fenced"] == served.values()["ledger_promise_unread"] == {(): 0.0}
    pair.follow()
    pair.part()
    send(kafka_bootstrap, topic, [orjson.dumps(registered(LOST))])
    eventually(lambda: pair.primary.value(POSITION) == 2, "it records what is lost")
    assert program("publish", "--once").status == 0
    pair.lose()
    assert consumer.ended() == 1
    assert "the database ends at position 1, and position 2 is published" in consumer.said
    assert pair.replica.value(POSITION) == 1
    console = start("serve", LEDGER_WEB_PORT="0")
    served = console.served("serve")
    eventually(lambda: served.values().get("ledger_fenced") == {(): 1.0}, "the alert fires")
    assert "position 2 is published" in served.health("/readyz")[1]["missing"]["promise"]
    assert console.stop() == 0
