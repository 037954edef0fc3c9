"""What a role may not see by its pages, it does not see by another address either."""

import re
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from host.site import Site
from projections.folds.timetravel import NOW
from tests.web.console import ORIGIN, Client, Consoled, clock
from tests.web.programs import Programs
from web.context import RequestContext
from web.logins.limits import Limiter, own_acts
from web.pages.person_questions import FindBy, find_by
from web.principals import Principal
from web.problems import TooMany
from web.reasons import NOTHING_STATED, ReasonCode, Reasons, Statements

LDV, VNG = "/api/ldv/v1/processing-activities", "/api/vng/v1/verwerkte-objecten"
WHO = "/api/v1/persons/customer/10023"
ASKED = {"objecttype": "persoon", "beginDatum": "2020-01-01", "eindDatum": "2030-01-01"}
PARTIAL = ["helpdesk-agent", "billing-clerk", "disclosure-officer"]


def logged(client: Client, kind: str, id: str) -> list[Any]:
    """The objects of a person by VNG's interface, of which there are few enough for one answer."""
    response = client.get(VNG, **ASKED, soortObjectId=kind, objectId=id)
    assert response.status_code == 200, response.text
    results: list[Any] = response.json()["results"]
    return results


def id_of(event: Any) -> str:
    """The identifier of an event in every log."""
    return str(uuid5(NAMESPACE_URL, f"urn:processing-ledger:main:{event['source']} {event['id']}"))


@pytest.mark.parametrize("role", PARTIAL)
def test_the_log_of_a_person_has_the_acts_of_the_history_alone(
    sampled: Consoled, role: str
) -> None:
    own, whole = sampled.as_(role), sampled.as_("auditor")
    for id in ("10023", "10047", "10056"):
        answer = own.get(f"/api/v1/persons/customer/{id}/history", limit="1000")
        events = answer.json()["events"] if answer.status_code == 200 else []
        results = logged(own, "klant", id)
        told = {result["verwerkingsactie"]["actieId"] for result in results}
        assert told <= {id_of(event) for event in events}
        assert bool(told) == bool(events)
        other = next(
            result
            for result in logged(whole, "klant", id)
            if result["verwerkingsactie"]["actieId"] not in told
        )
        assert own.get(other["url"].removeprefix(ORIGIN)).status_code == 404
        assert whole.get(other["url"].removeprefix(ORIGIN)).status_code == 200


def test_the_log_of_an_employee_is_for_who_sees_to_staff(sampled: Consoled) -> None:
    id = sampled.as_("auditor").api("/staff")["employees"][0]["employee"].partition("/")[2]
    assert logged(sampled.as_("auditor"), "medewerker", id)
    assert not logged(sampled.as_("helpdesk-agent"), "medewerker", id)


@pytest.mark.parametrize("role", [*PARTIAL, "legal-counsel"])
def test_the_whole_log_is_for_who_audits_it(sampled: Consoled, role: str) -> None:
    program = Programs(sampled).client("log-reader", "ledger", role=role)
    assert program.post(LDV, json={"startTime": 0}).status_code == 403


def test_to_read_the_whole_log_is_a_read(sampled: Consoled) -> None:
    sampled.reads()
    program = Programs(sampled).client("log-reader", "ledger")
    assert program.post(LDV, json={"startTime": 0}).status_code == 200
    assert sampled.reads() == 1


@pytest.mark.parametrize("role", PARTIAL)
def test_what_judges_all_that_is_held_is_not_for_who_may_know_a_part(
    sampled: Consoled, role: str
) -> None:
    assert sampled.as_(role).get(f"{WHO}/credit-check").status_code == 404
    assert sampled.as_("auditor").get(f"{WHO}/credit-check").status_code == 200


def test_an_answer_with_everything_counts_as_an_opening(sampled: Consoled) -> None:
    with sampled.site() as site:
        context = visited(site, "privacy-officer", most=1)
        context.whole_source("report")
        with pytest.raises(TooMany):
            context.whole_source("report")


def visited(site: Site, role: str, *, most: int) -> RequestContext:
    """A visit of an employee in a role, who opens so many values in an hour."""
    who = Principal("employee/900", role, "staff", "oidc", clock(), judged=False)
    statements = Statements(Reasons(), Limiter(most, 3600.0), "login", who.reference, own_acts())
    return RequestContext(site, who, "en", NOW, NOTHING_STATED, statements)


@pytest.mark.parametrize(
    ("role", "reason"), [("helpdesk-agent", None), ("auditor", "audit-sample")]
)
def test_a_search_by_value_counts_as_an_opening(
    sampled: Consoled, role: str, reason: ReasonCode | None
) -> None:
    """Also where the register opens the value: who tries addresses one by one is turned away."""
    asked = FindBy(field="email", value="nobody@example.nl", reason=reason)
    with sampled.site() as site:
        context = visited(site, role, most=2)
        for _ in range(2):
            find_by(context, asked)
        with pytest.raises(TooMany):
            find_by(context, asked)


def test_what_opens_nothing_answers_as_nothing(sampled: Consoled) -> None:
    """To open, to close and to have a report: the same for a person who is there and one who is not."""
    for role in ("helpdesk-agent", "security-officer", "team-lead", "disclosure-officer"):
        client = sampled.as_(role)
        for act in ("open", "close"):
            sent = [
                client.post(f"/persons/customer/{id}/{act}", category=category, reason="complaint")
                for id in ("10023", "nobody-9")
                for category in ("contact", "nonsense")
            ]
            assert {response.status_code for response in sent} == {404}
            assert len({re.sub("10023|nobody-9", "WHO", one.text) for one in sent}) == 1
        for asked in ("access-report", "portability", "state?open=contact&reason=complaint"):
            address = "/api/v1/persons/customer/{}/" + asked
            answers = [client.http.get(address.format(id)) for id in ("10023", "nobody-9")]
            assert [response.status_code for response in answers] == [404, 404]
            assert answers[0].content == answers[1].content


LONG = "9" * 5000


@pytest.mark.parametrize(
    ("address", "status"),
    [
        (f"/api/v1/register?at-position={LONG}", 400),
        (f"/register?as-of=&at-position={LONG}", 400),
        (f"/proof/{LONG}", 404),
        (f"/proof/{LONG}.entry", 404),
        ("/api/v1/incidents/%00", 400),
        ("/api/v1/disclosures?recipient=%00", 400),
        ("/api/v1/disclosures?kind=a%00", 400),
        ("/api/v1/dead-letters?code=%00", 400),
        ("/persons/customer/10023?from=9999-12-31", 400),
        ("/transparency?from=0001-01-02", 400),
        (f"{WHO}/comparison?as-of=0001-06-01T00:00:00Z", 400),
    ],
)
def test_no_number_and_no_text_is_too_odd(sampled: Consoled, address: str, status: int) -> None:
    assert sampled.as_("operator").http.get(address).status_code == status


@pytest.mark.parametrize("part", ["requests", "complaints", "incidents"])
def test_a_case_that_is_not_there_is_not_named_again(sampled: Consoled, part: str) -> None:
    answer = sampled.as_("auditor").get(f"/api/v1/{part}/jan.jansen")
    assert answer.status_code == 404
    assert "jansen" not in answer.text


def test_nobody_sends_a_form_without_end(sampled: Consoled) -> None:
    content, form = b"a=" + b"b" * 300_000, "application/x-www-form-urlencoded"
    program = Programs(sampled).client("writer", "ledger", role="operator")
    for address in ("/persons/look-up", "/persons/find", "/sessions/end", "/no-page"):
        answer = program.post(address, content=content, headers={"content-type": form})
        assert answer.status_code == 413
    person = sampled.as_("operator")
    token = person.session.csrf if person.session else ""
    headers = {"x-csrf-token": token, "origin": ORIGIN, "sec-fetch-site": "same-origin"}
    answer = person.http.post("/persons/look-up", content=content, headers=headers)
    assert answer.status_code == 413
