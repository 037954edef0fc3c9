"""Letters to a person: they speak to that person in plain words, with dates and data, not codes or keys."""

import re
from html import unescape
from typing import Any

import pytest

from application.acts.answering import ANSWER_OUTCOMES, RESTRICTIONS
from application.acts.offered import ASKED, METHODS, OBJECTION_GROUNDS
from rulebook import EXTENSIONS, REFUSALS
from rulebook.incidents import NATURES
from schemas.texts import LANGUAGES, Language, word_of
from tests.fixtures.console import (
    Cli,
    collected,
    consented,
    declared,
    disclosed,
    message,
    registered,
)
from tests.fixtures.moments import days_ago

WHO, OTHER = "customer/10023", "customer/10024"
MONTHS = "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
VALUES = {
    "name": "J. de Vries",
    "email": "j@example.nl",
    "street": "Dorpsstraat",
    "house_number": "1",
    "postcode": "1234 AB",
    "city": "Leiden",
    "iban": "NL91ABNA0417164300",
}


@pytest.fixture
def house(cli: Cli) -> Cli:
    """Two customers; the law keeps the invoice of one, and nothing keeps what is of the other."""
    taxed = {"activity": "billing", "legal_basis": "6-1-c", "provision": "nl.awr.52"}
    cli.record(
        declared("billing", time=days_ago(400)),
        registered(WHO, time=days_ago(300)),
        collected(
            WHO,
            time=days_ago(300),
            categories=["identity", "contact", "address", "payment"],
            personal=VALUES,
        ),
        consented(WHO, time=days_ago(200)),
        disclosed(WHO, time=days_ago(100)),
        message(
            "invoice-sent",
            WHO,
            time=days_ago(90),
            **taxed,
            reference="F-1",
            channel="email",
            categories=["identity", "address", "payment"],
        ),
        registered(OTHER, time=days_ago(900)),
        collected(
            OTHER, time=days_ago(900), categories=["contact"], personal={"email": "k@example.nl"}
        ),
    )
    return cli


def text(page: bytes) -> str:
    body = re.sub(r"<(script|style).*?</\1>", " ", page.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


def letter_of_erasure(cli: Cli, position: int, language: Language) -> str:
    assert cli("publish", "--once").status == 0
    words = ("certificate", "write", str(position), "--format", "html", "--output", "-")
    ran = cli(*words, "--language", language)
    assert ran.status == 0, ran.err
    return text(ran.out)


def check_plain(letter: str) -> None:
    """Nothing that no person would write to another one."""
    above = letter.partition("Hoe u dit kunt nagaan")[0]
    for word in ("betrokkene", "sleutel", "pseudoniem", "register en zijn"):
        assert word not in above, word
    assert not re.search(r"\b[a-z]+-[a-z]+-[a-z]+\b(?!\.)", above), above
    assert not re.search(r"(?<![\w/.-])20\d\d-\d\d-\d\d", above)
    assert "GDPR" not in letter


def erase(house: Cli) -> int:
    house("request", "open", WHO, "--right", "erasure", "--channel", "email", "--ref", "E-1")
    house("request", "verify-identity", "E-1", "--method", "call-back")
    assert house("request", "answer", "E-1").status == 0
    rows = house("history", WHO, "--json").lines
    return int(next(r["position"] for r in rows if "personal-data-erased" in r["type"]))


def test_after_a_partial_erasure_it_says_what_is_kept_and_why(house: Cli) -> None:
    position = erase(house)
    dutch = letter_of_erasure(house, position, "nl")
    check_plain(dutch)
    assert "deze gegevens van u gewist (op verzoek): contactgegevens." in dutch
    assert "Wij bewaren nog: adres, identiteit, betaalgegevens." in dutch
    assert "U vroeg erom, en wij hebben geen reden om het te bewaren" in dutch
    assert re.search(r"Een wet verplicht ons het te bewaren tot 1 januari \d{4}", dutch)
    assert re.search(rf"volgens dat schema op \d+ ({MONTHS}) \d{{4}}\.", dutch)
    english = letter_of_erasure(house, position, "en")
    assert "We still keep: address, identity, payment." in english
    for letter, write in (dutch, "Schrijf ons via"), (english, "Write to us at"):
        own = letter.index(f"{write} administratie@voipzeker.nl")
        assert own < letter.index("autoriteitpersoonsgegevens.nl") < letter.index("SHA-256")
    assert "You asked for it, and we have no reason to keep it" in english
    assert "The person" not in english


def test_after_a_whole_erasure_it_says_that_nothing_is_kept(house: Cli) -> None:
    erased: Any = house("erase", OTHER, "--ground", "request", "--json").json["erasures"][0]
    position = erased["last_position"]
    dutch = letter_of_erasure(house, position, "nl")
    check_plain(dutch)
    assert "gewist (op verzoek): alle gegevens die wij van u hadden." in dutch
    assert "personeel" not in dutch, "what a customer never gave is not in the letter"
    assert "Wij bewaren nog" not in dutch
    assert "gewist" in dutch


def test_an_extension_says_why_and_until_when(house: Cli) -> None:
    house("request", "open", WHO, "--right", "access", "--channel", "phone", "--ref", "A-1")
    house("request", "verify-identity", "A-1", "--method", "call-back")
    notice = house("request", "extend", "A-1", "--reason", "complexity", "--json").json["notice"]
    assert "het verzoek is complex (AVG art. 12 lid 3)" in notice["nl"]
    assert re.search(rf"uiterlijk op \d+ ({MONTHS}) \d{{4}} ons antwoord", notice["nl"])
    assert "We need more time for your request: the request is complex" in notice["en"]
    dutch = house("request", "show", "A-1", "--language", "nl").out.decode()
    assert "complexity" not in dutch
    assert "Autoriteit" in notice["nl"]
    written = str(house.folder / "report")
    assert house("report", "access", WHO, "--request", "A-1", "--output", written).status == 0
    assert house("request", "answer", "A-1", "--json").json["notice"] is None


def test_the_access_report_speaks_to_the_person(house: Cli) -> None:
    house("request", "open", WHO, "--right", "access", "--channel", "phone", "--ref", "A-1")
    house("request", "verify-identity", "A-1", "--method", "call-back")
    house("request", "extend", "A-1", "--reason", "number-of-requests")
    report = text(house("report", "access", WHO, "--format", "html").out)
    assert "de betrokkene" not in report
    assert "Uw verzoek (A-1) is in behandeling" in report
    assert "number-of-requests" not in report
    assert "het aantal verzoeken" in report
    assert re.search(r"in elk geval tot 1 januari \d{4}", report)
    for value in VALUES.values():
        assert value in report


@pytest.mark.parametrize("ground", REFUSALS)
def test_a_refusal_cites_the_law_in_the_language_of_the_letter(cli: Cli, ground: str) -> None:
    cli.record(registered(WHO, time=days_ago(9)))
    right = REFUSALS[ground].rights[0]
    asked = ("--activity", "billing") if right == "objection" else ()
    cli("request", "open", WHO, "--right", right, "--channel", "post", "--ref", "R-1", *asked)
    ran = cli("request", "refuse", "R-1", "--ground", ground, "--json")
    if ran.status:
        pytest.skip(ran.err)
    notice = ran.json["notice"]
    assert "GDPR" not in notice["nl"]
    assert not re.search(r"art\. \d+\(", notice["nl"])
    assert "AVG" in notice["nl"]
    assert "GDPR" in notice["en"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_offered_for_a_letter_has_words(language: Language) -> None:
    """A code that a form or a command offers is never read by a person as a code."""
    offered = {*EXTENSIONS, *REFUSALS, *ANSWER_OUTCOMES, *RESTRICTIONS, *NATURES}
    offered |= {*ASKED, *METHODS, *OBJECTION_GROUNDS}
    bare = {code for code in offered if "-" in code and word_of(code, "nl") == code}
    assert bare == set()
    if language == "nl":
        assert {code for code in NATURES if word_of(code, language) == code} == set()
