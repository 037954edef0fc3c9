"""`ledger init`, `status`, `audit`, `keys`, `rebuild`, `erase`: shapes, exit statuses, what they change."""

import re
from pathlib import Path

import psycopg
import pytest

from tests.fixtures.console import Cli, accessed, collected, message, registered
from tests.fixtures.guards import GUARDS_ON

WHO = "customer/10023"
ERASURE = {
    "data_subject",
    "categories",
    "whole_person",
    "keys_destroyed",
    "dead_letters",
    "occurred_at",
    "last_position",
}


def test_init_is_idempotent_and_says_where_the_keys_are(cli: Cli) -> None:
    answer = cli("init", "--json").json
    assert (answer["ledger"], answer["applied"]) == ("main", [])
    assert Path(answer["keys"], "epoch-000001.key").stat().st_mode & 0o777 == 0o600
    assert "is ready" in cli("init").out.decode()


@pytest.mark.parametrize(
    "command",
    [("state", WHO), ("register",), ("erase", WHO, "--ground", "request"), ("keys", "status")],
)
def test_without_a_ledger_every_command_says_what_to_do(
    program: Cli, database_url: str, command: tuple[str, ...]
) -> None:
    program.set(DATABASE_URL=database_url)
    ran = program(*command)
    assert ran.status == 2
    assert "ledger init" in ran.err
    assert not (program.folder / "keys").exists()


def test_a_wrong_key_folder_is_no_lost_key(cli: Cli) -> None:
    cli.record(registered())
    ran = cli("state", WHO, "--key-dir", str(cli.folder / "elsewhere"))
    assert ran.status == 2
    assert "LEDGER_KEY_DIR" in ran.err
    assert not (cli.folder / "elsewhere").exists()


def test_a_database_that_is_away_is_status_3(program: Cli) -> None:
    program.set(DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")
    assert program("status").status == 3


def test_status_has_the_shape_that_outsiders_rely_on(cli: Cli) -> None:
    cli.record(registered(), b"[]")
    answer = cli("status", "--json").json
    own = {"position", "checkpoint", "dead_letters", "halted", "reads_waiting"}
    own |= {"dead_letter_messages", "intake", "quarantined", "withheld", "promise"}
    assert set(answer) == own | {"views", "kafka"}
    assert set(answer["checkpoint"]) == {"size", "root", "age_s"}
    assert (answer["position"], answer["kafka"], answer["dead_letters"]) == (1, [], 1)
    assert {(row["bookmark"], row["lag"]) for row in answer["views"]} == {(0, 1)}
    assert cli("project", "--once").status == 0
    views = cli("status", "--json").json["views"]
    assert {(row["bookmark"], row["lag"]) for row in views} == {(1, 0)}
    assert {row["view"] for row in views} >= {"customer_state", "processing_register"}
    assert "customer_state" in cli("status").out.decode()


def test_audit_of_a_ledger_in_order(cli: Cli) -> None:
    cli.record(registered(), collected())
    answer = cli("audit", "--json").json
    more = {"verdict", "published", "unchecked", "server"}
    assert set(answer) == {"ok", "size", "root", "findings", "views", "gaps"} | more
    assert (answer["verdict"], answer["published"]) == ("in-order", 0)
    (passwords,) = answer["unchecked"]
    assert passwords.startswith("passwords of roles")
    assert re.fullmatch(r"PostgreSQL \d+\..*, \d{19}", answer["server"])
    assert (answer["ok"], answer["size"]) == (True, 2)
    assert (answer["findings"], answer["views"]) == ([], [])
    assert cli("project", "--once").status == 0
    views = cli("audit", "--views", "--json").json["views"]
    assert all(set(row) == {"view", "version", "position", "digest", "ok"} for row in views)
    assert {(row["position"], row["ok"]) for row in views} == {(2, True)}
    assert "in order" in cli("audit").out.decode()


def test_audit_is_status_1_when_something_was_changed(cli: Cli, database_url: str) -> None:
    cli.record(registered(), collected())
    with psycopg.connect(database_url, autocommit=True) as superuser:
        superuser.execute("ALTER TABLE ledger_main.events DISABLE TRIGGER refuse_change")
        superuser.execute("UPDATE ledger_main.events SET state = 'x' WHERE notification_id = 2")
        superuser.execute(GUARDS_ON)
    ran = cli("audit", "--json")
    assert (ran.status, ran.json["ok"]) == (1, False)
    assert [(row["position"], row["kind"]) for row in ran.json["findings"]] == [(2, "state")]


def test_a_view_that_was_changed_is_found_and_mended(cli: Cli, database_url: str) -> None:
    cli.record(registered(), collected())
    assert cli("project", "--once").status == 0
    with psycopg.connect(database_url, autocommit=True) as superuser:
        superuser.execute("SET search_path = ledger_main_views")
        superuser.execute("DELETE FROM customer_state_blue")
    assert cli("audit", "--views", "--json").status == 1
    ran = cli("rebuild", "customer_state", "--json")
    assert (ran.status, [row["ok"] for row in ran.json["views"]]) == (1, [False])
    assert cli("audit", "--views", "--json").status == 0
    assert "equal to its events" in cli("rebuild").out.decode()
    apart = cli("rebuild", "customer_state", "--processes", "2", "--json")
    (again,), (first,) = apart.json["views"], ran.json["views"]
    assert (apart.status, again) == (0, first | {"ok": True})
    assert cli("rebuild", "no_view").status == 2


def test_keys_rotate_only_when_due_unless_told_to(cli: Cli) -> None:
    cli.record(registered(), collected())
    before = cli("keys", "status", "--json").json
    assert (before["epoch"], before["held"], before["due"]) == (1, [1], False)
    idle = cli("keys", "rotate", "--json").json
    assert (idle["rotated"], idle["epoch"]) == (False, 1)
    done = cli("keys", "rotate", "--now", "--json").json
    assert (done["rotated"], done["epoch"], done["destroyed"]) == (True, 2, [1])
    assert cli("keys", "status", "--json").json["held"] == [2]
    assert "ends at" in cli("keys", "status").out.decode()
    assert "rewrapped" in cli("keys", "rotate").out.decode()
    assert cli("state", WHO, "--json").json["personal"]["identity"] == {"name": "J. de Vries"}


def test_erasing_a_category_says_what_and_when_it_is_forgotten(cli: Cli) -> None:
    cli.record(registered(), collected())
    answer = cli("erase", WHO, "--category", "contact", "--ground", "objection", "--json").json
    assert set(answer) == {"subject", "ground", "erasures", "forgotten"}
    (erasure,) = answer["erasures"]
    assert set(erasure) == ERASURE
    assert (erasure["categories"], erasure["whole_person"]) == (["contact"], False)
    assert (erasure["keys_destroyed"], erasure["last_position"]) == (1, 4)
    ends_at = cli("keys", "status", "--json").json["ends_at"]
    assert answer["forgotten"]["write_ahead_log_and_backups"] == ends_at
    assert answer["forgotten"]["kafka_topics"] > answer["forgotten"]["ledger_and_views"]
    state = cli("state", WHO, "--json").json
    assert (state["status"], state["erased_categories"]) == ("active", ["contact"])
    assert state["personal"] == {"identity": {"name": "J. de Vries"}}


def test_erasing_forgets_the_dead_letters_of_that_person_at_once(cli: Cli) -> None:
    cli.record(registered(), collected(unknown="x"), collected("customer/2", unknown="x"))
    answer = cli("erase", WHO, "--ground", "request", "--json").json
    assert answer["erasures"][0]["dead_letters"] == 1
    assert cli("status", "--json").json["dead_letters"] == 1


def test_erasing_prints_tables_for_people(cli: Cli) -> None:
    cli.record(registered(), collected())
    shown = cli("erase", WHO, "--ground", "request").out.decode()
    assert "ledger keys rotate" in shown
    assert "Kafka's own topics" in shown


def test_erasing_twice_says_that_nothing_is_held(cli: Cli) -> None:
    cli.record(registered())
    cli("erase", WHO, "--ground", "request")
    ran = cli("erase", WHO, "--ground", "request", "--json")
    assert (ran.status, ran.out) == (1, b"")
    assert "erased already" in ran.err


@pytest.mark.parametrize(
    "arguments",
    [
        ("erase", WHO),
        ("erase", WHO, "--ground", "boredom"),
        ("erase", WHO, "--ground", "request", "--category", "everything"),
        ("erase", "someone", "--ground", "request"),
    ],
)
def test_a_wrong_erasure_erases_nothing(cli: Cli, arguments: tuple[str, ...]) -> None:
    cli.record(registered(), collected())
    assert cli(*arguments).status == 2
    assert cli("status", "--json").json["position"] == 2


def test_lost_keys_are_loud_and_never_shown_as_erased(cli: Cli, database_url: str) -> None:
    cli.record(registered(), collected())
    with psycopg.connect(database_url, autocommit=True) as superuser:
        superuser.execute("DELETE FROM ledger_main_keys.data_keys WHERE category = 'contact'")
    ran = cli("state", WHO, "--json")
    assert ran.status == 1
    assert ran.json["personal"]["contact"] == {"email": {"lost": True}}
    assert ran.json["erased_categories"] == []
    assert "LOST" in ran.err


def test_a_lost_reference_is_shown_as_lost(cli: Cli, database_url: str) -> None:
    cli.record(accessed(), accessed(employee="employee/8"))
    with psycopg.connect(database_url, autocommit=True) as superuser:
        superuser.execute(
            "DELETE FROM ledger_main_keys.data_keys USING ledger_main_keys.subject_index"
            " WHERE category = 'reference' AND kind = 'employee'"
            " AND data_keys.subject = subject_index.subject"
        )
    ran = cli("history", WHO, "--json")
    assert ran.status == 1
    assert [line["facts"]["employee"] for line in ran.lines] == [{"lost": True}] * 2
    assert "2 values are LOST" in ran.err


def test_a_view_of_an_older_program_is_built_again_by_the_projector(
    cli: Cli, database_url: str
) -> None:
    cli.record(registered(), collected())
    assert cli("project", "--once").status == 0
    with psycopg.connect(database_url, autocommit=True) as superuser:
        superuser.execute(
            "UPDATE ledger_main_views.view_bookmarks SET version = '0' WHERE view = 'recipients'"
        )
    answer = cli("recipients", "--json")
    assert (answer.status, answer.out) == (1, b"")
    assert "ledger rebuild" in answer.err
    mended = cli("project", "--once")
    assert mended.status == 0
    assert "view recipients is built again" in mended.err
    assert cli("recipients", "--json").json == {"recipients": []}


def test_the_search_index_is_made_again_after_a_crash(cli: Cli, database_url: str) -> None:
    cli.record(registered(), collected())
    with psycopg.connect(database_url, autocommit=True) as superuser:
        superuser.execute(
            "TRUNCATE ledger_main_keys.blind_index, ledger_main_keys.blind_index_complete"
        )
    ran = cli("find", "email", "--json", stdin=b"j.devries@example.nl")
    assert [row["subject"] for row in ran.json["subjects"]] == [WHO]


def test_two_ledgers_in_one_database_know_nothing_of_each_other(cli: Cli) -> None:
    cli.record(registered())
    cli.set(NAME="other")
    assert cli("status").status == 2
    assert cli("init").status == 0
    assert cli("state", WHO).status == 1
    assert cli("state", WHO, "--name", "main").status == 0


def test_the_confidential_ledger_refuses_what_is_open(cli: Cli) -> None:
    assert cli("init", "--confidential").status == 0
    ran = cli("ingest", "-", "--confidential", "--json", stdin=b"{}")
    assert ran.status == 1
    cli.set(CONFIDENTIAL="yes")
    assert cli.record(message("weather"))["rejected"] == 1


@pytest.mark.server_catalogue
def test_an_auditor_accepts_what_the_site_has_and_hears_of_what_differs(
    cli: Cli, database_url: str, tmp_path: Path
) -> None:
    assert cli("init").status == 0
    kept = tmp_path / "baseline"
    with psycopg.connect(database_url, autocommit=True) as superuser:
        superuser.execute("CREATE TABLE public.reports (one int)")
        superuser.execute("CREATE SCHEMA more")
        ran = cli("audit", "--write-baseline", str(kept), "--json")
        named = [finding["detail"] for finding in ran.json["findings"]]
        assert (ran.status, len(named)) == (1, 3), named  # a schema, a table, and its type of rows
        lines = [line[33:] for line in kept.read_text().splitlines() if line[0] != "#"]
        assert sorted(lines) == sorted(named)
        assert kept.stat().st_mode & 0o077 == 0
        assert cli("audit", "--write-baseline", str(kept)).status == 2, "it is there already"
        assert cli("audit", "--baseline", str(kept)).status == 0
        superuser.execute("GRANT SELECT ON public.reports TO PUBLIC")
        superuser.execute("ALTER TABLE ledger_main.events DISABLE TRIGGER refuse_change")
        ran = cli("audit", "--baseline", str(kept), "--json")
        details = [finding["detail"] for finding in ran.json["findings"]]
    assert ran.status == 1
    assert any("table public.reports of the site" in detail for detail in details)
    assert any("refuse_change" in detail for detail in details)
    kept.write_text("anything\n", "utf-8")
    for flags in ((), ("--archive", "elsewhere")):
        assert cli("audit", "--baseline", str(kept), *flags).status == 2


def test_an_audit_since_a_kept_checkpoint_says_what_it_left_out(
    cli: Cli, database_url: str, tmp_path: Path
) -> None:
    cli.record(registered("customer/1"))
    assert cli("project", "--once").status == 0
    assert cli("publish", "--once").status == 0
    kept = tmp_path / "kept"
    kept.write_bytes(cli("checkpoint").out)
    cli.record(registered("customer/2"))
    assert cli("publish", "--once").status == 0
    whole, part = (cli("audit", "--json", *flags).json for flags in ((), ("--since", str(kept))))
    assert (part["verdict"], part["size"], part["root"]) == (
        *("in-order", whole["size"]),
        whole["root"],
    )
    assert "the views" in set(part["unchecked"]) - set(whole["unchecked"])
    with psycopg.connect(database_url, autocommit=True) as superuser:
        forged = "UPDATE ledger_main_views.customer_state_blue SET state = 'x'"
        assert superuser.execute(forged).rowcount
    assert cli("audit", "--views").status == 1
    part = cli("audit", "--since", str(kept), "--json").json
    assert (part["ok"], "the views" in part["unchecked"]) == (True, True)
    kept.write_text("no checkpoint", "utf-8")
    ran = cli("audit", "--since", str(kept), "--json")
    assert ran.status == 1
    assert [finding["kind"] for finding in ran.json["findings"]] == ["checkpoint"]
    # Everything is looked at instead.
    assert ran.json["unchecked"] == whole["unchecked"]
    for flags in (("--views",), ("--archive", "elsewhere")):
        assert cli("audit", "--since", str(kept), *flags).status == 2
