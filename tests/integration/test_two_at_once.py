"""Two people of the office at once: what one of them has judged, the other one does not do a second time."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from io import BytesIO
from typing import Any, NamedTuple

import psycopg
import pytest

from application.acts import holding, notifying, on_incidents, on_requests
from application.acts.answering import RequestAnswer
from application.acts.given import Timed
from application.acts.holding import HoldRelease, NewHold
from application.acts.notifying import NotificationWord
from application.acts.on_incidents import (
    Assessment,
    AuthorityNotice,
    NewBreach,
    NewMisuse,
    Warned,
    WordsToPersons,
)
from application.acts.on_requests import Closing, Extension, IdentityCheck, Refusal
from application.acts.requesting import NewRequest, open_request
from application.site import Site
from consumers.files import ingest
from host.settings import read_settings
from host.wiring import install_site, open_site
from ledger.clocks import Clocks
from ledger.embedded import Server
from ledger.errors import Reject
from ledger.library.reader import LedgerReader
from ledger.reading import head_position
from schemas.encoding import to_json
from tests.fixtures.console import disclosed, message, registered
from tests.fixtures.ledger import NOW, Clock
from tests.fixtures.postgres import fresh_database

WHO = "customer/10023"
# Whether somebody waits for the lock of the office.
WAITS = """SELECT FROM pg_locks
WHERE relation = 'ledger_main.tracking'::regclass AND mode = 'ShareUpdateExclusiveLock' AND NOT granted"""
Deed = Callable[[Site], Any]


class House(NamedTuple):
    """A ledger that two people have open."""

    url: str
    one: Site
    other: Site


@pytest.fixture(scope="module")
def house(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with fresh_database(postgres_server.url) as url, ExitStack() as stack:
        settings = read_settings({"LEDGER_DATABASE_URL": url}, tmp_path_factory.mktemp("two"))
        install_site(settings, Clock())
        one, other = (stack.enter_context(open_site(settings, Clock())) for _ in range(2))
        correction: dict[str, Any] = {
            "fields": ["iban"],
            "requested_by": "subject",
            "reason": "typing-error",
            "categories": ["payment"],
            "personal": {"iban": "NL91ABNA0417164300"},
            "time": "2024-04-01T10:00:00Z",
        }
        lines = registered(), disclosed(), message("personal-data-corrected", WHO, **correction)
        stream = BytesIO(b"\n".join(to_json(line) for line in lines))
        assert ingest(one.open_recorder, [("f", stream)], one.intake, Clocks(Clock())).recorded == 3
        yield House(url, one, other)


def on_request(do: Callable[..., Any], given: Timed) -> Deed:
    """Something that is done on a request."""
    return lambda site: do(site, site.source("request"), given, NOW)


def opening(ref: str, right: str) -> Deed:
    return on_request(open_request, NewRequest(subject=WHO, right=right, channel="email", ref=ref))


def on_incident(given: Timed, do: Callable[..., Any] = on_incidents.act_on_incident) -> Deed:
    """Something that is done on an incident."""
    return lambda site: do(site, site.source("incident"), given, NOW)


def detecting(ref: str) -> Deed:
    return on_incident(NewBreach(ref=ref, regime="gdpr"), on_incidents.detect)


def suspecting(ref: str) -> Deed:
    return on_incident(NewMisuse(subject=WHO, kinds=("login",), ref=ref), on_incidents.suspect)


def placing(ref: str) -> Deed:
    given = NewHold(
        subject=WHO, ref=ref, ground="civil-claim", review_on="2027-01-01", category=("payment",)
    )
    return lambda site: holding.place(site, given)


def releasing(ref: str) -> Deed:
    return lambda site: holding.release(site, HoldRelease(subject=WHO, ref=ref))


def notifying_of(action: str) -> Deed:
    word = NotificationWord(subject=WHO, recipient="incasso", action=action)
    return lambda site: notifying.notify(site, site.source("notify"), word, NOW)


def at_once(house: House, monkeypatch: pytest.MonkeyPatch, first: Deed, second: Deed) -> Any:
    """What the second one gets that is done between the judgement and the record of the first one."""
    begun: list[Future[Any]] = []
    with ThreadPoolExecutor(1) as pool, psycopg.connect(house.url, autocommit=True) as watching:

        def meanwhile(*arguments: Any, **more: Any) -> Any:
            if not begun:
                begun.append(pool.submit(second, house.other))
                while not begun[0].done() and watching.execute(WAITS).fetchone() is None:
                    pass
            return ingest(*arguments, **more)

        monkeypatch.setattr("application.acts.acting.ingest", meanwhile)
        first(house.one)
        return begun[0].result()


class Case(NamedTuple):
    """What two people do at once, what was done before, and why the second one is refused."""

    why: str
    first: Deed
    second: Deed
    before: tuple[Deed, ...] = ()


def twice(why: str, deed: Deed, *before: Deed) -> Case:
    return Case(why, deed, deed, before)


CASES = {
    "open": twice("there is a request R-1 already", opening("R-1", "access")),
    "verify": twice(
        "identity was verified for request R-2 already",
        on_request(on_requests.identify, IdentityCheck(ref="R-2", subject=WHO)),
        opening("R-2", "access"),
    ),
    "extend": twice(
        "request R-3 was extended already",
        on_request(on_requests.extend, Extension(ref="R-3", subject=WHO, reason="complexity")),
        opening("R-3", "restriction"),
    ),
    "refuse": twice(
        "request R-4 is refused",
        on_request(on_requests.refuse, Refusal(ref="R-4", subject=WHO, ground="excessive")),
        opening("R-4", "restriction"),
    ),
    "answer and close": Case(
        "request R-5 is answered",
        on_request(
            on_requests.answer,
            RequestAnswer(
                ref="R-5", subject=WHO, category=("contact",), ground="accuracy-contested"
            ),
        ),
        on_request(on_requests.close, Closing(ref="R-5", subject=WHO, outcome="withdrawn")),
        (opening("R-5", "restriction"),),
    ),
    "detect": twice("there is an incident B-1 already", detecting("B-1")),
    "assess": twice(
        "the risk of breach B-2 is assessed as low already",
        on_incident(Assessment(ref="B-2", risk="low")),
        detecting("B-2"),
    ),
    "notify": twice(
        "the authority was told of breach B-3 already",
        on_incident(AuthorityNotice(ref="B-3", regime="gdpr", phase="full")),
        detecting("B-3"),
    ),
    "suspect": twice("there is an incident M-1 already", suspecting("M-1")),
    "warn": twice(
        "was warned by phone already",
        on_incident(Warned(ref="M-2", subject=WHO, channel="phone")),
        suspecting("M-2"),
    ),
    "place a hold": twice("has a hold of that reference already", placing("H-1")),
    "release a hold": twice("no hold of that reference", releasing("H-2"), placing("H-2")),
    "tell a recipient": twice("incasso was told already", notifying_of("rectification")),
}


@pytest.mark.parametrize("case", CASES)
def test_the_second_of_two_is_refused_and_records_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    why, first, second, before = CASES[case]
    for deed in before:
        deed(house.one)
    position = head_position(house.one.session("reader"))
    with pytest.raises(Reject, match=why):
        at_once(house, monkeypatch, first, second)
    events = list(LedgerReader(house.one.session("reader")).replay(position))
    assert len({event.name for event in events}) == len(events)


def test_persons_are_told_of_a_breach_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    detecting("B-4")(house.one)
    words = WordsToPersons(ref="B-4", persons=(WHO,), channel="email")
    telling = on_incident(words, on_incidents.tell)
    assert at_once(house, monkeypatch, telling, telling) == (0, 1)
