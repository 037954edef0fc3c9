"""`ledger may credit-check`: the gate that upstream asks before a check, and what it says with its no."""

from typing import Any

import pytest

from tests.fixtures.console import Cli, Ran, collected, declared, message, registered

WHO = "customer/10023"
ACTIVITY = "credit-assessment"
ORDERING = {"activity": "subscription-management", "legal_basis": "6-1-b"}
CHECKING = {"activity": ACTIVITY, "legal_basis": "6-1-f"}
LATE = "2024-06-15T10:00:00+02:00"


def on(day: int, month: int = 3) -> str:
    return f"2024-{month:02}-{day:02}T10:00:00Z"


def assesses(basis: str = "6-1-f", purpose: str = "solvency-check", **more: Any) -> dict[str, Any]:
    purposes = [{"purpose": purpose, "legal_basis": basis}]
    return declared(ACTIVITY, purposes=purposes, **more)


def ordered(large: bool) -> dict[str, Any]:
    facts = {"order_ref": "O-1", "services": ["voip"], "large_order": large}
    return message("order-placed", WHO, time=on(10, 6), **facts, **ORDERING)


def objected(name: str = "objection-raised", day: int = 12, **facts: Any) -> dict[str, Any]:
    facts = {"activity_objected": ACTIVITY, "ground": "own-situation", **facts}
    return message(name, WHO, time=on(day, 6), **facts)


def ask(cli: Cli, at: str = LATE, who: str = WHO) -> Ran:
    return cli("may", "credit-check", who, "--as-of", at, "--json")


def denied(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Rule and code of every verdict that says no."""
    all_of_them = [*answer["verdicts"], *(v for a in answer["activities"] for v in a["verdicts"])]
    return [(one["rule"], one["code"]) for one in all_of_them if not one["allowed"]]


def record(cli: Cli, *messages: dict[str, Any]) -> None:
    assert cli.record(*messages)["rejections"] == []


def test_a_new_customer_may_be_checked_and_upstream_is_told_what_to_record(cli: Cli) -> None:
    record(cli, assesses(), registered(time=on(1)))
    ran = ask(cli, on(20))
    answer = ran.json
    assert (ran.err, ran.status, answer["allowed"], denied(answer)) == ("", 0, True, [])
    assert answer["occasion"] == "new-customer"
    assert answer["last_check"] is None
    told = answer["record"]
    assert told == {"type": "credit-check-requested", "reason": "new-customer", **CHECKING}
    name = told.pop("type")
    record(cli, message(name, WHO, time=on(20), **told))
    assert (
        cli("findings", "--subject", WHO, "--rule", "house.credit.reason", "--json").json[
            "findings"
        ]
        == []
    )


@pytest.mark.parametrize(
    ("day", "allowed"), [(on(31), True), (on(1, 4), False)], ids=["30 days", "31 days"]
)
def test_new_is_whoever_registered_a_month_ago_at_most(cli: Cli, day: str, allowed: bool) -> None:
    record(cli, assesses(), registered(time=on(1)))
    ran = ask(cli, day)
    assert (ran.status, ran.json["allowed"]) == (0 if allowed else 1, allowed)


@pytest.mark.parametrize("large", [True, False])
def test_only_a_large_order_of_a_customer_explains_a_check(cli: Cli, large: bool) -> None:
    record(cli, assesses(), registered(time=on(1)), ordered(large))
    ran = ask(cli)
    assert (ran.status, ran.json["allowed"]) == (0 if large else 1, large)
    assert denied(ran.json) == [] if large else [("house.credit.reason", "occasion-none")]
    assert ran.json["occasion"] == ("large-order" if large else "none")
    assert (ran.json["record"] is not None) == large
    (verdict,) = [one for one in ran.json["verdicts"] if one["rule"] == "house.credit.reason"]
    assert verdict["layer"] == "house"
    assert verdict["citation"] == "Privacy policy 3.1 (Kredietwaardigheid)"
    wanted = None if large else "the registration or the large order that explains it is recorded"
    assert verdict["resolved_by"] == wanted


def test_what_the_gate_denies_is_found_when_it_is_done(cli: Cli) -> None:
    record(cli, assesses(), registered(time=on(1)), ordered(False))
    assert ask(cli).status == 1
    record(cli, message("credit-check-requested", WHO, time=LATE, reason="large-order", **CHECKING))
    found = cli("findings", "--subject", WHO, "--json").json["findings"]
    assert "house.credit.reason" in {one["rule"] for one in found}


@pytest.mark.parametrize(
    ("acts", "allowed"),
    [
        ([objected()], False),
        ([objected(), objected("objection-upheld", 13)], False),
        ([objected(), objected("objection-overruled", 13)], True),
        ([objected(activity_objected="network-security")], True),
    ],
    ids=["open", "upheld", "overruled", "another"],
)
def test_an_objection_to_the_activity_stops_it_until_it_is_overruled(
    cli: Cli, acts: list[dict[str, Any]], allowed: bool
) -> None:
    security = declared("network-security")
    record(cli, assesses(), security, registered(time=on(1)), ordered(True), *acts)
    ran = ask(cli)
    assert (ran.status, ran.json["allowed"]) == (0 if allowed else 1, allowed)
    assert allowed == (denied(ran.json) == [])
    if not allowed:
        assert {rule for rule, _ in denied(ran.json)} == {"law.use.objection"}


@pytest.mark.parametrize(
    ("category", "allowed"), [("contact", False), ("traffic", True)], ids=["needed", "not needed"]
)
def test_data_that_may_only_be_stored_goes_to_no_credit_bureau(
    cli: Cli, category: str, allowed: bool
) -> None:
    facts = {"categories": [category], "ground": "accuracy"}
    restricted = message("processing-restricted", WHO, time=on(12, 6), **facts)
    record(cli, assesses(), registered(time=on(1)), ordered(True), restricted)
    ran = ask(cli)
    assert (ran.status, ran.json["allowed"]) == (0 if allowed else 1, allowed)
    if not allowed:
        assert denied(ran.json) == [("law.use.restriction", "restriction-used")]
        (verdict,) = [one for one in ran.json["verdicts"] if not one["allowed"]]
        assert verdict["detail"] == category


@pytest.mark.parametrize(
    ("activity", "why"),
    [
        (None, None),
        (assesses(purpose="collection"), None),
        (assesses("6-1-a"), ("house.purpose.solvency-check", "other-basis")),
    ],
    ids=["nothing", "another purpose", "another basis"],
)
def test_no_check_without_a_declared_activity_on_a_ground_that_the_purpose_allows(
    cli: Cli, activity: dict[str, Any] | None, why: tuple[str, str] | None
) -> None:
    record(cli, registered(time=on(1)), ordered(True), *([activity] if activity else []))
    ran = ask(cli)
    assert (ran.status, ran.json["allowed"], ran.json["record"]) == (1, False, None)
    assert denied(ran.json) == ([why] if why else [])
    assert bool(ran.json["activities"]) == bool(why)


def test_whoever_is_erased_is_not_checked_although_the_registration_was_yesterday(cli: Cli) -> None:
    record(cli, assesses(), registered(), collected())
    assert cli("erase", WHO, "--ground", "request").status == 0
    ran = cli("may", "credit-check", WHO, "--json")
    assert (ran.status, ran.json["account"]) == (1, "erased")
    assert denied(ran.json) == [("house.credit.reason", "erased")]
    assert "everything of the person is erased" in cli("may", "credit-check", WHO).out.decode()


def test_the_last_check_is_told_by_its_age_and_not_by_its_outcome(cli: Cli) -> None:
    result = {"outcome": "poor-risk", "automated": True, **CHECKING}
    record(
        cli,
        assesses(),
        registered(time=on(1)),
        ordered(True),
        message("credit-check-requested", WHO, time=on(2), reason="new-customer", **CHECKING),
        message("credit-check-result-received", WHO, time=on(3), **result),
    )
    ran = ask(cli, on(12, 6))
    assert ran.json["last_check"] == {
        "requested_at": "2024-03-02T10:00:00.000000Z",
        "result_at": "2024-03-03T10:00:00.000000Z",
        "days_ago": 102,
    }
    assert b"poor-risk" not in ran.out
    early = ask(cli, "2024-03-02T12:00:00Z").json["last_check"]
    assert (early["result_at"], early["days_ago"]) == (None, 0)


def test_the_answer_repeats_nothing_personal_and_is_in_both_languages(cli: Cli) -> None:
    record(cli, assesses(), registered(time=on(1)), collected(time=on(1)), ordered(False))
    known = cli("state", WHO, "--json").json["personal"]
    values = [str(value) for fields in known.values() for value in fields.values()]
    assert values
    command = ("may", "credit-check", WHO, "--as-of", LATE)
    english, dutch = (cli(*command, "--language", language) for language in ("en", "nl"))
    assert (english.status, dutch.status) == (1, 1)
    for ran in (english, dutch, ask(cli)):
        assert not any(value in ran.out.decode() for value in values)
    assert "no registration and no large order within 30 days" in " ".join(
        english.out.decode().split()
    )
    assert "geen registratie en geen grote opdracht binnen 30 dagen" in " ".join(
        dutch.out.decode().split()
    )


@pytest.mark.parametrize(
    ("arguments", "status"),
    [(("recipient/bureau",), 2), (("nobody",), 2), (("customer/404",), 1), ((WHO, "--at", "x"), 2)],
)
def test_an_answer_about_nobody_is_an_error(
    cli: Cli, arguments: tuple[str, ...], status: int
) -> None:
    record(cli, registered())
    ran = cli("may", "credit-check", *arguments, "--json")
    assert (ran.status, ran.out) == (status, b"")
    assert ran.err
