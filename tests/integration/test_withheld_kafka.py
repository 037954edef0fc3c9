"""A topic with withheld messages: counts, logs, answers and halts are those of a topic without them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson

from consumers.loop import Consumer, Job
from consumers.metrics import IntakeMetrics
from consumers.store import LedgerStore
from host.running.intake_log import intake_observer
from ledger.clocks import Clocks
from ledger.figures import ledger_figures
from ledger.letters.withheld import KeyPair
from ledger.metrics import new_registry, render
from ledger.recording.quarantine import sources_of
from rulebook import secrecy
from schemas import AdmissionRules
from tests.fakes.kafka import FakeAnswers, FakeCluster, FakeSource, FakeTime
from tests.fixtures.inbound import STRUCTURED, as_binary
from tests.fixtures.ledger import House, collected, registered
from tests.unit.schemas.secret_spellings import by_kind

TOPIC = "events"
# Kafka's own offsets go on, and how long a batch took is nobody's secret.
MOVING = ("bookmark_offset", "end_offset", "lag_", "headroom", "batch_seconds", "process_")


class Said:
    """Collects what would be logged, at every level, but for offsets."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, _: str) -> Callable[..., None]:
        return self._say

    def _say(self, event: str, message: str, **fields: Any) -> None:
        offsets = {"offset", "next_offset"}
        told = {name: value for name, value in fields.items() if name not in offsets}
        self.lines.append((event, told))


def consume(house: House, pair: KeyPair, *records: Any) -> tuple[list[str], Any, list[bytes]]:
    """Metrics, logs and answers of a consumer that read these values; binary ones are pairs."""
    passing, cluster, said = FakeTime(), FakeCluster(), Said()
    (partition,) = cluster.create(TOPIC)
    for record in records:
        value, headers = record if isinstance(record, tuple) else (record, STRUCTURED)
        cluster.produce(partition, value, headers=headers)
    source = FakeSource(cluster, passing)
    source.assign([partition])
    registry, answers = new_registry(), FakeAnswers()
    log: Any = said
    observer = IntakeMetrics.on(registry, (TOPIC,)).counting(intake_observer(log))
    consumer = Consumer(
        Job((TOPIC,), AdmissionRules(secrecy=secrecy())),
        source,
        lambda: LedgerStore(house.open(withheld_key=pair.create())),
        Clocks(house.clock, passing.monotonic),
        answers=answers,
        observer=observer,
    )
    for _ in range(60):
        consumer.turn()
    lines = render(registry, "")[1].decode().splitlines()
    shown = [line for line in lines if not any(word in line for word in MOVING)]
    return shown, said.lines, list(answers.sent)


def test_nothing_but_offsets_differs(
    make_house: Callable[..., House], database_url: str, tmp_path: Path
) -> None:
    pair = KeyPair(tmp_path / "confidential")
    without, with_them = make_house(database_url, "without"), make_house(database_url, "withthem")
    first, bad, last = (
        orjson.dumps(one)
        for one in (registered(), collected(id="x", surprise=1), collected(id="last"))
    )
    secret = [orjson.dumps(one) for one in by_kind()]
    binary = as_binary(next(by_kind()) | {"id": "binary"})
    quiet = consume(without, pair, first, bad, last)
    told = consume(with_them, pair, first, *secret, bad, binary, last)
    assert told[0] == quiet[0]
    assert told[1] == quiet[1]
    assert len(told[2]) == len(quiet[2]) == 1
    figures = [
        ledger_figures(house.session("reader"), house.ledger, house.clock())
        for house in (without, with_them)
    ]
    changed = {name for name in figures[0] if figures[0][name] != figures[1][name]}
    assert changed == {"ledger_withheld_messages"}
    assert figures[1]["ledger_withheld_messages"] == {(): float(len(secret) + 1)}
    windows = [
        house.session("reader").rows("intake_windows_of", topics=[TOPIC])
        for house in (without, with_them)
    ]
    assert windows[0] == windows[1]
    sources = [sources_of(house.session("reader")) for house in (without, with_them)]
    assert sources[0] == sources[1]
