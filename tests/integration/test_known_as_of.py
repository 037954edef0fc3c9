"""Requests and notifications as they were known: by a recorded time, by a position, as of a time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fixtures.console import Cli, collected, disclosed, message, recipient, registered
from tests.fixtures.moments import NOW, hours_ago

WHO, OTHER = "customer/10023", "customer/10024"


@pytest.fixture
def office(cli: Cli) -> Cli:
    """A ledger that knows two persons, and a recipient that got data of one of them."""
    cli.record(recipient("Incasso"), registered(WHO), collected(WHO), registered(OTHER))
    cli.record(disclosed(WHO, time=hours_ago(90), categories=["identity"]))
    return cli


def position(cli: Cli) -> int:
    return int(cli("status", "--json").json["position"])


def opened(cli: Cli, ref: str, who: str = WHO, received: int = 5) -> None:
    day = (NOW - timedelta(days=received)).date().isoformat()
    flags = "--right=access", "--channel=post", f"--ref={ref}", f"--received-on={day}"
    at = f"--at={hours_ago(24 * received)}"
    assert cli("request", "open", who, *flags, at).status == 0


def refs(cli: Cli, *flags: str) -> list[str]:
    rows = cli("request", "list", "--json", *flags).json["requests"]
    return [row["request_ref"] for row in rows]


def test_requests_as_they_were_known_at_a_position(office: Cli) -> None:
    opened(office, "R-1", received=70)
    opened(office, "R-2", OTHER)
    before = f"--at-position={position(office)}"
    assert office("request", "close", "R-1", "--outcome=withdrawn").status == 0
    opened(office, "R-3", received=9)
    assert refs(office) == ["R-3", "R-2"]
    assert refs(office, before) == ["R-1", "R-2"]
    assert refs(office, before, "--all", "--subject", OTHER) == ["R-2"]
    assert office("request", "list", before).status == 1  # R-1 was overdue
    assert refs(office, before, "--as-of", hours_ago(24 * 20)) == ["R-1"]
    then = office("request", "show", "R-1", "--json", before)
    assert (then.status, then.json["status"]) == (1, "open")
    assert office("request", "show", "R-1", "--json").json["status"] == "closed"
    assert "no request R-3" in office("request", "show", "R-3", before).err


def test_requests_as_they_were_known_by_a_time(office: Cli) -> None:
    opened(office, "R-1")
    assert refs(office, "--recorded-by", hours_ago(1)) == []
    assert refs(office, "--as-of", hours_ago(1)) == ["R-1"]
    later = (datetime.now(UTC) + timedelta(minutes=1)).isoformat()
    assert refs(office, "--recorded-by", later) == ["R-1"]


def test_an_annulled_receipt_is_known_until_it_is_annulled(office: Cli) -> None:
    facts = {"right": "access", "channel": "post", "received_on": NOW.date().isoformat()}
    asked = message(
        "rights-request-received", WHO, id="a1", time=hours_ago(2), request_ref="R-1", **facts
    )
    office.record(asked)
    before = f"--at-position={position(office)}"
    office.record(message("event-annulled", WHO, annuls="a1", reason="mistake", time=hours_ago(1)))
    assert refs(office) == []
    assert refs(office, before) == ["R-1"]


def told(cli: Cli, *flags: str) -> list[dict[str, Any]]:
    ran = cli("notify", "list", "--json", *flags)
    assert ran.status == 0, ran.err
    rows: list[dict[str, Any]] = ran.json["tasks"]
    return rows


def corrected(hours: float) -> dict[str, Any]:
    facts: dict[str, Any] = {"fields": ["name"], "requested_by": "subject", "reason": "misspelt"}
    more: dict[str, Any] = {"categories": ["identity"], "personal": {"name": "J. de Vries"}}
    return message("personal-data-corrected", WHO, time=hours_ago(hours), **facts, **more)


def test_who_is_to_be_told_as_it_was_known(office: Cli) -> None:
    empty = f"--at-position={position(office)}"
    office.record(corrected(50))
    before = f"--at-position={position(office)}"
    office.record(
        recipient("Incasso Nieuw", type="recipient-changed", time=hours_ago(3)),
        disclosed(WHO, time=hours_ago(80), categories=["identity"], case_ref="IN-2"),
    )
    word = "record", WHO, "incasso", "--action=rectification"
    assert office("notify", *word).status == 0
    assert told(office) == told(office, empty) == []
    [task] = told(office, before)
    assert (task["subject"], task["recipient"], task["open"]) == (WHO, "incasso", True)
    [mine] = told(office, WHO, before)
    assert (mine["references"], mine["recipient_name"]) == (["IN-1"], "Incasso")
    [done] = told(office, WHO, "--all")
    assert (done["references"], done["open"]) == (["IN-1", "IN-2"], False)
    assert told(office, "--as-of", hours_ago(60)) == []
    assert len(told(office, "--as-of", hours_ago(40))) == 1
    assert told(office, OTHER, before) == []
