"""The pages of a person: what each role sees of whom, and that no page tells more."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from application.queries.persons import timeline
from application.queries.persons.history import text_shown
from application.queries.persons.paging import Place, part_of
from application.queries.subjects import history_of
from ledger.errors import UnknownSubject
from ledger.event import RecordedEvent, instant
from projections.folds.timetravel import NOW, Moment
from schemas import CATEGORIES, PERSONAL_FIELDS
from schemas.texts import field_name, word_of
from tests.fixtures.console import accessed, collected, disclosed, message, registered
from tests.web.console import Client, Consoled
from tests.web.office import english
from tests.web.persons import (
    BIDI,
    CONTACT,
    EMAIL,
    GONE,
    HOSTILE,
    IBAN,
    LONG,
    MARKUP,
    NEVER,
    OTHER,
    WHO,
    agent,
    page,
    record_persons,
)
from web.pages.persons import LATEST

PARTS = ("", "history", "consents", "recipients", "requests", "looks", "comparison")
ANSWERS = (
    *("", "state", "history", "comparison", "consents", "channels"),
    *("disclosures", "requests", "looks"),
)
COVERED = {"identity", "address", "contact", "service"}
RECORDED = "This view is recorded"
_TOKEN = re.compile(r'(?<=name="csrf" value=")[^"]+')
MINUTE = "2025-03-03T10:{:02}:00+01:00"
ANNULLED = ("mistaken", "mistaken-again")
ACTS = ("open-request", "place-hold", "decide")


@pytest.fixture(scope="module")
def persons(sampled: Consoled) -> Consoled:
    record_persons(sampled)
    return sampled


def shown(client: Client, path: str, **parameters: str) -> str:
    response = client.get(path, language="en", **parameters)
    assert response.status_code == 200, (path, response.text)
    # A token is chance, and may hold any short text that a page must not.
    return _TOKEN.sub("", response.text)


def paths(reference: str) -> list[str]:
    return [page(reference, *([part] if part else [])) for part in PARTS]


def whole_history(client: Client) -> Any:
    """The history in one part: each test that ran before may have left reads, more than one part has."""
    return client.api(page(WHO, "history"), limit="1000")


def reads_of(console: Consoled, reference: str) -> list[dict[str, Any]]:
    console.reads()
    events = console.as_("privacy-officer").api(page(reference, "history"), limit="1000")["events"]
    return [line["facts"] | {"categories": line["categories"]} for line in events if _is_read(line)]


def _is_read(line: dict[str, Any]) -> bool:
    return str(line["type"]).endswith(".ledger-read.v1")


@pytest.mark.parametrize("path", paths(WHO))
def test_a_page_of_a_person_says_who_it_is_and_leads_to_the_others(
    persons: Consoled, path: str
) -> None:
    text = shown(persons.as_("privacy-officer"), path)
    assert "Customer 77001" in text
    assert [one for one in paths(WHO) if one != path and f'href="{one}"' not in text] == []
    assert f'href="{page(WHO, "documents")}"' in text


@pytest.mark.parametrize("path", paths(WHO))
def test_the_auditor_sees_that_there_are_values_and_none_of_them(
    persons: Consoled, path: str
) -> None:
    text = shown(persons.as_("auditor", "employee/903"), path)
    assert IBAN not in text
    assert EMAIL not in text
    assert RECORDED not in text, "no value is shown"


def test_what_may_be_done_for_a_person_begins_at_the_page(persons: Consoled) -> None:
    begun = [f"/acts/{name}?subject=customer%2F77001" for name in ACTS]
    text = shown(persons.as_("privacy-officer"), page(WHO))
    assert [one for one in begun if one not in text] == []
    assert "/acts/" not in shown(persons.as_("auditor", "employee/903"), page(WHO))
    past = persons.as_("privacy-officer").get(page(WHO), as_of="2026-05-01T00:00:00Z").text
    assert "/acts/" not in past


def test_looks_do_not_stand_among_the_latest_acts(persons: Consoled) -> None:
    officer = persons.as_("privacy-officer")
    officer.get(page(WHO))
    persons.reads()
    text = shown(officer, page(WHO))
    latest = text[text.index('class="months"') : text.index('id="held"')]
    assert "Ledger read" not in latest
    assert "<li" in latest
    assert "Ledger read" in shown(officer, page(WHO, "history"))


def test_a_value_opens_with_a_reason_says_so_once_and_closes_again(persons: Consoled) -> None:
    auditor = persons.as_("auditor", "employee/904")
    text = shown(auditor, page(WHO))
    assert text.count('href="#opening"') == 2
    assert 'action="/persons/customer/77001/open"' in text
    fields = {"category": "payment", "reason": "audit-sample", "case_ref": "A-7"}
    sent = auditor.post(page(WHO, "open"), **fields)
    assert sent.headers["location"] == f"{page(WHO)}#payment"
    text = shown(auditor, page(WHO))
    assert IBAN in text
    assert EMAIL not in text
    assert text.count(RECORDED) == 1
    assert "a sample of an audit" in text
    read = next(one for one in reads_of(persons, WHO) if "reason" in one)
    assert (read["categories"], read["reason"], read["case_ref"]) == (
        ["payment"],
        "audit-sample",
        "A-7",
    )
    assert auditor.post(page(WHO, "close")).status_code == 303
    assert IBAN not in shown(auditor, page(WHO))


def test_a_reason_keeps_the_moment_that_is_shown(persons: Consoled) -> None:
    auditor = persons.as_("auditor", "employee/905")
    then = "2025-01-01T00:00:00.000000Z"
    assert f"open?as-of={then.replace(':', '%3A')}" in shown(auditor, page(WHO), as_of=then)
    sent = auditor.http.post(
        f"{page(WHO, 'open')}?as-of={then}",
        data={
            "category": "payment",
            "reason": "complaint",
            "csrf": auditor.session.csrf if auditor.session else "",
        },
        headers={"origin": "http://127.0.0.1:8463", "sec-fetch-site": "same-origin"},
    )
    assert sent.headers["location"].startswith(f"{page(WHO)}?as-of=2025")


@pytest.mark.parametrize("path", [*paths(WHO), "/events/{}"])
def test_the_help_desk_sees_no_trace_of_what_it_does_not_cover(
    persons: Consoled, path: str
) -> None:
    client = agent(persons)
    if "{}" in path:
        seen = whole_history(client)["events"]
        assert not [line for line in seen if line["facts"].get("recipient")], "a collection agency"
        path = path.format(_last(seen, "personal-data-collected")["position"])
    text = shown(client, path)
    hidden = {name for name in CATEGORIES if name not in COVERED}
    fields = {
        field_name(field, "en") for field, name in PERSONAL_FIELDS.items() if name in hidden
    } - {field_name(field, "en") for field, name in PERSONAL_FIELDS.items() if name in COVERED}
    cells = {*(word_of(name, "en") for name in hidden), *fields}
    assert [cell for cell in sorted(cells) if f">{cell}<" in text.replace(", ", "<>")] == []
    assert IBAN not in text
    assert "undisclosed" not in text
    assert "H-2" not in text
    assert "#opening" not in text, "nothing can be opened"


@pytest.mark.parametrize("answer", ANSWERS)
def test_no_answer_tells_the_help_desk_of_what_it_does_not_cover(
    persons: Consoled, answer: str
) -> None:
    told = list(_told(agent(persons).api(page(WHO, *([answer] if answer else [])))))
    hidden = {name for name in CATEGORIES if name not in COVERED}
    hidden |= {field for field, name in PERSONAL_FIELDS.items() if name in hidden}
    assert [text for text in told if text in hidden or text in {IBAN, "H-2", "undisclosed"}] == []


def _last(lines: list[Any], name: str) -> Any:
    return next(line for line in lines if f".{name}." in line["type"])


def _told(value: object) -> Iterator[str]:
    """Every text in an answer: names of members and values."""
    if isinstance(value, dict):
        for name, member in value.items():
            yield from (name, *_told(member))
    elif isinstance(value, list):
        for one in value:
            yield from _told(one)
    elif isinstance(value, str):
        yield value


def test_a_part_of_a_history_is_the_one_that_the_whole_has(persons: Consoled) -> None:
    who = "customer/77020"
    persons.record(registered(who), collected(who, id="mistaken"), collected(who))
    with persons.site() as site:
        site.eraser().erase(who, [], "request")
        later, last = ({"time": instant(site.clock())} for _ in range(2))
    persons.record(
        registered(who, **later),  # as a second data subject
        collected(who, id="mistaken-again", **later),
        *(collected(who, **later) for _ in range(3)),
        *(message("event-annulled", who, annuls=id, reason="mistake", **last) for id in ANNULLED),
    )
    with persons.site() as site:
        source = site.source("history")
        whole = history_of(source, who, NOW)
        places = [event.position for event, _ in whole]
        assert [event.id for event, annulled_by in whole if annulled_by] == [*ANNULLED[1:]]
        for moment in (NOW, *(Moment(at_position=place) for place in places)):
            before = None
            told = []
            while True:
                place = Place(before, 2)
                part = part_of(source, who, moment, place)
                every = history_of(source, who, moment)
                assert part == (*place.of(every), len(every))
                told += part.events
                before = part.following
                if before is None:
                    break
            assert told == every[::-1]
            # A place that another moment gave, before this moment, at it and behind it.
            for before in (*places, *(place + 1 for place in places)):
                place = Place(before, 2)
                assert part_of(source, who, moment, place) == (*place.of(every), len(every))
        with pytest.raises(UnknownSubject):
            part_of(source, who, Moment(at_position=places[0] - 1), Place())


def test_the_help_desk_gets_no_number_that_tells_of_hidden_events(persons: Consoled) -> None:
    mine = whole_history(agent(persons))
    every = whole_history(persons.as_("privacy-officer"))
    hidden = {line["position"] for line in every["events"]} - {
        line["position"] for line in mine["events"]
    }
    assert len(hidden) >= 5
    assert mine["count"] == len(mine["events"]) < every["count"]
    assert all("version" not in line for line in mine["events"])
    assert all("version" in line for line in every["events"])
    assert agent(persons).api(page(WHO, "state"))["position"] not in hidden
    for position in hidden:
        assert agent(persons).get(f"/events/{position}").status_code == 404


@pytest.mark.parametrize("part", [*PARTS, "documents"])
def test_there_is_one_answer_about_whoever_is_not_there(persons: Consoled, part: str) -> None:
    client, more = agent(persons), [part] if part else []
    who = {
        "never known": page(NEVER, *more),
        "known by nothing that the role may see": page(OTHER, *more),
        "an employee": page("employee/11", *more),
    }
    answers = {name: client.get(path, language="en") for name, path in who.items()}
    early = client.get(page(WHO, *more), language="en", at_position="1")
    assert {answer.status_code for answer in answers.values()} == {404}
    bodies = {answer.text.replace(who[name], "") for name, answer in answers.items()}
    assert len(bodies) == 1
    assert early.status_code == 404, "the ledger did not know the person then"


def test_who_is_not_there_leaves_no_read(persons: Consoled) -> None:
    persons.reads()
    for reference in (NEVER, OTHER, "employee/11"):
        for path in paths(reference):
            assert agent(persons).get(path).status_code == 404
    assert persons.reads() == 0


def test_the_read_is_noted_before_the_page_is_out(persons: Consoled) -> None:
    clerk = agent(persons)
    persons.reads()
    assert EMAIL in shown(clerk, page(WHO))
    assert RECORDED in shown(clerk, page(WHO))
    assert persons.reads() == 2, "one for each page that was shown"
    assert reads_of(persons, WHO)[0]["categories"] == ["contact"]


def test_an_erased_person_has_a_page_without_a_value(persons: Consoled) -> None:
    officer = persons.as_("privacy-officer")
    text = shown(officer, page(GONE))
    assert "All data of this person is erased." in text
    assert "on request" in text
    assert "gone@example.nl" not in text
    assert "#opening" not in text
    for path in paths(GONE):
        assert officer.get(path).status_code == 200
    standing = officer.api(page(GONE))["standing"]
    assert standing["status"] == "erased"
    erased = [row for row in standing["categories"] if row["erased"]]
    assert {"contact", "identity"} <= {row["category"] for row in erased}
    past = officer.api(page(GONE), as_of="2024-12-31T00:00:00Z")["standing"]
    assert [row["values"] for row in past["categories"] if row["category"] == "contact"] == [[]]


def test_values_of_others_change_no_page(persons: Consoled) -> None:
    text = shown(agent(persons), page(HOSTILE))
    assert MARKUP not in text
    assert "&lt;script&gt;" in text
    assert BIDI not in text
    assert "gnp.exe" in text
    assert LONG in text, "whole, in a part that opens"
    assert "<details" in text
    for path in paths(HOSTILE):
        assert "<script>alert" not in shown(agent(persons), path)


@pytest.mark.parametrize(
    "moment",
    [
        {"as_of": "2024-05-01T00:00:00Z"},
        {"recorded_by": "2030-01-01T00:00:00Z"},
        {"at_position": "99999"},
    ],
)
@pytest.mark.parametrize("path", paths(WHO))
def test_every_page_has_its_moment_and_every_link_keeps_it(
    persons: Consoled, path: str, moment: dict[str, str]
) -> None:
    text = shown(persons.as_("auditor"), path, **moment)
    name = next(iter(moment)).replace("_", "-")
    assert "Back to now" in text
    links = [piece.split('"')[0] for piece in text.split('href="')[1:]]
    inside = [link for link in links if link.startswith(("/persons/", "/events/"))]
    assert inside
    assert {link for link in inside if name not in link} == {path}, "the one way back"


def test_the_state_says_where_each_value_is_from_and_what_keeps_it(persons: Consoled) -> None:
    officer = persons.as_("privacy-officer", "employee/906")
    rows = {row["category"]: row for row in officer.api(page(WHO))["standing"]["categories"]}
    assert [hold["hold_ref"] for hold in rows["contact"]["holds"]] == ["H-1", "H-2"]
    assert rows["contact"]["restricted"]["ground"] == "accuracy-contested"
    assert rows["payment"]["restricted"] is None
    [value] = rows["payment"]["values"]
    event = officer.api(f"/events/{value['position']}")["event"]
    assert (event["type"].split(".")[-2], event["personal"]) == (
        "personal-data-collected",
        {"iban": {"masked": True}},
    ), "the later of the two events by time"
    text = shown(officer, page(WHO))
    assert f'href="/events/{value["position"]}"' in text
    assert "kept by" in text
    assert "only stored" in text


def test_two_moments_are_compared_value_by_value(persons: Consoled) -> None:
    told = persons.as_("operator").api(
        page(WHO, "comparison"), with_as_of="2024-03-15T00:00:00Z", as_of="2024-05-01T00:00:00Z"
    )
    changes = {row["field"]: row["change"] for row in told["values"]}
    assert changes == {"email": "same", "iban": "again"}, "hidden: whether it changed is not said"
    text = shown(persons.as_("operator"), page(WHO, "comparison"))
    assert 'name="with-as-of"' in text


def test_consents_say_what_they_are_worth_and_channels_why(persons: Consoled) -> None:
    text = shown(persons.as_("privacy-officer"), page(WHO, "consents"))
    assert "the person withdrew it" in text
    assert "May this person be approached?" in text
    assert "11.7" in text


def test_a_contact_person_has_an_address_of_its_own(persons: Consoled) -> None:
    officer = persons.as_("privacy-officer")
    assert "Contact person 1 of customer 77001" in shown(officer, page(CONTACT))
    assert officer.api(page(CONTACT))["subject"] == CONTACT
    assert officer.get("/persons/contact/77001").status_code == 404
    assert officer.get("/persons/customer/77001~1").status_code == 404
    sent = officer.post(page(CONTACT, "open"), category="contact", reason="complaint")
    assert sent.headers["location"] == f"{page(CONTACT)}#contact"
    assert EMAIL in shown(officer, page(CONTACT))


def test_a_list_goes_on_by_key_without_a_gap_or_a_repeat(persons: Consoled) -> None:
    officer = persons.as_("privacy-officer")
    for part, rows in (("history", "events"), ("looks", "looks")):
        whole = officer.api(page(WHO, part), limit="1000", at_position="99999")
        parts = officer.parts(page(WHO, part), limit="3", at_position="99999")
        seen = [row["position"] for answer in parts for row in answer[rows]]
        known = [row["position"] for row in whole[rows]]
        assert [one for one in seen if one in known] == known
        assert len(seen) == len(set(seen))
        assert seen == sorted(seen, reverse=True)


def test_a_page_of_a_person_with_a_thousand_events_stays_small(persons: Consoled) -> None:
    busy = "customer/77005"
    times = [f"2025-{n % 12 + 1:02}-{n % 28 + 1:02}T{n % 24:02}:00:00+01:00" for n in range(333)]
    persons.record(
        registered(busy),
        *(make(busy, time=time) for time in times for make in (accessed, collected, disclosed)),
    )
    officer = persons.as_("privacy-officer")
    sizes = {path: len(officer.get(path).content) for path in paths(busy)}
    assert {path: size for path, size in sizes.items() if size > 100_000} == {}
    assert officer.api(page(busy))["count"] == 1000


def test_the_page_of_a_busy_person_words_only_what_it_shows(
    persons: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy = "customer/77006"
    persons.record(registered(busy), *(accessed(busy, time=MINUTE.format(n)) for n in range(60)))
    worded: list[int] = []

    def text(event: RecordedEvent, *given: Any, **more: Any) -> str | None:
        worded.append(event.position)
        return text_shown(event, *given, **more)

    monkeypatch.setattr(timeline, "text_shown", text)
    officer = persons.as_("privacy-officer")
    told = shown(officer, page(busy))
    # All looks of that hour are one point, which says how many. The last ones stand in the list.
    assert len(set(worded)) <= LATEST + 1
    assert all(f"/events/{position}" in told for position in set(worded))
    worded.clear()
    acts = officer.api(page(busy))["acts"]
    assert sorted(worded) == [act["position"] for act in acts]


def test_an_unknown_number_leads_to_the_search(persons: Consoled) -> None:
    officer = english(persons.as_("privacy-officer"))
    for path in (f"/persons/{NEVER}", f"/persons/{NEVER}/recipients", "/persons/customer/1~1"):
        response = officer.get(path)
        assert response.status_code == 404
        assert "No person with this reference is there for you to see" in response.text
        assert '<form method="post" action="/persons/look-up"' in response.text
    assert "/persons/look-up" not in persons.as_("team-lead").get(f"/persons/{NEVER}").text
    assert "/persons/look-up" not in officer.get("/nothing/here").text
