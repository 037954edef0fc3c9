"""Pages of the office over the sample: each list and case, in both languages, for each role and moment."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import orjson
import pytest

from application.language import speak
from documents.register_exports import EXPORTS
from host.settings import Settings
from tests.fixtures.console import Cli
from tests.web.console import ORIGIN, Client, Consoled
from web.pages.listed import PAGES
from web.resources.findings import ROWS
from web.rights import Part, table

LISTS: dict[str, Part] = {
    "/register": "register",
    "/lint": "register",
    "/purposes": "register",
    "/findings": "findings",
    "/requests": "requests",
    "/complaints": "requests",
    "/notifications": "requests",
    "/incidents": "incidents",
    "/holds": "holds",
    "/approvals": "approvals",
    "/retention": "retention",
    "/retention/run": "retention",
    "/retention/forecast": "retention",
}
TIMED = (
    "/register",
    "/lint",
    "/purposes",
    "/findings",
    "/requests",
    "/complaints",
    "/notifications",
    "/incidents",
)
COMMANDS = {
    "/requests": ("request", "list", "--all"),
    "/complaints": ("complaint", "list", "--all"),
    "/incidents": ("incident", "list", "--all"),
    "/notifications": ("notify", "list", "--all"),
}
EARLIER = "2025-01-01T00:00:00Z"


@pytest.fixture(scope="module")
def officer(sampled: Consoled) -> Client:
    return sampled.as_("privacy-officer")


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_a_page_in_both_languages(officer: Client, path: str) -> None:
    for language in ("nl", "en"):
        response = officer.get(path, language=language)
        assert response.status_code == 200, response.text[:3000]
        assert f'<html lang="{language}">' in response.text
        assert len(re.findall("<h1>", response.text)) == 1


@pytest.mark.parametrize("role", sorted(table()))
def test_a_role_has_the_lists_of_its_parts_and_no_other(sampled: Consoled, role: str) -> None:
    client, parts = sampled.as_(role), table()[role].pages
    shown = [path for path, part in LISTS.items() if part in parts]
    for path in LISTS:
        status = 200 if path in shown else 404
        assert client.get(path).status_code == status, path
        assert client.get(f"/api/v1{path}").status_code == status, path
    if shown:
        entries = {page.path for page in PAGES if page.entry}
        linked = set(re.findall(r'<li><a href="([^"]+)"', client.get(shown[0]).text))
        assert not (linked & (set(LISTS) & entries)) - set(shown), "no link to what is not there"


@pytest.mark.parametrize("path", TIMED)
def test_a_timed_list_is_given_of_the_past(officer: Client, path: str) -> None:
    page = officer.get(path, as_of=EARLIER, language="en")
    assert page.status_code == 200
    assert "As of 1 January 2025" in page.text
    everything = {"all": "true"} if path in COMMANDS else {}
    assert officer.api(path, as_of=EARLIER, **everything) != officer.api(path, **everything)
    addresses = re.findall(
        r'href="(/(?:requests|incidents|register|rules|complaints)/[^"]+)"', page.text
    )
    assert all("as-of=" in address for address in addresses), "each link keeps the moment"


@pytest.mark.parametrize("path", sorted(set(LISTS) - set(TIMED)))
def test_a_list_of_now_is_refused_as_of_the_past(officer: Client, path: str) -> None:
    assert officer.get(path, as_of=EARLIER).status_code == 400


@pytest.mark.parametrize("path", LISTS)
def test_a_list_is_a_file_with_the_same_rows(officer: Client, path: str) -> None:
    if path == "/register":
        return
    answer = officer.get(path, format="json").json()
    rows = next(value for value in answer.values() if isinstance(value, list))
    content = officer.get(path, format="csv")
    assert content.headers["content-disposition"].startswith("attachment; filename=")
    assert content.text.count("\r\n") >= (len(rows) + 1 if rows else 1)
    book = zipfile.ZipFile(io.BytesIO(officer.get(path, format="xlsx").content))
    assert "[Content_Types].xml" in book.namelist()


@pytest.fixture(scope="module")
def settings(sampled: Consoled) -> Settings:
    return sampled.pool.settings


@pytest.fixture
def command(program: Cli, settings: Settings) -> Cli:
    """The command line on the ledger of the console."""
    program.set(DATABASE_URL=str(settings.database_url), KEY_DIR=str(settings.key_dir))
    return program


@pytest.mark.parametrize("path", COMMANDS)
def test_a_list_is_what_the_command_prints(officer: Client, command: Cli, path: str) -> None:
    printed = command(*COMMANDS[path], "--as-of", EARLIER, "--json").json
    whole = officer.get(path, all="true", as_of=EARLIER, format="json").json()
    assert whole == printed
    rows = next(name for name, value in printed.items() if isinstance(value, list))
    parts = officer.parts(path, all="true", as_of=EARLIER, limit="2")
    shown = [row for answer in parts for row in answer[rows]]
    assert sorted(shown, key=str) == sorted(printed[rows], key=str)


def test_findings_and_purposes_are_what_the_commands_print(officer: Client, command: Cli) -> None:
    at = ("--as-of", EARLIER, "--json")
    assert officer.api("/purposes", as_of=EARLIER) == command("purposes", *at).json | {"next": None}
    found = officer.get("/findings", as_of=EARLIER, format="json").json()
    assert found == command("findings", *at).json
    whole = officer.get("/register", as_of=EARLIER, format="json").json()
    assert whole == command("register", *at).json


@pytest.mark.parametrize("form", sorted(set(EXPORTS) - {"xlsx"}))
def test_the_register_is_the_document_that_the_command_writes(
    officer: Client, command: Cli, form: str, tmp_path: Path
) -> None:
    command(
        "register",
        "--as-of",
        EARLIER,
        "--format",
        form,
        "--output",
        str(tmp_path / "r"),
        "--language",
        "nl",
    )
    response = officer.get("/register", as_of=EARLIER, format=form, language="nl")
    assert response.content == (tmp_path / "r").read_bytes()


def test_the_document_of_a_role_that_answers_no_requests_names_no_private_person(
    sampled: Consoled, officer: Client
) -> None:
    masked = sampled.as_("auditor").get("/register", format="html", language="en").text
    whole = officer.get("/register", format="html", language="en").text
    assert "(not shown)" in masked
    assert "(not shown)" not in whole
    assert "(LOST)" not in masked + whole


def test_a_document_is_shown_with_its_own_style_and_nothing_else(officer: Client) -> None:
    response = officer.get("/register", format="html")
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "style-src 'sha256-" in policy
    assert "unsafe" not in policy
    assert response.headers["content-type"].startswith("text/html")


def test_the_notification_of_a_breach_is_the_document_of_the_command(
    officer: Client, command: Cli
) -> None:
    ref = next(
        row["ref"]
        for row in officer.api("/incidents", all="true")["incidents"]
        if row["kind"] == "breach"
    )
    at = ("--as-of", "2026-05-01T00:00:00Z")
    printed = command(
        "incident", "notification", ref, *at, "--format", "html", "--language", "nl"
    ).out
    path = f"/incidents/{ref}/notification"
    assert officer.get(path, as_of=at[1], format="html", language="nl").content == printed


def test_findings_go_on_by_key_and_each_is_shown_once(officer: Client) -> None:
    whole = officer.get("/findings", format="json").json()
    everything = [row["event"]["position"] for row in whole["findings"]]
    answers = list(officer.parts("/findings", limit="50"))
    found = [row["event"]["position"] for answer in answers for row in answer["findings"]]
    assert len(answers[0]["findings"]) == 50
    counted = sum(rule["count"] for rule in answers[0]["rules"])
    assert answers[0]["open"] == len(everything) == counted
    assert found == everything
    then = officer.get("/findings", as_of=EARLIER, format="json").json()
    assert officer.api("/findings", as_of=EARLIER)["open"] == then["open"]
    assert officer.get("/findings", after="nonsense").status_code == 400


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_page_of_findings_stays_small_and_leads_on(officer: Client, language: str) -> None:
    page = officer.get("/findings", language=language).content
    rows = [row.partition(b"</tr>")[0] for row in page.split(b"<tr>")[2:]]
    assert 1 < len(rows) <= ROWS
    # Where there are more findings than the sample has, a page is full.
    full = len(page) + (ROWS - len(rows)) * sum(map(len, rows)) / len(rows)
    assert full < 100_000
    assert 'rel="next"' in officer.get("/findings", language=language, limit="10").text


def test_filters_of_findings_stay_in_each_link(officer: Client) -> None:
    page = officer.get("/findings", severity="high", **{"from": "2024-01-01T00:00:00Z"})
    narrowed = officer.api("/findings", severity="high", **{"from": "2024-01-01T00:00:00Z"})
    assert {row["severity"] for row in narrowed["findings"]} == {"high"}
    links = re.findall(r'href="(/findings\?[^"]*rule=[^"]+)"', page.text)
    assert links
    assert all("severity=high" in link and "from=2024" in link for link in links)
    assert '<option value="high" selected>' in page.text


def test_from_a_finding_to_its_event_and_to_the_law(officer: Client) -> None:
    finding = officer.api("/findings")["findings"][0]
    page = officer.get("/findings", language="en").text
    rule, position = finding["rule"], finding["event"]["position"]
    assert f'href="/rules/{rule}"' in page
    assert f'href="/events/{position}"' in page
    law = officer.get(f"/rules/{rule}", language="en").text
    assert rule in law
    told = officer.api(f"/rules/{rule}")
    assert told["citation"] == finding["citation"]
    assert ("confirmed by a lawyer" in law) == (told["confidence"] == "unconfirmed")
    assert f'href="/findings?rule={rule}"' in law
    assert officer.get("/rules/law.none.such").status_code == 404


def test_every_rule_of_the_rulebook_that_a_page_names_has_its_page(officer: Client) -> None:
    pages = (
        officer.get(path).text for path in ("/findings", "/lint", "/retention", "/register/billing")
    )
    named = {rule for page in pages for rule in re.findall(r'href="/rules/([^"?]+)"', page)}
    assert len(named) > 20
    assert {officer.get(f"/rules/{rule}").status_code for rule in named} == {200}


def _first(officer: Client, path: str, rows: str, ref: str) -> list[dict[str, Any]]:
    return [row for row in officer.api(path, all="true")[rows] if row[ref]][:3]


def test_a_case_has_a_page_whose_acts_lead_to_their_events(officer: Client) -> None:
    cases = [
        *(
            f"/requests/{row['request_ref']}"
            for row in _first(officer, "/requests", "requests", "request_ref")
        ),
        *(
            f"/complaints/{row['complaint_ref']}"
            for row in _first(officer, "/complaints", "complaints", "complaint_ref")
        ),
        *(f"/incidents/{row['ref']}" for row in _first(officer, "/incidents", "incidents", "ref")),
    ]
    assert len(cases) == 9
    for case in cases:
        page = officer.get(case, language="en")
        assert page.status_code == 200
        steps = officer.api(case)["steps"]
        events = re.findall(r'href="/events/([0-9]+)"', page.text)
        assert len(events) == len(steps), case


def test_an_activity_has_a_page_and_an_unknown_one_has_none(officer: Client) -> None:
    for row in officer.api("/register")["activities"]:
        page = officer.get(f"/register/{row['activity']}", language="en")
        assert page.status_code == 200
        assert page.text.count('class="tag due"') + page.text.count("notice due") >= len(
            row["drift"]
        )
    assert officer.get("/register/no-such-activity").status_code == 404


def test_a_clock_that_is_due_for_another_cause_names_no_day_to_come(officer: Client) -> None:
    due = officer.api("/retention")["clocks"]
    assert any(row["until"] and not row["overdue_since"] for row in due if row["due"])
    page = officer.get("/retention", language="en").text
    cells = re.findall(r'<td data-label="Until">(.*?)</td>', page, re.DOTALL)
    assert len(cells) == len(due)
    told = [("<time" in cell, "should have gone" in cell) for cell in cells]
    assert set(told) == {(True, True), (False, False)}


def test_a_reader_without_persons_sees_no_link_to_one(sampled: Consoled) -> None:
    lead = sampled.as_("team-lead")
    for path in ("/requests", "/findings", "/retention"):
        page = lead.get(path, **({"all": "true"} if path == "/requests" else {}))
        assert 'href="/persons/' not in page.text
        assert 'href="/events/' not in page.text


@pytest.mark.parametrize(
    "hostile", ["<script>", "' OR 1=1", "a" * 3000, "\N{RIGHT-TO-LEFT OVERRIDE}x"]
)
def test_hostile_parameters_come_back_harmless(officer: Client, hostile: str) -> None:
    for path in ("/requests", "/findings", "/holds"):
        response = officer.get(path, subject=hostile)
        assert response.status_code == 400
        assert "<script>" not in response.text.replace('<script src="/static', "")
    assert officer.get("/register/" + "%3Cscript%3E").status_code == 404
    assert ORIGIN not in officer.get("/requests").text
    assert orjson.loads(officer.get("/api/v1/requests", right="none").content)["requests"] == []
    speak(None)


@pytest.mark.parametrize("path", ["/requests", "/complaints", "/incidents", "/notifications"])
def test_a_long_list_goes_on_by_key_with_its_filters(officer: Client, path: str) -> None:
    answer = officer.get(path, all="true", format="json").json()
    rows = next(value for value in answer.values() if isinstance(value, list))
    address, shown, pages = f"{path}?all=true&limit=3", 0, 0
    while address:
        page = officer.http.get(address).text
        shown += len(re.findall('<th scope="row">', page))
        pages += 1
        following = re.search(r'href="([^"]+)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else ""
        assert not address or "all=true" in address
    assert shown == len(rows)
    assert pages > 1 or len(rows) <= 3
    assert officer.get(path, after="no-such-row").status_code == 400


def test_a_finding_names_the_kind_of_its_event_in_dutch(sampled: Consoled) -> None:
    page = sampled.as_("privacy-officer").get("/findings", language="nl").text
    assert "gegevens verstrekt, gebeurtenis" in page
    assert "personal data disclosed" not in page
    assert "<br>nieuwsbrief<" in page.replace(" ", "")


def test_a_table_does_not_say_again_what_its_heading_says(sampled: Consoled) -> None:
    client = sampled.as_("privacy-officer")
    page = client.get("/findings", language="en").text
    assert '<caption class="unseen">Findings</caption>' in page
    assert "<caption>Declared and observed" in client.get("/register", language="en").text
