"""The table of what is withheld, each row of it; declared codes; citations; and the frozen lists."""

from typing import Any

import msgspec
import pytest

import rulebook
from rulebook import secrecy
from schemas import AdmissionRules, Rejection
from schemas.citations import cites
from schemas.secrecy import SAYING_WHY
from tests.fixtures.cases import each
from tests.unit.schemas.frozen_codes import PLACES, false_alarms, leaks, message_with, rows
from tests.unit.schemas.making import GONE, OPEN, accepted, changed, example, outcome, refused
from tests.unit.schemas.secret_spellings import (
    CITATIONS,
    by_kind,
    by_member,
    by_provision,
    by_shape,
)

WITHHELD = ("withheld", "")
DISCLOSED = changed(example("personal-data-disclosed"), data__provision=GONE)
POLICE = changed(DISCLOSED, data__recipient_kind="police")
REPORT = changed(
    POLICE,
    data__purpose="fraud-report",
    data__legal_basis="6-1-f",
    data__necessity_reason="fraud-suspicion",
)
TAX = example("personal-data-disclosed", "edge-tax-authority")
ACCESS = example("personal-data-accessed")
HOLD = example("legal-hold-placed")
FEED = changed(
    example("bulk-feed-delivered"),
    subject="recipient/ciot",
    data__legal_basis="6-1-c",
    data__provision="nl.tw.13.4",
)

# For each row of the table what it decides of, and a near case that another row decides: its rule.
ROWS: dict[str, list[tuple[dict[str, Any], str | None]]] = {
    "register": [
        (changed(example("recipient-registered"), data__kind="police"), None),
        (changed(example("role-defined"), subject="role/opsporing"), None),
    ],
    "barred": [
        (changed(TAX, data__notice="barred"), "barred"),
        (changed(TAX, data__notice="none"), None),
    ],
    "known-feed": [
        (FEED, None),
        (changed(FEED, data__recipient_kind="police"), "cites"),
    ],
    "secret-provision": [(changed(TAX, data__provision="nl.wwft.16"), "secret-provision")],
    "open-provision": [
        (
            changed(
                POLICE, data__recipient_kind="investigation-agency", data__provision="nl.uavg.33.4"
            ),
            None,
        ),
        (changed(POLICE, data__provision="nl.awr.53"), "investigating-party"),
    ],
    "own-report": [
        (REPORT, None),
        (changed(REPORT, data__legal_basis="6-1-c"), "investigating-party"),
        (changed(REPORT, data__recipient_kind="intelligence-service"), "investigating-party"),
        (changed(REPORT, data__provision="nl.nowhere"), "investigating-party"),
        (changed(REPORT, data__necessity_reason="as-they-asked"), "undeclared"),
    ],
    "investigating-party": [
        (POLICE, "investigating-party"),
        (changed(POLICE, data__purpose="taxation"), "investigating-party"),
    ],
    "asked-by-ciot": [
        (changed(DISCLOSED, data__recipient_kind="ciot"), "asked-by-ciot"),
        (changed(DISCLOSED, data__recipient_kind="ciot", data__provision="nl.bvgt"), None),
    ],
    "unknown-provision": [
        (changed(DISCLOSED, data__provision="nl.nowhere"), "unknown-provision"),
        (changed(TAX, data__provision="nl.awr.99"), None),
        (changed(example("order-placed"), data__provision="nl.nowhere"), None),
    ],
    "public-authority": [
        (TAX, None),
        (changed(TAX, data__purpose="operation-heron"), "undeclared"),
        (changed(TAX, data__case_ref="operation-heron"), None),
    ],
    "no-known-kind": [
        (
            changed(DISCLOSED, data__recipient_kind=GONE, data__purpose="operation-heron"),
            "undeclared",
        ),
        (
            changed(DISCLOSED, data__recipient_kind="polis", data__purpose="operation-heron"),
            "undeclared",
        ),
    ],
    "about-an-authority": [
        (example("court-petition-received"), None),
        (changed(example("court-petition-received"), data__ground="operation-heron"), "undeclared"),
    ],
    "access": [
        (changed(ACCESS, data__role="zwaluw", data__purpose="zwaluw"), "undeclared"),
        (changed(ACCESS, data__role="zwaluw"), None),
        (changed(ACCESS, data__purpose="curiosity", data__role="zwaluw"), None),
    ],
    "hold-restriction-notice-refusal": [
        (HOLD, None),
        (changed(HOLD, data__ground="operation-heron"), "undeclared"),
        (changed(HOLD, data__ground=["operation-heron"]), "undeclared"),
    ],
    "elsewhere": [
        (changed(DISCLOSED, data__purpose="operation-heron"), None),
        (changed(example("service-blocked"), data__reason="misuse-suspected"), None),
    ],
}


def why(message: Any, intake: AdmissionRules = OPEN) -> str | None:
    """By which rule it is withheld; None where it is not."""
    result = outcome(message, intake)
    return (
        result.why.rule if isinstance(result, Rejection) and result.hidden and result.why else None
    )


@each("row", rulebook.WITHHELD, ids=lambda row: row.id)
def test_each_row_of_the_table(row: Any) -> None:
    for message, rule in ROWS[row.id]:
        assert why(message) == rule, message


def test_the_table_ends_with_a_row_that_fits_all() -> None:
    assert {row.id for row in rulebook.WITHHELD} == ROWS.keys()
    last = rulebook.WITHHELD[-1]
    assert (last.verdict, last.codes) == ("ordinary", "any")
    for row in rulebook.WITHHELD[:-1]:
        narrows = row.types or row.kinds or row.provisions or row.purposes or row.notices
        assert narrows, row.id
        assert not row.member or row.verdict == "secret"


@pytest.mark.parametrize("make", [by_kind, by_provision, by_member])
def test_what_says_so_is_withheld_whatever_else_it_says(make: Any) -> None:
    for message in make():
        result = outcome(message)
        assert isinstance(result, Rejection), message
        assert result.hidden, message


def test_what_is_no_event_and_holds_one_is_withheld() -> None:
    for sent in by_shape():
        result = outcome(sent)
        assert isinstance(result, Rejection), sent
        assert result.hidden, sent


@pytest.mark.parametrize("text", CITATIONS)
def test_citations(text: str) -> None:
    assert cites(text)
    assert cites(f"case/{text}")
    assert cites(f"one\n{text}\ntwo")


@pytest.mark.parametrize(
    "text",
    [
        *(
            "SV-2026-0126",
            "sv-161",
            "sv.51a",
            "awr-53",
            "tw-11.10",
            "tw-7.1",
            "C/13/712345/KG-ZA-26-101",
            "INV-126",
        ),
        *(
            "0193a0c2-126a-126b-9d53-126c00000126",
            "room-126",
            "invoice-126-2026",
            "network-13",
            "art-13",
            "gdpr-art-15",
        ),
        *("2026-12-06T12:06:00Z", "wivex", "software-13.4", "csv-126", "126", "2014-2041"),
    ],
)
def test_what_cites_nothing(text: str) -> None:
    assert not cites(text)


def test_no_frozen_code_is_a_false_alarm_and_none_leaks_where_it_matters() -> None:
    assert len(rows("ordinary")) == 200
    assert len(rows("secret")) == 50
    assert false_alarms(OPEN) == []
    assert [*leaks(OPEN, guarded=True)] == []
    # Elsewhere a word that nobody declared secret is ordinary; a citation is not.
    assert {kind for kind, _, _ in leaks(OPEN, guarded=False)} == {"word"}


def test_a_code_that_the_house_declares_is_ordinary_but_no_citation_and_no_kind() -> None:
    codes = frozenset({"Operation-Heron", "sv-126nd", "police"})
    intake = AdmissionRules(secrecy=secrecy().declaring(codes))
    assert accepted(changed(HOLD, data__ground="operation.heron"), intake)
    assert refused(changed(HOLD, data__ground="sv-126nd"), intake) == WITHHELD
    assert refused(POLICE, intake) == WITHHELD


@pytest.mark.parametrize(
    "code",
    [
        *("misuse-suspected", "service-blocked", "fraud", "private", "curiosity"),
        *("deposit-guarantee-scheme", "Misuse_Suspected", "payment-default-recorded"),
    ],
)
def test_words_of_the_policy_are_ordinary_wherever_a_code_is_judged(code: str) -> None:
    for place in PLACES.values():
        assert why(message_with(place, code)) is None, place


def test_no_declared_code_cites_an_article() -> None:
    assert [code for code in rulebook.ordinary_codes() if cites(code)] == []


def test_why_names_a_member_of_the_contract_and_no_value() -> None:
    said = [
        changed(HOLD, data__ground="operation-heron"),
        changed(HOLD, **{"data__operation-heron": "sv-126n"}),
    ]
    said += [{**HOLD, "operation-heron": "sv-126n"}, changed(HOLD, data__hold_ref="sv-126n")]
    results = [outcome(message) for message in said]
    pointers = [one.why.pointer for one in results if isinstance(one, Rejection) and one.why]
    assert pointers == ["/data/ground", "/data", "", "/data/hold_ref"]


def test_what_is_told_to_a_sender_is_the_same_for_all() -> None:
    results = [
        outcome(message)
        for message in [*by_kind(), *[*by_provision()][:40], changed(HOLD, data__ground="x-y")]
    ]
    told = {msgspec.structs.replace(one, why=None) for one in results if isinstance(one, Rejection)}
    assert len(told) == 1


def test_codes_that_say_why_are_members_of_the_contract() -> None:
    members = {
        field.name for entry in rulebook_types() for field in msgspec.structs.fields(entry.data)
    }
    assert {*SAYING_WHY} <= members


def rulebook_types() -> list[Any]:
    """All types of the open contract."""
    from schemas import EVENT_TYPES

    return [*EVENT_TYPES.values()]
