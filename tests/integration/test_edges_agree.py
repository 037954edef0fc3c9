"""Walks every edge for drawn persons and compares what each says about the same fact.

Commands, console, portal, API, access report, records of consent (TS 27560): which account is
active, which consent counts, who received what, what is held until when, what is restricted, what is late.
Registers are compared as well. Archive questions are compared in `test_archive.py`.
"""

import csv
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from html import unescape
from io import StringIO
from pathlib import Path
from random import Random, SystemRandom
from typing import Any, NamedTuple

import pytest

from rulebook import RULES
from sample import generating
from tests.fixtures.console import (
    TIME,
    Cli,
    collected,
    consented,
    disclosed,
    message,
    recipient,
    registered,
    without_ledger,
)
from tests.fixtures.moments import NOW, days_ago
from tests.fixtures.postgres import Templates
from tests.fixtures.whole import WHOLE
from tests.web.console import EVENTS, ORIGIN, Consoled, console_settings, fill_with_sample
from tests.web.console import NOW as CONSOLE_NOW
from web.pages.my_choices import PURPOSES

DRAWN = 40 if WHOLE else 6
"""How many persons of the sample are walked, beside those who were made for it."""
SEED = SystemRandom().randrange(2**32) if WHOLE else 20261202
LDV, VNG = "/api/ldv/v1/processing-activities", "/api/vng/v1/verwerkte-objecten"
READ = "ledger-read"
ASKED = {"objecttype": "persoon", "beginDatum": "2000-01-01", "eindDatum": "2100-01-01"}
CARE = {"activity": "subscription-management", "legal_basis": "6-1-b"}
RIGHTS = {"activity": "rights-handling", "legal_basis": "6-1-c", "provision": "eu.gdpr.18"}
SAID_YES = {None, "inactive", "customer-inactive", "objected", "objects"}
"""What hinders a consent that the person gave."""


def contract(name: str, who: str, ref: str, days: float, **facts: Any) -> dict[str, Any]:
    return message(name, who, time=days_ago(days), **CARE, contract_ref=ref, **facts)


def returned(who: str) -> Iterator[dict[str, Any]]:
    """A customer of long ago whose new contract runs."""
    yield registered(who, time=days_ago(2500))
    yield contract("contract-concluded", who, f"{who[-3:]}-1", 2500)
    yield collected(
        who, time=days_ago(2500), categories=["contact"], personal={"email": "a@example.nl"}
    )
    yield contract("contract-ended", who, f"{who[-3:]}-1", 2000, reason="moved")
    yield consented(who, time=days_ago(2400), purpose="product-information")
    yield message("account-deactivated", who, time=days_ago(2000), **CARE, reason="left")
    yield contract("contract-concluded", who, f"{who[-3:]}-2", 20)
    yield collected(
        who, time=days_ago(20), categories=["contact"], personal={"email": "b@example.nl"}
    )
    yield consented(who, time=days_ago(10))


def left(who: str) -> Iterator[dict[str, Any]]:
    """A former customer, whose consent was never taken back."""
    yield registered(who, time=days_ago(900))
    yield consented(who, time=days_ago(900))
    yield collected(
        who, time=days_ago(900), categories=["contact"], personal={"email": "c@example.nl"}
    )
    yield message("account-deactivated", who, time=days_ago(800), **CARE, reason="left")


def contract_over(who: str) -> Iterator[dict[str, Any]]:
    """A former customer whose account was never closed."""
    yield registered(who, time=days_ago(900))
    yield contract("contract-concluded", who, f"{who[-3:]}-1", 900)
    yield consented(who, time=days_ago(900))
    yield contract("contract-ended", who, f"{who[-3:]}-1", 800, reason="moved")


def contact_gone(who: str) -> Iterator[dict[str, Any]]:
    """A contact person who left a customer who did not."""
    customer = who.rpartition("/contact/")[0]
    yield registered(customer, time=days_ago(90))
    yield message("contact-person-added", who, time=days_ago(90), **CARE, customer=customer)
    yield consented(who, time=days_ago(80))
    yield message("contact-person-removed", who, time=days_ago(30), **CARE, customer=customer)


def ticked(who: str) -> Iterator[dict[str, Any]]:
    """Consents that are none, beside one that is."""
    yield registered(who, time=days_ago(90))
    yield consented(who, time=days_ago(80), method="pre-ticked")
    yield consented(who, time=days_ago(80), purpose="product-information")


def child(who: str) -> Iterator[dict[str, Any]]:
    """A child of thirteen who agreed alone."""
    born = (NOW - timedelta(days=13 * 365.25)).date().isoformat()
    yield registered(who, time=days_ago(90))
    yield collected(
        who, time=days_ago(90), categories=["identity"], personal={"date_of_birth": born}
    )
    yield consented(who, time=days_ago(80))


def objecting(who: str) -> Iterator[dict[str, Any]]:
    """Who said yes, and then no to all advertising by e-mail."""
    yield registered(who, time=days_ago(90))
    yield consented(who, time=days_ago(80))
    yield message(
        "marketing-objection-recorded",
        who,
        time=days_ago(70),
        channel="email",
        activity="direct-marketing",
        legal_basis="6-1-a",
    )


def restricted(who: str) -> Iterator[dict[str, Any]]:
    """Data that may only be stored, of a request that is too late, received on a day alone."""
    ref = {"request_ref": f"R-{who[-3:]}"}
    yield registered(who, time=days_ago(90))
    yield collected(
        who, time=days_ago(90), categories=["payment"], personal={"iban": "NL91ABNA0417164300"}
    )
    asked = {"right": "restriction", "channel": "phone", "received_on": days_ago(60)[:10]}
    yield message("rights-request-received", who, time=days_ago(60), **RIGHTS, **ref, **asked)
    yield message(
        "processing-restricted",
        who,
        time=days_ago(59),
        **RIGHTS,
        **ref,
        categories=["payment"],
        ground="accuracy-contested",
    )
    yield disclosed(who, time=days_ago(58))


def in_files(who: str) -> Iterator[dict[str, Any]]:
    """Who had a service while files went to CIOT and to the tax office."""
    yield registered(who, time=days_ago(90))
    yield contract("contract-concluded", who, f"{who[-3:]}-1", 90)
    yield message(
        "service-activated", who, time=days_ago(89), **CARE, service="mobile", contract_ref="209-1"
    )
    yield disclosed(who, time=days_ago(40))
    yield disclosed(who, time=days_ago(30), recipient="unknown-party", recipient_kind="bailiff")


def erased_in_part(who: str) -> Iterator[dict[str, Any]]:
    """Of whom some fields were removed and some values corrected."""
    yield registered(who, time=days_ago(90))
    values = {"email": "d@example.nl", "mobile_number": "+31612345678"}
    yield collected(who, time=days_ago(90), categories=["contact"], personal=values)
    yield message(
        "personal-data-removed",
        who,
        time=days_ago(50),
        **CARE,
        categories=["contact"],
        fields=["mobile_number"],
        requested_by="subject",
    )


def taken_over(who: str) -> Iterator[dict[str, Any]]:
    """A contract that another party told of, and then took back."""
    other = "customer/77208"
    parties = {"from_customer": who, "to_customer": other}
    yield registered(who, time=days_ago(90))
    yield registered(other, time=days_ago(90))
    yield contract("contract-concluded", who, "T-9", 90)
    yield contract("contract-taken-over", who, "T-9", 60, **parties)


MADE: dict[str, Callable[[str], Iterator[dict[str, Any]]]] = {
    "customer/77201": returned,
    "customer/77202": left,
    "customer/77203/contact/1": contact_gone,
    "customer/77204": ticked,
    "customer/77205": child,
    "customer/77206": objecting,
    "customer/77207": restricted,
    "customer/77209": in_files,
    "customer/77210": erased_in_part,
    "customer/77211": taken_over,
    "customer/77212": contract_over,
}
OTHERS = ("customer/77208",)
_ON_REMOVAL = "law.erasure.on-removal"


class House(NamedTuple):
    """A ledger: its console, the settings of its commands, and answers about everybody, asked for once."""

    console: Consoled
    settings: dict[str, str]
    of_all: dict[tuple[str, ...], Any]


class Edges:
    """A ledger and everything that answers about it, by the clock of this machine."""

    def __init__(self, cli: Cli, house: House) -> None:
        self.cli, console = cli, house.console
        self._of_all = house.of_all
        self.console = console
        self.office = console.as_("privacy-officer")
        self.office.http.headers["accept-language"] = "en"

    def said(self, *words: str) -> Any:
        """The answer of a command; its status says only whether something is wrong."""
        ran = self.cli(*words)
        assert ran.status in {0, 1}, (words, ran.err)
        return ran.json

    def of_all(self, *words: str) -> Any:
        """An answer about everybody."""
        if words not in self._of_all:
            self._of_all[words] = self.said(*words, "--json")
        return self._of_all[words]

    def page(self, path: str) -> str:
        """The text of a page of the console."""
        return _text(self.office.get(path))

    def me(self, who: str) -> Any:
        """The portal of a person."""
        client = self.console.as_("data-subject", who, "data-subject")
        client.http.headers["accept-language"] = "en"
        return client


def _text(response: Any) -> str:
    assert response.status_code == 200, response.text
    body = re.sub(r"<(script|style|head).*?</\1>", " ", response.text, flags=re.DOTALL)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", body)))


@pytest.fixture(scope="module")
def house(
    embedded_templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[House]:
    """The sample with the persons of this module."""
    keys = tmp_path_factory.mktemp("edges") / "keys"
    with embedded_templates.of("sampled", fill_with_sample, keys) as url:
        console = Consoled(console_settings(url, keys), lambda: datetime.now(UTC))
        console.record(
            recipient("Incasso Voorbeeld", time=TIME),
            *(event for who, make in MADE.items() for event in make(who)),
        )
        try:
            settings = {"DATABASE_URL": url, "KEY_DIR": str(keys), "LOG_DIR": str(keys / "tlog")}
            yield House(console, settings, {})
        finally:
            console.close()


@pytest.fixture
def edges(
    house: House,
    monkeypatch: pytest.MonkeyPatch,
    capsysbinary: pytest.CaptureFixture[bytes],
    tmp_path: Path,
) -> Edges:
    """Every edge of that ledger."""
    cli = without_ledger(monkeypatch, capsysbinary, tmp_path)
    cli.set(**house.settings)
    return Edges(cli, house)


def drawn() -> list[str]:
    """Customers and contact persons of the sample, those that were made up here beside them."""
    lines = generating.generate(
        seed=generating.DEFAULT_SEED,
        customers=generating.DEFAULT_CUSTOMERS,
        events=EVENTS,
        until=CONSOLE_NOW,
    )
    known = sorted({one["subject"] for one in lines if one["subject"].startswith("customer/")})
    return [*MADE, *OTHERS, *Random(SEED).sample(known, DRAWN)]


def test_each_edge_says_the_same_of_a_person(edges: Edges, who: str) -> None:
    state = edges.said("state", who, "--json")
    if state["status"] == "erased":
        pytest.skip("of an erased person nothing is left to compare")
    facts = Facts(edges, who, state)
    facts.account()
    facts.consents()
    facts.recipients()
    facts.values()
    facts.retention()
    facts.requests()
    facts.standards()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "who" in metafunc.fixturenames:
        metafunc.parametrize("who", drawn())


class Facts:
    """What each edge says of one person, fact by fact."""

    def __init__(self, edges: Edges, who: str, state: Any) -> None:
        self.edges, self.who, self.state = edges, who, state
        self.own = edges.me(who)
        self.mine = self.own.api("/me")
        self.report = self.own.api("/me/access-report")
        self.marketing = edges.said("marketing", who, "--json")
        self.disclosed = edges.said("disclosures", "--subject", who, "--json")["disclosures"]
        self.at = "/persons/" + re.sub("^customer/(.*)/contact/", r"contact/\1~", who)

    def api(self, part: str) -> Any:
        return self.edges.office.api(f"{self.at}/{part}")

    def account(self) -> None:
        """Is the relationship active, and since when."""
        status = self.state["status"]
        told = {(self.state["status"], self.state["since"])}
        told |= {(one["status"], one["since"]) for one in (self.api("state"), self.mine)}
        assert len(told) == 1
        assert f"The account is {status}." in self.edges.page(self.at)
        assert self.api("channels")["person"]["active"] == (status == "active")
        running = {one["contract_ref"]: one["status"] for one in self.state.get("contracts", ())}
        assert running == {one["contract_ref"]: one["status"] for one in self.mine["contracts"]}

    def consents(self) -> None:
        """Which consent counts, and why another one does not."""
        said = self.edges.said("consents", self.who, "--history", "--json")
        worth = {one["purpose"]: one["hindrance"] for one in said["consents"]}
        for answer in (self.api("consents"), self.own.api("/me/consents")):
            assert {one["purpose"]: one["hindrance"] for one in answer["consents"]} == worth
        counting = sorted(purpose for purpose, why in worth.items() if why is None)
        marketing = self.marketing["person"]
        assert sorted(marketing["consents"]) == counting
        assert sorted(one["purpose"] for one in marketing["without_effect"]) == sorted(
            purpose for purpose, why in worth.items() if why
        )
        if self.state["status"] != "active":
            assert not counting
        page = self.edges.page(f"{self.at}/consents")
        consents = "consent allows" if len(worth) == 1 else "consents allow"
        assert f"{len(counting)} of {len(worth)} {consents} something now" in page
        records = self.edges.said("consents", self.who, "--format", "ts27560")["@graph"]
        given = {"dpv:ConsentGiven", "dpv:RenewedConsentGiven"}
        told = [
            one["dpv:hasProcess"]["dpv:hasPurpose"]["dct:identifier"]
            for one in records
            if one["dpv:hasConsentStatus"][-1]["@type"] in given
        ]
        assert sorted(told) == counting
        self._choices(worth)

    def _choices(self, worth: dict[str, str | None]) -> None:
        """In the portal a yes stands only where the person said it, and it is no consent's lack."""
        shown = {purpose: why for purpose, why in worth.items() if purpose in PURPOSES}
        yes = [why for why in shown.values() if why in SAID_YES]
        page = _text(self.own.get("/my/choices"))
        words = "nothing here" if not yes else f"{len(yes)} thing"
        assert f"You say yes to {words}" in page

    def recipients(self) -> None:
        """Who received what, by whichever edge one asks."""
        told = {
            (one["recipient"], one["occurred_at"], tuple(one["fields"] or ()))
            for one in self.disclosed
            if one["membership"] is None
        }
        for rows in (
            self.api("disclosures")["disclosures"],
            self.report["recipients"],
            self.own.api("/me/disclosures")["disclosures"],
        ):
            assert {
                (one["recipient"], one["occurred_at"], tuple(one["fields"] or ()))
                for one in rows
                if one["membership"] is None
            } == told
        positions = {p for row in self.report["recipients"] for p in row["positions"]}
        acts = {p for act in self.report["acts"] for p in act["positions"]}
        feeds = {
            p for row in self.report["recipients"] if row["membership"] for p in row["positions"]
        }
        assert positions - feeds <= acts
        number = len(self.disclosed)
        page = _text(self.own.get("/my/received"))
        assert (f"gave data about you to others {number} time" in page) == bool(number)

    def values(self) -> None:
        """What is held, and what may only be stored."""
        held = {
            (category, field): value
            for category, fields in self.state["personal"].items()
            for field, value in fields.items()
        }
        for rows in (self.mine["data"], self.report["data"]):
            current = {
                (one["category"], one["field"]): one["value"] for one in rows if one["current"]
            }
            assert current.keys() == held.keys()
            for name, value in current.items():
                # Of the number of another party a person is told the beginning (GDPR Art. 15(4)).
                told = value.removesuffix("…") if isinstance(value, str) else value
                whole = held[name]
                assert whole == value or (str(whole).startswith(f"{told}") and name[0] == "traffic")
        portable = self.edges.said("report", "portability", self.who)["data"]
        assert {(one["category"], one["field"]) for one in portable} <= set(held)
        stored = sorted(self.state.get("restricted_categories", ()))
        assert sorted(self.mine["restricted_categories"]) == stored
        assert sorted(self.marketing["person"]["restricted"]) == stored
        kept = {one["category"] for one in self.report["retention"] if one["restricted"]}
        assert kept <= set(stored)
        assert set(self.mine["erased_categories"]) == set(self.state["erased_categories"])

    def retention(self) -> None:
        """Until when each category is kept, and what is too late."""
        told = {_kept(one) for one in self.report["retention"]}
        assert {_kept(row) for one in self.mine["categories"] for row in one["retention"]} == told
        clocks = self.edges.of_all("retention", "due", "--all")["clocks"]
        rows = [one for one in clocks if one["subject"] == self.who]
        # Of a removed field no period is told to the person: the next run erases it (ADR 138).
        assert {_kept(one) for one in rows if one["rule"] != _ON_REMOVAL} == told
        self.removed([one for one in rows if one["rule"] == _ON_REMOVAL])
        late = {one["category"] for one in self.report["retention"] if one["overdue_since"]}
        due = self.edges.of_all("retention", "due")["clocks"]
        assert late <= {one["category"] for one in due if one["subject"] == self.who}

    def removed(self, rows: list[Any]) -> None:
        """Which removed fields are held still, and which of them the next run erases."""
        held = {field for one in rows for field in one["fields"]}
        assert held or MADE.get(self.who) is not erased_in_part
        assert held <= {one["field"] for one in self.report["data"] if not one["current"]}
        due = {field for one in rows if one["situation"] == "due" for field in one["fields"]}
        steps = [
            one
            for one in self.edges.of_all("retention", "run")["due"]
            if one["subject"] == self.who and one["cause"] == "removed"
        ]
        assert {field for one in steps for field in one["fields"]} == due

    def requests(self) -> None:
        """Which request is late: the list, the person's page, the portal, the findings and today."""
        rows = self.edges.of_all("request", "list", "--all")["requests"]
        mine = [one for one in rows if one["subject"] == self.who]
        own = {one["request_ref"]: one["overdue"] for one in mine}
        ended = {one["request_ref"] for one in mine if one["ended_at"]}
        for answer in (self.api("requests"), self.own.api("/me/requests")):
            assert {one["request_ref"]: one["overdue"] for one in answer["requests"]} == own
        for ref, overdue in own.items():
            assert self.edges.said("request", "show", ref, "--json")["overdue"] == overdue
        today = self.edges.of_all("today")["tasks"]
        late = {
            one["ref"] for one in today if one["subject"] == self.who and one["state"] == "overdue"
        }
        assert {ref for ref, overdue in own.items() if overdue} - ended <= late

    def standards(self) -> None:
        """Which acts there were: history, LDV and VNG agree; the person reads there what the report tells."""
        history = self.edges.cli("history", self.who, "--json").acts
        annulled = {one["position"] for one in history if one["annulled_by"]}
        annulling = {one["position"] for one in history if ".event-annulled." in one["type"]}
        happened = {one["position"] for one in history} - annulled
        office, own = self._logged(self.edges.office), self._logged(self.own)
        self._written(history, office)
        assert office.ok == happened
        assert office.lapsed == annulled
        assert office.objects.keys() == happened - annulling
        assert own.objects.keys() == own.ok - annulling
        looks = [one for one in self.report["consultations"] if one["where"] == "system"]
        told = {p for one in (*self.report["acts"], *looks) for p in one["positions"]}
        assert own.ok == told
        for objects in (office.objects, own.objects):
            given = {p for p, one in objects.items() if "afnemerId" in one["verwerkingsactie"]}
            # A file of many is no act about one person: who was in it, the list alone says.
            assert (
                given
                == {one["position"] for one in self.disclosed if one["membership"] is None}
                & objects.keys()
            )

    def _written(self, history: list[Any], office: "Logged") -> None:
        """The files of both standards have the same acts, of the time, source and activity of the history."""
        logged, processed = (
            [one for one in self._exported(form) if one[name] != READ]
            for form, name in (("ldv", "name"), ("vng", "actieNaam"))
        )
        at = {one["position"]: one for one in history}
        by_status: dict[str, set[int]] = {"Ok": set(), "Error": set()}
        for one in logged:
            position = one["attributes"]["processing_ledger.position"]
            by_status[one["status"]].add(position)
            assert one["resource"]["attributes"]["service.name"] == at[position]["source"]
            assert datetime.fromtimestamp(one["startTime"] / 1000, UTC) == _milliseconds(
                at[position]
            )
        assert (by_status["Ok"], by_status["Error"]) == (office.ok, office.lapsed)
        assert {_position(one) for one in processed} == office.objects.keys()
        for one in processed:
            act = at[_position(one)]
            assert one["tijdstip"] == act["occurred_at"]
            assert one.get("verwerkingNaam") == act["activity"]
            assert one["systeem"] == act["source"]

    def _exported(self, form: str) -> list[Any]:
        return self.edges.cli("export", "--format", form, "--subject", self.who).lines

    def _logged(self, client: Any) -> "Logged":
        """The acts about the person as a reader gets them by the standards, whole lists."""
        session = client.session.csrf if client.session else ""
        headers = {"origin": ORIGIN, "sec-fetch-site": "same-origin", "x-csrf-token": session}
        wanted = {"dpl.core.data_subject_id": self.state["data_subject"]}
        ok, lapsed, address = set[int](), set[int](), LDV
        while address:
            answer = client.http.post(address, json=wanted, headers=headers)
            assert answer.status_code == 200, answer.text
            for one in answer.json()["processingActivities"]:
                if one["name"] == READ:
                    continue  # each question of this test is one more
                position = one["attributes"]["processing_ledger.position"]
                (ok if one["status"] == "Ok" else lapsed).add(position)
            address = answer.headers.get("link", "").partition(">")[0].lstrip("<")
        objects: dict[int, Any] = {}
        kind, _, id = self.who.partition("/")
        page = client.http.get(VNG, params=ASKED | {"soortObjectId": kind, "objectId": id}).json()
        while page["results"]:
            for one in page["results"]:
                if one["verwerkingsactie"]["actieNaam"] != READ:
                    objects[_position(one["verwerkingsactie"])] = one
            if not page["next"]:
                break
            page = client.http.get(page["next"].removeprefix(ORIGIN)).json()
        return Logged(ok, lapsed, objects)


class Logged(NamedTuple):
    """Positions of the acts by the one standard, and the objects by position by the other one."""

    ok: set[int]
    lapsed: set[int]
    objects: dict[int, Any]


def _position(act: Any) -> int:
    return int(act["url"].rpartition(":")[2])


def _milliseconds(act: Any) -> datetime:
    time = datetime.fromisoformat(act["occurred_at"])
    return time.replace(microsecond=time.microsecond // 1000 * 1000)


def test_each_edge_says_the_same_of_an_activity(edges: Edges) -> None:
    """Page, API, JSON, CSV and JSON-LD of the register, and what the rules say of retention."""
    rows = {one["activity"]: one for one in edges.of_all("register")["activities"]}
    assert any(row["declared"] and row["recipients"] for row in rows.values())
    told = {one["activity"]: one for one in edges.office.api("/register")["activities"]}
    for row in (*rows.values(), *told.values()):
        for party in row["recipients"]:
            party.pop("name", None)  # that of a private person is in documents alone
    assert told == rows
    text = edges.cli("register", "--format", "csv").out.decode("utf-8-sig")
    assert {
        (one["activity"], one["purpose"], one["legal_basis"])
        for one in csv.DictReader(StringIO(text))
        if one["purpose"]
    } == {
        (name, one["purpose"], one["legal_basis"])
        for name, row in rows.items()
        for one in (row["declared"] or {"purposes": []})["purposes"]
    }
    written = [
        edges.said("register", "--format", "dpv"),
        edges.office.get("/register", format="dpv").json(),
    ]
    for document in written:
        processes = {one["dct:identifier"]: one for one in document["dpv:hasProcess"]}
        assert {name: _declared(rows[name]) for name in rows} == {
            name: _vocabulary(processes[name]) for name in processes
        }
    for name, row in rows.items():
        page = edges.page(f"/register/{name}")
        assert all(one["recipient"] in page for one in row["recipients"])
        drift, missing = len(row["drift"]), len(row["missing"])
        assert f"not declared: {drift}. Missing from the declaration: {missing}." in page


def _declared(row: Any) -> Any:
    declared = row["declared"] or {"purposes": [], "data_categories": [], "recipient_kinds": []}
    seen = {one["recipient"] for one in row["recipients"]}
    kept = {one["category"]: one["kept"] for one in row["retention"]["categories"]}
    rules = declared.get("retention", {})
    return (
        {one["purpose"] for one in declared["purposes"]},
        set(declared["data_categories"]),
        seen | set(declared["recipient_kinds"]),
        {name: kept[name] for name in rules},
    )


COMPLIES = {"dpv:Compliant": True, "dpv:NonCompliant": False, "dpv:ComplianceUnknown": None}


def _vocabulary(process: Any) -> Any:
    storage = process.get("dpv:hasStorageCondition", [])
    return (
        {one["dpv:hasPurpose"]["dct:identifier"] for one in process.get("dpv:hasProcess", [])},
        {one["dct:identifier"] for one in process.get("dpv:hasPersonalData", [])},
        {one["dct:identifier"] for one in process["dpv:hasRecipient"]},
        {
            one["dpv:hasPersonalData"]["dct:identifier"]: COMPLIES[one["dpv:hasComplianceStatus"]]
            for one in storage
            if "dpv:hasPersonalData" in one
        },
    )


def _kept(row: Any) -> tuple[str, Any, Any, Any]:
    return row["category"], row["until"], row["rule"], row["overdue_since"]


def test_today_the_lists_and_the_rules_call_the_same_things_late(edges: Edges) -> None:
    """Nothing is late is said only where no clock of any list has run out."""
    today = edges.of_all("today")
    late = [one for one in today["tasks"] if one["state"] == "overdue"]
    kinds = {one["task"] for one in late}
    shown = edges.office.api("/today")
    assert {name: shown[name] for name in ("overdue", "due")} == {
        name: today[name] for name in ("overdue", "due")
    }
    lists = {
        "requests": edges.said("request", "list", "--json")["overdue"],
        "complaints": edges.said("complaint", "list", "--json")["overdue"],
        "incidents": edges.said("incident", "list", "--json")["overdue"],
    }
    of = {
        "requests": {"check-identity", "issue-answer", "correct-data", "answer-request"},
        "complaints": {"answer-complaint"},
        "incidents": {"notify-authority", "warn-person"},
    }
    for name, number in lists.items():
        assert len([one for one in late if one["task"] in of[name]]) == number, name
    passed = [one["count"] for one in late if one["task"] == "erase-passed"]
    due = edges.of_all("retention", "due")["clocks"]
    assert sum(passed) == len({one["subject"] for one in due if one["due"]})
    clocked = {one["ref"] for one in late if one["task"] == "mend-finding"}
    found = {one["rule"] for one in edges.said("findings", "--json")["findings"]}
    assert clocked == {rule.id for rule in RULES if rule.clock} & found
    assert kinds
