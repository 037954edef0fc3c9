"""Each answer to a role that sees a part says so, and what the help desk must not know is not there."""

import re
from typing import Any

import pytest

from tests.fixtures.console import collected, disclosed, message, registered
from tests.web.console import Client, Consoled
from tests.web.crawling import Seen, all_addresses, walked
from tests.web.twins import COVERS
from web.rights import table

PART = {
    "en": "Your role sees a part; the privacy office answers completely.",
    "nl": "Uw rol ziet een deel; het privacybureau antwoordt volledig.",
}
PARTIAL = [role for role, has in table().items() if has.sees_part]
WHOLE = [role for role in table() if role not in {*PARTIAL, "data-subject"}]
DEBTOR = "customer/10012"
"""Of the sample: did not pay, was sent a notice, and is known to an agency."""
OWED = {"collection", "collections", "default", "unpaid", "debt", "incasso", "agency", "owed"}
WHO, HIDDEN = "customer/77501", "weg@example.nl"
"""Somebody whose address a collection agency sent, too."""
COLLECTING = {"activity": "debt-collection", "legal_basis": "6-1-f"}
DOCUMENT = re.compile(r"/(register|incidents/[^/]+/notification)\?format=")
SERVED = {"service": "voip", "contract_ref": "C-1", "activity": "service-delivery"}


@pytest.fixture(scope="module")
def house(sampled: Consoled) -> Consoled:
    """The sample, and a person whose service is blocked as they did not pay."""
    told = {"categories": ["contact"], "origin": "third-party", "from_recipient": "incasso"}
    sampled.record(
        registered(WHO),
        collected(WHO, categories=["contact"], personal={"email": "wie@example.nl"}),
        collected(WHO, **told, **COLLECTING, personal={"email": HIDDEN}),
        message("service-blocked", WHO, reason="unpaid", **SERVED, legal_basis="6-1-b"),
        message(
            "account-deactivated", WHO, reason="unpaid", activity="billing", legal_basis="6-1-b"
        ),
        message(
            "processing-restricted", WHO, categories=["contact", "debt"], ground="debt-contested"
        ),
        disclosed(WHO, recipient="incasso", recipient_kind="collection-agency", **COLLECTING),
    )
    return sampled


def agent(console: Consoled) -> Client:
    return console.as_("helpdesk-agent", "employee/11", judged=True)


@pytest.mark.parametrize("role", PARTIAL)
def test_every_answer_to_a_role_that_sees_a_part_says_so(house: Consoled, role: str) -> None:
    kinds = set()
    for seen in walked(house, house.as_(role), starts()):
        kinds.add(kind_of(seen))
        if "cache-control: public" not in seen.text:
            said = PART["en" if "language=en" in seen.address else "nl"]
            assert f"ledger-part: {said}" in seen.text, seen.address
            assert says_so(seen, said), seen.address
    assert kinds >= {"text/html", "application/json", "application/problem+json"}


@pytest.mark.parametrize("role", WHOLE)
def test_no_answer_to_another_role_says_so(house: Consoled, role: str) -> None:
    for seen in walked(house, house.as_(role), ["/", f"/persons/{DEBTOR}", "/api/v1/disclosures"]):
        assert not re.search("ledger-part|sees_part|" + "|".join(PART.values()), seen.text), (
            seen.address
        )


def starts() -> list[str]:
    """Every list, persons of each kind, and what is not there."""
    persons = (f"/persons/{who}" for who in (DEBTOR, WHO, "customer/nobody"))
    there = [*persons, *(f"/api/v1/persons/{who}/state" for who in (DEBTOR, "customer/nobody"))]
    return ["/", "/sessions", *there, *all_addresses(), "/nowhere", "/nowhere?language=en"]


def kind_of(seen: Seen) -> str:
    """The kind of the content."""
    found = re.search(r"^content-type: ([a-z+/.-]+)", seen.text, re.MULTILINE)
    return found[1] if found else ""


def says_so(seen: Seen, said: str) -> bool:
    """Whether the content says so. A document has the header alone: it is whole, and for the authority."""
    if DOCUMENT.match(seen.address):
        return True
    match kind_of(seen):
        case "text/html":
            return seen.text.count(said) == len(("header", "page"))
        case "application/json":
            return f'"sees_part":"{said}"' in seen.text
        case "text/csv":
            return re.search(f"[,\ufeff]{said}\r?\n", seen.text) is not None
        case _:
            return True


@pytest.mark.parametrize("who", [DEBTOR, WHO])
def test_the_help_desk_learns_of_no_debt(house: Consoled, who: str) -> None:
    """Neither of an unpaid invoice, nor the notice, nor the agency, nor why a service is blocked."""
    officer = " ".join(house.as_("privacy-officer").get(path).text for path in asked(who))
    told = " ".join(agent(house).get(path).text for path in asked(who))
    assert OWED & words(officer) >= {"collection", "debt"}
    assert not OWED & words(told)


def asked(who: str) -> list[str]:
    """Each page about a person, and its answer."""
    parts = ("", "/history", "/comparison", "/consents", "/recipients", "/requests", "/looks")
    answers = (
        "",
        "/state",
        "/history",
        "/consents",
        "/disclosures",
        "/requests",
        "/looks",
        "/channels",
    )
    pages = [f"/persons/{who}{part}?language=en" for part in parts]
    return [*pages, *(f"/api/v1/persons/{who}{part}" for part in answers)]


def words(text: str) -> set[str]:
    return {*re.findall("[a-z]+", text.lower())}


def test_what_took_effect_is_told_and_never_why(house: Consoled) -> None:
    client = agent(house)
    state = client.api(f"/persons/{WHO}/state")
    assert (state["status"], state["restricted_categories"]) == ("inactive", ["contact"])
    events = client.api(f"/persons/{WHO}/history")["events"]
    assert [event["text"] for event in events[:3]] == [
        "Verwerking beperkt voor contactgegevens.",
        "Account op inactief gezet; vanaf nu geen productinformatie.",
        "Dienst VoIP geblokkeerd onder overeenkomst C-1.",
    ]
    assert events[2]["facts"] == {"service": "voip", "contract_ref": "C-1"}


def test_a_value_of_a_hidden_event_finds_nobody_and_stands_nowhere(house: Consoled) -> None:
    found, not_found = (
        client.post("/persons/find", field="email", value=HIDDEN, reason="complaint")
        for client in (house.as_("privacy-officer"), agent(house))
    )
    assert WHO in found.text
    assert WHO not in not_found.text
    assert HIDDEN not in "".join(agent(house).get(path).text for path in asked(WHO))


def test_recipients_of_which_a_role_sees_some_do_not_stand_as_all(house: Consoled) -> None:
    for language, view in (
        ("en", "Of what your role may see: "),
        ("nl", "Van wat uw rol mag zien: "),
    ):
        told, whole = (
            client.get(f"/persons/{DEBTOR}/recipients", language=language).text
            for client in (agent(house), house.as_("privacy-officer"))
        )
        assert told.count(view) == 1
        assert view not in whole


def test_a_list_of_disclosures_goes_on_behind_none_that_is_hidden(house: Consoled) -> None:
    listed: list[Any] = house.as_("auditor").api("/disclosures", kind="collection-agency")[
        "disclosures"
    ]
    client = house.as_("disclosure-officer")
    hidden = [client.get("/api/v1/disclosures", after=str(row["position"])) for row in listed]
    unknown = client.get("/api/v1/disclosures", after="1")
    assert {(one.status_code, one.json()["detail"]) for one in (*hidden, unknown)} == {
        (unknown.status_code, unknown.json()["detail"])
    }
    assert client.api("/disclosures")["disclosures"]


def test_every_role_from_which_categories_are_hidden_is_walked() -> None:
    assert {*COVERS} == {role for role, has in table().items() if has.hides}
