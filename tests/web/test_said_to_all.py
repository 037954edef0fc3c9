"""Every answer to every person says what the law may forbid to tell, whether it forbids anything or not."""

import csv
from html import unescape
from io import StringIO
from pathlib import Path
from typing import Any, get_type_hints

import msgspec
import pytest

from application.said_to_all import SaidToAll, said_to_all
from console.answers import ANSWERS
from documents.report_document import access_document
from schemas.texts import LANGUAGES, Language
from tests.unit.console.test_documents import access, certificate
from tests.web.console import Consoled
from tests.web.test_portal import HINTED, PLAIN, done, house, own
from tests.web.test_portal_pages import OWN_PAGES, confirmed
from tests.web.test_portal_pages import own as in_english
from web.api.own import DEEDS
from web.pages.listed import PAGES
from web.portal import HOME, is_own
from web.resources.own import RESOURCES as OWN

__all__ = ["house"]

ROOT = Path(__file__).resolve().parents[2]
BOTH = pytest.mark.parametrize("language", LANGUAGES)
# One person of whom there is something that may not be told, the same person without it, and nobody.
PEOPLE = pytest.mark.parametrize("reference", [HINTED, PLAIN])


def test_every_type_of_an_answer_to_a_person_has_it() -> None:
    asked = [command for command in ANSWERS if command.startswith(("report ", "request "))]
    told = [
        answer for command in asked for answer in [ANSWERS[command]] if command != "request list"
    ]
    told += [resource.answer for resource in OWN]
    told += [get_type_hints(deed.do)["return"] for deed in DEEDS]
    assert len(told) > 20
    for answer in told:
        fields = {field.name: field for field in msgspec.structs.fields(answer)}  # type: ignore[arg-type]
        assert fields["said_to_all"].type is SaidToAll, answer
        assert fields["said_to_all"].required, answer


def test_it_is_written_in_one_place() -> None:
    """In another list of words it could say something else to some."""
    texts = [
        path
        for room in ("application", "documents", "web")
        for path in (ROOT / room).rglob("*.toml")
    ]
    cited = [path.name for path in texts if "2023/1543 art. 13" in path.read_text()]
    assert cited == ["words.toml"]
    said = said_to_all()
    assert "UAVG" in said.en
    assert "UAVG" in said.nl


@BOTH
@PEOPLE
def test_every_page_of_the_portal_says_it(
    house: Consoled, reference: str, language: Language
) -> None:
    client = own(house, reference)
    for path in OWN_PAGES:
        page = client.http.get(path, headers={"accept-language": language}).text
        assert unescape(page).count(said_to_all().said(language)) == 1, path


def test_who_is_not_known_is_told_it_as_well(house: Consoled) -> None:
    page = own(house, "customer/nobody-at-all").get(HOME)
    assert said_to_all().nl in unescape(page.text) or said_to_all().en in unescape(page.text)


@PEOPLE
def test_every_answer_and_file_of_the_portal_says_it(house: Consoled, reference: str) -> None:
    client, said = own(house, reference), msgspec.to_builtins(said_to_all())
    (deed,) = [deed for deed in DEEDS if deed.path == "/me/requests"]
    act = done(client, deed.path, {"right": "access"}, f"said-to-all-{reference[-2:]}")
    assert act["said_to_all"] == said
    for resource in OWN:
        path = resource.path.replace("{id}", act["id"])
        assert client.api(path)["said_to_all"] == said, path
    for page in (page for page in PAGES if is_own(page.path) and page.resource.rows):
        table = client.get(page.path, format="csv").text
        assert next(csv.reader(StringIO(table)))[-1] in said.values(), page.path
    for what in ("access.html", "access.json", "portability.csv", "portability.json"):
        content = client.post(f"{HOME}/download", what=what).text
        assert any(text in unescape(content) for text in said.values()), what
    english = in_english(house, reference)
    assert said["en"] in unescape(confirmed(english, f"{HOME}/requests/new/access"))


@BOTH
def test_reports_and_certificates_say_it(language: Language) -> None:
    for document in (access_document(access(language)), certificate(language)):
        texts = [*document.intro, *(section.text for section in document.sections)]
        assert texts.count(said_to_all().said(language)) == 1


def test_the_file_of_a_request_says_it_to_the_office(house: Consoled) -> None:
    done(own(house, PLAIN), "/me/requests", {"right": "erasure"}, "said-to-all-erasure")
    officer = house.as_("privacy-officer")
    rows: list[Any] = officer.api("/requests", all="true")["requests"]
    ref = next(row["request_ref"] for row in rows if row["subject"] == PLAIN)
    assert officer.api(f"/requests/{ref}")["said_to_all"] == msgspec.to_builtins(said_to_all())
    page = unescape(officer.get(f"/requests/{ref}").text)
    assert any(text in page for text in (said_to_all().nl, said_to_all().en))
