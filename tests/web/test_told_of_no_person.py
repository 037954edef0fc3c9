"""A reader without pages of persons hears of no customer, contact person or visitor, by whatever address."""

import re
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from typing import Any

import pytest

from ledger.event import instant
from schemas.references import OUTSIDERS, kind_of
from tests.web.console import NOW, Client, Consoled
from tests.web.crawling import all_addresses, walked
from web.resources.listed import RESOURCES
from web.rights import table

UNTOLD = [role for role, has in table().items() if not {"persons", "own"} & {*has.pages}]
KNOWN, UNKNOWN = "customer/10023", "customer/nobody-9"
IN_PARTS = [
    *("retention?limit=1", "retention?limit=1&all=true", "notifications?limit=1"),
    *("requests?limit=1&all=true", "complaints?limit=1&all=true", "incidents?limit=1&all=true"),
    *("findings?limit=1", "staff/11?limit=1", "disclosures?limit=1"),
]
MISUSED, CASE = "customer/10047", "MB-2026-7"
_REFERENCE = re.compile(r"(?:customer|visitor)(?:/|%2F)[A-Za-z0-9._:-]+", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9_-]{24,}")
_PSEUDONYM = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


@pytest.fixture(scope="module")
def house(sampled: Consoled) -> Consoled:
    """The sample, and a case of misuse of a person's login."""
    officer = sampled.as_("privacy-officer")
    sent = officer.post("/acts/suspect-misuse", subject=MISUSED, kinds="login", ref=CASE)
    assert sent.status_code == 303, sent.text
    return sampled


@pytest.fixture(scope="module")
def pseudonyms(house: Consoled) -> frozenset[str]:
    """By which the ledger itself knows its persons."""
    with house.site() as site:
        rows = site.session("reader").rows("subjects", kinds=sorted(OUTSIDERS))
    assert len(rows) > 100
    return frozenset(str(subject) for (subject,) in rows)


def found_in(text: str, pseudonyms: frozenset[str]) -> set[str]:
    """References and pseudonyms of persons in a text, also within places in lists that are in base64."""
    texts = [text, *decoded(text)]
    texts += [inner for one in texts[1:] for inner in decoded(one)]
    found: set[str] = set()
    for one in texts:
        found |= {*_REFERENCE.findall(one), *(pseudonyms & {*_PSEUDONYM.findall(one)})}
    return found


def decoded(text: str) -> Iterator[str]:
    """What base64 within a text says."""
    for part in set(_BASE64.findall(text)):
        content = urlsafe_b64decode(part[: len(part) // 4 * 4])
        yield content.decode("utf-8", "replace")


def addresses() -> Iterator[str]:
    """All that leads somewhere without the id of anything: now, and as of an earlier moment."""
    yield from ("/", "/sessions", *all_addresses())
    yield from (f"{one}?as-of={instant(NOW)}" for one in all_addresses())
    yield from (f"{base}/{one}" for base in ("", "/api/v1") for one in IN_PARTS)


@pytest.mark.parametrize("role", UNTOLD)
def test_no_answer_names_a_person(house: Consoled, pseudonyms: frozenset[str], role: str) -> None:
    told, asked = {}, 0
    for seen in walked(house, house.as_(role), [*addresses()]):
        assert seen.status < 500, seen.address
        asked += 1
        if found := found_in(seen.text, pseudonyms):
            told[seen.address] = found
    assert not told
    assert asked > 60


def test_who_has_pages_of_persons_is_told_of_them(
    house: Consoled, pseudonyms: frozenset[str]
) -> None:
    officer = house.as_("privacy-officer")
    for address in ("findings", "retention", "complaints", "notifications", "staff/11"):
        assert found_in(officer.get(f"/api/v1/{address}").text, pseudonyms), address
        assert found_in(officer.get(f"/{address}").text, pseudonyms), address


def answer(client: Client, address: str, **parameters: str) -> tuple[int, str]:
    """What an address answers, without what is another one each time."""
    response = client.get(address, **parameters)
    return response.status_code, re.sub(r'nonce="[^"]*"|csrf" value="[^"]*"', "", response.text)


@pytest.mark.parametrize("role", UNTOLD)
def test_no_question_tells_who_exists(house: Consoled, role: str) -> None:
    """Each parameter of each answer, and each address with a person in it; pages as well."""
    client = house.as_(role)
    for resource in RESOURCES:
        named = {name.replace("_", "-") for name in resource.params.__struct_encode_fields__}
        for name in named & {"subject", "id"}:
            for base in ("", "/api/v1"):
                asked = []
                for who in (KNOWN, UNKNOWN):
                    kind, _, id = who.partition("/")
                    path = resource.path.format_map(
                        {"kind": kind, "id": id, "ref": CASE, "position": "1", "name": "x"}
                        | {"string": "x", "activity": "x", "recipient": "x"}
                    )
                    query = {name: who} if f"{{{name}}}" not in resource.path else {}
                    status, text = answer(client, f"{base}{path}", **query)
                    asked.append((status, text.replace(id, "WHO")))
                assert asked[0] == asked[1], (resource.path, name)
                if name == "subject":
                    assert asked[0][0] == 404, (resource.path, name)


def test_who_handles_incidents_does_so_without_hearing_whose(
    house: Consoled, pseudonyms: frozenset[str]
) -> None:
    guard = house.as_("security-officer", "employee/920")
    page = guard.get(f"/incidents/{CASE}")
    assert page.status_code == 200
    assert f"/incidents/{CASE}/warn" in page.text
    shown = guard.post(f"/incidents/{CASE}/warn", ref=CASE, channel="phone")
    assert shown.status_code == 200
    seen = re.search(r'name="seen" value="([^"]+)"', shown.text)
    assert seen, shown.text
    done = guard.post(f"/incidents/{CASE}/warn", ref=CASE, channel="phone", seen=seen[1])
    assert done.status_code == 303, done.text
    after = guard.get(done.headers["location"])
    assert after.status_code == 200
    for response in (page, shown, after):
        assert not found_in(response.text, pseudonyms)
    steps: list[Any] = house.as_("auditor").api(f"/incidents/{CASE}")["steps"]
    assert len(steps) == 2, "the warning is recorded of the person"


@pytest.mark.parametrize(
    ("address", "fields"),
    [
        ("/acts/suspect-misuse", {"kinds": "login", "ref": "MB-2026-8"}),
        (f"/incidents/{CASE}/warn", {"ref": CASE, "channel": "phone"}),
        (f"/incidents/{CASE}/resolve", {"ref": CASE, "outcome": "no-misuse"}),
    ],
)
def test_no_form_tells_who_exists(house: Consoled, address: str, fields: dict[str, str]) -> None:
    guard = house.as_("security-officer", "employee/921")
    sent = [guard.post(address, subject=who, **fields) for who in (MISUSED, KNOWN, UNKNOWN)]
    assert {response.status_code for response in sent} == {404}
    assert len({response.text for response in sent}) == 1


def test_a_list_of_persons_is_no_form_of_who_is_told_of_none(house: Consoled) -> None:
    guard = house.as_("security-officer", "employee/922")
    house.as_("privacy-officer").post("/acts/detect-breach", ref="BR-2026-9", regime="gdpr")
    assert 'name="persons"' not in guard.get("/incidents/BR-2026-9/tell").text
    sent = [
        guard.post("/incidents/BR-2026-9/tell", ref="BR-2026-9", channel="post", persons=f"{who}\n")
        for who in (KNOWN, UNKNOWN)
    ]
    assert [response.status_code for response in sent] == [404, 404]


def test_rows_of_one_person_have_one_name_that_means_nothing_elsewhere(house: Consoled) -> None:
    def names(role: str, reference: str) -> list[str]:
        steps = house.as_(role, reference).api("/retention/run", limit="1000")["due"]
        return [row["data_subject"] for row in steps]

    told, untold = names("privacy-officer", "employee/1"), names("team-lead", "employee/2")
    assert len({*zip(told, untold, strict=True)}) == len({*told}) == len({*untold})
    assert not {*told} & {*untold}
    assert not {*untold} & {*names("team-lead", "employee/3")}


def test_kinds_that_are_told_are_known() -> None:
    """A new kind of person must be thought of here: its reference would pass the tests above."""
    assert {"customer", "contact", "visitor"} == OUTSIDERS
    assert kind_of("customer/1/contact/2") == "contact"
