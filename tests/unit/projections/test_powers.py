"""An act on what another source said is none, in whatever order the two arrive."""

from collections.abc import Collection, Sequence
from itertools import permutations
from typing import Any
from uuid import UUID

from msgspec.structs import replace

from ledger.event import RecordedEvent, short_name
from projections.findings.view import VIEW
from projections.folds.dispatch import Dispatch
from projections.folds.powers import POWERLESS
from projections.folds.timetravel import counting
from projections.following.batch import EventBatch
from projections.keeping.person import legal_holds
from rulebook.powers import POWER_TABLE
from schemas import EVENT_TYPES
from schemas.sources import REGISTER_TOPIC
from tests.fixtures.cases import each
from tests.unit.projections.making import ANNA, BERT, CRM, HR, OFFICE, PORTAL, annulment, event

OFFICES = {OFFICE}
PAIRS = [
    (opens, act, power.by) for power in POWER_TABLE for opens in power.opens for act in power.acts
]


def void(events: Sequence[RecordedEvent]) -> set[str]:
    """Ids of the acts without power; the same in every order."""
    found = [
        {one.id for one in counting(list(order), OFFICES) if one.name == POWERLESS}
        for order in permutations(events)
    ]
    assert all(one == found[0] for one in found)
    return found[0]


def tied(name: str, minutes: float, by: str, value: str = "X-1", **members: Any) -> RecordedEvent:
    facts: dict[str, Any] = {by: value} if by not in {"", "categories"} else {}
    categories = [value] if by == "categories" else []
    return event(name, minutes, categories=categories, **members, **facts)


@each("opens, act, by", PAIRS)
def test_every_act_of_the_table_is_its_sources_or_the_offices(
    opens: str, act: str, by: str
) -> None:
    owner = HR if opens == "role-granted" else CRM
    said = tied(opens, 1, by, source=owner, id="said")
    assert void([said, tied(act, 2, by, source=PORTAL, id="act")]) == {"act"}
    assert void([said, tied(act, 0, by, source=PORTAL, id="act")]) == {"act"}
    assert void([said, tied(act, 2, by, source=owner, id="act")]) == set()
    sure: dict[str, Any] = {"source": OFFICE, "came_by": {"topic": REGISTER_TOPIC}}
    assert void([said, tied(act, 2, by, id="act", **sure)]) == set()
    # The name of the office alone ends nothing, and least of all what the office surely said.
    for forged in ({"topic": "privacy.events.v1"}, {"file": "office.ndjson"}, {"file": "http/crm"}):
        unsure = tied(act, 2, by, source=OFFICE, id="act", came_by=forged)
        assert void([said, unsure]) == {"act"}
        assert void([tied(opens, 1, by, id="said", **sure), unsure]) == {"act"}
    assert void([tied(act, 2, by, source=PORTAL, id="act")]) == set()
    if by:
        assert void([said, tied(act, 2, by, "X-2", source=PORTAL, id="act")]) == set()
    elsewhere = tied(act, 2, by, source=PORTAL, id="act", stream=BERT)
    assert void([said, elsewhere]) == set()


@each("opens, act, by", PAIRS)
def test_a_stream_is_folded_again_where_an_act_lacks_power_and_nowhere_else(
    opens: str, act: str, by: str
) -> None:
    said = tied(opens, 1, by, source=HR if opens == "role-granted" else CRM, id="said")
    for other in (said.source, PORTAL):
        for order in permutations([said, tied(act, 2, by, source=other, id="act")]):
            told = [replace(one, position=place) for place, one in enumerate(order, 1)]
            for start in range(len(told)):
                lacking = any(
                    one.name == POWERLESS
                    for known in (told[:start], told)
                    for one in counting(known, OFFICES)
                )
                assert is_folded_again(told, start) is lacking


def is_folded_again(told: Sequence[RecordedEvent], start: int) -> bool:
    """Whether a batch that begins after a position folds the one stream from its beginning."""

    def history(streams: Sequence[UUID], names: Collection[str] | None) -> list[RecordedEvent]:
        assert set(streams) == {ANNA}
        return [one for one in told if names is None or one.name in names]

    batch = EventBatch(told[start:], Dispatch([VIEW]), (), history, OFFICES)
    return any(True for _ in batch.again(VIEW))


def test_a_grant_of_who_may_give_none_holds_up_nobody() -> None:
    """Whoever sends a grant gets no say in it: the administration of staff may still revoke it."""
    granted = event("role-granted", 1, source=HR, role="desk", id="granted")
    stray = event("role-granted", 0, source=CRM, role="desk", id="stray")
    revoked = event("role-revoked", 2, source=HR, role="desk", id="revoked")
    for order in permutations([granted, stray, revoked]):
        counted = counting(list(order), OFFICES)
        assert {one.id for one in counted if one.void} == {"stray"}
        assert {one.id for one in counted if one.name == POWERLESS} == set()


def test_what_somebody_ended_before_the_office_said_it_again_stays_ended() -> None:
    first = tied("legal-hold-placed", 0, "hold_ref", id="first")
    ended = tied("legal-hold-released", 1, "hold_ref", id="ended")
    again = tied("legal-hold-placed", 2, "hold_ref", source=OFFICE, id="again")
    assert void([first, ended, again]) == set()
    assert void([first, again, tied("legal-hold-released", 3, "hold_ref", id="late")]) == {"late"}


def test_who_says_again_what_the_office_said_changes_nothing() -> None:
    placed = tied("legal-hold-placed", 0, "hold_ref", source=OFFICE, id="placed")
    assert void([placed, tied("legal-hold-placed", 1, "hold_ref", id="again")]) == {"again"}
    raised = [
        tied("objection-raised", at, "activity_objected", source=s, id=s)
        for at, s in ((0, OFFICE), (1, CRM))
    ]
    assert void(raised) == set()


def test_an_annulled_fact_gives_power_to_nobody_and_takes_none() -> None:
    said = tied("dispute-opened", 0, "case_ref", id="said")
    act = tied("dispute-closed", 1, "case_ref", source=PORTAL, id="act")
    assert void([said, act, annulment(2, said, id="annulled")]) == set()


def test_a_hold_outlives_a_release_by_others_that_came_first() -> None:
    facts: dict[str, Any] = {
        "hold_ref": "H-1",
        "ground": "dispute",
        "review_on": "2027-01-01",
    }
    release = event("legal-hold-released", 5, source=PORTAL, categories=["contact"], **facts)
    place = event("legal-hold-placed", 1, source=OFFICE, categories=["contact"], **facts)
    narrower = event("legal-hold-placed", 6, source=PORTAL, categories=[], **facts)
    for order in permutations([release, place, narrower]):
        assert legal_holds(list(order), privacy_office=OFFICES) == {"contact": ("H-1",)}


def test_the_stripped_act_stays_a_fact_of_its_source_and_activity() -> None:
    said = tied("dispute-opened", 0, "case_ref", id="said", activity="disputes")
    act = tied("dispute-closed", 1, "case_ref", source=PORTAL, id="act", activity="disputes")
    stripped = next(one for one in counting([said, act], OFFICES) if one.id == "act")
    assert (stripped.stream, stripped.activity, stripped.facts) == (
        ANNA,
        "disputes",
        {"act": "dispute-closed"},
    )
    assert stripped.type not in EVENT_TYPES
    assert stripped.name == short_name(stripped.type) == POWERLESS
