"""`ledger demo`: the main job from nothing, again and again, also through a real topic."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest

from application.queries.oversight.findings import findings
from console.demo import findings as tour_findings
from ledger.embedded import postmaster
from ledger.embedded.place import DataDirectory
from sample.tour import TOUR_SUBJECT
from tests.fixtures.console import Cli, Ran
from tests.fixtures.kafka import run_broker
from tests.fixtures.postgres import short_folder
from tests.fixtures.terminal import on_a_terminal

STEPS = (
    f"history {TOUR_SUBJECT}",
    f"state {TOUR_SUBJECT}",
    f"consents {TOUR_SUBJECT}",
    "register",
    f"disclosures --subject {TOUR_SUBJECT}",
    "findings",
    "findings --rule law.notice.never",
    "lint",
    f"erase {TOUR_SUBJECT} --ground request",
    "publish --once",
    "prove 100 --output",
    "verify ",
    "audit --views",
    "serve",
)


@pytest.fixture
def ground() -> Iterator[Path]:
    with short_folder() as folder:
        yield folder


def logged_in(link: str) -> bool:
    """Whether the console shows its first page to who presses the button of a login link."""
    place = urlsplit(link)
    origin = f"{place.scheme}://{place.netloc}"
    with httpx2.Client(headers={"origin": origin}, follow_redirects=True) as browser:
        shown = browser.post(f"{origin}{place.path}", data=dict(parse_qsl(place.query)))
    return (shown.status_code, shown.url.path) == (200, "/")


def found_and_meant(ran: Ran) -> tuple[int, int]:
    """How many findings the tour says there are, and how many were planted."""
    (numbers,) = re.findall(rb"(\d+) findings, of (\d+) that the sample holds", ran.out)
    return int(numbers[0]), int(numbers[1])


def test_the_demonstration_shows_each_command_and_can_be_repeated(
    program: Cli, ground: Path
) -> None:
    program.set(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    ran = program("demo", "--data-dir", str(ground))
    shown = ran.out.decode()
    assert ran.status == 0, "the database that is configured is not asked"
    assert "2,500 are recorded, 0 were rejected" in shown
    for step in STEPS:
        assert f"$ ledger --data-dir {ground} {step}" in shown
    found, meant = found_and_meant(ran)
    assert found == meant > 40
    assert "in order" in shown
    before, _, after = shown.partition("a superuser changes one byte of event 100")
    assert "NOT in order" not in before
    assert "NOT in order" in after
    assert "leaf" in after
    assert not (ground / "copy").exists()
    assert "was fetched with a login by link: status 200" in shown
    assert "Open this link" not in shown, "only on a terminal"
    with on_a_terminal("demo", "--data-dir", str(ground)) as terminal:
        link = terminal.read_until(rb"(http://\S+/login/link\?key=\S+)\r")
        assert logged_in(link), "the console runs until it is told to end"
        assert terminal.close() == 0
    assert postmaster.running(DataDirectory(ground)) is None, "a closed terminal leaves no server"
    program.set(DATABASE_URL="")
    state = program("--data-dir", str(ground), "state", TOUR_SUBJECT, "--json", "--key-dir", "")
    assert state.json["status"] == "erased"


def test_the_demonstration_fails_when_a_planted_violation_is_not_found(
    program: Cli, ground: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def all_but_one(*asked: Any) -> list[Any]:
        return list(findings(*asked))[1:]

    monkeypatch.setattr(tour_findings, "findings", all_but_one)
    ran = program("demo", "--data-dir", str(ground))
    found, meant = found_and_meant(ran)
    assert (found, ran.status) == (meant - 1, 1)


@pytest.mark.kafka
def test_the_demonstration_through_a_real_topic(
    program: Cli, ground: Path, kafka_bootstrap: str
) -> None:
    assert run_broker("topics", "--bootstrap", kafka_bootstrap).returncode == 0
    ran = program("demo", "--data-dir", str(ground), "--kafka", kafka_bootstrap)
    shown = ran.out.decode()
    assert ran.status == 0
    assert "2,500 made-up events about 150 customers were published" in shown
    assert "in order" in shown


def test_a_newcomer_needs_no_init(program: Cli, ground: Path) -> None:
    program.set(DATA_DIR=str(ground), KEY_DIR="")
    assert program("status").status == 2
    sample = program.folder / "sample.ndjson"
    program("sample", "--events", "310", "--customers", "30", "--output", str(sample))
    assert program("ingest", str(sample), "--json").json["recorded"] == 310
    assert program("state", TOUR_SUBJECT, "--json").json["status"] == "active"
    assert program("audit", "--views", "--json").json["ok"] is True
