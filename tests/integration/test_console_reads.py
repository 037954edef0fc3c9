"""Reading personal data leaves an event (guarantee G9): every command, once, whatever dies meanwhile."""

import os
from typing import Any

import orjson
import pytest

from ledger.errors import Misconfigured, ServiceAway
from ledger.names import LedgerName, Role
from ledger.storage.postgres import Database, Session
from tests.fixtures.console import (
    Cli,
    accessed,
    collected,
    consented,
    disclosed,
    message,
    recipient,
    registered,
)

WHO, OTHER = "customer/10023", "customer/10024"
LEDGER = "system/processing-ledger-main"


def reads(cli: Cli, subject: str) -> list[dict[str, Any]]:
    """The recorded reads of a subject, without the one that this question leaves."""
    lines = cli("history", subject, "--json").lines
    return [line for line in lines if line["type"].endswith(".ledger-read.v1")]


@pytest.fixture
def house(cli: Cli) -> Cli:
    cli.set(READER="employee/9", READER_ROLE="privacy-officer")
    cli.record(
        registered(),
        collected(),
        consented(),
        accessed(),
        recipient("incasso bv"),
        recipient("mr. Example", id="counsel", kind="lawyer"),
        disclosed(),
        disclosed(id="to-counsel", recipient="counsel", recipient_kind="lawyer"),
        registered(OTHER),
    )
    return cli


@pytest.mark.parametrize(
    ("command", "categories"),
    [
        (["history", WHO], ["contact", "identity"]),
        (["state", WHO], ["contact", "identity"]),
        (["consents", WHO], []),
        (["consents", WHO, "--format", "ts27560"], []),
        (["marketing", WHO], []),
        (["may", "credit-check", WHO], []),
        (["disclosures", "--subject", WHO], []),
        (["findings", "--subject", WHO], []),
        (["access", WHO], []),
        (["export", "--format", "ldv", "--subject", WHO], []),
    ],
)
def test_an_answer_about_a_person_is_a_read_of_that_person(
    house: Cli, command: list[str], categories: list[str]
) -> None:
    before = house("status", "--json").json["position"]
    assert house(*command).status in {0, 1}
    (read,) = reads(house, WHO)
    assert read["facts"] == {
        "reader": "employee/9",
        "role": "privacy-officer",
        "query": command[0],
        "categories": categories,
    }
    assert read["categories"] == categories
    assert read["source"] == "urn:processing-ledger:reads"
    assert (read["activity"], read["legal_basis"], read["annulled_by"]) == (None, None, None)
    assert read["position"] > before
    assert reads(house, OTHER) == []


@pytest.mark.parametrize("command", [["state", "--all"], ["consents", "--all"]])
def test_an_answer_about_everyone_is_one_read(house: Cli, command: list[str]) -> None:
    before = house("status", "--json").json["position"]
    assert len(house(*command).lines) == 2
    assert house("status", "--json").json["position"] == before + 1
    (read,) = reads(house, LEDGER)
    assert (read["facts"]["query"], read["facts"]["everyone"]) == (command[0], True)
    assert reads(house, WHO) == []


@pytest.mark.parametrize("command", [["disclosures"], ["findings"], ["access"]])
def test_an_answer_about_many_is_one_read_too(house: Cli, command: list[str]) -> None:
    house(*command)
    (read,) = reads(house, LEDGER)
    assert read["facts"]["query"] == command[0]
    assert "everyone" not in read["facts"]


def test_the_name_of_a_private_recipient_is_read_with_the_answer_that_shows_it(house: Cli) -> None:
    for command in (["recipients"], ["disclosures", "--subject", WHO], ["register"]):
        house(*command)
    found = [read["facts"] for read in reads(house, "recipient/counsel")]
    assert [(facts["query"], facts["categories"]) for facts in found] == [
        ("recipients", ["identity"]),
        ("disclosures", ["identity"]),
        ("register", ["identity"]),
    ]
    assert reads(house, "recipient/incasso") == []


def test_who_is_found_by_a_value_was_read(house: Cli) -> None:
    house("find", "email", stdin=b"j.devries@example.nl")
    (read,) = reads(house, WHO)
    assert (read["facts"]["query"], read["facts"]["categories"]) == ("find", ["contact"])
    assert reads(house, OTHER) == []


def test_an_opened_dead_letter_was_read(house: Cli) -> None:
    house.record(collected(id="wrong", categories=[]))
    (letter,) = house("dead-letters", "list", "--json").json["dead_letters"]
    house("dead-letters", "show", letter["letter"])
    (read,) = reads(house, LEDGER)
    assert read["facts"]["query"] == "dead-letters"


@pytest.mark.parametrize(
    "command",
    [["status"], ["transparency"], ["transfers"], ["audit"], ["export", "--format", "vng"]],
)
def test_what_tells_of_nobody_is_no_read(house: Cli, command: list[str]) -> None:
    before = house("status", "--json").json["position"]
    assert house(*command).status == 0
    assert house("status", "--json").json["position"] == before


def test_asking_for_somebody_unknown_reads_nothing_and_makes_nobody(house: Cli) -> None:
    before = house("status", "--json").json["position"]
    assert house("state", "customer/99999").status == 1
    assert house("status", "--json").json["position"] == before


def test_reads_change_no_answer_but_history(house: Cli) -> None:
    asked = (["state", WHO], ["consents", WHO], ["disclosures"], ["register"], ["state", "--all"])
    first = [house(*command, "--json").out for command in asked]
    assert [house(*command, "--json").out for command in asked] == first
    assert house("audit", "--views", "--json").status == 0


def test_a_read_cannot_be_annulled(house: Cli) -> None:
    house("state", WHO)
    (read,) = reads(house, WHO)
    annulment = message(
        "event-annulled",
        WHO,
        source="urn:voipzeker:privacy-office",
        time=read["recorded_at"],
        annuls=read["id"],
        annuls_source=read["source"],
        reason="curious",
    )
    ran = house("ingest", "--as-privacy-office", "-", "--json", stdin=orjson.dumps(annulment))
    assert ran.json["recorded"] == 1
    assert {line["annulled_by"] for line in reads(house, WHO)} == {None}


def test_a_process_that_dies_with_its_answer_leaves_a_read_for_the_next_one(
    house: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as power:
        power.setattr("host.wiring.Site.record_reads", lambda _site: os._exit(9))
        child = os.fork()
        if child == 0:
            house("state", WHO)
            os._exit(0)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert waiting(house) == 1
    house("state", OTHER)
    assert waiting(house) == 0
    assert [read["facts"]["query"] for read in reads(house, WHO)] == ["state"]


def test_what_cannot_be_removed_is_not_recorded_and_is_recorded_once_when_it_can(
    house: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as power:
        power.setattr(Session, "run", but_remove_read_notes)
        house("state", WHO)
        house("state", OTHER)
    assert waiting(house) == 2
    assert house("state", OTHER).status == 0
    assert waiting(house) == 0
    assert [read["facts"]["query"] for read in reads(house, WHO)] == ["state"]
    assert house("audit", "--json").status == 0


def test_nothing_is_opened_when_the_read_cannot_be_noted(
    house: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Session.run

    def full(session: Session, name: str, /, **parameters: Any) -> int:
        if name == "add_read_notes":
            raise ServiceAway("PostgreSQL has no disk space left (53100)")
        return run(session, name, **parameters)

    monkeypatch.setattr(Session, "run", full)
    ran = house("state", WHO, "--json")
    assert (ran.status, ran.out) == (3, b"")


def test_a_login_that_may_only_read_is_answered_and_told_loudly(
    house: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = Database.connect

    def only_reads(database: Database, ledger: LedgerName, role: Role | None) -> Session:
        if role != "reader":
            raise Misconfigured("the database role may not do this (42501)")
        return connect(database, ledger, role)

    with monkeypatch.context() as login:
        login.setattr(Database, "connect", only_reads)
        ran = house("state", WHO, "--json")
    assert (ran.status, ran.json["subject"]) == (0, WHO)
    assert "not recorded yet: this login may read but not record" in ran.err
    assert waiting(house) == 1
    assert reads(house, WHO) == []
    assert waiting(house) == 0
    assert {read["facts"]["query"] for read in reads(house, WHO)} == {"state", "history"}


def test_the_login_of_the_upkeep_records_what_others_left(
    house: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = Database.connect

    def no_recorder(database: Database, ledger: LedgerName, role: Role | None) -> Session:
        if role == "recorder":
            raise Misconfigured("the database role may not do this (42501)")
        return connect(database, ledger, role)

    monkeypatch.setattr(Database, "connect", no_recorder)
    assert house("state", WHO).err == ""
    assert waiting(house) == 0


def test_notes_hold_no_reference_in_clear(
    house: Cli, monkeypatch: pytest.MonkeyPatch, database_url: str
) -> None:
    monkeypatch.setattr("host.wiring.Site.record_reads", lambda _site: 0)
    house("state", WHO)
    session = Database(database_url).connect(LedgerName("main"), "reader")
    ((_, sealed, *_),) = session.rows("read_notes", after=0, count=10)
    session.close()
    for secret in ("10023", "employee", "state"):
        assert secret not in sealed


def waiting(cli: Cli) -> int:
    return int(cli("status", "--json").json["reads_waiting"])


def but_remove_read_notes(session: Session, name: str, /, **parameters: Any) -> int:
    return 0 if name == "remove_read_notes" else _RUN(session, name, **parameters)


_RUN = Session.run


def test_a_search_that_finds_nobody_is_a_read_of_the_ledger(house: Cli) -> None:
    assert house("find", "email", "--json", stdin=b"nobody@example.nl\n").json["subjects"] == []
    (read,) = [read for read in reads(house, LEDGER) if read["facts"]["query"] == "find"]
    assert read["facts"]["categories"] == ["contact"]
