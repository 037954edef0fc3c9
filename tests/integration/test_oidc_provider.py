"""Logins at a real provider: the whole flow over HTTP, with the console as a server of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
import uvicorn

from tests.fixtures.ledger import Clock
from tests.fixtures.logins import Console, free_socket, serving
from tests.fixtures.oidc import Person, RunningProvider, private_key, running, start
from web.logins.by_provider import ByProvider
from web.logins.clients import Clients
from web.logins.limits import Limiter
from web.logins.logins import Logins
from web.logins.provider import PAUSE_S, Credentials, Provider, connect
from web.logins.relying import Relying
from web.logins.tokens import SKEW_S

CLIENT, SECRET, RESOURCE = "ledger-console", "of the tests alone", "urn:test:ledger"
ACCOUNTS = {
    "7": {"roles": ["auditor"]},
    "8": {"roles": ["privacy-officer"]},
    "c": {"data_subject": "customer/10023"},
    "reports": {"roles": ["auditor"]},
}


class Moving(Clock):
    """The real time and what a test adds to it: the provider's clock is real."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()
        self.waited_s = 0.0

    def monotonic(self) -> float:
        return self.waited_s

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class Place:
    """A console that listens, and the provider that it relies on."""

    address: str
    settings: dict[str, Any]
    console: Console
    clock: Moving
    running: RunningProvider

    people: list[Person] = field(default_factory=list)

    def person(self, login: str = "7") -> Person:
        self.people.append(Person(login))
        return self.people[-1]

    def log_in(self, person: Person, path: str = "/login/provider?next=/who") -> httpx2.Response:
        return person.go(f"{self.address}{path}")

    def back(self, person: Person) -> str:
        """The address at which the browser would come back, before it does."""
        answer = person.go(f"{self.address}/login/provider?next=/who", until="/login/callback")
        return str(answer.headers["location"])


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with free_socket() as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        settings: dict[str, Any] = {
            "port": 0,
            "keys": [private_key("first")],
            "accounts": ACCOUNTS,
            "resource": RESOURCE,
            "clients": [_console_client(address), _api_client()],
        }
        with running(settings) as provider:
            clock = Moving()
            console = Console(
                tmp_path_factory.mktemp("logins"), address, clock, limiter=Limiter(1000, 60.0)
            )
            console.register.granted |= {("employee/client-reports", "auditor")}
            logins = _logins(console, clock, provider.issuer)
            config = uvicorn.Config(console.app(logins), log_config=None, lifespan="off")
            with serving(config, listening):
                yield Place(address, settings, console, clock, provider)


def _console_client(address: str) -> dict[str, Any]:
    return {
        "client_id": CLIENT,
        "client_secret": SECRET,
        "redirect_uris": [f"{address}/login/callback"],
        "post_logout_redirect_uris": [f"{address}/logged-out"],
        "backchannel_logout_uri": f"{address}/logout/backchannel",
        "backchannel_logout_session_required": True,
    }


def _api_client() -> dict[str, Any]:
    return {
        "client_id": "reports",
        "client_secret": SECRET,
        "grant_types": ["client_credentials"],
        "redirect_uris": [],
        "response_types": [],
    }


def _logins(console: Console, clock: Moving, issuer: str) -> Logins:
    house = console.house
    relying = Relying(issuer, Credentials(CLIENT, SECRET), RESOURCE)
    provider = Provider(issuer, connect, clock.monotonic)
    by_provider = ByProvider(house, relying, provider)
    return Logins(house, by_provider, Clients(house, relying, provider))


@pytest.fixture(autouse=True)
def _now(place: Place) -> Iterator[None]:
    """Each test begins with the real time and without sessions."""
    yield
    place.clock.ahead = timedelta()
    place.console.house.sessions.end_where(lambda _session: True)
    while place.people:
        place.people.pop().http.close()


def why(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["why"]


def who(place: Place, person: Person) -> Any:
    return person.http.get(f"{place.address}/who").json()


def test_a_person_logs_in_at_the_provider(place: Place) -> None:
    person = place.person()
    answer = place.log_in(person)
    assert str(answer.url) == f"{place.address}/who"
    assert (answer.json()["reference"], answer.json()["role"]) == ("employee/7", "auditor")


def test_the_register_decides_and_not_the_provider(place: Place) -> None:
    assert why(place.log_in(place.person("8"))) == (403, "not-granted")
    assert why(place.log_in(place.person("reports"))) == (403, "not-granted")


def test_a_data_subject_comes_in_by_the_door_of_the_portal(place: Place) -> None:
    path = "/login/provider?door=portal&next=/who"
    assert place.log_in(place.person("c"), path).json()["reference"] == "customer/10023"
    assert why(place.log_in(place.person("7"), path)) == (403, "no-person")


def test_an_answer_counts_in_the_browser_that_asked_and_once(place: Place) -> None:
    person, thief = place.person(), place.person()
    back = place.back(person)
    assert why(thief.http.get(back)) == (400, "not-begun")
    assert person.http.get(back).status_code == 303
    assert why(person.http.get(back)) == (400, "not-begun")


def test_a_code_that_was_used_is_refused_by_the_provider(place: Place) -> None:
    person = place.person()
    used = place.back(person)
    assert person.http.get(used).status_code == 303
    again = place.back(person)
    code = parse_qs(urlsplit(used).query)["code"][0]
    other = parse_qs(urlsplit(again).query)["code"][0]
    assert why(person.http.get(again.replace(other, code))) == (403, "provider-refused")


def test_a_code_of_another_login_is_refused_by_the_provider(place: Place) -> None:
    """PKCE: the code of a thief's login does not go with the verifier of this one."""
    person, thief = place.person(), place.person("8")
    back, stolen = place.back(person), place.back(thief)
    code = parse_qs(urlsplit(back).query)["code"][0]
    other = parse_qs(urlsplit(stolen).query)["code"][0]
    assert why(person.http.get(back.replace(code, other))) == (403, "provider-refused")


@pytest.mark.parametrize(
    ("ahead_s", "believed"),
    [
        (-SKEW_S + 5, True),
        (-SKEW_S - 5, False),
        (3600 + SKEW_S - 5, True),
        (3600 + SKEW_S + 5, False),
    ],
)
def test_a_clock_may_differ_from_the_providers_by_a_minute(
    place: Place, ahead_s: int, believed: bool
) -> None:
    """An ID token of the provider counts for an hour."""
    place.clock.ahead = timedelta(seconds=ahead_s)
    answer = place.log_in(place.person())
    if believed:
        assert answer.json()["reference"] == "employee/7"
    else:
        assert why(answer) == (403, "token-wrong")


def leave(place: Place, person: Person) -> str:
    """Log out of the console; where that leads on to."""
    form = {"csrf": who(place, person)["csrf"]}
    headers = {"sec-fetch-site": "same-origin"}
    out = person.http.post(f"{place.address}/logout", data=form, headers=headers)
    return str(out.json()["leave"])


def test_a_logout_ends_the_providers_session_too(place: Place) -> None:
    person = place.person()
    place.log_in(person)
    answer = person.go(leave(place, person))
    assert str(answer.url).startswith(f"{place.address}/logged-out")
    assert who(place, person)["reference"] is None
    person.login = "8"  # asked for anew
    assert why(place.log_in(person)) == (403, "not-granted")


def test_the_provider_ends_the_session_behind_the_browsers_back(place: Place) -> None:
    person, another = place.person(), place.person()
    place.log_in(person)
    place.log_in(another)
    person.go(f"{place.running.issuer}/session/end")
    assert who(place, person)["reference"] is None
    assert who(place, another)["reference"] == "employee/7"


def token(place: Place, scope: str = "ledger", resource: str = RESOURCE) -> str:
    """An access token of the provider for a system."""
    answer = httpx2.post(
        f"{place.running.issuer}/token",
        data={"grant_type": "client_credentials", "scope": scope, "resource": resource},
        auth=("reports", SECRET),
    )
    return str(answer.json()["access_token"])


def ask(place: Place, bearer: str) -> httpx2.Response:
    return httpx2.get(f"{place.address}/who", headers={"authorization": f"Bearer {bearer}"})


def test_a_system_asks_with_a_token_of_the_provider(place: Place) -> None:
    answer = ask(place, token(place)).json()
    assert (answer["reference"], answer["kind"]) == ("employee/client-reports", "client")


def test_a_token_for_another_audience_is_refused(place: Place) -> None:
    assert ask(place, token(place, resource="urn:test:other")).status_code == 401
    assert ask(place, token(place, scope="")).status_code == 403


def test_a_token_that_is_over_is_refused(place: Place) -> None:
    bearer = token(place)
    place.clock.ahead = timedelta(seconds=600 + SKEW_S + 5)
    assert ask(place, bearer).status_code == 401


def test_the_provider_changes_its_keys(place: Place) -> None:
    place.log_in(place.person())
    old = token(place)
    assert ask(place, old).status_code == 200
    place.running.stop()
    settings = place.settings | {"port": place.running.port, "keys": [private_key("second")]}
    place.running.process = start(settings).process
    place.clock.waited_s += PAUSE_S
    assert place.log_in(place.person()).json()["reference"] == "employee/7"
    assert ask(place, old).status_code == 401
    assert ask(place, token(place)).status_code == 200
