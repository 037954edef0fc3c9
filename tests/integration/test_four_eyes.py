"""Acts that need a second person, where the settings say so: nothing happens before that one's approval."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from console.settings import read_settings
from console.wiring import open_site
from ledger.approvals import Approval, approve, digest_of
from ledger.opening import Opener
from ledger.reads import READS
from tests.fixtures.console import Cli, Ran, collected, registered
from tests.fixtures.ledger import House

WHO = "customer/10023"
FIRST, SECOND = "employee/7", "employee/9"
KEY = bytes(range(32))


@pytest.fixture
def office(cli: Cli) -> Cli:
    cli.record(registered(), collected())
    assert place(cli).status == 0
    cli.set(FOUR_EYES="hold-release,erasure,rotation,gap")
    return cli


def place(cli: Cli, ref: str = "HOLD-1") -> Ran:
    options = ["--ground", "civil-claim", "--review-on", "2030-01-01", "--category", "payment"]
    return cli("hold", "place", WHO, ref, *options)


def by(cli: Cli, person: str, *command: str) -> Ran:
    cli.set(READER=person)
    return cli(*command)


def holds(cli: Cli) -> list[str]:
    return [row["hold_ref"] for row in cli("hold", "list", WHO, "--json").json["holds"]]


def erased(cli: Cli) -> list[str]:
    found: list[str] = cli("state", WHO, "--json").json["erased_categories"]
    return found


def approvals(cli: Cli) -> list[dict[str, Any]]:
    lines = cli("history", "system/processing-ledger-main", "--json").lines
    return [line["facts"] for line in lines if line["type"].endswith(".act-approved.v1")]


RELEASE = ("hold", "release", WHO, "HOLD-1")
ERASE = ("erase", WHO, "--category", "contact", "--ground", "request")
ROTATE = ("keys", "rotate", "--now")


@pytest.mark.parametrize(
    ("command", "done"),
    [
        (RELEASE, lambda cli: holds(cli) == []),
        (ERASE, lambda cli: erased(cli) == ["contact"]),
        (ROTATE, lambda cli: cli("keys", "status", "--json").json["epoch"] == 2),
    ],
)
def test_the_same_command_of_a_second_person_does_it(
    office: Cli, command: tuple[str, ...], done: Callable[[Cli], bool]
) -> None:
    for _ in range(2):  # one person is one person, however often
        ran = by(office, FIRST, *command)
        assert ran.status == 1
        assert "a second person gives the same command" in ran.err
        assert not done(office)
    assert by(office, SECOND, *command).status == 0
    assert done(office)
    told = approvals(office)
    assert [one["approver"] for one in told] == [FIRST, FIRST, SECOND]
    assert len({one["digest"] for one in told}) == 1
    assert office("audit").status == 0


def test_an_approval_is_of_exactly_that_act(office: Cli) -> None:
    assert by(office, FIRST, *ERASE).status == 1
    whole = ("erase", WHO, "--ground", "request")
    assert by(office, SECOND, *whole).status == 1
    assert by(office, SECOND, *RELEASE).status == 1
    assert (
        by(office, SECOND, "erase", WHO, "--category", "contact", "--ground", "unlawful").status
        == 1
    )
    assert (erased(office), holds(office)) == ([], ["HOLD-1"])


def test_an_approval_is_used_up(office: Cli) -> None:
    assert by(office, FIRST, *ROTATE).status == 1
    assert by(office, SECOND, *ROTATE).status == 0
    assert by(office, FIRST, *ROTATE).status == 1
    assert office("keys", "status", "--json").json["epoch"] == 2


def test_what_the_settings_do_not_name_needs_one_person(office: Cli) -> None:
    office.set(FOUR_EYES="gap")
    assert by(office, FIRST, *RELEASE).status == 0


def test_a_wrong_name_is_told(office: Cli) -> None:
    office.set(FOUR_EYES="hold-release,everything")
    ran = office("status")
    assert (ran.status, "LEDGER_FOUR_EYES: expected some of hold-release" in ran.err) == (2, True)


def test_a_person_needs_a_held_role_to_approve(office: Cli) -> None:
    office.record(
        {
            "specversion": "1.0",
            "id": "grant",
            "source": "urn:voipzeker:hr",
            "type": "nl.voipzeker.ledger.role-granted.v1",
            "subject": FIRST,
            "time": "2024-03-01T10:00:00+01:00",
            "data": {"role": "privacy-officer", "activity": "staff", "legal_basis": "6-1-f"},
        }
    )
    office.set(READER_ROLE="privacy-officer")
    assert by(office, SECOND, *RELEASE).status == 2
    assert by(office, FIRST, *RELEASE).status == 1


def test_the_second_person_comes_within_a_day(house: House) -> None:
    session, recorder = house.session("reader"), house.open()

    def asked(person: str) -> bool:
        approval = Approval("erasure", person, "auditor", digest_of(KEY, "erasure", [WHO]))
        day = timedelta(days=1)
        return approve(session, recorder.record, house.ledger, approval, house.clock(), day)

    assert not asked(FIRST)
    house.clock.now += timedelta(days=1, minutes=1)
    assert not asked(SECOND)
    assert asked(FIRST)


def test_a_digest_tells_nothing_without_its_key() -> None:
    told = {digest_of(key, "erasure", [WHO]) for key in (KEY, bytes(32))}
    told |= {digest_of(KEY, "erasure", [WHO, None]), digest_of(KEY, "rotation", [WHO])}
    assert len(told) == 4


def test_an_approval_names_a_person_by_nothing_that_outlives_the_tie(
    office: Cli,
) -> None:
    """Whoever has every key that lives, and tries a reference, is told nothing by it."""
    assert by(office, FIRST, *ERASE).status == 1
    assert by(office, FIRST, *RELEASE).status == 1
    told = {one["digest"] for one in approvals(office)}
    with open_site(read_settings(dict(os.environ), office.folder)) as site:
        opener = Opener(site.session("reader"), site.provider, site.ledger)
        key = opener.ledger_key(READS)
        (period,) = opener.periods(WHO)
    tried = [WHO, [WHO], WHO.encode().hex()]
    for about in tried:
        for acts in (("erasure", [["contact"], "request"]), ("hold-release", ["HOLD-1", None])):
            assert digest_of(key, acts[0], [about, *acts[1]]) not in told
    assert digest_of(key, "erasure", [str(period.subject), ["contact"], "request"]) in told


def test_an_act_about_nobody_is_not_approved(office: Cli) -> None:
    ran = by(office, FIRST, "erase", "customer/4", "--ground", "request")
    assert ran.status != 0
    assert "nothing is held about this subject" in ran.err
    assert approvals(office) == []
