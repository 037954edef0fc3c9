"""Which language is spoken, what somebody meant who typed what is not there, and messages within messages."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from application.language import asked_for, speak, spoken
from console.suggestions import commands_meant, synonyms, unknown_variables
from console.tree import below, entries
from documents.messages import told
from host.setting_list import REPLACED, SETTINGS
from host.settings import read_people, read_settings
from ledger.errors import Misconfigured
from tests.fixtures.console import Cli

_HOME = Path("/somewhere")


@pytest.fixture
def dutch() -> Iterator[None]:
    speak("nl")
    yield
    speak(None)


@pytest.mark.parametrize(
    ("line", "variable", "language"),
    [
        ("today", "", None),
        ("today", "nl", "nl"),
        ("today --language en", "nl", "en"),
        ("--language en today --language=nl", "", "nl"),
        ("today --language", "", None),
        ("today --language fr", "nl", None),
        ("history -- --language nl", "", None),
    ],
)
def test_a_flag_wins_over_the_variable_and_the_last_flag_over_the_others(
    line: str, variable: str, language: str | None
) -> None:
    assert asked_for(line.split(), {"LEDGER_LANGUAGE": variable}) == language


def test_nobody_asked_for_a_language() -> None:
    speak(None)
    assert (spoken(), spoken("nl")) == ("en", "nl")
    assert read_people({}).language is None
    assert read_people({"LEDGER_LANGUAGE": "nl"}).language == "nl"
    with pytest.raises(Misconfigured, match="LEDGER_LANGUAGE: expected nl or en"):
        read_people({"LEDGER_LANGUAGE": "fr"})


@pytest.mark.usefixtures("dutch")
def test_values_that_are_messages_are_told_too() -> None:
    assert told("/a is damaged: the manifest cannot be read") == (
        "/a is beschadigd: de inhoudslijst is niet te lezen"
    )
    assert told("--x: nothing is known by this name; did you mean a or b?") == (
        "--x: onder deze naam is niets bekend; bedoelde u a of b?"
    )
    assert told("what nobody says") == "what nobody says"


@pytest.mark.usefixtures("dutch")
@pytest.mark.parametrize("setting", [one.variable for one in SETTINGS])
def test_what_is_wrong_with_a_setting_is_told_in_dutch(setting: str) -> None:
    values = {"LEDGER_KAFKA_BOOTSTRAP": "broker:9092", setting: "\x00 "}
    try:
        read_settings(values, _HOME)
    except Misconfigured as error:
        text = told(str(error))
        assert "verwacht" in text
        assert "expected" not in text
        assert " or " not in text


@pytest.mark.parametrize(
    ("word", "group", "command"),
    [
        ("breach", "", "incident"),
        ("Datalek", "", "incident"),
        ("dsar", "", "request"),
        ("sar", "", "request"),
        ("who_saw", "", "access"),
        ("forget", "", "erase"),
        ("consent", "", "consents"),
        ("exprt", "", "export"),
        ("plce", "hold", "hold place"),
        ("place", "", "hold place"),
        ("new", "request", "request open"),
        ("inzage", "report", "report access"),
    ],
)
def test_a_word_leads_to_the_command_that_is_meant(word: str, group: str, command: str) -> None:
    assert commands_meant(word, group, entries())[0] == command


def test_every_synonym_leads_to_a_command_that_there_is() -> None:
    for group, words in synonyms().items():
        for word in words:
            known = commands_meant(word, "" if group == "everywhere" else group, entries())
            assert known, (group, word)
            assert word not in below("") or group != "everywhere", word


def test_an_unknown_command_is_refused_in_one_line_and_not_repeated(program: Cli) -> None:
    ran = program("breach")
    assert (ran.status, "`ledger incident`" in ran.err) == (2, True)
    ran = program("hold", "jansen-0612345678")
    assert (ran.status, "jansen" in ran.err) == (2, False)
    ran = program("breach", "--language", "nl")
    assert "bedoelt u `ledger incident`?" in ran.err


def test_unknown_variables_are_named_with_what_is_near() -> None:
    names = ["LEDGER_FOUREYES", "LEDGER_ZZZ", "LEDGER_NAME", "LEDGER_TEST_SERVER", "PATH"]
    others = ["LEDGER_FAULT_SEED", "LEDGER_RUN_ID", "LEDGER_SUPERVISOR_PID"]
    found = unknown_variables([*names, *others])
    assert found == [("LEDGER_FOUREYES", "LEDGER_FOUR_EYES"), ("LEDGER_ZZZ", None)]


def test_a_setting_that_was_replaced_is_named_with_the_one_in_its_place() -> None:
    known = {setting.variable for setting in SETTINGS}
    assert unknown_variables(REPLACED) == [*REPLACED.items()]
    assert {*REPLACED.values()} <= known
    assert not known & REPLACED.keys()


def test_an_unknown_variable_is_a_note_and_no_error(program: Cli) -> None:
    program.set(LANGAUGE="nl")
    ran = program("schema", "list", "--json")
    assert (ran.status, ran.err.count("LEDGER_LANGAUGE")) == (0, 1)
    assert "did you mean LEDGER_LANGUAGE?" in ran.err
    program.set(RUN_ID="of-a-supervisor")
    assert program("schema", "list", "--json").err == ""
