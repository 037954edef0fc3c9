"""Letters of the office by command: what the reader can do, by when, with whom, in the reader's language."""

import tomllib
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest

from application.times import day_in_words
from documents import letters
from documents.letters import LETTERS
from rulebook import EXTENSIONS, REFUSALS
from schemas.texts import LANGUAGES
from tests.fixtures.console import Cli, collected, disclosed, message, registered
from tests.fixtures.moments import days_ago, hours_ago

WHO, OTHER = "customer/10023", "customer/10024"
VALUES = {
    "name": "J. de Vries",
    "email": "j@example.nl",
    "street": "Dorpsstraat",
    "house_number": "1",
    "postcode": "1234 AB",
    "city": "Leiden",
}
AUTHORITY = "Autoriteit Persoonsgegevens"


@pytest.fixture
def office(cli: Cli) -> Cli:
    """Two customers, of whom one reads English, and a recipient of data of the other."""
    cli.record(
        registered(WHO, time=days_ago(300)),
        collected(
            WHO,
            time=days_ago(300),
            categories=["identity", "contact", "address"],
            personal=VALUES,
        ),
        message(
            "recipient-registered",
            "recipient/bureau",
            time=days_ago(200),
            name="Het Bureau B.V.",
            kind="collection-agency",
            role="controller",
            country="NL",
            valid_from=days_ago(200)[:10],
        ),
        disclosed(
            WHO, time=days_ago(100), recipient="bureau", case_ref="IN-1", categories=["contact"]
        ),
        registered(OTHER, time=days_ago(300)),
        message(
            "privacy-notice-provided",
            OTHER,
            time=days_ago(299),
            activity="accounts",
            legal_basis="6-1-b",
            version="2026-1",
            channel="email",
            article="13",
            language="en",
        ),
    )
    assert cli("request", "open", WHO, "--right=access", "--channel=post", "--ref=R-1").status == 0
    return cli


def letter(office: Cli, *words: str) -> str:
    ran = office("letter", *words)
    assert ran.status == 0, ran.err
    assert sha256(ran.out).hexdigest() in ran.err
    return ran.out.decode()


def due(office: Cli, ref: str = "R-1") -> str:
    day: str = office("request", "show", ref, "--json").json["due_on"]
    return day


def spoken(office: Cli, day: str) -> str:
    return day_in_words(date.fromisoformat(day), "nl")


def test_a_receipt_says_until_when_and_names_nobody_who_did_not_show_who_they_are(
    office: Cli,
) -> None:
    text = letter(office, "request", "R-1")
    assert "Wij hebben uw verzoek ontvangen" in text
    assert f"uiterlijk op {spoken(office, due(office))} ons antwoord" in text
    assert AUTHORITY in text
    assert "Aan degene die verzoek R-1 deed" in text
    assert not [value for value in VALUES.values() if len(value) > 2 and value in text]
    office("request", "verify-identity", "R-1", "--method=portal-login")
    assert "J. de Vries\nDorpsstraat 1\n1234 AB Leiden" in letter(office, "request", "R-1")


def test_a_question_about_identity_says_what_to_give_by_when(office: Cli) -> None:
    assert office("letter", "request", "R-1", "--letter=identity").status == 1
    office("request", "verify-identity", "R-1", "--ask=copy-of-letter")
    text = letter(office, "request", "R-1")
    assert "een afschrift van een brief die wij u stuurden" in text
    assert "staat stil sinds" in text
    receipt = letter(office, "request", "R-1", "--letter=receipt")
    assert "staat stil" in receipt
    assert "ons antwoord. Lukt" not in receipt, "there is no day while the period stands still"


@pytest.mark.parametrize("reason", list(EXTENSIONS))
def test_an_extension_says_why_and_the_new_day(office: Cli, reason: str) -> None:
    before = due(office)
    office("request", "extend", "R-1", f"--reason={reason}")
    after = due(office)
    assert after > before
    text = letter(office, "request", "R-1")
    assert EXTENSIONS[reason].title_nl in text
    assert spoken(office, after) in text
    assert spoken(office, before) not in text
    assert reason not in text


@pytest.mark.parametrize("ground", [one.id for one in REFUSALS.values() if "access" in one.rights])
def test_a_refusal_says_its_ground_the_authority_and_the_court(office: Cli, ground: str) -> None:
    office("request", "verify-identity", "R-1", "--method=portal-login")
    ran = office("request", "refuse", "R-1", f"--ground={ground}")
    if ran.status:
        pytest.skip(ran.err)
    text = letter(office, "request", "R-1")
    assert REFUSALS[ground].text_nl in text
    assert AUTHORITY in text
    assert "rechtbank" in text
    assert "zes weken" in text
    assert ground not in text
    assert office("letter", "request", "R-1", "--letter=receipt").status == 1


def test_a_person_reads_the_language_of_the_last_document(office: Cli) -> None:
    office("request", "open", OTHER, "--right=access", "--channel=post", "--ref=R-2")
    assert "We have received your request" in letter(office, "request", "R-2")
    assert "Wij hebben uw verzoek" in letter(office, "request", "R-2", "--language", "nl")
    assert "Wij hebben uw verzoek" in letter(office, "request", "R-1")


def test_a_breach_is_told_when_all_of_it_is_known(office: Cli) -> None:
    office("incident", "detect", "B-1", "--regime=gdpr", "--at", hours_ago(20))
    ran = office("letter", "breach", "B-1", WHO)
    assert ran.status == 1
    assert "nature, description, consequences, measures" in ran.err
    assessed = (
        *("--risk=high", "--nature=confidentiality", "--description=Een lijst was openbaar"),
        *("--category=credential", "--consequence=misbruik van uw login."),
        *("--taken=de lijst is weg", "--proposed=nieuwe wachtwoorden"),
    )
    assert office("incident", "assess", "B-1", *assessed).status == 0
    text = letter(office, "breach", "B-1", WHO)
    assert "J. de Vries" in text
    assert "Een lijst was openbaar." in text
    assert "misbruik van uw login." in text
    assert "de lijst is weg; nieuwe wachtwoorden." in text
    assert "Wijzig uw wachtwoord" in text
    assert "Schrijf naar administratie@voipzeker.nl" in text
    everybody = office("letter", "breach", "B-1")
    assert everybody.out.decode().startswith("Aan onze klanten")
    total = sha256(everybody.out).hexdigest()
    told = office("incident", "tell", "B-1", WHO, "--channel=email", f"--sha256={total}")
    assert told.status == 0, told.err
    [act] = [one for one in office("history", WHO, "--json").acts if "subjects" in one["type"]]
    assert act["facts"]["sha256"] == total


def test_a_recipient_reads_what_became_of_the_data_and_by_when_to_answer(office: Cli) -> None:
    words = ("recipient", WHO, "--recipient=Het Bureau B.V.")
    assert office("letter", *words, "--action=erasure").status == 1
    office("erase", WHO, "--category=contact", "--ground=request")
    text = letter(office, *words, "--action=erasure")
    assert text.startswith("Het Bureau B.V.")
    assert "IN-1" in text
    assert "Wis deze gegevens ook bij u" in text
    assert "Laat ons uiterlijk op" in text
    assert "J. de Vries" not in text


def test_an_announcement_names_the_version_and_what_is_new(office: Cli) -> None:
    assert "no version" in office("letter", "announcement", WHO).err
    office.record(
        message(
            "privacy-notice-published",
            "notice/2026-2",
            time=days_ago(9),
            version="2026-2",
            sha256="ab" * 32,
            effective_from=days_ago(8)[:10],
            claims=[],
        )
    )
    text = letter(office, "announcement", WHO, "--recipient", "bureau")
    assert "versie 2026-2" in text
    assert "Het Bureau B.V." in text
    assert "bezwaar maken" in text
    assert "J. de Vries" in text
    assert "Het Bureau" not in letter(office, "announcement")


def test_each_letter_is_made_as_pdf_and_page_and_the_read_is_recorded(office: Cli) -> None:
    assert office("letter", "request", "R-1", "--format=pdf").out.startswith(b"%PDF")
    assert b"<h1>" in office("letter", "request", "R-1", "--format=html").out
    history = office("history", WHO, "--json").lines
    reads = [line["facts"]["query"] for line in history if "ledger-read" in line["type"]]
    assert "letter" in reads


def test_every_letter_is_in_both_languages_and_speaks_to_its_reader() -> None:
    file = Path(letters.__file__).with_name("letters.toml").read_text("utf-8")
    named = [one["name"] for one in tomllib.loads(file)["letter"]]
    assert sorted(LETTERS) == sorted(named)
    for one in LETTERS.values():
        for language in LANGUAGES:
            texts = [one.title, one.law, *one.said]
            texts += [text for part in one.sections for text in (part.title, part.text)]
            assert all(text.said(language).strip() for text in texts)
        assert "betrokkene" not in " ".join(text.nl for text in texts)
        assert "data subject" not in " ".join(text.en for text in texts)
        assert "{contact}" in one.sections[-1].text.nl or any(
            "{contact}" in part.text.nl or "{officer_or_contact}" in part.text.nl
            for part in one.sections
        ), "with whom"
