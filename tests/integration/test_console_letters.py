"""Dead letters by what is known of them: `ledger dead-letters list` and `retry`, and what `status` counts."""

from typing import Any

import orjson
import pytest

from tests.fixtures.console import Cli, collected, registered

A, B = "urn:voipzeker:a", "urn:voipzeker:b"


def refused(number: int, source: str = A, **members: Any) -> dict[str, Any]:
    return collected(id=f"bad-{number}", source=source, surprise=number, **members)


@pytest.fixture
def filled(cli: Cli) -> Cli:
    """Letters of two sources, two types, three codes and two files."""
    cli.record(*[refused(n) for n in range(5)], *[refused(n, B) for n in range(5, 8)], b"bad")
    other = cli.folder / "second.ndjson"
    lines = [registered(source=B, id=f"r-{n}", channel="") for n in range(2)]
    other.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in [*lines, refused(0)]))
    assert cli("ingest", str(other)).status == 1
    return cli


def listed(cli: Cli, *options: str) -> Any:
    return cli("dead-letters", "list", "--json", *options).json


KINDS: dict[str, tuple[tuple[str, ...], int]] = {
    "all": ((), 11),
    "code": (("--code", "unknown-field"), 8),
    "another code": (("--code", "not-json"), 1),
    "source": (("--source", B), 5),
    "source and code": (("--source", B, "--code", "schema"), 2),
    "short type": (("--type", "customer-registered"), 2),
    "full type": (("--type", "nl.voipzeker.ledger.personal-data-collected.v1"), 8),
    "file": (("--topic", "file:second.ndjson"), 2),
    "before": (("--to", "2020-01-01T00:00:00Z"), 0),
    "since": (("--from", "2020-01-01T00:00:00Z"), 11),
    "later": (("--from", "2999-01-01T00:00:00Z"), 0),
}


@pytest.mark.parametrize("name", KINDS)
def test_letters_of_a_kind_are_listed_and_counted(filled: Cli, name: str) -> None:
    options, count = KINDS[name]
    answer = listed(filled, *options)
    assert len(answer["dead_letters"]) == answer["matching"] == count
    assert answer["total"] == 11


@pytest.mark.parametrize("act", ["list", "retry"])
def test_a_name_that_nothing_ever_had_is_refused_with_near_ones(filled: Cli, act: str) -> None:
    for flag, wrong, near in (
        ("--source", "urn:voipzeker:bb", B),
        ("--topic", "file:secnd.ndjson", "file:second.ndjson"),
        ("--type", "custmer-registered", "customer-registered"),
    ):
        ran = filled("dead-letters", act, flag, wrong, "--json")
        assert (ran.status, ran.out) == (2, b"")
        assert f"{flag}: " in ran.err
        assert near in ran.err
        assert wrong not in ran.err.replace(near, "")
    known = filled("dead-letters", act, "--type", "consent-given", "--json")
    assert (known.json["matching"], known.err) == (0, "")


def test_a_limit_shows_the_oldest_and_says_how_many_there_are(filled: Cli) -> None:
    everything = listed(filled)["dead_letters"]
    some = listed(filled, "--limit", "3")
    assert some == {"dead_letters": everything[:3], "matching": 11, "total": 11}
    assert "3 of 11" in filled("dead-letters", "list", "--limit", "3").out.decode()
    people = filled("dead-letters", "list", "--source", B, "--limit", "2").out.decode()
    assert "2 of 5 like these, 11 in all" in people


def test_letters_say_in_both_languages_what_to_do(filled: Cli) -> None:
    (letter,) = listed(filled, "--code", "not-json")["dead_letters"]
    assert set(letter["words"]) == {"en", "nl"}
    english = filled("dead-letters", "list", "--code", "not-json").out.decode()
    dutch = filled("dead-letters", "list", "--code", "not-json", "--language", "nl").out.decode()
    assert "Send UTF-8 JSON" in " ".join(english.split())
    assert "Stuur JSON in UTF-8" in " ".join(dutch.split())
    assert "Geweigerde berichten" in dutch


def test_letters_of_a_kind_are_tried_again_and_the_others_are_not(filled: Cli) -> None:
    ran = filled("dead-letters", "retry", "--source", B, "--json")
    assert (ran.status, len(ran.json["dead_letters"]), ran.json["matching"]) == (1, 5, 5)
    limited = filled("dead-letters", "retry", "--code", "unknown-field", "--limit", "2")
    shown = limited.out.decode()
    assert "In numbers" in shown
    assert "2 of 8" in limited.err
    assert listed(filled)["total"] == 11


@pytest.mark.parametrize(
    "options",
    [
        ("--code", "nonsense"),
        ("--from", "yesterday"),
        ("--limit", "-1"),
    ],
)
def test_what_names_no_kind_is_wrong_usage(cli: Cli, options: tuple[str, ...]) -> None:
    assert cli("dead-letters", "list", *options).status == 2
    assert cli("dead-letters", "retry", *options).status == 2


def test_names_and_kinds_do_not_go_together(filled: Cli) -> None:
    name = listed(filled)["dead_letters"][0]["letter"]
    assert filled("dead-letters", "retry", name, "--code", "schema").status == 2


def test_a_page_ends_where_the_next_one_begins(
    filled: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = listed(filled)
    monkeypatch.setattr("ledger.letters.lists._PAGE", 2)
    assert listed(filled) == whole
    assert listed(filled, "--limit", "5")["dead_letters"] == whole["dead_letters"][:5]
    tried = filled("dead-letters", "retry", "--json").json["dead_letters"]
    assert [row["letter"] for row in tried] == [row["letter"] for row in whole["dead_letters"]]


def test_status_tells_letters_from_the_messages_that_they_were(filled: Cli) -> None:
    status = filled("status", "--json").json
    assert (status["dead_letters"], status["dead_letter_messages"]) == (11, 12)
    (files,) = status["intake"]["topics"]
    assert files == {
        "topic": "file:",
        "messages": 12,
        "recorded": 0,
        "duplicates": 0,
        "refused": 12,
        "quarantined": 0,
    }
    assert "Arrived" in filled("status").out.decode()
