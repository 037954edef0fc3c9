"""An answer that was interrupted and is given again: nothing is lost, nothing is doubled."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.fixtures.console import Cli, collected, declared, registered
from tests.integration.test_console_requests import did

WHO = "customer/10023"
NOW = datetime.now(UTC)
AT = f"--at={(NOW - timedelta(days=1)).isoformat()}"
ANSWER = "request", "answer", "R-1", "--subject", WHO, AT, "--json"


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


DYING = """
import os, sys
from application.acts import on_requests as requests
from console.main import main
recorded, requests.{step} = requests.{step}, lambda *given: ({before}, os._exit(9))
sys.exit(main(sys.argv[1:]))
"""


def killed(step: str, before: str = "None") -> None:
    """Answer in a process of its own, which dies at a step: without a word, a rollback or a goodbye."""
    program = DYING.format(step=step, before=before)
    ran = subprocess.run([sys.executable, "-c", program, *ANSWER], capture_output=True, check=False)
    assert (ran.returncode, ran.stdout) == (9, b""), ran.stderr


def test_it_is_answered_once_with_what_came_of_it_wherever_it_was_killed(office: Cli) -> None:
    killed("erase_for")
    killed("record")  # everything that may be erased is
    assert not [line for line in own(office) if "answered" in line["type"]]
    shown = office(*ANSWER)
    assert shown.status == 0, shown.err
    assert_answered_once(office, shown.json)
    assert "is answered since" in office(*ANSWER).err
    assert_answered_once(office, shown.json)


def test_an_answer_that_nobody_heard_of_is_not_given_again(office: Cli) -> None:
    killed("record", before="recorded(*given)")
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
def test_what_became_free_in_between_goes_with_the_second_try(office: Cli) -> None:
    killed("record")
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


def test_acts_of_one_answer_are_recorded_together_however_small_batches_are(cli: Cli) -> None:
    cli.record(registered(WHO), collected(WHO), declared("internal-reporting"))
    cli.set(BATCH_EVENTS="1")
    flags = "--right=objection", "--channel=post", "--ref=R-1", "--activity=internal-reporting"
    did(cli, "open", WHO, *flags)
    did(cli, "answer", "R-1")
    batches = cli("history", WHO, "--json").acts
    times = {line["type"].split(".")[-2]: line["recorded_at"] for line in batches}
    assert times["rights-request-received"] == times["objection-raised"]
    assert times["objection-upheld"] == times["rights-request-answered"]
