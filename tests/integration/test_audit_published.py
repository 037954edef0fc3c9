"""Tampering with a published ledger, one thing at a time and with every guard off: the audit names each."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ledger.audit import Audit, PublishedLog, audit
from ledger.tlog.tree.tiles import bundle_path, tile_path
from tests.fixtures.guards import GUARDS_ON
from tests.fixtures.ledger import House, copied, message
from tests.fixtures.postgres import Templates
from tests.fixtures.rewriting import Rewrite, statement_of
from tests.fixtures.tlog import Log

SIZES = (300, 301, 520)  # published; the tail of some more is not
TAIL = 7


def record(house: House, first: int, count: int) -> None:
    facts = {"kind": "processor", "role": "processor", "country": "NL", "valid_from": "2026-01-01"}
    ledger = house.open()
    house.record(
        *(
            message("recipient-registered", f"recipient/r-{number % 50}", name="Hosting", **facts)
            for number in range(first, first + count)
        ),
        ledger=ledger,
    )
    ledger.close()


def work(house: House) -> None:
    log, done = Log(house, house.keys / "tlog"), 0
    for size in SIZES:
        record(house, done, size - done)
        log.publish()
        done = size
    record(house, done, TAIL)


@pytest.fixture
def published(templates: Templates, tmp_path: Path) -> Iterator[Log]:
    with copied(templates, tmp_path, "thrice_published", work) as house:
        yield Log(house, house.keys / "tlog")


def audited(log: Log) -> Audit:
    keys = tuple(log.key_file.known())
    return audit(log.house.session("reader"), PublishedLog(log.folder, keys))


def found(log: Log) -> set[tuple[str, int | None]]:
    return {(finding.kind, finding.position) for finding in audited(log).findings}


def tamper(log: Log, change: str | Rewrite) -> None:
    owner, statement = log.house.session(None), statement_of(log.house, change)
    for table in ("events", "event_ids", "batches", "head"):
        owner.script(f"ALTER TABLE {table} DISABLE TRIGGER ALL", {})
    owner.script(statement, {})
    owner.script(GUARDS_ON, {})


def test_a_published_ledger_in_order(published: Log) -> None:
    result = audited(published)
    assert (result.findings, result.size) == ((), SIZES[-1] + TAIL)


SWAP = (
    "UPDATE events SET notification_id = 9999 WHERE notification_id = 41;"
    "UPDATE events SET notification_id = 41 WHERE notification_id = 42;"
    "UPDATE events SET notification_id = 42 WHERE notification_id = 9999"
)
INSERT = (
    "INSERT INTO events SELECT 528, recorded_at, gen_random_uuid(), 1, topic, state FROM events"
    " WHERE notification_id = 527; UPDATE head SET position = 528"
)
# Renumbers everything behind it: the hole is hidden, and nothing fits what was published.
SHIFT = (
    "DELETE FROM events WHERE notification_id = 100;"
    "UPDATE events SET notification_id = -notification_id WHERE notification_id > 100;"
    "UPDATE events SET notification_id = -notification_id - 1 WHERE notification_id < 0;"
    "UPDATE head SET position = position - 1"
)
EVENTS: dict[str, tuple[str | Rewrite, set[tuple[str, int | None]]]] = {
    "a stream": (
        "UPDATE events SET originator_id = gen_random_uuid() WHERE notification_id = 7",
        {("leaf", 7)},
    ),
    "a version": (
        "UPDATE events SET originator_version = 1000 WHERE notification_id = 300",
        {("leaf", 300), ("version", 300)},
    ),
    "a type": (
        "UPDATE events SET topic = replace(topic, 'registered', 'ended') WHERE notification_id = 301",
        {("leaf", 301)},
    ),
    "a state": (
        Rewrite("NL", "BE", 256),
        {("leaf", 256)},
    ),
    "a recorded time": (
        "UPDATE events SET recorded_at = recorded_at - interval '1 us' WHERE notification_id = 257",
        {("leaf", 257)},
    ),
    "two events": (SWAP, {("leaf", 41), ("leaf", 42)}),
    "the first event": ("DELETE FROM events WHERE notification_id = 1", {("position", 2)}),
    "a middle event": ("DELETE FROM events WHERE notification_id = 260", {("position", 261)}),
    "the last published event": (
        "DELETE FROM events WHERE notification_id >= 520; UPDATE head SET position = 519",
        {("rolled-back", 519)},
    ),
    "the last event": ("DELETE FROM events WHERE notification_id = 527", {("head", 526)}),
    "an inserted event": (INSERT, {("event-id", 528), ("batch", 528)}),
    "a removed event, all others moved up": (SHIFT, {("leaf", 100), ("leaf", 519)}),
}


@pytest.mark.parametrize("what", EVENTS)
def test_a_changed_event_is_named(published: Log, what: str) -> None:
    change, wanted = EVENTS[what]
    tamper(published, change)
    assert wanted <= found(published)


def test_one_changed_event_is_one_finding(published: Log) -> None:
    tamper(published, EVENTS["a state"][0])
    assert found(published) == {("leaf", 256)}


def flip(path: Path, at: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= 1
    path.write_bytes(content)


def of_leaf_tile(log: Log) -> None:
    flip(log.path / tile_path(0, 0), 40 * 32 + 5)


def of_partial_tile(log: Log) -> None:
    flip(log.path / tile_path(0, 2, 8), 3 * 32)


def of_upper_tile(log: Log) -> None:
    flip(log.path / tile_path(1, 0, 2), 32)


def of_bundle(log: Log) -> None:
    flip(log.path / bundle_path(0), 100)


def of_checkpoint(log: Log) -> None:
    path = log.path / "checkpoint"
    flip(path, path.read_bytes().index(b"\n520\n") + 2)


def of_history(log: Log) -> None:
    (path,) = (log.path / "checkpoints").iterdir()
    flip(path, path.read_bytes().index(b"\n301\n") + 8)


def without_tile(log: Log) -> None:
    (log.path / tile_path(0, 1)).unlink()


def without_checkpoint(log: Log) -> None:
    (log.path / "checkpoint").unlink()


def without_history(log: Log) -> None:
    (path,) = (log.path / "checkpoints").iterdir()
    path.unlink()


FILES: list[tuple[Callable[[Log], None], tuple[str, int | None]]] = [
    (of_leaf_tile, ("tile", 41)),
    (of_partial_tile, ("tile", 516)),
    (of_upper_tile, ("tile", None)),
    (of_bundle, ("bundle", 1)),
    (of_checkpoint, ("checkpoint", None)),
    (of_history, ("checkpoint", None)),
    (without_tile, ("tile", 257)),
    (without_checkpoint, ("checkpoint", None)),
    (without_history, ("checkpoint", None)),
]


@pytest.mark.parametrize(("change", "wanted"), FILES, ids=lambda c: getattr(c, "__name__", ""))
def test_a_changed_file_is_named(
    published: Log, change: Callable[[Log], None], wanted: tuple[str, int | None]
) -> None:
    change(published)
    assert wanted in found(published)


def test_an_event_and_its_tile_changed_together_contradict_what_was_signed(published: Log) -> None:
    """Whoever owns database and files cannot forge the old checkpoint."""
    tamper(published, EVENTS["a state"][0])
    forger = Log(published.house, published.path.with_name("forged"), "ledger.localhost/forged")
    forger.publish()
    for path in (forger.path / "tile").rglob("*"):
        if path.is_file():
            target = published.path / path.relative_to(forger.path)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    kinds = {kind for kind, _ in found(published)}
    assert "root" in kinds


def test_a_tree_of_the_tiles_that_was_not_signed_either_is_said_to_be_another_one(
    published: Log,
) -> None:
    """An event differs, and another leaf: neither the table nor the tiles come to what was signed."""
    tamper(published, EVENTS["a state"][0])
    of_leaf_tile(published)
    findings = audited(published).findings
    assert {("leaf", 41), ("leaf", 256)} <= {(one.kind, one.position) for one in findings}
    roots = [one.detail for one in findings if one.kind == "root"]
    assert roots[:1] == ["positions 1 to 300 make up another tree than was signed"]


@pytest.mark.parametrize(
    "change",
    ["UPDATE head SET position = 999", "DELETE FROM batches WHERE batch = 2", "DELETE FROM head"],
)
def test_the_tables_around_the_log(published: Log, change: str) -> None:
    tamper(published, change)
    assert not audited(published).ok
