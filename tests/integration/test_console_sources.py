"""What an operator reads off and does about sources and dead letters, with a real broker and a consumer."""

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from tests.fixtures.console import Cli, message, registered
from tests.fixtures.inbound import send
from tests.fixtures.running import Started
from tests.integration.test_console_run import wait_for

pytestmark = pytest.mark.kafka


# All three are in the house's register.
GOOD, BAD, OTHER = (f"urn:voipzeker:{name}" for name in ("crm", "helpdesk", "order-portal"))


def event(number: int, source: str, **members: Any) -> bytes:
    return orjson.dumps(
        registered(f"customer/{number}", id=f"e-{number}", source=source, **members)
    )


def thirds(first: int, last: int) -> list[bytes]:
    """Every third one from a source with an unknown fact; the others are fine, of two sources."""
    sources = (GOOD, OTHER, BAD)
    return [
        event(n, sources[n % 3], **({"surprise": 1} if n % 3 == 2 else {}))
        for n in range(first, last)
    ]


def arrived(status: Any, topic: str) -> dict[str, int]:
    (row,) = [one for one in status["intake"]["topics"] if one["topic"] == topic]
    return {name: count for name, count in row.items() if name != "topic"}


def test_one_bad_team_stops_nobody_and_loses_nothing(
    cli: Cli,
    topic: str,
    kafka_bootstrap: str,
    start: Callable[..., Started],
) -> None:
    sent = thirds(0, 600)
    running = start("consume", "--batch-events", "150")
    send(kafka_bootstrap, topic, sent)
    wait_for(cli, lambda s: s["kafka"] and s["kafka"][0]["bookmark"] == 600)
    fine = [event(n, BAD) for n in range(600, 610)]
    send(kafka_bootstrap, topic, [*fine, *sent[:9]])
    status = wait_for(cli, lambda s: s["kafka"][0]["bookmark"] == 619)
    assert status["halted"] == []
    assert status["quarantined"] == [{"topic": topic, "source": BAD}]
    assert arrived(status, topic) == {
        "messages": 619,
        "recorded": 400,
        "duplicates": 6,
        "refused": 203,
        "quarantined": 10,
    }
    assert (status["position"], status["dead_letters"], status["dead_letter_messages"]) == (
        400,
        210,
        213,
    )
    assert "quarantined" in running.said
    assert BAD not in running.said
    mended(cli, topic, kafka_bootstrap)
    assert running.stop() == 0
    assert cli("audit").status == 0


def mended(cli: Cli, topic: str, bootstrap: str) -> None:
    """The operator looks, lets the source in, and brings in what was kept."""
    rows = {row["source"]: row for row in cli("kafka", "sources", "--json").json["sources"]}
    assert {source: row["state"] for source, row in rows.items()} == {
        GOOD: "reading",
        OTHER: "reading",
        BAD: "quarantined",
    }
    bad = rows[BAD]
    assert (bad["refused"], bad["quarantined"], bad["recorded"]) == (203, 10, 0)
    assert bad["resume"] == f"ledger kafka resume --topic {topic} --source {BAD}"
    assert bad["reason"]["refused"] == bad["reason"]["of"] >= 100
    shown = cli("kafka", "sources", "--language", "nl").out.decode()
    assert "IN QUARANTAINE" in shown
    assert cli("kafka", "sources", "--topic", f"{topic}x").status == 2
    wrong = cli("kafka", "resume", "--source", "urn:voipzeker:helpdsk")
    assert (wrong.status, BAD in wrong.err) == (2, True)
    resumed = cli("kafka", "resume", "--topic", topic, "--source", BAD, "--json").json
    assert (resumed["resumed"], resumed["kept"]) == ([topic], 10)
    tried = cli(*resumed["retry"].split()[1:], "--json")
    assert tried.status == 0
    assert {row["outcome"] for row in tried.json["dead_letters"]} == {"recorded"}
    send(bootstrap, topic, [event(700, BAD)])
    status = wait_for(cli, lambda s: s["position"] == 411)
    assert status["quarantined"] == []
    assert arrived(status, "command:retry")["recorded"] == 10
    assert status["intake"]["total"]["recorded"] == status["position"]


def test_a_topic_of_which_most_fails_halts_and_says_what_to_look_at(
    cli: Cli,
    topic: str,
    kafka_bootstrap: str,
    start: Callable[..., Started],
) -> None:
    send(kafka_bootstrap, topic, [event(n, (BAD, OTHER)[n % 2], surprise=1) for n in range(250)])
    running = start("consume")
    assert running.ended() == 1
    assert "ledger kafka sources" in running.said
    status = cli("status", "--json").json
    assert (status["halted"], status["quarantined"]) == ([topic], [])
    rows = cli("kafka", "sources", "--topic", topic, "--json").json["sources"]
    assert {row["state"] for row in rows} == {"halted"}
    assert {row["resume"] for row in rows} == {"ledger consume --resume"}


def test_one_writer_with_names_that_it_makes_up_stops_nobody(
    cli: Cli,
    topic: str,
    kafka_bootstrap: str,
    start: Callable[..., Started],
) -> None:
    """They are quarantined together, in one row. One that is registered is let in, and so are its letters."""
    new = "urn:voipzeker:new-system"
    odd = [event(n, f"urn:made-up:{n}", surprise=1) for n in range(150)]
    rubbish = [b"rubbish %d" % n for n in range(150)]
    running = start("consume", "--batch-events", "150")
    send(kafka_bootstrap, topic, [*odd, *rubbish, *[event(n, GOOD) for n in range(150, 200)]])
    wait_for(cli, lambda s: s["kafka"] and s["kafka"][0]["bookmark"] == 350)
    send(kafka_bootstrap, topic, [event(200, new), event(201, GOOD)])
    status = wait_for(cli, lambda s: s["kafka"][0]["bookmark"] == 352)
    assert (status["halted"], status["position"]) == ([], 51)
    assert status["quarantined"] == [{"topic": topic, "source": "*"}]
    rows = {row["source"]: row for row in cli("kafka", "sources", "--json").json["sources"]}
    assert rows.keys() == {"*", None, GOOD}
    assert (rows["*"]["refused"], rows["*"]["quarantined"], rows[None]["refused"]) == (150, 1, 150)
    assert "urn:made-up" not in running.said
    office = {"source": "urn:voipzeker:privacy-office"}
    file = cli.folder / "systems.ndjson"
    registration = message("system-registered", "system/new", sources=[new]) | office
    file.write_bytes(orjson.dumps(registration))
    assert cli("ingest", "--as-privacy-office", str(file), "--json").json["recorded"] == 1
    send(kafka_bootstrap, topic, [event(202, new)])
    status = wait_for(cli, lambda s: s["kafka"][0]["bookmark"] == 353)
    assert status["position"] == 53
    retried = cli("dead-letters", "retry", "--code", "quarantined", "--source", new, "--json")
    assert [row["outcome"] for row in retried.json["dead_letters"]] == ["recorded"]
    resumed = cli("kafka", "resume", "--topic", topic, "--source", "*", "--json").json
    assert resumed["resumed"] == [topic]
    assert running.stop() == 0
    assert cli("audit").status == 0
