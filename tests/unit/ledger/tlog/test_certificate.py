"""A certificate of erasure proves what an honest log says, at the position that it says."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from ledger.errors import Unproven
from ledger.event import OWN_SOURCE, encode_header, encode_state, instant
from ledger.tlog.proving.certificate import (
    CertificateContent,
    ProvenEntry,
    encode_certificate,
    parse_certificate,
    verify,
)
from ledger.tlog.proving.proof_file import encode_proof
from ledger.tlog.proving.reading import prove
from schemas import names
from tests.fixtures.published import entries, publish
from tests.fixtures.tlog import log_key

START = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = f"{OWN_SOURCE}erasure"


def entry(position: int, name: str, id: str, **more: Any) -> bytes:
    stream = more.pop("stream", UUID(int=7))
    recorded = START + timedelta(minutes=position)
    type = f"{names.PREFIX}{name}.v1"
    header = encode_header(
        position=position, recorded_at=recorded, stream=stream, type=type, version=position
    )
    facts: dict[str, Any] = (
        {"decisions": {"contact": {"decision": "erase", "ground": "request"}}}
        if name == names.ERASURE_DECIDED
        else {"ground": "request", "categories": ["contact"], "keys_destroyed": ["k" * 22]}
    )
    members: dict[str, Any] = {
        "id": id,
        "source": more.pop("source", SOURCE),
        "time": instant(recorded),
        "categories": ["contact"],
        "facts": facts,
        "origin": {"command": "erase"},
    }
    return header + b"\n" + encode_state(members)


def decided(position: int, id: str = "e.decided", **more: Any) -> bytes:
    return entry(position, names.ERASURE_DECIDED, id, **more)


def erased(position: int, id: str = "e.erased", **more: Any) -> bytes:
    return entry(position, names.PERSONAL_DATA_ERASED, id, **more)


def verified(folder: Path, content: dict[int, bytes]) -> CertificateContent:
    """What a log of nine entries proves of two of them. `content`: by the place that the log gives them."""
    every = entries(9)
    for place, one in content.items():
        every[place - 1] = one
    log = publish(folder, every)
    first, second = (
        ProvenEntry(one, encode_proof(prove(log, place))) for place, one in content.items()
    )
    certificate = parse_certificate(encode_certificate(first, second))
    return verify(certificate, [log_key().verifier])


def test_a_decision_and_its_erasure_are_proven(tmp_path: Path) -> None:
    found = verified(tmp_path, {4: decided(4), 5: erased(5)})
    assert (found.positions, found.size, found.ground) == ((4, 5), 9, "request")


@pytest.mark.parametrize("says", [1, 3, 6, 9])
def test_an_entry_that_says_another_position_than_the_log_has_is_not_believed(
    tmp_path: Path, says: int
) -> None:
    """A log that lies could show one entry at one place and prove it at another."""
    with pytest.raises(Unproven, match="another position"):
        verified(tmp_path / "erased", {4: decided(4), 5: erased(says)})
    with pytest.raises(Unproven, match="another position"):
        verified(tmp_path / "decided", {4: decided(says), 5: erased(5)})


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ({4: decided(4, "other.decided"), 5: erased(5)}, "another erasure"),
        ({4: decided(4, stream=UUID(int=8)), 5: erased(5)}, "another erasure"),
        ({6: decided(6), 5: erased(5)}, "came after"),
        ({4: decided(4, source="urn:test:crm"), 5: erased(5)}, "the ledger's own"),
        ({4: decided(4), 5: erased(5, source="urn:test:crm")}, "the ledger's own"),
        ({4: erased(4, "e.decided"), 5: erased(5)}, "the ledger's own"),
        ({4: decided(4), 5: decided(5, "e.erased")}, "the ledger's own"),
    ],
)
def test_what_is_no_pair_of_the_ledgers_own_is_not_proven(
    tmp_path: Path, content: dict[int, bytes], why: str
) -> None:
    with pytest.raises(Unproven, match=why):
        verified(tmp_path, content)
