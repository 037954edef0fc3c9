"""The fifteen findings of the domain research about the published policy, beside the practice of the sample.

Each is found by comparison, and is gone when the notice is mended, and, where practice decides, when that is.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import orjson
import pytest

from application.controller import Controller
from application.following import bring_up_to_date
from application.queries.oversight.lint import Contrast, Said, lint
from application.queries.oversight.practice import notices_at, practice_at
from console.commands.intake import ingest_files
from host.settings import read_settings
from host.site import Site
from host.wiring import install_site, open_site
from ledger.embedded import Server
from projections.folds.timetravel import NOW
from rulebook import Practice, Statement, house_statements, notice_findings
from rulebook.calendar import day_of
from sample import generating as sample
from schemas import CATEGORIES
from tests.fixtures.notice import mended
from tests.fixtures.postgres import fresh_database

CLOCK = datetime(2026, 11, 24, 12, tzinfo=UTC)
CUSTOMERS = 24  # enough for every type of event
LAW, HOUSE = "law.notice-text.", "house.notice-text."
PURPOSES = "account-management, service-provision, product-information"


class Mending(NamedTuple):
    """One finding of the research: its rules, how the notice is mended, and how practice is.

    `drop`: claims; `add`: claims with values. `without`: source of practice -> values that go, none: all;
    `with_`: those that come.
    """

    rule: str
    drop: tuple[str, ...] = ()
    add: tuple[tuple[str, str], ...] = ()
    without: Mapping[str, tuple[str, ...]] = {}
    with_: Mapping[str, tuple[str, ...]] = {}


ALL_CATEGORIES = ", ".join(sorted(set(CATEGORIES) - {"remark"}))
ALL_PERIODS = ", ".join(f"{category}=P1Y" for category in CATEGORIES)
OPTIONAL = ("app-optional", "contacts, microphone, camera")

RESEARCH: Mapping[int, tuple[Mending, ...]] = {
    1: (
        Mending(
            LAW + "retention",
            add=(("retention-period", ALL_PERIODS),),
            without={"category": ()},
        ),
    ),
    2: (Mending(LAW + "contact.privacy", add=(("contact", "privacy-office"),)),),
    3: (
        Mending(LAW + "right", add=(("right", "restriction"),)),
        Mending(
            LAW + "right.objection",
            add=(("right", "objection"),),
            without={"legal-basis": ("6-1-e", "6-1-f")},
        ),
        Mending(
            LAW + "right.withdrawal",
            add=(("right", "withdrawal"),),
            without={"legal-basis": ("6-1-a",)},
        ),
        Mending(
            LAW + "right.human-review",
            add=(("right", "human-review"),),
            without={"automated-decision": ()},
        ),
    ),
    4: (
        Mending(
            LAW + "automated",
            add=(("automated-decision", "credit-check, deposit-required"),),
            without={"automated-decision": ()},
        ),
        Mending(
            LAW + "source",
            add=(("source", "credit-bureau"),),
            without={"source": ("credit-bureau",)},
        ),
    ),
    5: (
        Mending(LAW + "open-list", drop=("open-list",)),
        Mending(LAW + "category", add=(("category", ALL_CATEGORIES),), without={"category": ()}),
    ),
    6: (
        Mending(LAW + "provision", drop=("provision",), add=(("provision", "nl.awr.53, nl.bvgt"),)),
    ),
    7: (Mending(LAW + "request-channel", add=(("request-channel", "phone"),)),),
    8: (
        Mending(LAW + "cookie-choice", add=(("cookie-choice", "web"),)),
        Mending(
            LAW + "cookie-choice.as-given",
            add=(("cookie-choice", "web"),),
            without={"cookie-consent-channel": ("web",)},
        ),
    ),
    9: (
        Mending(LAW + "purpose.exclusive", drop=("purpose",), add=(("purpose", PURPOSES),)),
        Mending(
            HOUSE + "purpose.exclusive",
            drop=("purpose-exclusive",),
            without={"purpose": ()},
            with_={"purpose": ("service-provision",)},
        ),
    ),
    10: (
        Mending(LAW + "fraud", drop=("fraud-recipient",), with_={"provision": ("nl.uavg.33.5",)}),
    ),
    11: (
        Mending(LAW + "transfer", add=(("safeguard", "A45-3"),)),
        Mending(
            LAW + "transfer.mechanism",
            add=(("safeguard", "A45-3"),),
            without={"transfer-mechanism": ()},
        ),
    ),
    12: (Mending(LAW + "liability", drop=("liability",)),),
    13: (
        Mending(
            LAW + "category.traffic",
            add=(("category", "traffic"),),
            without={"category": ("traffic",)},
        ),
        Mending(
            LAW + "category.location",
            add=(("category", "location"),),
            without={"category": ("location",)},
        ),
    ),
    14: (
        Mending(
            LAW + "recipient.ciot",
            add=(("recipient-kind", "ciot"),),
            without={"recipient-kind": ("ciot",)},
        ),
    ),
    15: (
        Mending(LAW + "permission.kind", drop=("app-necessary",), add=(OPTIONAL,)),
        Mending(
            LAW + "permission.camera",
            drop=("app-necessary",),
            add=(OPTIONAL,),
            with_={"purpose": ("video-calling",)},
        ),
        Mending(
            LAW + "permission.refused",
            drop=("app-necessary",),
            add=(OPTIONAL,),
            without={"permission-refused": ()},
        ),
    ),
}
MENDINGS = [
    pytest.param(mending, id=f"{number}-{mending.rule}")
    for number, mendings in RESEARCH.items()
    for mending in mendings
]
BY_PRACTICE = [
    pytest.param(mending, id=f"{number}-{mending.rule}")
    for number, mendings in RESEARCH.items()
    for mending in mendings
    if mending.without or mending.with_
]


@pytest.fixture(scope="module")
def site(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A ledger of the sample, with every type of event."""
    folder: Path = tmp_path_factory.mktemp("notice")
    with fresh_database(postgres_server.url) as url:
        texts = {"LEDGER_DATABASE_URL": url, "LEDGER_KEY_DIR": str(folder / "keys")}
        settings = read_settings(texts, folder)
        install_site(settings, lambda: CLOCK)
        with open_site(settings, lambda: CLOCK) as site:
            events = sample.minimum_events(CUSTOMERS)
            told = sample.generate(seed=1, customers=CUSTOMERS, events=events, until=CLOCK)
            stream = BytesIO(b"".join(orjson.dumps(event) + b"\n" for event in told))
            result = ingest_files(site, [("sample", stream)])
            assert (result.recorded, result.rejected) == (events, 0)
            bring_up_to_date(site)
            yield site


@pytest.fixture(scope="module")
def practice(site: Site) -> Practice:
    source = site.source("lint")
    return practice_at(source, Controller(), NOW, published=notices_at(source, NOW), language="en")


def rules(told: Iterable[Statement], practice: Practice) -> set[str]:
    return {one.check.id for one in notice_findings(list(told), practice, day_of(CLOCK))}


def changed(practice: Practice, mending: Mending) -> Practice:
    """Practice without some values, and with others."""
    new: dict[str, Mapping[str, Any]] = dict(practice)
    for source, values in mending.without.items():
        gone = set(values) or set(new[source])
        assert gone & set(new[source]), "nothing to take away"
        new[source] = {value: seen for value, seen in new[source].items() if value not in gone}
    for source, values in mending.with_.items():
        new[source] = {**new.get(source, {}), **dict.fromkeys(values, ())}
    return new


@pytest.mark.parametrize("mending", MENDINGS)
def test_it_is_found_on_the_published_notice_and_the_sample_s_practice(
    mending: Mending, site: Site
) -> None:
    answer = lint(site.source("lint"), Controller(), NOW)
    (row,) = [row for row in answer.findings if row.rule == mending.rule]
    assert row.clause
    assert row.citation


@pytest.mark.parametrize("mending", MENDINGS)
def test_it_is_gone_when_the_notice_is_mended(mending: Mending, practice: Practice) -> None:
    before = rules(house_statements(), practice)
    after = rules(mended(mending.drop, mending.add), practice)
    assert mending.rule in before
    assert mending.rule not in after


@pytest.mark.parametrize("mending", BY_PRACTICE)
def test_it_is_gone_when_practice_is_mended(mending: Mending, practice: Practice) -> None:
    assert mending.rule in rules(house_statements(), practice)
    assert mending.rule not in rules(house_statements(), changed(practice, mending))


def test_a_notice_that_is_mended_in_all_of_it_has_none_of_the_fifteen(practice: Practice) -> None:
    everything = [mending for mendings in RESEARCH.values() for mending in mendings]
    drop = {claim for mending in everything for claim in mending.drop} | {"purpose"}
    add = {said for mending in everything for said in mending.add if said[0] != "purpose"}
    named = ("purpose", ", ".join(practice["purpose"]))
    left = rules(mended(drop, [*sorted(add), named]), practice)
    assert left.isdisjoint(mending.rule for mending in everything)
    # What is left is none of the research's: other bases, recipients, promises and periods.
    assert left <= {
        LAW + "legal-basis",
        LAW + "recipient",
        HOUSE + "request-channel.used",
        HOUSE + "measure",
        HOUSE + "promise",
        HOUSE + "retention",
    }


def test_the_answer_stands_by_clause_and_says_where(site: Site) -> None:
    answer = lint(site.source("lint"), Controller(), NOW)
    assert answer.open == len(answer.findings) > len(RESEARCH)
    assert answer.notice
    assert answer.notice.version == "2026-1"
    clauses = [[int(part) for part in row.clause.split(".")] for row in answer.findings]
    assert clauses == sorted(clauses)
    rows = {row.rule: row for row in answer.findings}
    assert rows[LAW + "category.traffic"].values[0].seen_in[0] == "activity billing"
    assert rows[LAW + "transfer.mechanism"].values == [
        Contrast("A45-3", ["recipient mailings-overzee", "recipient papierarchief-verweg"])
    ]
    assert rows[LAW + "liability"].says == [Said("3.1", "liability", "excluded")]
    assert lint(site.source("lint"), Controller(), NOW) == answer


def test_staff_and_what_was_retired_are_no_practice_towards_customers(practice: Practice) -> None:
    assert "staff" not in practice["category"]
    assert "directory-listing" not in practice["purpose"]
    assert "password-by-post" not in practice["security-measure"]
    assert {"two-factor-login", "training"} <= practice["security-measure"].keys()
