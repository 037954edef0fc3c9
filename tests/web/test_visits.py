"""Looks are recorded by visit: a tenth of the events, and every answer about who looked stays the same."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx2
import msgspec
import pytest

from application.queries.oversight.access import employee_access
from application.queries.oversight.seen import seen_by
from host.wiring import install_site
from ledger.reading import head_position
from projections.folds.timetravel import NOW as PRESENT
from projections.folds.timetravel import Moment
from tests.fixtures.console import collected, message, registered
from tests.fixtures.postgres import Templates
from tests.web.console import NOW, Client, Consoled, console_settings
from web.principals import Principal

PEOPLE = [f"customer/8{number:04}" for number in range(8)]
STAFF = {
    "operator": "employee/801",
    "privacy-officer": "employee/802",
    "legal-counsel": "employee/803",
    "auditor": "employee/804",
    "disclosure-officer": "employee/805",
    "helpdesk-agent": "employee/806",
    "billing-clerk": "employee/807",
    "security-officer": "employee/808",
    "team-lead": "employee/809",
    "ledger-operator": "employee/810",
    "inspector": "employee/811",
    "data-subject": PEOPLE[0],
}
PARTS = ("", "state", "history", "consents", "disclosures", "requests", "looks", "comparison")
LISTS = ("disclosures", "findings", "holds", "requests", "incidents", "complaints", "recipients")
OPENING = {"open": "contact", "reason": "audit-sample", "caseRef": "A-7"}


class Clock:
    """Stands still until somebody moves it."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> Any:
        return self.now

    def on(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class House(Consoled):
    """A console over a few customers, whose clock the test moves."""

    def __init__(self, url: str, keys: Path) -> None:
        self.clock = Clock()
        super().__init__(console_settings(url, keys), self.clock)

    def client(self, role: str) -> Client:
        """The one person of a role, logged in anew: who does nothing for a while is logged out."""
        kind = {"inspector": "inspector", "data-subject": "data-subject"}.get(role, "staff")
        until = self.clock() + timedelta(hours=1)
        principal = Principal(STAFF[role], role, kind, "oidc", until, judged=False)  # type: ignore[arg-type]
        return Client(self.console, principal)

    def looks(self, role: str, path: str, **parameters: str) -> httpx2.Response:
        """One look, and what the console does every second."""
        answer = self.client(role).get(f"/api/v1/{path}", **parameters)
        with self.site() as site:
            site.record_reads()
        return answer

    @property
    def position(self) -> int:
        with self.site() as site:
            return head_position(site.session("reader"))


@pytest.fixture
def house(
    embedded_templates: Templates, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[bool], House]]:
    """Makes houses of the same customers, by the rule of visits or by that of before."""

    def filled(url: str, keys: Path) -> None:
        clock = Clock()
        install_site(console_settings(url, keys), clock)
        made = House(url, keys)
        for who in PEOPLE:
            made.record(
                registered(who),
                collected(who, categories=["contact"], personal={"email": f"{who[9:]}@example.nl"}),
                collected(
                    who,
                    id=f"iban-{who[9:]}",
                    categories=["payment"],
                    personal={"iban": "NL91ABNA0417164300"},
                ),
            )
        roles = {"helpdesk-agent": ["identity", "contact"], "billing-clerk": ["payment"]}
        for role, categories in roles.items():
            made.record(
                message(
                    "role-defined",
                    f"role/{role}",
                    source="urn:voipzeker:hr",
                    role=role,
                    categories=categories,
                )
            )
        for role, employee in STAFF.items():
            if role != "data-subject":
                made.record(message("role-granted", employee, source="urn:voipzeker:hr", role=role))
        made.close()

    with ExitStack() as stack:

        def make(visits: bool) -> House:
            keys = tmp_path / f"{visits}" / "keys"
            url = stack.enter_context(embedded_templates.of("visits", filled, keys))
            made = House(url, keys)
            stack.callback(made.close)
            return made

        yield make


def steps(seed: int, count: int) -> Iterator[tuple[float, str, str, dict[str, str]]]:
    """A drawn session of work: seconds that pass, who looks, at what, and a reason where one is stated."""
    drawn = Random(seed)
    roles = ["privacy-officer", "auditor", "helpdesk-agent", "billing-clerk", "inspector"]
    for _ in range(count):
        pause = drawn.choice([1, 1, 5, 30, 90, 400, 899, 900, 901, 2_000])
        role, who = drawn.choice(roles), drawn.choice(PEOPLE[:3])
        if drawn.random() < 0.2:
            yield pause, "auditor", drawn.choice(LISTS), {}
        elif drawn.random() < 0.1:
            yield pause, "auditor", f"persons/{who}/state", OPENING
        else:
            part = drawn.choice(PARTS)
            yield pause, role, f"persons/{who}/{part}".rstrip("/"), {}


_READER = Principal.reader.fget  # type: ignore[attr-defined]


def before_visits(rule: pytest.MonkeyPatch) -> None:
    """As it was before there were visits: each look is an event by itself."""
    single = property(lambda who: msgspec.structs.replace(_READER(who), visits=False))
    rule.setattr(Principal, "reader", single)


def told(house: House, moment: Moment = PRESENT) -> dict[str, Any]:
    """Who saw which categories of whom, when and why: all that `access` answers, places aside."""
    answers: dict[str, Any] = {}
    with house.site() as site:
        for who in PEOPLE[:3]:
            answers[who] = seen_by(site.source("access"), who, moment)
        for reader in ("employee/804", "employee/806"):
            answers[reader] = employee_access(site.source("access"), reader, moment)
    house.clock.on(1)
    house.looks("operator", "today")  # what was noted for these answers becomes events
    return {name: _said(msgspec.to_builtins(answer)) for name, answer in answers.items()}


def _said(answer: Any) -> Any:
    """An answer without the positions of events; what is listed by time, in one order."""
    if isinstance(answer, dict):
        return {name: _said(part) for name, part in answer.items() if name != "position"}
    if isinstance(answer, list):
        return sorted(map(_said, answer), key=str)
    return answer


def shown(house: House, role: str, who: str) -> list[Any]:
    """Each look as the page of a person shows it to a role, those of a visit one by one."""
    house.clock.on(1)
    looks = house.looks(role, f"persons/{who}/looks", limit="1000").json()["looks"]
    found = []
    for look in looks:
        about = look["who"], look["role"], look["many"], look["reason"]
        parts = look["parts"] or [
            {**look, "times": [look["occurred_at"]]},
        ]
        found += [
            (*about, part["why"], part["categories"], time)
            for part in parts
            for time in part["times"]
        ]
    return sorted(found, key=str)


@pytest.mark.parametrize("seed", range(2))
def test_who_saw_what_of_whom_when_and_why_is_answered_as_before(
    house: Callable[[bool], House], monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    answers: list[list[Any]] = []
    events: list[int] = []
    for visits in (False, True):
        with monkeypatch.context() as rule:
            if not visits:
                before_visits(rule)
            made = house(visits)
            said: list[Any] = []
            for number, (pause, role, path, reason) in enumerate(steps(seed, 40)):
                made.clock.on(pause)
                assert made.looks(role, path, **reason).status_code == 200, (role, path)
                if number % 20 == 9:  # also while visits go on
                    made.clock.on(1)
                    middle = Moment(as_of=NOW + (made.clock() - NOW) / 2)
                    said += [told(made), told(made, middle)]
                    said += [shown(made, role, PEOPLE[0]) for role in ("auditor", "helpdesk-agent")]
            made.clock.on(7_200)
            said += [told(made), shown(made, "auditor", PEOPLE[1])]
            answers.append(said)
            events.append(made.position)
    before, after = answers
    for index, (one, other) in enumerate(zip(before, after, strict=True)):
        assert one == other, index
    assert sum(len(said["reads"]) for said in after[-2].values()) > 20
    assert events[1] < events[0]


def hour(house: House, each_s: float) -> tuple[int, int]:
    """An hour of twelve roles, each with a look every so many seconds: how many looks and events there were.

    Who may see persons goes through the pages of one for ten minutes, and then of the next; lists in between.
    """
    clients = {role: (house.client(role), Random(role)) for role in STAFF}
    begun, looks = house.position, 0
    for number in range(int(3_600 / each_s)):
        house.clock.on(each_s)
        who = PEOPLE[int(number * each_s / 600) % len(PEOPLE)]
        for client, drawn in clients.values():
            path = f"persons/{who}/{drawn.choice(PARTS)}".rstrip("/")
            some = drawn.choice(LISTS)
            for wanted in (some, path) if drawn.random() < 0.25 else (path, some):
                if client.get(f"/api/v1/{wanted}").status_code == 200:
                    break
        with house.site() as site:
            looks += site.record_reads()
    house.clock.on(7_200)
    with house.site() as site:
        looks += site.record_reads()
    return looks, house.position - begun


def test_an_hour_of_twelve_roles_is_a_tenth_of_the_events(
    house: Callable[[bool], House],
) -> None:
    """Before, each look was an event."""
    looks, events = hour(
        house(True), 40
    )  # twelve people at work in a real console: every 16 seconds
    assert looks > 600
    assert events * 10 <= looks, (looks, events)
