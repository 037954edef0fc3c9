"""Who has the power of the confidential office: two officers by command, and nobody by any other path.

The forger of these tests has the public keys, every topic, every file and every old message, and names
whatever source, place and letter it likes. What it says is evidence, has no effect, and is a finding.
"""

import io
import re
import shlex
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest

from application.acts import on_orders
from application.acts.acting import Act, NotPermitted, Permit, act
from application.acts.on_orders import OnOrder
from application.following import bring_up_to_date
from application.orders_in import OrderForm
from application.queries.cases.found_requests import NotAllowed
from application.queries.oversight.findings import FindingFilter, findings
from console.commands import approving
from console.commands import secrecy as secrecy_commands
from consumers.files import ingest
from consumers.pipeline import messages_of_records
from consumers.source import Partition, record_of
from consumers.withheld import take_over
from host.running.telling import give_lifted
from host.settings import OFFICE, read_settings
from host.site import Site
from ledger.clocks import Clocks
from ledger.errors import Misconfigured
from ledger.event import instant
from ledger.letters.withheld import OpenedLetter
from ledger.recording.batch import Batch
from ledger.writing.append import Span
from projections.folds.timetravel import NOW
from projections.reading.views import orders, secrets_of
from projections.views.secrecy import disclosures, preservations
from rulebook.approvals import ACT_OF, DESK
from rulebook.deadlines import next_working_day
from rulebook.powers import ORDER_POWERS
from schemas.sources import OFFICE_LABEL, REGISTER_TOPIC
from tests.fixtures.console import Cli
from tests.fixtures.ledger import message
from tests.fixtures.two_ledgers import WHO, Two, disclosed, preserved, secrecy
from tests.integration.test_four_eyes import erased

IMPOSED, LIFTED = "2026-03-02T10:00:00Z", "2026-11-20T10:00:00Z"
TOPIC = "privacy.confidential.v1"
# What a forger writes as the place of a letter: none of it is believed.
CLAIMS = [
    *(REGISTER_TOPIC, "privacy.events.v1", TOPIC, f"file:{OFFICE_LABEL}", "file:orders.ndjson"),
    *(f"file:{OFFICE_LABEL}/x", "file:brought/x", "file:withheld/x", "file:", "", "command:record"),
]


def letter(told: dict[str, Any], claim: str) -> OpenedLetter:
    return OpenedLetter(orjson.dumps(told), "structured", claim, 0, 1, b"r")


def by_letter(two: Two, claim: str, *told: dict[str, Any]) -> int:
    site = two.confidential.site
    with closing(site.open_recorder()) as recorder:
        letters = [letter(one, claim) for one in told]
        taken = take_over(recorder, [("handed", letters)], site.intake, two.clock(), 10)
    bring_up_to_date(site)
    return taken.result.recorded


def by_topic(two: Two, topic: str, *told: dict[str, Any]) -> int:
    site, headers = two.confidential.site, [("content-type", b"application/cloudevents+json")]
    sent = [record_of(place, orjson.dumps(one), headers) for place, one in enumerate(told)]
    messages = messages_of_records(Partition(topic, 0), sent, site.intake, two.clock())
    with closing(site.open_recorder()) as recorder:
        outcome = recorder.record(Batch(messages, Span("command:test")))
    bring_up_to_date(site)
    return outcome.recorded


def by_file(two: Two, label: str, *told: dict[str, Any]) -> int:
    return two.confidential.tell(*told, label=label).recorded


PATHS: dict[str, Any] = {
    **{f"letter from {claim or 'nowhere'}": (by_letter, claim) for claim in CLAIMS},
    f"topic {TOPIC}": (by_topic, TOPIC),
    "file orders.ndjson": (by_file, "orders.ndjson"),
    "file of the office": (by_file, f"{OFFICE_LABEL}/orders.ndjson"),
    "post": (by_file, "http/crm"),
}


@pytest.fixture
def secret(two: Two) -> Two:
    """A disclosure under secrecy, data that is kept, and two officers."""
    told = [disclosed(), secrecy("imposed", IMPOSED), preserved("imposed", IMPOSED, "traffic")]
    assert two.confidential.tell(*told).recorded == len(told)
    return two


def state(two: Two) -> tuple[Any, ...]:
    """What the desk believes: secrecy of each disclosure, what is kept, who holds a role."""
    site = two.confidential.site
    rows = secrets_of(site.session("reader"), [one.stream for one in two.confidential.events()])
    now = two.clock()
    return (
        sorted((s.act.order.id, s.secrecy) for row in rows.values() for s in disclosures(row, now)),
        [kept.released_at for row in rows.values() for kept in preservations(row, now)],
        [
            role
            for role in DESK
            if site.is_granted(site.reader().__class__("employee/evil", role, judged=True))
        ],
    )


FORGED = [
    secrecy("lifted", LIFTED),
    secrecy("reviewed", LIFTED, outcome="may-lift", by="review"),
    preserved("released", LIFTED, "traffic"),
    preserved("extended", LIFTED, until="2027-05-29"),
    message("role-granted", "employee/evil", role="disclosure-officer", time=LIFTED, source=OFFICE),
    message(
        "role-granted",
        "employee/evil",
        role="privacy-officer",
        time=LIFTED,
        source="urn:voipzeker:hr",
    ),
]


@pytest.mark.parametrize("path", PATHS)
def test_no_topic_file_or_letter_does_what_the_office_does(secret: Two, path: str) -> None:
    """An act on what the office said is refused; any other is recorded as evidence, and is a finding."""
    send, place = PATHS[path]
    before = state(secret)
    send(secret, place, *FORGED)
    assert state(secret) == before
    assert give_lifted(secret.confidential.site, secret.send).sent == 0
    recorded = {one.id for one in secret.confidential.events()} & {told["id"] for told in FORGED}
    assert recorded >= {told["id"] for told in FORGED if "role-granted" in told["type"]}
    found = findings(secret.confidential.site.source("findings"), FindingFilter(), NOW)
    assert recorded <= {one.event.id for one in found if one.rule == "house.power.missing"}


def test_an_order_from_outside_takes_the_place_of_none(two: Two) -> None:
    """A planted order of the same reference, at an earlier time, decided who got the data."""
    site = two.confidential.site
    planted = received_order("O-2", authority="evil-co", time="2026-03-01T10:00:00Z")
    assert by_topic(two, TOPIC, planted) == 1
    with pytest.raises(NotAllowed, match="ledger order receive"):
        on_orders.authenticate(site, site.source("order"), OnOrder("O-2", None, two.clock()), "x")
    form = OrderForm(
        order_ref="O-2",
        provision="nl.sv.126na",
        authority="politie",
        issued_by="investigating-officer",
        kind="production",
        requested_fields=["name"],
        subject=WHO,
    )
    found = on_orders.receive(site, site.source("order"), form, two.clock())
    assert found.received.facts["authority"] == "politie"


def test_nothing_that_was_told_after_a_lift_is_lifted_by_it(secret: Two) -> None:
    lifted = secrecy("lifted", LIFTED, disclosures=[{"source": disclosed()["source"], "id": "d-1"}])
    assert secret.confidential.tell(lifted).recorded == 1
    assert give_lifted(secret.confidential.site, secret.send).sent == 1
    later = disclosed("d-2", time="2026-03-03T10:00:00Z")
    assert secret.confidential.tell(later, label="orders.ndjson").recorded == 1
    other = disclosed("d-3", time="2026-03-03T11:00:00Z", case_ref="ORD-2")
    executed = received_order("ORD-1", name="order-executed", disclosure_id="d-3")
    assert secret.confidential.tell(other, executed, label="orders.ndjson").recorded == 2
    assert give_lifted(secret.confidential.site, secret.send).sent == 0


def received_order(ref: str, name: str = "order-received", **members: Any) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "order_ref": ref,
        "provision": "nl.sv.126na",
        "legal_basis": "6-1-c",
        "source": OFFICE,
    }
    if name == "order-received":
        facts |= {"authority": "politie", "requested_fields": ["name"], "oral": False}
    return message(name, WHO, **({"time": IMPOSED} | facts | members))


@pytest.mark.parametrize("path", PATHS)
def test_an_act_that_comes_before_what_it_ends_has_no_effect_either(two: Two, path: str) -> None:
    send, place = PATHS[path]
    acts = [told for told in FORGED if told["subject"] == WHO]
    assert send(two, place, *acts) == len(acts)
    told = [disclosed(), preserved("imposed", IMPOSED, "traffic")]
    assert two.confidential.tell(*told).recorded == len(told)
    assert state(two) == ([("d-1", "in-force")], [None], [])


@pytest.mark.parametrize("path", PATHS)
def test_no_topic_file_or_letter_annuls_anything(secret: Two, path: str) -> None:
    send, place = PATHS[path]
    before = state(secret)
    for source in (OFFICE, disclosed()["source"]):
        facts = {"annuls": "d-1", "reason": "mistake", "time": LIFTED, "source": source}
        named = {} if source == disclosed()["source"] else {"annuls_source": disclosed()["source"]}
        assert send(secret, place, message("event-annulled", WHO, **facts, **named)) == 0
    assert state(secret) == before


@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith("file ")])
def test_what_came_from_outside_is_told_only_by_a_lift_that_names_it(
    secret: Two, path: str
) -> None:
    """A made-up disclosure under a true order does not go out with the true ones, signed."""
    send, place = PATHS[path]
    made_up = disclosed("made-up", time="2026-03-03T10:00:00Z")
    assert send(secret, place, made_up) == 1
    assert secret.confidential.tell(secrecy("lifted", LIFTED)).recorded == 1
    assert state(secret)[0] == [("d-1", "lifted"), ("made-up", "in-force")]
    assert give_lifted(secret.confidential.site, secret.send).sent == 1
    about = [{"source": made_up["source"], "id": "made-up"}]
    named = secrecy("lifted", "2026-11-21T10:00:00Z", disclosures=about)
    assert secret.confidential.tell(named).recorded == 1
    assert give_lifted(secret.confidential.site, secret.send).sent == 1
    # The id is known by then: the same one of another source is another disclosure.
    assert send(secret, place, made_up | {"source": "urn:evil:webshop"}) == 1
    assert give_lifted(secret.confidential.site, secret.send).sent == 0


@pytest.mark.parametrize("path", [path for path in PATHS if not path.startswith("file ")])
def test_an_order_from_outside_is_received_and_no_step_of_it_counts(secret: Two, path: str) -> None:
    send, place = PATHS[path]
    about = {"order_ref": "FAKE", "provision": "nl.sv.126na", "legal_basis": "6-1-c"}
    received = {"authority": "politie", "requested_fields": ["name"], "oral": False}
    told = [
        message("order-received", WHO, time=IMPOSED, source=OFFICE, **about, **received),
        message(
            "order-authenticated",
            WHO,
            time="2026-03-02T11:00:00Z",
            source=OFFICE,
            method="x",
            **about,
        ),
        message("order-validated", WHO, time="2026-03-02T12:00:00Z", source=OFFICE, **about),
    ]
    assert send(secret, place, *told) == len(told)
    site = secret.confidential.site
    [order] = [o for o in orders_of(site) if o.ref == "FAKE"]
    assert [step.name for step in order.steps] == ["order-received"]


def orders_of(site: Site) -> list[Any]:
    return [order for _, order in orders(site.session("reader"))]


def test_a_confidential_ledger_reads_no_register_topic(tmp_path: Path) -> None:
    texts = {"LEDGER_CONFIDENTIAL": "1", "LEDGER_KAFKA_TOPICS": f"{TOPIC},{REGISTER_TOPIC}"}
    with pytest.raises(Misconfigured, match=r"does not read privacy\.register\.v1"):
        read_settings(texts, tmp_path)
    read_settings({**texts, "LEDGER_KAFKA_TOPICS": TOPIC}, tmp_path)


@pytest.mark.parametrize("name", sorted(ACT_OF))
def test_no_edge_can_leave_out_the_second_person(secret: Two, name: str) -> None:
    """Every page, form, command and job records acts here: without the permit of just that act nothing is."""
    site = secret.confidential.site
    for permit in (None, Permit("rotation"), Permit("")):
        with pytest.raises(NotPermitted):
            act(site, [Act(name=name, subject=WHO)], permit=permit)


# By command


@pytest.fixture
def desk(cli: Cli) -> Cli:
    cli.set(CONFIDENTIAL="1", OFFICERS="employee/7,employee/9")
    assert cli("init").status == 0
    assert cli("init").status == 0  # a second time it grants nobody anything
    receive = [
        "--provision",
        "nl.sv.126na",
        "--authority",
        "politie",
        "--issued-by",
        "investigating-officer",
    ]
    assert cli("order", "receive", WHO, "--ref", "O-1", *receive, "--field", "name").status == 0
    return cli


def by(cli: Cli, who: str, *command: str, **settings: str) -> Any:
    cli.set(READER=who, **settings)
    ran = cli(*command)
    cli.set(READER="", **dict.fromkeys(settings, ""))
    return ran


SAID = ("--by", "authority", "--evidence", "letter-9", "--sha256", "5" * 64)
# The order waits for an answer still.
LIFT = ("secrecy", "lift", "O-1", *SAID, "--despite", "O-1")


def roles(cli: Cli) -> list[tuple[str, str]]:
    rows = [
        line for who in (7, 9, 12) for line in cli("history", f"employee/{who}", "--json").lines
    ]
    return [
        (line["facts"]["role"], line["id"]) for line in rows if ".role-granted." in line["type"]
    ]


def test_the_first_role_is_granted_at_init_and_only_then(desk: Cli) -> None:
    assert [role for role, _ in roles(desk)] == ["disclosure-officer"] * 2


def test_the_user_who_makes_it_is_the_first_officer_where_nobody_is_named(cli: Cli) -> None:
    cli.set(CONFIDENTIAL="1", READER="employee/77")
    assert cli("init").status == 0
    told = cli("history", "employee/77", "--json").lines
    held = [line["facts"]["role"] for line in told if ".role-granted." in line["type"]]
    assert held == ["disclosure-officer"]


def test_a_lift_needs_two_officers(desk: Cli) -> None:
    for says in ("needs two persons", "another person is needed"):
        ran = by(desk, "employee/7", *LIFT)
        assert (ran.status, says in ran.err) == (1, True), ran.err
    for stranger in ("employee/evil", "employee/8"):
        assert by(desk, stranger, *LIFT).status == 2
        assert by(desk, stranger, *LIFT, READER_ROLE="privacy-officer").status == 2
        assert by(desk, stranger, *LIFT, READER_ROLE="operator").status == 2
    assert desk("order", "show", "O-1", "--json").json["secrecy"] == "in-force"
    assert by(desk, "employee/9", *LIFT).status == 0
    assert desk("order", "show", "O-1", "--json").json["secrecy"] == "lifted"


def test_a_role_of_the_house_is_none_of_the_desk(desk: Cli) -> None:
    """A help desk agent gave the second approval; a grant to a stranger locked every officer out."""
    grant = (
        "record",
        "role-granted",
        "--subject",
        "employee/12",
        "--set",
        "role=helpdesk-agent",
        "--yes",
    )
    assert by(desk, "employee/7", *grant).status == 1
    assert by(desk, "employee/9", *grant).status == 0
    assert by(desk, "employee/7", *LIFT).status == 1
    assert by(desk, "employee/12", *LIFT).status == 2
    assert by(desk, "employee/12", *LIFT, READER_ROLE="helpdesk-agent").status == 2
    assert by(desk, "employee/9", *LIFT).status == 0


def test_no_general_command_does_what_the_desk_does(desk: Cli) -> None:
    for name in ("secrecy-lifted", "secrecy-reviewed", "preservation-released", "order-executed"):
        ran = by(desk, "employee/7", "record", name, "--subject", WHO, "--yes")
        assert (ran.status, "`ledger " in ran.err) == (2, True), ran.err
    ran = desk("ingest", "--as-privacy-office", "-", stdin=b"{}\n")
    assert (ran.status, "by command" in ran.err) == (2, True), ran.err


def test_an_emergency_is_a_finding_until_the_second_person_approves_it(desk: Cli) -> None:
    assert by(desk, "employee/7", *LIFT, "--emergency", "life-at-risk").status == 0
    assert desk("order", "show", "O-1", "--json").json["secrecy"] == "lifted"
    listed = desk("emergency", "list", "--json")
    [row] = listed.json["emergencies"]
    assert (listed.status, row["act"], row["emergency"]) == (0, "secrecy-lift", "life-at-risk")
    lifted = [
        line for line in desk("history", WHO, "--json").lines if ".secrecy-lifted." in line["type"]
    ]
    assert [line["id"] for line in lifted] == [row["event_id"]]

    def alone() -> list[str]:
        told = desk("findings", "--json").json["findings"]
        return [one["rule"] for one in told if one["rule"] == "house.emergency.second"]

    def tasks() -> list[str]:
        return [one["task"] for one in desk("today", "--json").json["tasks"]]

    assert (len(alone()), "approve-emergency" in tasks()) == (1, True)
    own = by(desk, "employee/7", "emergency", "approve", row["event_id"])
    assert (own.status, "another person" in own.err) == (1, True)
    assert by(desk, "employee/evil", "emergency", "approve", row["event_id"]).status == 2
    assert by(desk, "employee/9", "emergency", "approve", "unknown").status == 1
    assert len(alone()) == 1
    assert by(desk, "employee/9", "emergency", "approve", row["event_id"]).status == 0
    assert (alone(), "approve-emergency" in tasks()) == ([], False)
    assert desk("emergency", "list", "--json").json["emergencies"] == []
    assert desk("audit").status == 0


def test_what_one_officer_lifted_is_handed_over_once_a_second_one_approves_it(
    desk: Cli, tmp_path: Path
) -> None:
    told = disclosed(case_ref="O-1", time=instant(datetime.now(UTC)))
    assert desk("ingest", "-", stdin=orjson.dumps(told)).status == 0
    assert by(desk, "employee/7", *LIFT, "--emergency", "life-at-risk").status == 0

    def given() -> Any:
        ran = desk("secrecy", "hand-over", str(tmp_path / f"{uuid4()}.ndjson"), "--json")
        assert ran.status == 0, ran.err
        return ran.json["sent"]

    [row] = desk("emergency", "list", "--json").json["emergencies"]
    assert (row["subject"], row["order_ref"], row["evidence"]) == (WHO, "O-1", "letter-9")
    [finding] = desk("findings", "--rule", "house.emergency.second", "--json").json["findings"]
    assert finding["subject"] == WHO
    assert given() == 0
    assert by(desk, "employee/9", *row["command"].split()[1:]).status == 0
    assert given() == 1


def test_an_emergency_that_two_officers_annul_waits_no_more(desk: Cli) -> None:
    assert by(desk, "employee/7", *LIFT, "--emergency", "life-at-risk").status == 0
    [row] = desk("emergency", "list", "--json").json["emergencies"]
    told = ("--set", f"annuls={row['event_id']}", "--set", "reason=mistake", "--yes")
    annul = ("record", "event-annulled", "--subject", WHO, *told)
    assert by(desk, "employee/7", *annul).status == 1
    assert by(desk, "employee/9", *annul).status == 0
    assert desk("emergency", "list", "--json").json["emergencies"] == []
    assert desk("findings", "--rule", "house.emergency.second", "--json").json["findings"] == []
    assert desk("order", "show", "O-1", "--json").json["secrecy"] == "in-force"


def test_an_emergency_is_half_of_no_other_act(desk: Cli) -> None:
    """And a second emergency of the same act waits beside the first."""
    assert by(desk, "employee/7", *LIFT, "--emergency", "life-at-risk").status == 0
    again = ("--by", "court", "--evidence", "ruling-1", "--review-on", "2099-01-01")
    assert by(desk, "employee/7", "secrecy", "impose", "O-1", *again).status == 0
    assert by(desk, "employee/9", *LIFT).status == 1
    assert desk("order", "show", "O-1", "--json").json["secrecy"] == "in-force"
    assert by(desk, "employee/7", *LIFT, "--emergency", "life-at-risk").status == 0
    rows = desk("emergency", "list", "--json").json["emergencies"]
    assert len({row["event_id"] for row in rows}) == 2
    assert by(desk, "employee/9", "emergency", "approve", rows[0]["event_id"]).status == 0
    left = desk("emergency", "list", "--json").json["emergencies"]
    assert [row["event_id"] for row in left] == [rows[1]["event_id"]]


GRANT = (
    "record",
    "role-granted",
    "--subject",
    "employee/12",
    "--set",
    "role=legal-counsel",
    "--yes",
)
REVOKE = (
    "record",
    "role-revoked",
    "--subject",
    "employee/7",
    "--set",
    "role=disclosure-officer",
    "--yes",
)


def test_no_role_is_granted_in_an_emergency_and_no_officer_removed(desk: Cli) -> None:
    for command in (GRANT, REVOKE):
        ran = by(desk, "employee/7", *command, "--emergency", "night")
        assert (ran.status, "--emergency" in ran.err or "two persons" in ran.err) == (2, True)
    assert [role for role, _ in roles(desk)] == ["disclosure-officer"] * 2


def test_the_approval_of_an_officer_who_was_revoked_counts_no_more(desk: Cli) -> None:
    for who in ("employee/7", "employee/9"):
        ran = by(desk, who, *GRANT)
    assert ran.status == 0, ran.err
    assert by(desk, "employee/7", *LIFT).status == 1
    assert by(desk, "employee/9", *REVOKE).status == 1
    assert by(desk, "employee/7", *REVOKE).status == 0
    lifted = by(desk, "employee/9", *LIFT)
    assert (lifted.status, "does not hold the role" in lifted.err) == (1, True), lifted.err
    assert desk("order", "show", "O-1", "--json").json["secrecy"] == "in-force"


def test_both_approve_the_whole_event(desk: Cli) -> None:
    assert by(desk, "employee/7", *REVOKE).status == 1
    assert by(desk, "employee/9", *REVOKE, "--at", "2026-01-01T10:00:00Z").status == 1
    annul = ("record", "event-annulled", "--subject", WHO, "--set", "annuls=unknown", "--yes")
    ran = by(desk, "employee/7", *annul, "--set", "reason=mistake")
    assert (ran.status, "nothing to annul" in ran.err) == (2, True), ran.err


@pytest.mark.parametrize(
    "command",
    [
        (
            "order",
            "receive",
            WHO,
            "--ref",
            "O-9",
            "--provision",
            "nl.sv.126na",
            "--authority",
            "x",
            "--issued-by",
            "investigating-officer",
            "--field",
            "name",
        ),
        ("erase", WHO, "--ground", "request"),
        ("keys", "rotate", "--now"),
        (
            "restriction",
            "apply",
            WHO,
            "--ground",
            "d",
            "--review-on",
            "2099-01-01",
            *(f"--consider={one}=x" for one in "abcdefgh"),
        ),
        ("ingest", "-"),
        ("secrecy", "hand-over", "given.ndjson"),
        ("hold", "release", WHO, "HOLD-1"),
    ],
)
def test_a_person_without_a_role_does_nothing_at_all(desk: Cli, command: tuple[str, ...]) -> None:
    position = desk("status", "--json").json["position"]
    ran = by(desk, "employee/evil", *command)
    assert (ran.status, "does not grant" in ran.err) == (2, True), ran.err
    assert desk("status", "--json").json["position"] == position


def test_an_erasure_here_needs_two_officers(desk: Cli) -> None:
    erase = ("erase", WHO, "--ground", "request")
    assert by(desk, "employee/7", *erase).status == 1
    assert desk("order", "show", "O-1").status == 0
    assert by(desk, "employee/9", *erase).status == 0


def test_every_act_of_the_office_is_in_the_table_of_approvals() -> None:
    """Whoever gives the office another power says who approves it, or why one person may do it."""
    # They keep data or a secret, and end nothing.
    one_person = {
        "preservation-imposed",
        "preservation-extended",
        "preservation-snapshot-taken",
        "data-preserved",
        "secret-codes-declared",
    }
    acts = {name for power in ORDER_POWERS if power.office for name in power.acts}
    assert acts - one_person <= ACT_OF.keys()


def test_no_act_of_an_open_ledger_has_an_emergency(cli: Cli) -> None:
    ran = cli(
        "record",
        "recipient-ended",
        "--subject",
        "recipient/x",
        "--emergency",
        "x",
        "--yes",
        "--set",
        "valid_to=2026-01-01",
        "--set",
        "reason=over",
    )
    assert (ran.status, "--emergency" in ran.err) == (2, True)


@pytest.mark.parametrize(
    ("done", "by_then"),
    [
        ("2026-11-26T23:30:00+01:00", "2026-11-27T23:00:00Z"),  # Thursday night
        ("2026-11-27T10:00:00+01:00", "2026-11-30T23:00:00Z"),  # Friday
        ("2026-12-24T10:00:00+01:00", "2026-12-28T23:00:00Z"),  # both days of Christmas, a weekend
        ("2026-03-27T10:00:00+01:00", "2026-03-30T22:00:00Z"),  # summer time begins
    ],
)
def test_the_second_person_has_until_the_end_of_the_next_working_day(
    done: str, by_then: str
) -> None:
    assert next_working_day(datetime.fromisoformat(done)) == datetime.fromisoformat(by_then)


def test_who_holds_no_role_of_the_desk_does_no_step(desk: Cli, tmp_path: Path) -> None:
    """A help desk agent of this ledger's register refused an order, and received another one."""
    grant = (*GRANT[:4], "--set", "role=helpdesk-agent", "--yes")
    assert by(desk, "employee/7", *grant).status == 1
    assert by(desk, "employee/9", *grant).status == 0
    before = desk("order", "list", "--json").json
    ordered = ("--provision", "nl.sv.126na", "--authority", "politie", "--field", "name")
    open_settings = tmp_path / "open"
    open_settings.write_text("LEDGER_NAME=main\n")
    open_settings.chmod(0o600)
    for command in (
        ("order", "authenticate", "O-1", "--method", "call-back"),
        ("order", "refuse", "O-1", "--ground", "not-authentic"),
        ("order", "receive", "customer/5", "--issued-by", "investigating-officer", *ordered),
        (
            "secrecy",
            "impose",
            "O-1",
            "--by",
            "court",
            "--evidence",
            "e",
            "--review-on",
            "2099-01-01",
        ),
        ("preservation", "snapshot", "O-1"),
        ("order", "feed-proof", "F-1", "customer/5", "--output", str(tmp_path / "proof")),
        ("ingest", "-"),
        ("record", "recipient-registered", "--file", "-", "--yes"),
    ):
        desk.set(READER="employee/12", READER_ROLE="helpdesk-agent")
        desk.set(OPEN_SETTINGS_FILE=str(open_settings))
        ran = desk(*command, stdin=orjson.dumps(recipient()))
        desk.set(READER="", READER_ROLE="", OPEN_SETTINGS_FILE="")
        assert (ran.status, "nothing at the desk" in ran.err) == (2, True), (command, ran.err)
    assert desk("order", "list", "--json").json == before


def recipient() -> dict[str, Any]:
    facts = {"name": "Politie", "kind": "police", "role": "authority", "country": "NL"}
    return {"subject": "recipient/politie", "valid_from": "2024-01-01", **facts}


def test_no_one_officer_decides_on_an_erasure(desk: Cli) -> None:
    """`retention decide` destroyed the keys of an order's person; `erase` asked for two."""
    for cause in ("request", "retention", "unlawful"):
        decide = ("retention", "decide", WHO, "--cause", cause, "--category", "identity", "--yes")
        ran = by(desk, "employee/7", *decide)
        assert (ran.status, "needs two persons" in ran.err) == (1, True), ran.err
    assert by(desk, "employee/evil", *decide).status == 2
    assert erased(desk) == []
    assert by(desk, "employee/9", *decide[:-1]).status in {0, 1}  # only shown
    again = re.search("`ledger ([^`]*)`", ran.err)
    assert again
    assert by(desk, "employee/9", *shlex.split(again[1])).status == 0
    assert erased(desk) == ["identity"]


def test_what_is_lifted_is_what_both_officers_approved(
    desk: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the second one's command waited for its turn, a disclosure came in, and went out signed."""
    told = disclosed(case_ref="O-1", time=instant(datetime.now(UTC)))
    assert desk("ingest", "-", stdin=orjson.dumps(told)).status == 0
    assert by(desk, "employee/7", *LIFT).status == 1
    approved = approving.need_second_person

    def meanwhile(site: Site, *more: Any) -> Permit:
        permit = approved(site, *more)
        made_up = disclosed("made-up", case_ref="O-1", time="2026-03-03T10:00:00Z")
        files = [("told.ndjson", io.BytesIO(orjson.dumps(made_up)))]
        assert ingest(site.open_recorder, files, site.intake, Clocks(site.clock)).recorded == 1
        return permit

    with monkeypatch.context() as patched:
        patched.setattr(secrecy_commands, "need_second_person", meanwhile)
        ran = by(desk, "employee/9", *LIFT)
    assert (ran.status, "changed after both officers approved" in ran.err) == (1, True), ran.err
    assert desk("secrecy", "hand-over", str(tmp_path / "given"), "--json").json["sent"] == 0
    assert by(desk, "employee/7", *LIFT).status == 1
    assert by(desk, "employee/9", *LIFT).status == 0


def test_an_emergency_is_approved_also_once_its_officer_was_revoked(desk: Cli) -> None:
    """The approval was refused, and yet the finding was gone."""
    assert by(desk, "employee/7", *LIFT, "--emergency", "life-at-risk").status == 0
    [row] = desk("emergency", "list", "--json").json["emergencies"]
    for who in ("employee/9", "employee/7"):
        by(desk, who, *REVOKE)
    assert by(desk, "employee/7", *LIFT).status == 2
    ran = by(desk, "employee/9", "emergency", "approve", row["event_id"])
    assert ran.status == 0, ran.err
    assert desk("emergency", "list", "--json").json["emergencies"] == []


def test_who_may_not_grant_a_role_gives_none_by_an_annulment(desk: Cli) -> None:
    def both(one: str, other: str, *command: str) -> Any:
        assert by(desk, one, *command).status != 0
        return by(desk, other, *command)

    def granting(who: str, role: str) -> tuple[str, ...]:
        return ("record", "role-granted", "--subject", who, "--set", f"role={role}", "--yes")

    officers = ("employee/7", "employee/9")
    for who in ("employee/12", "employee/13"):
        assert both(*officers, *granting(who, "legal-counsel")).status == 0
    assert both(*officers, *granting("employee/14", "disclosure-officer")).status == 0
    revoke = ("record", "role-revoked", "--subject", "employee/14", *REVOKE[4:])
    assert both(*officers, *revoke).status == 0
    told = desk("history", "employee/14", "--json").lines
    [revoked] = [line["id"] for line in told if ".role-revoked." in line["type"]]
    about = ("--set", f"annuls={revoked}", "--set", "reason=mistake", "--yes")
    annul = ("record", "event-annulled", "--subject", "employee/14", *about)
    assert both("employee/12", "employee/13", *annul).status == 2
    assert by(desk, "employee/14", *LIFT).status == 2
    assert both(*officers, *annul).status == 0
    assert by(desk, "employee/14", *LIFT).status == 1


@pytest.mark.parametrize(
    "command",
    [
        ("record", "role-granted", "--subject", "employee/evil", "--set", "role=x", "--yes"),
        ("ingest", "--as-privacy-office", "-"),
        ("erase", WHO, "--ground", "unlawful"),
        ("init",),
        ("status",),
    ],
)
def test_a_confidential_ledger_is_opened_as_one_alone(desk: Cli, command: tuple[str, ...]) -> None:
    """Named as an open ledger, it let one officer grant a role, which gave the second approval."""
    desk.set(CONFIDENTIAL="0", NAME="confidential")
    ran = desk(*command, stdin=b"{}\n")
    assert (ran.status, "was made as a confidential one" in ran.err) == (2, True), ran.err
    desk.set(CONFIDENTIAL="1", NAME="")
    assert desk("status").status == 0
