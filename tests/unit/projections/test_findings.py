"""What breaks a rule, what does not, and what resolves it: a row a rule, judged as while rebuilding."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby, permutations
from typing import Any, NamedTuple
from uuid import uuid5

import msgspec
import pytest

from ledger.event import RecordedEvent
from projections.findings.join import Entry, FindingsJoin
from projections.findings.judging import disclosure_findings
from projections.findings.view import VIEW
from projections.folds.timetravel import fold
from rulebook import FOUNDED
from rulebook.calendar import day_of
from tests.unit.projections.making import BERT, CRM, NOON, SPACE, at, event, values

DAY = 24 * 60
HOLD: dict[str, Any] = {"hold_ref": "H-1", "ground": "dispute", "review_on": "2027-01-01"}
END = at(9000 * DAY)
NOON_DAY = NOON.date()
EVA = uuid5(SPACE, "eva")
SYSTEM = event("system-registered", -9 * DAY, subject="system/crm", sources=[CRM])


def judged(events: Sequence[RecordedEvent]) -> list[Entry]:
    """Everything that is found in these events, deadlines included."""
    join = FindingsJoin()
    ordered = sorted([*events, SYSTEM], key=lambda one: one.stream)
    rows = [(s, fold(VIEW, list(mine))) for s, mine in groupby(ordered, lambda one: one.stream)]
    shared = [one for one in ordered if one.name in join.shared]
    known = [(s, fold(VIEW, list(mine))) for s, mine in groupby(shared, lambda one: one.stream)]
    gathering = join.gathering(known)
    entries = [entry for stream, states in rows for entry in gathering.add(stream, states)]
    return entries + gathering.rest()


def rules(events: Sequence[RecordedEvent], clock: datetime = END) -> set[str]:
    return {entry.rule for entry in judged(events) if entry.finding.is_open(clock)}


def mailed(minutes: float = 0) -> RecordedEvent:
    return event("marketing-message-sent", minutes, channel="email", purpose="newsletter")


def consented(minutes: float) -> RecordedEvent:
    return event("consent-given", minutes, purpose="newsletter")


def given(minutes: float = 0, **more: Any) -> RecordedEvent:
    facts: dict[str, Any] = {
        "recipient": "acme",
        "recipient_kind": "processor",
        "purpose": "service",
        "country": "NL",
        "fields": ["name"],
    }
    return event("personal-data-disclosed", minutes, **(facts | more))


def known(valid_from: str, minutes: float = DAY) -> RecordedEvent:
    named: dict[str, Any] = {
        "subject": "recipient/acme",
        "valid_from": valid_from,
        "kind": "processor",
    }
    return event("recipient-registered", minutes, **named)


def looked(*categories: str) -> RecordedEvent:
    return event("personal-data-accessed", categories=categories, employee=str(EVA), role="desk")


def of_eva(name: str, minutes: float, **facts: Any) -> RecordedEvent:
    return event(name, minutes, stream=EVA, **facts)


def desk(minutes: float, *categories: str) -> RecordedEvent:
    return event("role-defined", minutes, subject="role/desk", categories=categories)


def asked(name: str, minutes: float = 0, **facts: Any) -> RecordedEvent:
    return event(name, minutes, request_ref="R-1", **facts)


class Case(NamedTuple):
    """Events that break a rule; one that changes nothing; and what resolves it."""

    rule: str
    breaking: list[RecordedEvent]
    beside: RecordedEvent
    resolving: RecordedEvent


CASES = [
    Case("house.contact.consent", [mailed()], consented(1), consented(-1)),
    Case(
        "house.contact.inactive",
        [consented(-9), event("account-deactivated", -5), mailed()],
        event("account-reactivated", 1),
        event("account-reactivated", -1),
    ),
    Case(
        "law.contact.objection",
        [event("marketing-objection-recorded", -5, channel="email"), mailed()],
        consented(-6),
        consented(-1),
    ),
    Case(
        "house.disclosure.informed",
        [given(provision="nl.tw.11.11", notice="none", id="d1")],
        event("disclosure-notice-given", 9, disclosure_id="d2", channel="post"),
        event("disclosure-notice-given", 9, disclosure_id="d1", channel="post"),
    ),
    Case(
        "house.disclosure.recipient.unregistered",
        [given()],
        known("2026-03-02"),
        known("2026-03-01"),
    ),
    Case(
        "house.disclosure.recipient.ended",
        [
            known("2025-01-01", -9 * DAY),
            event("recipient-ended", -8 * DAY, subject="recipient/acme", valid_to="2026-02-01"),
            given(),
        ],
        known("2026-03-02", -DAY),
        known("2026-03-01", -DAY),
    ),
    Case(
        "house.disclosure.region.agreement",
        [given(country="US")],
        event("transfer-agreement-recorded", -1, countries=["IN"]),
        event("transfer-agreement-recorded", -1, countries=["US"]),
    ),
    Case(
        "house.access.role.missing",
        [looked("contact")],
        of_eva("role-granted", 1, role="desk"),
        of_eva("role-granted", -1, role="desk"),
    ),
    Case(
        "house.access.role.category",
        [desk(-9, "contact"), looked("contact", "traffic")],
        desk(1, "contact", "traffic"),
        desk(-1, "contact", "traffic"),
    ),
    Case(
        "house.access.vog",
        [looked("contact")],
        of_eva("vog-presented", -1, issued_on="2026-03-02"),
        of_eva("vog-presented", -1, issued_on="2026-02-01"),
    ),
    Case(
        "house.misuse.warning",
        [event("misuse-suspected", case_ref="M-1")],
        event("customer-warned", 1, case_ref="M-2"),
        event("customer-warned", 1, case_ref="M-1"),
    ),
    Case(
        "house.complaint.answer",
        [event("complaint-received", complaint_ref="KL-1", via="email")],
        event("complaint-answered", 60 * DAY, complaint_ref="KL-1", via="email"),
        event("complaint-answered", 3 * DAY, complaint_ref="KL-1", via="email"),
    ),
    Case(
        "law.rights.overdue",
        [asked("rights-request-received", received_on="2026-03-01")],
        asked("rights-request-answered", 90 * DAY),
        asked("rights-request-answered", 3 * DAY),
    ),
    Case(
        "law.rights.receipt",
        [asked("rights-request-answered", 3 * DAY)],
        event("rights-request-received", request_ref="R-2", received_on="2026-03-01"),
        asked("rights-request-received", 9 * DAY, received_on="2026-03-01"),
    ),
    Case(
        "law.retention.passed",
        [event("personal-data-collected", sealed=values("k1", "traffic", called_number="…"))],
        event("legal-hold-placed", 1, categories=["contact"], **HOLD),
        event("legal-hold-placed", 1, categories=["traffic"], **HOLD),
    ),
    Case(
        "house.permission.contacts",
        [event("contact-list-uploaded")],
        event("app-permission-granted", -1, permission="camera"),
        event("app-permission-granted", -1, permission="contacts"),
    ),
]
EACH = pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)


@EACH
def test_a_rule_is_broken_until_what_resolves_it(case: Case) -> None:
    assert case.rule in rules(case.breaking)
    assert case.rule in rules([*case.breaking, case.beside])
    assert case.rule not in rules([*case.breaking, case.resolving])


@EACH
def test_the_order_of_arrival_does_not_matter(case: Case) -> None:
    events = [*case.breaking, case.beside]
    assert len({str(judged(order)) for order in permutations(events)}) == 1


RECEIVED = asked("rights-request-received", received_on="2026-03-01")
VERIFIED = "identity-verified"
ANSWERED, REFUSED = "rights-request-answered", "rights-request-refused"


@pytest.mark.parametrize(
    ("acts", "expected"),
    [
        ([(VERIFIED, 1), (ANSWERED, 3)], {}),
        ([(ANSWERED, 3), ("access-report-issued", 3)], {}),
        ([(ANSWERED, 3), (ANSWERED, 4)], {"house.rights.answered": [4]}),
        ([(REFUSED, 3), (ANSWERED, 4), (REFUSED, 5)], {"house.rights.answered": [4, 5]}),
        ([(ANSWERED, 3), (VERIFIED, 4)], {"house.rights.ended": [4]}),
        (
            [(VERIFIED, 2), (REFUSED, 3), ("rights-request-extended", 9)],
            {"house.rights.ended": [9]},
        ),
        ([(ANSWERED, 3), ("personal-data-corrected", 4), ("restriction-lifted", 9)], {}),
        ([(ANSWERED, 3), ("portability-export-issued", 4)], {"house.rights.ended": [4]}),
    ],
)
def test_a_request_has_one_end_and_no_step_after_it(
    acts: list[tuple[str, int]], expected: dict[str, list[int]]
) -> None:
    events = [RECEIVED, *(asked(name, days * DAY) for name, days in acts)]
    wanted = set(expected) | {"house.rights.answered", "house.rights.ended"}
    for order in permutations(events):
        found: dict[str, list[int]] = {}
        for entry in judged(order):
            if entry.rule in wanted:
                days = (entry.finding.occurred_at - at(0)).days
                found[entry.rule] = sorted([*found.get(entry.rule, []), days])
        assert found == expected


def test_an_answer_at_the_time_of_a_refusal_is_the_one_that_counts() -> None:
    events = [RECEIVED, asked(REFUSED, 3, id="a"), asked(ANSWERED, 3, id="b")]
    (entry,) = [one for one in judged(events) if one.rule == "house.rights.answered"]
    assert entry.finding.name == REFUSED


def test_a_correction_of_the_helpdesk_needs_no_request() -> None:
    assert "law.rights.receipt" not in rules([event("restriction-lifted", categories=["contact"])])
    ticket = event("personal-data-corrected", fields=["iban"], request_ref="HD-9")
    assert "law.rights.receipt" not in rules([ticket])


def test_what_waits_for_a_deadline_counts_from_then_on() -> None:
    events = [asked("rights-request-received", received_on="2026-03-01")]
    (due,) = [entry.finding.due for entry in judged(events) if entry.rule == "law.rights.overdue"]
    assert due is not None
    assert due > at(0)
    assert "law.rights.overdue" not in rules(events, due - timedelta(microseconds=1))
    assert "law.rights.overdue" in rules(events, due)


def test_a_source_that_no_system_has_is_found_once_at_its_earliest_event() -> None:
    strangers = [
        event("customer-registered", n, source="urn:test:odd", customer_kind="consumer")
        for n in (5, 3)
    ]
    found = [one for one in judged(strangers) if one.rule == "house.source.unregistered"]
    assert [(one.finding.detail, one.finding.occurred_at) for one in found] == [
        ("urn:test:odd", at(3))
    ]


def test_an_act_from_before_the_company_existed_is_found_until_it_is_annulled() -> None:
    """Such as one whose program takes the beginning of its clock for a time, 1970."""
    before, begun = (FOUNDED + offset for offset in (timedelta(microseconds=-1), timedelta()))
    for time, is_found in (
        (before, True),
        (datetime(1970, 1, 1, tzinfo=UTC), True),
        (begun, False),
    ):
        opened = msgspec.structs.replace(event("portal-account-opened"), time=time)
        assert ("house.time.before-founding" in rules([opened])) is is_found
    assert rules([opened]) == set()


def test_data_from_before_the_first_rule_is_kept_no_longer_than_that_rule_says() -> None:
    long_ago = -12 * 365 * DAY
    events = [
        event("personal-data-collected", long_ago, sealed=values("k1", "contact", email="…")),
        event("contract-concluded", long_ago, contract_ref="C-1"),
        event("contract-ended", long_ago + DAY, contract_ref="C-1"),
    ]
    assert "law.retention.passed" in rules(events)
    before = datetime.fromisoformat("2018-05-24T12:00:00+00:00")
    assert "law.retention.passed" not in rules(events, before)


FIRM: dict[str, Any] = {"stream": BERT, "contract_ref": "C-1"}
SECOND: dict[str, Any] = {"stream": BERT, "contract_ref": "C-2"}
INACTIVE = event("account-deactivated", -8 * DAY, stream=BERT)


@pytest.mark.parametrize(
    ("of_the_firm", "ended"),
    [
        pytest.param([], None, id="nothing-known"),
        pytest.param([event("contract-concluded", -9 * DAY, **FIRM)], None, id="runs"),
        pytest.param([event("contract-ended", -5 * DAY, **FIRM)], -5, id="last-contract"),
        pytest.param([event("contract-ended", -5 * DAY, **FIRM), INACTIVE], -5, id="both"),
        pytest.param([INACTIVE], -8, id="no-contract"),
        pytest.param(
            [
                event("contract-ended", -5 * DAY, **FIRM),
                event("contract-concluded", -9 * DAY, **SECOND),
            ],
            None,
            id="another-runs",
        ),
        pytest.param(
            [event("contract-concluded", -9 * DAY, **FIRM), INACTIVE], None, id="inactive"
        ),
    ],
)
def test_a_contact_person_is_kept_as_long_as_the_customer(
    of_the_firm: list[RecordedEvent], ended: int | None
) -> None:
    told = [
        event("contact-person-added", -9 * DAY, customer=str(BERT)),
        event("personal-data-collected", -9 * DAY, sealed=values("k-1", email="…")),
    ]
    passed = [e for e in judged([*told, *of_the_firm]) if e.rule == "law.retention.passed"]
    days = [(NOON_DAY + timedelta(days=ended)).replace(year=2028)] if ended else []
    assert [day_of(entry.finding.since) for entry in passed] == days


def test_a_provision_that_is_not_in_force_yet_is_no_ground() -> None:
    rule = "law.disclosure.provision.inapplicable"
    early = given(provision="eu.2023.1543")  # from 18 August 2026 on
    late = given(200 * DAY, provision="eu.2023.1543")
    assert rule in rules([early])
    assert rule not in rules([late])


def test_a_disclosure_is_judged_alone_as_the_join_judges_it() -> None:
    fraud = given(fields=["fraud_signal"], country="US", categories=["fraud"], notice="required")
    around = [known("2026-03-01"), event("transfer-agreement-recorded", -5, countries=["US"])]
    for registers in ([], around, around[::-1], around[:1]):
        alone = disclosure_findings(fraud, registers)
        joined = [e.finding for e in judged([fraud, *registers]) if e.finding.id == fraud.id]
        assert sorted(alone, key=lambda one: one.rule) == sorted(joined, key=lambda one: one.rule)
        assert len(alone) >= 2
    assert len(disclosure_findings(fraud, around)) < len(disclosure_findings(fraud, []))


def test_disclosures_that_are_alike_are_each_judged_as_if_alone() -> None:
    """Recipient and rulebook change while they go on: both are looked at again from that day on."""
    told = [given(days * DAY, provision="eu.2023.1543") for days in range(0, 400, 20)]
    ended = event("recipient-ended", 2 * DAY, subject="recipient/acme", valid_to="2026-10-01")
    around = [known("2026-05-01"), ended]
    found = {(entry.finding.id, entry.rule) for entry in judged([*told, *around])}
    alone = {(e.finding.id, e.rule) for one in told for e in judged([one, *around])}
    assert found == alone
    broken = [{rule for id, rule in found if id == one.id} for one in told]
    assert len(set(map(frozenset, broken))) >= 4, (
        "unregistered, valid before the law, within it, ended"
    )


@pytest.mark.parametrize("basis", ["6-1-c", "6-1-e"])
@pytest.mark.parametrize(
    "name", ["service-message-sent", "customer-registered", "invoice-sent", "portal-account-opened"]
)
def test_what_rests_on_law_names_its_provision_whatever_it_is(name: str, basis: str) -> None:
    facts: dict[str, Any] = {"customer_kind": "consumer"}
    assert rules([event(name, legal_basis=basis, **facts)]) == {"law.basis.provision"}
    assert rules([event(name, legal_basis=basis, provision="nl.awr.52", **facts)]) == set()
    assert rules([event(name, legal_basis="6-1-b", **facts)]) == set()


def test_a_disclosure_without_provision_is_one_finding_and_not_two() -> None:
    expected = {"law.basis.provision"}
    assert rules([given(legal_basis="6-1-c"), known("2026-01-01")]) == expected
    taxed = given(legal_basis="6-1-c", recipient_kind="tax-authority")
    assert rules([taxed, known("2026-01-01")]) >= {"law.disclosure.provision.missing"}
    assert "law.basis.provision" not in rules([taxed, known("2026-01-01")])
