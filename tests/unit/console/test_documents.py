"""What leaves the house: in both languages no code of a program, and no time of a machine."""

import re
import sys
from base64 import b64decode
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec import UNSET
from msgspec.structs import replace

import console
import rulebook
from application.controller import Controller
from application.queries.disclosures.transparency import report
from application.queries.keeping.certified import CertifiedErasure
from application.queries.keeping.deciding import RecordedDecision, RecordedGround
from application.queries.reports.access import AccessReport
from application.queries.reports.copy import ValueHeld
from application.register_words import RegisterWords
from application.said_to_all import said_to_all
from application.source import LOST, Shown
from documents.certificate_letter import EnclosedCertificate, certificate_document
from documents.letter import WORDS, Letter
from documents.page import register_page
from documents.report_document import access_document
from documents.report_page import report_page
from documents.report_pdf import report_pdf
from documents.transparency import transparency_page
from ledger.errors import Misconfigured
from projections.reading.order_judging import ORDER_GROUNDS
from rulebook.retention import RETENTION_RULES
from schemas import PERSONAL_FIELDS
from schemas.texts import LANGUAGES, Language, country_name, queries, word_of
from tests.fixtures.raw_codes import closed_codes, page_text, purposes, raw_codes
from tests.fixtures.registers import activity, answer, processor_activity

BOTH = pytest.mark.parametrize("language", LANGUAGES)
WHEN = datetime(2026, 7, 1, 10, tzinfo=UTC)
# Codes that are Dutch words, or names; articles of law have words of their own.
DUTCH = {
    "app",
    "camera",
    "marketing",
    "post",
    "cookie",
    "online",
    "telemarketing",
    "direct-marketing",
}


@BOTH
def test_every_code_of_a_closed_list_and_every_purpose_has_a_word(language: Language) -> None:
    codes = {code for code in closed_codes() | purposes() if re.fullmatch("[a-z]+(-[a-z]+)*", code)}
    assert len(codes) > 100
    if language == "en":
        hyphened = {code for code in codes if "-" in code}
        assert {code for code in hyphened if word_of(code, "en") == code} <= {"self-service"}
        assert word_of("subscriber-feed", "en") == "file of subscribers"
    else:
        same = {code for code in codes - set(PERSONAL_FIELDS) if word_of(code, "nl") == code}
        assert same <= DUTCH
        assert word_of("subscriber-feed", "nl") == "abonneebestand"


def test_every_answer_that_reads_personal_data_has_a_name_in_the_report() -> None:
    sources = Path(console.__file__).parent.rglob("*.py")
    noted = {
        query
        for file in sources
        for query in re.findall(
            r'(?:reading|_one)\(\s*settings,\s*"([a-z-]+)"', file.read_text("utf-8")
        )
    }
    assert len(noted) > 15
    assert noted <= set(queries())


@BOTH
def test_the_register_says_no_code_and_its_times_as_a_clock_here_shows_them(
    language: Language,
) -> None:
    undeclared: dict[str, Any] = {"declared": None, "name": None, "versions": [], "transfers": []}
    pilot = activity() | undeclared | {"activity": "speech-analytics-pilot"}
    other = activity("Other", retention={"traffic": "house.debt"})
    other["retention"]["categories"][0] |= {
        "declared": "house.debt",
        "declared_rule": "other-category",
    }
    given = msgspec.structs.replace(
        answer(activity(), pilot, other, processor_activity("Mill B.V.")),
        as_of="2024-03-01T09:00:00.000000Z",
    )
    page = page_text(register_page(given, language))
    assert raw_codes(page, language) == set()
    assert "2024-03-01 10:00:00" in page
    said = {
        "nl": "speech analytics pilot (niet opgegeven)",
        "en": "speech analytics pilot (not declared)",
    }
    assert said[language] in page
    assert country_name("US", language) in page
    assert "billing" not in page


def test_a_country_is_called_by_its_name() -> None:
    known = {entry.code for entry in rulebook.COUNTRIES}
    assert all(country_name(code, language) != code for code in known for language in LANGUAGES)
    assert country_name("DE", "nl") == "Duitsland"
    assert country_name("ZZ", "nl") == "ZZ"


# Transparency


def transparency(counts: dict[tuple[str, str], int], language: Language) -> bytes:
    return transparency_page(
        report(counts, "2026-Q4"),
        language,
        controller="Example B.V.",
        made_at="2026-11-27T11:00:00.000000Z",
    )


@BOTH
def test_the_transparency_page_has_a_narrow_table_a_year_with_its_controller_and_time(
    language: Language,
) -> None:
    counts = {(f"{y}-Q{q}", kind): 5 + y % 10 for y in (2024, 2025, 2026) for q in (1, 2, 3, 4)
              for kind in ("police", "carrier")}  # fmt: skip
    page = transparency(counts, language)
    assert b"Example B.V." in page
    assert "2026-11-27 12:00:00" in page_text(page)
    heads = re.findall(r"<thead>(.*?)</thead>", page.decode())
    assert len(heads) == 4
    assert max(head.count("<th ") for head in heads) == 6
    for needed in ("display: table-header-group", "break-inside: avoid", "counter(page)", "@page"):
        assert needed in page.decode()


def test_a_year_tells_no_more_than_its_quarters_do() -> None:
    counts = {("2024-Q4", "police"): 2, ("2025-Q1", "police"): 7, ("2025-Q2", "police"): 3}
    text = page_text(transparency(counts, "en"))
    years = text.partition("All years")[2].partition("\n2024\n")[2].splitlines()
    assert years[:7] == ["2025", "Total", "Police", "<5", "≥ 8", "≥ 9", "Total"]
    assert "10" not in years
    assert "12" not in years


def test_a_report_of_nothing_says_so() -> None:
    assert "No disclosure is recorded." in page_text(transparency({}, "en"))


# Access report


def access(language: Language, *data: ValueHeld) -> AccessReport:
    return AccessReport(
        report="access",
        article="15",
        language=language,
        subject="customer/10023",
        request_ref=None,
        position=9,
        rendered_at="2026-01-05T09:00:00.000000Z",
        checkpoint=None,
        controller=Controller(name="Example B.V.", address="Street 1", contact="@"),
        purposes=[],
        categories=[],
        recipients=[],
        retention=[],
        rights=[],
        sources=[],
        automated_decisions=[],
        transfers=[],
        data=list(data),
        consultations=[],
        acts=[],
        said_to_all=said_to_all(),
        seal="seal",
    )


def value(
    field: str,
    said: Shown,
    since: str = "2024",
    *,
    current: bool = True,
    annulled: bool = False,
) -> ValueHeld:
    return ValueHeld(
        category="identity",
        field=field,
        value=said,
        since=f"{since}-03-01T09:00:00.000000Z",
        current=current,
        annulled=annulled,
        positions=[3],
    )


def test_a_report_begins_with_the_name_and_the_address_that_count() -> None:
    held = (
        value("name", "J. de Vries", "2025"),
        value("name", "J. Jansen"),
        value("name", "Former", "2026", current=False),
        value("name", "Mistaken", "2026", annulled=True),
        value("street", "Kerkstraat"),
        value("house_number", 5),
        value("postcode", "1234 AB"),
        value("city", "Leiden"),
        value("country", "BE"),
    )
    made = access_document(access("nl", *held))
    lines = ("J. de Vries", "Kerkstraat 5", "1234 AB Leiden", "België")
    assert made.addressee == lines
    assert page_text(report_page(made)).split("\n", 1)[1].startswith("\n".join(lines))


def test_an_address_has_each_value_of_a_list() -> None:
    held = (value("company_name", ["Een BV", "Twee BV"]), value("name", LOST))
    assert access_document(access("nl", *held)).addressee == ("Een BV, Twee BV",)


@BOTH
def test_without_a_name_it_says_so_in_its_place(language: Language) -> None:
    for data in ((), (value("name", LOST),)):
        [line] = access_document(access(language, *data)).addressee
        assert line == WORDS["title"]["unnamed"][language]


def test_values_are_said_as_people_say_them() -> None:
    data = (
        value("date_of_birth", "1959-05-02"),
        value("call_started_at", "2026-06-07T16:35:45.327000+02:00"),
        value("payment_method", "direct-debit"),
        value("login_name", "2026-05-02-jan"),
    )
    (table,) = [s for s in access_document(access("nl", *data)).sections if len(s.rows) == 4]
    assert [row[2] for row in table.rows] == [
        "2 mei 1959",
        "7 juni 2026 om 16:35:45",
        "automatische incasso",
        "2026-05-02-jan",
    ]
    assert Letter("nl").dated("tot 2033-01-01.") == "tot 1 januari 2033."


# The certificate of erasure


def certificate(language: Language, made_at: datetime = WHEN) -> Any:
    """A letter about a decision with every ground that there is."""
    until = "2033-01-01"
    grounds = [
        RecordedGround(ground=rule.ground, rule=rule.id, ref="REF-1", until=until)
        for rule in rulebook.ERASURE_RULES
    ]
    grounds += [
        RecordedGround(ground="retention-period", rule=rule.id, until=until)
        for rule in RETENTION_RULES
    ]
    [first, *others] = grounds
    kept = RecordedDecision(
        decision="retain",
        ground=first.ground,
        rule=first.rule,
        ref=first.ref,
        until=until,
        besides=others,
    )
    proven = CertifiedErasure(
        verified=True,
        data_subject="f6a1b149-ec83-84e9-9091-f2ee2369d8ad",
        erased_at="2026-07-01T09:00:00.000000Z",
        recorded_at="2026-07-01T09:00:00.000000Z",
        position=6,
        decided_at_position=5,
        ground="request",
        request_ref="VZ-1",
        categories=["contact"],
        keys_destroyed=["a-key"],
        decisions={
            "contact": RecordedDecision(decision="erase", ground="request"),
            "address": kept,
            "traffic": replace(kept, decision="restrict", besides=UNSET),
        },
        origin="ledger.example/main",
        size=8,
    )
    enclosed = EnclosedCertificate("6.erasure.json", b'{"title":"x"}\n', ("log+key",))
    return certificate_document(proven, enclosed, Controller(), made_at, language)


@BOTH
def test_a_certificate_is_a_letter_without_codes_and_with_the_proof_inside(
    language: Language,
) -> None:
    page = report_page(certificate(language))
    text = page_text(page)
    assert raw_codes(text, language) == set()
    assert "VZ-1" in text.splitlines()[1]
    erased, kept = (RegisterWords(language).category(one) for one in ("contact", "address"))
    assert text.index(f"\n{erased}\n") < text.index(f"\n{kept}\n")
    [inside] = re.findall(r'href="data:application/json;base64,([^"]+)"', page.decode())
    assert b64decode(inside) == b'{"title":"x"}\n'
    assert "law." not in text
    assert "house." not in text


@BOTH
def test_the_same_letter_is_the_same_pdf_with_a_title_a_language_and_the_proof(
    language: Language,
) -> None:
    made = certificate(language)
    pdf = report_pdf(made, WHEN)
    assert pdf == report_pdf(certificate(language), WHEN)
    assert f"/Lang({language}".encode() in pdf
    assert b"/EmbeddedFiles" in pdf
    assert b"6.erasure.json" in pdf
    assert made.title.encode() in pdf


def test_without_typst_a_pdf_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(Misconfigured, match="install the extra `pdf`"):
        report_pdf(certificate("nl"), WHEN)


@BOTH
def test_every_ground_of_an_order_is_told_in_a_sentence(language: Language) -> None:
    for ground in ORDER_GROUNDS:
        assert WORDS["order-ground"][ground][language].endswith(".")
    assert {*WORDS["order-remedy"]} - {"authentic", "written-order"} <= {*ORDER_GROUNDS}
