"""Transfers: what each rests on, by a table; and agreements, where the latest act about a country decides."""

import tomllib
from datetime import UTC, date, datetime, time
from itertools import permutations
from pathlib import Path
from typing import Any

import msgspec

from ledger.event import RecordedEvent
from projections.dossier.dossier import dossier_from
from projections.findings.judging import disclosure_findings
from projections.findings.recipient import frameworks_on
from projections.reading.transfers import agreed_at, place_of, transfer_of
from projections.views import disclosures, recipients
from tests.fixtures.cases import each
from tests.unit.projections.making import at, event


def agreed(minutes: float, *countries: str) -> RecordedEvent:
    return event("transfer-agreement-recorded", minutes, countries=list(countries))


def ended(minutes: float, *countries: str) -> RecordedEvent:
    facts: dict[str, Any] = {"countries": list(countries)} if countries else {}
    return event("transfer-agreement-ended", minutes, **facts)


def test_an_agreement_holds_for_its_countries_from_its_time_on() -> None:
    events = [agreed(1, "US", "IN"), event("consent-given", 1, purpose="newsletter")]
    assert agreed_at(events, "US", at(1))
    assert not agreed_at(events, "US", at(0))
    assert not agreed_at(events, "CN", at(5))


def test_an_end_is_for_its_countries_or_for_all() -> None:
    assert not agreed_at([agreed(1, "US"), ended(2, "US")], "US", at(3))
    assert agreed_at([agreed(1, "US"), ended(2, "IN")], "US", at(3))
    assert not agreed_at([agreed(1, "US"), ended(2)], "US", at(3))
    assert agreed_at([agreed(1, "US"), ended(2)], "US", at(1))


def test_the_order_of_arrival_does_not_matter_and_at_equal_time_the_end_wins() -> None:
    events = [agreed(1, "US"), ended(2), agreed(2, "US")]
    assert {agreed_at(order, "US", at(3)) for order in permutations(events)} == {False}


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the table: `mechanism` or `finding`, or neither within the EEA."""

    says: str
    on: date
    country: str
    kind: str = "processor"
    role: str = "processor"
    method: str = "push"
    stated: str | None = None
    registered: str | None = None
    certified: tuple[dict[str, str], ...] = ()
    mechanism: str | None = None
    finding: str | None = None
    unfounded: bool = False

    @property
    def minutes(self) -> float:
        """Noon of the day, as tests tell time."""
        return (datetime.combine(self.on, time(12), UTC) - at(0)).total_seconds() / 60


TABLE = Path(__file__).parents[2] / "data" / "transfers.toml"
CASES = msgspec.convert(tomllib.loads(TABLE.read_text("utf-8"))["case"], list[Case])


def told(case: Case) -> tuple[RecordedEvent, RecordedEvent]:
    """The registration of the recipient, and the disclosure to it."""
    registered: dict[str, Any] = {"transfer_mechanism": case.registered} if case.registered else {}
    stated: dict[str, Any] = {"transfer_mechanism": case.stated} if case.stated else {}
    party = event(
        "recipient-registered",
        case.minutes - 60,
        subject="recipient/far",
        name="Far",
        kind=case.kind,
        role=case.role,
        country=case.country,
        valid_from="2000-01-01",
        certifications=list(case.certified),
        **registered,
    )
    sent = event(
        "personal-data-disclosed",
        case.minutes,
        recipient="far",
        recipient_kind=case.kind,
        purpose="service",
        method=case.method,
        country=case.country,
        fields=["name"],
        **stated,
    )
    return party, sent


@each("case", CASES, ids=lambda case: case.says)
def test_what_a_transfer_rests_on_by_the_table(case: Case) -> None:
    party, sent = told(case)
    ours = ("law.transfer.", "law.disclosure.region.")
    found = [one.rule for one in disclosure_findings(sent, [party]) if one.rule.startswith(ours)]
    assert found == ([case.finding] if case.finding else [])
    row, recipient = disclosures.evolve(None, sent), recipients.evolve(None, party)
    shown = transfer_of(row, recipient)
    assert shown is not None
    assert shown.mechanism == case.mechanism
    unfounded = shown.region == "elsewhere" and shown.mechanism is None
    assert unfounded == (case.finding is not None or case.unfounded)
    nowhere = (case.mechanism, case.finding, case.unfounded) == (None, None, False)
    assert (shown.region == "eea") == nowhere


def test_the_table_is_long_enough_to_mean_something() -> None:
    assert len(CASES) >= 25
    assert {case.country for case in CASES} >= {"US", "CA", "JP", "GB", "KR", "CH", "IL", "IN"}


CHANGED: dict[str, Any] = {
    "subject": "recipient/far",
    "kind": "processor",
    "role": "processor",
    "country": "US",
}


def certified_on(day: str, *versions: RecordedEvent) -> bool:
    state: Any = None
    for one in versions:
        state = recipients.evolve(state, one)
    when = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    version = recipients.recipient_at(state, when)
    assert version
    known = recipients.frameworks_on(state.versions, version, when.date())
    (looked,) = {
        frameworks_on(dossier_from(order), when.date()) for order in permutations(versions)
    }
    assert looked == known
    return "dpf" in known


def version(valid_from: str, *certified: dict[str, str], minutes: float = 0) -> RecordedEvent:
    more: dict[str, Any] = {"certifications": list(certified)} if certified else {}
    name = "recipient-changed" if minutes else "recipient-registered"
    return event(name, minutes, name="Far", valid_from=valid_from, **CHANGED, **more)


def test_a_certification_is_what_the_version_of_the_day_says_or_a_later_one() -> None:
    held = {"framework": "dpf", "valid_from": "2024-01-01"}
    plain, later = version("2023-01-01"), version("2025-01-01", held, minutes=1)
    assert not certified_on("2024-06-01", plain)
    assert certified_on("2024-06-01", plain, later)  # told afterwards, of days before
    assert not certified_on("2023-06-01", plain, later)
    ended = version("2025-06-01", held | {"valid_to": "2025-06-01"}, minutes=2)
    assert certified_on("2025-05-31", plain, later, ended)
    assert not certified_on("2025-06-01", plain, later, ended)
    dropped = version("2026-01-01", minutes=3)  # an entry is replaced whole
    assert certified_on("2025-12-31", plain, later, dropped)
    assert not certified_on("2026-01-01", plain, later, dropped)


def test_where_a_disclosure_says_no_country_it_is_that_of_its_recipient_then() -> None:
    moved = event(
        "recipient-changed", 1, name="Far", valid_from="2026-03-02", **CHANGED | {"country": "NL"}
    )
    state = recipients.evolve(recipients.evolve(None, version("2023-01-01")), moved)
    shipped = event("equipment-shipped", recipient="far", order_ref="O-1")
    row = disclosures.evolve(None, shipped)
    assert place_of(row, state) == ("US", True)
    assert place_of(
        disclosures.evolve(None, event("equipment-shipped", 2 * 24 * 60, recipient="far")), state
    ) == ("NL", True)
    assert place_of(row, None) == (None, False)
    assert place_of(disclosures.evolve(None, told(CASES[0])[1]), state) == ("DE", False)
    registered = [one.rule for one in disclosure_findings(shipped, [version("2023-01-01")])]
    assert "law.transfer.certification" in registered
