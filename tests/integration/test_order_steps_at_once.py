"""One step for several orders: shown first, one event each, and no refusal stops another order."""

from tests.fixtures.console import Cli
from tests.integration import test_console_orders as desk_tests
from tests.integration.test_console_orders import WHO, authentic, events, names_of, receive

ledger, desk = desk_tests.ledger, desk_tests.desk
STEP = ("order", "several", "authenticate")


def test_several_orders_take_a_step_and_one_is_refused(desk: Cli) -> None:
    for ref in ("SV-1", "SV-2"):
        receive(desk, ref, WHO, "--field", "name")
    authentic(desk, "SV-3", "--field", "name")
    named = (*STEP, "SV-1", "SV-3", "SV-2", "SV-9", "--method", "call-back")
    shown = desk(*named, "--json")
    assert shown.status == 1
    assert (shown.json["recorded"], shown.json["done"], shown.json["refused"]) == (False, 2, 2)
    assert "order-authenticated" not in names_of(events(desk, "SV-1"))
    done = desk(*named, "--yes", "--json").json
    rows = {row["order_ref"]: row for row in done["orders"]}
    assert list(rows) == ["SV-1", "SV-3", "SV-2", "SV-9"]
    assert [rows[ref]["status"] for ref in rows] == ["authenticated"] * 3 + [None]
    assert "was authenticated already" in rows["SV-3"]["refused"] or "not compared" in str(rows)
    assert "there is no order SV-9" in rows["SV-9"]["refused"]
    for ref in ("SV-1", "SV-2", "SV-3"):
        assert names_of(events(desk, ref)).count("order-authenticated") == 1


def test_a_filter_says_which_orders_are_meant(desk: Cli) -> None:
    for ref, authority in (("SF-1", "fiod"), ("SF-2", "fiod"), ("SF-3", "politie")):
        receive(desk, ref, WHO, "--field", "name", authority=authority)
    done = desk(*STEP, "--method", "call-back", "--authority", "fiod", "--yes", "--json")
    assert done.status == 0, done.err
    assert [row["order_ref"] for row in done.json["orders"]] == ["SF-1", "SF-2"]
    only = ("order", "several", "refuse", "--ground", "incomplete", "--status", "received")
    left = desk(*only, "--authority", "fiod", "--yes", "--json").json
    assert left["orders"] == []
    assert "SF-3" in desk(*only, "--authority", "politie").out.decode()
    told = desk("order", "several", "refuse", "SF-3", "--ground", "not-a-duty", "--language", "nl")
    assert "is geen grond voor" in " ".join(told.out.decode().split())


def test_a_step_says_what_it_needs(desk: Cli) -> None:
    lacking = desk(*STEP, "SV-1")
    assert (lacking.status, "--method: this step needs it" in lacking.err) == (2, True)
    nothing = desk(*STEP, "--method", "call-back")
    assert (nothing.status, "name orders" in nothing.err) == (2, True)
