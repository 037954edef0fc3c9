"""Acts on requests by form: the same checks and events as by command, and nothing lost of what was typed."""

from collections.abc import Iterator

import pytest

from tests.fixtures.postgres import Templates
from tests.web.office import (
    Office,
    checked,
    confirmed,
    fields_of,
    filled,
    office,
    sent,
    wrong_fields,
)

OPEN = "/acts/open-request"


@pytest.fixture(scope="module")
def desk(
    embedded_templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    with office(embedded_templates, tmp_path_factory.mktemp("desk") / "keys") as made:
        yield made


def opened(desk: Office, who: str, right: str = "access", **more: str) -> str:
    """A request that was opened by form; its address."""
    done = sent(desk.officer, OPEN, subject=who, right=right, channel="post", **more)
    assert done.status_code == 303, done.text[:3000]
    return done.headers["location"].partition("?")[0]


def verified(desk: Office, who: str, right: str) -> str:
    """A request whose person has shown who they are; its address."""
    address = opened(desk, who, right)
    done = sent(desk.officer, f"{address}/verify", method="portal-login", failed="false")
    assert done.status_code == 303, done.text[:3000]
    return address


def test_a_request_is_opened_and_stands_in_the_list(desk: Office) -> None:
    who = desk.person()
    address = opened(desk, who, ref="VZ-OPEN-A", letter="Please send me everything.")
    assert address == "/requests/VZ-OPEN-A"
    received = desk.acts(who)[-1]
    assert received["act"] == "rights-request-received"
    assert (received["right"], received["channel"]) == ("access", "post")
    rows = desk.officer.api("/requests", subject=who)["requests"]
    assert [row["request_ref"] for row in rows] == ["VZ-OPEN-A"]
    assert "VZ-OPEN-A" in desk.officer.get("/requests").text
    assert "Please send me" not in desk.officer.get(address).text, "it is sealed"


def test_a_document_is_for_the_open_request_and_in_the_language_of_the_person(desk: Office) -> None:
    who, officer = desk.person(), desk.officer
    opened(desk, who, "portability")
    ref = opened(desk, who).rpartition("/")[2].partition("?")[0]
    page = officer.get(f"/persons/{who}/documents").text
    assert f'<option value="{ref}" selected>' in page
    assert '<option value="nl" selected>' in page
    path, what = f"/persons/{who}/report", "access.html"
    for language, fields in (("nl", {}), ("nl", {"language": "nl"}), ("en", {"language": "en"})):
        assert f'<html lang="{language}"' in officer.post(path, what=what, **fields).text


def test_a_form_that_is_sent_twice_does_it_once(desk: Office) -> None:
    who, officer = desk.person(), desk.officer
    fields = filled(officer, OPEN, subject=who, right="access", channel="post")
    first, second = officer.post(OPEN, **fields), officer.post(OPEN, **fields)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"]
    assert [act["act"] for act in desk.acts(who)].count("rights-request-received") == 1


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("subject", {"right": "access", "channel": "post"}),
        ("subject", {"subject": "nobody", "right": "access", "channel": "post"}),
        ("subject", {"subject": "customer/1", "right": "access", "channel": "post"}),
        ("right", {"subject": "WHO", "right": "everything", "channel": "post"}),
        ("channel", {"subject": "WHO", "right": "access"}),
        (
            "received_on",
            {"subject": "WHO", "right": "access", "channel": "post", "received_on": "2030-01-01"},
        ),
        ("activity", {"subject": "WHO", "right": "objection", "channel": "post"}),
        ("activity", {"subject": "WHO", "right": "objection", "channel": "post", "activity": "x"}),
        ("at", {"subject": "WHO", "right": "access", "channel": "post", "at": "yesterday"}),
    ],
)
def test_wrong_input_is_told_beside_the_field_and_stays(
    desk: Office, field: str, fields: dict[str, str]
) -> None:
    who, officer = desk.person(), desk.officer
    typed = {name: who if text == "WHO" else text for name, text in fields.items()}
    page = sent(officer, OPEN, letter="What I wrote <b>&amp;", **typed)
    assert page.status_code == 400
    assert wrong_fields(page) == [field]
    assert f'href="#{field}"' in page.text
    assert "What I wrote &lt;b&gt;&amp;amp;" in page.text
    assert typed.get("subject", "") in page.text
    assert len(desk.acts(who)) == 2, "nothing was recorded"


@pytest.mark.parametrize("role", ["auditor", "legal-counsel", "team-lead", "helpdesk-agent"])
def test_a_role_that_may_not_finds_no_form_and_does_nothing(desk: Office, role: str) -> None:
    who = desk.person()
    address = opened(desk, who)
    client = desk.as_(role)
    for path in (OPEN, f"{address}/refuse", f"{address}/answer"):
        assert client.get(path).status_code == 404
        fields = {"subject": who, "right": "access", "channel": "post", "ground": "excessive"}
        assert client.post(path, **fields).status_code == 404
    assert "/acts/" not in client.get("/requests").text
    assert f"{address}/" not in client.get(address).text
    assert [act["act"] for act in desk.acts(who)][-1] == "rights-request-received"


def test_a_form_without_its_token_does_nothing(desk: Office) -> None:
    who, officer = desk.person(), desk.officer
    fields = filled(officer, OPEN, subject=who, right="access", channel="post")
    assert officer.post(OPEN, **fields | {"csrf": "another"}).status_code == 403
    assert officer.http.post(OPEN, data=fields).status_code == 403
    assert len(desk.acts(who)) == 2


def test_a_refusal_is_shown_first_with_what_must_be_told(desk: Office) -> None:
    who = desk.person()
    address = opened(desk, who)
    officer = desk.officer
    page, confirming = checked(officer, f"{address}/refuse", ground="excessive")
    assert "authority" in page.text
    assert "court" in page.text
    assert desk.acts(who)[-1]["act"] == "rights-request-received", "nothing happens before"
    done = desk.officer.post(f"{address}/refuse", **confirming)
    assert done.status_code == 403, "the token is that of another login"
    done = officer.post(f"{address}/refuse", **confirming)
    assert done.headers["location"].startswith(address)
    refused = desk.acts(who)[-1]
    assert (refused["act"], refused["ground"]) == ("rights-request-refused", "excessive")
    assert "/refuse" not in desk.officer.get(address).text, "nothing more can be done"


def test_the_second_of_two_is_told_what_the_first_did(desk: Office) -> None:
    who = desk.person()
    address = opened(desk, who)
    first, second = desk.officer, desk.officer
    path = f"{address}/close"
    stale = filled(second, path, outcome="withdrawn")
    assert sent(first, path, outcome="duplicate").status_code == 303
    page = second.post(path, **stale)
    assert page.status_code == 409
    assert "nothing more can be done on it" in page.text
    assert [act["act"] for act in desk.acts(who)].count("rights-request-answered") == 1


def test_what_has_changed_since_it_was_shown_is_not_confirmed(desk: Office) -> None:
    who = desk.person()
    address, officer = opened(desk, who), desk.officer
    path = f"{address}/extend"
    _, confirming = checked(officer, path, reason="complexity")
    sent(desk.officer, f"{address}/verify", method="portal-login", failed="false")
    page = officer.post(path, **confirming)
    assert page.status_code == 409
    assert "has changed since you looked" in page.text
    assert "rights-request-extended" not in [act["act"] for act in desk.acts(who)]
    assert officer.post(path, **fields_of(page)).status_code == 303
    assert desk.acts(who)[-1]["act"] == "rights-request-extended"


def test_from_a_preview_a_person_goes_back_to_what_they_typed(desk: Office) -> None:
    address, officer = opened(desk, desk.person()), desk.officer
    path = f"{address}/refuse"
    _, confirming = checked(officer, path, ground="excessive", at="2026-06-01 10:00")
    page = officer.post(path, **confirming, change="1")
    assert page.status_code == 200
    assert '<option value="excessive" selected>' in page.text
    assert 'value="2026-06-01 10:00"' in page.text


def test_identity_that_was_not_verified_keeps_an_answer_back(desk: Office) -> None:
    who = desk.person()
    address = opened(desk, who, "erasure")
    page = sent(desk.officer, f"{address}/answer", outcome="granted")
    assert page.status_code == 409
    assert "identity was not verified" in page.text
    assert desk.acts(who)[-1]["act"] == "rights-request-received"


def test_an_erasure_shows_what_goes_and_then_it_is_gone(desk: Office) -> None:
    who, officer = desk.person(), desk.officer
    address = verified(desk, who, "erasure")
    page, confirming = checked(officer, f"{address}/answer", outcome="granted")
    assert "Nothing brings back what is erased." in page.text
    assert "Contact" in page.text
    assert officer.api(f"/persons/{who}/state")["erased_categories"] == []
    assert officer.post(f"{address}/answer", **confirming).status_code == 303
    ref = address.rpartition("/")[2]
    rows = officer.api("/requests", all="true")["requests"]
    ended = next(row for row in rows if row["request_ref"] == ref)
    assert ended["status"] == "answered"
    assert "contact" in officer.api(f"/persons/{who}/state")["erased_categories"]


def test_a_restriction_is_answered_with_what_is_restricted(desk: Office) -> None:
    who = desk.person()
    address = opened(desk, who, "restriction")
    officer = desk.officer
    page = sent(officer, f"{address}/answer", ground="unlawful-processing")
    assert (page.status_code, wrong_fields(page)) == (400, ["category"])
    done = confirmed(
        officer,
        f"{address}/answer",
        outcome="granted",
        category=["contact"],
        ground="unlawful-processing",
    )
    assert done.status_code == 303, done.text[:2000]
    acts = [act["act"] for act in desk.acts(who)]
    assert acts[-2:] == ["processing-restricted", "rights-request-answered"]


def test_a_case_that_is_not_there_is_an_address_with_nothing(desk: Office) -> None:
    for path in ("/requests/VZ-NONE", "/requests/VZ-NONE/refuse", "/complaints/KL-NONE"):
        assert desk.officer.get(path).status_code == 404


def test_as_of_the_past_a_request_stands_as_it_did_and_no_act_is_offered(desk: Office) -> None:
    who = desk.person()
    address = opened(desk, who, at="2026-05-01 10:00", received_on="2026-05-01")
    sent(desk.officer, f"{address}/close", outcome="withdrawn")
    now = desk.officer.get(address)
    then = desk.officer.get(address, as_of="2026-05-02T00:00:00Z")
    assert "closed" in now.text
    assert "/refuse" not in then.text
    assert "open" in then.text
    answer = desk.officer.api(address, as_of="2026-05-02T00:00:00Z")
    assert (answer["status"], answer["ended_at"]) == ("open", None)
    rows = desk.officer.api("/requests", subject=who, as_of="2026-05-02T00:00:00Z")["requests"]
    assert [row["status"] for row in rows] == ["open"]
    assert desk.officer.get(address, as_of="2026-04-01T00:00:00Z").status_code == 404
