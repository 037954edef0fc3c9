"""The sample of orders: what is planted in it is what the rulebook finds in it, and nothing else."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

import rulebook
from host.settings import OFFICE
from projections.findings.orders import order_findings
from projections.folds.timetravel import counting, fold
from projections.views import orders as orders_view
from projections.views import secrecy as secrecy_view
from sample.generating import PlantedViolation
from sample.order_case import KINDS
from sample.order_stories import STORIES
from sample.orders import orders
from schemas.catalogue import CONFIDENTIAL_TYPES
from tests.fixtures.judging import judged, recorded
from tests.unit.schemas.making import CONFIDENTIAL, OPEN, accepted, refused

UNTIL = datetime(2026, 11, 24, 12, tzinfo=UTC)


def made(
    seed: int = 1, until: datetime = UNTIL
) -> tuple[list[dict[str, Any]], list[PlantedViolation]]:
    planted: list[PlantedViolation] = []
    return list(orders(seed=seed, until=until, planted=planted)), planted


def found(lines: Sequence[dict[str, Any]], now: datetime) -> Counter[tuple[str, str]]:
    """What every rule of the rulebook finds, that of orders and the others."""
    events = list(recorded(lines, now, CONFIDENTIAL))
    here = (one for one in judged(lines, now, CONFIDENTIAL) if one.rule not in rulebook.ELSEWHERE)
    shown = Counter((one.rule, one.finding.id) for one in here)
    for stream in {event.stream for event in events}:
        mine = counting([event for event in events if event.stream == stream], {OFFICE})
        person = fold(secrecy_view.VIEW, mine).get("")
        rows = fold(orders_view.VIEW, mine).values()
        shown.update((one.rule, one.id) for one in order_findings(stream, rows, person, now))
    return shown


def test_there_are_thirty_orders_of_twelve_kinds_at_least() -> None:
    lines, _ = made()
    received = [line for line in lines if ".order-received." in line["type"]]
    assert len({line["data"]["order_ref"] for line in received}) >= 30
    assert len({(line["data"]["provision"], line["data"]["kind"]) for line in received}) >= 12
    assert len(STORIES) >= 30
    assert {line["type"] for line in lines} >= CONFIDENTIAL_TYPES - {
        "nl.voipzeker.ledger.preservation-extended.v1",
        "nl.voipzeker.ledger.order-handed-over.v1",  # one employee handles each made-up order
        "nl.voipzeker.ledger.secret-codes-declared.v1",  # counts from the ledger's own command alone
        # Copies are made by the ledger's own command, from an open ledger.
        "nl.voipzeker.ledger.preservation-snapshot-taken.v1",
        "nl.voipzeker.ledger.data-preserved.v1",
    }


@pytest.mark.parametrize("seed", range(1, 4))
def test_exactly_what_is_planted_is_found(seed: int) -> None:
    lines, planted = made(seed)
    assert found(lines, UNTIL) == Counter((one.rule, one.id) for one in planted)


@pytest.mark.parametrize(
    "until",
    [
        "2026-12-26T09:00:00+01:00",
        "2027-03-29T12:00:00+02:00",
        "2027-01-01T00:30:00+01:00",
        "2028-02-29T23:30:00+01:00",
    ],
)
def test_it_does_not_matter_when_the_sample_ends(until: str) -> None:
    end = datetime.fromisoformat(until)
    lines, planted = made(7, end)
    assert found(lines, end) == Counter((one.rule, one.id) for one in planted)


def test_every_rule_is_broken() -> None:
    _, planted = made()
    # These follow an act of the desk by command, which no file can tell.
    by_command = {
        *("house.secrecy.review", "house.handover.missing", "house.emergency.second"),
        *("law.preservation.past", "law.preservation.longer"),
    }
    rules = {rule.id for rule in rulebook.ORDER_FINDINGS}
    assert {one.rule for one in planted} >= rules - by_command


def test_the_same_seed_gives_the_same_orders() -> None:
    assert made() == made()
    assert made(1) != made(2)


def test_only_a_confidential_ledger_takes_them() -> None:
    for line in made()[0]:
        assert accepted(line, CONFIDENTIAL)
        assert refused(line, OPEN) == ("withheld", "")


def test_every_kind_has_a_rule() -> None:
    for kind in KINDS:
        rule = rulebook.order_rule(kind.provision, UNTIL.date(), kind.kind)
        assert rule, kind.code
        assert kind.kind in rule.kinds
        assert kind.issued_by in rule.issued_by
