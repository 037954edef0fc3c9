"""Erasures that are decided: per category, with what keeps it; what waits goes by itself, once."""

from typing import Any

import psycopg
import pytest

from application.acts import deciding
from application.acts.deciding import due_steps, erase_asked, erase_due, preview
from application.queries.keeping.erasures import CarriedOut, ErasureScope
from host.running.forgetting import forget_waiting
from ledger.audit import audit
from ledger.errors import OnHold, Retry, UnknownSubject
from ledger.event import RecordedEvent
from ledger.keys.opening import Missing
from projections.keeping.person import dossier_of
from projections.use.restricting import restricted
from rulebook.calendar import day_of
from schemas import CATEGORIES
from tests.fixtures.deciding import WHO, Home, customer, held, hold, told

ASKED = ErasureScope("request", "R-1")
CONSENT = {"purpose": "analytics-cookies", "channel": "portal"}


def own(home: Home) -> list[RecordedEvent]:
    return [event for event in home.house.events() if event.ours]


def consented(time: str = "2026-01-05T10:00:00Z") -> dict[str, Any]:
    facts = CONSENT | {"text_version": "1", "method": "tick-box"}
    return told("consent-given", time, activity="web", legal_basis="6-1-a", **facts)


def withdrawn(time: str) -> dict[str, Any]:
    return told("consent-withdrawn", time, activity="web", legal_basis="6-1-a", **CONSENT)


@pytest.fixture
def overlapping(home: Home) -> Home:
    """Hard case 3: an invoice that tax law keeps, an analytics consent, a civil hold over calls."""
    web = {"activity": "web", "legal_basis": "6-1-a", "origin": "cookie"}
    home.tell(
        *customer(),
        held("identity", "contact", "payment"),
        held("traffic", time="2026-10-10T10:00:00Z", origin="network"),
        consented(),
        held("behaviour", **web),
        hold("placed", "2026-11-01T10:00:00Z", "traffic"),
    )
    return home


def decisions(done: CarriedOut) -> dict[str, tuple[str, str]]:
    return {c: (one.decision, one.first.ground) for c, one in done.step.decisions.items()}


DECIDED = {
    "behaviour": ("erase", "request"),
    "contact": ("erase", "request"),
    "identity": ("retain", "retention-duty"),
    "payment": ("retain", "retention-duty"),
    "traffic": ("restrict", "legal-hold"),
}


def test_hard_case_3_each_category_is_decided_for_itself(overlapping: Home) -> None:
    (seen,) = preview(overlapping.site, WHO, ASKED)
    assert decisions(seen) == DECIDED
    assert own(overlapping) == []
    (done,) = erase_asked(overlapping.site, WHO, ASKED)
    assert done.step == seen.step
    decided, erased = own(overlapping)
    assert (decided.name, erased.name) == ("erasure-decided", "personal-data-erased")
    assert (decided.facts["cause"], decided.facts["request_ref"]) == ("request", "R-1")
    assert decided.facts["decisions"]["payment"] == {
        "decision": "retain",
        "ground": "retention-duty",
        "rule": "law.awr.52.administration",
        "until": "2033-01-01",
    }
    assert decided.facts["decisions"]["traffic"]["ref"] == "H-1"
    assert erased.facts["categories"] == ["contact", "behaviour"]
    assert overlapping.open_categories() == {"identity", "payment", "traffic"}
    assert not done.step.complete


FROZEN = {"hold_ref": "F-1", "ground": "undisclosed"}


def test_hard_case_3_with_a_hold_that_may_not_be_told(overlapping: Home) -> None:
    """A hold for an inquiry into fraud lies over payment, calls and web behaviour, beside all the rest."""
    held_ = ("payment", "traffic", "behaviour")
    overlapping.tell(hold("placed", "2026-11-02T10:00:00Z", *held_, **FROZEN))
    (done,) = erase_asked(overlapping.site, WHO, ASKED)
    # Where another ground keeps data, that one is told, as without the hold.
    assert decisions(done) == DECIDED | {"behaviour": ("restrict", "undisclosed")}
    told_ = [reason for one in done.step.decisions.values() for reason in one.reasons]
    assert [reason.ref for reason in told_ if reason.ground == "undisclosed"] == [None]
    decided = own(overlapping)[0].facts["decisions"]
    assert decided["behaviour"] == {
        "decision": "restrict",
        "ground": "undisclosed",
        "rule": "law.erasure.undisclosed",
    }
    assert "F-1" not in str([event.facts for event in own(overlapping)])
    # The civil hold ends: the other one still keeps the calls, and nothing new is said.
    overlapping.tell(hold("released", "2026-11-20T10:00:00Z", "traffic"))
    assert overlapping.due() == []
    with pytest.raises(OnHold):
        overlapping.house.eraser().erase(WHO, ["behaviour"], "request")
    # It ends, too: what waited for it goes, for the same request; tax still keeps its own.
    overlapping.tell(hold("released", "2026-11-21T10:00:00Z", *held_, **FROZEN))
    (done,) = overlapping.due(decided_only=True)
    assert (done.step.erased, done.step.request_ref) == (("behaviour", "traffic"), "R-1")
    assert overlapping.open_categories() == {"identity", "payment"}
    assert overlapping.due() == []
    assert audit(overlapping.house.session("reader")).ok


def test_an_order_that_nobody_may_know_of_keeps_what_no_period_keeps_any_more(
    overlapping: Home,
) -> None:
    overlapping.tell(hold("placed", "2026-11-02T10:00:00Z", "payment", **FROZEN))
    erase_asked(overlapping.site, WHO, ASKED)
    overlapping.clock.forward(days=365 * 8)
    assert {c for done in overlapping.due() for c in done.step.erased} == {"identity"}
    assert overlapping.open_categories() == {"payment", "traffic"}


def test_hard_case_4_a_released_hold_lets_the_erasure_go_on(overlapping: Home) -> None:
    erase_asked(overlapping.site, WHO, ASKED)
    assert overlapping.due(decided_only=True) == []
    overlapping.tell(hold("released", "2026-11-20T10:00:00Z", "traffic"))
    (done,) = overlapping.due(decided_only=True)
    assert (done.step.cause, done.step.request_ref) == ("request", "R-1")
    assert done.step.erased == ("traffic",)
    assert overlapping.open_categories() == {"identity", "payment"}
    assert own(overlapping)[-1].facts["ground"] == "request"
    assert overlapping.due(decided_only=True) == []


def test_the_rest_goes_with_the_person_when_the_last_period_ends(overlapping: Home) -> None:
    erase_asked(overlapping.site, WHO, ASKED)
    overlapping.tell(hold("released", "2026-11-20T10:00:00Z", "traffic"))
    overlapping.due()
    overlapping.clock.forward(days=365 * 6)
    assert overlapping.due() == []
    overlapping.clock.forward(days=60)
    (done,) = overlapping.due()
    assert done.erasure
    assert done.erasure.whole
    assert overlapping.house.opener().live_subjects(WHO) == []
    assert overlapping.due() == []
    assert audit(overlapping.house.session("reader")).ok


def test_a_decision_that_keeps_everything_is_recorded_and_destroys_nothing(home: Home) -> None:
    home.tell(*customer(), held("payment"))
    (done,) = erase_asked(home.site, WHO, ASKED)
    assert done.erasure
    assert done.erasure.categories == ()
    (decided,) = own(home)
    assert decided.name == "erasure-decided"
    assert home.open_categories() == {"payment"}
    assert audit(home.house.session("reader")).ok
    home.tell(held("contact"))  # nothing was fenced


def test_a_person_of_whom_nothing_must_be_kept_goes_wholly(home: Home) -> None:
    home.tell(held("contact", "behaviour"))
    (done,) = erase_asked(home.site, WHO, ASKED)
    assert done.erasure
    assert done.erasure.whole
    assert done.step.complete
    assert set(own(home)[0].facts["decisions"]) == set(CATEGORIES)
    with pytest.raises(UnknownSubject):
        erase_asked(home.site, WHO, ASKED)


def test_a_hold_over_what_is_not_there_keeps_the_reference(home: Home) -> None:
    home.tell(held("contact"), hold("placed", "2026-11-01T10:00:00Z", "debt"))
    (done,) = erase_asked(home.site, WHO, ASKED)
    assert done.erasure
    assert (done.erasure.categories, done.erasure.whole) == (("contact",), False)


def test_a_hold_that_comes_after_the_decision_was_made_is_refused_under_the_lock(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judge sees no hold; the one guarded path does."""
    home.tell(held("contact"), hold("placed", "2026-11-01T10:00:00Z", "contact"))
    monkeypatch.setattr("projections.keeping.lasting.keepings_of", lambda *_: [])
    monkeypatch.setattr("projections.keeping.erasing.holds_by_ref", lambda *_: {})
    with pytest.raises(OnHold):
        erase_asked(home.site, WHO, ASKED)
    assert own(home) == []


def test_a_decision_by_period_takes_what_is_over_and_nothing_else(home: Home) -> None:
    """Asked by hand, periods still decide: of calls the months that are over, nothing of a contract."""
    calls = {"origin": "network"}
    home.tell(
        told("contract-concluded", "2020-01-01T11:00:00Z", contract_ref="C-1"),
        told("invoice-sent", "2020-03-01T10:00:00Z", channel="email", reference="I-1"),
        held("identity", "contact"),
        held("traffic", time="2026-01-10T10:00:00Z", **calls),
        held("traffic", time="2026-10-10T10:00:00Z", **calls),
    )
    by_period = ErasureScope("retention")
    expected = {
        "contact": ("retain", "retention-period"),
        "identity": ("retain", "retention-period"),
        "traffic": ("erase", "retention"),
    }
    seen = preview(home.site, WHO, by_period)
    assert {c: one for done in seen for c, one in decisions(done).items()} == expected
    done = erase_asked(home.site, WHO, by_period)
    assert {c: one for each in done for c, one in decisions(each).items()} == expected
    assert [each.step.month for each in done] == [None, 12 * 2026]
    assert home.open_categories() == {"contact", "identity", "traffic"}
    again = {
        c: one for each in preview(home.site, WHO, by_period) for c, one in decisions(each).items()
    }
    assert again == expected | {"traffic": ("retain", "retention-period")}
    # Seven years after the last invoice the contract still runs: nothing of the customer's own data is due.
    home.clock.forward(days=365 * 9)
    assert {c for each in home.due() for c in each.step.erased} == {"traffic"}
    assert home.open_categories() == {"contact", "identity"}
    assert audit(home.house.session("reader")).ok


def test_every_ground_is_in_the_event_and_a_restriction_stands_until_the_last_one_ends(
    home: Home,
) -> None:
    home.tell(
        told("misuse-suspected", "2026-10-01T10:00:00Z", case_ref="M-1", data_kinds=["login"]),
        held("contact"),
        hold("placed", "2026-11-01T10:00:00Z", "contact"),
    )
    erase_asked(home.site, WHO, ASKED)
    (decided,) = [event for event in own(home) if event.name == "erasure-decided"]
    contact = decided.facts["decisions"]["contact"]
    assert (contact["ground"], [one["ground"] for one in contact["besides"]]) == (
        "misuse-case",
        ["legal-hold"],
    )
    home.tell(told("misuse-resolved", "2026-11-20T10:00:00Z", case_ref="M-1", outcome="nothing"))
    events = [event for event in home.house.events() if event.stream == decided.stream]
    assert restricted(dossier_of(events, ())) == {"contact"}
    assert home.due() == []


def test_whoever_registers_anew_is_no_longer_waited_for(overlapping: Home) -> None:
    erase_asked(overlapping.site, WHO, ASKED)
    overlapping.clock.forward(days=1)
    again = told(
        "customer-registered",
        "2026-11-25T10:00:00Z",
        customer_kind="consumer",
        channel="portal",
        notice_version="1",
    )
    overlapping.tell(again, hold("released", "2026-11-25T11:00:00Z", "traffic"))
    assert overlapping.due(decided_only=True) == []


def test_what_waited_takes_nothing_of_a_relationship_that_began_in_the_same_month(
    home: Home,
) -> None:
    home.tell(
        *customer(),
        told("contract-concluded", "2026-01-02T10:00:00Z", contract_ref="C-1"),
        held("contact", time="2026-03-05T10:00:00Z"),
        held("contact", time="2026-11-05T10:00:00Z"),
        told("contract-ended", "2026-11-10T10:00:00Z", contract_ref="C-1"),
        hold("placed", "2026-11-11T10:00:00Z", "contact"),
    )
    (done,) = erase_asked(home.site, WHO, ErasureScope("unlawful", None, ["contact"]))
    assert decisions(done) == {"contact": ("restrict", "legal-hold")}
    home.clock.forward(days=2)
    home.tell(
        told("contract-concluded", "2026-11-26T09:00:00Z", contract_ref="C-2"),
        held("contact", time="2026-11-26T09:30:00Z"),
        hold("released", "2026-11-26T09:45:00Z", "contact"),
    )
    (part,) = home.due(decided_only=True)
    assert ([*part.step.fields], part.step.cause) == (["email"], "unlawful")
    opener = home.house.opener()
    opened = [opener.personal(event) for event in home.house.events() if event.sealed]
    assert [one["email"] is Missing.ERASED for one in opened] == [True, True, False]
    assert home.due() == []


def test_the_preview_of_an_erasure_names_the_newest_day_of_what_goes(home: Home) -> None:
    times = ("2026-03-05T10:00:00Z", "2026-11-05T23:30:00Z", "2026-04-05T10:00:00Z")
    home.tell(*customer(), *(held("contact", time=time) for time in times))
    home.tell(held("traffic", time="2026-10-10T10:00:00Z", origin="network"))
    (seen,) = preview(home.site, WHO, ErasureScope("unlawful", None, ["contact", "traffic"]))
    # In Dutch time; of a rolling category the end of the month.
    days = {name: day.isoformat() for name, day in seen.step.newest.items()}
    assert days == {"contact": "2026-11-06", "traffic": "2026-11-01"}


def test_an_ended_consent_takes_what_rested_on_it_alone(home: Home) -> None:
    web = {"activity": "web", "legal_basis": "6-1-a", "origin": "cookie"}
    home.tell(
        consented(),
        held("behaviour", **web),
        held("contact", **web),
        held("contact", time="2026-01-11T10:00:00Z"),
    )
    assert home.due() == []
    home.tell(withdrawn("2026-11-20T10:00:00Z"))
    (done,) = home.due()
    assert (done.step.cause, done.step.erased) == ("consent-withdrawn", ("behaviour",))
    assert home.open_categories() == {"contact"}
    assert home.due() == []


def test_a_consent_that_was_given_again_keeps_it(home: Home) -> None:
    web = {"activity": "web", "legal_basis": "6-1-a", "origin": "cookie"}
    home.tell(consented(), held("behaviour", **web), withdrawn("2026-02-01T10:00:00Z"))
    home.tell(consented("2026-03-01T10:00:00Z"))
    assert home.due() == []


def test_periods_pass_category_by_category_and_month_by_month(home: Home) -> None:
    home.tell(
        *customer(),
        held("identity", "contact", time="2021-01-10T10:00:00Z"),
        *(held("traffic", time=f"2026-{m:02}-10T10:00:00Z", origin="network") for m in (3, 5, 9)),
    )
    today = day_of(home.clock())
    seen = [due.step for due in due_steps(home.house.session("reader"), today)]
    done = home.due()
    assert [one.step for one in done] == seen
    assert [(one.step.erased, one.step.month) for one in done] == [(("traffic",), 12 * 2026 + 2)]
    assert home.open_categories() == {"identity", "contact", "traffic"}
    assert home.due() == []
    home.clock.forward(days=365)
    gone = {category for one in home.due() for category in one.step.erased}
    assert gone == {"contact", "traffic"}
    assert home.open_categories() == {"identity"}
    assert home.due() == []


def test_what_keeps_data_stops_its_period(home: Home) -> None:
    request = {"request_ref": "R-2", "right": "access", "channel": "post"}
    home.tell(
        held("traffic", origin="network"),
        told(
            "rights-request-received", "2026-11-20T10:00:00Z", received_on="2026-11-20", **request
        ),
    )
    assert home.due() == []
    home.tell(
        told(
            "rights-request-answered", "2026-11-21T10:00:00Z", request_ref="R-2", outcome="granted"
        )
    )
    assert [one.step.erased for one in home.due()] == [("traffic",)]


def test_a_contact_person_goes_with_the_account_of_the_customer(home: Home) -> None:
    contact = f"{WHO}/contact/1"
    home.tell(
        told("contact-person-added", "2020-01-02T10:00:00Z", contact, customer=WHO),
        held("contact", who=contact, time="2020-01-10T10:00:00Z"),
    )
    assert home.due() == []
    home.tell(told("account-deactivated", "2024-01-01T10:00:00Z", reason="moved"))
    assert [one.step.erased for one in home.due()] == [("contact",)]


def test_entries_are_nobodys_long_after_everything_ended(home: Home) -> None:
    """The ledger's own period: the reference goes, and with it what ties the entries to a person."""
    home.tell(held("contact", time="2019-01-01T10:00:00Z"))
    home.tell(told("account-deactivated", "2019-02-01T10:00:00Z", reason="moved"))
    (first, last) = home.due()
    assert first.step.erased == ("contact",)
    assert last.erasure
    assert last.erasure.whole
    assert home.house.opener().live_subjects(WHO) == []


def test_entries_with_a_later_event_stay_somebodys(home: Home) -> None:
    home.tell(held("contact", time="2019-01-01T10:00:00Z"))
    home.tell(
        told("account-deactivated", "2019-02-01T10:00:00Z", reason="moved"),
        told("complaint-received", "2026-01-01T10:00:00Z", complaint_ref="K-1", via="post"),
    )
    assert [one.step.erased for one in home.due()] == [("contact",)]
    assert home.house.opener().live_subjects(WHO) != []


def test_tombstones_go_after_their_date(home: Home) -> None:
    home.tell(held("contact"))
    erase_asked(home.site, WHO, ASKED)
    assert home.site.expire_tombstones() == 0
    assert len(home.house.opener().periods(WHO)) == 1
    home.clock.forward(days=5 * 366)
    assert home.site.expire_tombstones() == 1
    assert home.site.expire_tombstones() == 0
    assert home.house.opener().periods(WHO) == []


def test_a_run_stops_between_two_transactions_and_goes_on_later(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deciding, "_TOGETHER", 1)
    people = [f"customer/{number}" for number in range(3)]
    home.tell(*(held("traffic", who=who, origin="network") for who in people))
    answers = iter([False, True])
    running = erase_due(home.site, stop=lambda: next(answers))
    assert next(running).step.erased == ("traffic",)
    with pytest.raises(Retry):
        next(running)
    assert len(home.due()) == 2


def test_upkeep_resumes_what_was_decided_and_nothing_else(overlapping: Home) -> None:
    erase_asked(overlapping.site, WHO, ASKED)
    overlapping.tell(
        hold("released", "2026-11-20T10:00:00Z", "traffic"),
        held("traffic", who="customer/1", origin="network"),
    )
    assert forget_waiting(overlapping.site) == (1, 0)
    assert overlapping.open_categories() == {"identity", "payment"}
    assert overlapping.open_categories("customer/1") == {"traffic"}
    assert forget_waiting(overlapping.site) == (0, 0)


def test_upkeep_waits_for_a_view_that_is_not_built(home: Home) -> None:
    with psycopg.connect(home.house.url) as connection:
        connection.execute("DELETE FROM ledger_main_views.view_bookmarks WHERE view = 'findings'")
    with pytest.raises(Retry, match="not built"):
        forget_waiting(home.site)
