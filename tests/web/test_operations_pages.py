"""Operations: what flows and what does not; refused messages by kind, tried again by form."""

import re
from io import BytesIO
from typing import Any

import orjson
import pytest

from consumers.files import ingest
from ledger.clocks import Clocks
from tests.fixtures.console import collected, registered
from tests.web.console import Consoled
from tests.web.office import english

PAGE, LETTERS = "/operations", "/dead-letters"


def refuse(console: Consoled, *lines: bytes) -> None:
    """Ingest lines of which none can be recorded."""
    with console.site() as site:
        ingest(
            site.open_recorder,
            [("broken", BytesIO(b"\n".join(lines)))],
            site.intake,
            Clocks(site.clock),
        )


def test_a_ledger_in_order_says_that_everything_flows(empty: Consoled) -> None:
    client = empty.as_("ledger-operator")
    page = client.get(PAGE, language="en").text
    assert "Everything flows." in page
    assert client.api(PAGE)["position"] == 0
    assert client.api("/operations/keys")["due"] is False


def test_what_waits_for_a_checkpoint_is_said(empty: Consoled) -> None:
    empty.record(registered(), collected())
    page = empty.as_("ledger-operator").get(PAGE, language="en").text
    assert "2 events wait for a checkpoint" in page
    assert "1 matter waits" in page


def test_refused_messages_are_listed_without_content(empty: Consoled) -> None:
    refuse(empty, b'{"secret": "0612345678"', b"[]")
    client = empty.as_("ledger-operator")
    page = client.get(LETTERS, language="en").text
    assert "2 like these, 2 in all." in page
    assert "0612345678" not in page
    assert "not JSON" in page
    listed = client.api(LETTERS, code="not-json")
    assert (listed["matching"], listed["total"]) == (1, 2)
    assert client.get(LETTERS, code="not-json", format="csv").text.count("\n") == 2


def test_a_list_goes_on_where_the_page_before_ended(empty: Consoled) -> None:
    refuse(empty, *(b"no json %d" % number for number in range(5)))
    client = empty.as_("ledger-operator")
    parts = [page["dead_letters"] for page in client.parts(LETTERS, limit="2")]
    assert [len(rows) for rows in parts] == [2, 2, 1]
    assert len({row["letter"] for rows in parts for row in rows}) == 5


def test_a_name_that_no_message_had_is_an_error(empty: Consoled) -> None:
    refuse(empty, b"no json")
    client = empty.as_("ledger-operator")
    assert client.get(LETTERS, source="urn:nowhere").status_code == 400
    problem = client.get(f"/api/v1{LETTERS}", source="urn:nowhere")
    assert problem.status_code == 400
    assert "urn:nowhere" not in problem.text


def test_a_letter_whose_message_was_mended_is_no_longer_open(empty: Consoled) -> None:
    good = collected()
    bad = {**good, "data": {**good["data"], "unheard_of": 1}}
    empty.record(registered())
    refuse(empty, orjson.dumps(bad))
    operator, officer = english(empty.as_("ledger-operator")), english(empty.as_("privacy-officer"))
    [letter] = operator.api(LETTERS)["dead_letters"]
    assert letter["mended_by"] is None
    assert [
        row["count"] for row in officer.api("/today")["tasks"] if row["task"] == "retry-letters"
    ] == [1]
    page = operator.get(f"{LETTERS}/{letter['letter']}").text
    assert "This message is not recorded." in page
    assert good["id"] in page
    assert letter["pointer"] in page
    assert letter["pointer"]
    assert good["source"] in page
    empty.record(good)
    assert operator.api(LETTERS)["dead_letters"] == []
    assert [row for row in officer.api("/today")["tasks"] if row["task"] == "retry-letters"] == []
    [mended] = operator.api(LETTERS, mended="true")["dead_letters"]
    assert mended["mended_by"] == 2
    assert "mended by event 2" in operator.get(LETTERS, mended="true").text
    page = officer.get(f"{LETTERS}/{letter['letter']}").text
    assert 'Mended by <a href="/events/2">event 2</a>.' in page
    assert ">Try again<" not in page


def test_another_content_under_the_same_name_stays_open(empty: Consoled) -> None:
    good = collected()
    empty.record(registered(), good)
    refuse(empty, orjson.dumps({**good, "time": "2026-05-01T10:00:00+02:00"}))
    [letter] = empty.as_("ledger-operator").api(LETTERS)["dead_letters"]
    assert (letter["code"], letter["mended_by"]) == ("conflicting-duplicate", None)


def test_a_letter_that_is_none_has_no_page(empty: Consoled) -> None:
    operator = empty.as_("ledger-operator")
    assert operator.get(f"{LETTERS}/{'0' * 64}").status_code == 404
    assert operator.get(f"{LETTERS}/zz").status_code in {400, 404}


def test_who_is_refused_again_is_not_told_to_press_again(empty: Consoled) -> None:
    refuse(empty, b"no json", b"[]")
    operator = english(empty.as_("ledger-operator"))
    sent = operator.post(f"{LETTERS}/retry-all")
    page = operator.http.get(sent.headers["location"]).text
    assert "2 messages tried again: 0 recorded, 2 refused again." in page
    assert "Press again" not in page
    assert "`" not in page


def test_all_of_a_kind_are_tried_again_and_the_page_says_what_became_of_them(
    empty: Consoled,
) -> None:
    refuse(empty, b"no json", b"[]")
    client = empty.as_("ledger-operator")
    sent = client.post(f"{LETTERS}/retry-all", code="not-json")
    assert sent.headers["location"] == f"{LETTERS}?code=not-json&tried=1&stayed=1"
    page = client.http.get(f"{sent.headers['location']}&language=en").text
    assert "1 message tried again: 0 recorded, 1 refused again." in page


def test_chosen_messages_are_tried_again(empty: Consoled) -> None:
    refuse(empty, b"no json", b"[]")
    client = empty.as_("ledger-operator")
    letter = client.api(LETTERS)["dead_letters"][0]["letter"]
    sent = client.post(f"{LETTERS}/retry", letter=letter)
    assert sent.headers["location"] == f"{LETTERS}?tried=1&stayed=1"
    nothing = client.post(f"{LETTERS}/retry")
    assert nothing.status_code == 400
    assert client.post(f"{LETTERS}/retry", letter="0" * 64).status_code == 422


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        (f"{LETTERS}/retry", {"letter": "0" * 64}),
        (f"{LETTERS}/retry-all", {}),
        (f"{PAGE}/resume", {"source": "urn:a", "topic": "events"}),
    ],
)
def test_a_role_without_the_act_has_neither_the_form_nor_the_address(
    empty: Consoled, path: str, fields: dict[str, Any]
) -> None:
    refuse(empty, b"no json")
    auditor = empty.as_("auditor")
    page = auditor.get(LETTERS).text
    assert '<form method="post" action="/dead-letters' not in page
    assert auditor.post(path, **fields).status_code == 404


def test_a_source_that_is_not_quarantined_is_not_let_in(empty: Consoled) -> None:
    response = empty.as_("ledger-operator").post(
        f"{PAGE}/resume", source="urn:voipzeker:crm", topic="events"
    )
    assert response.status_code == 400
    assert "urn:voipzeker:crm" not in response.text


def test_kafka_is_asked_on_a_page_of_its_own(empty: Consoled) -> None:
    client = empty.as_("ledger-operator")
    answer = client.api("/operations/kafka")
    assert answer.pop("sees_part")
    assert answer == {"asked": False, "partitions": [], "next": None}
    assert (
        "LEDGER_KAFKA_BOOTSTRAP is not set" in client.get("/operations/kafka", language="en").text
    )


def test_views_have_names_and_none_that_is_up_to_date_has_a_bar(empty: Consoled) -> None:
    client = empty.as_("ledger-operator")
    page = client.get(PAGE, language="nl").text
    assert set(re.findall(r"\b[a-z]+_[a-z]+\b", page[page.index('id="views"') :])) == set()
    assert "In te lichten ontvangers" in page
    assert '<figure class="bars">' not in page


def test_so_many_are_tried_again_at_a_press_and_the_rest_stays(
    empty: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.operations.TRIED_AT_ONCE", 2)
    refuse(empty, b"no json", b"none either", b"nor this")
    sent = empty.as_("ledger-operator").post(f"{LETTERS}/retry-all", code="not-json")
    assert sent.headers["location"] == f"{LETTERS}?code=not-json&tried=2&stayed=2"
