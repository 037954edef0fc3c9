"""A list that is read by key reads no more when the ledger grows: each part costs what it shows.

Statements and rows that come from the database are counted, never seconds. Every resource that is a list
goes on by key, or is named here with what bounds it. So is every answer that reads more of a larger ledger.
"""

import re
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import application.remembered
from application.following import bring_up_to_date
from application.processing_acts import Log
from consumers.files import ingest
from host.wiring import install_site, open_site
from ledger.clocks import Clocks
from ledger.names import LedgerName
from ledger.reading import head_position
from ledger.storage.postgres import Session
from sample import generating
from tests.fixtures.postgres import Templates
from tests.web.console import NOW, ORIGIN, Client, Consoled, clock, console_settings
from web.resources.listed import RESOURCES

CUSTOMERS, EVENTS, TIMES = 40, 600, 4
BOUNDED = {
    "a person's events, which one answer is about": (
        "/persons",
        "/me",
        "/seen",
        "/staff/{id}",
    ),
    "what the house has: activities, purposes, recipients, roles, staff, systems, types, views, keys": (
        "/register",
        "/purposes",
        "/recipients",
        "/roles",
        "/staff",
        "/operations",
        "/event-types",
        "/lint",
    ),
    "what waits now, or a table of times": ("/approvals", "/transparency", "/retention/forecast"),
    "they are made as a whole, one at a time where they are long": (
        "/today",
        "/incidents/{ref}/affected",
        "/transfers",
        "/feeds",
    ),
    "the looks of inspectors": ("/inspections",),
    "so many disclosures are counted, the latest": ("/disclosures/totals",),
}
NOW_, LATELY, LONG_AGO = "now", "lately", "long ago"
PAST = {LATELY, LONG_AGO}
GROWS: dict[str, dict[str, set[str]]] = {
    "every event, where much came since": {
        "/findings": {LONG_AGO},
        "/register": PAST,
        "/register/{activity}": PAST,
    },
    "every event that a notice speaks of": {"/lint": {NOW_, *PAST}},
    "every event": {"/incidents/{ref}/affected": {NOW_}},
    "every disclosure, up to 10,000": {"/disclosures/totals": {NOW_, *PAST}},
    "every disclosure": {"/transfers": {NOW_, *PAST}, "/transparency": PAST},
    "every event about requests": {"/requests": PAST, "/requests/{ref}": PAST},
    "what persons have who changed something": {"/notifications": PAST},
    "every look": {"/staff/{id}": {NOW_, *PAST}},
}
"""What an answer reads that reads more of a larger ledger, by path and moment. No other does.

A register of not long ago is judged by what the views have of every person, as the one of now is, which is
remembered. A long answer is made one at a time (`host/long_answers.py`).
"""
KEYS = frozenset({"data_keys_of_subjects", "fences_of_subjects"})
"""Of the few persons who are named: as many as they have, whatever the ledger has."""
LOOKS = frozenset({"all_read_notes"})
"""Looks of visits that are under way: as many as there were in the last hour, whatever the ledger has."""
LOOKED_AT = {"/requests": 160}
"""An act may name a request that was never received: such rows are looked at and not shown."""
BY_KEY = sorted(
    resource.path
    for resource in RESOURCES
    if resource.place and not any(part in resource.path for part in ("{", "/seen", "/inspections"))
)


ROWS = {resource.path: resource.rows for resource in RESOURCES if resource.rows}


class Counted(NamedTuple):
    """What was asked of the database."""

    statements: int
    rows: int


def _grown(times: int) -> Any:
    def installed(url: str, keys: Path) -> None:
        settings = console_settings(url, keys)
        install_site(settings, clock)
        lines = BytesIO()
        made = generating.generate(
            seed=1, customers=times * CUSTOMERS, events=times * EVENTS, until=NOW
        )
        generating.write(made, lines)
        lines.seek(0)
        with open_site(settings, clock) as site:
            ingest(site.open_recorder, [("sample", lines)], site.intake, Clocks(site.clock))
            bring_up_to_date(site)
            with closing(site.publisher()) as publisher:
                publisher.publish_once()

    return installed


@pytest.fixture(scope="module")
def consoles(
    embedded_templates: Templates, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Consoled, Consoled]]:
    """A console over a small ledger, and one over the same house with four times as much."""
    small, large = (tmp_path_factory.mktemp(name) / "keys" for name in ("small", "large"))
    with (
        embedded_templates.of("reads-small", _grown(1), small) as one,
        embedded_templates.of("reads-large", _grown(TIMES), large) as other,
    ):
        made = Consoled(console_settings(one, small)), Consoled(console_settings(other, large))
        yield made
        for console in made:
            console.close()


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each statement of the readers brought."""
    found: list[int] = []
    # Nothing is so short here that it is done for each answer.
    monkeypatch.setattr(application.remembered, "SHORT_S", 0.0)
    monkeypatch.setattr(application.remembered, "SHARE", 1e9)
    for name in ("rows", "named", "row"):
        asked = getattr(Session, name)

        def counted(self: Session, *given: Any, asked: Any = asked, **parameters: Any) -> Any:
            answer = asked(self, *given, **parameters)
            if given[0] not in KEYS | LOOKS:
                found.append(len(answer) if isinstance(answer, list) else 1)
            return answer

        monkeypatch.setattr(Session, name, counted)
    streamed = Session.stream

    def counted_stream(self: Session, *given: Any, **parameters: Any) -> Iterator[Any]:
        for row in streamed(self, *given, **parameters):
            found.append(1)
            yield row

    monkeypatch.setattr(Session, "stream", counted_stream)
    return found


PARTS = 12
"""So many parts of a list are counted: whose data comes first is chance, and persons have more or less."""


def asked(client: Client, path: str, counting: list[int], **parameters: str) -> Counted:
    """The mean of what the first parts take. The last part counts only where it is the only one."""
    counts: list[Counted] = []
    counting.clear()
    for answer in client.parts(path, **parameters):
        assert answer["next"] is None or len(answer[ROWS[path]]) <= 200
        if answer["next"] or not counts:
            counts.append(Counted(len(counting), sum(counting)))
        if len(counts) == PARTS:
            break
        counting.clear()
    return Counted(*(round(sum(column) / len(counts)) for column in zip(*counts, strict=True)))


def _lists(answer: Any) -> Iterator[list[Any]]:
    return (value for value in answer.values() if isinstance(value, list))


@pytest.mark.parametrize("path", BY_KEY)
def test_a_part_of_a_list_reads_no_more_of_a_ledger_that_has_grown(
    consoles: tuple[Consoled, Consoled], counting: list[int], path: str
) -> None:
    more = {"all": "true"} if path in {"/requests", "/complaints", "/incidents"} else {}
    counts = []
    for console in consoles:
        client = console.as_("ledger-operator" if path == "/dead-letters" else "privacy-officer")
        first, *_ = client.parts(path, limit="3", **more)  # what is remembered is there by now
        counts.append(asked(client, path, counting, limit="3", **more))
        if first["next"]:
            counting.clear()
            client.http.get(first["next"])
            assert sum(counting) <= 2 * counts[-1].rows
    small, large = counts
    assert large.statements <= small.statements + 3, counts
    assert large.rows <= small.rows + LOOKED_AT.get(path, 20), counts


def test_every_list_goes_on_by_key_or_something_bounds_it() -> None:
    named = [path for paths in BOUNDED.values() for path in paths]
    others = {
        resource.path
        for resource in RESOURCES
        if resource.rows
        and not any(resource.path == one or resource.path.startswith(f"{one}/") for one in named)
    }
    assert others == set(BY_KEY)


VNG, LDV = "/api/vng/v1/verwerkte-objecten", "/api/ldv/v1/processing-activities"
ABOUT = {
    "objecttype": "persoon",
    "soortObjectId": "klant",
    "beginDatum": "2020-01-01",
    "eindDatum": "2030-01-01",
}
WHO = "10023"  # the first customer of both ledgers, with as many events in the one as in the other


BY_IDENTIFIER = {
    "/requests/{}": "request_ref",
    "/complaints/{}": "complaint_ref",
    "/incidents/{}": "ref",
    "/incidents/{}/notification": "ref",
    "/register/{}": "activity",
    "/events/{}": None,
    "/proof/events/{}": None,
}


def _one(client: Client, path: str) -> str:
    """The address of something that both ledgers have."""
    listed, member = path.partition("/{}")[0], BY_IDENTIFIER[path]
    if member is None:
        return path.format(10)
    more = {} if listed == "/register" else {"all": "true"}
    row = next(iter(next(_lists(client.api(listed, **more)))))
    return path.format(row[member])


@pytest.mark.parametrize("path", BY_IDENTIFIER)
def test_what_is_found_by_its_reference_reads_no_more_of_a_ledger_that_has_grown(
    consoles: tuple[Consoled, Consoled], counting: list[int], path: str
) -> None:
    counts = []
    for console in consoles:
        client = console.as_("privacy-officer")
        found = _one(client, path)
        client.api(found)  # what is remembered is there by now
        counting.clear()
        client.api(found)
        counts.append(Counted(len(counting), sum(counting)))
    small, large = counts
    assert large.rows <= small.rows + 20, counts


def test_an_act_is_found_by_its_identifier_whatever_the_ledger_has(
    consoles: tuple[Consoled, Consoled], counting: list[int]
) -> None:
    """Of the person with the fewest acts: the rest of the ledger is not read, and neither is it asked for."""
    for console in consoles:
        client = console.as_("auditor")
        acts = client.get(VNG, **ABOUT, objectId=WHO).json()["results"]
        address = acts[-1]["url"].removeprefix(ORIGIN)
        assert "?" not in address
        client.get(address)
        counting.clear()
        assert client.get(address).json() == acts[-1]
        found = Counted(len(counting), sum(counting))
        counting.clear()
        client.get(VNG, **ABOUT, objectId=WHO)
        listed = Counted(len(counting), sum(counting))
        assert found.rows <= listed.rows + 5, (found, listed)
        counting.clear()
        nobody = f"{VNG}/{Log(LedgerName()).object_id('nobody', 'nothing')}"
        assert client.get(nobody).status_code == 404
        assert sum(counting) <= 20


MOMENTS = (NOW_, LATELY, LONG_AGO)
FOUND_IN = {
    "/requests": ("requests", "request_ref"),
    "/complaints": ("complaints", "complaint_ref"),
    "/incidents": ("incidents", "ref"),
    "/register": ("activities", "activity"),
    "/staff": ("employees", "employee"),
}
"""The list in which an address below it finds the member that it needs."""


def _place(client: Client, path: str) -> tuple[str, dict[str, str]]:
    """An address of a resource with members that are there, and what it must be asked with."""
    part = f"/{path.split('/')[1]}"
    if "{ref}" in path or "{activity}" in path or path == "/staff/{id}":
        rows, member = FOUND_IN[part]
        more = {"all": "true"} if "{ref}" in path else {}
        first = str(client.api(part, **more)[rows][0][member]).removeprefix("employee/")
        path = re.sub(r"{(ref|activity|id)}", first, path)
    for name, value in {"kind": "customer", "id": "10003", "position": "40"}.items():
        path = path.replace(f"{{{name}}}", value)
    asked = {"/seen": {"subject": "customer/10003"}}.get(path, {})
    return path, {"category": "contact"} if path.endswith("/affected") else asked


def _answers(console: Consoled) -> Iterator[tuple[str, str, Client, str, dict[str, str]]]:
    """Each answer as of each moment: path, moment, who asks, the address and the parameters."""
    with console.site() as site:
        head = head_position(site.session("reader"))
    officer = console.as_("privacy-officer")
    person = console.as_("data-subject", "customer/10003", "data-subject")
    then = {NOW_: {}, LATELY: {"at_position": head - 3}, LONG_AGO: {"at_position": head // 2}}
    for one in {one.path: one for one in RESOURCES}.values():
        if one.path in {
            "/tc-strings/{string}",
            "/event-types/{name}",
            "/rules/{id}",
            "/me/acts/{id}",
            "/dead-letters/{letter}",
        }:
            continue
        client = person if one.path.startswith("/me") else officer
        address, more = _place(client, one.path)
        limit = {"limit": "3"} if "limit" in one.params.__struct_fields__ else {}
        for when in MOMENTS if one.timed else (NOW_,):
            moment = {name: str(position) for name, position in then[when].items()}
            yield one.path, when, client, address, {**more, **limit, **moment}


def _rows(console: Consoled, counting: list[int]) -> dict[tuple[str, str], int]:
    """How many rows each answer takes, when what is remembered is there already."""
    rows = {}
    for path, when, client, address, parameters in _answers(console):
        for _ in range(2):
            counting.clear()
            answer = client.get(f"/api/v1{address}", **parameters)
            assert answer.status_code in ({200} if when == NOW_ else {200, 404}), (
                path,
                answer.text,
            )
        rows[path, when] = sum(counting)
        if path in BY_KEY and when == NOW_:
            rows[path, when] = asked(client, address, counting, **parameters).rows
    return rows


def test_what_reads_more_of_a_larger_ledger_is_named(
    consoles: tuple[Consoled, Consoled], counting: list[int]
) -> None:
    small, large = (_rows(console, counting) for console in consoles)
    grown = {place for place in small if large[place] > 1.4 * small[place] + 20}
    named = {(path, when) for told in GROWS.values() for path in told for when in told[path]}
    assert grown == named, {place: (small[place], large[place]) for place in grown ^ named}
