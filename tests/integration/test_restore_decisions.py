"""A restore from before a decision, a hold, a request or an anchor: what waits waits on."""

from typing import Any

import pytest

from tests.fixtures.console import Cli, message, registered
from tests.integration.test_backup import back_up, elsewhere, ledger
from tests.integration.test_console_periods import WHO, called, invoiced, rows

__all__ = ["elsewhere", "ledger"]

HOLD = ("--category", "traffic", "--ground", "claim", "--review-on", "2099-01-01")


def hold(cli: Cli) -> None:
    assert cli("hold", "place", WHO, "H-1", *HOLD).status == 0


def restored(cli: Cli, copies: Any, elsewhere: str, *, published: bool) -> Any:
    """What the restore of a backup from before says; the log goes along where it was published."""
    if published:
        assert cli("publish", "--once").status == 0
    cli.set(DATABASE_URL=elsewhere)
    ran = cli("restore", copies[0], "--keys", copies[1], "--json")
    assert ran.status == 0, ran.err
    assert cli("audit", "--views", "--json").json["ok"]
    return ran.json


def types(cli: Cli) -> list[str]:
    return [line["type"].split(".")[3] for line in cli("history", WHO, "--json").lines]


@pytest.mark.parametrize("published", [True, False])
def test_a_deferred_erasure_waits_on_for_the_same_hold(
    ledger: Cli, elsewhere: str, published: bool
) -> None:
    ledger.record(registered(), called(WHO, "contact", email="j.devries@example.nl"))
    hold(ledger)
    asked = ("--right=erasure", "--channel=email", "--ref=R-1")
    assert ledger("request", "open", WHO, *asked).status == 0
    assert ledger("request", "verify-identity", "R-1").status == 0
    copies = back_up(ledger)
    assert ledger("retention", "decide", WHO, "--request", "R-1", "--yes").status == 1
    assert restored(ledger, copies, elsewhere, published=published)["erasures_reapplied"] == 1
    assert "erasure-reapplied" in types(ledger)
    assert ledger("state", WHO, "--json").json["erased_categories"] == ["contact"]
    (row,) = rows(ledger, "due", name="clocks")
    assert (row["category"], row["deferred"]) == ("traffic", "request")
    assert rows(ledger, "run", "--yes", name="erased") == []
    assert ledger("hold", "release", WHO, "H-1").status == 0
    (done,) = rows(ledger, "run", "--yes", name="erased")
    assert (done["cause"], done["request_ref"]) == ("request", "R-1")


def test_a_decision_that_kept_everything_comes_back_from_the_journal(
    ledger: Cli, elsewhere: str
) -> None:
    ledger.record(registered(), called())
    hold(ledger)
    copies = back_up(ledger)
    assert ledger("retention", "decide", WHO, "--yes").status == 1
    assert restored(ledger, copies, elsewhere, published=False)["erasures_reapplied"] == 1
    assert "erasure-reapplied" in types(ledger)
    (row,) = rows(ledger, "due", name="clocks")
    assert row["deferred"] == "request"


def test_a_hold_that_was_placed_after_the_backup_still_keeps(ledger: Cli, elsewhere: str) -> None:
    ledger.record(registered(), called())
    copies = back_up(ledger)
    hold(ledger)
    restored(ledger, copies, elsewhere, published=True)
    assert "H-1 (traffic)" in ledger("erase", WHO, "--ground", "request").err
    assert rows(ledger, "run", "--yes", name="erased") == []


def test_a_request_of_after_the_backup_is_open_and_keeps_its_evidence(
    ledger: Cli, elsewhere: str
) -> None:
    ledger.record(registered(), called())
    copies = back_up(ledger)
    asked = ("--right=access", "--channel=email", "--ref=R-1")
    assert ledger("request", "open", WHO, *asked).status == 0
    before = ledger("request", "show", "R-1", "--json").json
    restored(ledger, copies, elsewhere, published=True)
    assert ledger("request", "show", "R-1", "--json").json == before
    assert rows(ledger, "run", "--yes", name="erased") == []


def test_clocks_that_started_after_the_backup_run_on(ledger: Cli, elsewhere: str) -> None:
    personal = {"email": "j.devries@example.nl", "name": "J. de Vries"}
    ledger.record(registered(), called(WHO, "contact", "identity", **personal))
    copies = back_up(ledger)
    ledger.record(invoiced(), message("account-deactivated", WHO, reason="moved"))
    before = rows(ledger, "due", "--all", name="clocks", status=1)
    assert {row["category"]: row["waits_for"] for row in before}["contact"] is None
    restored(ledger, copies, elsewhere, published=True)
    assert rows(ledger, "due", "--all", name="clocks", status=1) == before
