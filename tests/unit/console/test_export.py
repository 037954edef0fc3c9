"""Exports of the register: no cell is a formula, no text is markup, every part is there."""

import csv
import io
import re
from datetime import datetime
from html.parser import HTMLParser
from typing import Any
from zipfile import ZipFile

import msgspec
import openpyxl
import pytest

from application.register_words import RegisterWords
from documents.columns import COLUMNS
from documents.page import register_page
from documents.register_parts import register_parts
from documents.spreadsheet import register_csv, register_workbook, safe_cell
from schemas.texts import LANGUAGES, Language
from tests.fixtures.registers import LATER, activity, answer, processor_activity

HOSTILE = '<img src=x onerror="alert(1)">&"\'</td>'
OTHERS = ("Example Mill B.V., Street 2", "Example Shop B.V., Street 3")
EACH = pytest.mark.parametrize("language", LANGUAGES)


def undeclared() -> dict[str, Any]:
    """An activity that nobody declared."""
    gone: dict[str, Any] = {"declared": None, "name": None, "versions": [], "security_measures": []}
    return activity() | gone | {"activity": "pilot", "transfers": [], "version": 0}


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "＝1", "＋1"],  # noqa: RUF001
)
def test_a_text_that_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "1-2", "J. de Vries", "(+31)"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def rows_of(*activities: dict[str, Any]) -> list[dict[str, str]]:
    content = register_csv(answer(*activities)).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))


def test_csv_has_a_row_for_each_activity_and_purpose_and_the_controller_in_it() -> None:
    rows = rows_of(activity("=One"), undeclared())
    assert [(row["activity"], row["purpose"]) for row in rows] == [
        ("billing", "invoicing"),
        ("billing", "bookkeeping"),
        ("pilot", ""),
    ]
    assert (rows[1]["legal_basis"], rows[1]["provision"]) == ("6-1-c", "nl.awr.52")
    assert {row["controller_name"] for row in rows} == {"Example B.V."}
    assert {row["controller_contact"] for row in rows} == {"'@example"}
    assert [row["name"] for row in rows] == ["'=One", "'=One", ""]
    assert tuple(rows[0]) == COLUMNS


def test_csv_says_what_is_declared_observed_kept_and_missing() -> None:
    row = rows_of(activity())[0]
    assert row["data_categories"] == "identity, traffic"
    assert row["observed_categories"] == "location, traffic"
    assert row["observed_recipients"] == "far: Far Carrier"
    assert row["transfers"] == "US: scc-2021, DPA-7"
    assert (row["retention_kept"], row["retention_overdue"]) == (
        "no",
        "traffic: 2 since 2024-09-02",
    )
    assert row["security_measures_in_place"] == "vault: yes; training: unknown"
    assert row["drift"] == "undeclared-country: GB"
    assert row["missing"] == "30(1)(f) retention identity"
    assert (row["since"], row["assessments"]) == ("2024-09-01T22:00:00.000000Z", "DPIA-1")
    assert rows_of(processor_activity(*OTHERS))[0]["on_behalf_of"] == ", ".join(OTHERS)


def workbook(language: Language = "en", *activities: dict[str, Any]) -> Any:
    given = activities or (activity("=1+1"), undeclared(), processor_activity(*OTHERS))
    return openpyxl.load_workbook(io.BytesIO(register_workbook(answer(*given), language)))


@EACH
def test_a_workbook_has_a_sheet_for_each_part_with_a_head_that_stays(language: Language) -> None:
    book, words = workbook(language), RegisterWords(language)
    parts = register_parts(answer(activity(), processor_activity(*OTHERS)), words)
    assert book.sheetnames == [words.code("part", part.name) for part in parts]
    for part, sheet in zip(parts, book, strict=True):
        head = [words.heading(name) for name in part.columns]
        assert [cell.value for cell in sheet[1]] == head
        assert all(cell.font.bold for cell in sheet[1])
        assert sheet.freeze_panes in {"A2", "B2"}
        assert sheet.auto_filter.ref == sheet.dimensions
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.oddFooter.center.text == "&A · &P / &N"
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert len(set(head)) == len(head)


def test_a_workbook_holds_texts_numbers_and_days_and_no_formula() -> None:
    cells = [cell for sheet in workbook() for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s", "n", "d"}
    texts = [str(cell.value) for cell in cells if cell.data_type == "s"]
    assert not [text for text in texts if text.startswith("=")]
    assert "'=1+1" in texts


def sheet_rows(book: Any, name: str) -> list[tuple[Any, ...]]:
    return [tuple(cell.value for cell in row) for row in book[name].iter_rows(min_row=2)]


def test_the_sheets_say_what_the_answer_says() -> None:
    book = workbook("en", activity(), processor_activity(*OTHERS))
    first = [row[2:] for row in sheet_rows(book, "Purposes") if row[0] == "billing"]
    assert first == [
        ("invoicing", "invoicing", "contract, Art. 6(1)(b)", None, "yes"),
        ("bookkeeping", "bookkeeping", "legal obligation, Art. 6(1)(c)", "AWR art. 52", "no"),
    ]
    assert [row[2:] for row in sheet_rows(book, "Data")][:3] == [
        ("identity", "yes", "no"),
        ("location", "no", "yes"),
        ("traffic", "yes", "yes"),
    ]
    kept = sheet_rows(book, "Retention")[2]
    assert kept[5:8] == (
        "at most 6 months after collection",
        "no",
        "kept after the period has passed",
    )
    assert kept[8:13] == (3, 2, 1, 2, datetime(2024, 9, 2))  # noqa: DTZ001
    assert [row[0] for row in sheet_rows(book, "Processor")] == list(OTHERS)
    assert sheet_rows(book, "Versions")[1][-1] == "Name"
    assert ("Judged on", "2026-11-25") in sheet_rows(book, "Controller")
    assert [row[:3] for row in sheet_rows(book, "Security measures")] == [
        ("training", "training", "unknown"),
        ("vault", "A vault", "yes"),
    ]


def test_a_workbook_knows_no_time_but_the_day_of_the_answer() -> None:
    made = register_workbook(answer(activity()), "nl")
    assert made == register_workbook(answer(activity()), "nl")
    with ZipFile(io.BytesIO(made)) as packed:
        assert {entry.date_time for entry in packed.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        properties = packed.read("docProps/core.xml").decode()
    assert set(re.findall(r"\d{4}-\d\d-\d\dT[^<]*", properties)) == {"2026-11-25T00:00:00Z"}


class Seen(HTMLParser):
    """Collects the elements and texts of a page, and checks that elements are closed in their order."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.texts: list[str] = []
        self.links: list[str] = []
        self.anchors: list[str] = []
        self._open: list[str] = []
        self.feed(page.decode())
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]
        self.anchors += [value or "" for name, value in attrs if name == "id"]
        if tag != "meta":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.texts)


@EACH
def test_a_page_is_accessible_and_escapes_everything(language: Language) -> None:
    hostile = activity(HOSTILE, owner=HOSTILE)
    hostile["recipients"][0]["name"] = HOSTILE
    page = Seen(register_page(answer(hostile, processor_activity(HOSTILE)), language))
    assert {"img", "script", "link"}.isdisjoint(page.elements)
    assert page.text.count(HOSTILE) >= 5
    assert {"main", "caption", "h1", "h2", "h3", "nav", "article"} <= set(page.elements)
    assert page.links == [f"#{anchor}" for anchor in page.anchors]
    assert len(page.anchors) == 2


def test_a_page_shows_every_point_declared_beside_observed() -> None:
    given = activity()
    given["recipients"].append(
        {**given["recipients"][0], "recipient": "nobody-knows", "kind": None}
    )
    withdrawn = {"measure": "lock", "name": "Lock", "in_place": False, "retired": LATER}
    given["security_measures"].append({**given["security_measures"][0], **withdrawn})
    page = Seen(register_page(answer(given, processor_activity(*OTHERS), undeclared()), "nl"))
    for text in (
        "Register van verwerkingsactiviteiten",
        "Stand van 2026-11-25",
        "Verwerkingsverantwoordelijke (art. 30 lid 1 onder a)",
        "Verwerking namens anderen (art. 30 lid 2)",
        "wettelijke plicht, art. 6 lid 1 onder c; AWR art. 52",
        "ten hoogste 6 maanden na de vastlegging",
        "verkeersgegevens: 2 van 3 betrokkenen te lang bewaard, sinds 2024-09-02",
        "niet opgegeven land: Verenigd Koninkrijk",
        "Ontbreekt: bewaartermijn (art. 30 lid 1 onder f): identiteit",
        "1 van 3 van kracht",
        "Lock: ingetrokken op 2024-09-02",
        "opleiding: onbekend",
        "nobody-knows (niet geregistreerd)",
        "3 gebeurtenissen over 2 betrokkenen",
        "Deze activiteit is door niemand opgegeven",
        "Far Carrier",
        "standaardbepalingen van 2021, art. 46, DPA-7",
        *OTHERS,
    ):
        assert text in page.text, text


def test_a_page_says_of_which_moment_it_is() -> None:
    when = "2024-03-01T09:00:00.000000Z"
    past = msgspec.structs.replace(answer(activity()), as_of=when, at_position=7)
    text = Seen(register_page(past, "en")).text
    assert "As it was at 2024-03-01 10:00:00" in text
    assert "Up to position 7 of the ledger" in text


def test_without_processing_for_others_the_page_says_so() -> None:
    text = Seen(register_page(answer(activity()), "en")).text
    assert "No activity is declared in which we process on behalf of another controller." in text


def test_an_erased_recipient_is_said_to_be_erased_in_every_format() -> None:
    made = activity()
    made["recipients"][0]["name"] = {"erased": True}
    given = answer(made)
    assert "(gewist)" in Seen(register_page(given, "nl")).text
    book = openpyxl.load_workbook(io.BytesIO(register_workbook(given, "nl")))
    assert sheet_rows(book, "Ontvangers")[0][6] == "(gewist)"
    assert "far: (erased)" in register_csv(given).decode()
