"""`ledger history`, `state` and `consents`: shapes, moments, erasure, and who is not known."""

from datetime import datetime, timedelta

import pytest

from tests.fixtures.console import (
    Cli,
    accessed,
    collected,
    consented,
    message,
    registered,
    withdrawn,
)
from tests.fixtures.moments import on

WHO = "customer/10023"
CONTACT = "customer/10023/contact/1"
HISTORY = {
    "position",
    "version",
    "data_subject",
    "type",
    "id",
    "source",
    "occurred_at",
    "recorded_at",
    "activity",
    "legal_basis",
    "provision",
    "categories",
    "facts",
    "personal",
    "annulled_by",
    "text",
}
STATE = {
    "subject",
    "data_subject",
    "status",
    "customer_kind",
    "personal",
    "erased_categories",
    "position",
    "since",
}
CONSENT = {
    "purpose",
    "status",
    "since",
    "text_version",
    "method",
    "channel",
    "reason",
    "valid_until",
    "effective",
    "why",
    "hindrance",
    "evidence",
}


def test_history_shows_each_event_once_in_order_and_opened(cli: Cli) -> None:
    cli.record(registered(), collected(time=on(2)), accessed(time=on(3)))
    lines = cli("history", WHO, "--json").lines
    assert [set(line) for line in lines] == [HISTORY] * 3
    assert [line["position"] for line in lines] == [1, 2, 3]
    assert [line["version"] for line in lines] == [1, 2, 3]
    assert lines[0]["type"] == "nl.voipzeker.ledger.customer-registered.v1"
    assert lines[0]["occurred_at"] == "2024-03-01T09:00:00.000000Z"
    assert lines[1]["personal"] == {"email": "j.devries@example.nl", "name": "J. de Vries"}
    assert lines[2]["facts"]["employee"] == "employee/7"
    assert {line["annulled_by"] for line in lines} == {None}


def test_history_keeps_the_annulled_event_and_says_by_what(cli: Cli) -> None:
    cli.record(
        registered(),
        collected(id="wrong", time=on(2), personal={"name": "Somebody Else"}),
        message("event-annulled", WHO, id="mend", time=on(3), annuls="wrong", reason="mistake"),
    )
    lines = cli("history", WHO, "--json").lines
    assert [line["annulled_by"] for line in lines] == [None, "mend", None]
    assert cli("state", WHO, "--json").json["personal"] == {}


def test_history_says_in_words_what_happened_in_either_language(cli: Cli) -> None:
    cli.record(registered(), consented(time=on(2)))
    english = cli("history", WHO, "--json").lines[1]["text"]
    assert english == "Consent given to newsletter by the portal, by checkbox, text 2024-1."
    dutch = cli("history", WHO, "--json", "--language", "nl").lines[1]["text"]
    assert dutch == (
        "Toestemming gegeven voor nieuwsbrief via het portaal, door aangevinkt vakje, tekst 2024-1."
    )
    assert "Toestemming gegeven" in " ".join(
        cli("history", WHO, "--language", "nl").out.decode().split()
    )
    assert cli("history", WHO, "--language", "fr").status == 2


def test_history_of_a_registry_entry(cli: Cli) -> None:
    cli.record(
        message(
            "recipient-registered",
            "recipient/mr-example",
            name="mr. Example",
            kind="lawyer",
            role="controller",
            country="NL",
            valid_from="2024-01-01",
        )
    )
    (line,) = cli("history", "recipient/mr-example", "--json").lines
    assert line["personal"] == {"name": "mr. Example"}
    assert "name" not in line["facts"]


def test_state_has_the_shape_that_outsiders_rely_on(cli: Cli) -> None:
    cli.record(registered(), collected(time=on(2)))
    state = cli("state", WHO, "--json").json
    assert set(state) == STATE
    assert state["subject"] == WHO
    assert state["status"] == "active"
    assert state["customer_kind"] == "consumer"
    assert state["personal"] == {
        "contact": {"email": "j.devries@example.nl"},
        "identity": {"name": "J. de Vries"},
    }
    assert state["erased_categories"] == []
    assert state["position"] == 2
    assert state["since"] == "2024-03-01T09:00:00.000000Z"


def test_state_as_of_an_occurred_time(cli: Cli) -> None:
    cli.record(
        registered(),
        collected(time=on(2)),
        collected(time=on(4), personal={"name": "J. Jansen"}),
        message("account-deactivated", WHO, time=on(5), reason="unpaid"),
    )
    past = cli("state", WHO, "--as-of", on(3), "--json").json
    assert past["personal"]["identity"] == {"name": "J. de Vries"}
    assert (past["status"], past["position"]) == ("active", 2)
    now = cli("state", WHO, "--json").json
    assert now["personal"]["identity"] == {"name": "J. Jansen"}
    assert (now["status"], now["since"]) == ("inactive", "2024-03-05T09:00:00.000000Z")


def test_state_at_a_position_and_a_recorded_time_sees_what_arrived_by_then(cli: Cli) -> None:
    cli.record(registered(), collected(time=on(4), personal={"name": "Later"}))
    recorded_at = cli("history", WHO, "--json").lines[-1]["recorded_at"]
    cli.record(collected(time=on(5), personal={"name": "Latest"}))
    at_position = cli("state", WHO, "--at-position", "2", "--json").json
    recorded_by = cli("state", WHO, "--recorded-by", recorded_at, "--json").json
    assert at_position == recorded_by
    assert at_position["personal"]["identity"] == {"name": "Later"}
    combined = cli("state", WHO, "--at-position", "2", "--as-of", on(2), "--json").json
    assert combined["personal"] == {}


def test_an_erased_person_keeps_facts_and_loses_every_value(cli: Cli) -> None:
    cli.record(registered(), collected(time=on(2)), accessed(time=on(3)))
    assert cli("erase", WHO, "--ground", "request", "--json").status == 0
    state = cli("state", WHO, "--json").json
    assert (state["status"], state["personal"]) == ("erased", {})
    assert len(state["erased_categories"]) == 16
    past = cli("state", WHO, "--as-of", on(2), "--json").json
    assert (past["status"], past["personal"]) == ("active", {})
    assert len(past["erased_categories"]) == 16
    lines = cli("history", WHO, "--json").lines
    assert lines[1]["personal"] == {"email": {"erased": True}, "name": {"erased": True}}
    assert lines[2]["facts"]["employee"] == "employee/7"
    acts = cli("history", WHO, "--json").acts
    assert acts[-1]["type"] == "nl.voipzeker.ledger.personal-data-erased.v1"


def test_a_reference_to_an_erased_person_is_shown_as_erased(cli: Cli) -> None:
    cli.record(
        registered(),
        accessed(time=on(3)),
        message("personal-data-collected", "employee/7", **_staff()),
    )
    cli("erase", "employee/7", "--ground", "request")
    assert cli("history", WHO, "--json").lines[1]["facts"]["employee"] == {"erased": True}


def _staff() -> dict[str, object]:
    return {
        "origin": "customer",
        "channel": "office",
        "necessity": "mandatory",
        "notice_version": "2024-1",
        "categories": ["staff"],
        "personal": {"employee_name": "E. Example"},
    }


def test_who_comes_back_is_another_data_subject_and_history_covers_both(cli: Cli) -> None:
    cli.record(registered(), collected(time=on(2)))
    cli("erase", WHO, "--ground", "request")
    first = cli("state", WHO, "--json").json["data_subject"]
    erased_at = cli("history", WHO, "--json").acts[-1]["occurred_at"]
    later = datetime.fromisoformat(erased_at) + timedelta(milliseconds=1)
    cli.record(registered(time=later.isoformat()))
    second = cli("state", WHO, "--json").json
    assert second["status"] == "active"
    assert second["data_subject"] != first
    subjects = [line["data_subject"] for line in cli("history", WHO, "--json").acts]
    assert subjects == [first] * 4 + [second["data_subject"]]
    past = cli("state", WHO, "--as-of", on(9), "--json").json
    assert past["data_subject"] == first


def test_consents_say_what_they_are_worth_and_why(cli: Cli) -> None:
    cli.record(
        registered(),
        consented(),
        consented(purpose="telemarketing", time=on(2)),
        withdrawn(purpose="telemarketing", time=on(3)),
        consented(purpose="analytics-cookies", valid_until=on(9)),
    )
    answer = cli("consents", WHO, "--json").json
    assert set(answer) == {"subject", "data_subject", "consents", "choices", "position"}
    rows = {row["purpose"]: row for row in answer["consents"]}
    assert list(rows) == ["analytics-cookies", "newsletter", "telemarketing"]
    assert all(set(row) == CONSENT for row in rows.values())
    assert [(row["status"], row["effective"]) for row in rows.values()] == [
        ("expired", False),
        ("given", True),
        ("withdrawn", False),
    ]
    assert rows["analytics-cookies"]["valid_until"] == "2024-03-09T09:00:00.000000Z"
    assert all(row["why"] for row in rows.values())
    past = cli("consents", WHO, "--as-of", on(8), "--json").json["consents"]
    assert past[0]["status"] == "given"


def test_a_contact_persons_consent_needs_the_customers_account(cli: Cli) -> None:
    cli.record(
        registered(),
        message("contact-person-added", CONTACT, customer=WHO),
        consented(CONTACT),
    )
    assert cli("consents", CONTACT, "--json").json["consents"][0]["effective"] is True
    cli.record(message("account-deactivated", WHO, time=on(5), reason="unpaid"))
    (row,) = cli("consents", CONTACT, "--json").json["consents"]
    assert (row["status"], row["effective"]) == ("given", False)
    (past,) = cli("consents", CONTACT, "--as-of", on(4), "--json").json["consents"]
    assert past["effective"] is True


def test_a_contact_persons_values_are_never_in_the_customers_answers(cli: Cli) -> None:
    cli.record(
        registered(),
        message("contact-person-added", CONTACT, customer=WHO),
        collected(CONTACT, time=on(2), personal={"email": "contact@example.nl"}),
    )
    for command in ("history", "state"):
        assert b"contact@example.nl" not in cli(command, WHO, "--json").out
        assert b"contact@example.nl" in cli(command, CONTACT, "--json").out


@pytest.mark.parametrize("moment", [(), ("--as-of", "2024-03-31T00:00:00Z")])
def test_all_equals_the_answers_one_by_one(cli: Cli, moment: tuple[str, ...]) -> None:
    cli.record(
        registered(),
        consented(),
        registered("customer/2"),
        registered("customer/10023-b"),
        message("contact-person-added", CONTACT, customer=WHO),
        consented(CONTACT, time=on(2)),
        message("contact-person-added", "customer/2/contact/1", customer="customer/2"),
        consented("customer/2/contact/1", time=on(2)),
        accessed(time=on(3)),
    )
    cli("erase", "customer/2", "--ground", "request")
    for command in ("state", "consents"):
        together = cli(command, "--all", *moment, "--json").lines
        names = [line["subject"] for line in together]
        assert names == [WHO, "customer/10023-b", CONTACT, "customer/2/contact/1"]
        assert together == [cli(command, name, *moment, "--json").json for name in names]


def test_people_get_tables(cli: Cli) -> None:
    cli.record(registered(), collected(time=on(2)), consented(time=on(3)))
    assert "J. de Vries" in cli("state", WHO).out.decode()
    assert "personal-data-collected" in cli("history", WHO).out.decode()
    assert "it was given and still holds" in cli("consents", WHO).out.decode()


@pytest.mark.parametrize("command", ["history", "state", "consents"])
def test_who_is_not_known_is_an_error_in_one_line(cli: Cli, command: str) -> None:
    cli.record(registered())
    ran = cli(command, "customer/404", "--json")
    assert (ran.status, ran.out) == (1, b"")
    assert ran.err == "ledger: The ledger holds nothing about this subject.\n"


def test_before_anything_was_known_there_is_no_state(cli: Cli) -> None:
    cli.record(registered())
    ran = cli("state", WHO, "--as-of", "2020-01-01T00:00:00Z", "--json")
    assert (ran.status, ran.out) == (1, b"")


def test_answers_are_equal_bytes_whenever_they_are_asked(cli: Cli) -> None:
    cli.record(registered(), collected(time=on(2)), consented(time=on(3)))
    for command in (["history", "--at-position", "3"], ["state"], ["consents"]):
        asked = [*command, WHO, "--json"]
        assert cli(*asked).out == cli(*asked).out


@pytest.mark.parametrize(
    "arguments",
    [
        ("state",),
        ("state", WHO, "--all"),
        ("state", "recipient/x"),
        ("state", "nobody"),
        ("state", WHO, "--as-of", "yesterday"),
        ("history", WHO, "--at-position", "-1"),
        ("history", WHO, "another"),
        ("consents", WHO, "--unknown"),
    ],
)
def test_wrong_usage_is_status_2(cli: Cli, arguments: tuple[str, ...]) -> None:
    assert cli(*arguments).status == 2


@pytest.mark.parametrize(
    "command",
    [
        ("history", WHO),
        ("state", WHO),
        ("register",),
        ("purposes",),
        ("consents", WHO),
        ("marketing", WHO),
        ("may", "credit-check", WHO),
        ("findings",),
        ("lint",),
        ("export", "--format", "vng"),
        ("report", "access", WHO),
    ],
)
def test_a_position_beyond_the_end_is_told(cli: Cli, command: tuple[str, ...]) -> None:
    cli.record(registered())
    ran = cli(*command, "--at-position", "1000")
    assert "position 1000 is not there yet, the last is 1" in ran.err
    assert ran.status != 2


@pytest.mark.parametrize("command", [("history", WHO), ("export", "--format", "vng")])
def test_a_time_of_recording_that_has_not_come_is_told(cli: Cli, command: tuple[str, ...]) -> None:
    cli.record(registered())
    assert "has not come yet" in cli(*command, "--recorded-by", "2999-01-01T00:00:00Z").err
    assert "has not come yet" not in cli(*command, "--recorded-by", "2026-01-01T00:00:00Z").err
