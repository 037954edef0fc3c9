"""Our own words: both languages alike, and no code of a closed list without one."""

import string
import tomllib
from pathlib import Path
from typing import get_args

import pytest

import application
from application.acts.offered import HOLD_GROUNDS, RELEASE_GROUNDS
from application.queries.today.task import TASKS
from application.words import code_word, headings, phrase
from projections.views import order_acts, orders
from projections.views.requests import CLOSINGS, Identity, Status
from rulebook import ERASURE_RULES, REFUSALS
from rulebook.erasure import Outcome
from rulebook.orders import ClockName
from schemas.events.orders import IssuedBy, OrderKind
from schemas.texts import LANGUAGES
from tests.fixtures.cases import each

WORDS = tomllib.loads((Path(application.__file__).with_name("words.toml")).read_text("utf-8"))
PHRASES = [(about, name) for about, names in WORDS.items() for name in names]


@each("about, name", PHRASES)
def test_a_phrase_is_there_in_both_languages_with_the_same_places(about: str, name: str) -> None:
    told = WORDS[about][name]
    assert set(told) == set(LANGUAGES)
    places = {
        tuple(place for _, place, _, _ in string.Formatter().parse(text) if place is not None)
        for text in told.values()
    }
    assert len(places) == 1
    assert all(text.strip() == text and text for text in told.values())


def test_every_code_of_a_closed_list_has_a_word() -> None:
    assert WORDS["request_status"].keys() == set(get_args(Status))
    assert WORDS["identity"].keys() == set(get_args(Identity))
    assert WORDS["outcome"].keys() == set(get_args(Outcome))
    grounds = {entry.ground for entry in ERASURE_RULES}
    assert WORDS["ground"].keys() == {*grounds, *HOLD_GROUNDS, *RELEASE_GROUNDS}
    assert WORDS["order-status"].keys() == set(get_args(orders.Status))
    assert WORDS["secrecy-state"].keys() == set(get_args(order_acts.Secrecy))
    assert WORDS["order-clock"].keys() == set(get_args(ClockName))
    assert WORDS["order-kind"].keys() == set(get_args(OrderKind))
    assert WORDS["issued-by"].keys() == set(get_args(IssuedBy))
    assert WORDS["task"].keys() >= set(TASKS)
    assert all(code_word("outcome", ground, "nl") != ground for ground in (*REFUSALS, *CLOSINGS))


def test_a_code_without_a_word_is_what_sentences_call_it_or_itself() -> None:
    assert code_word("right", "access", "nl") == "inzage"
    assert code_word("right", "access", "en") == "access"
    assert code_word("risk", "unheard-of", "nl") == "unheard-of"
    assert code_word("risk", None, "nl") is None
    with pytest.raises(KeyError):
        phrase("lint", "unheard-of", "en")
    assert headings("steps", "when by", "nl") == ["wanneer", "door"]
