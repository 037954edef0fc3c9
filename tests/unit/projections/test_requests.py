"""Requests: how they stand at any time whatever the order of arrival, what they keep, what they allow."""

from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import pytest

from ledger.errors import Remedy
from ledger.event import RecordedEvent
from projections.folds.timetravel import fold
from projections.reading.request_acts import ActOn, Hindrance, hindrance
from projections.views.requests import VIEW, Request, evidence, standing
from rulebook import REFUSALS
from tests.unit.projections.making import ANNA, at, event

DAY = 24 * 60
LATER = at(400 * DAY)


def asked(
    right: str = "access", ref: str = "R-1", received_on: str = "2026-03-01"
) -> RecordedEvent:
    return on(
        ref, "rights-request-received", 0, right=right, channel="post", received_on=received_on
    )


def on(ref: str, name: str, days: float, **facts: Any) -> RecordedEvent:
    return event(name, days * DAY, request_ref=ref, **facts)


def step(name: str, days: float, **facts: Any) -> RecordedEvent:
    return on("R-1", name, days, **facts)


def requested(*events: RecordedEvent) -> Request:
    """The one request, the same whatever the order of the events."""
    rows = [fold(VIEW, order) for order in permutations(events)]
    assert all(row == rows[0] for row in rows)
    (request,) = rows[0].values()
    assert isinstance(request, Request)
    return request


VERIFIED = step("identity-verified", 1)
DOUBTED = step("identity-verification-failed", 1, information_asked="letter")
FAILED = step("identity-verification-failed", 1)
EXTENDED = step("rights-request-extended", 2, reason="complexity")
ISSUED = step("access-report-issued", 3, sha256="s", format="pdf")
ANSWERED = step("rights-request-answered", 4, outcome="granted")
REFUSED = step("rights-request-refused", 4, ground="excessive")


@pytest.mark.parametrize(
    ("steps", "status", "identity", "due_on"),
    [
        ([], "open", "open", date(2026, 4, 1)),
        ([VERIFIED], "open", "verified", date(2026, 4, 1)),
        ([DOUBTED], "paused", "asked", None),
        ([FAILED], "open", "failed", date(2026, 4, 1)),
        ([EXTENDED], "open", "open", date(2026, 6, 1)),
        ([VERIFIED, ISSUED], "open", "verified", date(2026, 4, 1)),
        ([VERIFIED, ANSWERED], "answered", "verified", date(2026, 4, 1)),
        ([REFUSED], "refused", "open", date(2026, 4, 1)),
    ],
)
def test_how_a_request_stands(
    steps: list[RecordedEvent], status: str, identity: str, due_on: date | None
) -> None:
    found = standing(requested(asked(), *steps), at(5 * DAY))
    assert found is not None
    assert (found.status, found.identity, found.period.due_on) == (status, identity, due_on)


def test_it_is_shown_as_it_was_at_any_time() -> None:
    request = requested(
        asked(),
        DOUBTED,
        step("identity-verified", 6),
        step("rights-request-answered", 9, outcome="withdrawn"),
    )
    shown = [standing(request, at(days * DAY)) for days in (-1, 0, 1, 6, 9)]
    assert [one and one.status for one in shown] == [None, "open", "paused", "open", "closed"]
    last = shown[-1]
    assert last is not None
    assert (last.period.due_on, last.outcome, last.ended_at) == (
        date(2026, 4, 7),
        "withdrawn",
        at(9 * DAY),
    )


def test_it_is_overdue_from_the_end_of_its_last_day_until_what_was_asked_for_is_there() -> None:
    midnight = datetime(2026, 4, 1, 22, tzinfo=UTC)  # in Amsterdam
    open_request = requested(asked())
    first, last = standing(open_request, at(0)), standing(open_request, midnight)
    assert first
    assert not first.overdue
    assert last
    assert last.overdue
    issued = standing(requested(asked(), ISSUED), LATER)
    assert issued
    assert not issued.overdue
    late = standing(
        requested(asked(), step("rights-request-answered", 40, outcome="granted")), LATER
    )
    assert late
    assert late.overdue


def test_the_row_of_a_request_says_from_when_it_is_too_late_while_something_is_owed() -> None:
    midnight = datetime(2026, 4, 1, 22, tzinfo=UTC)  # in Amsterdam
    key = (ANNA, "R-1")
    assert VIEW.cells(key, requested(asked())) == ("access", midnight)
    assert VIEW.cells(key, requested(asked(), ISSUED)) == ("access", None)
    assert VIEW.cells(key, requested(asked(), ANSWERED)) == (None, None)


def test_a_refusal_comes_last_of_what_happened_at_once() -> None:
    refused = step("rights-request-refused", 4, ground="excessive")
    issued = step("access-report-issued", 4, sha256="s", format="pdf")
    for events in ((refused, issued), (issued, refused)):
        assert [one.name for one in requested(asked(), *events).steps][-1] == refused.name


def test_acts_without_a_receipt_are_no_request() -> None:
    assert standing(requested(VERIFIED, ANSWERED), LATER) is None
    hindered = hindrance("extend", requested(VERIFIED), LATER)
    assert hindered == Hindrance("request R-1 was never received")


def test_an_open_request_keeps_its_evidence_and_says_which_one_it_is() -> None:
    both = [requested(asked(ref="R-2")), requested(asked("erasure"), ANSWERED)]
    held = evidence(both, ["identity", "correspondence"], at(5 * DAY))
    assert held == {"identity": ["R-2"], "correspondence": ["R-1", "R-2"]}
    assert evidence([both[1]], ["identity", "correspondence"], at(60 * DAY)) == {}
    assert evidence(both, ["identity"], at(-1)) == {}


@pytest.mark.parametrize(
    ("steps", "act", "code", "why"),
    [
        ([VERIFIED, ISSUED], "answer", "granted", None),
        ([VERIFIED], "answer", "nothing-held", None),
        ([VERIFIED], "answer", "granted", "no access report was issued for it"),
        ([ISSUED], "answer", "granted", "identity was not verified"),
        ([DOUBTED, ISSUED], "answer", "granted", "identity was not verified"),
        ([VERIFIED, ISSUED, ANSWERED], "answer", "granted", "is answered since 2026-03-05"),
        ([REFUSED], "answer", "granted", "is refused since 2026-03-05"),
        ([ANSWERED], "close", "withdrawn", "nothing more can be done"),
        ([ANSWERED], "extend", "", "nothing more can be done"),
        ([], "extend", "", None),
        ([EXTENDED], "extend", "", "was extended already"),
        ([], "verify", "", None),
        ([DOUBTED], "verify", "", None),
        ([VERIFIED], "verify", "", "verified for request R-1 already"),
        ([VERIFIED], "doubt", "", "verified for request R-1 already"),
        ([], "refuse", "excessive", None),
        ([], "refuse", "data-is-accurate", "cannot be refused as data-is-accurate"),
        ([VERIFIED], "refuse", "identity-not-shown", "identity was verified"),
        ([], "close", "withdrawn", None),
    ],
)
def test_what_its_state_allows(
    steps: list[RecordedEvent], act: ActOn, code: str, why: str | None
) -> None:
    told = hindrance(act, requested(asked(), *steps), at(6 * DAY), code)
    if why is None:
        assert told is None
    else:
        assert told is not None
        assert why in told.why


def test_what_our_own_act_ends_names_that_act() -> None:
    def remedy(right: str, *steps: RecordedEvent) -> Remedy | None:
        told = hindrance("answer", requested(asked(right), *steps), at(6 * DAY), "granted")
        return told.remedy if told else None

    for right, act in (
        ("access", "report-access"),
        ("portability", "report-portability"),
        ("rectification", "send-correction"),
    ):
        assert remedy(right) == Remedy("verify-identity", ("R-1",))
        assert remedy(right, VERIFIED) == Remedy(act, ("R-1",))
    assert remedy("access", VERIFIED, ANSWERED) is None


def test_the_first_period_is_the_last_chance_to_extend() -> None:
    request = requested(asked())
    midnight = datetime(2026, 4, 1, 22, tzinfo=UTC)
    assert hindrance("extend", request, midnight.replace(hour=21)) is None
    told = hindrance("extend", request, midnight)
    assert told is not None
    assert "can no longer be extended" in told.why


def test_an_act_of_yesterday_does_not_overlook_the_answer_of_today() -> None:
    told = hindrance("extend", requested(asked(), ANSWERED), at(DAY))
    assert told is not None
    assert "answered since" in told.why


@pytest.mark.parametrize("right", ["restriction", "objection", "human-review"])
def test_what_harms_nobody_needs_no_proof_of_identity(right: str) -> None:
    assert hindrance("answer", requested(asked(right)), at(0), "granted") is None
    assert hindrance("answer", requested(asked(right), FAILED), at(0), "granted") is not None


def test_every_ground_of_a_refusal_is_allowed_for_its_rights_and_no_others() -> None:
    for ground, entry in REFUSALS.items():
        for right in ("access", "erasure", "objection"):
            allowed = hindrance("refuse", requested(asked(right)), at(0), ground) is None
            assert allowed == (right in entry.rights)
