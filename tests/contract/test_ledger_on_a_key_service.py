"""A whole small ledger on keys that nothing can reach: no part of the program goes around the ports."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from ledger.application import Ledger
from ledger.embedded import Server
from ledger.errors import KeyLost, Retry
from ledger.keys.opening import Opener
from ledger.keys.rotation import first_epoch, rotate
from ledger.names import LedgerName
from ledger.recording.batch import Batch
from ledger.storage.install import install
from ledger.storage.postgres import Database
from ledger.writing.append import Span
from tests.fixtures import ledger as events
from tests.fixtures.console import Cli, accessed, collected, registered
from tests.fixtures.key_service import KeyService, SigningService
from tests.fixtures.ledger import NOW, Clock, House
from tests.fixtures.postgres import fresh_database

WHO, OTHER = "customer/10023", "customer/10024"


class Services:
    """One key service for each ledger, and one for each log."""

    def __init__(self) -> None:
        self.keys: dict[Path, KeyService] = {}
        self.logs: dict[str, SigningService] = {}

    def key_service(self, folder: Path, **_: bool) -> KeyService:
        return self.keys.setdefault(folder, KeyService())

    def signing_service(
        self, _path: Path, origin: str, _passphrase: str | None = None, **_: str
    ) -> SigningService:
        return self.logs.setdefault(origin, SigningService(origin))

    @property
    def of_main(self) -> KeyService:
        (one,) = self.keys.values()
        return one


@pytest.fixture
def services(monkeypatch: pytest.MonkeyPatch) -> Services:
    """The program on services in place of files."""
    made = Services()
    monkeypatch.setattr("host.keys.FileKeyProvider", made.key_service)
    monkeypatch.setattr("host.keys.KeyFile", made.signing_service)
    return made


@pytest.fixture
def ledger(program: Cli, services: Services, database_url: str) -> Cli:
    """Installed on services; one of the services is asked by now."""
    program.set(DATABASE_URL=database_url)
    assert program("init").status == 0
    assert services.of_main.epochs() == [1]
    return program


def key_files(ledger: Cli) -> list[str]:
    """Files of the key folder that could hold a key; the pair of the confidential ledger is one."""
    paths = [path for path in (ledger.folder / "keys").rglob("*") if path.is_file()]
    return sorted(path.name for path in paths if path.suffix not in {".journal", ".pub"})


def test_a_ledger_lives_on_services(
    ledger: Cli, services: Services, postgres_server: Server
) -> None:
    lines = [line for who in (WHO, OTHER) for line in (registered(who), collected(who))]
    assert ledger.record(*lines, accessed(WHO), b"bad")["recorded"] == 5
    assert value(ledger, WHO) == value(ledger, OTHER) == "j.devries@example.nl"
    assert ledger("find", "email", "--json", stdin=b"j.devries@example.nl\n").status == 0
    assert ledger("publish", "--once").status == 0
    assert ledger("erase", OTHER, "--category", "contact", "--ground", "request").status == 0
    before = services.of_main.epochs()
    assert ledger("keys", "rotate", "--now").status == 0
    assert before == [1]
    assert services.of_main.epochs() == [2]
    assert len(services.of_main.links.subjects()) == 1
    assert value(ledger, WHO) == "j.devries@example.nl"
    assert value(ledger, OTHER) is None
    assert ledger("log", "rotate-key").status == 0
    assert ledger("publish", "--once").status == 0
    assert_in_order(ledger)
    copies = [str(ledger.folder / name) for name in ("events", "keys-copy")]
    assert ledger("backup", copies[0], "--keys", copies[1]).status == 0
    assert ledger("erase", WHO, "--ground", "request").status == 0
    with fresh_database(postgres_server.url) as url:
        ledger.set(DATABASE_URL=url)
        assert ledger("restore", copies[0], "--keys", copies[1]).status == 0
        assert value(ledger, WHO) is None
        assert_in_order(ledger)
    assert key_files(ledger) == ["withheld.key"]


def value(ledger: Cli, who: str) -> str | None:
    """The e-mail address of a person, as the program shows it."""
    for line in ledger("history", who, "--json").acts:
        found = line.get("personal", {}).get("email")
        if found:
            return str(found) if "@" in str(found) else None
    return None


def assert_in_order(ledger: Cli) -> None:
    ran = ledger("audit", "--views", "--json")
    assert (ran.status, ran.json["findings"]) == (0, []), ran.json["findings"]


@pytest.fixture
def service(database_url: str) -> KeyService:
    """Holds the keys of a ledger that is installed in the database."""
    made = KeyService()
    database, ledger = Database(database_url), LedgerName("main")
    install(database, ledger, NOW)
    session = database.connect(ledger, "eraser")
    first_epoch(session, made, ledger, NOW)
    session.close()
    return made


@pytest.fixture
def recorder(service: KeyService, database_url: str) -> Iterator[Ledger]:
    ledger = Ledger(Database(database_url), LedgerName("main"), service, clock=Clock())
    yield ledger
    ledger.close()


def batch(*names: str) -> Batch:
    house = House("", Path("nowhere"), LedgerName("main"), Clock())
    lines = [line for who in names for line in (events.registered(who), events.collected(who))]
    return Batch(house.messages(*lines), Span("file:test", 0, 1, len(lines) + 1))


def test_a_batch_asks_as_often_for_one_person_as_for_many(
    recorder: Ledger, service: KeyService
) -> None:
    recorder.record(batch("customer/0"))  # makes the ledger's own keys
    asked = []
    for names in (["customer/1"], [f"customer/{n}" for n in range(2, 60)]):
        service.calls.clear()
        assert recorder.record(batch(*names)).recorded == 2 * len(names)
        asked.append(sorted(service.calls))
    assert asked[0] == asked[1]
    assert 0 < len(asked[0]) < 12


def test_a_list_of_people_and_a_rotation_ask_as_often_for_few_as_for_many(
    recorder: Ledger, service: KeyService, database_url: str
) -> None:
    asked = []
    for count in (2, 60):
        recorder.record(batch(*(f"customer/{count}-{n}" for n in range(count))))
        with opening(service, database_url) as opener:
            service.calls.clear()
            assert len(opener.people(["customer"])) >= count
            listed = list(service.calls)
        service.calls.clear()
        turn(service, database_url)
        asked.append((listed, list(service.calls)))
    assert asked[0] == asked[1]


@contextmanager
def opening(service: KeyService, url: str) -> Iterator[Opener]:
    """Opens values as the reader."""
    session = Database(url).connect(LedgerName("main"), "reader")
    try:
        yield Opener(session, service, LedgerName("main"))
    finally:
        session.close()


def turn(service: KeyService, url: str) -> None:
    """One epoch ends, and the next one begins."""
    session = Database(url).connect(LedgerName("main"), "eraser")
    rotate(session, service, LedgerName("main"), NOW + timedelta(days=8))
    session.close()


def once(service: KeyService, what: str, do: Callable[[], None]) -> None:
    """Do something when the service is asked for a thing the next time."""

    def before(asked: str) -> None:
        if asked == what:
            service.before = lambda _: None
            do()

    service.before = before


def test_an_epoch_that_ends_between_reading_and_unwrapping_takes_nothing_away(
    recorder: Ledger, service: KeyService, database_url: str
) -> None:
    """Nothing can be held here: what was read under the old epoch is read again under the new one."""
    recorder.record(batch(WHO))
    rotated = []

    def rotation() -> None:
        turn(service, database_url)
        rotated.append(service.epochs())

    with opening(service, database_url) as opener:
        once(service, "unwrap", rotation)
        assert opener.people(["customer"])
    with opening(service, database_url) as opener:
        once(service, "unwrap", rotation)
        assert opener.ledger_key("index")
    recorder.keyring.forget()
    once(service, "unwrap", rotation)
    assert recorder.record(batch(WHO)).recorded == 2
    assert rotated == [[2], [3], [4]]


def test_a_service_that_is_away_is_waited_for_and_nothing_is_lost(
    recorder: Ledger, service: KeyService
) -> None:
    recorder.record(batch(WHO))
    asked = batch("customer/new")
    service.away = True
    with pytest.raises(Retry, match="does not answer"):
        recorder.record(asked)
    service.away = False
    assert recorder.record(asked).recorded == 2


def test_a_lost_epoch_is_told_as_lost(
    recorder: Ledger, service: KeyService, database_url: str
) -> None:
    recorder.record(batch(WHO))
    service.destroy(1)
    with opening(service, database_url) as opener, pytest.raises(KeyLost):
        opener.people(["customer"])


def test_the_database_holds_no_key_that_the_service_has(
    recorder: Ledger, service: KeyService, database_url: str
) -> None:
    """What is wrapped opens with nothing but the service."""
    recorder.record(batch(WHO))
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT wrapped FROM ledger_main_keys.data_keys").fetchall()
    assert rows
    assert all(len(wrapped) == 1 + 12 + 32 + 16 for (wrapped,) in rows)
