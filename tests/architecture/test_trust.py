"""Who may say what: the page names every path by which something arrives, and tests that exist."""

import re

from schemas import AdmissionRules
from schemas.sources import (
    OFFICE_LABEL,
    REGISTER_TOPIC,
    is_office_place,
    label_in,
    office_label,
    posted_label,
    taken_over_label,
)
from tests.architecture.documents import ROOT

PAGE = (ROOT / "docs" / "reference" / "trust.md").read_text("utf-8")
_ROW = re.compile(r"^\| (.+) \| (.+) \| (.+) \| (.+) \|$", re.M)


def rows() -> list[tuple[str, ...]]:
    return [tuple(row) for row in _ROW.findall(PAGE) if row[0] not in {"path", "---"}]


def test_every_path_names_tests_that_exist() -> None:
    assert len(rows()) > 20
    for path, _, _, named in rows():
        tests = re.findall(r"`(tests/[\w/]+\.py)`", named)
        assert tests, path
        assert named == ", ".join(f"`{one}`" for one in tests), path
        assert all((ROOT / one).is_file() for one in tests), path


def test_the_places_of_the_office_are_those_that_the_page_gives_its_power() -> None:
    """Whoever adds a place to the code, or power to one, must say so on the page."""
    open_rules, desk = AdmissionRules(), AdmissionRules(confidential=True)
    labels = {"x", OFFICE_LABEL, office_label("x"), posted_label("x"), taken_over_label("x/0")}
    powerful = {
        (rules.confidential, label)
        for rules in (open_rules, desk)
        for label in labels
        if is_office_place(f"file:{label_in(rules, label)}")
    }
    assert powerful == {(False, OFFICE_LABEL), (False, office_label("x")), (True, OFFICE_LABEL)}
    assert is_office_place(REGISTER_TOPIC)
    here, there = PAGE.split("## The confidential ledger")
    assert "`ingest --as-privacy-office FILE`" in here
    assert "`ingest --as-privacy-office FILE`" not in there
    assert f"`{REGISTER_TOPIC}` is not read" in there
