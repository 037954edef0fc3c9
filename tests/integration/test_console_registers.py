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
from tests.fixtures.moments import on

ACTIVITY = {
    "activity",
    "version",
    "name",
    "declared",
    "retired",
    "observed",
    "drift",
    "versions",
    "assessments",
    "recipients",
    "transfers",
    "retention",
    "security_measures",
    "missing",
}
REGISTER = {
    "controller",
    "as_of",
    "recorded_by",
    "at_position",
    "judged_on",
    "activities",
    "processor",
    "measures",
}
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
    "type",
    "source",
    "id",
    "subject",
    "membership",
    "recipient",
    "recipient_name",
    "recipient_kind",
    "purpose",
    "activity",
    "legal_basis",
    "provision",
    "categories",
    "fields",
    "country",
    "country_derived",
    "method",
    "case_ref",
    "record_count",
    "period_from",
    "period_to",
}


def by_activity(answer: Any) -> dict[str, Any]:
    return {row["activity"]: row for row in answer["activities"]}


def test_register_counts_what_was_recorded_a_moment_ago(cli: Cli) -> None:
    cli.record(declared(), registered(), disclosed(time=on(2)), disclosed(time=on(3)))
    answer = cli("register", "--json").json
    assert set(answer) == REGISTER
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


def test_register_as_of_a_date_has_the_version_that_held_then(cli: Cli) -> None:
    change = declared(time=on(5), type="processing-activity-changed", name="Later", countries=[])
    assessed = message("dpia-linked", "activity/debt-collection", time=on(4), dpia_ref="DPIA-1")
    cli.record(declared(time=on(1)), change, assessed, disclosed(time=on(2)), disclosed(time=on(6)))
    now = by_activity(cli("register", "--json").json)["debt-collection"]
    assert [(one["version"], one["from"], one["to"]) for one in now["versions"]] == [
        (1, "2024-03-01T09:00:00.000000Z", "2024-03-05T09:00:00.000000Z"),
        (2, "2024-03-05T09:00:00.000000Z", None),
    ]
    assert [one["declared"]["name"] for one in now["versions"]] == ["Collection", "Later"]
    assert now["assessments"][0]["dpia_ref"] == "DPIA-1"
    assert now["drift"] == [{"kind": "undeclared-country", "detail": "NL"}]
    answer = cli("register", "--as-of", on(3), "--json").json
    past = by_activity(answer)["debt-collection"]
    assert answer["as_of"] == "2024-03-03T09:00:00.000000Z"
    assert (past["version"], past["name"], past["drift"]) == (1, "Collection", [])
    assert (past["observed"]["events"], past["assessments"]) == (1, [])


def test_register_says_what_a_transfer_rests_on(cli: Cli) -> None:
    safeguards = [{"country": "US", "mechanism": "bcr", "document": "BCR-1"}]
    far = {"country": "US", "transfer_mechanism": "scc-2021", "agreement_ref": "DPA-7"}
    cli.record(
        recipient("Far", "far", **far),
        declared(countries=["NL", "US", "JP", "IN"], safeguards=safeguards),
        disclosed(recipient="far", country="US"),
        disclosed(recipient="far", country="VN"),
    )
    row = by_activity(cli("register", "--json").json)["debt-collection"]
    assert [
        (one["country"], one["declared"], one["observed"], one["mechanisms"], one["documents"])
        for one in row["transfers"]
    ] == [
        ("IN", True, False, [], []),
        ("JP", True, False, ["adequacy-decision"], []),
        ("US", True, True, ["bcr", "scc-2021"], ["BCR-1", "DPA-7"]),
        ("VN", False, True, [], []),
    ]
    assert [(one["recipient"], one["name"], one["role"]) for one in row["recipients"]] == [
        ("far", "Far", "controller")
    ]


def test_register_of_the_past_knows_no_recipient_that_was_registered_later(cli: Cli) -> None:
    cli.record(disclosed(time=on(2)), recipient("Incasso B.V.", time=on(5)))

    def named(*options: str) -> list[Any]:
        rows = by_activity(cli("register", *options, "--json").json)["debt-collection"][
            "recipients"
        ]
        return [(row["recipient"], row["name"], row["kind"]) for row in rows]

    assert named() == [("incasso", "Incasso B.V.", "collection-agency")]
    assert named("--as-of", on(3)) == named("--at-position", "1") == [("incasso", None, None)]


def test_register_at_a_past_position(cli: Cli) -> None:
    cli.record(declared(), disclosed(time=on(2)), disclosed(time=on(3)))
    rows = by_activity(cli("register", "--at-position", "2", "--json").json)
    assert rows["debt-collection"]["observed"]["events"] == 1
    assert by_activity(cli("register", "--at-position", "0", "--json").json) == {}
    current = cli("register", "--json").json
    assert (current["at_position"], current["recorded_by"]) == (None, None)
    past = cli("register", "--at-position", "3", "--json").json
    assert past == current | {"at_position": 3}


def test_register_names_the_controller_of_the_settings(cli: Cli) -> None:
    cli.set(CONTROLLER_NAME="Another B.V.")
    ran = cli("register", "--json", "--controller-officer", "fg@example.nl")
    assert ran.json["controller"]["name"] == "Another B.V."
    assert ran.json["controller"]["data_protection_officer"] == "fg@example.nl"


def test_register_as_csv_runs_no_formula(cli: Cli) -> None:
    purposes = [{"purpose": name, "legal_basis": "6-1-f"} for name in ("collection", "claims")]
    cli.record(declared(name="=HYPERLINK(1)", owner="+1", purposes=purposes))
    ran = cli("register", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(ran.out.decode("utf-8-sig"))))
    assert [row["purpose"] for row in rows] == ["collection", "claims"]
    assert {row["name"] for row in rows} == {"'=HYPERLINK(1)"}
    assert {row["owner"] for row in rows} == {"'+1"}


def test_register_as_workbook(cli: Cli) -> None:
    cli.record(declared(name="=1+1"))
    path = cli.folder / "register.xlsx"
    options = ("--format", "xlsx", "--output", str(path), "--language", "nl")
    assert cli("register", *options).status == 0
    book = openpyxl.load_workbook(path)
    assert book.sheetnames[:3] == ["Verwerkingsverantwoordelijke", "Activiteiten", "Doelen"]
    cells = {name.value: cell for name, cell in zip(*book["Activiteiten"].iter_rows(), strict=True)}
    assert (cells["Naam"].value, cells["Naam"].data_type) == ("'=1+1", "s")


def test_register_as_a_page_that_loads_and_runs_nothing(cli: Cli) -> None:
    cli.record(declared(name="<script>alert(1)</script>"))
    page = cli("register", "--format", "html").out.decode()
    assert page.startswith("<!DOCTYPE html>")
    assert "<script" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "http" not in page.replace("http-equiv", "")
    dutch = cli("register", "--format", "html", "--language", "nl").out.decode()
    assert '<html lang="nl">' in dutch
    assert "Register van verwerkingsactiviteiten" in dutch


@pytest.mark.parametrize("form", ["json", "csv", "xlsx", "html", "dpv"])
def test_every_format_is_of_the_moment_that_is_asked_for(cli: Cli, form: str) -> None:
    cli.record(declared(time=on(1)), disclosed(time=on(2)))
    then = ("register", "--format", form, "--as-of", on(3))
    before = cli(*then).out
    assert cli(*then).out == before
    cli.record(declared(type="processing-activity-changed", name="Later", time=on(5)))
    assert cli(*then).out == before
    now = cli("register", "--format", form).out
    assert now != before
    assert cli("register", "--format", form).out == now


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
        (("--provision", "nl.tw.11.5.6"), ["c"]),
        (("--provision", "TW-11-5-6"), ["c"]),
        (("--provision", "nl.sv.126na"), []),
    ],
)
def test_disclosures_are_filtered(cli: Cli, filters: tuple[str, ...], expected: list[str]) -> None:
    cli.record(
        disclosed(id="a", time=on(2)),
        disclosed(id="b", time=on(3), recipient="nepveld", recipient_kind="bailiff"),
        disclosed("customer/2", id="c", time=on(4), legal_basis="6-1-c", provision="nl.tw.11.5.6"),
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
    certified = [{"framework": "dpf", "valid_from": "2025-02-01"}]
    named = recipient("Incasso B.V.", certifications=certified)
    cli.record(named, declared(), registered(), collected(), disclosed())
    assert "debt-collection" in cli("register").out.decode()
    assert "Incasso B.V." in cli("disclosures").out.decode()
    parties = cli("recipients").out.decode()
    assert all(word in parties for word in ("Incasso B.V.", "dpf since", "2025-02-01"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("register", "--format", "pdf"),
        ("register", "--language", "de"),
        ("register", "--json", "--format", "csv"),
        ("register", "--output", "somewhere"),
        ("disclosures", "--kind", "unknown"),
        ("disclosures", "--subject", "nobody"),
        ("disclosures", "--from", "yesterday"),
        ("recipients", "--as-of", "2024"),
        ("transparency", "--format", "xlsx"),
        ("transparency", "--language", "de"),
        ("transfers", "--from", "2024"),
    ],
)
def test_wrong_usage_is_status_2(cli: Cli, arguments: tuple[str, ...]) -> None:
    assert cli(*arguments).status == 2


def test_disclosures_of_who_is_not_known_are_an_error(cli: Cli) -> None:
    assert cli("disclosures", "--subject", "customer/404", "--json").status == 1


def by_nature(name: str, day: int, subject: str = "customer/10023", **facts: Any) -> dict[str, Any]:
    """An event that is a disclosure by its type; under a duty of law, and named after its type."""
    shared = {"activity": "telephony", "legal_basis": "6-1-c", "provision": "nl.tw.11.10"}
    return message(name, subject, id=name, time=on(day), **(shared | facts))


def test_what_is_a_disclosure_by_its_nature_is_one(cli: Cli) -> None:
    feed = {"record_count": 1200, "merkle_root": "ab" * 32, "valid_for": "24h"}
    cli.record(
        registered(),
        by_nature(
            "emergency-call-disclosed",
            1,
            recipient="112",
            fields=["mobile_number", "cell_id"],
            caller_id_blocked=True,
        ),
        by_nature(
            "malicious-call-data-disclosed",
            2,
            recipient="sub-1",
            fields=["name"],
            request_ref="REQ-1",
        ),
        recipient("Het CIOT", "ciot", kind="ciot", role="authority"),
        by_nature("bulk-feed-delivered", 3, "recipient/ciot", provision="nl.bvgt", **feed),
        by_nature(
            "number-porting-performed",
            4,
            direction="out",
            recipient="other-telecom",
            porting_ref="P-1",
        ),
        by_nature("equipment-shipped", 5, order_ref="O-1", recipient="parcels"),
    )
    rows = cli("disclosures", "--json").json["disclosures"]
    assert [
        (row["recipient"], row["recipient_kind"], row["purpose"], row["method"], row["fields"])
        for row in rows
    ] == [
        ("112", "emergency-services", "emergency-call", "realtime", ["mobile_number", "cell_id"]),
        ("sub-1", "subscriber", "malicious-calls", None, ["name"]),
        ("ciot", "ciot", "subscriber-feed", "feed", []),
        ("other-telecom", "telecom-provider", "number-porting", None, []),
        ("parcels", "shipping", "delivery", None, []),
    ]
    assert [row["case_ref"] for row in rows] == [None, "REQ-1", None, "P-1", "O-1"]
    assert [row["subject"] for row in rows] == [
        *["customer/10023"] * 2,
        None,
        *["customer/10023"] * 2,
    ]
    assert [row["record_count"] for row in rows] == [None, None, 1200, None, None]
    (only,) = cli("disclosures", "--kind", "ciot", "--json").json["disclosures"]
    assert only["type"] == "bulk-feed-delivered"
    assert "1200 records" in cli("disclosures").out.decode()


def test_transparency_by_quarter(cli: Cli) -> None:
    times = ["2024-03-31T23:30:00+02:00", "2024-04-01T00:00:00+02:00"]
    cli.record(
        *(disclosed(time=times[0], id=f"a{n}") for n in range(6)),
        *(disclosed(time=times[1], id=f"b{n}") for n in range(7)),
        *(
            disclosed(time=times[1], id=f"c{n}", recipient="nepveld", recipient_kind="bailiff")
            for n in range(2)
        ),
    )
    answer = cli("transparency", "--json").json
    assert answer["quarters"] == ["2024-Q1", "2024-Q2"]
    agency, bailiff = sorted(answer["kinds"], key=lambda row: row["recipient_kind"] == "bailiff")
    assert (agency["counts"], agency["total"]) == ({"2024-Q1": 6, "2024-Q2": 7}, 13)
    assert (bailiff["counts"], bailiff["total"]) == ({"2024-Q1": 0, "2024-Q2": "<5"}, None)
    assert [answer["totals"][quarter]["total"] for quarter in answer["quarters"]] == [6, None]
    assert (answer["total"], answer["at_least"]) == (None, 14)
    part = cli("transparency", "--from", "2024-05-01T00:00:00+02:00", "--json").json
    assert part["quarters"] == ["2024-Q2"]
    assert part["from"] == "2024-03-31T22:00:00.000000Z"
    assert part["kinds"][1]["counts"] == {"2024-Q2": 7}
    before = cli("transparency", "--to", "2024-02-01T00:00:00+01:00", "--json").json
    assert (before["quarters"], before["to"]) == (["2024-Q1"], "2024-03-31T22:00:00.000000Z")
    assert "<5" in cli("transparency").out.decode()
    csv_file = cli("transparency", "--format", "csv", "--language", "nl").out.decode("utf-8-sig")
    assert csv_file.splitlines()[0] == "Soort ontvanger,2024-Q1,2024-Q2,Totaal"
    path = cli.folder / "report.html"
    assert cli("transparency", "--format", "html", "--output", str(path)).status == 0
    assert "Collection agency" in path.read_text()


def test_transfers_outside_the_eea(cli: Cli) -> None:
    agreement = message(
        "transfer-agreement-recorded",
        "customer/10023",
        time=on(2),
        activity="debt-collection",
        legal_basis="6-1-b",
        countries=["US"],
    )
    cli.record(
        recipient("Far", "far", country="US", transfer_mechanism="scc-2021"),
        disclosed(time=on(1), id="before", recipient="far", country="US"),
        agreement,
        disclosed(time=on(3), id="after", recipient="far", country="US"),
        disclosed("customer/2", time=on(3), id="other", recipient="far", country="US"),
        disclosed(time=on(3), id="uk", country="GB"),
        disclosed(time=on(3), id="home"),
        by_nature("equipment-shipped", 5, order_ref="O-1", recipient="nobody-knows"),
        by_nature("number-porting-performed", 6, direction="in", recipient="far", porting_ref="P"),
    )
    answer = cli("transfers", "--json").json
    assert [
        (row["country"], row["region"], row["mechanism"], row["agreement"], row["disclosures"])
        for row in answer["transfers"]
    ] == [
        ("GB", "adequate", "adequacy-decision", False, 1),
        ("US", "elsewhere", "scc-2021", False, 2),
        ("US", "elsewhere", "scc-2021", True, 2),
    ]
    assert [row["data_subjects"] for row in answer["transfers"]] == [1, 2, 1]
    assert (answer["inside_eea"], answer["country_unknown"]) == (1, 1)
    assert answer["transfers"][1]["recipients"] == ["far"]
    past = cli("transfers", "--to", on(2), "--json").json
    assert [row["disclosures"] for row in past["transfers"]] == [1]
    assert "scc-2021" in cli("transfers").out.decode()
