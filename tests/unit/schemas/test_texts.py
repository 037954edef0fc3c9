"""Every event type has a sentence in both languages, made of its facts and of nothing else."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest

from sample import generating as sample
from schemas import ALL_TYPES, PERSONAL_FIELDS
from schemas.texts import (
    COUNT,
    LANGUAGES,
    Language,
    placeholders,
    query_name,
    text_of,
    texts,
    word_of,
)
from tests.fixtures.cases import each
from tests.unit.schemas.making import all_examples, example

BOTH = pytest.mark.parametrize("language", LANGUAGES)
TYPES = {entry.name: entry for entry in ALL_TYPES.values()}
SPOKEN = {
    *("customer_kind", "origin", "channel", "necessity", "purpose", "recipient_kind", "reason"),
    *("necessity_reason", "outcome", "ground", "via", "action", "decision", "method", "right"),
}
SAME = {"telemarketing", "online", "cookie", "post", "telecom"}
"""Codes that are Dutch words already."""
NEVER = {"name", "owner", "claims", "sources", "subject_categories", "security_measures"}
"""Facts of free text: they may be counted, never shown."""


def test_every_type_has_a_text_and_every_text_a_type() -> None:
    assert set(texts()) == set(TYPES)
    assert {tuple(sorted(sentences)) for sentences in texts().values()} == {("en", "nl")}


@BOTH
@each("name", sorted(TYPES))
def test_a_text_names_facts_that_are_always_there_and_no_person(
    name: str, language: Language
) -> None:
    entry, sentence = TYPES[name], texts()[name][language]
    assert sentence.endswith(".")
    for fact, form in placeholders(sentence):
        assert fact in entry.required_facts
        assert form in {"", COUNT}
        assert fact not in entry.references
        assert form == COUNT or fact not in NEVER


@each("name", sorted(TYPES))
def test_both_languages_say_the_same(name: str) -> None:
    dutch, english = (sorted(placeholders(texts()[name][language])) for language in LANGUAGES)
    assert dutch == english


@BOTH
@each("name, label", all_examples())
def test_every_example_is_told_without_leftovers_or_values(
    name: str, label: str, language: Language
) -> None:
    data = example(name, label)["data"]
    told = text_of(name, data, language)
    assert not re.search(r"[{}\n]|: [.;]|  |\(\)", told)
    for value in _values(data.get("personal", {})):
        assert value not in told


def _values(personal: dict[str, Any]) -> list[str]:
    """Values of personal data that could not stand in a sentence by chance."""
    texts = [value for value in personal.values() if isinstance(value, str)]
    return [text for text in texts if len(text) > 5 and text not in PERSONAL_FIELDS]


def test_codes_are_put_into_words() -> None:
    facts = {"purpose": "newsletter", "channel": "email", "method": "tick-box", "text_version": "3"}
    assert (
        text_of("consent-given", facts, "nl")
        == "Toestemming gegeven voor nieuwsbrief via e-mail, door tick box, tekst 3."
    )
    assert "to newsletter by email" in text_of("consent-given", facts, "en")


def test_every_code_in_the_acts_of_the_sample_has_a_dutch_word() -> None:
    """Names, references and versions aside; whoever looks data up is not told of in a report."""
    until = datetime(2026, 11, 24, 12, tzinfo=UTC)
    events = sample.generate(
        seed=sample.DEFAULT_SEED,
        customers=sample.DEFAULT_CUSTOMERS,
        events=sample.DEFAULT_EVENTS,
        until=until,
    )
    told = 0
    same: set[str] = set()
    for event in events:
        name = event["type"].split(".")[-2]
        if not event["subject"].startswith("customer/") or name == "personal-data-accessed":
            continue
        facts = {fact for fact, form in placeholders(texts()[name]["nl"]) if not form} & SPOKEN
        for code in {code for fact in facts for code in _codes(event["data"].get(fact))}:
            same |= {code} if word_of(code, "nl") == code else set()
            told += 1
    assert told > 1000
    assert same <= SAME


def _codes(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())


def test_a_read_of_no_category_says_so_and_a_withdrawn_request_was_not_answered() -> None:
    read = {"role": "operator", "query": "request", "categories": []}
    assert text_of("ledger-read", read, "en").endswith(
        "question: request; personal data asked for: no category."
    )
    ended = {"request_ref": "R-1", "outcome": "withdrawn"}
    assert text_of("rights-request-answered", ended, "en") == "Request R-1 ended: withdrawn."


def test_a_reference_is_never_taken_for_a_code() -> None:
    assert "zaak court" in text_of("court-petition-received", {"case_ref": "court"}, "nl")


def test_lists_maps_numbers_and_truth() -> None:
    order = {"order_ref": "o1", "services": [], "large_order": True}
    assert text_of("order-placed", order, "nl") == (
        "Bestelling o1 geplaatst: geen; grote opdracht: ja."
    )
    erased = {"ground": "request", "categories": ["contact"], "keys_destroyed": ["a", "b"]}
    assert text_of("personal-data-erased", erased, "en") == (
        "Erased (request): contact; 2 keys destroyed."
    )
    decided = {"decisions": {"contact": {"decision": "erase", "ground": "request"}}}
    assert "contactgegevens" in text_of("erasure-decided", decided, "nl")


def test_a_fact_that_an_old_event_lacks_is_none() -> None:
    assert text_of("contract-concluded", {}, "en") == "Contract none concluded."


def test_a_type_without_a_text() -> None:
    with pytest.raises(KeyError):
        text_of("order-forgotten", {}, "nl")


def test_roles_types_and_questions_have_dutch_names() -> None:
    """A page in Dutch shows no code of the house as an English word."""
    types = {name for name in TYPES if word_of(name, "nl") == name}
    assert types == set()
    read = {"role": "helpdesk-agent", "query": "person", "categories": ["identity"]}
    assert text_of("ledger-read", read, "nl").startswith(
        "Grootboek geraadpleegd in de rol helpdeskmedewerker, vraag: gegevens en geschiedenis"
    )
    assert query_name("of-tomorrow", "nl") == "of tomorrow"
