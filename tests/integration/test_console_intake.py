"""`ledger ingest`, `dead-letters`, `schema`, `find`: what comes in, what is refused, who has a value."""

from base64 import b64decode
from bisect import bisect_left
from collections.abc import Callable
from functools import partial
from typing import Any
from unicodedata import normalize

import orjson
import pytest

from schemas import PERSONAL_FIELDS
from schemas.decode import MAX_MESSAGE
from schemas.personal import FORMATS, LISTED_CATEGORIES
from tests.fixtures.console import Cli, collected, message, registered

CANARY = "canary.person@example.nl"


def refused() -> dict[str, object]:
    return collected(favourite_colour="x", personal={"email": CANARY})


def test_ingest_counts_every_line(cli: Cli) -> None:
    one, two = registered(id="one"), collected(id="two")
    answer = cli.record(one, two, one, b"", refused())
    assert answer == {
        "read": 4,
        "recorded": 2,
        "duplicates": 1,
        "rejected": 1,
        "last_position": 2,
        "rejections": [{"file": "stdin", "line": 5, "code": "unknown-field", "pointer": "/data"}],
    }


def test_ingest_is_status_1_when_a_line_was_rejected_and_quotes_nothing(cli: Cli) -> None:
    ran = cli("ingest", "-", "--json", stdin=b'{"email": "%s"}' % CANARY.encode())
    assert ran.status == 1
    assert CANARY not in ran.err
    assert CANARY.encode() not in ran.out


def test_ingest_of_files_keeps_their_labels(cli: Cli) -> None:
    good, odd = cli.folder / "events.ndjson", cli.folder / "j.devries@example.nl"
    good.write_bytes(orjson.dumps(registered()))
    odd.write_bytes(b"[]\n")
    ran = cli("ingest", str(good), str(odd), "--json")
    assert ran.json["recorded"] == 1
    assert ran.json["rejections"][0]["file"] == "file"
    again = cli("ingest", str(good), "--json")
    assert (again.status, again.json["duplicates"]) == (0, 1)


def test_people_see_the_first_rejections(cli: Cli) -> None:
    ran = cli("ingest", "-", stdin=b"[]\n" * 30)
    shown = ran.out.decode()
    assert ran.status == 1
    assert "Rejected, the first 20" in shown
    assert "not-a-cloudevent" in shown


def test_a_missing_file_is_wrong_usage_before_anything_is_recorded(cli: Cli) -> None:
    ran = cli("ingest", str(cli.folder / "nothing.ndjson"))
    assert ran.status == 2
    assert "No such file" in ran.err


def test_dead_letters_are_listed_without_their_words(cli: Cli) -> None:
    cli.record(refused())
    ran = cli("dead-letters", "list", "--json")
    (letter,) = ran.json["dead_letters"]
    assert (letter["code"], letter["pointer"]) == ("unknown-field", "/data")
    assert CANARY.encode() not in ran.out
    shown = cli("dead-letters", "show", letter["letter"])
    opened = cli("dead-letters", "show", letter["letter"], "--json").json
    assert b64decode(opened.pop("body")) == shown.out
    assert opened == letter
    assert CANARY.encode() in shown.out
    assert CANARY not in shown.err
    beginning = letter["letter"][:12]
    assert beginning in cli("dead-letters", "list").out.decode()
    assert cli("dead-letters", "show", beginning).out == shown.out


def test_a_dead_letter_is_tried_again_and_refused_again(cli: Cli) -> None:
    cli.record(refused())
    ran = cli("dead-letters", "retry", "--json")
    (row,) = ran.json["dead_letters"]
    assert (ran.status, row["outcome"], row["code"]) == (1, "refused", "unknown-field")
    assert cli("status", "--json").json["dead_letters"] == 1
    assert "refused" in cli("dead-letters", "retry", row["letter"][:10]).out.decode()
    (letter,) = cli("dead-letters", "list", "--json").json["dead_letters"]
    assert letter["times"] == 1, "what is tried again did not arrive again"
    assert cli("audit").status == 0


def test_a_dead_letter_is_recorded_once_it_is_fine(cli: Cli) -> None:
    (cli.folder / "keys" / "main" / "withheld.key").touch(0o600)
    cli.set(CONFIDENTIAL="1", NAME="main")  # as if the contract had been another one
    cli.record(registered(id="late"))
    (letter,) = cli("dead-letters", "list", "--json").json["dead_letters"]
    assert letter["code"] == "wrong-ledger"
    cli.set(CONFIDENTIAL="0")
    ran = cli("dead-letters", "retry", letter["letter"], "--json")
    assert (ran.status, ran.json["dead_letters"][0]["outcome"]) == (0, "recorded")
    assert cli("dead-letters", "list", "--json").json["dead_letters"] == []
    assert cli("audit").status == 0


@pytest.mark.parametrize("letter", ["nonsense", "00" * 32])
def test_a_dead_letter_that_is_not_there(cli: Cli, letter: str) -> None:
    assert cli("dead-letters", "show", letter).status == 1


def test_schema_list_and_show(program: Cli) -> None:
    types = program("schema", "list", "--json").json["types"]
    consent = next(row for row in types if row["name"] == "consent-given")
    assert consent["required_facts"] == ["purpose", "text_version", "method", "channel"]
    short = program("schema", "show", "consent-given", "--json").json
    full = program("schema", "show", "nl.voipzeker.ledger.consent-given.v1").json
    assert short == full
    assert short["title"] == "nl.voipzeker.ledger.consent-given.v1"
    examples = program("schema", "show", "consent-given", "--examples").lines
    assert {example["type"] for example in examples} == {short["title"]}
    assert "consent-given" in program("schema", "list").out.decode()
    assert program("schema", "show", "consent-revoked").status == 2


def test_schema_validate_needs_no_ledger(program: Cli) -> None:
    lines = b"\n".join(orjson.dumps(event) for event in (registered(), refused()))
    ran = program("schema", "validate", "-", "--json", stdin=lines)
    assert ran.status == 1
    assert ran.json == {
        "read": 2,
        "valid": 1,
        "rejected": 1,
        "rejections": [{"line": 2, "code": "unknown-field", "pointer": "/data"}],
    }
    fine = program("schema", "validate", "-", stdin=orjson.dumps(registered()))
    assert fine.status == 0


def lettered(size: int) -> dict[str, Any]:
    """An event of a person with one long value."""
    return collected(categories=["correspondence"], personal={"letter_text": "x" * size})


def numbered(size: int) -> dict[str, Any]:
    """Values that are short in a message and long in an entry."""
    return collected(categories=["behaviour"], personal={"visited_pages": [1e15] * size})


def referring(size: int) -> dict[str, Any]:
    """A long value in an event that names another person."""
    outsider = {"activity": "subscription-management", "legal_basis": "6-1-b"}
    values = {"categories": ["correspondence"], "personal": {"letter_text": "x" * size}}
    who = "customer/1/contact/1"
    return message("contact-person-added", who, customer="customer/1", **outsider, **values)


@pytest.mark.parametrize("make", [lettered, numbered, referring])
def test_what_schema_validate_calls_valid_is_recorded_up_to_the_last_byte(
    cli: Cli, make: Callable[[int], dict[str, Any]]
) -> None:
    """Sealing makes a message longer: one of less than 48 KiB may be too long for an entry."""
    path = cli.folder / f"{'f' * 40}.ndjson"

    def refused_by(command: str, size: int) -> list[str]:
        path.write_bytes(orjson.dumps(make(size)))
        return [
            row["code"] for row in cli(*command.split(), str(path), "--json").json["rejections"]
        ]

    most = (
        bisect_left(range(MAX_MESSAGE), ["too-large"], key=partial(refused_by, "schema validate"))
        - 1
    )
    assert len(orjson.dumps(make(most + 1))) < MAX_MESSAGE
    assert refused_by("ingest", most + 1) == ["too-large"]
    assert refused_by("ingest", most) == []


def test_find_takes_the_value_from_standard_input_and_folds_its_spelling(cli: Cli) -> None:
    cli.record(
        collected(personal={"email": CANARY}),
        collected("customer/2", personal={"email": CANARY}),
        collected("customer/2", time="2024-03-09T10:00:00Z", personal={"email": "new@example.nl"}),
    )
    ran = cli("find", "email", "--json", stdin=CANARY.upper().encode() + b"\n")
    assert ran.json == {
        "field": "email",
        "subjects": [
            {"subject": "customer/10023", "current": True},
            {"subject": "customer/2", "current": False},
        ],
    }
    assert cli("find", "email", "--json", stdin=b"nobody@example.nl").json["subjects"] == []


def test_each_value_of_a_list_is_found(cli: Cli) -> None:
    cli.record(
        collected(personal={"email": [CANARY, "other@example.nl"]}),
        collected("customer/2", personal={"email": CANARY}),
        collected(
            "customer/2", time="2024-03-09T10:00:00Z", personal={"email": ["new@example.nl"]}
        ),
        collected("customer/3", personal={"email": []}),
    )
    found = [
        cli("find", "email", "--json", stdin=value).json["subjects"]
        for value in (CANARY.upper().encode(), b"other@example.nl", b"new@example.nl")
    ]
    first = {"subject": "customer/10023", "current": True}
    assert found == [
        [first, {"subject": "customer/2", "current": False}],
        [first],
        [{"subject": "customer/2", "current": True}],
    ]


def test_a_value_is_found_however_its_accents_are_encoded(cli: Cli) -> None:
    composed, decomposed = (normalize(form, "Zoë@Café.nl") for form in ("NFC", "NFD"))
    cli.record(
        collected(personal={"email": composed}),
        collected("customer/2", personal={"email": decomposed}),
    )
    for value in (composed, decomposed.upper()):
        ran = cli("find", "email", "--json", stdin=value.encode())
        assert [found["subject"] for found in ran.json["subjects"]] == [
            "customer/10023",
            "customer/2",
        ]


@pytest.mark.parametrize(
    "arguments", [("find", "email", CANARY), ("find", "street"), ("find", "email")]
)
def test_find_takes_no_value_as_an_argument_and_repeats_none(
    cli: Cli, arguments: tuple[str, ...]
) -> None:
    ran = cli(*arguments)
    assert ran.status == 2
    assert CANARY not in ran.err


def test_an_erased_person_is_found_no_more(cli: Cli) -> None:
    cli.record(collected(personal={"email": CANARY}))
    cli("erase", "customer/10023", "--category", "contact", "--ground", "objection")
    assert cli("find", "email", "--json", stdin=CANARY.encode()).json["subjects"] == []


def test_a_message_of_46000_bytes_fits_into_an_entry_and_numbers_may_need_more_room(
    cli: Cli,
) -> None:
    free = PERSONAL_FIELDS.keys() - FORMATS.keys()
    event = collected(categories=list(LISTED_CATEGORIES), personal=dict.fromkeys(free, "x"))
    event["data"]["personal"]["name"] += "x" * (46_000 - len(orjson.dumps(event)))
    numbers = collected(personal={"claim_amount": [1e15] * 3_500}, categories=["debt"])
    short = orjson.dumps(numbers).replace(b"1000000000000000.0", b"1e15")
    assert (len(orjson.dumps(event)), len(short) < 20_000) == (46_000, True)
    answer = cli.record(event, short)
    assert (answer["recorded"], answer["rejections"][0]["code"]) == (1, "too-large")


def test_an_unknown_kind_of_event_is_a_dead_letter(cli: Cli) -> None:
    answer = cli.record(message("weather-observed"))
    assert answer["rejections"][0]["code"] == "unknown-type"
