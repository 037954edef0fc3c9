"""What keeps a person's data, from their events in any order; and the holds among it."""

from datetime import date
from itertools import permutations
from typing import Any

import pytest

from application.queries.keeping.periods import clocks_of
from ledger.event import RecordedEvent
from projections.keeping.erasing import lasting_for
from projections.keeping.holds import holds
from projections.keeping.keepings import asked_to_restrict, keepings_of
from projections.keeping.person import dossier_of, legal_holds, person_of
from schemas import CATEGORIES
from tests.unit.projections.making import ANNA, OFFICE, annulment, erasure, event, values

HOLD = {"hold_ref": "H-1", "ground": "civil-claim", "review_on": "2026-06-01"}


def held(name: str, minutes: float, **members: Any) -> RecordedEvent:
    return event(f"legal-hold-{name}", minutes, **({"categories": ["contact"]} | HOLD | members))


def kinds(*told: RecordedEvent) -> list[tuple[str, str | None]]:
    """Kind and reference of what keeps, the same in every order of arrival."""
    found = {
        tuple((one.kind, one.ref) for one in keepings_of(dossier_of(order, ())))
        for order in permutations(told)
    }
    assert len(found) == 1
    return list(found.pop())


def test_a_hold_stands_as_its_latest_act_says() -> None:
    placed = held("placed", 0, owner="legal")
    reviewed = held("reviewed", 5, categories=["traffic"], review_on="2026-09-01")
    for order in permutations([placed, reviewed]):
        (hold,) = holds(dossier_of(order, ()))
        assert hold.categories == ("traffic",)
        assert hold.review_on == date(2026, 9, 1)
        assert (hold.owner, hold.since) == ("legal", placed.time)
        assert hold.is_overdue(date(2026, 9, 2))
        assert not hold.is_overdue(date(2026, 9, 1))


@pytest.mark.parametrize("minutes", [0, 5])
def test_a_released_hold_is_over_also_when_both_happened_at_once(minutes: float) -> None:
    told = [held("placed", 0), held("released", minutes)]
    assert kinds(*told) == []
    assert legal_holds(told, privacy_office=()) == {}


def test_a_hold_that_was_placed_again_stands() -> None:
    assert kinds(held("placed", 0), held("released", 1), held("placed", 2)) == [("hold", "H-1")]


def test_an_annulled_hold_never_was() -> None:
    placed = held("placed", 0)
    told = [placed, annulment(1, placed)]
    assert legal_holds(told[:1], privacy_office=()) == {"contact": ("H-1",)}
    assert legal_holds(told, privacy_office=()) == {}


def test_several_holds_are_named_by_category() -> None:
    told = [held("placed", 0), held("placed", 1, hold_ref="H-0", categories=["contact", "debt"])]
    assert legal_holds(told, privacy_office=()) == {"contact": ("H-0", "H-1"), "debt": ("H-0",)}


def test_holds_that_are_not_disclosed_keep_as_one_without_a_name() -> None:
    secret = held("placed", 1, hold_ref="H-2", ground="undisclosed", categories=["traffic"])
    more = held("placed", 2, hold_ref="H-3", ground="undisclosed", categories=["contact"])
    told = [held("placed", 0), secret, more]
    assert kinds(*told) == [("hold", "H-1"), ("undisclosed", None)]
    (_, hidden) = keepings_of(dossier_of(told, ()))
    assert hidden.categories == frozenset({"contact", "traffic"})
    assert legal_holds(told, privacy_office=())["traffic"] == ("H-2",)
    over = held("released", 5, hold_ref="H-2", ground="ended", categories=["traffic"])
    disclosed = held("reviewed", 5, hold_ref="H-3", ground="court-order")
    assert kinds(*told, over, disclosed) == [("hold", "H-1"), ("hold", "H-3")]


CASES = [
    ("dispute", "dispute-opened", "dispute-closed", {"case_ref": "D-1"}),
    ("debt", "payment-default-recorded", "collection-closed", {"invoice_ref": "D-1"}),
    ("case", "misuse-suspected", "misuse-resolved", {"case_ref": "D-1"}),
    ("case", "fraud-signal-recorded", "misuse-resolved", {"case_ref": "D-1"}),
    ("contract", "contract-concluded", "contract-ended", {"contract_ref": "D-1"}),
]


@pytest.mark.parametrize(("kind", "opens", "closes", "ref"), CASES)
def test_what_was_opened_keeps_until_it_is_closed(
    kind: str, opens: str, closes: str, ref: dict[str, Any]
) -> None:
    assert kinds(event(opens, 0, **ref)) == [(kind, "D-1")]
    assert kinds(event(opens, 0, **ref), event(closes, 1, **ref)) == []


def asked(right: str, minutes: float = 0) -> RecordedEvent:
    return event(
        "rights-request-received",
        minutes,
        request_ref="R-1",
        right=right,
        received_on="2026-03-01",
    )


@pytest.mark.parametrize("answer", ["rights-request-answered", "rights-request-refused"])
def test_an_open_request_keeps_its_evidence_and_an_answered_one_its_file(answer: str) -> None:
    assert kinds(asked("access")) == [("request-open", "R-1")]
    answered = [asked("access"), event(answer, 1, request_ref="R-1")]
    assert kinds(*answered) == [("request-ended", "R-1")]
    (open_,), (over,), (erasing,) = (
        keepings_of(dossier_of(told, ())) for told in (answered[:1], answered, [asked("erasure")])
    )
    assert (open_.categories, open_.until) == (frozenset(CATEGORIES), None)
    assert (over.categories, over.until) == (frozenset({"correspondence"}), date(2026, 4, 14))
    assert (erasing.categories, erasing.until) == (frozenset({"correspondence"}), None)


def test_an_open_portal_account_keeps_the_login_names_until_it_is_closed() -> None:
    opened, closed = event("portal-account-opened", 0), event("portal-account-closed", 1)
    assert kinds(opened) == [("portal", None)]
    assert kinds(opened, closed) == []
    assert kinds(opened, closed, event("portal-account-opened", 2)) == [("portal", None)]


def test_who_left_with_an_open_portal_account_is_told_what_keeps_the_login_names() -> None:
    login = event("personal-data-collected", 0, sealed=values("k-1", "credential", login_name="…"))
    left = [login, event("account-deactivated", 1)]
    later = date(2026, 4, 30)
    assert lasting_for(person_of(ANNA, left, ()), "credential").overdue_since(later)
    person = person_of(ANNA, [*left, event("portal-account-opened", 0.5)], ())
    end = lasting_for(person, "credential")
    assert (end.overdue_since(later), end.period.until) == (None, date(2026, 3, 31))
    assert [reason.ground for reason in end.grounds(later)] == ["portal-open"]
    (row,) = clocks_of(person, later, every=False)
    assert (row.situation, [one.ground for one in row.kept_by]) == ("kept", ["portal-open"])


def test_a_restriction_keeps_each_category_until_that_is_lifted() -> None:
    first = event("processing-restricted", 0, categories=["contact", "traffic"], ground="18-1-b")
    lifted = event("restriction-lifted", 1, categories=["contact"], ground="18-3")
    again = event("processing-restricted", 2, categories=["contact"], ground="18-1-b")
    for told, left in (
        ([first, lifted], {"traffic"}),
        ([first, lifted, again], {"contact", "traffic"}),
    ):
        for order in permutations(told):
            assert asked_to_restrict(dossier_of(order, ())) == left


def test_what_is_held_rests_on_every_basis_that_was_named_for_its_key() -> None:
    def sealed(minutes: float, key: str, category: str, basis: str) -> RecordedEvent:
        made = values(key, category, value="…")
        return event(
            "personal-data-collected", minutes, sealed=made, legal_basis=basis, activity="web"
        )

    told = [
        sealed(0, "k1", "behaviour", "6-1-a"),
        sealed(1, "k1", "behaviour", "6-1-f"),
        sealed(2, "k2", "contact", "6-1-b"),
        erasure(3, ["contact"], ["k2"]),
    ]
    for order in permutations(told):
        person = person_of(ANNA, order, (OFFICE,))
        assert person.held == ("behaviour",)
        assert person.traces.held["behaviour"]["k1"].bases == ("6-1-a web", "6-1-f web")
