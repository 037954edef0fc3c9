"""Following and rebuilding under every fault at every step: a view says what the events say, or is behind."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from ledger.errors import LedgerError, Retry
from projections import VIEWS, view_named
from projections.folds.view import View
from projections.following.runner import Follower, Pace, view_statuses
from projections.following.storage import prepare
from tests.fault.enduring import SOME, STRIDES, closing, endure
from tests.fault.faults import Kind
from tests.fixtures.ledger import House, accessed, collected, message, registered
from tests.fixtures.views import OFFICES, annulment, audit_views, rebuild

DECLARATION = {
    "name": "Subscriptions",
    "purposes": [{"purpose": "billing", "legal_basis": "6-1-b", "provision": "art6"}],
    "subject_categories": ["customers"],
    "data_categories": ["identity", "contact"],
    "recipient_kinds": ["processor"],
    "countries": ["NL"],
    "retention": {"identity": "customer-data"},
    "security_measures": ["measure/1"],
    "role": "controller",
    "owner": "privacy-office",
}
DISCLOSURE = {
    "recipient": "carrier",
    "recipient_kind": "carrier",
    "purpose": "delivery",
    "method": "push",
    "country": "NL",
    "fields": ["name"],
    "necessity_reason": "contract",
    "notice": "none",
    "categories": ["identity"],
}
CONSENT = {
    "purpose": "newsletter",
    "text_version": "1",
    "method": "tick-box",
    "channel": "portal",
}
NOTICE = {
    "version": "2026-1",
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "effective_from": "2026-01-01",
    "claims": [],
}
REQUEST = {"right": "access", "channel": "portal", "received_on": "2026-11-24"}
HOLD = {"ground": "claim", "review_on": "2027-06-01", "categories": ["contact"]}
BREACH = {"detected_at": "2026-11-24T09:00:00Z", "regime": "gdpr"}
CARRIER = {
    "name": "Carrier",
    "kind": "carrier",
    "role": "controller",
    "country": "NL",
    "valid_from": "2026-01-01",
}


def lines_of(number: int) -> list[dict[str, Any]]:
    """Something for every view: rows that are new, changed, taken away, and annulled."""
    person, regular = f"customer/{number}", f"customer/regular-{number % 7}"
    disclosed = message("personal-data-disclosed", person, **DISCLOSURE)
    return [
        registered(person),
        collected(regular),
        accessed(person),
        message("processing-activity-declared", f"activity/a{number % 5}", **DECLARATION),
        message("recipient-registered", "recipient/carrier", **CARRIER),
        message("consent-given", regular, **CONSENT),
        message("privacy-notice-published", f"notice/n{number}", **NOTICE),
        message(
            "role-defined", f"role/r{number % 3}", role=f"r{number % 3}", categories=["identity"]
        ),
        message("personal-data-disclosed", regular, **DISCLOSURE),
        message("security-measure-adopted", f"measure/m{number % 3}"),
        message("rights-request-received", regular, request_ref=f"R-{number}", **REQUEST),
        message("legal-hold-placed", regular, hold_ref=f"H-{number}", **HOLD),
        message("breach-detected", f"breach/B-{number}", breach_ref=f"B-{number}", **BREACH),
        message("complaint-received", regular, complaint_ref=f"K-{number}", via="customer"),
        disclosed,
        annulment(disclosed),
    ]


class Following:
    """All views catch up with a batch, in pieces."""

    def __init__(self, house: House) -> None:
        with closing(house):
            prepare(house.session("projector"), house.ledger, VIEWS)

    @property
    def touched(self) -> Sequence[View[Any]]:
        """The views that an attack can leave behind."""
        return VIEWS

    def prepare(self, house: House, number: int) -> None:
        with closing(house):
            outcome = house.record(*lines_of(number))
            assert outcome.rejections == ()
            house.eraser().erase(f"customer/{number}", ["contact"], "request")

    def act(self, house: House, number: int) -> None:
        follower = Follower(house.database, house.ledger, OFFICES, pace=Pace(batch_events=6))
        try:
            follower.follow_once()
        finally:
            follower.close()

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry), error
        self.check_views(house, self.touched)  # behind perhaps, and right where they are
        if done:
            assert self.lags(house) == {0}
        self.act(house, number)

    def check(self, house: House, number: int) -> None:
        self.check_views(house, VIEWS)
        assert self.lags(house) == {0}

    def check_views(self, house: House, views: Sequence[View[Any]]) -> None:
        reports = audit_views(house.reader, views, privacy_office=OFFICES)
        assert [report.view for report in reports if not report.ok] == []

    def lags(self, house: House) -> set[int]:
        return {status.lag for status in view_statuses(house.reader)}


class Rebuilding(Following):
    """One view is built again; whoever reads sees the old rows until the new ones are all there."""

    def __init__(self, house: House, view: str) -> None:
        super().__init__(house)
        self._view = view

    @property
    def touched(self) -> Sequence[View[Any]]:
        found = view_named(self._view)
        assert found
        return [found]

    def prepare(self, house: House, number: int) -> None:
        super().prepare(house, number)
        super().act(house, number)

    def act(self, house: House, number: int) -> None:
        (view,) = self.touched
        report = rebuild(house.session("projector"), house.ledger, view, OFFICES)
        assert report.ok


@STRIDES
@pytest.mark.parametrize("kind", Kind)
def test_views_go_on_where_they_were(house: House, kind: Kind, stride: int) -> None:
    steps = endure(Following(house), house, kind, 3 * stride - 2)
    if steps:
        assert steps.count("_exit_gen") >= len(VIEWS)
        assert "copy_to" in steps


def rebuilds() -> Iterator[Any]:
    """Each view under each fault; in the short form under two of them, as one function builds all views."""
    kinds = list(Kind)
    for number, view in enumerate(VIEWS):
        for kind in kinds:
            name, every = f"{view.name}-{kind}", pytest.mark.campaign
            yield pytest.param(view.name, kind, 1, id=f"{name}-every", marks=every)
            if kinds.index(kind) in {number % len(kinds), (number + 2) % len(kinds)}:
                yield pytest.param(view.name, kind, SOME, id=f"{name}-some")


@pytest.mark.parametrize(("view", "kind", "stride"), [*rebuilds()])
def test_a_rebuild_is_whole_or_did_not_happen(
    house: House, view: str, kind: Kind, stride: int
) -> None:
    steps = endure(Rebuilding(house, view), house, kind, 2 * stride - 1)
    if steps:
        assert "copy_to" in steps
