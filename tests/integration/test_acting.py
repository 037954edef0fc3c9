"""Acts of the privacy office: events as if they came from upstream, or refused with a code and a pointer."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from application.acts.acting import Act, ActRefused, act
from host.settings import read_settings
from host.site import Site
from host.wiring import install_site, open_site
from ledger.event import RecordedEvent
from ledger.letters.dead import letters
from ledger.library.reader import LedgerReader
from rulebook import provision
from tests.fixtures.ledger import Clock

WHO = "customer/10023"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def site(database_url: str, tmp_path: Path, clock: Clock) -> Iterator[Site]:
    texts = {"LEDGER_DATABASE_URL": database_url, "LEDGER_PRIVACY_OFFICE": "urn:house:office"}
    settings = read_settings(texts, tmp_path)
    install_site(settings, clock)
    with open_site(settings, clock) as opened:
        yield opened


def asked(**members: Any) -> Act:
    facts = {
        "request_ref": "R-1",
        "right": "access",
        "channel": "post",
        "received_on": "2026-11-20",
    }
    return Act(
        **{
            "name": "rights-request-received",
            "subject": WHO,
            "provision": "eu.gdpr.15",
            "facts": facts,
            **members,
        }
    )


def recorded(site: Site) -> list[RecordedEvent]:
    return list(LedgerReader(site.session("reader")).replay())


def test_an_act_is_an_event_of_the_office_under_its_activity(site: Site, clock: Clock) -> None:
    done = act(site, [asked()])
    assert (done.recorded, done.duplicates, done.last_position) == (1, 0, 1)
    [event] = recorded(site)
    assert (event.id,) == done.ids
    assert event.source == "urn:house:office"
    assert event.time == clock.now
    assert (event.activity, event.legal_basis) == ("privacy-rights", "6-1-c")
    assert event.provision is not None
    assert provision(event.provision) is not None
    assert event.facts["received_on"] == "2026-11-20"
    assert event.origin == {"file": "privacy-office", "line": 1}


def test_acts_are_recorded_in_their_order_with_times_of_their_own(site: Site, clock: Clock) -> None:
    before = clock.now - timedelta(days=2)
    facts = {"request_ref": "R-1"}
    done = act(
        site, [asked(time=before), asked(name="identity-verified", facts=facts, categories=[])]
    )
    assert done.recorded == 2
    assert [event.time for event in recorded(site)] == [before, clock.now]


def test_personal_values_of_an_act_are_sealed(site: Site) -> None:
    letter = {"letter_text": "Op 20 november ontvangen"}
    act(site, [asked(categories=["correspondence"], personal=letter)])
    [event] = recorded(site)
    assert list(event.sealed) == ["correspondence"]
    assert event.categories == ("correspondence",)


def test_an_act_named_again_at_the_same_time_is_a_duplicate(site: Site, clock: Clock) -> None:
    one = asked(id="R-1.received", time=clock.now)
    assert act(site, [one]).recorded == 1
    clock.forward(hours=3)
    again = act(site, [one])
    assert (again.recorded, again.duplicates) == (0, 1)
    with pytest.raises(ActRefused, match="conflicting-duplicate"):
        act(site, [asked(id="R-1.received")])


def test_nothing_is_recorded_when_the_contract_refuses_one_of_several(site: Site) -> None:
    wrong = asked(facts={"request_ref": "R-1", "right": "everything"})
    with pytest.raises(ActRefused) as raised:
        act(site, [asked(), wrong])
    assert str(raised.value) == "rights-request-received was refused: schema at /data/right"
    assert (raised.value.code, raised.value.pointer) == ("schema", "/data/right")
    session = site.session("reader")
    assert recorded(site) == []
    assert letters(session) == []


def test_an_act_on_what_is_no_person_states_no_ground(site: Site) -> None:
    facts = {"breach_ref": "B-1", "detected_at": "2026-11-24T08:00:00Z", "regime": "gdpr"}
    act(site, [Act(name="breach-detected", subject="breach/B-1", facts=facts)])
    [event] = recorded(site)
    assert (event.activity, event.legal_basis, event.provision) == (None, None, None)
