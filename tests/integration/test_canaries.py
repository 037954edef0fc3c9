"""No plaintext personal data is ever written: canaries in every field, then a search of every byte.

What is searched: the server's whole data directory (write-ahead log included, states out of their frames),
the key folder with the journal, and what the process wrote to its log and output.
"""

import base64
import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from ledger.embedded import Server, start
from ledger.keys.rotation import first_epoch, rotate
from ledger.names import LedgerName
from ledger.storage.frames import framed
from ledger.storage.install import install
from schemas import PERSONAL_FIELDS
from tests.fixtures.ledger import Clock, House, collected, message
from tests.fixtures.postgres import short_folder
from tests.fixtures.rewriting import states_in

# Values that fulfil the formats and occur nowhere else.
CANARIES: dict[str, Any] = {
    "email": "kanarie.mail@canary-7731.example.nl",
    "invoice_email": "kanarie.factuur@canary-7732.example.nl",
    "mobile_number": "+31677317733",
    "fixed_number": "+31207317734",
    "called_number": "+31207317735",
    "calling_number": "+31207317736",
    "iban": "NL20INGB0001234567",
    "postcode": "7731 QX",
    "kvk_number": "77317737",
    "date_of_birth": "1977-03-17",
}
REFERENCE = "customer/kanarie-7731-klant"


def canary(field: str) -> Any:
    return CANARIES.get(field, f"Kanarie-{field}-7731-vogel")


def lines() -> list[dict[str, Any] | bytes]:
    good = [
        collected(
            REFERENCE,
            categories=[] if category == "remark" else [category],
            personal={field: canary(field)},
        )
        for field, category in PERSONAL_FIELDS.items()
    ]
    secret = "Kanarie-slecht-7731-bericht"
    bad: list[dict[str, Any] | bytes] = [
        f'{{"half": "{secret}'.encode(),
        orjson.dumps(secret),
        orjson.dumps({secret: secret}),
        collected(REFERENCE) | {"type": secret},
        collected(REFERENCE) | {secret: secret},
        collected(REFERENCE, personal={secret: secret}),
        collected(REFERENCE, personal={"email": secret}),
        collected(REFERENCE, channel=f"{secret} met spaties"),
        collected(REFERENCE, channel="0677317733"),
        collected(REFERENCE, time="2099-01-01T00:00:00Z", personal={"name": secret}),
        message("consent-given", REFERENCE, purpose=secret),
        orjson.dumps(collected(REFERENCE, personal={"name": secret * 3000})),
    ]
    return [*good, *bad, good[0] | {"time": "2026-11-24T10:16:00+01:00"}]


def needles() -> dict[str, list[bytes]]:
    values = {field: str(canary(field)) for field in PERSONAL_FIELDS}
    values |= {
        "bad": "Kanarie-slecht-7731",
        "reference": REFERENCE,
        "phone in a fact": "0677317733",
    }
    return {name: list(spellings(value)) for name, value in values.items()}


def spellings(value: str) -> Iterator[bytes]:
    utf8 = value.encode()
    yield from (utf8, value.encode("utf-16-le"), value.encode("utf-16-be"))
    yield from (utf8.hex().encode(), utf8.hex().upper().encode())
    for shift in range(3):  # base64 of the value inside a longer text, at each alignment
        encoded = base64.b64encode(b"\0" * shift + utf8)
        yield encoded[(0, 2, 3)[shift] : len(encoded) - 4]


def found(folder: Path) -> set[str]:
    wanted = needles()
    hits = set()
    for path in folder.rglob("*"):
        content = path.read_bytes() if path.is_file() else b""
        text = b"\n".join([content, str(path).encode(), *states_in(content)])
        hits |= {
            f"{name} in {path.name}"
            for name, forms in wanted.items()
            if any(form in text for form in forms)
        }
    return hits


@pytest.fixture
def own_server() -> Iterator[tuple[Server, Path]]:
    with short_folder() as folder, start(folder) as server:
        yield server, folder


def test_no_canary_reaches_the_disk_the_log_or_the_output(
    own_server: tuple[Server, Path],
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    server, folder = own_server
    house = House(server.url(), tmp_path / "keys", LedgerName(), Clock())
    install(house.database, house.ledger, house.clock())
    first_epoch(house.session("eraser"), house.provider, house.ledger, house.clock())
    everything = lines()
    outcome = house.record(*everything)
    assert outcome.recorded == len(PERSONAL_FIELDS)
    assert len(outcome.rejections) == len(everything) - len(PERSONAL_FIELDS)
    house.eraser().erase(REFERENCE, ["contact"], "request")
    rotate(house.session("eraser"), house.provider, house.ledger, datetime.now(UTC))
    house.session(None).script("CHECKPOINT", {})
    house.close()
    server.stop()
    files = [
        path.read_bytes() for path in (folder / "cluster" / "base").rglob("*") if path.is_file()
    ]
    assert sum(len(states_in(content)) for content in files) >= len(PERSONAL_FIELDS)
    assert found(folder) == set()
    assert found(tmp_path) == set()
    written = caplog.text + "".join(capfd.readouterr()) + repr(outcome)
    assert not [
        name
        for name, forms in needles().items()
        if forms[0].decode() in written and name != "reference"
    ]


def test_the_search_itself_finds_what_is_there(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"xx" + base64.b64encode(b"yy" + REFERENCE.encode() + b"zzz"))
    assert found(tmp_path) == {"reference in file"}
    (tmp_path / "file").write_bytes(CANARIES["iban"].encode("utf-16-le"))
    assert found(tmp_path) == {"iban in file"}
    state = orjson.dumps({"facts": {"channel": CANARIES["email"]}})
    (tmp_path / "file").write_bytes(b"xx" + framed(state) + b"yy")
    assert found(tmp_path) == {"email in file"}
