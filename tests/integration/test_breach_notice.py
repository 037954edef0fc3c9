"""`ledger incident notification`: every item of GDPR Art. 33, what is missing, late and in phases."""

from typing import Any

import pytest

from application.queries.cases.breach_notice import ITEMS
from tests.fixtures.console import Cli
from tests.fixtures.moments import hours_ago


@pytest.fixture
def office(cli: Cli) -> Cli:
    """A ledger in which a breach was detected in time to tell the authority."""
    ran = cli("incident", "detect", "B-1", "--regime=gdpr", "--at", hours_ago(20))
    assert ran.status == 0, ran.err
    return cli


def assessed(cli: Cli, *arguments: str) -> Any:
    ran = cli("incident", "assess", "B-1", *arguments, "--json")
    assert ran.status == 0, ran.err
    return ran.json


def notice(cli: Cli, *arguments: str) -> tuple[int, Any]:
    ran = cli("incident", "notification", "B-1", *arguments, "--json")
    return ran.status, ran.json


KNOWN = (
    *(
        "--nature=confidentiality",
        "--description=A list went to another customer",
        "--who=customers",
    ),
    *("--persons=120", "--category=identity", "--category=contact", "--records=300"),
    *("--consequence=unwanted messages", "--taken=the list was deleted"),
)


def test_what_nobody_said_is_missing_until_it_is_said(office: Cli) -> None:
    status, empty = notice(office)
    assert (status, empty["late"], empty["phases"]) == (1, False, [])
    asked = [item for item, (point, _) in ITEMS.items() if point != "611/2013"]
    assert empty["missing"] == [item for item in asked if item not in {"contact", "delay_reason"}]
    assert "never assessed" in office("incident", "assess", "B-1", "--persons=12").err
    assert "say what risk it is" in office("incident", "assess", "B-1").err
    assessed(office, "--risk=low", "--persons=12", "--at", hours_ago(19))
    assert "already" in office("incident", "assess", "B-1", "--risk=low").err
    assert "subject_count" not in notice(office)[1]["missing"]
    assessed(office, *KNOWN)
    status, whole = notice(office)
    assert (status, whole["missing"]) == (0, [])
    said = {row["item"]: row["said"] for row in whole["items"]}
    assert said["subject_count"] == {"subject_count": 120}
    assert said["categories"] == {"categories": ["identity", "contact"]}
    assert said["measures"] == {"measures_taken": ["the list was deleted"]}
    assert (
        "12"
        not in office("incident", "notification", "B-1", "--as-of", hours_ago(19.5))
        .out.decode()
        .split()
    )
    assert notice(office, "--as-of", hours_ago(19.5))[1]["missing"] == empty["missing"]


@pytest.mark.parametrize("regime", ["telecom/gdpr", "telecom"])
def test_a_telecom_provider_tells_what_the_regulation_asks_besides(cli: Cli, regime: str) -> None:
    """Regulation (EU) 611/2013, Annex I: points 4, 7, 8, 16 and 17."""
    cli("incident", "detect", "B-1", "--regime", regime, "--at", hours_ago(2))
    assessed(cli, "--risk=low", *KNOWN)
    assert notice(cli)[1]["missing"] == ["began", "protection"]
    assessed(cli, "--began=about 3 November", "--protection=passwords were salted and hashed")
    status, whole = notice(cli)
    assert (status, whole["missing"]) == (0, [])
    assessed(cli, "--provider=the carrier", "--state=BE", "--state=DE: told")
    said = {row["item"]: row["said"] for row in notice(cli)[1]["items"]}
    assert said["other_states"] == {"other_states": ["BE", "DE: told"]}
    page = cli(
        "incident", "notification", "B-1", "--format", "text", "--language", "nl"
    ).out.decode()
    assert "Wat een telecomaanbieder ook meldt (Verordening (EU) 611/2013, bijlage I)" in page
    assert "- andere aanbieders: the carrier" in page
    assert "- wanneer het incident was: about 3 November" in page


def test_a_delay_needs_its_reason_and_phases_are_told(office: Cli) -> None:
    office("incident", "detect", "B-2", "--regime=gdpr", "--at", hours_ago(100))
    assessed(office, "--risk=medium", *KNOWN)
    ran = office("incident", "assess", "B-2", "--risk=medium", *KNOWN, "--at", hours_ago(99))
    assert ran.status == 0
    late = office("incident", "notification", "B-2", "--json")
    assert (late.status, late.json["late"], late.json["missing"]) == (1, True, ["delay_reason"])
    why = "--delay-reason=Found after the weekend"
    told = office("incident", "notify", "B-2", "--regime=gdpr", "--phase=initial", why)
    assert told.status == 0, told.err
    late = office("incident", "notification", "B-2", "--json")
    assert (late.status, late.json["missing"]) == (0, [])
    [phase] = late.json["phases"]
    assert (phase["phase"], phase["delay_reason"]) == ("initial", "Found after the weekend")


@pytest.mark.parametrize("language", ["en", "nl"])
def test_it_is_a_document_in_both_languages(office: Cli, language: str) -> None:
    assessed(office, "--risk=high", *KNOWN[:4])
    page, text = (
        office("incident", "notification", "B-1", "--format", form, "--language", language)
        for form in ("html", "text")
    )
    assert (page.status, text.status) == (1, 1)
    for made in (page.out.decode(), text.out.decode()):
        for words in {
            "en": (
                "Nature of the breach",
                "about 120",
                "NOT KNOWN YET",
                "GDPR art. 33(3)(d)",
                "administratie@",
            ),
            "nl": (
                "Aard van het datalek",
                "ongeveer 120",
                "NOG NIET BEKEND",
                "AVG art. 33 lid 3 onder d",
                "hoog",
            ),
        }[language]:
            assert words in made
        for words in {"en": ("Datalek", "ontbreekt"), "nl": ("breach", "missing", "GDPR")}[
            language
        ]:
            assert words not in made
    assert page.out.startswith(b"<!DOCTYPE html>")
    file = office.folder / "melding.html"
    written = office("incident", "notification", "B-1", "--format=html", "--output", str(file))
    assert (written.status, written.out) == (1, b"")
    assert "points missing" in written.err
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"B-1" in file.read_bytes()


def test_a_case_of_misuse_is_not_notified_to_the_authority(office: Cli) -> None:
    assert "B-9" in office("incident", "notification", "B-9").err
    assert (
        "--json and --format"
        in office("incident", "notification", "B-1", "--json", "--format=html").err
    )
