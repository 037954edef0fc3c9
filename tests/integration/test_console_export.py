"""`ledger export`: one line an event, by period, position and person, as of what was known."""

from typing import Any

import pytest

from tests.fixtures.console import Cli, accessed, disclosed, message, recipient, registered
from tests.fixtures.moments import on
from tests.fixtures.standards import ldv_validator, vng_validator

TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def names(lines: list[Any]) -> list[str]:
    return [line.get("name") or line["actieNaam"] for line in lines]


def annulled(line: dict[str, Any], day: int) -> dict[str, Any]:
    return message(
        "event-annulled",
        line["subject"],
        source=line["source"],
        time=on(day),
        annuls=line["id"],
        reason="mistake",
    )


@pytest.mark.parametrize("form", ["ldv", "vng"])
def test_each_event_is_a_line_in_the_order_of_the_ledger(cli: Cli, form: str) -> None:
    validator = (
        ldv_validator() if form == "ldv" else vng_validator("write", "VerwerkingsactieUitgebreid")
    )
    cli.record(
        recipient("Incasso", "incasso"),
        registered(time=on(2)),
        disclosed(time=on(1), traceparent=TRACE),
        accessed(time=on(3)),
    )
    ran = cli("export", "--format", form)
    assert ran.status == 0
    assert ran.err == "ledger: 4 records up to position 4\n"
    assert all(validator.is_valid(line) for line in ran.lines)
    alone = cli("export", "--format", form, "--json")
    assert (alone.err, alone.lines) == ("", ran.lines)
    assert names(ran.lines) == [
        "recipient-registered",
        "customer-registered",
        "personal-data-disclosed",
        "personal-data-accessed",
    ]


def test_a_record_of_ldv_carries_trace_subject_and_activity(cli: Cli) -> None:
    cli.record(disclosed(time="2024-03-01T10:00:00.5Z", traceparent=TRACE))
    person = cli("history", "customer/10023", "--json").lines[0]["data_subject"]
    (line,) = cli(
        *("export", "--format", "ldv", "--register-url", "https://example.nl/r/"),
        *("--at-position", "1"),
    ).lines
    assert line["traceId"] == "4bf92f35-77b3-4da6-a3ce-929d0e0e4736"
    assert line["parentSpanId"] == "00f067aa0ba902b7"
    assert line["startTime"] == line["endTime"] == 1_709_287_200_500
    assert line["attributes"] == {
        "dpl.core.processing_activity_id": "https://example.nl/r/debt-collection",
        "dpl.core.data_subject_id": person,
        "dpl.core.data_subject_id_type": "urn:processing-ledger:main:data-subject",
        "processing_ledger.position": 1,
    }


def test_a_record_of_vng_says_who_received_what_and_who_saw_it(cli: Cli) -> None:
    employee = message("employment-started", "employee/7", time=on(1))
    cli.record(recipient("Incasso", "incasso"), disclosed(), accessed(time=on(2)), employee)
    given, seen, _ = cli("export", "--format", "vng", "--after", "1").lines
    file = cli("history", "recipient/incasso", "--json").lines[0]
    assert given["afnemerId"] == file["data_subject"]
    assert "gebruiker" not in given
    (person,) = given["verwerkteObjecten"]
    assert {kind["soortGegeven"] for kind in person["verwerkteSoortenGegevens"]} == {
        "identity/name",
        "payment/iban",
    }
    assert seen["gebruiker"] == cli("history", "employee/7", "--json").lines[0]["data_subject"]
    assert seen["handelingNaam"] == "support"
    assert "employee/7" not in str(seen)


def test_a_period_positions_and_a_person_bound_it(cli: Cli) -> None:
    cli.record(
        registered(time=on(1)),
        registered("customer/2", time=on(2)),
        accessed("customer/2", time=on(3)),
        accessed(time=on(4)),
    )

    def positions(*options: str) -> list[int]:
        lines = cli("export", "--format", "ldv", *options).lines
        return [line["attributes"]["processing_ledger.position"] for line in lines]

    assert positions("--from", on(2), "--to", on(3)) == [2, 3]
    assert positions("--after", "1", "--at-position", "3") == [2, 3]
    assert positions("--subject", "customer/2", "--at-position", "4") == [2, 3]
    assert positions("--subject", "customer/2", "--from", on(3), "--to", on(4)) == [3]
    assert positions("--recorded-by", on(3)) == []
    assert positions("--after", "4", "--at-position", "4") == []
    nobody = cli("export", "--format", "ldv", "--subject", "customer/9")
    assert (nobody.status, nobody.out) == (1, b"")


def test_what_was_annulled_is_marked_or_left_out_as_the_standard_has_it(cli: Cli) -> None:
    wrong = accessed(time=on(2))
    cli.record(registered(time=on(1)), wrong, annulled(wrong, 3))
    then = ("--at-position", "3")  # the reads of what follows come later
    for subject in (then, (*then, "--subject", "customer/10023")):
        lines = cli("export", "--format", "ldv", *subject).lines
        assert [line["status"] for line in lines] == ["Ok", "Error", "Ok"]
        assert lines[1]["attributes"]["processing_ledger.annulled"] is True
        ran = cli("export", "--format", "vng", *subject)
        assert names(ran.lines) == ["customer-registered"]
        assert ran.err == "ledger: 1 record up to position 3, 2 left out as annulled\n"
    earlier = cli("export", "--format", "vng", "--at-position", "2").lines
    assert names(earlier) == ["customer-registered", "personal-data-accessed"]
    # An annulment obeys what was known, not the period that is asked for.
    assert names(cli("export", "--format", "vng", "--to", on(2)).lines) == ["customer-registered"]


def test_an_export_again_names_every_act_alike(cli: Cli) -> None:
    cli.record(registered(), accessed(), disclosed())
    for form in ("ldv", "vng"):
        assert cli("export", "--format", form).out == cli("export", "--format", form).out


def test_a_confidential_ledger_says_so(cli: Cli) -> None:
    cli.record(registered())
    assert cli("export", "--format", "vng").lines[0]["vertrouwelijkheid"] == "normaal"
    (cli.folder / "keys" / "main" / "withheld.key").touch(0o600)  # as if it had been made as one
    cli.set(CONFIDENTIAL="true", NAME="main")
    assert cli("export", "--format", "vng").lines[0]["vertrouwelijkheid"] == "vertrouwelijk"


@pytest.mark.parametrize(
    "options",
    [
        ["--format", "pdf"],
        ["--format", "ldv", "--from", "yesterday"],
        ["--format", "ldv", "--register-url", "ftp://example.nl/"],
        ["--format", "ldv", "--subject", "10023"],
        [],
    ],
)
def test_wrong_usage_is_told(program: Cli, options: list[str]) -> None:
    assert program("export", *options).status == 2
