"""A published folder as it lies on disk, read by other people's code: tiles, bundles and checkpoint."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bench.ledgers.log_of_logs import LogOfLogs, chained, request_of
from bench.ledgers.splitting import write_log
from ledger.tlog.proving.proof_file import encode_proof
from ledger.tlog.publishing.state import State, grown
from ledger.tlog.signing.checkpoints import Checkpoint, cosign_checkpoint, sign_checkpoint
from ledger.tlog.signing.keys import SigningKey, VerifierKey
from ledger.tlog.signing.notes import parse_note
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.tree.tiles import bundle_path, tile_path
from tests.contract.test_third_parties import flipped
from tests.fixtures.ledger import collected, registered
from tests.fixtures.published import entries
from tests.fixtures.thirdparty import Question, Verifier
from tests.fixtures.tlog import ORIGIN, Log, log_key, witness_key

LARGE = 100_700
STEP = 16_384


def question(folder: Path, log: VerifierKey, *witnesses: VerifierKey) -> Question:
    return {
        "do": "folder",
        "folder": str(folder),
        "log": log.text,
        "witnesses": [key.text for key in witnesses],
    }


def test_what_the_publisher_published_of_real_events(log: Log, verifier: Verifier) -> None:
    house = log.house
    for number in range(3):
        house.record(*(registered(f"customer/{number}{one}") for one in range(200)), collected())
        log.publish()
        asked = question(log.path, log.key_file.load().verifier)
        assert verifier([asked]) == [f"ok {log.checkpoint().size}"]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log of 100,700 entries by the steps of the publisher, cosigned by a witness."""
    folder = LogFolder(tmp_path_factory.mktemp("large"))
    state = State()
    for first in range(0, LARGE, STEP):
        entries = [b"entry %d" % n for n in range(first, min(first + STEP, LARGE))]
        made = grown(state, entries)
        folder.put(made.tiles, made.bundles)
        folder.tidy((tile.level, tile.number) for tile in made.full)
        state = made.state
    signed = sign_checkpoint(Checkpoint(ORIGIN, LARGE, state.edge.root()), log_key())
    cosigned = cosign_checkpoint(parse_note(signed).text, witness_key(), 1_795_600_000)
    folder.publish(signed + cosigned.line.encode())
    return folder.path


def test_a_log_of_a_hundred_thousand_entries(large: Path, verifier: Verifier) -> None:
    asked = question(large, log_key().verifier, witness_key().verifier)
    assert verifier([asked]) == [f"ok {LARGE}"]


def altered(path: Path) -> Iterator[bytes]:
    """The content of a file with a bit changed at its start, in its middle and at its end."""
    content = path.read_bytes()
    for bit in (0, len(content) * 4, len(content) * 8 - 8):
        yield flipped(content, bit)
    yield content[:-1]


@pytest.mark.parametrize(
    "name",
    [
        "checkpoint",
        tile_path(0, 0),
        tile_path(0, 393, LARGE % 256),
        tile_path(1, 0),
        tile_path(1, 1, 137),
        tile_path(2, 0, 1),
        bundle_path(7),
        bundle_path(393, LARGE % 256),
    ],
)
def test_no_altered_file_of_it_is_accepted(large: Path, verifier: Verifier, name: str) -> None:
    path = large / name
    right = path.read_bytes()
    asked = question(large, log_key().verifier, witness_key().verifier)
    try:
        for content in altered(path):
            path.write_bytes(content)
            (answer,) = verifier([asked])
            assert answer.startswith("refused"), (name, answer)
    finally:
        path.write_bytes(right)


def test_a_log_of_logs_and_a_proof_through_both(tmp_path: Path, verifier: Verifier) -> None:
    """Checkpoints as entries, and an event proven up to the checkpoint of checkpoints."""
    ledgers = [SigningKey(f"ledger.example.nl/{n}", Ed25519PrivateKey.generate()) for n in range(3)]
    keys = {key.verifier.name: (key.verifier,) for key in ledgers}
    top = LogOfLogs(LogFolder(tmp_path / "top"), log_key(), keys)
    logs = []
    for size in (5, 300):
        content = entries(size)
        logs = [
            write_log(LogFolder(tmp_path / f"{size}-{n}"), content, key)
            for n, key in enumerate(ledgers)
        ]
        for key, one in zip(ledgers, logs, strict=True):
            last = top.last.get(key.verifier.name)
            assert isinstance(top.offer(request_of(one, last.size if last else 0)), Checkpoint)
        top.publish(date(2026, 11, 28))
    proof = chained(logs[1], 7, top.folder)
    through = [
        (proof.event, content[6], ledgers[1].verifier),
        (proof.checkpoint, proof.event.checkpoint, log_key().verifier),
    ]
    asked = [
        {
            "do": "proof",
            "file": encode_proof(file),
            "entry": entry,
            "log": key.text,
            "witnesses": [],
        }
        for file, entry, key in through
    ]
    assert verifier([question(top.folder.path, log_key().verifier)]) == ["ok 6"]
    assert verifier(asked) == ["ok", "ok"]
    wrong = [one | {"entry": one["entry"] + b" "} for one in asked]  # type: ignore[operator]
    assert all(answer.startswith("refused") for answer in verifier(wrong))
