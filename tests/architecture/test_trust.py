"""Who may say what: the page names every path by which something arrives, and tests that exist."""

import re
from collections.abc import Iterator

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
from tests.architecture.shape import limits_of

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


_KAFKA = ("Kafka, `privacy.register.v1`", "Kafka, any other topic", "Kafka, `privacy.signed.v1`")
WRITES = {
    "consumers/loop.py": _KAFKA,
    "consumers/store.py": _KAFKA,
    "consumers/files.py": ("`ingest FILE`", "`ingest --as-privacy-office FILE`", "a command"),
    "consumers/post_batcher.py": ("`POST /api/v1/events`",),
    "consumers/retry.py": ("a dead letter that is tried again",),
    "consumers/withheld.py": ("`ingest --withheld FILE`",),
    "host/restoring.py": ("`restore`", "import from the published log"),
    "host/site.py": ("a command",),  # reads and approvals
}
"""Who asks a ledger to record what came to it, and the rows of the page for that."""
OF_ITSELF = {
    *("ledger/erasure/eraser.py", "ledger/letters/dead.py", "ledger/pruning/cutting.py"),
    *("ledger/recording/batch.py", "ledger/recording/gaps.py", "ledger/recorder.py"),
    *("ledger/application.py", "ledger/backup/reimport.py"),
}
"""What adds rows to the events: asked by those above, or as an act of the ledger itself under its lock."""
_RECORDS = re.compile(r"(?:ledger|recorder)(?:\(\))?\.record(?:_each)?\b|= reimport\(")
_APPENDS = re.compile(r"^from ledger\.writing\.append import (?:\([^)]*|.*)\bappend\b", re.M)


def modules() -> Iterator[tuple[str, str]]:
    """Files of the product with their texts."""
    for room in limits_of(ROOT).rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield str(path.relative_to(ROOT)), path.read_text("utf-8")


def test_nothing_records_but_by_a_path_that_the_page_has() -> None:
    named = {path for path, *_ in rows()}
    for wanted in WRITES.values():
        for path in wanted:
            assert any(one.startswith(path) for one in named), path
    asks = {name for name, text in modules() if _RECORDS.search(text)}
    appends = {name for name, text in modules() if _APPENDS.search(text)}
    assert asks == {*WRITES}
    assert appends == OF_ITSELF
