"""Personal data that slipped into facts, and facts that only look a little like it."""

import json
import random
import re
import sys
from datetime import date
from uuid import UUID

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import leaks
from schemas.leaks import looks_personal
from tests.unit.schemas.making import accepted as decoded
from tests.unit.schemas.making import changed, example, outcome, refused

LEAKS = [
    "j.devries@example.nl",
    "mail J.de_Vries+x@mail.example.co.uk today",
    "+31612345678",
    "bel +31 6 1234 5678",
    "+31 (0)6-12345678",
    "tel+31612345678",
    "0612345678",
    "06-12345678",
    "06 12345678",
    "06 12 34 56 78",
    "020-1234567",
    "0252 123 456",
    "tel.0612345678",
    "0031612345678",
    "call_0612345678",
    "NL91ABNA0417164300",
    "nl91abna0417164300",
    "NL91 ABNA 0417 1643 00",
    "NL91-ABNA-0417-1643-00",
    "rekening NL91 ABNA 0417 1643 00 op naam",
    "DE89370400440532013000.",
    "MT84MALT011000012345MTLCAST001S",
    "123456782",
    "bsn-123456782",
    "BSN: 123456782, zie dossier",
    "bsn123456782",
    "012345672",
    "111222333",
    "(020) 1234567",
    "(020) 123 45 67",
    "0031 6 12345678",
    "06 - 1234 5678",
    "06.12.34.56.78",
    "06/12345678",
    "001-202-555-0123",
    "06\u00a012345678",
    "1112.22.333",
    "111.222.333",
    "111 222 333",
    "zie 123456782 in het dossier",
]

HARMLESS = [
    "",
    "portal",
    "2026-1",
    "2026-11-24",
    "20261124",
    "2026-11-24T10:15:00",
    "INV-2026-0000123",
    "2026-000123456",
    "F2026/001234",
    "order-4711",
    "0193a0c2-7f3e-7c1a-9d53-1b8f6b2f0a11",
    "01234567-8901-4234-8901-234567890123",
    "00000001003214345000",
    "0000123456",
    "0001234567",
    "01-02-2026",
    "2026-01-23456789",
    "ORD-2026-01-2026-0042",
    "12345678",
    "ORD-576695920",
    "2026-123456782",
    "0012.34.567",
    "0012345678",
    "1234567890",
    "123456789",
    "111222334",
    "000000000",
    "a123456782",
    "123456782b",
    "1234567820",
    "KvK 12345678",
    "v1.2.3.4.5.6.7",
    "NL91ABNA0417164301",
    "NL91",
    "PV20261234567890",
    "NL91ABNA04171643001",
    "Bureau @ Work B.V.",
    "twitter @handle",
    "a@b",
    "3 + 1234567",
    "Art. 6:162 BW",
    "iso-27001-2022",
    "10.0.0.1",
    "nl.awr.52.4",
    "A46-2-c",
    "Postbus 12345, 2170 AA Sassenheim",
    "+31",
]


@pytest.mark.parametrize("text", LEAKS)
def test_looks_personal(text: str) -> None:
    assert looks_personal(text)


@pytest.mark.parametrize("text", HARMLESS)
def test_looks_harmless(text: str) -> None:
    assert not looks_personal(text)


@given(st.uuids())
@hypothesis.example(UUID("be809c50-82f8-8a67-5829-c77e4695c033"))
def test_a_uuid_is_harmless(uuid: UUID) -> None:
    assert not looks_personal(str(uuid))


@given(st.dates(date(1900, 1, 1), date(2999, 12, 31)), st.integers(0, 99_999))
def test_dated_references_are_harmless(day: date, number: int) -> None:
    assert not looks_personal(f"{day}-{number:05}")
    assert not looks_personal(f"INC-{str(day)[:4]}-{number:06}")


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    assert looks_personal(text) in {True, False}


def holds_bsn_plainly(text: str) -> bool:
    """The rule said simply: every number looks at the whole text once more."""
    return any(is_bsn_plainly(text, found) for found in leaks._BSN.finditer(text))


def is_bsn_plainly(text: str, found: re.Match[str]) -> bool:
    part_of_code = found[0] != text and not re.search(r"\s", text)
    if part_of_code and not leaks._NAMED.search(text[: found.start()]):
        return False
    return leaks._passes_eleven(re.sub("[. ]", "", found[0]))


PIECES = (
    *("123456782", "123456789", "1112.22.333", "111.222.333", "111 222 333", "012345672", "1"),
    *("bsn", "BSN", "b\u017fn", "\u017f", "bs", "n", "A", "-", ".", ",", ":::", "/", " ", "\u00a0"),
)


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=3), max_size=12).map("".join))
@hypothesis.example("bsn:123456789,123456782")
@hypothesis.example("bsn:123456789,bsn-.-123456782")
def test_a_bsn_is_found_as_when_each_number_looks_at_the_whole_text(text: str) -> None:
    assert leaks._holds_bsn(text) == holds_bsn_plainly(text)


class Reading:
    """A pattern that counts the characters that its searches may read."""

    def __init__(self, pattern: re.Pattern[str]) -> None:
        self.pattern = pattern
        self.characters = 0

    def search(self, text: str, start: int = 0, end: int = sys.maxsize) -> re.Match[str] | None:
        self.characters += min(end, len(text)) - start
        return self.pattern.search(text, start, end)


@pytest.mark.parametrize("piece", ["123456789,", "bsn.123456789,", "bsn---", ",,,,bsn123456789"])
def test_many_numbers_read_the_text_once(piece: str, monkeypatch: pytest.MonkeyPatch) -> None:
    text = piece * (40_000 // len(piece)) + "123456789"
    for name in ("_NAMED", "_WHITE_SPACE"):
        reading = Reading(getattr(leaks, name))
        monkeypatch.setattr(leaks, name, reading)
        assert not leaks._holds_bsn(text)
        assert 0 < reading.characters <= len(text)


CHECKED = [
    ("customer-registered", "channel", "/data/channel"),
    ("personal-data-collected", "notice_version", "/data/notice_version"),
    ("personal-data-collected", "provision", "/data/provision"),
    ("personal-data-corrected", "reason", "/data/reason"),
    ("personal-data-corrected", "request_ref", "/data/request_ref"),
    ("account-deactivated", "reason", "/data/reason"),
    ("consent-given", "text_version", "/data/text_version"),
    ("consent-given", "method", "/data/method"),
    ("recipient-registered", "name", "/data/name"),
    ("recipient-registered", "agreement_ref", "/data/agreement_ref"),
    ("personal-data-disclosed", "purpose", "/data/purpose"),
    ("personal-data-disclosed", "necessity_reason", "/data/necessity_reason"),
    ("personal-data-disclosed", "case_ref", "/data/case_ref"),
    ("personal-data-disclosed", "transfer_mechanism", "/data/transfer_mechanism"),
    ("personal-data-accessed", "role", "/data/role"),
    ("processing-activity-declared", "name", "/data/name"),
    ("processing-activity-declared", "owner", "/data/owner"),
    ("processing-activity-retired", "reason", "/data/reason"),
    ("event-annulled", "reason", "/data/reason"),
]


@pytest.mark.parametrize(("name", "fact", "pointer"), CHECKED)
@pytest.mark.parametrize("leak", ["0612345678", "NL91ABNA0417164300", "123456782"])
def test_every_open_fact_is_looked_through(name: str, fact: str, pointer: str, leak: str) -> None:
    message = changed(example(name), **{f"data__{fact}": leak})
    assert refused(message) == ("personal-data-in-facts", pointer)
    assert leak not in repr(outcome(message))


def test_lists_and_maps_are_looked_through() -> None:
    declared = example("processing-activity-declared")
    leak = "NL91ABNA0417164300"
    purpose = {"purpose": leak, "legal_basis": "6-1-f"}
    for fact, value, pointer in (
        ("security_measures", ["locks", "call j@example.nl"], "/data/security_measures/1"),
        ("subject_categories", ["06-12345678"], "/data/subject_categories/0"),
        ("purposes", [purpose], "/data/purposes/0/purpose"),
        ("retention", {"debt": leak}, "/data/retention"),
    ):
        message = changed(declared, **{f"data__{fact}": value})
        assert refused(message) == ("personal-data-in-facts", pointer)
    decided = example("erasure-decided")
    message = changed(decided, data__decisions={"debt": {"decision": "erase", "ground": leak}})
    assert refused(message) == ("personal-data-in-facts", "/data/decisions")


def test_ids_dates_and_personal_data_are_not_looked_through() -> None:
    number = "0612345678"
    message = changed(
        example("personal-data-accessed"),
        id=number,
        source=number,
        subject=f"customer/{number}",
        correlationid=number,
        data__activity=number,
        data__employee=f"employee/{number}",
        data__personal={"remark": f"{number} j@example.nl"},
    )
    assert decoded(message).personal["remark"].startswith(number)


def test_the_name_of_a_private_recipient_is_sealed_and_not_looked_through() -> None:
    message = changed(example("recipient-registered"), data__name="J. Voorbeeld, 06-12345678")
    assert refused(message) == ("personal-data-in-facts", "/data/name")
    assert decoded(changed(message, data__kind="subscriber")).personal


def test_random_numbered_references_mostly_pass() -> None:
    numbers = random.Random(7)
    references = [f"C{numbers.randrange(10**8):08}" for _ in range(500)]
    assert not [text for text in references if looks_personal(text)]
    assert json.loads(json.dumps(references)) == references
