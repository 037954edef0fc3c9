"""An answer that was interrupted and is given again: nothing is lost, nothing is doubled."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console.commands import requests
from console.rights.requesting import record
from ledger.errors import Retry
from tests.fixtures.console import Cli, collected, registered
from tests.integration.test_console_requests import did

WHO = "customer/10023"
NOW = datetime.now(UTC)
AT = f"--at={(NOW - timedelta(days=1)).isoformat()}"
ANSWER = "request", "answer", "R-1", "--subject", WHO, AT, "--json"
AWAY = 3


@pytest.fixture(params=[False, True], ids=["whole", "held"])
def office(cli: Cli, request: pytest.FixtureRequest) -> Cli:
    """A person who may be forgotten asks to be, days ago; of one of them a claim keeps a part."""
    cli.record(registered(WHO), collected(WHO))
    if request.param:
        held = "--category=contact", "--ground=civil-claim", "--review-on=2099-01-01"
        assert cli("hold", "place", WHO, "H-1", *held).status == 0
    received = (NOW - timedelta(days=5)).date().isoformat()
    flags = "--right=erasure", "--channel=post", "--ref=R-1", f"--received-on={received}"
    did(cli, "open", WHO, *flags)
    did(cli, "verify-identity", "R-1", f"--at={(NOW - timedelta(days=2)).isoformat()}")
    return cli


def own(cli: Cli) -> list[dict[str, Any]]:
    """What was decided, erased and answered, in the order of positions."""
    wanted = {"erasure-decided", "personal-data-erased", "rights-request-answered"}
    lines = cli("history", WHO, "--json").acts
    return [line for line in lines if line["type"].split(".")[-2] in wanted]


def held(cli: Cli) -> bool:
    """Whether a hold keeps a part of the person."""
    return b"H-1" in cli("hold", "list", "--json").out


def killed(*_: Any) -> Any:
    raise Retry("the database went away")


def test_it_is_answered_once_with_what_came_of_it_whenever_it_broke_off(
    office: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for step in ("erase_for", "record"):  # before the erasure, and after it
        with monkeypatch.context() as broken:
            broken.setattr(requests, step, killed)
            assert office(*ANSWER).status == AWAY
    assert not [line for line in own(office) if "answered" in line["type"]]
    shown = office(*ANSWER)
    assert shown.status == 0, shown.err
    assert_answered_once(office, shown.json)
    assert "is answered since" in office(*ANSWER).err
    assert_answered_once(office, shown.json)


def test_an_answer_that_nobody_heard_of_is_not_given_again(
    office: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    def deaf(*arguments: Any) -> None:
        record(*arguments)
        killed()

    with monkeypatch.context() as broken:
        broken.setattr(requests, "record", deaf)
        assert office(*ANSWER).status == AWAY
    assert "is answered since" in office(*ANSWER).err
    assert_answered_once(office, office("request", "show", "R-1", "--json").json)


def assert_answered_once(cli: Cli, shown: Any) -> None:
    decided, erased, answered = own(cli)
    assert [line["type"].split(".")[-2] for line in (decided, erased, answered)] == [
        "erasure-decided",
        "personal-data-erased",
        "rights-request-answered",
    ]
    outcome = "partly-granted" if held(cli) else "granted"
    assert (answered["facts"]["outcome"], shown["outcome"]) == (outcome, outcome)
    # Not before what it did, although another time was given; and at that time, not at that of a second try.
    assert answered["occurred_at"] == erased["occurred_at"]
    assert decided["facts"]["request_ref"] == "R-1"


@pytest.mark.parametrize("office", [True], ids=["held"], indirect=True)
def test_what_became_free_in_between_goes_with_the_second_try(
    office: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(requests, "record", killed)
        assert office(*ANSWER).status == AWAY
    assert office("hold", "release", WHO, "H-1").status == 0
    shown = office(*ANSWER)
    assert shown.json["outcome"] == "granted", shown.err
    assert [line["type"].split(".")[-2] for line in own(office)] == [
        "erasure-decided",
        "personal-data-erased",
        "erasure-decided",
        "personal-data-erased",
        "rights-request-answered",
    ]


def test_acts_of_one_answer_are_recorded_together_however_small_batches_are(
    cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    cli.record(registered(WHO), collected(WHO))
    cli.set(BATCH_EVENTS="1")
    flags = "--right=objection", "--channel=post", "--ref=R-1", "--activity=internal-reporting"
    did(cli, "open", WHO, *flags)
    did(cli, "answer", "R-1")
    batches = cli("history", WHO, "--json").acts
    times = {line["type"].split(".")[-2]: line["recorded_at"] for line in batches}
    assert times["rights-request-received"] == times["objection-raised"]
    assert times["objection-upheld"] == times["rights-request-answered"]
