"""TC strings in words, and as a command for upstream teams."""

from datetime import date

import pytest

from application.queries.persons.evidence import (
    DecodedString,
    Evidence,
    UnreadString,
    VendorCount,
    evidence_of,
    evidence_words,
)
from application.words import phrase
from rulebook.consent_evidence import SPECIAL_FEATURES, TCF_PURPOSES
from sample.tc_strings import tc_string
from schemas.tc_string import FAULTS
from schemas.texts import LANGUAGES, Language
from tests.fixtures.console import Cli

OVERLAPPING = "CQSbk4AQSbk4ANwAAAENAwCgAAAAAAAAAAYgAEwA4ABgALAAEABAAEgAAAA"


def test_a_string_is_read_without_a_ledger_or_refused_by_name(program: Cli) -> None:
    good = tc_string(date(2024, 3, 2), (1, 8))
    assert program("schema", "tc-string", good, "--json").json["purposes_consent"] == [1, 8]
    for language, words in (
        ("en", "Measure content performance"),
        ("nl", "Het gebruik van inhoud"),
    ):
        shown = program("schema", "tc-string", good, "--language", language).out.decode()
        assert words in " ".join(shown.replace("│", " ").split())
    wrong = program("schema", "tc-string", f"B{good}", "--json")
    assert (wrong.status, wrong.json) == (1, {"fault": "wrong-version"})
    told = program("schema", "tc-string", f"{good}=", "--language", "nl")
    assert (told.status, "andere tekens" in told.out.decode()) == (1, True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fault_has_words(language: Language) -> None:
    assert all(phrase("tc-fault", fault, language) for fault in FAULTS)


def test_overlapping_vendors_are_counted_once() -> None:
    about = evidence_of({"tc_string": OVERLAPPING})
    assert about
    assert isinstance(about.tc_string, DecodedString)
    assert about.tc_string.vendors_consent == VendorCount(count=6, ranges=[[1, 5], [9, 9]])


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_purpose_of_the_framework_has_a_name(language: Language) -> None:
    everything = evidence_of({"tc_string": tc_string(date(2024, 3, 2), range(1, 13))})
    words = " ".join(evidence_words(everything, language))
    names = [one.title_nl if language == "nl" else one.title for one in TCF_PURPOSES.values()]
    assert [*TCF_PURPOSES] == [*range(1, 12)]
    assert all(f"{number} ({name})" in words for number, name in enumerate(names, 1))
    assert ", 12." in words
    assert [*SPECIAL_FEATURES] == [1, 2]


def test_a_string_that_an_older_ledger_took_and_this_one_cannot_read_is_named() -> None:
    about = evidence_of({"tc_string": "DAAA", "gpc": False})
    assert about == Evidence(gpc=False, tc_string=UnreadString(fault="wrong-version"))
    assert "version" in evidence_words(about, "en")[1]
