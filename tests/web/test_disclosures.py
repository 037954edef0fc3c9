"""Pages of disclosures: filters that survive, pages by key, and what a role may not know."""

import re
from collections import Counter
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from application.queries.disclosures import totals as totals_module
from application.queries.disclosures.known import known_before
from application.queries.period import ALWAYS
from ledger.event import instant
from ledger.library.reader import LedgerReader
from ledger.reading import head_position
from projections.folds.timetravel import Moment
from projections.reading.views import disclosed as disclosed_rows
from projections.views.disclosures import sorted_disclosures
from schemas.names import EVENT_ANNULLED, type_of
from tests.fixtures.console import disclosed, recipient
from tests.web.console import Client, Consoled
from tests.web.office import english
from tests.web.persons import IBAN, NEVER, OTHER, WHO, record_persons
from web.rights import sight_of

CERTIFIED = [
    {"framework": "dpf", "valid_from": "2024-01-01", "valid_to": "2025-03-01"},
    {"framework": "dpf", "valid_from": "2026-01-01"},
]


@pytest.fixture(scope="module")
def given(sampled: Consoled) -> Consoled:
    record_persons(sampled)
    time = "2026-05-30T10:00:00+02:00"
    sampled.record(
        recipient("Huis Elders", "elders", country="US", certifications=CERTIFIED),
        *(
            disclosed(WHO, time=time, recipient="elders", country="US", provision="nl.awr.53")
            for _ in range(7)
        ),
    )
    return sampled


def walked(client: Client, **parameters: str) -> list[dict[str, Any]]:
    """Every disclosure, page by page by the answer's own places."""
    parts = client.parts("/disclosures", **parameters)
    return [row for answer in parts for row in answer["disclosures"]]


def test_pages_by_key_give_every_disclosure_once_the_latest_first(given: Consoled) -> None:
    officer = given.as_("privacy-officer")
    rows = walked(officer, limit="97")
    with given.site() as site:
        source = site.source("disclosures")
        known = [row.position for row in disclosed_rows(source.session)]
    assert [row["position"] for row in rows] == known[::-1]


@pytest.mark.parametrize("limit", ["1", "3", "1000"])
@pytest.mark.parametrize(
    "chosen",
    [
        {"recipient": "elders"},
        {"kind": "collection-agency", "country": "US"},
        {"provision": "AWR art. 53", "recipient": "elders"},
        {"country": "US", "from": "2026-05-30", "until": "2026-05-30"},
        {"country": "outside-eea", "from": "2026-05-30", "until": "2026-05-30"},
        {"country": "outside-eea", "kind": "collection-agency", "recipient": "Huis Elders"},
        {"subject": WHO, "recipient": "elders"},
        {"subject": WHO, "country": "outside-eea", "from": "2026-05-30"},
    ],
)
def test_filters_hold_on_every_page(given: Consoled, chosen: dict[str, str], limit: str) -> None:
    rows = walked(given.as_("privacy-officer"), limit=limit, **chosen)
    assert [row["recipient"] for row in rows] == ["elders"] * 7


@pytest.mark.parametrize(
    "chosen",
    [
        {},
        {"kind": "collection-agency"},
        {"country": "outside-eea"},
        {"purpose": "collection"},
        {"legal-basis": "6-1-f"},
        {"from": "2025-01-01", "until": "2025-12-31", "country": "NL"},
        {"subject": WHO},
        {"subject": "customer/10023", "until": "2025-06-30"},
    ],
)
def test_totals_count_what_all_pages_of_the_filter_have(
    given: Consoled, chosen: dict[str, str]
) -> None:
    officer = given.as_("privacy-officer")
    rows = walked(officer, limit="1000", **chosen)
    totals = officer.api("/disclosures/totals", **chosen)
    assert rows
    assert totals["complete"]
    assert totals["disclosures"] == len(rows) == sum(x["disclosures"] for x in totals["given_to"])
    assert totals["recipients"] == len({row["recipient"] for row in rows})
    for facet, member in (
        ("kinds", "recipient_kind"),
        ("countries", "country"),
        ("purposes", "purpose"),
        ("legal_bases", "legal_basis"),
    ):
        counted = Counter(row[member] for row in rows if row[member])
        assert {one["code"]: one["disclosures"] for one in totals[facet]} == counted
    outside = walked(officer, limit="1000", **{**chosen, "country": "outside-eea"})
    if "country" not in chosen:
        assert totals["outside_eea"] == len(outside)


def test_every_row_has_what_was_chosen(given: Consoled) -> None:
    officer = given.as_("privacy-officer")
    for member, chosen in (
        ("purpose", {"purpose": "collection"}),
        ("legal_basis", {"legal-basis": "6-1-c"}),
        ("subject", {"subject": "customer/10023"}),
    ):
        rows = walked(officer, **chosen)
        assert {row[member] for row in rows} == set(chosen.values())


def test_beyond_what_is_counted_the_totals_say_so(
    given: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(totals_module, "LOOKED_AT", 20)
    officer = english(given.as_("privacy-officer"))
    totals = officer.api("/disclosures/totals")
    assert (totals["complete"], totals["disclosures"]) == (False, 20)
    latest = walked(officer)[:20]
    assert totals["first"] == latest[-1]["occurred_at"]
    assert "The latest 20 disclosures, since" in officer.get("/disclosures").text


def test_the_page_says_the_totals_beside_the_choices(given: Consoled) -> None:
    officer = english(given.as_("privacy-officer"))
    totals = officer.api("/disclosures/totals", country="outside-eea")
    page = officer.get("/disclosures", country="outside-eea").text
    number = totals["disclosures"]
    assert f"{number} disclosures to {totals['recipients']} recipients" in page
    for kind in totals["kinds"]:
        shown = re.search(f'<option value="{kind["code"]}">[^<]+ \\((\\d+)\\)</option>', page)
        assert shown is not None
        assert int(shown[1]) == kind["disclosures"]
    assert '<option value="outside-eea" selected>' in page


def test_one_disclosure_is_told_as_one(given: Consoled) -> None:
    officer = english(given.as_("privacy-officer"))
    alone = f"alone-{len(walked(officer))}"
    given.record(recipient("Alleen", alone), disclosed(OTHER, recipient=alone))
    assert len(walked(officer, recipient=alone)) == 1
    page = officer.get("/disclosures", recipient=alone).text
    assert "1 disclosure to 1 recipient;" in page
    page = given.as_("privacy-officer").get("/disclosures", language="nl", recipient=alone).text
    assert "1 verstrekking aan 1 ontvanger;" in page


def test_the_recipients_of_a_person_are_of_the_days_that_are_chosen(given: Consoled) -> None:
    officer = english(given.as_("privacy-officer"))
    path, days = f"/persons/{WHO}/disclosures", {"from": "2026-05-30", "until": "2026-05-30"}
    every = officer.api(path)["disclosures"]
    chosen = officer.api(path, **days)["disclosures"]
    assert 0 < len(chosen) < len(every)
    assert chosen == [row for row in every if row["occurred_at"].startswith("2026-05-30")]
    page = f"/persons/{WHO}/recipients"
    shown = officer.get(page, **days)
    assert f"{len(chosen)} disclosures of data of this person, to 1 recipient;" in shown.text
    assert 'name="until" type="date" value="2026-05-30"' in shown.text
    lines = officer.get(page, **days, format="csv").text.splitlines()
    assert len(lines) == 1 + len(chosen)
    assert officer.get(page, **{"from": "yesterday"}).status_code == 400


def test_transfers_are_of_the_kind_that_is_chosen(given: Consoled) -> None:
    officer = given.as_("privacy-officer")
    days = {"from": "2026-04-01", "until": "2026-06-30"}
    chosen = officer.api("/transfers", kind="collection-agency", **days)["transfers"]
    listed = walked(officer, kind="collection-agency", country="outside-eea", **days)
    assert sum(row["disclosures"] for row in chosen) == len(listed) > 0
    assert all(row["recipient_kinds"] == ["collection-agency"] for row in chosen)
    page = officer.get("/transfers", kind="collection-agency", **days).text
    assert "kind=collection-agency" in page
    assert '<option value="collection-agency" selected>' in page


@pytest.mark.parametrize("path", ["/disclosures", "/disclosures/totals"])
@pytest.mark.parametrize("whom", [WHO, NEVER, "employee/900", "nobody"])
def test_a_reader_who_is_told_of_no_person_asks_about_none(
    given: Consoled, path: str, whom: str
) -> None:
    lead = given.as_("team-lead")
    assert lead.get(f"/api/v1{path}", subject=whom).status_code == 404


def test_what_is_chosen_stands_in_the_links(given: Consoled) -> None:
    officer = given.as_("privacy-officer")
    chosen = {"recipient": "elders", "country": "US", "from": "2026-01-01", "limit": "3"}
    text = officer.get("/disclosures", language="en", **chosen, at_position="99999").text
    links = [piece.split('"')[0].replace("&amp;", "&") for piece in text.split('href="')[1:]]
    [following] = [link for link in links if "after=" in link]
    asked = {name: values[0] for name, values in parse_qs(urlsplit(following).query).items()}
    assert asked.pop("after").isdecimal()
    assert asked == chosen | {"at-position": "99999"}
    for form in ("csv", "xlsx", "json"):
        [link] = [link for link in links if f"format={form}" in link]
        assert "recipient=elders" in link
    assert 'value="elders"' in text


def test_a_file_has_what_the_page_shows_in_its_order(given: Consoled) -> None:
    officer = given.as_("privacy-officer")
    lines = officer.get("/disclosures", recipient="elders", format="csv").text.splitlines()
    answer = officer.api("/disclosures", recipient="elders")["disclosures"]
    assert [line.split(",")[0] for line in lines[1:]] == [str(row["position"]) for row in answer]


def test_a_page_looks_at_a_limited_number_and_leads_on(
    given: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.queries.disclosures.paged.LOOKED_AT", 5)
    officer = given.as_("privacy-officer")
    first = officer.api("/disclosures", country="XX")
    assert first["disclosures"] == []
    assert first["next"] is not None
    monkeypatch.undo()
    assert officer.api("/disclosures", country="XX")["next"] is None


@pytest.mark.parametrize("after", ["1", "999999"])
def test_a_place_that_no_page_gave_is_refused(given: Consoled, after: str) -> None:
    response = given.as_("privacy-officer").get("/api/v1/disclosures", after=after)
    assert response.status_code == 400
    assert response.json()["errors"][0]["parameter"] == "after"


@pytest.mark.parametrize(
    "wrong", [{"from": "yesterday"}, {"country": "nl"}, {"limit": "0"}, {"limit": "1001"}]
)
def test_wrong_filters_are_named(given: Consoled, wrong: dict[str, str]) -> None:
    response = given.as_("privacy-officer").get("/api/v1/disclosures", **wrong)
    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (
        400,
        next(iter(wrong)),
    )


def test_a_role_without_persons_hears_of_none(given: Consoled) -> None:
    lead = given.as_("team-lead")
    text = lead.get("/disclosures", language="en").text
    assert "customer/" not in text
    rows = lead.api("/disclosures")["disclosures"]
    assert {row["subject"] for row in rows} == {None}
    assert {tuple(row["categories"]) for row in rows} == {()}
    assert {row["recipient"] for row in rows} >= {"elders"}


def test_a_role_with_some_categories_sees_no_other_in_a_disclosure(given: Consoled) -> None:
    with given.site() as site:
        source = site.source("disclosures")
        sight = sight_of("disclosure-officer", source, frozenset())
    rows = given.as_("disclosure-officer").api("/disclosures", limit="1000")["disclosures"]
    named = {name for row in rows for name in row["categories"]}
    assert not [name for name in named if not sight.known([name])]


def test_the_past_of_disclosures_is_what_was_known_then(given: Consoled) -> None:
    officer = given.as_("privacy-officer")
    known = officer.api("/disclosures", recipient="elders")["disclosures"]
    before = str(min(row["position"] for row in known) - 1)
    assert officer.api("/disclosures", recipient="elders", at_position=before) == {
        "disclosures": [],
        "next": None,
    }
    then = officer.api("/disclosures", limit="50", at_position=before)
    positions = [row["position"] for row in then["disclosures"]]
    assert max(positions) <= int(before)
    rest = officer.http.get(then["next"]).json()
    assert not {row["position"] for row in rest["disclosures"]} & set(positions)
    as_of = officer.api("/disclosures", as_of="2025-01-01T00:00:00Z")["disclosures"]
    assert max(row["occurred_at"] for row in as_of) <= "2025-01-01T00:00:00.000000Z"


def test_transfers_lead_from_a_country_to_its_disclosures(given: Consoled) -> None:
    officer = given.as_("privacy-officer")
    text = officer.get("/transfers", language="en").text
    assert "United States" in text
    assert 'href="/disclosures?country=US"' in text
    rows = officer.api("/transfers")["transfers"]
    count = sum(row["disclosures"] for row in rows if row["country"] == "US")
    assert count == len(walked(officer, country="US"))
    before = str(min(row["position"] for row in walked(officer, recipient="elders")) - 1)
    then = officer.api("/transfers", at_position=before)["transfers"]
    assert count - sum(row["disclosures"] for row in then if row["country"] == "US") == 7


def test_what_a_recipient_is_certified_under_is_on_the_pages_where_it_stands(
    given: Consoled,
) -> None:
    officer = given.as_("privacy-officer")
    activity = disclosed(WHO)["data"]["activity"]
    for path in ("/recipients", f"/register/{activity}"):
        text = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", officer.get(path, language="en").text))
        assert "dpf from 1 January 2024 up to and including 28 February 2025" in text
        assert "dpf since 1 January 2026" in text


def test_the_numbers_for_the_public_hide_what_is_small_at_every_moment(given: Consoled) -> None:
    officer = given.as_("privacy-officer")
    now = officer.api("/transparency")
    same = officer.api("/transparency", at_position="999999")
    assert same == now, "from the events the same as from the view"
    counts = [count for kind in now["kinds"] for count in kind["counts"].values()]
    assert "<5" in counts
    assert not [count for count in counts if count in {1, 2, 3, 4}]
    text = officer.get("/transparency", language="en").text
    assert "at least" in text
    assert IBAN not in text


@pytest.mark.parametrize("path", ["/disclosures", "/recipients", "/transfers", "/transparency"])
@pytest.mark.parametrize("role", ["helpdesk-agent", "ledger-operator"])
def test_the_part_is_not_there_for_others(given: Consoled, path: str, role: str) -> None:
    assert given.as_(role).get(path).status_code == 404


@pytest.mark.parametrize("path", ["/disclosures", "/recipients", "/transfers", "/transparency"])
def test_each_page_is_small(given: Consoled, path: str) -> None:
    assert len(given.as_("privacy-officer").get(path).content) < 100_000


def annulled(source: str, id: str) -> dict[str, Any]:
    """That a source takes back an event of its own about the person."""
    made = disclosed(WHO, time="2026-05-31T10:00:00+02:00", recipient="fout")
    return made | {
        "source": source,
        "type": type_of(EVENT_ANNULLED),
        "data": {"annuls": id, "reason": "wrong-person"},
    }


def test_each_past_is_what_the_events_of_then_tell(given: Consoled) -> None:
    officer = given.as_("privacy-officer")
    given.record(recipient("Huis Fout", "fout"), disclosed(WHO, recipient="fout"))
    [wrong] = officer.api("/disclosures", recipient="fout")["disclosures"]
    given.record(annulled(wrong["source"], wrong["id"]))
    with given.site() as site:
        head = head_position(site.session("reader"))
    assert wrong["position"] not in {row["position"] for row in walked(officer)}
    for position in (1, 900, 1700, 2400, wrong["position"], head - 1, head):
        with given.site() as site:
            source = site.source("disclosures")
            rows = known_before(source, ALWAYS, Moment(at_position=position))
            told = [row.position for row in sorted_disclosures(rows)][::-1]
        shown = walked(officer, limit="200", at_position=str(position))
        assert [row["position"] for row in shown] == told, position


def test_what_was_recorded_by_a_time_was_known_then(given: Consoled) -> None:
    officer = given.as_("privacy-officer")
    with given.site() as site:
        [event] = LedgerReader(site.session("reader")).events_after(1699, 1)
        source, time = site.source("disclosures"), instant(event.recorded_at)
        rows = known_before(source, ALWAYS, Moment(recorded_by=event.recorded_at))
        told = {row.position for row in rows}
    assert {row["position"] for row in walked(officer, limit="200", recorded_by=time)} == told
    assert walked(officer, recorded_by="2000-01-01T00:00:00Z") == []
