"""A person in the portal: their own data and acts, nothing of others, no hint of what may not be told."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest

from application.acts.acting import Act, ActRefused, act
from application.acts.by_person import VOICE
from application.said_to_all import said_to_all
from ledger.reading import events_of
from projections.folds.timetravel import NOW as PRESENT
from projections.folds.timetravel import select
from schemas import Code, names
from tests.fixtures.console import collected, consented, disclosed, message, registered
from tests.web.console import ORIGIN, Client, Consoled
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
    WHO,
    record_persons,
)
from tests.web.programs import Programs
from tests.web.test_api_fuzz import fuzz, operations
from web.api.own import DEEDS, KEY
from web.api.routing import BASE
from web.context import RequestContext
from web.interface import description
from web.logins.limits import OWN_ACTS
from web.principals import DATA_SUBJECT
from web.resources.listed import RESOURCES
from web.resources.own import RESOURCES as OWN

ADDRESSES = [resource.path.replace("{id}", "no-such-act") for resource in OWN]
"""Those of a person's own answers."""
SOURCE = "urn:voipzeker:app-backend"
HINTED = "customer/77010"
"""Of whom there is a hold that they may not be told of, and an erasure that was put off for it."""
PLAIN = "customer/77011"
"""The same without any of that."""
TAKEN_OVER = "customer/77012"
FORMER = "customer/77013"


def twin(reference: str) -> list[dict[str, Any]]:
    return [
        registered(reference),
        collected(reference, categories=["contact"], personal={"email": "twin@example.nl"}),
        consented(reference),
        disclosed(reference, categories=["contact"], fields=["email"]),
    ]


@pytest.fixture(scope="module")
def house(sampled: Consoled) -> Consoled:
    record_persons(sampled)
    hold = {"hold_ref": "H-9", "ground": "undisclosed", "categories": ["contact"]}
    contract = {"contract_ref": "C-9", "from_customer": FORMER, "to_customer": TAKEN_OVER}
    grounds = {"activity": "subscription-management", "legal_basis": "6-1-b"}
    sampled.record(
        *twin(HINTED),
        *twin(PLAIN),
        message("legal-hold-placed", HINTED, **hold, review_on="2027-05-24"),
        *twin(TAKEN_OVER),
        *twin(FORMER),
        message("contract-concluded", FORMER, contract_ref="C-9", **grounds),
        message("contract-taken-over", FORMER, time="2024-04-01T10:00:00Z", **contract, **grounds),
        message(
            "contract-taken-over", TAKEN_OVER, time="2024-04-01T10:00:00Z", **contract, **grounds
        ),
    )
    sampled.reads()
    return sampled


def own(house: Consoled, reference: str = WHO) -> Client:
    return house.as_(DATA_SUBJECT, reference, "data-subject")


CHANGING = frozenset(
    {
        *("subject", "position", "positions", "recorded_at"),
        *("rendered_at", "made_at", "checkpoint", "seal"),
    }
)
"""Of an answer: what is of the one person, of the place of an event, or of the moment."""


def without(answer: Any, names: frozenset[str]) -> Any:
    """An answer without some of its members, however deep."""
    if isinstance(answer, dict):
        return {name: without(part, names) for name, part in answer.items() if name not in names}
    return [without(part, names) for part in answer] if isinstance(answer, list) else answer


def post(client: Client, path: str, body: Any, key: str | None, **headers: str) -> Any:
    token = client.session.csrf if client.session else ""
    sent = {"origin": ORIGIN, "sec-fetch-site": "same-origin", "x-csrf-token": token, **headers}
    if key is not None:
        sent[KEY] = key
    sent["accept-language"] = "en"
    if isinstance(body, bytes):
        sent.setdefault("content-type", "application/json")
        return client.http.post(f"{BASE}{path}", content=body, headers=sent)
    return client.http.post(f"{BASE}{path}", json=body, headers=sent)


def done(client: Client, path: str, body: Any, key: str) -> Any:
    response = post(client, path, body, key)
    assert response.status_code == 200, response.text
    return response.json()


def recorded(house: Consoled, reference: str) -> list[Any]:
    """All events of a person, in the order of positions."""
    with house.site() as site:
        source = site.source("test")
        streams = [period.subject for period in source.opener.periods(reference)]
        events = events_of(source.session, streams)
        return list(select(events, PRESENT, source.privacy_office).counted)


def opened(house: Consoled, reference: str, event: Any) -> Any:
    with house.site() as site:
        source = site.source("test")
        source.reads.note([reference], event.sealed)
        return source.personal(event)


def test_own_data_is_open(house: Consoled) -> None:
    answer = own(house).api("/me")
    values = {row["field"]: row["value"] for row in answer["data"]}
    assert values == {"email": EMAIL, "iban": IBAN}
    assert (answer["subject"], answer["status"]) == (WHO, "active")
    assert answer["restricted_categories"] == ["contact"]
    assert all(row["current"] and not row["annulled"] for row in answer["data"])


def test_disclosures_are_those_of_the_access_report(house: Consoled) -> None:
    for reference in (WHO, "customer/10023", "customer/10024"):
        told = own(house, reference).api("/me/disclosures")["disclosures"]
        report = house.as_("privacy-officer").api(f"/persons/{reference}/access-report")
        assert told == report["recipients"]
    assert len(own(house).api("/me/disclosures")["disclosures"]) == 3


def test_consents_choices_and_requests_are_there(house: Consoled) -> None:
    client = own(house, PLAIN)
    consents = client.api("/me/consents")["consents"]
    assert [(row["purpose"], row["status"]) for row in consents] == [("newsletter", "given")]
    assert client.api("/me/requests") == {
        "requests": [],
        "open": 0,
        "overdue": 0,
        "said_to_all": msgspec.to_builtins(said_to_all()),
        "next": None,
    }


def test_of_others_there_is_nothing_at_any_address(house: Consoled) -> None:
    client = own(house)
    client.http.headers["accept-language"] = "en"
    nothing = client.get("/api/v1/nothing-here").content
    paths = [r.path for r in RESOURCES if r not in OWN]
    assert len(paths) > 50
    for path in paths:
        filled = path.replace("{kind}", "customer").replace("{id}", "10023")
        filled = filled.replace("{ref}", "VZ-1").replace("{position}", "1")
        for address in (filled, f"{filled}?as-of=x&as-of=y&open=contact&reason=complaint"):
            response = client.get(f"/api/v1{address}")
            assert (response.status_code, response.content) == (404, nothing), address
    for own_page in (f"/persons/{WHO}", "/persons", "/register", "/requests/open"):
        assert client.get(own_page).status_code == 404
    assert client.get("/api/v1/me", subject="customer/10023").status_code == 400
    assert post(client, "/events", {}, None).content == nothing


def test_who_is_no_person_of_the_portal_has_nothing_there(house: Consoled) -> None:
    staff = house.as_("operator")
    staff.http.headers["accept-language"] = "en"
    nothing = staff.get("/api/v1/nothing-here").content
    for client in (
        staff,
        house.as_(DATA_SUBJECT, WHO, "client"),
        house.as_("privacy-officer", WHO, "data-subject"),
    ):
        client.http.headers["accept-language"] = "en"
        for address in ADDRESSES:
            response = client.get(f"/api/v1{address}")
            assert (response.status_code, response.content) == (404, nothing)
    before = len(recorded(house, WHO))
    for deed in DEEDS:
        refused = post(staff, deed.path, deed.example, "staff-1234")
        assert (refused.status_code, refused.content) == (404, nothing)
        assert post(house.nobody(), deed.path, deed.example, "nobody-1234").status_code in {
            401,
            403,
        }
    for address in ADDRESSES:
        assert house.nobody().get(f"/api/v1{address}").status_code == 401
    assert len(recorded(house, WHO)) == before


def test_a_token_of_the_person_does_as_a_login_does(house: Consoled) -> None:
    programs = Programs(house)
    client = programs.person(WHO)
    assert client.get("/api/v1/me").json() == own(house).api("/me")
    key = {KEY: "by-token-1"}
    answer = client.post("/api/v1/me/requests", json={"right": "access"}, headers=key)
    assert answer.status_code == 200
    assert answer.json()["request_ref"]
    other = programs.person("customer/10024").get("/api/v1/me/requests").text
    assert answer.json()["request_ref"] not in other
    client.headers["authorization"] = "Bearer unknown"
    for refused in (
        client.get("/api/v1/me"),
        client.post("/api/v1/me/requests", json={"right": "access"}, headers=key),
    ):
        assert (refused.status_code, refused.json()["code"]) == (401, "invalid_token")


def test_without_the_token_of_the_session_nothing_is_recorded(house: Consoled) -> None:
    client, before = own(house), len(recorded(house, WHO))
    for headers in ({"x-csrf-token": "x"}, {"origin": "https://elsewhere.example"}):
        refused = post(client, "/me/requests", {"right": "access"}, "forged-1234", **headers)
        assert refused.status_code == 403
    assert len(recorded(house, WHO)) == before


def test_an_erased_person_and_one_who_was_never_known_are_alike(house: Consoled) -> None:
    gone, never = own(house, GONE), own(house, NEVER)
    for address in ADDRESSES:
        answers = [client.get(f"/api/v1{address}") for client in (gone, never)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].content == answers[1].content
    for deed in DEEDS:
        refusals = [post(client, deed.path, deed.example, "erased-1") for client in (gone, never)]
        assert [refusal.status_code for refusal in refusals] == [404, 404]
        assert refusals[0].content == refusals[1].content


def test_a_hold_that_may_not_be_told_changes_no_byte(house: Consoled) -> None:
    """The twin has the same acts and no hold; only their own references and positions differ."""

    def told(reference: str) -> list[Any]:
        answers = [own(house, reference).get(f"/api/v1{address}") for address in ADDRESSES]
        return [without(answer.json(), CHANGING) for answer in answers]

    assert told(HINTED) == told(PLAIN)
    own_answers = [own(house, HINTED).get(f"/api/v1{address}").text for address in ADDRESSES]
    assert not [text for text in own_answers if "H-9" in text or "undisclosed" in text]


def test_parties_of_a_contract_are_not_named(house: Consoled) -> None:
    for reference, other in ((TAKEN_OVER, FORMER), (FORMER, TAKEN_OVER)):
        answer = own(house, reference).get("/api/v1/me")
        assert "C-9" in answer.text
        assert other not in answer.text


def test_a_contact_person_is_a_person_of_their_own(house: Consoled) -> None:
    contact = own(house, CONTACT).api("/me")
    assert {row["field"] for row in contact["data"]} == {"email"}
    assert IBAN not in str(contact)


def test_what_a_person_reads_of_themselves_is_no_read_by_staff(house: Consoled) -> None:
    house.reads()
    for address in ADDRESSES:
        own(house).get(f"/api/v1{address}")
    assert house.reads() == 0
    house.as_("auditor").api(f"/persons/{WHO}/state")
    assert house.reads() == 1


def findings_of(house: Consoled, reference: str) -> list[Any]:
    rows: list[Any] = house.as_("privacy-officer").api("/findings", limit="1000")["findings"]
    return [row for row in rows if row["subject"] == reference]


BODIES: list[tuple[str, Any, str, dict[str, Any]]] = [
    (
        "/me/consents",
        {"purpose": "newsletter", "decision": "given", "text_version": "newsletter/2026-1"},
        names.CONSENT_GIVEN,
        {
            "purpose": "newsletter",
            "text_version": "newsletter/2026-1",
            "method": "portal",
            "channel": "portal",
        },
    ),
    (
        "/me/consents",
        {"purpose": "analytics-cookies", "decision": "withdrawn"},
        names.CONSENT_WITHDRAWN,
        {"purpose": "analytics-cookies", "channel": "portal"},
    ),
    (
        "/me/choices",
        {"choice": "marketing-objection-recorded", "facts": {"channel": "email"}},
        names.MARKETING_OBJECTION_RECORDED,
        {"channel": "email"},
    ),
    (
        "/me/choices",
        {"choice": "caller-id-blocking-changed", "facts": {"blocked": True}},
        names.CALLER_ID_BLOCKING_CHANGED,
        {"blocked": True},
    ),
    (
        "/me/choices",
        {"choice": "directory-listing-changed", "facts": {"listed": False, "purposes": ["print"]}},
        names.DIRECTORY_LISTING_CHANGED,
        {"listed": False, "purposes": ["print"]},
    ),
    (
        "/me/choices",
        {
            "choice": "cookie-preference-recorded",
            "facts": {
                "functional": True,
                "analytical": False,
                "gpc": False,
                "text_version": "cookies/2026-1",
            },
        },
        names.COOKIE_PREFERENCE_RECORDED,
        {"functional": True, "analytical": False, "gpc": False, "text_version": "cookies/2026-1"},
    ),
    (
        "/me/corrections",
        {"values": {"email": "new77001@example.nl", "city": "Delft"}},
        names.PERSONAL_DATA_CORRECTED,
        {"fields": ["city", "email"], "requested_by": "subject", "reason": "self-service"},
    ),
    (
        "/me/requests",
        {"right": "access", "letter": "Graag alles."},
        names.RIGHTS_REQUEST_RECEIVED,
        {"right": "access", "channel": "portal"},
    ),
]


@pytest.mark.parametrize(("path", "body", "name", "facts"), BODIES)
def test_each_act_is_one_event_however_often_it_is_sent(
    house: Consoled, path: str, body: Any, name: str, facts: dict[str, Any]
) -> None:
    who, key = "customer/10024", f"once-{name}-1"[:64]
    before, client = len(recorded(house, who)), own(house, who)
    with ThreadPoolExecutor(3) as threads:
        clients = [own(house, who) for _ in range(3)]
        answers = list(threads.map(lambda one: done(one, path, body, key), clients))
    answers.append(done(client, path, body, key))
    assert answers[1:] == answers[:-1]
    [event] = recorded(house, who)[before:]
    assert (event.name, event.id, event.source) == (name, answers[0]["id"], SOURCE)
    assert event.facts.items() >= facts.items()
    assert event.activity
    assert event.legal_basis
    assert "portal" in event.origin.values()
    assert done(client, path, body, f"{key[:50]}-again")["id"] != event.id


def test_what_was_done_is_seen_at_once_by_the_person_and_the_office(house: Consoled) -> None:
    who = "customer/10025"
    client, before = own(house, who), findings_of(house, who)
    consent = {"purpose": "personalisation", "decision": "given", "text_version": "p/2026-1"}
    done(client, "/me/consents", consent, "seen-at-once-1")
    done(client, "/me/corrections", {"values": {"city": "Delft"}}, "seen-at-once-2")
    request = done(client, "/me/requests", {"right": "access"}, "seen-at-once-3")["request_ref"]
    rows = client.api("/me/consents")["consents"]
    assert [r["status"] for r in rows if r["purpose"] == "personalisation"] == ["given"]
    assert "Delft" in {row["value"] for row in client.api("/me")["data"] if row["field"] == "city"}
    assert request in {row["request_ref"] for row in client.api("/me/requests")["requests"]}
    officer = house.as_("privacy-officer")
    assert officer.api(f"/requests/{request}")["channel"] == "portal"
    assert findings_of(house, who) == before, "what the portal says breaks no rule"


def test_an_objection_names_an_activity_that_is_declared(house: Consoled) -> None:
    client = own(house, "customer/10026")
    before = len(recorded(house, "customer/10026"))
    wish = {"right": "objection", "activity": "direct-marketing"}
    done(client, "/me/requests", wish, "objection-1")
    events = recorded(house, "customer/10026")[before:]
    assert [event.name for event in events] == [
        names.RIGHTS_REQUEST_RECEIVED,
        names.OBJECTION_RAISED,
    ]
    refused = post(client, "/me/requests", wish | {"activity": "direct-market"}, "objection-2")
    assert refused.status_code == 400
    assert "direct-marketing" not in refused.text, "no list of activities is told"
    assert "direct-market" not in refused.text


def test_the_same_name_with_another_content_is_refused(house: Consoled) -> None:
    client, who = own(house, "customer/10027"), "customer/10027"
    done(client, "/me/corrections", {"values": {"city": "Delft"}}, "other-1234")
    done(client, "/me/requests", {"right": "access"}, "other-1234")
    before = len(recorded(house, who))
    for path, body in (
        ("/me/corrections", {"values": {"city": "Gouda"}}),
        ("/me/requests", {"right": "erasure"}),
    ):
        refused = post(client, path, body, "other-1234")
        assert refused.status_code == 409
        assert "Gouda" not in refused.text
    assert len(recorded(house, who)) == before
    done(
        own(house, "customer/10028"), "/me/corrections", {"values": {"city": "Gouda"}}, "other-1234"
    )


@pytest.mark.parametrize("value", [MARKUP, BIDI, LONG, "'; DROP TABLE x; --", "\N{NULL}"])
def test_hostile_values_are_kept_as_they_are_or_refused(house: Consoled, value: str) -> None:
    client = own(house, HOSTILE)
    response = post(
        client, "/me/corrections", {"values": {"street": value}}, f"h-{hash(value):x}-h"
    )
    assert response.status_code in {200, 400}
    assert value not in response.text
    if response.status_code == 200:
        event = next(e for e in recorded(house, HOSTILE) if e.id == response.json()["id"])
        assert opened(house, HOSTILE, event) == {"street": value}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/me/consents", b"", None),
        ("/me/consents", b"[]", None),
        ("/me/consents", b"[" * 9999, None),
        ("/me/consents", b"\xff", None),
        ("/me/consents", {"purpose": "x", "decision": "given", "text_version": "t"}, "purpose"),
        ("/me/consents", {"purpose": "newsletter", "decision": "maybe"}, "decision"),
        ("/me/consents", {"purpose": "newsletter", "decision": "given"}, "textVersion"),
        ("/me/consents", {"purpose": "newsletter", "decision": "withdrawn", "subject": "x"}, None),
        ("/me/choices", {"choice": "erasure-decided", "facts": {}}, "choice"),
        ("/me/choices", {"choice": "personal-data-erased", "facts": {}}, "choice"),
        (
            "/me/choices",
            {
                "choice": "marketing-objection-recorded",
                "facts": {"channel": "email", "personal": {"name": "X"}},
            },
            "facts",
        ),
        (
            "/me/choices",
            {"choice": "caller-id-blocking-changed", "facts": {"blocked": "perhaps"}},
            "blocked",
        ),
        ("/me/corrections", {"values": {}}, "values"),
        ("/me/requests", {"right": "access", "letter": "x" * 10_001}, "letter"),
        ("/me/corrections", {"values": {"iban": IBAN}}, "values"),
        ("/me/corrections", {"values": {"fraud_signal": "none"}}, "values"),
        ("/me/corrections", {"values": {"remark": "nice"}}, "values"),
        ("/me/corrections", {"values": {"no_such_field": "x"}}, "values"),
        ("/me/corrections", {"values": {"email": "hidden-value"}}, "email"),
        ("/me/requests", {"right": "money"}, "right"),
        ("/me/requests", {"right": "access", "activity": "billing"}, "activity"),
        ("/me/requests", {"right": "objection"}, "activity"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_recorded(
    house: Consoled, path: str, body: Any, field: str | None
) -> None:
    client, before = own(house), len(recorded(house, WHO))
    refused = post(client, path, body, "wrong-1234")
    assert refused.status_code == 400, refused.text
    named = [fault.get("parameter") for fault in refused.json().get("errors", [])]
    assert named == ([field] if field else [])
    assert "hidden-value" not in refused.text
    assert len(recorded(house, WHO)) == before


@pytest.mark.parametrize("key", [None, "", "short", "with space", "x" * 65, "customer/10023"])
def test_an_act_needs_a_name(house: Consoled, key: str | None) -> None:
    refused = post(own(house), "/me/requests", {"right": "access"}, key)
    assert refused.status_code == 400
    assert refused.json()["errors"][0]["parameter"] == KEY


def test_other_content_and_too_much_of_it_are_not_read(house: Consoled) -> None:
    client = own(house)
    other = {"content-type": "text/plain"}
    assert post(client, "/me/requests", b"{}", "content-1", **other).status_code == 415
    assert post(client, "/me/requests", b" " * 300_000, "content-2").status_code == 413


def test_a_code_that_hints_at_an_investigation_is_refused_without_a_word(house: Consoled) -> None:
    client, before = own(house), len(recorded(house, WHO))
    consent = {"purpose": "newsletter", "decision": "given", "text_version": "sv-126nd"}
    facts = {"purpose": "newsletter", "text_version": "sv-126nd", "method": "portal"}
    hint = Act(name=names.CONSENT_GIVEN, subject=WHO, facts={**facts, "channel": "portal"})
    with house.site() as site, pytest.raises(ActRefused) as withheld:
        act(site, [hint], VOICE)
    assert withheld.value.code is Code.WITHHELD
    refused = post(client, "/me/consents", consent, "hint-1234")
    assert refused.status_code == 400
    assert not [word for word in ("withheld", "LEDGER", "ledger", "wire") if word in refused.text]
    assert len(recorded(house, WHO)) == before


def test_a_console_whose_login_cannot_record_takes_no_act(
    house: Consoled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(RequestContext, "_may_work_as", lambda _visit, role: role != "recorder")
    client = own(house)
    assert client.get("/api/v1/me").status_code == 200
    assert post(client, "/me/requests", {"right": "access"}, "reader-only").status_code == 404


def test_a_person_acts_only_so_often(house: Consoled) -> None:
    client = own(house, "customer/10029")
    statuses = [
        post(client, "/me/corrections", {"values": {"iban": IBAN}}, f"often-{n:04}").status_code
        for n in range(OWN_ACTS + 2)
    ]
    assert statuses == [400] * OWN_ACTS + [429] * 2
    assert post(own(house, WHO), "/me/corrections", {"values": {}}, "often-0000").status_code == 400


@pytest.mark.parametrize(
    "operation",
    [op for op in operations(description()) if op.path.startswith("/me")],
    ids=lambda operation: operation.label,
)
def test_the_portal_answers_as_the_description_says(house: Consoled, operation: Any) -> None:
    fuzz(operation, own(house, "customer/10030").http, BASE)
