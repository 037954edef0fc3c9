"""The page of one event: what it says, what it rests on, and who may see it."""

from typing import Any

import pytest

from ledger.reading import events_of
from tests.fixtures.console import declared, message, recipient, registered
from tests.web.console import Consoled
from tests.web.persons import IBAN, WHO, agent, page, record_persons


@pytest.fixture(scope="module")
def persons(sampled: Consoled) -> Consoled:
    record_persons(sampled)
    sampled.record(
        recipient("Incasso Voorbeeld", "incasso-77"),
        declared("activity-77"),
        registered("customer/77010", id="mistake"),
        message(
            "event-annulled",
            "customer/77010",
            time="2024-03-02T10:00:00+01:00",
            annuls="mistake",
            reason="wrong-person",
        ),
    )
    return sampled


def events(console: Consoled, reference: str) -> dict[str, dict[str, Any]]:
    """The latest event of each type about somebody."""
    lines = console.as_("operator").api(page(reference, "history"), limit="1000")["events"]
    return {line["type"].split(".")[-2]: line for line in reversed(lines)}


def test_a_disclosure_says_what_it_rests_on_in_words(persons: Consoled) -> None:
    line = events(persons, WHO)["personal-data-disclosed"]
    text = persons.as_("privacy-officer").get(f"/events/{line['position']}", language="en").text
    assert f"Event {line['position']:,}" in text
    assert "Art. 6(1)(f)" in text
    assert 'href="/register/debt-collection"' in text
    assert f'href="{page(WHO)}"' in text
    assert f'href="/proof/{line["position"]}"' in text
    assert "collection agency" in text
    assert "Netherlands" in text


def test_an_event_that_was_taken_back_says_so(persons: Consoled) -> None:
    line = events(persons, "customer/77010")["customer-registered"]
    text = persons.as_("auditor").get(f"/events/{line['position']}", language="en").text
    assert "This event was taken back." in text


def test_hidden_values_of_an_event_open_with_the_person(persons: Consoled) -> None:
    line = events(persons, WHO)["personal-data-corrected"]
    address = f"/events/{line['position']}"
    auditor = persons.as_("auditor", "employee/920")
    text = auditor.get(address).text
    assert IBAN not in text
    assert f'action="{page(WHO, "open")}"' in text
    shown = auditor.api(address)
    assert shown["event"]["personal"] == {"iban": {"masked": True}}
    assert shown["subject"] == WHO


def test_findings_of_an_event_lead_to_the_rule(persons: Consoled) -> None:
    officer = persons.as_("privacy-officer")
    position = _broken(persons)
    told = officer.api(f"/events/{position}")["findings"]
    assert told
    text = officer.get(f"/events/{position}").text
    assert f'href="/rules/{told[0]["rule"]}"' in text
    assert "findings" not in agent(persons).api(f"/events/{_seen_by_agent(persons)}")


def _broken(console: Consoled) -> int:
    """An event of a person that breaks a rule: data went to a recipient that no entry knows."""
    line = events(console, WHO)["personal-data-disclosed"]
    return int(line["position"])


def _seen_by_agent(console: Consoled) -> int:
    return int(agent(console).api(page(WHO, "history"))["events"][0]["position"])


@pytest.mark.parametrize(
    ("subject", "sees", "does_not"),
    [
        ("recipient/incasso-77", "disclosure-officer", "billing-clerk"),
        ("activity/activity-77", "auditor", "helpdesk-agent"),
    ],
)
def test_events_about_entries_are_for_those_who_have_that_part(
    persons: Consoled, subject: str, sees: str, does_not: str
) -> None:
    position = _last_about(persons, subject)
    assert persons.as_(sees).get(f"/events/{position}").status_code == 200
    assert persons.as_(does_not).get(f"/events/{position}").status_code == 404


def _last_about(console: Consoled, subject: str) -> int:
    """The position of the latest event about an entry."""
    with console.site() as site:
        source = site.source("event")
        stream = source.ledger.registry_stream(subject)
        return events_of(source.session, [stream])[-1].position


@pytest.mark.parametrize("position", ["0", "999999", "x", "-1"])
def test_there_is_no_event_where_none_is(persons: Consoled, position: str) -> None:
    response = persons.as_("operator").get(f"/events/{position}")
    assert response.status_code in {400, 404}


def test_an_event_is_there_from_when_it_was_recorded(persons: Consoled) -> None:
    operator, line = persons.as_("operator"), events(persons, WHO)["consent-given"]
    address, before = f"/events/{line['position']}", str(line["position"] - 1)
    assert operator.get(address, at_position=str(line["position"])).status_code == 200
    assert operator.get(address, at_position=before).status_code == 404
    assert operator.get(address, recorded_by="2020-01-01T00:00:00Z").status_code == 404
