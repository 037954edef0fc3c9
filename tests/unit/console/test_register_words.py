"""Words of the register: both languages alike, and no code of a closed list without one."""

import re
import string
from typing import get_args

import pytest

import rulebook
from application.queries.registers import completeness
from application.register_words import WORDS, RegisterWords
from documents.register_parts import register_parts
from rulebook.retention import ANCHORS, RETENTION_RULES
from schemas import CATEGORIES
from schemas.events.disclosure import RecipientKind
from schemas.formats import LegalBasis
from schemas.texts import LANGUAGES, Language
from tests.fixtures.cases import each
from tests.fixtures.registers import answer

PHRASES = [(kind, code) for kind, codes in WORDS.items() for code in codes]


@each("kind, code", PHRASES)
def test_a_phrase_is_there_in_both_languages_with_the_same_places(kind: str, code: str) -> None:
    phrase = WORDS[kind][code]
    assert set(phrase) == set(LANGUAGES)
    places = {
        sum(name is not None for _, name, _, _ in string.Formatter().parse(text))
        for text in phrase.values()
    }
    assert len(places) == 1
    assert all(text.strip() == text and text for text in phrase.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_a_closed_list_has_a_word(language: Language) -> None:
    words = RegisterWords(language)
    assert set(WORDS["anchor"]) == set(ANCHORS)
    assert set(WORDS["legal_basis"]) == set(get_args(LegalBasis))
    assert set(WORDS["missing"]) == set(completeness.POINTS)
    assert all(words.recipient_kind(kind) != kind for kind in get_args(RecipientKind))
    if language == "nl":
        same = {category for category in CATEGORIES if words.category(category) == category}
        assert same <= {"fraude"}


def test_every_column_and_every_part_has_a_heading_of_its_own() -> None:
    for part in register_parts(answer(), RegisterWords("en")):
        assert part.name in WORDS["part"]
        assert set(part.columns) <= set(WORDS["heading"])
    for language in LANGUAGES:
        titles = [phrase[language] for phrase in WORDS["part"].values()]
        assert len(set(titles)) == len(titles)
        assert all(len(title) <= 31 for title in titles)  # a sheet has no longer name


def test_a_code_without_a_word_is_shown_as_it_is() -> None:
    words = RegisterWords("nl")
    assert words.code("measure", "a-new-one") == "a new one"
    assert words.provision("xx.unknown") == "xx.unknown"
    assert words.recipient_kind("someone") == "someone"


@pytest.mark.parametrize("rule", rulebook.RETENTION_RULES, ids=lambda rule: rule.id)
def test_every_rule_of_retention_can_be_said(rule: rulebook.RetentionRule) -> None:
    for language in LANGUAGES:
        said = RegisterWords(language).rule(rule)
        assert str(rule.days or rule.months // (12 if rule.period.endswith("Y") else 1)) in said


def test_laws_and_the_notice_are_cited_by_their_dutch_names() -> None:
    cited = " | ".join(RegisterWords("nl").cited(rule.citation) for rule in RETENTION_RULES)
    assert "AVG art. 5 lid 1 onder c en e" in cited
    assert "BW art. 3:307; privacyverklaring 3.1 (Bewaarplicht)" in cited
    assert not re.search(r"[0-9]\([0-9a-z]\)", cited), "paragraphs and letters are said in Dutch"
    for english in ("GDPR", "rivacy policy", " and ", "controller"):
        assert english not in cited
    [policy] = {one.citation for one in RETENTION_RULES if one.citation.startswith("BW art. 3:307")}
    assert RegisterWords("en").cited(policy) == policy
