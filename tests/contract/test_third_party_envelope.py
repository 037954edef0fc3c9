"""Sealed values of entries, opened by code that knows the specification alone, and by an auditor's tools."""

import json
import os
import shutil
import subprocess
from base64 import urlsafe_b64encode
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from ledger.event import RecordedEvent, encode_header
from ledger.keys.opening import Opener, sealed_group
from ledger.library.mapper import EventMapper
from tests.fixtures.envelope import VECTORS
from tests.fixtures.ledger import House, collected, registered
from tests.fixtures.thirdparty import Question, Verifier

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "envelope.md"
TOOLS = ("sh", "jq", "base64", "openssl")


def question(vector: dict[str, Any]) -> Question:
    entry, key = vector["entry"].encode(), bytes.fromhex(vector["key"])
    asked = {name: vector[name] for name in ("ledger", "category", "months")}
    return {"do": "open", "entry": entry, "key": key, **asked}


def test_another_program_opens_the_vectors_and_refuses_altered_ones(verifier: Verifier) -> None:
    answers = verifier(map(question, VECTORS["opened"] + VECTORS["refused"]))
    opened, refused = answers[: len(VECTORS["opened"])], answers[len(VECTORS["opened"]) :]
    for answer, vector in zip(opened, VECTORS["opened"], strict=True):
        assert answer.startswith("ok ")
        assert json.loads(answer.removeprefix("ok ")) == vector["values"]
    for answer, vector in zip(refused, VECTORS["refused"], strict=True):
        assert answer.startswith("refused: "), vector["name"]


def test_another_program_opens_what_the_ledger_recorded(house: House, verifier: Verifier) -> None:
    house.record(registered(), collected())
    event, opener = house.events()[1], house.opener()
    header = encode_header(
        position=event.position,
        recorded_at=event.recorded_at,
        stream=event.stream,
        type=event.type,
        version=event.version,
    )
    entry = header + b"\n" + EventMapper().to_stored_event(event).state
    wanted = opener.personal(event)
    asked = [
        {
            "do": "open",
            "ledger": str(house.ledger),
            "entry": entry,
            "category": category,
            "key": key_of(opener, event, category),
        }
        for category in event.sealed
    ]
    told: dict[str, Any] = {}
    for answer in verifier(asked):
        told |= json.loads(answer.removeprefix("ok "))
    assert told == wanted == collected()["data"]["personal"]


def key_of(opener: Opener, event: RecordedEvent, category: str) -> bytes:
    key = opener._key(sealed_group(event, category))
    assert key
    return key.secret


# jq reads numbers as doubles, so one of 2^64 is shown rounded; and the page derives no key of a month.
SHOWN = [vector for vector in VECTORS["opened"] if vector["category"] not in {"service", "traffic"}]


@pytest.mark.parametrize("vector", SHOWN, ids=lambda vector: vector["name"])
def test_the_commands_of_the_page_show_the_values(vector: dict[str, Any], tmp_path: Path) -> None:
    if any(shutil.which(tool) is None for tool in TOOLS):
        pytest.skip("an auditor's tools are not here")
    commands = PAGE.read_text().partition("```sh\n")[2].partition("```")[0]
    (tmp_path / "entry").write_bytes(vector["entry"].encode())
    given = {"CATEGORY": vector["category"], "KEY": vector["key"]}
    ran = subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=tmp_path,
        env=os.environ | given,
        capture_output=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr.decode()
    assert json.loads(ran.stdout) == vector["values"]


def test_a_wrapped_key_opens_as_the_page_says(house: House) -> None:
    """With the key folder and a table alone, by the cipher of a library: nothing of the ledger's own code."""
    house.record(registered(), collected(), collected(id="later", time="2026-03-03T10:00:00Z"))
    with psycopg.connect(house.url) as connection:
        rows = connection.execute(
            "SELECT subject::text, category, generation, from_month, epoch, wrapped"
            " FROM ledger_main_keys.data_keys"
        ).fetchall()
    opened = {}
    for subject, category, generation, month, epoch, wrapped in rows:
        secret = (house.keys / "main" / f"epoch-{epoch:06}.key").read_bytes()
        row = ["main", subject, category, generation, month, epoch]
        place = json.dumps(row, separators=(",", ":")).encode()
        assert (len(secret), len(wrapped), wrapped[:1]) == (32, 61, b"\x01")
        key = AESGCM(secret).decrypt(wrapped[1:13], wrapped[13:], b"\x01" + place)
        derived = HKDF(SHA256(), 32, None, b"processing-ledger/key-id/1").derive(key)
        opened[urlsafe_b64encode(derived).rstrip(b"=").decode()] = (subject, category, month)
    sealed = [(event, category) for event in house.events() for category in event.sealed]
    assert len(sealed) > 2
    for event, category in sealed:
        month = event.time.year * 12 + event.time.month - 1
        assert opened[sealed_group(event, category).key] == (str(event.stream), category, month)
