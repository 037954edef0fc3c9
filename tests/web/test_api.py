"""The HTTP API: what every answer says of itself, lists in pieces, moments, errors, opened values."""

import re
from typing import Any

import pytest

from ledger.errors import Misconfigured
from tests.web.console import Client, Consoled
from tests.web.programs import Programs
from web.api.paging import Pages
from web.problems import PlaceLost

WHO = "/persons/customer/10023"
STATE, HISTORY = f"/api/v1{WHO}/state", f"/api/v1{WHO}/history"
MASKED = {"masked": True}
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def auditor(sampled: Consoled) -> Client:
    return sampled.as_("auditor", "employee/901")


def test_every_answer_has_its_version_its_trace_and_the_headers_of_the_rules(
    sampled: Consoled, auditor: Client
) -> None:
    for response in (
        auditor.get(STATE),
        auditor.get("/api/v1/nothing"),
        auditor.get(STATE, no="1"),
        sampled.nobody().get(STATE),
        auditor.http.delete(STATE, headers={"origin": "http://127.0.0.1:8463"}),
    ):
        assert response.headers["api-version"] == "1.0.0"
        assert re.fullmatch(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]", response.headers["traceparent"])
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert "frame-ancestors 'none'" in response.headers["content-security-policy"]


def test_a_trace_goes_on_and_a_wrong_one_is_as_none(auditor: Client) -> None:
    def answered(given: str) -> str:
        response = auditor.http.get(STATE, headers={"traceparent": given})
        return str(response.headers["traceparent"])

    assert answered(TRACE).startswith(TRACE[:36])
    assert answered(TRACE).endswith("-01")
    assert answered(TRACE) != TRACE
    for wrong in (
        "",
        "x",
        TRACE.replace("00-", "ff-", 1),
        TRACE + "-more",
        f"00-{'0' * 32}-{'1' * 16}-01",
    ):
        assert answered(wrong)[3:35] not in {TRACE[3:35], "0" * 32}
    assert answered("01" + TRACE[2:] + "-more")[3:35] == TRACE[3:35]


def test_an_answer_that_the_client_has_is_not_sent_again_and_the_read_is_noted(
    sampled: Consoled, auditor: Client
) -> None:
    first = auditor.get(STATE)
    sampled.reads()
    tag = first.headers["etag"]
    for known in (tag, tag.removeprefix("W/"), f'"x", {tag}', "*"):
        again = auditor.http.get(STATE, headers={"if-none-match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert sampled.reads() == 4
    assert auditor.http.get(STATE, headers={"if-none-match": '"x"'}).status_code == 200


def test_head_options_and_other_methods(auditor: Client) -> None:
    got, head = auditor.get(STATE), auditor.http.head(STATE)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == got.headers["etag"]
    assert int(head.headers["content-length"]) == len(got.content)
    options = auditor.http.options(STATE)
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")
    refused = auditor.http.request("PROPFIND", STATE, headers={"authorization": "x"})
    assert refused.status_code in {403, 405}


def test_an_error_is_a_problem_with_its_place_and_quotes_nothing(auditor: Client) -> None:
    response = auditor.get(STATE, at_position="jan@example.org")
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == "bad-request"
    assert problem["errors"][0]["parameter"] == "atPosition"
    assert {"title", "status", "detail", "type"} <= problem.keys()
    assert "jan@" not in response.text
    missing = auditor.get("/api/v1/persons/customer/none/state").json()
    assert (missing["status"], missing["code"]) == (404, "not-found")
    assert (
        auditor.get(STATE, as_of="2026-01-01T00:00:00Z", asOf="2026-01-01T00:00:00Z").status_code
        == 400
    )


def test_a_moment_by_either_spelling(auditor: Client) -> None:
    then = "2024-06-01T00:00:00+02:00"
    camel, hyphens = auditor.get(HISTORY, asOf=then), auditor.get(HISTORY, as_of=then)
    now = auditor.get(HISTORY)
    assert camel.json() == hyphens.json()
    assert len(camel.json()["events"]) < len(now.json()["events"])


def pieces(client: Client, path: str, rows: str, limit: int, **asked: Any) -> list[Any]:
    """All rows of a list, by the links from one piece to the next."""
    found: list[Any] = []
    response = client.get(path, limit=str(limit), **asked)
    while True:
        assert response.status_code == 200, response.text
        piece = response.json()[rows]
        assert len(piece) <= limit
        found += piece
        link = re.fullmatch('<(.+)>; rel="next"', response.headers.get("link", ""))
        if link is None:
            return found
        response = client.http.get(link[1])


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        (HISTORY, "events"),
        ("/api/v1/recipients", "recipients"),
        (f"/api/v1{WHO}/consents", "consents"),
    ],
)
def test_a_list_comes_in_pieces_that_are_the_whole(auditor: Client, path: str, rows: str) -> None:
    whole = auditor.get(path, atPosition="2000", limit="1000").json()[rows]
    assert len(whole) > 1
    assert pieces(auditor, path, rows, 1, atPosition="2000") == whole
    assert pieces(auditor, path, rows, 1000, atPosition="2000") == whole


def test_a_cursor_counts_for_its_own_question_alone(auditor: Client) -> None:
    path = "/api/v1/recipients"
    response = auditor.get(path, limit="1", atPosition="2000")
    following = response.json()["next"]
    assert response.headers["link"] == f'<{following}>; rel="next"'
    cursor = re.search("cursor=([^&]+)", following)
    assert cursor
    good = {"limit": "1", "atPosition": "2000", "cursor": cursor[1]}
    assert auditor.get(path, **good).status_code == 200
    other = "B" if cursor[1][5] == "A" else "A"
    for wrong in (
        {"atPosition": "1999"},
        {"cursor": cursor[1][:5] + other + cursor[1][6:]},
        {"cursor": "ä"},
        {"cursor": "AAAA"},
        {"limit": "0"},
        {"limit": "1001"},
        {"limit": "x"},
    ):
        assert auditor.get(path, **(good | wrong)).status_code == 400, wrong


def test_a_list_that_changed_goes_on_behind_the_same_row_or_says_that_it_is_gone() -> None:
    key, rows = bytes(range(32)), ["a", "b", "c", "d"]
    first = Pages(key, "q").piece(rows, 2, None)
    assert (first.rows, first.following is None) == (["a", "b"], False)
    assert Pages(key, "q").piece(["new", *rows], 2, first.following).rows == ["c", "d"]
    assert Pages(key, "q").piece(["b"], 2, first.following).rows == []
    with pytest.raises(PlaceLost):
        Pages(key, "q").piece(["a", "c", "d"], 2, first.following)
    for stranger in (Pages(bytes(32), "q"), Pages(key, "other")):
        with pytest.raises(Misconfigured):
            stranger.piece(rows, 2, first.following)


def test_masked_values_open_for_one_request_with_a_reason(
    sampled: Consoled, auditor: Client
) -> None:
    sampled.reads()
    opening = {"open": "contact", "reason": "audit-sample", "caseRef": "A-7"}
    opened = auditor.get(STATE, **opening).json()["personal"]
    assert "@" in opened["contact"]["email"]
    assert opened["identity"]["name"] == MASKED
    assert auditor.get(STATE).json()["personal"]["contact"]["email"] == MASKED
    sampled.reads()
    facts = [line["facts"] for line in pieces_of_reads(auditor)]
    said = [read for read in facts if read.get("case_ref") == "A-7"]
    assert [(read["categories"], read["reason"]) for read in said] == [
        (["contact"], "audit-sample")
    ]
    several = auditor.http.get(
        STATE, params=[("open", "contact"), ("open", "identity"), ("reason", "complaint")]
    )
    assert MASKED not in several.json()["personal"]["identity"].values()
    for wrong in (
        {"open": "contact"},
        {"reason": "complaint"},
        opening | {"open": "soul"},
        opening | {"reason": "x"},
    ):
        assert auditor.get(STATE, **wrong).status_code == 400, wrong
    assert auditor.get(STATE, **(opening | {"caseRef": "jan@example.org"})).status_code == 400
    assert sampled.as_("helpdesk-agent").get(STATE, **opening).status_code == 404
    assert auditor.get("/api/v1/today", **opening).status_code == 400


def pieces_of_reads(client: Client) -> list[Any]:
    lines = client.get(HISTORY, limit="1000").json()["events"]
    return [line for line in lines if line["type"].endswith(".ledger-read.v1")]


def test_opening_is_limited_as_on_pages(sampled: Consoled) -> None:
    client = sampled.as_("auditor", "employee/902")
    codes = {
        client.get(STATE, open="contact", reason="audit-sample").status_code for _ in range(122)
    }
    assert codes == {200, 429}


def test_a_program_gets_a_long_answer_compressed_and_a_session_does_not(sampled: Consoled) -> None:
    program = Programs(sampled).client("crm", "ledger")
    zipped = program.get(HISTORY, headers={"accept-encoding": "br, gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert int(zipped.headers["content-length"]) < len(zipped.content)
    for plain in (
        program.get(HISTORY, headers={"accept-encoding": "gzip;q=0, br"}),
        sampled.as_("auditor", "employee/901").http.get(
            HISTORY, headers={"accept-encoding": "gzip"}
        ),
    ):
        assert "content-encoding" not in plain.headers
