"""Order, periods, limits and zones of what is shown; countries that the recipient's entry tells."""

from typing import Any

import pytest

from tests.fixtures.console import Cli, disclosed, message, recipient, registered
from tests.fixtures.moments import on

WHO = "customer/10023"
ACTIVITY = {"activity": "delivery", "legal_basis": "6-1-b"}


def ids(cli: Cli, *command: str) -> list[str]:
    """What the rows of an answer are known by, in its order."""
    (rows,) = (rows for rows in cli(*command, "--json").json.values() if isinstance(rows, list))
    return [_name(row) for row in rows]


def _name(row: dict[str, Any]) -> str:
    name = next(row[key] for key in ("id", "ref", "request_ref", "event") if key in row)
    return str(name["id"] if isinstance(name, dict) else name)


def shipped(day: int, id: str, to: str) -> dict[str, Any]:
    facts = {"order_ref": "O-1", "recipient": to}
    return message("equipment-shipped", WHO, time=on(day), id=id, **facts, **ACTIVITY)


@pytest.fixture
def told(cli: Cli) -> Cli:
    """A history that arrived out of order."""
    answer = cli.record(
        recipient(
            "Pakketdienst", "parcel", time=on(1), kind="shipping", role="processor", country="BE"
        ),
        disclosed(time=on(9), id="third"),
        registered(time=on(2), id="first"),
        shipped(5, "second", "parcel"),
        shipped(12, "fourth", "nobody"),
    )
    assert answer["rejected"] == 0, answer["rejections"]
    return cli


def test_a_history_is_told_by_time_and_to_machines_by_position(told: Cli) -> None:
    assert [row["id"] for row in told("history", WHO, "--json").acts] == [
        "third",
        "first",
        "second",
        "fourth",
    ]
    shown = told("history", WHO).out.decode()
    places = [shown.index(f"2024-03-{day:02} 10:00:00") for day in (2, 5, 9, 12)]
    assert places == sorted(places)


def test_a_history_has_bounds_and_a_limit(told: Cli) -> None:
    def part(*options: str) -> list[str]:
        return [row["id"] for row in told("history", WHO, *options, "--json").acts]

    assert part("--from", on(5), "--to", on(9)) == ["third", "second"]
    assert part("--limit", "2", "--to", on(28)) == [
        "third",
        "fourth",
    ]  # the latest by time, told by position
    assert part("--from", "2024-03-09 10:00:00") == ["third", "fourth"]  # as tables show it
    assert told("history", WHO, "--limit", "0").status == 2


def test_disclosures_have_a_limit_and_a_moment(told: Cli) -> None:
    assert ids(told, "disclosures") == ["second", "third", "fourth"]
    assert ids(told, "disclosures", "--limit", "1") == ["fourth"]
    assert ids(told, "disclosures", "--as-of", on(9)) == ["second", "third"]
    assert ids(told, "disclosures", "--as-of", on(9), "--from", on(6)) == ["third"]
    changed = {"type": "recipient-changed", "valid_from": "2024-01-01", "country": "DE"}
    told.record(
        recipient("Parcels", "parcel", time=on(20), kind="shipping", role="processor", **changed)
    )
    now, then = (
        told("disclosures", *options, "--limit", "9", "--json").json["disclosures"][0]
        for options in ((), ("--as-of", on(9)))
    )
    assert (now["recipient_name"], now["country"]) == ("Parcels", "DE")
    assert (then["recipient_name"], then["country"]) == ("Pakketdienst", "BE")


def test_a_country_that_the_event_does_not_say_is_that_of_the_recipient_and_marked(
    told: Cli,
) -> None:
    rows = told("disclosures", "--json").json["disclosures"]
    assert [(row["country"], row["country_derived"]) for row in rows] == [
        ("BE", True),
        ("NL", False),
        (None, False),
    ]
    shown = told("disclosures").out.decode()
    assert "[BE]" in shown
    assert "[NL]: the country of the recipient's entry" in shown


def test_findings_have_bounds_and_a_limit(told: Cli) -> None:
    rule = ("--rule", "house.disclosure.recipient.unregistered")
    assert ids(told, "findings", *rule) == ["third", "fourth"]
    assert ids(told, "findings", *rule, "--to", on(9)) == ["third"]
    assert ids(told, "findings", *rule, "--limit", "1") == ["fourth"]


def test_incidents_and_requests_have_bounds_and_a_limit(told: Cli) -> None:
    for number, day in enumerate((3, 6), 1):
        facts = {"breach_ref": f"BR-{number}", "detected_at": on(day), "regime": "gdpr"}
        asked = {"right": "access", "channel": "post", "received_on": f"2024-03-0{day}"}
        handled = {"activity": "privacy-rights", "legal_basis": "6-1-c", "provision": "eu.gdpr.12"}
        told.record(
            message("breach-detected", f"breach/BR-{number}", time=on(day), **facts),
            message(
                "rights-request-received",
                WHO,
                time=on(day),
                request_ref=f"VZ-{number}",
                **asked,
                **handled,
            ),
        )
    for command, refs in (("incident", ["BR-1", "BR-2"]), ("request", ["VZ-1", "VZ-2"])):
        assert ids(told, command, "list") == refs
        assert ids(told, command, "list", "--from", on(5)) == refs[1:]
        assert ids(told, command, "list", "--to", on(5)) == refs[:1]
        assert ids(told, command, "list", "--limit", "1") == refs[:1]  # the most urgent
        answer = told(command, "list", "--limit", "1", "--json").json
        assert answer["open"] == 2  # all are counted


def test_people_see_their_own_time_and_machines_utc(told: Cli) -> None:
    assert "2024-03-12 10:00:00" in told("history", WHO).out.decode()
    assert "2024-03-12 09:00:00" in told("history", WHO, "--timezone", "UTC").out.decode()
    told.set(TIMEZONE="America/New_York")
    assert "2024-03-12 05:00:00" in told("history", WHO).out.decode()
    (row,) = told("disclosures", "--recipient", "parcel", "--json").json["disclosures"]
    assert row["occurred_at"] == "2024-03-05T09:00:00.000000Z"
    told.set(TIMEZONE="Europe/Sassenheim")
    wrong = told("history", WHO)
    assert (wrong.status, "LEDGER_TIMEZONE" in wrong.err) == (2, True)


def test_a_transfer_needs_a_certification_where_the_decision_asks_for_one(cli: Cli) -> None:
    party = {"kind": "processor", "role": "processor", "country": "US", "valid_from": "2024-01-01"}
    agreed = message("transfer-agreement-recorded", WHO, time=on(1), countries=["US"], **ACTIVITY)
    sent = disclosed(
        time=on(9),
        id="sent",
        recipient="cloud",
        recipient_kind="processor",
        country="US",
        fields=["name"],
        transfer_mechanism="adequacy-decision",
    )
    cli.record(recipient("Cloud", "cloud", time=on(1), **party), agreed, sent)
    (row,) = cli("transfers", "--json").json["transfers"]
    assert (row["region"], row["mechanism"], row["lacks"]) == ("elsewhere", None, "certification")
    assert "not covered by the decision: certification" in cli("transfers").out.decode()
    shown = cli("transfers").out.decode()
    assert ("1 disclosure" in shown, "1 disclosures" in shown) == (True, False)
    assert ids(cli, "findings", "--rule", "law.transfer.certification") == ["sent"]
    certified = [{"framework": "dpf", "valid_from": "2024-02-01"}]
    cli.record(
        recipient(
            "Cloud",
            "cloud",
            type="recipient-changed",
            time=on(20),
            certifications=certified,
            **party,
        )
    )
    (row,) = cli("transfers", "--json").json["transfers"]
    assert (row["region"], row["mechanism"]) == ("adequate", "adequacy-decision")
    assert row["lacks"] is None
    assert ids(cli, "findings", "--rule", "law.transfer.certification") == []
    (entry,) = cli("recipients", "--json").json["recipients"]
    assert entry["certifications"] == [
        {"framework": "dpf", "valid_from": "2024-02-01", "valid_to": None}
    ]
    assert (
        cli("transfers", "--as-of", on(10), "--json").json["transfers"][0]["lacks"]
        == "certification"
    )
