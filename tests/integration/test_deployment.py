"""Each service of docker-compose.yml as a plain process, with its own command, environment and login."""

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import httpx2
import orjson
import psycopg
import pytest
from psycopg import errors

from ledger.names import ROLES
from tests.fixtures.deployment import PATIENCE_S, Service, compose, make_roles, password_server
from tests.fixtures.inbound import PAST, send, until
from tests.fixtures.ledger import collected, message, registered

pytestmark = pytest.mark.kafka
LOGINS: dict[str, set[str]] = {
    "consumer": {"recorder", "reader"},
    "projector": {"projector", "reader"},
    "upkeep": {"eraser", "reader"},
    "publisher": {"publisher", "reader"},
    "operator": set(ROLES),
    "console": set(ROLES),
    "auditor": {"reader"},
}
LOGS_ALL = {
    "log_statement": "'all'",
    "log_min_duration_statement": "0",
    "log_min_duration_sample": "0",
    "log_statement_sample_rate": "1",
    "log_transaction_sample_rate": "1",
    "log_min_error_statement": "'debug5'",
    "log_min_messages": "'debug1'",
    "debug_print_parse": "on",
    "debug_print_rewritten": "on",
    "debug_print_plan": "on",
}
"""Whatever makes PostgreSQL write statements into its log."""


def test_the_services_start_as_declared_record_what_is_published_and_stop_when_told(
    make_service: Callable[[str], Service], kafka_bootstrap: str, tmp_path: Path
) -> None:
    assert make_service("init").run().returncode == 0
    people = make_service("ledger")
    let_send(people, people.environment["LEDGER_KAFKA_TOPICS"], tmp_path / "systems.ndjson")
    consumers = [make_service("consumer") for _ in range(replicas("consumer"))]
    console = make_service("console")
    running = [*consumers, *map(make_service, ("projector", "publisher", "upkeep")), console]
    for service in running:
        service.start()
    for service in running:
        service.wait_until_healthy()

    topic = consumers[0].environment["LEDGER_KAFKA_TOPICS"]
    for partition in (0, 1):
        who = f"customer/{10023 + partition}"
        events = [registered(who, time=PAST), collected(who, time=PAST)]
        send(kafka_bootstrap, topic, [orjson.dumps(event) for event in events], partition)
    seen = [status(people)]
    until(lambda: arrived(seen[-1], 5), lambda: seen.append(status(people)), PATIENCE_S)
    state = people.run("state", "customer/10024", "--json")
    assert json.loads(state.stdout)["personal"]["identity"]["name"] == "J. de Vries"
    until(lambda: published(people) >= 5, lambda: None, PATIENCE_S)
    audited = people.run("audit", "--views", "--json")
    assert audited.returncode == 0, audited.stdout
    page = httpx2.get(f"http://127.0.0.1:{console.web_port}/proof", follow_redirects=True)
    assert (page.status_code, page.url.path) == (200, "/login"), "without a login it shows nothing"

    assert [service.stop() for service in running] == [0] * len(running)
    assert not any("Traceback" in service.said for service in running)


def let_send(people: Service, topic: str, file: Path) -> None:
    """Register that the customer administration sends through a topic: sources are checked."""
    facts = {"sources": ["urn:voipzeker:crm"], "through": [topic]}
    office = "urn:voipzeker:privacy-office"
    system = message("system-registered", "system/crm", source=office, time=PAST, **facts)
    file.write_bytes(orjson.dumps(system))
    done = people.run("ingest", "--as-privacy-office", str(file))
    assert done.returncode == 0, done.stderr


def replicas(name: str) -> int:
    """How many of a service there are."""
    number: int = compose()["services"][name]["deploy"]["replicas"]
    return number


def status(people: Service) -> dict[str, object]:
    """What the operator's login sees."""
    asked = people.run("status", "--json")
    assert asked.returncode == 0, asked.stderr
    answer: dict[str, object] = json.loads(asked.stdout)
    return answer


def published(people: Service) -> int:
    """How many entries the checkpoint covers that the operator reads; -1 when there is none yet."""
    asked = people.run("checkpoint", "--json")
    return int(json.loads(asked.stdout)["size"]) if asked.returncode == 0 else -1


def arrived(status: dict[str, object], position: int) -> bool:
    """Whether so much is recorded, and every view has it."""
    views = status["views"]
    assert isinstance(views, list)
    return status["position"] == position and {view["lag"] for view in views} == {0}


@pytest.fixture
def installed(make_service: Callable[[str], Service]) -> None:
    """The owner, who is no superuser, can install a ledger."""
    done = make_service("init").run()
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.fixture
def connect(
    database_with_logins: str, secrets_folder: Path
) -> Iterator[Callable[[str], psycopg.Connection]]:
    """Logs in over TCP with the password of a secret."""
    opened: list[psycopg.Connection] = []

    def log_in(name: str) -> psycopg.Connection:
        password = quote((secrets_folder / f"{name}_password").read_text().strip(), safe="")
        user, database = (name, name) if name == "postgres" else (f"ledger_{name}", "ledger")
        url = f"postgresql://{user}:{password}@{database_with_logins}/{database}"
        opened.append(psycopg.connect(url, autocommit=True))
        return opened[-1]

    yield log_in
    for connection in opened:
        connection.close()


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("name", LOGINS)
def test_a_login_has_no_right_of_its_own_and_takes_only_its_roles(
    name: str, connect: Callable[[str], psycopg.Connection]
) -> None:
    session = connect(name)
    # A login may turn this off, and has no right more.
    session.execute("SET default_transaction_read_only = off")
    with pytest.raises(errors.InsufficientPrivilege):
        session.execute("SELECT * FROM ledger_main.events")
    taken = set()
    for role in ROLES:
        try:
            session.execute(f"SET ROLE ledger_main_{role}")
        except errors.InsufficientPrivilege:
            continue
        taken.add(role)
    assert taken == LOGINS[name]
    session.execute("RESET ROLE")
    for forbidden in ("SET ROLE postgres", "SET ROLE ledger_owner", "CREATE SCHEMA mine"):
        with pytest.raises(errors.InsufficientPrivilege):
            session.execute(forbidden)


@pytest.mark.usefixtures("installed")
def test_no_login_of_the_ledger_may_make_roles_databases_or_more_of_itself(
    connect: Callable[[str], psycopg.Connection],
) -> None:
    rows = connect("owner").execute(
        "SELECT rolname FROM pg_roles WHERE rolname LIKE 'ledger_%' AND (rolsuper OR rolcreaterole"
        " OR rolcreatedb OR rolreplication OR rolbypassrls)"
    )
    assert rows.fetchall() == []


@pytest.mark.usefixtures("installed")
def test_the_owner_cannot_change_an_event_either(
    connect: Callable[[str], psycopg.Connection],
) -> None:
    owner = connect("owner")
    with pytest.raises(psycopg.DatabaseError, match="append-only"):
        owner.execute("TRUNCATE ledger_main.events")


@pytest.mark.usefixtures("installed")
def test_after_a_restore_consumers_wait_until_upkeep_has_repeated_the_erasures(
    make_service: Callable[[str], Service], connect: Callable[[str], psycopg.Connection]
) -> None:
    people, consumer, upkeep = (make_service(name) for name in ("ledger", "consumer", "upkeep"))
    events = [registered(time=PAST), collected(time=PAST)]
    given = b"\n".join(orjson.dumps(event) for event in events)
    assert people.run("ingest", "-", given=given).returncode == 0
    superuser = connect("postgres")
    superuser.execute("CREATE DATABASE copy TEMPLATE ledger")
    erased = people.run("erase", "customer/10023", "--ground", "request")
    assert erased.returncode == 0, erased.stderr
    superuser.execute("DROP DATABASE ledger WITH (FORCE)")
    superuser.execute("ALTER DATABASE copy RENAME TO ledger")

    refused = consumer.run()
    assert refused.returncode == 3
    assert b"ledger upkeep" in refused.stdout + refused.stderr
    for service in (upkeep, consumer):
        service.start()
        service.wait_until_healthy()
    state = people.run("state", "customer/10023", "--json")
    assert json.loads(state.stdout)["status"] == "erased"
    assert [service.stop() for service in (consumer, upkeep)] == [0, 0]


@pytest.mark.usefixtures("installed")
def test_the_owner_copies_the_ledger_and_brings_it_back_into_an_empty_database(
    make_service: Callable[[str], Service],
    connect: Callable[[str], psycopg.Connection],
    server_with_passwords: tuple[Path, int],
    secrets_folder: Path,
    tmp_path: Path,
) -> None:
    people, owner = make_service("ledger"), make_service("init")
    given = orjson.dumps(registered(time=PAST)) + b"\n" + orjson.dumps(collected(time=PAST))
    assert people.run("ingest", "-", given=given).returncode == 0
    before = people.run("state", "customer/10023", "--json").stdout
    copies = [str(tmp_path / "events"), "--keys", str(tmp_path / "wrapped-keys")]
    copied = owner.run("backup", *copies)
    assert (copied.returncode, copied.stderr) == (0, b"")

    connect("postgres").execute("DROP DATABASE ledger WITH (FORCE)")
    assert make_roles(*server_with_passwords, secrets_folder).returncode == 0
    restored = owner.run("restore", *copies)
    assert restored.returncode == 0, restored.stderr
    assert people.run("state", "customer/10023", "--json").stdout == before
    assert people.run("audit", "--views").returncode == 0


@pytest.mark.usefixtures("installed")
def test_the_publishers_service_makes_a_lost_log_again(
    make_service: Callable[[str], Service],
) -> None:
    people, publisher = make_service("ledger"), make_service("publisher")
    given = orjson.dumps(registered(time=PAST)) + b"\n" + orjson.dumps(collected(time=PAST))
    assert people.run("ingest", "-", given=given).returncode == 0
    publisher.start()
    until(lambda: published(people) >= 2, lambda: None, PATIENCE_S)
    assert publisher.stop() == 0
    promised = published(people)

    shutil.rmtree(publisher.environment["LEDGER_LOG_DIR"])
    assert publisher.run("log", "rebuild").returncode == 0
    assert published(people) == promised


def test_a_login_needs_its_password(database_with_logins: str) -> None:
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(f"postgresql://ledger_consumer:guess@{database_with_logins}/ledger")


def test_a_changed_password_file_takes_effect(
    talkative_server: tuple[Path, int], secrets_folder: Path, tmp_path: Path
) -> None:
    folder, port = talkative_server
    assert make_roles(folder, port, secrets_folder).returncode == 0
    changed = shutil.copytree(secrets_folder, tmp_path / "changed")
    (changed / "consumer_password").write_text("another one\n")
    assert make_roles(folder, port, changed).returncode == 0
    url = f"postgresql://ledger_consumer:{{}}@127.0.0.1:{port}/ledger"
    psycopg.connect(url.format("another%20one")).close()
    before = quote((secrets_folder / "consumer_password").read_text().strip(), safe="")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(url.format(before))


def test_roles_may_be_made_again_and_never_without_a_password(
    database_with_logins: str,
    server_with_passwords: tuple[Path, int],
    secrets_folder: Path,
    tmp_path: Path,
) -> None:
    again = make_roles(*server_with_passwords, secrets_folder)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    some = shutil.copytree(secrets_folder, tmp_path / "some")
    (some / "upkeep_password").unlink()
    refused = make_roles(*server_with_passwords, some)
    assert refused.returncode == 3
    assert "a password file is missing or empty" in refused.stderr


@pytest.fixture
def talkative_server(secrets_folder: Path) -> Iterator[tuple[Path, int]]:
    """A server of its own, which logs every statement of its superuser; folder of its socket, port."""
    with password_server(secrets_folder / "postgres_password") as (folder, port):
        url = f"postgresql://postgres@/postgres?host={folder}&port={port}"
        with psycopg.connect(url, autocommit=True) as superuser:
            for name, value in LOGS_ALL.items():
                superuser.execute(f"ALTER ROLE postgres SET {name} = {value}".encode())
        yield folder, port


def test_no_password_is_in_the_log_of_a_server_that_logs_everything(
    talkative_server: tuple[Path, int], secrets_folder: Path
) -> None:
    folder, port = talkative_server
    made = make_roles(folder, port, secrets_folder)
    assert (made.returncode, made.stderr) == (0, "")
    logged = (folder / "log").read_text("utf-8", "replace")
    assert "pg_auth_members" in logged, "it logs statements"
    for file in secrets_folder.iterdir():
        assert file.read_text().strip().removeprefix("it's ") not in logged, file.name
