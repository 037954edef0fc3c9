"""Acts that need a second person, where the settings say so: nothing happens before that one's approval."""

import os
import re
import shlex
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from application.acts.holding import HoldReview, review
from console.commands import approving
from console.commands import holds as hold_commands
from host.settings import read_settings
from host.wiring import open_site
from ledger.keys.opening import Opener
from ledger.recording.approvals import Approval, ApprovalStatus, approve, digest_of
from ledger.recording.reads import READS
from rulebook.approvals import APPROVALS, approvers
from tests.fixtures.console import Cli, Ran, collected, message, registered
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
    for words in ("another person gives the same command", "you have approved it before"):
        ran = by(office, FIRST, *command)  # one person is one person, however often
        assert ran.status == 1
        assert words in ran.err
        assert "another person" in ran.err
        assert f"`{shlex.join(['ledger', *command])}`" in ran.err
        assert re.search(r"until 20\d\d-\d\d-\d\d \d\d:\d\d:\d\d", ran.err)
        assert "the register grants no roles yet" in ran.err
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


def test_a_hold_that_is_recorded_again_lets_nothing_go(office: Cli) -> None:
    """Placed again with fewer categories, it was narrower, without a second person."""
    told = ("hold_ref=HOLD-1", "ground=civil-claim", "review_on=2030-01-01", "categories=[]")
    members = [
        part for one in (*told, "activity=x", "legal_basis=6-1-f") for part in ("--set", one)
    ]
    ran = by(office, FIRST, "record", "legal-hold-placed", "--subject", WHO, *members, "--yes")
    assert (ran.status, "`ledger hold place`" in ran.err) == (2, True), ran.err
    [held] = office("hold", "list", WHO, "--json").json["holds"]
    assert held["categories"] == ["payment"]


def test_a_hold_that_changed_since_is_not_released(
    office: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It came to keep more while the second person's command waited, and that was let go as well."""
    assert by(office, FIRST, *RELEASE).status == 1
    approved = approving.need_second_person

    def meanwhile(site: Any, *more: Any, **named: Any) -> Any:
        permit = approved(site, *more, **named)
        more_held = ("contact", "payment")
        given = HoldReview(subject=WHO, ref="HOLD-1", review_on="2031-01-01", category=more_held)
        review(site, given)
        return permit

    with monkeypatch.context() as patched:
        patched.setattr(hold_commands, "need_second_person", meanwhile)
        ran = by(office, SECOND, *RELEASE)
    assert (ran.status, "changed after the act was approved" in ran.err) == (1, True), ran.err
    assert holds(office) == ["HOLD-1"]


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


def granted(employee: str, role: str) -> dict[str, Any]:
    return message("role-granted", employee, source="urn:voipzeker:hr", role=role)


def test_both_persons_need_a_granted_role_that_may_approve(office: Cli) -> None:
    """Once any role is registered, and whatever else lets a reader read."""
    office.record(
        granted(FIRST, "privacy-officer"),
        granted(SECOND, "helpdesk"),
        granted("employee/11", "privacy-officer"),
    )
    ran = office(*RELEASE)  # whoever runs the ledger, without a name
    assert ran.status == 2
    assert "the role operator may not approve this act" in ran.err
    office.set(READER_ROLE="privacy-officer", READER_UNHELD="record")
    ran = by(office, SECOND, *RELEASE)
    assert ran.status == 2
    assert f"does not grant {SECOND} the role privacy-officer" in ran.err
    office.set(READER_ROLE="helpdesk")
    ran = by(office, SECOND, *RELEASE)
    assert ran.status == 2
    assert "but privacy-officer, legal-counsel" in ran.err
    office.set(READER_ROLE="privacy-officer")
    assert approvals(office) == []
    first = by(office, FIRST, *RELEASE)
    assert first.status == 1
    assert "the role privacy-officer or legal-counsel" in first.err
    assert by(office, "employee/11", *RELEASE).status == 0


@pytest.mark.parametrize("entry", APPROVALS, ids=lambda entry: entry.act)
def test_every_act_names_roles_that_may_approve_it(entry: Any) -> None:
    assert entry.roles == approvers(entry.act)
    assert "privacy-officer" in entry.roles


def test_the_second_person_comes_within_a_day(house: House) -> None:
    session, recorder = house.session("reader"), house.open()

    def asked(person: str) -> ApprovalStatus:
        approval = Approval("erasure", person, "auditor", digest_of(KEY, "erasure", [WHO]))
        day = timedelta(days=1)
        return approve(session, recorder.record, house.ledger, approval, house.clock(), day)[0]

    assert asked(FIRST) is ApprovalStatus.FIRST
    house.clock.now += timedelta(days=1, minutes=1)
    assert asked(SECOND) is ApprovalStatus.FIRST
    assert asked(SECOND) is ApprovalStatus.AGAIN
    assert asked(FIRST) is ApprovalStatus.SECOND


def test_an_approval_that_was_used_does_not_wait_anew_when_its_first_half_is_over(
    house: House,
) -> None:
    """A at ten, B at noon: used up. The next day at eleven only that of B is younger than a day."""
    session, recorder = house.session("reader"), house.open()

    def asked(person: str) -> ApprovalStatus:
        approval = Approval("erasure", person, "auditor", digest_of(KEY, "erasure", [WHO]))
        return approve(
            session, recorder.record, house.ledger, approval, house.clock(), timedelta(days=1)
        )[0]

    assert asked(FIRST) is ApprovalStatus.FIRST
    house.clock.now += timedelta(hours=2)
    assert asked(SECOND) is ApprovalStatus.SECOND
    house.clock.now += timedelta(hours=23)
    assert asked(FIRST) is ApprovalStatus.FIRST


def test_an_approval_that_somebody_else_sent_counts_for_nothing(office: Cli) -> None:
    assert by(office, FIRST, *ROTATE).status == 1
    (facts,) = approvals(office)
    for source in ("urn:voipzeker:privacy-office", "urn:voipzeker:crm"):
        office.record(
            message(
                "act-approved",
                "system/processing-ledger-main",
                source=source,
                **(facts | {"approver": SECOND}),
            )
        )
    assert by(office, FIRST, *ROTATE).status == 1
    assert office("keys", "status", "--json").json["epoch"] == 1


def test_an_approval_ends_with_what_it_was_about(office: Cli) -> None:
    """What the first person saw is what happens, or nothing: the hold was widened in between."""
    assert by(office, FIRST, *RELEASE).status == 1
    wider = ("--review-on", "2030-01-01", "--category", "payment", "--category", "contact")
    assert by(office, FIRST, "hold", "review", WHO, "HOLD-1", *wider).status == 0
    assert by(office, SECOND, *RELEASE).status == 1
    assert holds(office) == ["HOLD-1"]


def test_a_hold_that_is_narrowed_needs_two_persons_too(office: Cli) -> None:
    narrower = (
        "hold",
        "review",
        WHO,
        "HOLD-1",
        "--review-on",
        "2031-01-01",
        "--category",
        "contact",
    )
    assert by(office, FIRST, *narrower).status == 1
    (row,) = office("hold", "list", WHO, "--json").json["holds"]
    assert row["categories"] == ["payment"]
    assert by(office, SECOND, *narrower).status == 0
    (row,) = office("hold", "list", WHO, "--json").json["holds"]
    assert row["categories"] == ["contact"]
    assert by(office, FIRST, "hold", "release", WHO, "none").status == 1
    assert len(approvals(office)) == 2, "an act that cannot be is not approved"


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
    acts: list[tuple[str, list[Any]]] = [
        ("erasure", [["contact"], "request"]),
        ("hold-release", ["HOLD-1", None, ["payment"]]),
    ]
    for about in tried:
        for act, facts in acts:
            assert digest_of(key, act, [about, *facts]) not in told
    for act, facts in acts:
        assert digest_of(key, act, [str(period.subject), *facts]) in told


def test_an_act_about_nobody_is_not_approved(office: Cli) -> None:
    ran = by(office, FIRST, "erase", "customer/4", "--ground", "request")
    assert ran.status != 0
    assert "nothing is held about this subject" in ran.err
    assert approvals(office) == []
