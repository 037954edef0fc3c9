"""What is counted over an archive fits a terminal of 80 columns."""

import pytest

from application.language import speak
from application.queries.upkeep.archives import ArchivedCounts
from console.show.archives import counts_table
from schemas.encoding import JsonValue
from schemas.texts import Language
from tests.unit.console.test_text import printed

ROW: dict[str, JsonValue] = {
    "activity": "call-handling",
    "events": 495,
    "data_subjects": 1,
    "first": "2024-01-17T10:28:11.000000Z",
    "last": "2026-09-22T13:17:38.000000Z",
    "legal_bases": ["6-1-b"],
    "categories": ["service", "traffic"],
    "recipients": ["carrier-one", "carrier-two"],
    "recipient_kinds": ["carrier"],
    "countries": ["BE", "NL"],
}


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ("495 events", "1 data subject ", "service, traffic")),
        ("nl", ("495 gebeurtenissen", "1 betrokkene ", "verkeersgegevens")),
    ],
)
def test_no_word_of_the_register_is_cut(language: Language, expected: tuple[str, ...]) -> None:
    speak(language)
    shown = printed(counts_table(ArchivedCounts("register", 2816, [ROW])))
    for text in (*expected, "call-handling", "carrier-one ", "carrier-two ", "BE, NL", "2816"):
        assert text in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_another_question_shows_its_own_columns() -> None:
    row: dict[str, JsonValue] = {
        "country": "BE",
        "year": 2024,
        "transfer_mechanism": None,
        "given": 12,
    }
    shown = printed(counts_table(ArchivedCounts("transfers", 9, [row])))
    assert all(text in shown for text in ("country", "mechanism", "disclosures", "12"))
    assert "nothing" in printed(counts_table(ArchivedCounts("register", 0, [])))
