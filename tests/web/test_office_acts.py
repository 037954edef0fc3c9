"""Acts of the office beside requests, by form: holds, decisions, incidents, recipients, and four eyes."""

import re
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fixtures.console import TIME, Cli, disclosed, recipient
from tests.fixtures.ledger import message
from tests.fixtures.postgres import Templates
from tests.web.console import Client
from tests.web.office import (
    Office,
    checked,
    confirmed,
    english,
    fields_of,
    filled,
    office,
    sent,
    wrong_fields,
)

LATER = "2026-12-01"


@pytest.fixture(scope="module")
def desk(
    embedded_templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Office]:
    keys = tmp_path_factory.mktemp("acts") / "keys"
    with office(embedded_templates, keys, FOUR_EYES="hold-release") as made:
        yield made


def placed(desk: Office, who: str, ref: str, categories: tuple[str, ...] = ("contact",)) -> None:
    done = sent(
        desk.officer,
        "/acts/place-hold",
        subject=who,
        ref=ref,
        ground="civil-claim",
        review_on=LATER,
        category=list(categories),
    )
    assert done.status_code == 303, done.text[:2000]


def refs(desk: Office, who: str) -> list[str]:
    return [hold["hold_ref"] for hold in desk.officer.api("/holds", subject=who)["holds"]]


def erased(desk: Office, who: str) -> list[str]:
    found: list[str] = desk.officer.api(f"/persons/{who}/state")["erased_categories"]
    return found


def test_a_hold_is_placed_and_keeps_what_it_names_from_an_erasure(desk: Office) -> None:
    who, officer = desk.person(), desk.officer
    placed(desk, who, "HOLD-A")
    assert refs(desk, who) == ["HOLD-A"]
    assert "HOLD-A" in officer.get("/holds").text
    page, confirming = checked(officer, "/acts/decide", subject=who, cause="unlawful")
    assert "Some of it goes, some is kept." in page.text
    assert "HOLD-A" in page.text
    assert erased(desk, who) == [], "it is only shown"
    assert officer.post("/acts/decide", **confirming).status_code == 303
    assert erased(desk, who) == ["identity"]
    decided = [act for act in desk.acts(who) if act["act"] == "erasure-decided"]
    assert decided[0]["decisions"]["contact"]["ground"] == "legal-hold"


def test_a_hold_that_came_after_the_preview_stops_the_confirmation(desk: Office) -> None:
    who, officer = desk.person(), desk.officer
    _, confirming = checked(officer, "/acts/decide", subject=who, cause="unlawful")
    placed(desk, who, "HOLD-B", ("contact", "identity"))
    page = officer.post("/acts/decide", **confirming)
    assert page.status_code == 409
    assert "Nothing was done" in page.text
    assert "HOLD-B" in page.text
    assert erased(desk, who) == []


@pytest.mark.parametrize(
    ("field", "fields"),
    [
        ("category", {}),
        ("review_on", {"category": "contact", "review_on": "2026-01-01"}),
        ("review_on", {"category": "contact", "review_on": "soon"}),
        ("subject", {"category": "contact", "subject": "recipient/bank"}),
        ("category", {"category": "everything"}),
    ],
)
def test_a_hold_that_is_none_is_told_beside_the_field(
    desk: Office, field: str, fields: dict[str, str]
) -> None:
    who = desk.person()
    usual = {"subject": who, "ref": "HOLD-C", "ground": "civil-claim", "review_on": LATER}
    page = sent(desk.officer, "/acts/place-hold", **usual | fields)
    assert (page.status_code, wrong_fields(page)) == (400, [field])
    assert 'value="HOLD-C"' in page.text
    assert refs(desk, who) == []


def test_codes_are_declared_by_form_and_a_citation_is_refused(desk: Office) -> None:
    officer = desk.officer
    done = sent(officer, "/codes/declare", codes="zwaluw-desk nest-check", reason="our own desks")
    assert (done.status_code, done.headers["location"]) == (303, "/codes")
    declared = {row["code"]: row["by"] for row in officer.api("/codes")["declared"]}
    assert declared["zwaluw-desk"] == declared["nest-check"] == "house"
    page = officer.get("/codes").text
    assert "nest-check" in page
    assert "/codes/declare" in page
    refused = sent(officer, "/codes/declare", codes="sv-126nd")
    assert refused.status_code >= 400
    assert "sv-126nd" not in {row["code"] for row in officer.api("/codes")["declared"]}
    auditor = desk.as_("auditor", "employee/771")
    assert "/codes/declare" not in auditor.get("/codes").text


def test_codes_are_looked_for_in_parts_of_the_ledger(desk: Office) -> None:
    """A part looks through so many events, whether they say a code or not, and leads on to older ones."""
    basis = {"activity": "subscription-management", "legal_basis": "6-1-b"}
    seldom, often = "zwaluw-1", "zwaluw-2"
    for reason in (often, seldom, often):
        blocked = {"service": "mobile", "contract_ref": "C-1", "reason": reason}
        desk.record(message("service-blocked", desk.person(), time=TIME, **basis, **blocked))

    def found(answer: Any) -> dict[str, int]:
        return {row["code"]: row["events"] for row in answer["undeclared"]}

    whole = found(desk.officer.api("/codes"))
    assert whole[often] == 2 * whole[seldom] > 0
    parts = list(desk.officer.parts("/codes", limit="3"))
    assert len(parts) > 2
    assert all(part["read"] <= 3 for part in parts)
    counted = Counter[str]()
    for part in parts:
        counted.update(found(part))
    assert counted == whole
    assert desk.officer.http.get("/api/v1/codes", params={"limit": "10001"}).status_code == 400
    page = desk.officer.get("/codes", limit="3").text
    assert re.search(r"/codes\?before=\d+&amp;limit=3", page)
    assert "3 events, the newest first, were looked through" in page
    assert "events events" not in page


def waiting(client: Client, approver: str) -> list[str]:
    """The acts that wait after the approval of one employee."""
    rows = client.api("/approvals")["approvals"]
    return [row["act"] for row in rows if row["approver"] == approver]


def test_two_persons_release_a_hold_and_the_second_finds_it_waiting(desk: Office) -> None:
    who = desk.person()
    placed(desk, who, "HOLD-D")
    first = english(desk.as_("privacy-officer", "employee/701"))
    second = english(desk.as_("legal-counsel", "employee/702"))
    path = f"/holds/HOLD-D/release?subject={who}"
    page, confirming = checked(first, path, ground="claim-settled")
    assert "This needs two persons" in page.text
    assert first.post(path, **confirming).headers["location"] == "/approvals"
    assert refs(desk, who) == ["HOLD-D"], "one person is not enough"
    mine = first.get("/approvals").text
    assert "You approved it" in mine
    assert "A second person must approve it before it is done." in mine
    others = english(desk.as_("ledger-operator", "employee/707")).get("/approvals").text
    assert "employee/701" in others
    assert "/release" not in others
    assert who not in others, "the act names a person"
    found = second.get("/approvals").text
    assert "employee/701" in found
    assert "HOLD-D</" in found or "HOLD-D<br>" in found
    assert who in found
    assert waiting(second, "employee/701") == ["hold-release"]
    link = found.partition('href="/holds/HOLD-D/release')[2].partition('"')[0]
    address = "/holds/HOLD-D/release" + link.replace("&amp;", "&")
    assert '<option value="claim-settled" selected>' in second.http.get(address).text
    _, approving = checked(second, address)
    done = second.post(address, **approving | {"ground": "claim-settled"})
    assert done.status_code == 303
    assert "Done and recorded: " in second.http.get(done.headers["location"]).text
    assert "Done and recorded: " not in second.get("/holds").text, "it is said once"
    assert refs(desk, who) == []
    assert waiting(second, "employee/701") == []
    released = [act for act in desk.acts(who) if act["act"] == "legal-hold-released"]
    assert [act["ground"] for act in released] == ["claim-settled"]


def test_what_one_person_asked_for_by_command_another_approves_by_form(
    desk: Office, program: Cli
) -> None:
    who, settings = desk.person(), desk.pool.settings
    placed(desk, who, "HOLD-K")
    program.set(
        DATABASE_URL=str(settings.database_url),
        KEY_DIR=str(settings.key_dir),
        FOUR_EYES="hold-release",
        READER="employee/705",
    )
    ran = program("hold", "release", who, "HOLD-K", "--ground", "claim-settled")
    assert (ran.status, "needs two persons" in ran.err) == (1, True)
    second = english(desk.as_("privacy-officer", "employee/706"))
    assert "Asked for by command" in second.get("/approvals").text
    done = confirmed(second, f"/holds/HOLD-K/release?subject={who}", ground="claim-settled")
    assert done.headers["location"].startswith("/holds")
    assert refs(desk, who) == []


def test_the_same_person_twice_is_one_person(desk: Office) -> None:
    who = desk.person()
    placed(desk, who, "HOLD-E")
    path = f"/holds/HOLD-E/release?subject={who}"
    for _ in range(2):
        client = desk.as_("privacy-officer", "employee/703")
        assert confirmed(client, path).headers["location"] == "/approvals"
    assert refs(desk, who) == ["HOLD-E"]


def test_a_review_that_lets_go_of_something_needs_two_and_one_that_does_not_is_done(
    desk: Office,
) -> None:
    who = desk.person()
    placed(desk, who, "HOLD-F", ("contact", "identity"))
    path = f"/holds/HOLD-F/review?subject={who}"
    officer = english(desk.as_("privacy-officer", "employee/704"))
    done = confirmed(officer, path, review_on="2027-01-01", category=["contact", "identity"])
    assert done.headers["location"].startswith("/holds")
    page, confirming = checked(officer, path, review_on="2027-02-01", category=["contact"])
    assert "It lets go of: identity" in page.text
    assert officer.post(path, **confirming).headers["location"] == "/approvals"
    held = desk.officer.api("/holds", subject=who)["holds"][0]
    assert (held["categories"], held["review_on"]) == (["contact", "identity"], "2027-01-01")


@pytest.mark.parametrize("role", ["auditor", "security-officer", "team-lead"])
def test_a_role_that_may_not_finds_no_form(desk: Office, role: str) -> None:
    who, client = desk.person(), desk.as_(role)
    placed(desk, who, f"HOLD-{role}")
    paths = ("/acts/place-hold", "/acts/decide", "/acts/run-retention", "/acts/tell-recipient")
    for path in (*paths, f"/holds/HOLD-{role}/release?subject={who}"):
        assert client.http.get(path).status_code == 404
        assert client.post(path, subject=who).status_code == 404
    assert refs(desk, who) == [f"HOLD-{role}"]
    assert erased(desk, who) == []


def test_a_breach_goes_from_detection_to_its_end(desk: Office) -> None:
    officer, who = desk.officer, desk.person()
    done = sent(officer, "/acts/detect-breach", ref="B-1", regime="gdpr", at="2026-05-30 10:00")
    assert done.headers["location"] == "/incidents/B-1"
    assert sent(officer, "/incidents/B-1/close").status_code == 409, "it was not assessed"
    page = sent(officer, "/incidents/B-1/assess")
    assert (page.status_code, wrong_fields(page)) == (400, ["risk"])
    facts = {"risk": "high", "nature": ["integrity"], "consequences": "fraud\nspam"}
    assert sent(officer, "/incidents/B-1/assess", **facts).status_code == 303
    page, confirming = checked(officer, "/incidents/B-1/notify", regime="gdpr", phase="full")
    assert officer.post("/incidents/B-1/notify", **confirming).status_code == 303
    unknown = sent(officer, "/incidents/B-1/tell", channel="email", persons=f"{who}\ncustomer/0")
    assert unknown.status_code == 409
    assert "about person 2 of the list" in unknown.text
    page, confirming = checked(officer, "/incidents/B-1/tell", channel="email", persons=who)
    assert "1 person" in page.text
    assert officer.post("/incidents/B-1/tell", **confirming).status_code == 303
    case = officer.api("/incidents/B-1")
    assert (case["risk"], case["persons_told"]) == ("high", 1)
    assert len(case["steps"]) == 3
    notice = officer.api("/incidents/B-1/notification")
    said = {item["item"]: item["said"] for item in notice["items"]}
    assert said["consequences"] == {"consequences": ["fraud", "spam"]}
    assert "fraud" in officer.get("/incidents/B-1/notification").text


def test_a_taken_reference_is_refused_and_stays_typed(desk: Office) -> None:
    officer = desk.officer
    assert sent(officer, "/acts/detect-breach", ref="B-2").status_code == 303
    page = sent(officer, "/acts/detect-breach", ref="B-2")
    assert page.status_code == 409
    assert "there is an incident B-2 already" in page.text
    assert 'value="B-2"' in page.text


def test_an_act_is_judged_by_what_is_known_now_whatever_moment_its_address_names(
    desk: Office,
) -> None:
    address = "/acts/detect-breach?as-of=2026-01-01T00:00:00Z"
    done = [desk.officer.post(address, ref="B-3", regime="gdpr").status_code for _ in range(2)]
    assert done == [303, 409], "the reference is taken, also where the page would show the past"


def test_misuse_is_suspected_warned_of_and_resolved(desk: Office) -> None:
    officer, who = desk.officer, desk.person()
    nothing = sent(officer, "/acts/suspect-misuse", subject=who, ref="MB-1")
    assert (nothing.status_code, wrong_fields(nothing)) == (400, ["kinds"])
    kinds = {"kinds": ["login", "call-costs"], "kinds-other": "Gestolen simkaart"}
    done = sent(officer, "/acts/suspect-misuse", subject=who, ref="MB-1", **kinds)
    assert done.headers["location"].startswith("/incidents/MB-1")
    assert sent(officer, "/incidents/MB-1/resolve", outcome="unfounded").status_code == 409
    assert confirmed(officer, "/incidents/MB-1/warn", channel="phone").status_code == 303
    assert sent(officer, "/incidents/MB-1/resolve", outcome="unfounded").status_code == 303
    acts = desk.acts(who)
    assert [act["act"] for act in acts][-3:] == [
        "misuse-suspected",
        "customer-warned",
        "misuse-resolved",
    ]
    assert set(acts[-3]["data_kinds"]) == {"login", "call-costs", "gestolen-simkaart"}


def test_a_recipient_is_told_of_a_restriction(desk: Office) -> None:
    officer, who = desk.officer, desk.person()
    desk.record(
        recipient("Incasso", id="agency"), disclosed(who, recipient="agency", fields=["email"])
    )
    restricted = {
        "categories": ["contact"],
        "ground": "unlawful-processing",
        "request_ref": "VZ-TOLD",
    }
    desk.record(
        message(
            "processing-restricted",
            who,
            source="urn:voipzeker:privacy-office",
            time="2026-05-01T10:00:00Z",
            **restricted,
        )
    )
    tasks = officer.api("/notifications", subject=who)["tasks"]
    assert [task["recipient"] for task in tasks] == ["agency"]
    path = f"/acts/tell-recipient?subject={who}&recipient=agency&action=restriction"
    page = sent(officer, path, outcome="impossible")
    assert (page.status_code, wrong_fields(page)) == (400, ["ground"])
    assert confirmed(officer, path, outcome="told").status_code == 303
    assert officer.api("/notifications", subject=who)["tasks"] == []
    assert desk.acts(who)[-1]["act"] == "recipient-notified"


def test_a_run_erases_what_was_shown_and_a_second_one_finds_nothing(desk: Office) -> None:
    officer, who = desk.officer, desk.person()
    page, confirming = checked(officer, "/acts/run-retention")
    done = officer.post("/acts/run-retention", **confirming)
    assert done.headers["location"] == "/retention/progress"
    while officer.api("/retention/progress")["state"] == "running":
        time.sleep(0.02)
    page, _ = checked(officer, "/acts/run-retention")
    assert "Nothing is due today." in page.text
    assert erased(desk, who) == []


def test_a_page_of_a_hold_that_is_not_there(desk: Office) -> None:
    who = desk.person()
    assert desk.officer.get("/holds/HOLD-NONE/release", subject=who).status_code == 422
    assert fields_of(desk.officer.get("/acts/place-hold"))["once"]
    assert filled(desk.officer, "/acts/decide", subject=who)["subject"] == who
