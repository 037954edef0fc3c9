"""What takes a consent its effect: an act that is none, a child without a parent; and the same everywhere."""

from typing import Any

import pytest

from tests.fixtures.console import Cli, consented, message, registered

WHO, CHILD = "customer/10023", "customer/10024"
GIVEN = "2026-03-02T10:00:00+01:00"


def worth(cli: Cli, who: str = WHO) -> tuple[bool, str | None]:
    (row,) = cli("consents", who, "--json").json["consents"]
    every = cli("consents", "--all", "--json").out.decode().splitlines()
    assert any(row["why"] in line for line in every)
    asked = cli("marketing", who, "--channel", "email", "--json").json
    by_consent = "newsletter" in asked["person"]["consents"]
    assert by_consent is row["effective"]
    return row["effective"], row["hindrance"]


@pytest.mark.parametrize("method", ["pre-ticked-box", "implied", "Pre_Ticked.Box", "opt-out"])
def test_a_method_that_is_no_act_has_no_effect(cli: Cli, method: str) -> None:
    cli.record(registered(), consented(time=GIVEN, method=method))
    assert worth(cli) == (False, "no-act")


def born(who: str, day: str) -> dict[str, Any]:
    return message(
        "personal-data-collected",
        who,
        time="2026-01-05T10:00:00+01:00",
        activity="subscription-management",
        legal_basis="6-1-b",
        categories=["identity"],
        origin="customer",
        channel="portal",
        necessity="mandatory",
        notice_version="2026-1",
        personal={"date_of_birth": day},
    )


@pytest.mark.parametrize(
    ("day", "given_by", "worth_of"),
    [
        ("2013-01-01", None, (False, "no-parent")),
        ("2013-01-01", "subject", (False, "no-parent")),
        ("2013-01-01", "parent", (True, None)),
        ("2010-03-03", None, (False, "no-parent")),  # sixteen a day later
        ("2010-03-02", None, (True, None)),
        ("1980-01-01", "parent", (False, "not-own")),
        ("1980-01-01", "subject", (True, None)),
        ("long ago", None, (True, None)),
    ],
)
def test_a_child_needs_a_parent(
    cli: Cli, day: str, given_by: str | None, worth_of: tuple[bool, str | None]
) -> None:
    by = {"given_by": given_by} if given_by else {}
    cli.record(registered(CHILD), born(CHILD, day), consented(CHILD, time=GIVEN, **by))
    assert worth(cli, CHILD) == worth_of


def test_who_decides_for_whom_no_birthday_is_known_does_not_matter(cli: Cli) -> None:
    cli.record(registered(), consented(time=GIVEN, given_by="parent"))
    assert worth(cli) == (True, None)


def test_the_origin_of_data_is_what_events_say(cli: Cli) -> None:
    """A debt that collections note, or a mechanic's remark, did not come from the person."""
    cli.record(
        registered(),
        message(
            "payment-default-recorded",
            WHO,
            time=GIVEN,
            activity="billing",
            legal_basis="6-1-b",
            categories=["debt"],
            invoice_ref="I-1",
            personal={"claim_amount": 12, "remark": "door was locked"},
        ),
        {**born(WHO, "1980-01-01")}
        | {"data": {**born(WHO, "1980-01-01")["data"], "origin": "own-record"}},
    )
    ran = cli("report", "access", WHO)
    assert ran.status == 0, ran.err
    sources = {row["origin"]: row["categories"] for row in ran.json["sources"]}
    assert sources == {"own-record": ["identity"], "unknown": ["debt", "remark"]}
    page = cli("report", "access", WHO, "--format", "html").out.decode()
    assert "niet vastgelegd" in page
