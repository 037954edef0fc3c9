"""Complaints and consents by form: received, answered once, withdrawn; and codes offered in words."""

import re
from collections.abc import Iterator

import pytest

from application.acts.offered import COMPLAINT_OUTCOMES, COMPLAINT_WAYS, HOLD_GROUNDS
from tests.fixtures.console import declared
from tests.fixtures.ledger import message
from tests.fixtures.postgres import Templates
from tests.web.console import Client
from tests.web.office import (
    Office,
    checked,
    confirmed,
    filled,
    office,
    sent,
    wrong_fields,
)

_OPTION = re.compile(r'<option value="([^"]+)"[^>]*>([^<]+)</option>')


@pytest.fixture(scope="module")
def desk(
    embedded_templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    keys = tmp_path_factory.mktemp("complaints") / "keys"
    with office(embedded_templates, keys) as made:
        yield made


def received(desk: Office, who: str, ref: str) -> None:
    done = sent(desk.officer, "/acts/receive-complaint", subject=who, via="phone", ref=ref)
    assert done.headers["location"] == f"/complaints/{ref}?subject={who.replace('/', '%2F')}"


def test_a_complaint_is_recorded_waits_and_is_answered_once(desk: Office) -> None:
    who, officer = desk.person(), desk.officer
    received(desk, who, "KL-1")
    assert "KL-1" in officer.get("/complaints").text
    assert "/complaints/KL-1/answer" in officer.get("/complaints/KL-1").text
    again = sent(officer, "/acts/receive-complaint", subject=who, via="post", ref="KL-1")
    assert (again.status_code, wrong_fields(again)) == (409, ["ref"])
    page, confirming = checked(
        officer, "/complaints/KL-1/answer", via="post", outcome="partly-upheld"
    )
    assert "partly upheld" in page.text
    assert officer.api("/complaints/KL-1")["open"], "it is only shown"
    assert officer.post("/complaints/KL-1/answer", **confirming).status_code == 303
    assert officer.post("/complaints/KL-1/answer", **confirming).status_code == 303, "one click"
    acts = desk.acts(who)
    assert [act["act"] for act in acts][-2:] == ["complaint-received", "complaint-answered"]
    assert acts[-1] == {
        "act": "complaint-answered",
        "complaint_ref": "KL-1",
        "via": "post",
        "outcome": "partly-upheld",
    }
    assert "/complaints/KL-1/answer" not in officer.get("/complaints/KL-1").text
    late = sent(officer, "/complaints/KL-1/answer", via="post", outcome="upheld")
    assert late.status_code == 409
    assert "answered" in late.text


def test_an_answer_does_not_come_before_its_complaint(desk: Office) -> None:
    who, officer = desk.person(), desk.officer
    received(desk, who, "KL-2")
    early = sent(
        officer, "/complaints/KL-2/answer", via="post", outcome="upheld", at="2026-01-01 10:00"
    )
    assert (early.status_code, wrong_fields(early)) == (409, ["at"])
    nobody = sent(officer, "/acts/receive-complaint", subject="customer/99999", via="post")
    assert (nobody.status_code, wrong_fields(nobody)) == (400, ["subject"])


@pytest.mark.parametrize("role", ["auditor", "helpdesk-agent", "legal-counsel", "team-lead"])
def test_who_answers_no_requests_has_no_such_form(desk: Office, role: str) -> None:
    who = desk.person()
    for path in ("/acts/receive-complaint", f"/acts/withdraw-consent?subject={who}"):
        client = desk.as_(role)
        assert client.http.get(path).status_code == 404, (role, path)
        assert client.post(path, subject=who).status_code == 404, (role, path)


def given(desk: Office, who: str, purpose: str) -> None:
    desk.record(
        message(
            "consent-given",
            who,
            time="2026-05-01T10:00:00Z",
            purpose=purpose,
            text_version=f"{purpose}/1",
            method="checkbox",
            channel="portal",
            activity="direct-marketing",
            legal_basis="6-1-a",
        )
    )


def test_a_consent_is_withdrawn_by_telephone(desk: Office) -> None:
    who, officer = desk.person(), desk.officer
    given(desk, who, "newsletter")
    consents = f"/persons/{who}/consents"
    path = f"/acts/withdraw-consent?subject={who}&purpose=newsletter"
    assert "/acts/withdraw-consent" in officer.get(consents).text
    page, confirming = checked(officer, path, channel="phone")
    assert "newsletter" in page.text
    assert "telephone" in page.text
    assert officer.post(path, **confirming).headers["location"] == consents
    [act] = [act for act in desk.acts(who) if act["act"] == "consent-withdrawn"]
    assert (act["purpose"], act["channel"]) == ("newsletter", "phone")
    last = officer.api(f"/persons/{who}/history")["events"][0]
    assert (last["activity"], last["legal_basis"]) == ("direct-marketing", "6-1-a")
    assert "/acts/withdraw-consent" not in officer.get(consents).text
    again = sent(officer, path, purpose="newsletter", channel="phone")
    assert (again.status_code, wrong_fields(again)) == (409, ["purpose"])


def offered(client: Client, path: str) -> dict[str, str]:
    """The codes that a form offers, with their words."""
    return {code: words for code, words in _OPTION.findall(client.http.get(path).text)}


@pytest.mark.parametrize("language", ["en", "nl"])
def test_codes_are_offered_in_words(desk: Office, language: str) -> None:
    client = desk.as_("privacy-officer")
    client.http.cookies.set("language", language)
    who = desk.person()
    received(desk, who, f"KL-9-{language}")
    forms = {
        "/acts/receive-complaint": COMPLAINT_WAYS,
        f"/complaints/KL-9-{language}/answer": COMPLAINT_OUTCOMES,
        "/acts/place-hold": HOLD_GROUNDS,
    }
    for path, codes in forms.items():
        shown = offered(client, path)
        assert set(codes) <= set(shown), path
        assert not any("-" in shown[code] for code in codes if shown[code] != "e-mail"), path


def own(words: str) -> dict[str, str]:
    """What a form sends when somebody chose a ground, and wrote another one."""
    return {"ground": "civil-claim", "ground-other": words}


def test_own_words_count_instead_of_the_choice_and_become_a_code(desk: Office) -> None:
    who, officer = desk.person(), desk.officer
    fields = {"subject": who, "ref": "HOLD-W", "review_on": "2026-12-01", "category": ["contact"]}
    wrong = sent(officer, "/acts/place-hold", **fields, **own("één & ander"))
    assert (wrong.status_code, wrong_fields(wrong)) == (400, ["ground"])
    assert "één &amp; ander" in wrong.text, "nothing is lost of what was typed"
    twice = sent(officer, "/acts/place-hold", **fields, ground=["civil-claim", "dispute"])
    assert twice.status_code == 400, "two choices are none"
    done = sent(officer, "/acts/place-hold", **fields, **own(" Insurance claim "))
    assert done.status_code == 303, wrong_fields(done)
    [hold] = officer.api("/holds", subject=who)["holds"]
    assert hold["ground"] == "insurance-claim"
    shown = filled(officer, f"/holds/HOLD-W/review?subject={who}")
    assert shown["category"] == "contact"


def test_a_person_objects_to_an_activity_that_the_form_names(desk: Office) -> None:
    desk.record(declared("direct-marketing", name="Nieuwsbrieven en aanbiedingen"))
    who, officer = desk.person(), desk.officer
    page = officer.get("/acts/open-request", subject=who)
    assert '<option value="direct-marketing">Nieuwsbrieven en aanbiedingen</option>' in page.text
    done = sent(
        officer,
        "/acts/open-request",
        subject=who,
        right="objection",
        channel="phone",
        activity="direct-marketing",
        ref="VZ-OBJ",
    )
    assert done.status_code == 303
    steps = officer.get("/requests/VZ-OBJ").text
    assert "Nieuwsbrieven en aanbiedingen" in steps
    assert confirmed(officer, "/requests/VZ-OBJ/answer").status_code == 303
    assert "objection-upheld" in [act["act"] for act in desk.acts(who)]
