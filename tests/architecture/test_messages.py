"""Every message that a person can be shown is there in Dutch: none is missing, none is left over (ADR 58)."""

import re
import tomllib
from pathlib import Path

import documents
from application.language import speak
from documents.messages import told
from tests.architecture.messages import PLACE, messages
from tests.fixtures.cases import each

FILE = Path(documents.__file__).with_name("messages.toml")
KNOWN = tomllib.loads(FILE.read_text("utf-8"))
ALL = {english: dutch for part in KNOWN.values() for english, dutch in part.items()}


def test_the_source_and_the_file_have_the_same_messages() -> None:
    ours = messages()
    assert len(ours) > 500
    assert not (ours - ALL.keys()), "without a Dutch sentence in documents/messages.toml"
    assert not (KNOWN["ours"].keys() - ours), "nobody says this any more"


def test_a_sentence_has_a_place_for_every_value() -> None:
    for english, dutch in ALL.items():
        places = re.findall(r"(?<!\{)\{[0-9]*\}", dutch)
        numbered = sorted(places) == [f"{{{n}}}" for n in range(english.count(PLACE))]
        assert numbered or places == [PLACE] * english.count(PLACE), english
        assert dutch.strip(), english


@each("english", sorted(ALL))
def test_a_message_with_values_is_found(english: str) -> None:
    """And it is its own sentence that is told, whatever others are like it."""
    speak("nl")
    try:
        count = english.count(PLACE)
        said = english.format(*(f"v{n}" for n in range(count)))
        found = told(said)
    finally:
        speak(None)
    # A value that borders on another one may be shared out between both otherwise.
    shared = PLACE * 2 in english
    assert shared or found == ALL[english].format(*(f"v{n}" for n in range(count)))
    assert all(f"v{n}" in found for n in range(count))


def test_in_english_a_message_is_as_the_code_says_it() -> None:
    speak(None)
    assert told("the head row is missing") == "the head row is missing"
