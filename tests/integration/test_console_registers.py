"""`ledger register`, `disclosures`, `recipients`: shapes, filters, exports; always current."""

import csv
import io
from typing import Any

import openpyxl
import pytest

from tests.fixtures.console import (
    Cli,
    collected,
    declared,
    disclosed,
    message,
    recipient,
    registered,
)

ACTIVITY = {"activity", "version", "name", "declared", "retired", "observed", "drift"}
OBSERVED = {
    "events",
    "data_subjects",
    "first",
    "last",
    "legal_bases",
    "categories",
    "recipients",
    "recipient_kinds",
    "countries",
}
DISCLOSURE = {
    "position",
    "occurred_at",
    "source",
    "id",
    "subject",
    "recipient",
    "recipient_name",
    "recipient_kind",
    "purpose",
    "activity",
    "legal_basis",
    "provision",
    "fields",
    "country",
    "method",
    "case_ref",
}


def on(day: int) -> str:
    return f"2024-03-{day:02}T10:00:00+01:00"


def by_activity(answer: Any) -> dict[str, Any]:
    return {row["activity"]: row for row in answer["activities"]}


def test_register_counts_what_was_recorded_a_moment_ago(cli: Cli) -> None:
    cli.record(declared(), registered(), disclosed(time=on(2)), disclosed(time=on(3)))
    answer = cli("register", "--json").json
    assert set(answer) == {"controller", "activities"}
    assert answer["controller"]["name"] == "VOIPZeker B.V."
    rows = by_activity(answer)
    assert all(set(row) == ACTIVITY for row in rows.values())
    assert list(rows) == ["debt-collection", "subscription-management"]
    row = rows["debt-collection"]
    assert row["declared"]["owner"] == "finance"
    assert set(row["observed"]) == OBSERVED
    assert (row["observed"]["events"], row["observed"]["data_subjects"]) == (2, 1)
    assert row["observed"]["first"] == "2024-03-02T09:00:00.000000Z"
    assert row["observed"]["recipients"] == ["incasso"]
    assert row["drift"] == []
    cli.record(disclosed("customer/2", time=on(4), country="GB"))
    row = by_activity(cli("register", "--json").json)["debt-collection"]
    assert (row["observed"]["events"], row["observed"]["data_subjects"]) == (3, 2)
    assert row["drift"] == [{"kind": "undeclared-country", "detail": "GB"}]


def test_register_at_a_past_position(cli: Cli) -> None:
    cli.record(declared(), disclosed(time=on(2)), disclosed(time=on(3)))
    rows = by_activity(cli("register", "--at-position", "2", "--json").json)
    assert rows["debt-collection"]["observed"]["events"] == 1
    assert by_activity(cli("register", "--at-position", "0", "--json").json) == {}
    current, past = cli("register", "--json"), cli("register", "--at-position", "3", "--json")
    assert current.out == past.out


def test_register_names_the_controller_of_the_settings(cli: Cli) -> None:
    cli.set(CONTROLLER_NAME="Another B.V.")
    ran = cli("register", "--json", "--controller-officer", "fg@example.nl")
    assert ran.json["controller"]["name"] == "Another B.V."
    assert ran.json["controller"]["data_protection_officer"] == "fg@example.nl"


def test_register_as_csv_runs_no_formula(cli: Cli) -> None:
    cli.record(declared(name="=HYPERLINK(1)", owner="+1"))
    ran = cli("register", "--format", "csv")
    (row,) = csv.DictReader(io.StringIO(ran.out.decode("utf-8-sig")))
    assert row["name"] == "'=HYPERLINK(1)"
    assert row["owner"] == "'+1"
    assert row["purposes"] == "collection (6-1-f)"


def test_register_as_workbook(cli: Cli) -> None:
    cli.record(declared(name="=1+1"))
    path = cli.folder / "register.xlsx"
    assert cli("register", "--format", "xlsx", "--output", str(path)).status == 0
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Activities", "Controller"]
    cells = {name.value: cell for name, cell in zip(*book["Activities"].iter_rows(), strict=True)}
    assert (cells["name"].value, cells["name"].data_type) == ("'=1+1", "s")


def test_register_as_a_page_that_loads_and_runs_nothing(cli: Cli) -> None:
    cli.record(declared(name="<script>alert(1)</script>"))
    page = cli("register", "--format", "html").out.decode()
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "http" not in page.replace("http-equiv", "")


def test_disclosures_have_the_shape_and_the_order_that_outsiders_rely_on(cli: Cli) -> None:
    cli.record(
        recipient("Incasso B.V."),
        disclosed(time=on(3), id="b"),
        disclosed(time=on(3), id="a"),
        disclosed(time=on(2), id="c"),
    )
    answer = cli("disclosures", "--json").json
    assert set(answer) == {"disclosures"}
    rows = answer["disclosures"]
    assert all(set(row) == DISCLOSURE for row in rows)
    assert [row["id"] for row in rows] == ["c", "a", "b"]
    assert {row["subject"] for row in rows} == {"customer/10023"}
    assert {row["recipient_name"] for row in rows} == {"Incasso B.V."}
    assert rows[0]["position"] == 4


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (("--subject", "customer/10023"), ["a", "b"]),
        (("--recipient", "incasso"), ["a", "c"]),
        (("--recipient", "recipient/incasso"), ["a", "c"]),
        (("--kind", "bailiff"), ["b"]),
        (("--from", on(3)), ["b", "c"]),
        (("--to", on(3)), ["a", "b"]),
        (("--from", on(3), "--to", on(3)), ["b"]),
        (("--subject", "customer/2", "--kind", "bailiff"), []),
    ],
)
def test_disclosures_are_filtered(cli: Cli, filters: tuple[str, ...], expected: list[str]) -> None:
    cli.record(
        disclosed(id="a", time=on(2)),
        disclosed(id="b", time=on(3), recipient="nepveld", recipient_kind="bailiff"),
        disclosed("customer/2", id="c", time=on(4)),
    )
    rows = cli("disclosures", *filters, "--json").json["disclosures"]
    assert [row["id"] for row in rows] == expected


def test_a_recipient_is_named_as_it_was_when_the_disclosure_occurred(cli: Cli) -> None:
    cli.record(
        recipient("Old name"),
        recipient("New name", type="recipient-changed", valid_from="2024-03-03", time=on(1)),
        disclosed(time=on(2)),
        disclosed(time=on(4)),
    )
    rows = cli("disclosures", "--json").json["disclosures"]
    assert [row["recipient_name"] for row in rows] == ["Old name", "New name"]


def test_the_name_of_a_private_recipient_is_opened_until_it_is_erased(cli: Cli) -> None:
    cli.record(
        recipient("mr. Example", "example", kind="lawyer"),
        disclosed(recipient="example", recipient_kind="lawyer"),
    )
    (row,) = cli("disclosures", "--json").json["disclosures"]
    assert row["recipient_name"] == "mr. Example"
    assert cli("recipients", "--json").json["recipients"][0]["name"] == "mr. Example"
    cli("erase", "recipient/example", "--ground", "objection")
    (row,) = cli("disclosures", "--json").json["disclosures"]
    assert row["recipient_name"] == {"erased": True}


def test_the_subject_of_an_erased_person_is_null(cli: Cli) -> None:
    cli.record(registered(), disclosed(), disclosed("customer/2"))
    cli("erase", "customer/10023", "--ground", "request")
    rows = cli("disclosures", "--json").json["disclosures"]
    assert sorted(str(row["subject"]) for row in rows) == ["None", "customer/2"]
    rows = cli("disclosures", "--subject", "customer/10023", "--json").json["disclosures"]
    assert [row["subject"] for row in rows] == [None]


def test_recipients_as_of_a_time(cli: Cli) -> None:
    cli.record(
        recipient("Old name"),
        recipient("New name", type="recipient-changed", valid_from="2024-03-05", time=on(4)),
        message(
            "recipient-ended", "recipient/incasso", time=on(9), valid_to="2024-03-09", reason="end"
        ),
        recipient("Later", "later", time=on(10)),
    )
    now = cli("recipients", "--json").json["recipients"]
    assert [row["recipient"] for row in now] == ["incasso", "later"]
    assert now[0]["name"] == "New name"
    assert now[0]["ended"] == {"valid_to": "2024-03-09", "reason": "end"}
    (past,) = cli("recipients", "--as-of", on(4), "--json").json["recipients"]
    assert (past["name"], past["ended"]) == ("Old name", None)


def test_people_get_tables(cli: Cli) -> None:
    cli.record(recipient("Incasso B.V."), declared(), registered(), collected(), disclosed())
    assert "debt-collection" in cli("register").out.decode()
    assert "Incasso B.V." in cli("disclosures").out.decode()
    assert "Incasso B.V." in cli("recipients").out.decode()


@pytest.mark.parametrize(
    "arguments",
    [
        ("register", "--format", "pdf"),
        ("register", "--json", "--format", "csv"),
        ("register", "--output", "somewhere"),
        ("disclosures", "--kind", "unknown"),
        ("disclosures", "--subject", "nobody"),
        ("disclosures", "--from", "yesterday"),
        ("recipients", "--as-of", "2024"),
    ],
)
def test_wrong_usage_is_status_2(cli: Cli, arguments: tuple[str, ...]) -> None:
    assert cli(*arguments).status == 2


def test_disclosures_of_who_is_not_known_are_an_error(cli: Cli) -> None:
    assert cli("disclosures", "--subject", "customer/404", "--json").status == 1
