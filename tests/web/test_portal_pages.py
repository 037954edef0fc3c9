"""A customer in a browser: the portal's pages show and change what is theirs, and tell of nothing else."""

import html
import re
from typing import Any, get_args

import httpx2
import pytest

from application.acts.by_person import VOICE
from rulebook.portal import consent_text
from schemas import names
from schemas.events.rights import Right
from tests.fixtures.console import accessed, consented, message, registered
from tests.fixtures.inbound import ROOT
from tests.web.console import ORIGIN, Client, Consoled
from tests.web.persons import BIDI, CONTACT, EMAIL, GONE, HOSTILE, IBAN, MARKUP, NEVER, WHO
from tests.web.test_portal import (
    FORMER,
    HINTED,
    PLAIN,
    TAKEN_OVER,
    house,
    opened,
    recorded,
)
from tests.web.test_portal import own as person
from web.context import RequestContext
from web.pages.listed import FORMS, PAGES, QUESTIONS
from web.pages.my_corrections import written
from web.portal import HOME, is_own
from web.principals import DATA_SUBJECT

__all__ = ["house"]

LISTED = [page.path for page in PAGES if page.entry and is_own(page.path)]
"""The pages in the navigation."""
FILLED = {"{purpose}": "newsletter", "{channel}": "email", "{right}": "objection", "{id}": "x"}
_CHANGING = re.compile(r'name="(?:csrf|once)" value="[^"]*"')


def own(house: Consoled, reference: str = WHO) -> Client:
    """A customer whose browser prefers English."""
    client = person(house, reference)
    client.http.headers["accept-language"] = "en"
    return client


def filled(path: str) -> str:
    for place, value in FILLED.items():
        path = path.replace(place, value)
    return path


OWN_PAGES = [filled(page.path) for page in PAGES if is_own(page.path) and "{id}" not in page.path]
ACTS = [page for page in OWN_PAGES if page not in LISTED]


def shown(client: Client, path: str, language: str = "en") -> str:
    response = client.http.get(path, headers={"accept-language": language})
    assert response.status_code == 200, response.text
    return response.text


def once_of(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found
    return found[1]


def sent(client: Client, path: str, **fields: Any) -> httpx2.Response:
    """What the form of a page sends, with the name of the form that is shown now."""
    return client.post(path, once=once_of(shown(client, path)), **fields)


def confirmed(client: Client, path: str, **fields: Any) -> str:
    """The page that an act ends on."""
    answer = sent(client, path, **fields)
    assert answer.status_code == 303, answer.text
    assert answer.headers["location"].startswith(f"{HOME}/done/")
    return shown(client, answer.headers["location"])


def plain(page: str) -> str:
    return _CHANGING.sub("", page)


def test_the_navigation_has_the_portals_pages_alone(house: Consoled) -> None:
    client = own(house)
    assert client.get("/").headers["location"] == HOME
    page = shown(client, HOME)
    links = re.findall(r'<nav aria-label="Pages">.*?</nav>', page, re.DOTALL)[0]
    assert re.findall(r'href="([^"]+)"', links) == LISTED
    assert "Customer 77001" in page
    for word in ("Processing Ledger", "as-of", "/sessions", "event"):
        assert word not in page


def test_my_data_says_what_why_from_whom_and_until_when(house: Consoled) -> None:
    page = shown(own(house), HOME)
    for told in (
        EMAIL,
        IBAN,
        "2 pieces of data",
        "we need it for your contract",
        "Yourself",
        "We only store this",
    ):
        assert told in page, told
    assert "Wij bewaren 2 gegevens van u" in shown(own(house), HOME, "nl")


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("reference", ["customer/10023", "customer/10047", WHO, CONTACT])
def test_every_page_is_there_for_every_person(
    house: Consoled, reference: str, language: str
) -> None:
    client = own(house, reference)
    for path in OWN_PAGES:
        page = shown(client, path, language)
        assert f'<html lang="{language}">' in page
        assert len(page.encode()) < 100_000


def test_the_pages_need_no_address_but_those_that_the_guide_lets_through(house: Consoled) -> None:
    guide = (ROOT / "docs" / "how-to" / "portal.md").read_text("utf-8")
    listed = re.findall(r"let its proxy pass on only ([^.]+)\.", guide.replace("\n", " "))[0]
    through = tuple(re.findall(r"`/([\w-]*)`", listed))
    assert {"", "my", "login", "static"} <= {*through}
    client, needed = own(house), set()
    for path in OWN_PAGES:
        page = client.http.get(path).text
        needed |= {*re.findall(r'\b(?:href|src|action|formaction)="(/[^"]*)"', page)}
    login = house.nobody().http.get("/login?door=portal").text
    needed |= {*re.findall(r'\b(?:href|src|action)="(/[^"]*)"', login)}
    assert len(needed) > 20
    assert {re.split(r"[/?#]", one)[1] for one in needed} <= {*through}
    assert house.nobody().get("/").headers["location"].startswith("/login")


def test_disclosures_are_those_of_the_api(house: Consoled) -> None:
    client = own(house, "customer/10023")
    rows = client.api("/me/disclosures")["disclosures"]
    page = shown(client, f"{HOME}/received")
    assert len(re.findall("<tr>", page)) == len(rows) + 1
    assert {row["name"] for row in rows if row["name"]} <= {
        name for name in (row["name"] for row in rows) if name and name in page
    }
    assert "Where the law forbids it, disclosures" in page


def test_the_history_tells_looks_without_who_looked(house: Consoled) -> None:
    client = own(house)
    page = shown(client, f"{HOME}/history")
    assert "looked at your data" in page
    assert "employee/" not in page
    told = client.api("/me/history")["acts"]
    assert [row for row in told if row["lane"] == "looked"]
    assert page.count("<li><time") == len(told)


def test_a_long_history_goes_on_without_a_gap_or_a_repeat(house: Consoled) -> None:
    who = "customer/77020"
    looks = [
        accessed(who, categories=["contact"], time=f"2024-05-{1 + n // 24:02}T{n % 24:02}:00:00Z")
        for n in range(150)
    ]
    house.record(registered(who), *looks)
    client, paths = own(house, who), [f"{HOME}/history"]
    found: list[str] = []
    while paths and len(found) < 1000:
        page = shown(client, html.unescape(paths.pop()))
        found += re.findall(r'<li><time datetime="([^"]+)"', page)
        paths = re.findall(r'href="([^"]+)" rel="next"', page)
    told = client.get(f"{HOME}/history", format="json").json()["acts"]
    assert len(found) == len(set(found)) == len(told)
    assert found == sorted(found, reverse=True)


def test_files_of_a_page_are_the_answer_of_the_api(house: Consoled) -> None:
    client = own(house, PLAIN)
    assert client.get(HOME, format="json").json() | {"next": None} == client.api("/me")
    assert client.get(HOME, format="csv").text.startswith("\ufeffcategory,field,value")
    assert client.get(f"{HOME}/received", format="xlsx").content[:2] == b"PK"


CHANGES: list[tuple[str, dict[str, Any], str, dict[str, Any], str]] = [
    (
        f"{HOME}/choices/consents/personalisation/give",
        {},
        names.CONSENT_GIVEN,
        {
            "purpose": "personalisation",
            "channel": "portal",
            "text_version": "personalisation/portal-1-en",
        },
        "You said yes: personalisation",
    ),
    (
        f"{HOME}/choices/consents/personalisation/withdraw",
        {},
        names.CONSENT_WITHDRAWN,
        {"purpose": "personalisation"},
        "You said no: personalisation",
    ),
    (
        f"{HOME}/choices/objections/phone",
        {},
        names.MARKETING_OBJECTION_RECORDED,
        {"channel": "phone"},
        "No more advertising by telephone",
    ),
    (
        f"{HOME}/choices/caller-id",
        {"blocked": "yes"},
        names.CALLER_ID_BLOCKING_CHANGED,
        {"blocked": True},
        "Your choice is saved",
    ),
    (
        f"{HOME}/correct/contact",
        {
            "mobile_number": "06-1234 5678",
            "email": "a@ledger.example",
            "was_email": "a@ledger.example",
        },
        names.PERSONAL_DATA_CORRECTED,
        {"fields": ["mobile_number"], "requested_by": "subject", "reason": "self-service"},
        "+31612345678",
    ),
    (
        f"{HOME}/requests/new/erasure",
        {"own_letter": "Graag alles wissen."},
        names.RIGHTS_REQUEST_RECEIVED,
        {"right": "erasure", "channel": "portal"},
        "We have your request: Erase my data",
    ),
]


@pytest.mark.parametrize(("path", "fields", "name", "facts", "told"), CHANGES)
def test_each_form_records_one_event_and_says_what_happens_next(
    house: Consoled, path: str, fields: dict[str, Any], name: str, facts: dict[str, Any], told: str
) -> None:
    who = "customer/10031"
    client, before = own(house, who), len(recorded(house, who))
    once = once_of(shown(client, path))
    answers = [client.post(path, once=once, **fields) for _ in range(3)]
    assert len({answer.headers["location"] for answer in answers}) == 1
    [event] = recorded(house, who)[before:]
    assert (event.name, event.source, event.facts.items() >= facts.items()) == (
        name,
        VOICE.source,
        True,
    )
    page = shown(client, answers[0].headers["location"])
    assert told in page
    assert "What happens next" in page


def test_the_same_form_after_a_restart_is_the_same_act(house: Consoled) -> None:
    who = "customer/10032"
    client, path = own(house, who), f"{HOME}/correct/address"
    fields = {"once": once_of(shown(client, path)), "city": "Delft", "was_city": "Leiden"}
    first = client.post(path, **fields).headers["location"]
    again = Consoled(house.pool.settings)
    try:
        other = own(again, who)
        assert other.post(path, **fields).headers["location"] == first
    finally:
        again.close()
    changed = [e for e in recorded(house, who) if e.facts.get("fields") == ["city"]]
    assert len(changed) == 1


def test_what_was_changed_is_seen_at_once(house: Consoled) -> None:
    who = "customer/10033"
    client = own(house, who)
    confirmed(client, f"{HOME}/correct/contact", fixed_number="+31 (0)252 123456")
    assert "+31252123456" in shown(client, HOME)
    confirmed(client, f"{HOME}/choices/consents/telemarketing/give")
    choices = shown(client, f"{HOME}/choices")
    assert "Say no: telemarketing" in choices
    page = confirmed(client, f"{HOME}/requests/new/access", own_letter="Alles graag.")
    ref = re.search(r"VZ-[A-Z]{12}", page)
    assert ref
    assert "at the latest" in page
    requests = shown(client, f"{HOME}/requests")
    assert ref[0] in requests
    assert "we are working on it" in requests
    office = house.as_("privacy-officer").api(f"/requests/{ref[0]}")
    assert (office["channel"], office["right"]) == ("portal", "access")
    assert "We still answer that request" in shown(client, f"{HOME}/download")


def test_a_listing_is_one_choice_with_its_consent(house: Consoled) -> None:
    who = "customer/10034"
    client, before = own(house, who), len(recorded(house, who))
    path = f"{HOME}/choices/directory"
    assert consent_text("directory-listing").en in shown(client, path)
    confirmed(client, path, directory=["print", "online"])
    confirmed(client, path)
    assert [(event.name, event.facts.get("listed")) for event in recorded(house, who)[before:]] == [
        (names.CONSENT_GIVEN, None),
        (names.DIRECTORY_LISTING_CHANGED, True),
        (names.CONSENT_WITHDRAWN, None),
        (names.DIRECTORY_LISTING_CHANGED, False),
    ]
    assert "You are not listed" in shown(client, f"{HOME}/choices")


def test_an_objection_offers_what_the_own_data_is_used_for(house: Consoled) -> None:
    who = "customer/10035"
    client, path = own(house, who), f"{HOME}/requests/new/objection"
    offered = set(re.findall(r'<option value="([a-z-]+)"', shown(client, path)))
    used = {event.activity for event in recorded(house, who) if event.activity}
    assert offered
    assert offered <= used
    before = len(recorded(house, who))
    confirmed(client, path, activity=sorted(offered)[0])
    told = [event.name for event in recorded(house, who)[before:]]
    assert told == [names.RIGHTS_REQUEST_RECEIVED, names.OBJECTION_RAISED]
    refused = sent(client, path, activity="no-such-activity")
    assert refused.status_code == 400
    assert "no-such-activity" not in refused.text


@pytest.mark.parametrize("right", [right for right in get_args(Right) if right != "objection"])
def test_each_right_can_be_asked_for(house: Consoled, right: str) -> None:
    client = own(house, "customer/10036")
    assert "We have your request" in confirmed(client, f"{HOME}/requests/new/{right}")
    listed = client.api("/me/requests")["requests"]
    assert right in {row["right"] for row in listed}


@pytest.mark.parametrize(
    ("path", "fields", "told"),
    [
        ("correct/contact", {"email": "no address", "was_email": "x"}, "cannot be recorded"),
        ("correct/contact", {"was_email": "a@ledger.example"}, "ask for erasure"),
        (
            "correct/contact",
            {"email": "a@b.example", "was_email": "a@b.example"},
            "nothing is changed",
        ),
        ("correct/address", {"postcode": "12", "was_postcode": "2171 TR"}, "cannot be recorded"),
        ("choices/caller-id", {"blocked": "perhaps"}, "not one of those"),
        ("choices/directory", {"directory": ["shop"]}, "not one of those"),
        ("requests/new/objection", {}, "nothing else"),
    ],
)
def test_what_is_wrong_is_told_beside_the_form_and_nothing_typed_is_lost(
    house: Consoled, path: str, fields: dict[str, Any], told: str
) -> None:
    client, before = own(house), len(recorded(house, WHO))
    refused = sent(client, f"{HOME}/{path}", **fields)
    assert refused.status_code == 400, refused.text
    assert told in refused.text
    assert 'role="alert"' in refused.text
    typed = [text for name, text in fields.items() if "email" in name or "postcode" in name]
    assert all(text in refused.text for text in typed)
    assert len(recorded(house, WHO)) == before


@pytest.mark.parametrize("once", [None, "", "short", "a b c d e f g h"])
def test_a_form_without_its_name_records_nothing(house: Consoled, once: str | None) -> None:
    client, before = own(house), len(recorded(house, WHO))
    named = {} if once is None else {"once": once}
    assert client.post(f"{HOME}/choices/objections/sms", **named).status_code == 400
    assert len(recorded(house, WHO)) == before


def test_an_older_page_takes_nothing_back(house: Consoled) -> None:
    """Two tabs: each sends on what was changed in it alone."""
    who = "customer/10037"
    first, path = own(house, who), f"{HOME}/correct/address"
    confirmed(first, path, city="Delft", was_city="Leiden", street="A", was_street="A")
    confirmed(first, path, city="Leiden", was_city="Leiden", street="B", was_street="A")
    values = {row["field"]: row["value"] for row in first.api("/me")["data"]}
    assert (values["city"], values["street"]) == ("Delft", "B")


def test_documents_are_those_that_the_office_hands_out(house: Consoled) -> None:
    client = own(house)
    before = len(recorded(house, WHO))
    for what in ("access.json", "access.html", "access.pdf", "portability.csv", "portability.json"):
        answer = client.post(f"{HOME}/download", what=what)
        assert answer.status_code == 200, answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"] == f"attachment; filename={what}"
    assert client.post(f"{HOME}/download", what="all.zip").status_code == 400
    report = client.post(f"{HOME}/download", what="access.json").json()
    office = house.as_("privacy-officer").api(f"/persons/{WHO}/access-report")
    changing = {"rendered_at", "seal", "position", "language", "acts", "consultations", "retention"}
    assert {k: v for k, v in report.items() if k not in changing} == {
        k: v for k, v in office.items() if k not in changing
    }
    assert len(recorded(house, WHO)) == before, "a download is no answer to a request"


def test_staff_has_none_of_the_portals_pages(house: Consoled) -> None:
    before = len(recorded(house, WHO))
    clients = [house.as_(role) for role in ("operator", "privacy-officer", "helpdesk-agent")]
    clients += [house.as_(DATA_SUBJECT), house.as_(DATA_SUBJECT, WHO, "client")]
    for client in clients:
        for path in OWN_PAGES:
            assert client.get(path).status_code == 404, path
        for path in [*(form.path for form in FORMS), *(one.path for one in QUESTIONS)]:
            if is_own(path):
                answer = client.post(filled(path), once="staff-1234", what="access.json")
                assert answer.status_code == 404, path
    assert len(recorded(house, WHO)) == before


def test_a_customer_has_none_of_the_pages_of_staff(house: Consoled) -> None:
    client = own(house)
    nothing = plain(client.get("/nothing-here").text)
    listed = {*(page.path for page in PAGES), *(form.path for form in FORMS)}
    listed |= {question.path for question in QUESTIONS}
    for listed_path in sorted(path for path in listed if not is_own(path) and path != "/"):
        path = listed_path.replace("{kind}/{id}", "customer/77001")
        path = re.sub(r"{[^}]+}", "1", path)
        for answer in (client.get(path), client.post(path, once="customer-1")):
            assert answer.status_code == 404, path
            told = plain(answer.text).replace(f'"{path}?', '"/nothing-here?')
            assert told == nothing, path
    assert client.get("/sessions").status_code == 404
    assert client.post("/sessions/end", name="x").status_code == 404


def test_a_customer_sees_and_ends_the_own_logins(house: Consoled) -> None:
    who, path = "customer/10046", f"{HOME}/logins"
    first, second, other = own(house, who), own(house, who), own(house)
    assert first.session
    assert other.session
    page = shown(first, path)
    assert "Logged in now: 2" in page
    assert other.session.name not in page
    first.post(f"{path}/end", name=other.session.name)
    assert other.get(HOME).status_code == 200
    assert first.post(f"{path}/end", name=first.session.name).headers["location"] == path
    assert first.get(path).headers["location"] == f"/login?next={path}"
    assert second.get(HOME).status_code == 200
    assert house.as_("operator").get(path).status_code == 404


def test_unknown_erased_and_withheld_persons_see_the_same(house: Consoled) -> None:
    for path in OWN_PAGES:
        pages = [own(house, who).get(path, language="en") for who in (GONE, NEVER)]
        assert {page.status_code for page in pages} == {404}
        gone, never = (plain(page.text) for page in pages)
        assert gone.replace("77003", "") == never.replace("77999", "")
        assert "We have nothing to show you" in gone
    answer = own(house, GONE).post(f"{HOME}/choices/objections/sms", once="erased-1234")
    assert answer.status_code == 404


def test_a_hold_that_may_not_be_told_changes_no_byte_of_a_page(house: Consoled) -> None:
    for path in OWN_PAGES:
        hinted, other = (plain(shown(own(house, who), path)) for who in (HINTED, PLAIN))
        assert hinted.replace("77010", "") == other.replace("77011", ""), path
    client = own(house, "customer/10038")
    before = [plain(shown(client, path)) for path in OWN_PAGES]
    hold = {"hold_ref": "H-10", "ground": "undisclosed", "categories": ["contact", "identity"]}
    house.record(message("legal-hold-placed", "customer/10038", **hold, review_on="2027-05-24"))
    assert [plain(shown(client, path)) for path in OWN_PAGES] == before
    order = {"hold_ref": "H-11", "ground": "dispute", "categories": ["contact"]}
    house.record(message("legal-hold-placed", "customer/10038", **order, review_on="2027-05-24"))
    assert [plain(shown(client, path)) for path in OWN_PAGES] != before, "the pages tell of holds"


def test_nobody_else_is_named(house: Consoled) -> None:
    for reference, other in ((TAKEN_OVER, "77013"), (FORMER, "77012")):
        for path in OWN_PAGES:
            page = shown(own(house, reference), path)
            assert other not in page
    assert "C-9" in shown(own(house, TAKEN_OVER), HOME)


def test_hostile_values_are_shown_safely(house: Consoled) -> None:
    client = own(house, HOSTILE)
    for path in (HOME, f"{HOME}/correct", f"{HOME}/correct/identity", f"{HOME}/history"):
        page = shown(client, path)
        assert MARKUP not in page
        assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in page or path.endswith("/identity")
    assert "&lt;script&gt;" in shown(client, HOME)
    assert BIDI not in shown(client, HOME)
    path = f"{HOME}/correct/address"
    confirmed(client, path, house_number=MARKUP)
    assert MARKUP not in shown(client, path)
    values = {row["field"]: row["value"] for row in client.api("/me")["data"]}
    assert values["house_number"] == MARKUP


def test_a_letter_is_sealed_as_it_was_typed(house: Consoled) -> None:
    who = "customer/10039"
    client = own(house, who)
    letter = f"Zie bijlage {MARKUP} en\r\nnog een regel"
    confirmed(client, f"{HOME}/requests/new/access", own_letter=letter)
    event = recorded(house, who)[-1]
    assert opened(house, who, event) == {"letter_text": letter}
    long = sent(client, f"{HOME}/requests/new/access", own_letter="x" * 10_001)
    assert long.status_code == 400
    assert "x" * 10_001 in long.text, "what was typed is not lost"


def test_reads_and_acts_leave_no_read_by_staff(house: Consoled) -> None:
    house.reads()
    client = own(house, "customer/10040")
    for path in OWN_PAGES:
        shown(client, path)
    client.post(f"{HOME}/download", what="access.json")
    assert house.reads() == 0


def test_a_console_that_may_only_read_shows_and_takes_no_act(
    house: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RequestContext, "_may_work_as", lambda _visit, role: role != "recorder")
    client = own(house)
    for path in LISTED:
        assert client.get(path).status_code == 200
    for path in ACTS:
        assert client.get(path).status_code == 404


def test_a_person_acts_only_so_often_by_pages_and_api_together(house: Consoled) -> None:
    client, path = own(house, "customer/10041"), f"{HOME}/correct/contact"
    statuses = [client.post(path, once=f"often-{number:04}").status_code for number in range(61)]
    assert statuses == [400] * 60 + [429]
    headers = {"idempotency-key": "often-by-api", "x-csrf-token": client.session.csrf}  # type: ignore[union-attr]
    headers |= {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    body = {"right": "access"}
    answer = client.http.post("/api/v1/me/requests", json=body, headers=headers)
    assert answer.status_code == 429


def test_who_is_not_logged_in_comes_to_the_portals_door(house: Consoled) -> None:
    nobody = house.nobody()
    for path in OWN_PAGES:
        assert nobody.get(path).headers["location"].startswith("/login?next=%2Fmy")
    login = nobody.get("/login", next=f"{HOME}/choices", language="en").text
    assert "My data" in login
    assert "Processing Ledger" not in login
    assert "login-link" not in login


def test_a_form_of_a_login_that_ended_keeps_what_was_typed(house: Consoled) -> None:
    client, path = own(house), f"{HOME}/requests/new/access"
    once = once_of(shown(client, path))
    assert client.session
    name = client.session.name
    house.console.logins.house.sessions.end_where(lambda session: session.name == name)
    before = len(recorded(house, WHO))
    answer = client.post(path, once=once, own_letter=f"Een lange brief {MARKUP}")
    assert answer.status_code == 403
    assert "Een lange brief" in answer.text
    assert MARKUP not in answer.text
    assert once not in answer.text
    assert "/login?next=%2Fmy" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert len(recorded(house, WHO)) == before


def test_a_form_of_the_customer_before_changes_nothing(house: Consoled) -> None:
    """Two customers in one browser, one after the other: the first one's page is still open in a tab."""
    first, path = own(house, "customer/10042"), f"{HOME}/requests/new/access"
    page = shown(first, path)
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    second = own(house, "customer/10043")
    before = [len(recorded(house, who)) for who in ("customer/10042", "customer/10043")]
    headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin"}
    fields = {"csrf": token[1], "once": once_of(page), "own_letter": "of the first one"}
    answer = second.http.post(path, data=fields, headers=headers)
    assert answer.status_code == 403
    assert "of the first one" not in answer.text
    assert [len(recorded(house, who)) for who in ("customer/10042", "customer/10043")] == before


def test_the_page_of_an_act_is_that_persons_alone(house: Consoled) -> None:
    client = own(house, "customer/10044")
    answer = sent(client, f"{HOME}/choices/objections/post")
    assert client.get(answer.headers["location"]).status_code == 200
    assert own(house, "customer/10045").get(answer.headers["location"]).status_code == 404
    others = recorded(house, "customer/10044")[0].id
    assert client.get(f"{HOME}/done/{others}").status_code == 404, "no act of another system"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("06 12345678", "+31612345678"),
        ("06-12345678", "+31612345678"),
        ("0031 6 1234 5678", "+31612345678"),
        ("+31 (0)6 12345678", "+31612345678"),
        ("+49 30 901820", "+4930901820"),
        ("call me", "call me"),
        ("  ", None),
    ],
)
def test_a_number_is_kept_with_its_country(typed: str, kept: str | None) -> None:
    assert written("mobile_number", typed) == kept


def test_a_postcode_is_kept_in_capitals_and_other_text_as_it_is() -> None:
    assert written("postcode", " 2171 tr ") == "2171 TR"
    assert written("city", " Den Haag ") == "Den Haag"


def test_a_consent_that_expired_is_told_by_its_own_days(house: Consoled) -> None:
    """It was given on a day and ended on a later one: on neither did the person say no."""
    days = {"time": "2024-06-28T10:00:00+02:00", "valid_until": "2025-06-28T00:00:00+02:00"}
    house.record(consented(WHO, purpose="product-information", **days))
    page = " ".join(re.sub(r"<[^>]+>", "", shown(own(house), f"{HOME}/choices")).split())
    assert "You said yes on 28 June 2024; that ended on 28 June 2025" in page
    assert "since 28 June 2024" not in page
    dutch = " ".join(re.sub(r"<[^>]+>", "", shown(own(house), f"{HOME}/choices", "nl")).split())
    assert "U zei ja op 28 juni 2024; dat eindigde op 28 juni 2025" in dutch


def test_a_consent_without_effect_says_why_it_has_none(house: Consoled) -> None:
    house.record(consented(WHO, purpose="telemarketing", method="implied"))
    page = shown(own(house), f"{HOME}/choices")
    assert "you did not say yes by an act of your own" in page
    assert "or your account is not active" not in page
