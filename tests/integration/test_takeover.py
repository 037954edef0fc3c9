"""A contract that is taken over, through the program: decisions, periods, state, reports of both parties."""

from typing import Any

import pytest

from tests.fixtures.console import Cli, collected, message, registered
from tests.fixtures.moments import on

OLD, NEW = "customer/10023", "customer/10024"
CALLS: dict[str, Any] = {"categories": ["traffic"], "origin": "network"}


def contract(name: str, who: str, day: int, **facts: Any) -> dict[str, Any]:
    return message(f"contract-{name}", who, time=on(day), contract_ref="CT-4", **facts)


def taken_over(day: int, old: str = OLD, new: str = NEW) -> list[dict[str, Any]]:
    parties = {"from_customer": old, "to_customer": new}
    return [
        contract("taken-over", who, day, id=f"{who[-1]}-{day}", **parties) for who in (old, new)
    ]


@pytest.fixture
def house(cli: Cli) -> Cli:
    """Two customers; the first one concluded a contract and called somebody."""
    recorded = cli.record(
        registered(OLD, time=on(1)),
        registered(NEW, time=on(1)),
        collected(OLD, time=on(1)),
        collected(NEW, time=on(1), personal={"name": "Nieuwe Partij"}, categories=["identity"]),
        collected(OLD, time=on(2), personal={"called_number": "+31687654321"}, **CALLS),
        contract("concluded", OLD, 1),
    )
    assert recorded["rejected"] == 0
    return cli


def kept_for(cli: Cli, who: str) -> set[str]:
    """The grounds on which a request to erase the name of somebody would be answered."""
    (subject,) = cli("retention", "decide", who, "--json").json["data_subjects"]
    rows = {row["category"]: row for row in subject["decisions"]}
    return {one["ground"] for one in rows["identity"]["grounds"]}


def contracts(cli: Cli, who: str, *options: str) -> list[tuple[str, str]]:
    state = cli("state", who, *options, "--json").json
    (line,) = [
        row for row in cli("state", "--all", *options, "--json").lines if row["subject"] == who
    ]
    assert line == {**state, "position": line["position"]}
    return [(one["contract_ref"], one["status"]) for one in state.get("contracts", [])]


def test_a_takeover_moves_the_contract_to_the_new_party(house: Cli) -> None:
    assert (kept_for(house, OLD), kept_for(house, NEW)) == ({"contract"}, {"request"})
    house.record(*taken_over(7))
    assert (kept_for(house, OLD), kept_for(house, NEW)) == ({"request"}, {"contract"})
    assert contracts(house, OLD) == [("CT-4", "ended")]
    assert contracts(house, NEW) == [("CT-4", "running")]
    assert contracts(house, OLD, "--as-of", on(5)) == [("CT-4", "running")]
    assert contracts(house, NEW, "--as-of", on(5)) == []
    (row,) = house("state", NEW, "--json").json["contracts"]
    assert row["takeovers"] == [{"at": "2024-03-07T09:00:00.000000Z", "from": OLD, "to": NEW}]
    shown = " ".join(house("state", OLD).out.decode().split())
    assert f"CT-4 │ ended │ 2024-03-07 10:00:00 │ 2024-03-07 10:00:00: from {OLD} to {NEW}" in shown
    clocks = house("retention", "due", "--all", "--json").json["clocks"]
    found = {(row["subject"], row["category"]): (row["until"], row["waits_for"]) for row in clocks}
    assert found[OLD, "contact"] == ("2026-03-07", None)
    assert found[NEW, "identity"] == (None, "account-closed")
    # Erasing the old party leaves the new one as it was.
    assert house("retention", "decide", OLD, "--yes").status == 0
    assert house("state", OLD, "--json").json["status"] == "erased"
    assert contracts(house, NEW) == [("CT-4", "running")]
    (row,) = house("state", NEW, "--json").json["contracts"]
    assert row["takeovers"][0]["from"] == {"erased": True}
    assert house("audit", "--views").status == 0


def test_a_contract_that_is_taken_back_or_ended_follows_the_latest_act(house: Cli) -> None:
    house.record(*taken_over(9, NEW, OLD), *taken_over(7))  # in the wrong order
    assert (kept_for(house, OLD), kept_for(house, NEW)) == ({"contract"}, {"request"})
    house.record(contract("ended", OLD, 11))
    assert (kept_for(house, OLD), kept_for(house, NEW)) == ({"request"}, {"request"})
    wrong = [
        message("event-annulled", who, time=on(12), annuls=f"{who[-1]}-9", reason="mistake")
        for who in (OLD, NEW)
    ]
    house.record(*wrong)
    assert kept_for(house, NEW) == {"contract"}


def test_a_contract_runs_since_its_hand_over_also_when_that_is_corrected(house: Cli) -> None:
    def since(who: str) -> str:
        (row,) = house("state", who, "--json").json["contracts"]
        return str(row["since"][:10])

    house.record(contract("changed", OLD, 3), *taken_over(7), contract("changed", NEW, 9))
    assert (since(OLD), since(NEW)) == ("2024-03-07", "2024-03-07")
    wrong = [
        message("event-annulled", who, time=on(10), annuls=f"{who[-1]}-7", reason="mistake")
        for who in (OLD, NEW)
    ]
    house.record(*wrong)
    assert (since(OLD), since(NEW)) == ("2024-03-01", "2024-03-09")
    house.record(*taken_over(5))
    assert (since(OLD), since(NEW)) == ("2024-03-05", "2024-03-05")
    assert house("audit", "--views").status == 0


def test_a_takeover_whose_contract_nobody_knew_counts_too(house: Cli) -> None:
    third = "customer/10025"
    house.record(
        registered(third, time=on(1)), collected(third, time=on(1)), *taken_over(7, OLD, third)
    )
    assert kept_for(house, third) == {"contract"}
    assert contracts(house, third) == [("CT-4", "running")]


def test_who_took_over_by_the_word_of_the_old_party_alone_is_kept_in_doubt(house: Cli) -> None:
    house.record(taken_over(7)[0])  # the new party's event never came
    assert kept_for(house, NEW) == {"contract"}
    found = house("findings", "--json").json["findings"]
    assert [one["rule"] for one in found if "takeover" in one["rule"]] == [
        "house.takeover.one-sided"
    ]
    house.record(contract("ended", NEW, 9))
    assert kept_for(house, NEW) == {"request"}


def test_a_takeover_that_its_teller_took_back_keeps_nobody_else_s_data(house: Cli) -> None:
    there, back = taken_over(7)[0], taken_over(9, NEW, OLD)[1]
    house.record(there, back)  # both by the word of the old party alone
    assert (kept_for(house, OLD), kept_for(house, NEW)) == ({"contract"}, {"request"})
    assert one_sided(house) == ["2024-03-07", "2024-03-09"]
    house.record(taken_over(7)[1])  # late, the new party's word of the first one
    assert one_sided(house) == ["2024-03-09"], "nobody else said that it went back"
    assert kept_for(house, NEW) == {"contract"}, "by the new party's own word it still runs"
    house.record(taken_over(9, NEW, OLD)[0])
    assert one_sided(house) == []
    assert (kept_for(house, OLD), kept_for(house, NEW)) == ({"contract"}, {"request"})
    assert house("rebuild", "findings").status == 0
    assert one_sided(house) == []


def one_sided(cli: Cli) -> list[str]:
    rows = cli("findings", "--rule", "house.takeover.one-sided", "--json").json["findings"]
    return sorted(row["occurred_at"][:10] for row in rows)


def test_a_contract_that_went_over_twice_needs_two_words_of_the_other_party(house: Cli) -> None:
    house.record(taken_over(7)[0], *taken_over(9, NEW, OLD), taken_over(11)[0])
    assert one_sided(house) == ["2024-03-07", "2024-03-11"]
    house.record(taken_over(11)[1])
    assert len(one_sided(house)) == 1


def test_half_of_a_takeover_lets_no_period_pass(house: Cli) -> None:
    third, contact = "customer/10026", "customer/10026/contact/1"
    there, here = taken_over(7, OLD, third)
    house.record(
        registered(third, time=on(1, year=2010)),
        collected(third, time=on(1, year=2010), personal={"name": "A"}, categories=["identity"]),
        message("contract-concluded", third, time=on(1, year=2010), contract_ref="CT-1"),
        message(
            "contract-ended", third, time=on(1, year=2012), contract_ref="CT-1", reason="expiry"
        ),
        message("contact-person-added", contact, time=on(1, year=2010), customer=third),
        collected(contact, time=on(1, year=2010)),
    )
    assert {who for who, _ in _due(house)} == {third, contact}
    house.record(there)  # the new party's event never came
    assert _due(house) == set()
    (identity,) = [
        row
        for row in house("report", "access", third, "--format", "json").json["retention"]
        if row["category"] == "identity"
    ]
    assert identity["until"] is None
    assert house("retention", "run", "--yes").status == 0
    # The contract that came begins a relationship of its own: it keeps nothing of the one before.
    house.record(here)
    assert {who for who, _ in _due(house)} == {third, contact}
    assert contracts(house, third) == [("CT-1", "ended"), ("CT-4", "running")]
    assert house("state", third, "--json").json["status"] == "active"


def _due(cli: Cli) -> set[tuple[str, str]]:
    """What is due of the party that took over, and of their contact person."""
    clocks = cli("retention", "due", "--json").json["clocks"]
    due = {(row["subject"], row["category"]) for row in clocks if row["due"]}
    return {(who, category) for who, category in due if who != OLD}


def test_a_takeover_that_is_still_to_come_cannot_be_recorded_yet(house: Cli) -> None:
    late = [one | {"time": "2199-01-01T10:00:00Z"} for one in taken_over(7)]
    assert [one["code"] for one in house.record(*late)["rejections"]] == ["time-in-future"] * 2
    assert kept_for(house, OLD) == {"contract"}


def test_reports_follow_it_and_show_nothing_of_the_other_party(house: Cli) -> None:
    house.record(*taken_over(7))
    for who, other, until in ((OLD, NEW, "2029-03-07"), (NEW, OLD, None)):
        ran = house("report", "access", who, "--language", "en", "--format", "json")
        assert other not in ran.out.decode()
        (identity,) = [row for row in ran.json["retention"] if row["category"] == "identity"]
        assert identity["until"] == until
    new = house("report", "access", NEW).out + house("report", "portability", NEW).out
    assert b"+3168" not in new
    assert b"traffic" not in new
    assert b"+3168" in house("report", "access", OLD).out
