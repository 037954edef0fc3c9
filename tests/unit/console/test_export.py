"""Exports: no cell is a formula, no text is markup, every activity is there."""

import csv
import io
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest

from console.export import register_csv, register_page, register_workbook
from console.export.columns import COLUMNS
from console.export.spreadsheet import safe_cell

HOSTILE = '<img src=x onerror="alert(1)">&"\'</td>'


def activity(name: str, **declared: Any) -> dict[str, Any]:
    facts = {"name": name, "owner": "finance", "purposes": [], "retention": {}} | declared
    return {
        "activity": "billing",
        "version": 1,
        "name": name,
        "declared": facts,
        "retired": None,
        "observed": {
            "events": 3,
            "data_subjects": 2,
            "first": "2024-03-01T09:00:00.000000Z",
            "last": "2024-03-02T09:00:00.000000Z",
            "legal_bases": ["6-1-b"],
            "categories": ["identity", "payment"],
            "recipients": [],
            "recipient_kinds": [],
            "countries": [],
        },
        "drift": [{"kind": "undeclared-country", "detail": "GB"}],
    }


def answer(*activities: dict[str, Any]) -> dict[str, Any]:
    controller = {
        "name": "Example B.V.",
        "contact": "@example",
        "representative": None,
        "data_protection_officer": None,
    }
    return {"controller": controller, "activities": list(activities)}


@pytest.mark.parametrize(
    "text",
    ["=1", "+1", "-1", "@x", "\t=1", "\r=1", "  =1", "＝1", "＋1"],  # noqa: RUF001
)
def test_a_text_that_could_be_a_formula_gets_an_apostrophe(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "1-2", "J. de Vries", "(+31)"])
def test_other_texts_stay_as_they_are(text: str) -> None:
    assert safe_cell(text) == text


def test_csv_has_a_row_for_each_activity_and_the_controller_in_it() -> None:
    content = register_csv(answer(activity("One"), activity("=Two")))
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["One", "'=Two"]
    assert {row["controller name"] for row in rows} == {"Example B.V."}
    assert {row["controller contact"] for row in rows} == {"'@example"}
    assert rows[0]["observed categories of data"] == "identity, payment"
    assert rows[0]["drift"] == "undeclared-country: GB"


def test_an_activity_that_nobody_declared_has_empty_cells() -> None:
    undeclared = activity("x") | {"declared": None, "name": None}
    (row,) = csv.DictReader(io.StringIO(register_csv(answer(undeclared)).decode("utf-8-sig")))
    assert (row["name"], row["owner"], row["purposes"]) == ("", "", "")


def test_workbook_holds_texts_only() -> None:
    book = openpyxl.load_workbook(io.BytesIO(register_workbook(answer(activity("=1+1")))))
    types = {
        cell.data_type
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert types == {"s"}
    assert [cell.value for cell in book["Activities"][1]] == list(COLUMNS)


class Seen(HTMLParser):
    """Collects the elements and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.texts: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(tag)
        self.links += [value or "" for name, value in attrs if name in {"href", "src"}]

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def test_page_is_accessible_and_escapes_everything() -> None:
    page = Seen()
    page.feed(register_page(answer(activity(HOSTILE, owner=HOSTILE))).decode())
    assert {"img", "script", "link"}.isdisjoint(page.elements)
    assert page.texts.count(HOSTILE) >= 3
    assert {"main", "caption", "h1", "h2", "nav"} <= set(page.elements)
    assert all(link.startswith("#") for link in page.links)
