"""Letters by form: the same bytes as by command; the read of name and address is recorded."""

from collections.abc import Iterator

import pytest

from tests.fixtures.postgres import Templates
from tests.web.office import Office, office, sent


@pytest.fixture(scope="module")
def desk(
    embedded_templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    with office(embedded_templates, tmp_path_factory.mktemp("letters") / "keys") as made:
        yield made


@pytest.fixture
def asked(desk: Office) -> str:
    """A person with an open request for access, whose identity was verified."""
    who = desk.person()
    sent(
        desk.officer,
        "/acts/open-request",
        subject=who,
        right="access",
        channel="post",
        ref=ref(who),
    )
    address = f"/requests/{ref(who)}/verify"
    sent(desk.officer, address, method="portal-login", failed="false")
    return who


def ref(who: str) -> str:
    return f"R-{who.rpartition('/')[2]}"


@pytest.mark.parametrize(
    ("form", "kind", "begins"),
    [
        ("pdf", "application/pdf", b"%PDF"),
        ("html", "text/html", b"<!doctype"),
        ("text", "text/plain", b""),
    ],
)
def test_a_letter_on_a_request_is_a_file(
    desk: Office, asked: str, form: str, kind: str, begins: bytes
) -> None:
    page = desk.officer.get(f"/requests/{ref(asked)}").text
    assert f'href="/requests/{ref(asked)}/letters"' in page
    assert "receipt of the request" in desk.officer.get(f"/requests/{ref(asked)}/letters").text
    done = desk.officer.post(
        f"/requests/{ref(asked)}/letter", what=form, letter="receipt", language=""
    )
    assert done.status_code == 200, done.text[:2000]
    assert done.headers["content-type"].startswith(kind)
    assert done.content.lower().startswith(begins.lower())
    desk.reads()
    events = desk.officer.api(f"/persons/{asked}/history")["events"]
    assert "letter" in {event["facts"].get("query") for event in events}


def test_a_language_may_be_chosen_and_a_letter_that_does_not_fit_is_refused(
    desk: Office, asked: str
) -> None:
    address, officer = f"/requests/{ref(asked)}/letter", desk.officer
    english = officer.post(address, what="text", letter="receipt", language="en")
    assert "We have received your request" in english.text
    dutch = officer.post(address, what="text", letter="receipt", language="")
    assert "Wij hebben uw verzoek ontvangen" in dutch.text
    assert officer.post(address, what="text", letter="refusal", language="").status_code == 409


def test_a_breach_is_written_about_once_enough_is_known(desk: Office) -> None:
    officer = desk.officer
    sent(officer, "/acts/detect-breach", ref="B-LETTER", regime="gdpr")
    address = "/incidents/B-LETTER/letter"
    assert 'name="subject"' in officer.get("/incidents/B-LETTER/letters").text
    refused = officer.post(address, what="text", language="en", subject="")
    assert refused.status_code == 409
    assert "nature" in refused.text
    sent(
        officer,
        "/incidents/B-LETTER/assess",
        risk="high",
        nature="confidentiality",
        description="A list was public",
        consequences="fraud",
        measures_taken="it is gone",
    )
    written = officer.post(address, what="text", language="en", subject="")
    assert "A list was public." in written.text


def test_a_person_has_announcements_and_notices_to_recipients(desk: Office) -> None:
    who, officer = desk.person(), desk.officer
    page = officer.get(f"/persons/{who}/letters").text
    assert "announcement of the privacy notice" in page
    refused = officer.post(
        f"/persons/{who}/letter", what="text", letter="announcement", language=""
    )
    assert refused.status_code == 409
    wrong = officer.post(f"/persons/{who}/letter", what="text", letter="nonsense", language="")
    assert wrong.status_code in {400, 422}


@pytest.mark.parametrize("role", ["auditor", "helpdesk-agent"])
def test_who_answers_no_requests_writes_no_letters(desk: Office, asked: str, role: str) -> None:
    client = desk.as_(role)
    assert client.get(f"/requests/{ref(asked)}/letters").status_code == 404
    done = client.post(f"/requests/{ref(asked)}/letter", what="text", letter="receipt", language="")
    assert done.status_code in {403, 404}
    assert client.get(f"/persons/{asked}/letters").status_code == 404
