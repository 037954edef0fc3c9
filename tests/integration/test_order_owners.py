"""In whose hands an order is: a hand-over at night, with a note that only the desk reads."""

from pathlib import Path

from tests.fixtures.console import Cli
from tests.integration import test_console_orders as desk_tests
from tests.integration.test_console_orders import OFFICERS, WHO, events, on, receive, refused

ledger, desk = desk_tests.ledger, desk_tests.desk
DAY, NIGHT = OFFICERS
NOTE = "the prosecutor calls back before eight"


def owned(desk: Cli, owner: str) -> list[str]:
    rows = desk("order", "list", "--owner", owner, "--json").json["orders"]
    assert {row["owner"] for row in rows} <= {owner}
    return [row["order_ref"] for row in rows]


def test_an_order_is_handed_over_with_a_note(desk: Cli, tmp_path: Path) -> None:
    desk.set(READER=DAY)
    receive(desk, "HO-1", WHO, "--field", "name")
    assert "HO-1" in owned(desk, DAY)
    note = tmp_path / "note.txt"
    note.write_text(NOTE)
    given = on(desk, "hand-over", "HO-1", "--to", NIGHT, "--note", str(note)).json
    assert (given["owner"], given["status"]) == (NIGHT, "received")
    step = given["steps"][-1]
    facts = {name: step["facts"][name] for name in ("from_employee", "to_employee", "employee")}
    assert facts == {"from_employee": DAY, "to_employee": NIGHT, "employee": DAY}
    assert step["note"] == NOTE
    assert "HO-1" not in owned(desk, DAY)
    assert "HO-1" in owned(desk, NIGHT)
    [event] = [one for one in events(desk, "HO-1") if "handed" in one["type"]]
    assert event["personal"] == {"remark": NOTE}
    assert NOTE not in str(event["facts"])
    tasks = desk("today", "--owner", NIGHT, "--json").json["tasks"]
    assert "HO-1" in {task["ref"] for task in tasks}
    assert {task["owner"] for task in tasks} == {NIGHT}
    shown = desk("order", "show", "HO-1").out.decode()
    assert NOTE in " ".join(shown.split())
    before = on(desk, "show", "HO-1", "--as-of", given["received_at"]).json
    assert before["owner"] == DAY
    desk.set(READER="")


def test_a_hand_over_that_changes_nothing_is_refused(desk: Cli) -> None:
    desk.set(READER=DAY)
    receive(desk, "HO-2", WHO, "--field", "name")
    refused(on(desk, "hand-over", "HO-2", "--to", DAY), f"in the hands of {DAY} already")
    refused(
        on(desk, "hand-over", "HO-2", "--to", NIGHT, "--at", desk_tests.ago(days=2)),
        "before the last act on order HO-2",
    )
    wrong = on(desk, "hand-over", "HO-2", "--to", "customer/1")
    assert (wrong.status, "expected an employee" in wrong.err) == (2, True)
    desk.set(READER="")
