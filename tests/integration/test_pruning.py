"""Pruning: what goes is what the event says, and all that is promised holds after it."""

import base64
import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import timedelta
from importlib.resources import files
from pathlib import Path
from threading import Barrier, Thread
from typing import Any
from uuid import UUID

import msgspec
import psycopg
import pytest

from application.acts import pruning
from application.site import Site
from host.environment import settings_from
from host.settings import OFFICE
from host.wiring import open_site
from ledger.backup.reimport import check_entries_there
from ledger.errors import Halt, Overtaken
from ledger.keys.opening import Opener
from ledger.pruning import cutting
from ledger.pruning.events import ACCOUNT
from ledger.reading import head_position
from ledger.storage.faults import Conflict
from ledger.storage.postgres import Session
from ledger.tlog.proving.proof_file import parse_proof, verify_entry
from ledger.tlog.signing.keys import parse_verifier_key
from ledger.tlog.store.folder import LogFolder
from ledger.writing.append import Head, lock_head
from projections import VIEWS
from projections.following.blocks import StreamBlock
from projections.following.derive import Content, Goal
from projections.following.engines import Here
from projections.following.rebuild import rebuild_all
from tests.fixtures.backups import elsewhere
from tests.fixtures.catalogue import known_catalogue
from tests.fixtures.console import (
    Cli,
    collected,
    disclosed,
    message,
    recipient,
    registered,
    worked_in,
)
from tests.fixtures.postgres import Templates
from tests.fixtures.thirdparty import Verifier
from tests.integration.test_backup import back_up, restore

__all__ = ["elsewhere"]

THROUGH = 256
PRUNE = ("prune", "--through", "300", "--for-good")
# Whose files are closed, who is erased and has a newer event, and who stays a customer.
CLOSED = [f"customer/{number}" for number in range(1, 5)]
NEWER, LIVING = "customer/5", "customer/6"


def work(cli: Cli) -> None:
    """A prefix with four closed files, and events behind it; all published."""
    cli.record(*(registered(who) for who in [*CLOSED, NEWER, LIVING]))
    cli.record(*(collected(who) for who in [*CLOSED, NEWER, LIVING]))
    assert cli("publish", "--once").status == 0
    shutil.copytree(log_of(cli), cli.folder / "early")
    for who in [*CLOSED, NEWER]:
        assert cli("erase", who, "--ground", "request").status == 0
    fill(cli, "a", 300)
    cli.record(message("portal-account-closed", NEWER))
    assert cli("publish", "--once").status == 0


def fill(cli: Cli, prefix: str, count: int) -> None:
    """Other persons' events."""
    cli.record(*(registered(f"customer/{prefix}{number}") for number in range(count)))


@pytest.fixture
def ledger(
    program: Cli, embedded_templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Cli]:
    """A ledger whose entries are past their period."""
    monkeypatch.setattr(pruning, "period", lambda _name: timedelta(0))
    with worked_in(program, embedded_templates, "to_prune", work) as ready:
        yield ready


@pytest.fixture
def pruned(ledger: Cli) -> Cli:
    assert ledger(*PRUNE, "--yes").status == 0
    return ledger


def types_of(ledger: Cli) -> list[str]:
    with psycopg.connect(ledger.url) as connection:
        rows = connection.execute(
            "SELECT split_part(topic, '.', 4) FROM ledger_main.events WHERE notification_id <= %s"
            " ORDER BY notification_id",
            [THROUGH],
        )
        return [name for (name,) in rows]


def reasons(answer: Any) -> list[str]:
    return [row["reason"] for row in answer["against"]]


def bundles(ledger: Cli) -> set[str]:
    folder = ledger.folder / "data" / "tlog" / "main" / "tile" / "entries"
    return {path.name for path in folder.iterdir()}


def test_it_is_shown_first_and_done_with_yes(ledger: Cli) -> None:
    before = types_of(ledger)
    shown = ledger(*PRUNE, "--json")
    assert shown.status == 1
    assert (shown.json["position"], shown.json["against"], shown.json["files"]) == (None, [], 4)
    assert types_of(ledger) == before
    done = ledger(*PRUNE, "--yes", "--json")
    assert done.status == 0
    assert done.json | {"position": None} == shown.json
    after = types_of(ledger)
    # Registered and collected of four persons; the account of their erasure stays.
    assert len(before) - len(after) == done.json["removed"] == 8
    assert len(after) == done.json["kept"]
    assert [name for name in after if "eras" in name] == [n for n in before if "eras" in n]
    (told,) = [
        line
        for line in ledger("history", "system/processing-ledger-main", "--json").lines
        if line["type"].endswith(".prefix-pruned.v1")
    ]
    assert told["position"] == done.json["position"]
    assert told["facts"]["through"] == THROUGH


def test_what_is_left_is_in_order_and_views_say_it(pruned: Cli) -> None:
    audit = pruned("audit", "--views", "--json").json
    assert audit["ok"], audit["findings"]
    rebuilt = pruned("rebuild", "--json")
    assert rebuilt.status == 0, rebuilt.json
    assert pruned("state", LIVING, "--json").json["status"] == "active"
    assert pruned("state", NEWER, "--json").json["status"] == "erased"


def test_a_log_that_came_back_whole_is_pruned_again(ledger: Cli) -> None:
    """The way out of what the audit says: a copy of the log from before was put back over it."""
    bundles = log_of(ledger) / "tile" / "entries"
    kept = shutil.copytree(bundles, ledger.folder / "kept")
    assert ledger(*PRUNE, "--yes").status == 0
    shutil.copytree(kept, bundles, dirs_exist_ok=True)
    audit = ledger("audit", "--views")
    assert audit.status == 1
    assert "holds entries that are pruned: run `ledger prune` again" in audit.out.decode()
    assert ledger(*PRUNE, "--yes").status == 0
    assert ledger("audit", "--views").status == 0


def test_a_file_with_a_newer_event_stays_whole(pruned: Cli) -> None:
    names = [line["type"].split(".")[3] for line in pruned("history", NEWER, "--json").acts]
    assert names == [
        "customer-registered",
        "personal-data-collected",
        "erasure-decided",
        "personal-data-erased",
        "portal-account-closed",
    ]


def test_recording_publishing_and_pruning_go_on(pruned: Cli) -> None:
    fill(pruned, "b", 250)
    assert pruned("publish", "--once").status == 0
    assert pruned("erase", LIVING, "--ground", "request").status == 0
    assert pruned("audit", "--views", "--json").json["ok"]
    # By position 512 the newest event of the fifth file is old as well; that of the sixth is not.
    again = pruned("prune", "--through", "512", "--for-good", "--yes", "--json")
    assert (again.status, again.json["removed"], again.json["files"]) == (0, 2, 5)
    assert pruned("audit", "--views", "--json").json["ok"]
    none = pruned("prune", "--through", "512", "--for-good", "--yes", "--json")
    assert none.json == again.json
    # An event that came again after its name was pruned is refused like any late one.
    refused = pruned.record(collected(CLOSED[0]))
    assert [row["code"] for row in refused["rejections"]] == ["erased-subject"]
    assert pruned("audit", "--json").json["ok"]


def test_bundles_are_gone_and_every_proof_holds(
    ledger: Cli, verifier: Verifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ledger.folder)
    key = ledger("log", "keys", "--json").json["keys"][-1]
    for position in (1, 200):
        assert ledger("prove", str(position), "--entry", f"{position}.entry").status == 0
    early = (ledger.folder / "1.tlog-proof").read_bytes()
    assert "000" in bundles(ledger)
    assert ledger(*PRUNE, "--yes").status == 0
    assert ledger("publish", "--once").status == 0
    assert "000" not in bundles(ledger)
    assert (
        ledger.folder / "data" / "tlog" / "main" / "minimum-index"
    ).read_text() == f"{THROUGH}\n"
    for position in (1, 200):
        name = f"{position}.tlog-proof"
        Path(name).unlink()
        assert ledger("prove", str(position)).status == 0
        entry = Path(f"{position}.entry").read_bytes()
        for proof in (Path(name).read_bytes(), *([early] if position == 1 else [])):
            verify_entry(parse_proof(proof), entry, [parse_verifier_key(key)])
            assert verifier([{"do": "proof", "file": proof, "entry": entry, "log": key}]) == ["ok"]


def test_the_entry_of_what_stayed_and_the_certificate_of_an_old_erasure_are_still_made(
    ledger: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their bundles are gone: the row of the database is what was signed."""
    monkeypatch.chdir(ledger.folder)
    key = ledger("log", "keys", "--json").json["keys"][-1]
    # Not by `history`: a read is an event of the file, which then stays whole.
    erased = str(1 + types_of(ledger).index("personal-data-erased"))
    assert ledger("certificate", "write", erased, "--output", "before").status == 0
    assert ledger(*PRUNE, "--yes").status == 0
    assert int(erased) < THROUGH
    assert ledger("certificate", "write", erased, "--output", "after").status == 0
    assert ledger("certificate", "verify", "after", "--key", key).status == 0
    assert ledger("prove", erased, "--entry", "entry", "--output", "proof").status == 0
    assert ledger("verify", "proof", "--entry", "entry", "--key", key).status == 0
    gone = ledger("prove", "1", "--entry", "gone")
    assert (gone.status, "event 1 was pruned" in gone.err) == (1, True)
    assert not Path("gone").exists()
    with psycopg.connect(ledger.url) as connection:
        connection.execute("ALTER TABLE ledger_main.events DISABLE TRIGGER USER")
        connection.execute(
            "UPDATE ledger_main.events SET recorded_at = recorded_at + interval '1 second'"
            " WHERE notification_id = %s",
            [erased],
        )
    changed = ledger("prove", erased, "--entry", "changed")
    assert (changed.status, "than was signed" in changed.err) == (1, True)


MANY = (
    "register",
    "findings",
    "request list",
    "complaint list",
    "incident list",
    "disclosures",
    "transfers",
)
"""Questions about many persons; the last two take a period, and no position."""


def told_of(ledger: Cli) -> int:
    """Position of the event of the latest pruning."""
    return int(ledger(*PRUNE, "--yes", "--json").json["position"])


def recorded_before(ledger: Cli, position: int) -> str:
    """A time by which all before a position was recorded, and nothing from there on."""
    with psycopg.connect(ledger.url) as connection:
        row = connection.execute(
            "SELECT recorded_at - interval '1 microsecond' FROM ledger_main.events"
            " WHERE notification_id = %s",
            [position],
        ).fetchone()
    assert row
    return str(row[0].isoformat())


def test_an_answer_about_many_between_the_position_and_the_pruning_says_what_is_missing(
    pruned: Cli,
) -> None:
    told, missing = told_of(pruned), f"files that were closed by position {THROUGH} were pruned"
    before = [
        ("--at-position", str(THROUGH)),
        ("--at-position", str(told - 1)),
        ("--recorded-by", recorded_before(pruned, told)),
        ("--recorded-by", recorded_before(pruned, told), "--at-position", str(told)),
    ]
    for question in (*MANY[:-2], "access", "lint", "notify list"):
        left = pruned(*question.split(), *before[1])
        assert missing in left.err, question
        gone = pruned(*question.split(), "--at-position", "100")
        assert (gone.status, missing in gone.err) == (1, False), question
        assert f"position {told} and later" in gone.err, question
    # These answer as of before the position too: of single events, and of who is not erased.
    for question in ("export --format ldv", "state --all", "consents --all"):
        for position in ("100", str(told - 1)):
            left = pruned(*question.split(), "--at-position", position)
            assert (left.status, missing in left.err) == (0, True), question
    for moment in before:
        assert missing in pruned("register", *moment, "--json").err, moment
        # A file that is whole tells of any time.
        assert missing not in pruned("history", LIVING, *moment, "--json").err
    for moment in ((), ("--at-position", str(told)), ("--recorded-by", "2999-01-01T00:00:00Z")):
        assert missing not in pruned("register", *moment, "--json").err, moment
    about_one = pruned("disclosures", "--subject", LIVING, "--as-of", "2024-06-01T00:00:00Z")
    assert (about_one.status, missing in about_one.err) == (0, False)


def test_after_a_later_pruning_its_event_counts(pruned: Cli) -> None:
    first = told_of(pruned)
    fill(pruned, "b", 250)
    assert pruned("erase", LIVING, "--ground", "request").status == 0
    assert pruned("publish", "--once").status == 0
    later = pruned("prune", "--through", "512", "--for-good", "--yes", "--json").json["position"]
    assert first < later
    missing = "files that were closed by position 512 were pruned"
    assert missing in pruned("register", "--at-position", str(later - 1), "--json").err
    assert missing not in pruned("register", "--at-position", str(later), "--json").err
    gone = pruned("register", "--at-position", str(THROUGH), "--json")
    assert (gone.status, f"position {later} and later" in gone.err) == (1, True)


def test_what_is_pruned_already_is_said_to_be(pruned: Cli) -> None:
    fill(pruned, "b", 250)
    done = pruned(*PRUNE, "--yes", "--json")
    for yes in ((), ("--yes",)):
        again = pruned(*PRUNE, *yes)
        assert again.status == 0
        assert f"up to position {THROUGH} everything was pruned before" in again.err
        assert "no event was removed now" in again.err
        assert b"events that were removed" in again.out
        assert b"events that go" not in again.out
        # The document is the one of the first time.
        assert pruned(*PRUNE, *yes, "--json").json == done.json


def test_what_was_done_is_told_as_done(ledger: Cli) -> None:
    shown, done = ledger(*PRUNE), ledger(*PRUNE, "--yes")
    to_go, gone = b"events that go", b"events that were removed"
    assert (to_go in shown.out, gone in shown.out) == (True, False)
    assert (to_go in done.out, gone in done.out) == (False, True)
    assert "was pruned before" not in shown.err + done.err


def test_a_time_before_it_is_answered_with_pruned(pruned: Cli) -> None:
    told, missing = told_of(pruned), f"files that were closed by position {THROUGH} were pruned"
    gone = pruned("register", "--at-position", "100", "--json")
    assert (gone.status, f"position {told} and later" in gone.err) == (1, True)
    assert missing not in gone.err, "there is no answer"
    assert pruned("register", "--recorded-by", "2020-01-01T00:00:00Z", "--json").status == 1
    # As of a time of occurrence what is left answers, and says that it is no more than that.
    for question in MANY:
        left = pruned(*question.split(), "--as-of", "2024-06-01T00:00:00Z", "--json")
        assert missing in left.err, question
    assert missing in pruned("register", "--as-of", "2024-06-01T00:00:00Z").err
    assert missing not in pruned("register").err
    # A file that is whole tells of any time.
    assert len(pruned("history", LIVING, "--at-position", "20", "--json").acts) == 2
    assert missing not in pruned("history", LIVING, "--as-of", "2024-06-01T00:00:00Z").err
    for question in ("history", "state", "consents"):
        gone = pruned(question, CLOSED[0], "--at-position", "20", "--json")
        assert (gone.status, f"position {THROUGH} and later" in gone.err) == (1, True)
        assert pruned(question, CLOSED[0], "--at-position", str(THROUGH), "--json").status == 0
        # Nothing is left of that time, although something was known of it.
        gone = pruned(question, CLOSED[0], "--as-of", "2024-06-01T00:00:00Z", "--json")
        assert (gone.status, f"position {THROUGH} and later" in gone.err) == (1, True)


OPEN = [
    pytest.param(
        "request",
        message(
            "rights-request-received",
            CLOSED[0],
            request_ref="R-1",
            right="access",
            channel="post",
            received_on="2024-02-01",
        ),
        id="request",
    ),
    pytest.param(
        "hold",
        message(
            "legal-hold-placed",
            CLOSED[0],
            hold_ref="HOLD-1",
            categories=["payment"],
            ground="civil-claim",
            review_on="2030-01-01",
        ),
        id="hold",
    ),
    pytest.param(
        "annulment",
        message("event-annulled", CLOSED[0], annuls="not-here", reason="mistake"),
        id="annulment",
    ),
]


@pytest.mark.parametrize(("reason", "event"), OPEN)
def test_what_is_open_stands_against_it(ledger: Cli, reason: str, event: dict[str, Any]) -> None:
    ledger.record(event)
    fill(ledger, "c", 300)
    assert ledger("publish", "--once").status == 0
    answer = ledger("prune", "--through", "512", "--for-good", "--yes", "--json")
    assert answer.status == 1
    assert reasons(answer.json) == [reason]
    assert answer.json["against"][0]["see"].startswith("ledger ")
    assert len(types_of(ledger)) == THROUGH


def annulled(who: str, what: str, id: str) -> dict[str, Any]:
    time = f"2026-11-24T11:0{id[-1]}:00Z"
    return message("event-annulled", who, id=id, annuls=what, reason="mistake", time=time)


def test_an_annulment_waits_until_it_is_annulled_or_nobody_can_end_it(
    ledger: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("host.site.period", lambda _name: timedelta(0))
    for who, number in (("customer/8", 1), ("customer/9", 2)):
        ledger.record(registered(who), annulled(who, "never-came", f"a-{number}"))
    ledger.record(annulled("customer/9", "a-2", "a-3"))
    for who in ("customer/8", "customer/9"):
        assert ledger("erase", who, "--ground", "request").status == 0
    fill(ledger, "c", 300)
    assert ledger("publish", "--once").status == 0
    asked = ("prune", "--through", "512", "--for-good", "--json")
    (row,) = ledger(*asked).json["against"]
    assert (row["reason"], row["reference"]) == ("annulment", "a-1")
    with open_site(settings_from({}), opens_values=False) as site:
        assert site.expire_tombstones() == 2
    assert ledger(*asked).json["against"] == []
    assert ledger(*asked, "--yes").status == 0
    views_are_what_a_rebuild_makes(ledger)
    # What it named is of a new data subject if it comes now.
    late = message("portal-account-closed", "customer/8", id="never-came")
    assert ledger.record(late)["recorded"] == 1
    views_are_what_a_rebuild_makes(ledger)


def views_are_what_a_rebuild_makes(ledger: Cli) -> None:
    followed = ledger("audit", "--views", "--json").json
    assert followed["ok"], followed["findings"]
    rebuilt = ledger("rebuild", "--json")
    assert (rebuilt.status, [row["ok"] for row in rebuilt.json["views"]]) == (
        0,
        [True] * len(VIEWS),
    )


def test_the_period_and_the_checkpoint_stand_against_it(
    ledger: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.undo()
    ledger.set(DATABASE_URL=ledger.url)
    ledger.set(KEY_DIR=str(ledger.folder / "keys"), DATA_DIR=str(ledger.folder / "data"))
    fill(ledger, "d", 300)
    answer = ledger("prune", "--through", "512", "--for-good", "--yes", "--json")
    assert reasons(answer.json) == ["not-published", "period"]
    # A checkpoint must reach beyond the prefix. What is possible is said; no command shows more of a period.
    published, period = answer.json["against"]
    size = ledger("checkpoint", "--json").json["size"]
    assert (published["position"], published["see"]) == (size - 1, "ledger checkpoint")
    assert (period["position"], period["see"]) == (0, None)


def test_an_archive_must_be_proven(ledger: Cli) -> None:
    address = str(ledger.folder / "archive")
    asked = ("prune", "--through", "256", "--archive", address, "--json")
    (missing,) = ledger(*asked).json["against"]
    assert (missing["reason"], missing["reference"]) == ("no-archive", address)
    assert ledger("archive", address, "--segment", "256").status == 0
    (segment,) = Path(address, "segments").iterdir()
    content = segment.read_bytes()
    segment.write_bytes(content[:-1])
    (unproven,) = ledger(*asked).json["against"]
    assert (unproven["reason"], unproven["see"]) == ("archive", f"ledger audit --archive {address}")
    segment.write_bytes(content)
    assert ledger(*asked).json["against"] == []
    assert ledger(*asked, "--yes").status == 0
    assert ledger("audit", "--archive", address, "--json").json["ok"]
    fill(ledger, "e", 256)
    assert ledger("publish", "--once").status == 0
    assert ledger("archive", address).status == 0
    assert ledger("audit", "--archive", address, "--json").json["ok"]


def test_an_archive_of_another_ledger_is_named_as_one(ledger: Cli) -> None:
    address = ledger.folder / "archive"
    assert ledger("archive", str(address), "--segment", "256").status == 0
    manifest = address / "archive.json"
    origin = ledger("checkpoint", "--json").json["origin"]
    manifest.write_text(manifest.read_text().replace(origin, "example.org/log"))
    asked = ledger("prune", "--through", "256", "--archive", str(address), "--json")
    assert reasons(asked.json) == ["another-archive"]


def test_an_archive_of_an_earlier_log_does_not_count(ledger: Cli, elsewhere: str) -> None:
    copies = back_up(ledger)
    fill(ledger, "w", 250)
    assert ledger("publish", "--once").status == 0
    address = str(ledger.folder / "archive")
    assert ledger("archive", address, "--segment", "256").status == 0
    # The log is lost, the ledger goes on with the same key, and with other events than were archived.
    ledger.url = elsewhere
    ledger.set(LOG_DIR=str(ledger.folder / "log"), LOG_ORIGIN="example.org/log")
    ledger.set(DATABASE_URL=elsewhere)
    ledger("restore", copies[0], "--keys", copies[1])
    fill(ledger, "v", 250)
    assert ledger("publish", "--once").status == 0
    assert ledger("audit", "--archive", address, "--json").json["size"] == 512
    asked = ledger("prune", "--through", "512", "--archive", address, "--yes", "--json")
    (another,) = asked.json["against"]
    assert another["reason"] == "another-archive"
    assert (another["reference"], another["see"]) == (address, f"ledger archive {address}")
    assert "is of the log" in ledger("archive", address).err
    spark = ledger("rebuild", "--engine", "spark", "--archive", address)
    assert (spark.status, "is of the log" in spark.err) == (2, True)


class _PrunedMeanwhile(Here):
    """Folds what was there before; when it is done, a cut is made."""

    def blocks(self, goals: Sequence[Goal], contents: Sequence[Content]) -> Iterator[StreamBlock]:
        made = list(super().blocks(goals, contents))
        with open_site(settings_from({}), opens_values=False) as site:
            pruning.prune(site, pruning.planned(site, THROUGH, None))
        yield from made


def test_a_rebuild_during_a_cut_changes_no_view(ledger: Cli) -> None:
    assert ledger("project", "--once").status == 0
    with open_site(settings_from({}), opens_values=False) as site:
        session = site.session("projector")
        folds = _PrunedMeanwhile(session, [OFFICE])
        with pytest.raises(Overtaken, match="run `ledger rebuild` again"):
            rebuild_all(session, site.ledger, VIEWS, [OFFICE], folds)
    assert ledger("audit", "--views", "--json").json["ok"]


def test_the_index_of_completeness_has_the_prefix_first(ledger: Cli) -> None:
    index = ledger.folder / "data" / "tlog" / "main.completeness" / "index"
    shutil.rmtree(index)
    refused = ledger(*PRUNE, "--yes", "--json")
    assert (refused.status, refused.json["position"]) == (1, None)
    assert {"reason": "completeness", "position": 0, "see": "ledger publish --once"}.items() <= (
        refused.json["against"][0].items()
    )
    fill(ledger, "i", 250)
    assert ledger("publish", "--once").status == 0
    assert ledger(*PRUNE, "--yes").status == 0
    # What is gone cannot be looked at again: an index that is lost by now stops no later cut.
    shutil.rmtree(index)
    later = ledger("prune", "--through", "512", "--for-good", "--json").json
    assert "completeness" not in reasons(later)


def test_one_says_what_becomes_of_the_entries(ledger: Cli) -> None:
    assert "--for-good" in ledger("prune", "--through", "256").err
    both = ledger("prune", "--through", "256", "--for-good", "--archive", "x")
    assert (both.status, "not both" in both.err) == (2, True)
    assert ledger("prune", "--through", "255", "--for-good").status == 2


def test_a_position_that_the_ledger_has_not_reached_is_refused(ledger: Cli) -> None:
    with open_site(settings_from({}), opens_values=False) as site:
        head = head_position(site.session("reader"))
    beyond = ledger("prune", "--through", str(head + 1), "--for-good")
    assert (beyond.status, f"the ledger ends at position {head}" in beyond.err) == (2, True)
    assert ledger("prune", "--through", str(head), "--for-good", "--json").json["against"] == []


def test_why_nothing_would_go_is_told(
    program: Cli, embedded_templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    def young(cli: Cli) -> None:
        cli.record(recipient("Incasso BV"), registered("customer/8"), disclosed("customer/8"))
        fill(cli, "a", 300)
        assert cli("publish", "--once").status == 0

    def why() -> list[tuple[str, str | None]]:
        answer = program("prune", "--through", "256", "--for-good", "--json").json
        return [(row["reason"], row["see"]) for row in answer["against"]]

    monkeypatch.setattr(pruning, "period", lambda _name: timedelta(0))
    with worked_in(program, embedded_templates, "nothing_to_prune", young):
        assert why() == [("nothing-closed", "ledger retention due")]
        # Something is open in the one file that is erased; and when it was ended, that is newer.
        assert program("erase", "customer/8", "--ground", "request").status == 0
        assert why() == [("closed-later", None)]
        told = ("notify", "record", "customer/8", "incasso", "--action=erasure")
        assert program(*told).status == 0
        assert program("publish", "--once").status == 0
        assert why() == [("closed-later", None)]
        assert program("erase", "customer/a1", "--ground", "retention").status == 0
        assert why() == [("not-published-erasure", "ledger publish --once")]
        assert program("publish", "--once").status == 0
        assert why() == []
        assert program("prune", "--through", "256", "--for-good", "--yes").status == 0


def test_an_order_of_two_persons(ledger: Cli) -> None:
    ledger.set(FOUR_EYES="pruning", READER="employee/7")
    assert ledger(*PRUNE, "--yes").status == 1
    assert len(types_of(ledger)) == THROUGH
    ledger.set(READER="employee/9")
    assert ledger(*PRUNE, "--yes").status == 0
    assert len(types_of(ledger)) < THROUGH


def test_a_backup_made_after_it_comes_back(pruned: Cli, elsewhere: str) -> None:
    copies = back_up(pruned)
    fill(pruned, "f", 5)
    assert pruned("publish", "--once").status == 0
    restored = restore(pruned, copies, elsewhere)
    assert (restored["findings"], restored["reimported"] > 0) == (0, True)
    assert pruned("audit", "--views", "--json").json["ok"]


def restored_like_itself(ledger: Cli, copies: tuple[str, str], elsewhere: str) -> None:
    """Restore elsewhere: the same events are left there, and the audit finds nothing."""
    left = types_of(ledger)
    assert restore(ledger, copies, elsewhere)["findings"] == 0
    ledger.url = elsewhere
    assert types_of(ledger) == left
    assert ledger("audit", "--views", "--json").json["ok"]


def test_a_backup_made_before_it_is_pruned_again(ledger: Cli, elsewhere: str) -> None:
    copies = back_up(ledger)
    assert ledger(*PRUNE, "--yes").status == 0
    assert ledger("publish", "--once").status == 0
    restored_like_itself(ledger, copies, elsewhere)


@pytest.mark.parametrize(
    "told", [{"removed": 7}, {"kept": 9}, {"kept_sha256": "5" * 64}], ids=["removed", "kept", "sum"]
)
def test_a_copy_of_which_other_rows_would_stay_than_the_event_says_is_not_pruned(
    ledger: Cli, elsewhere: str, monkeypatch: pytest.MonkeyPatch, told: dict[str, Any]
) -> None:
    copies, before, read = back_up(ledger), types_of(ledger), cutting.recorded_prunings
    assert ledger(*PRUNE, "--yes").status == 0
    assert ledger("publish", "--once").status == 0
    monkeypatch.setattr(
        pruning,
        "recorded_prunings",
        lambda *asked: [(at, msgspec.structs.replace(one, **told)) for at, one in read(*asked)],
    )
    ledger.set(DATABASE_URL=elsewhere)
    assert ledger("restore", copies[0], "--keys", copies[1], "--json").json["findings"] > 0
    ran = ledger(*PRUNE, "--yes")
    assert (ran.status, "nothing was removed, see `ledger audit`" in ran.err) == (1, True)
    ledger.url = elsewhere
    assert types_of(ledger)[: len(before)] == before


def test_a_backup_that_needs_pruned_bundles_is_refused(tmp_path: Path) -> None:
    folder = LogFolder(tmp_path)
    folder.prune(THROUGH)
    check_entries_there(folder, THROUGH + 1)
    with pytest.raises(Halt, match="restore a backup that was made after that"):
        check_entries_there(folder, THROUGH)


def log_of(ledger: Cli) -> Path:
    return ledger.folder / "data" / "tlog" / "main"


def test_a_folder_that_was_lost_is_made_again(pruned: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(pruned, "l", 20)
    assert pruned("publish", "--once").status == 0
    lost = log_of(pruned).rename(pruned.folder / "lost")
    assert pruned("publish", "--once").status == 2
    # To give the command again says what is missing, and leaves nothing behind.
    again = pruned(*PRUNE, "--yes")
    assert (again.status, "`ledger log rebuild`" in again.err) == (2, True)
    assert [path.name for path in log_of(pruned).iterdir()] == ["publisher.lock"]
    assert pruned("log", "rebuild").status == 0
    # Partial tiles of smaller trees are left in the folder that was lost, and nothing reads them.
    tiles = [path for path in log_of(pruned).glob("tile/[0-9]/**/*") if path.is_file()]
    assert {path.name for path in tiles} >= {"000"}
    for tile in tiles:
        assert tile.read_bytes() == (lost / tile.relative_to(log_of(pruned))).read_bytes()
    assert (log_of(pruned) / "minimum-index").read_text() == f"{THROUGH}\n"
    assert "000" not in bundles(pruned)
    assert pruned("audit", "--views", "--json").json["ok"]
    assert pruned(*PRUNE, "--yes").status == 0
    fill(pruned, "m", 20)
    assert pruned("publish", "--once").status == 0
    assert pruned("audit", "--json").json["ok"]
    monkeypatch.chdir(pruned.folder)
    assert pruned("prove", "1").status == 0


def test_a_backup_from_before_the_log_was_made_again(ledger: Cli, elsewhere: str) -> None:
    """It knows of checkpoints that were lost with the folder: the log is made once more."""
    assert ledger(*PRUNE, "--yes").status == 0
    assert ledger("publish", "--once").status == 0
    copies = back_up(ledger)
    log_of(ledger).rename(ledger.folder / "lost")
    assert ledger("log", "rebuild").status == 0
    ledger.url = elsewhere
    ledger.set(DATABASE_URL=elsewhere)
    restored = ledger("restore", copies[0], "--keys", copies[1], "--json")
    assert (restored.status, restored.json["findings"]) == (1, 1)
    assert kinds_found(ledger) == {"checkpoint"}
    assert ledger("publish", "--once").status == 0
    log_of(ledger).rename(ledger.folder / "made-again")
    assert ledger("log", "rebuild").status == 0
    audit = ledger("audit", "--views", "--json").json
    assert audit["ok"], audit["findings"]


def test_an_old_copy_of_the_folder_grows_by_the_hashes(pruned: Cli) -> None:
    log_of(pruned).rename(pruned.folder / "lost")
    (pruned.folder / "early").rename(log_of(pruned))
    again = pruned(*PRUNE, "--yes")
    assert (again.status, "`ledger publish` first" in again.err) == (2, True)
    assert pruned("publish", "--once").status == 0
    assert (log_of(pruned) / "minimum-index").read_text() == f"{THROUGH}\n"
    assert "000" not in bundles(pruned)
    audit = pruned("audit", "--json").json
    assert audit["ok"], audit["findings"]


def test_a_new_log_begins_with_the_hashes(pruned: Cli) -> None:
    pruned.set(LOG_DIR=str(pruned.folder / "new"), LOG_ORIGIN="example.org/new")
    ran = pruned("publish", "--once", "--json")
    # The new log has no index of the entries that are gone. It follows from entries: the old one serves.
    assert (ran.status, "the index of completeness lacks it" in ran.err) == (1, True)
    assert ran.json["size"] > THROUGH
    index = pruned.folder / "data" / "tlog" / "main.completeness" / "index"
    shutil.copytree(index, pruned.folder / "new" / "main.completeness" / "index")
    assert pruned("publish", "--once").status == 0
    audit = pruned("audit", "--json").json
    assert audit["ok"], audit["findings"]
    (least,) = (pruned.folder / "new").rglob("minimum-index")
    assert least.read_text() == f"{THROUGH}\n"
    assert pruned("prove", "1").status == 0


def test_no_log_begins_with_hashes_that_were_changed(pruned: Cli) -> None:
    tampered(pruned, TAMPERED["a hash changed"][0])
    log_of(pruned).rename(pruned.folder / "lost")
    rebuilt = pruned("log", "rebuild")
    assert (rebuilt.status, "make up another tree" in rebuilt.err) == (1, True)
    assert not (log_of(pruned) / "checkpoint").exists()


def test_another_log_is_told(pruned: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    told = cutting.recorded_prunings
    other = base64.b64encode(bytes(32)).decode()
    monkeypatch.setattr(
        pruning,
        "recorded_prunings",
        lambda *place: [(at, msgspec.structs.replace(one, root=other)) for at, one in told(*place)],
    )
    again = pruned(*PRUNE, "--yes")
    assert (again.status, "is not the log whose entries were pruned" in again.err) == (1, True)


FIRST = "(SELECT min(notification_id) FROM ledger_main.events)"
# What is done behind the program's back, and the kinds of what the audit finds.
TAMPERED = {
    "another entry removed": (
        f"DELETE FROM ledger_main.events WHERE notification_id = {FIRST}",
        {"event-id", "pruned"},
    ),
    "a pruning that no event tells of": (
        "UPDATE ledger_main.prunings SET through = 512",
        {"pruned"},
    ),
    "the pruning is gone": ("DELETE FROM ledger_main.prunings", {"pruned"}),
    "a name changed": (
        f"UPDATE ledger_main.event_ids SET fingerprint = 'x' WHERE position = {FIRST}",
        {"pruned"},
    ),
    "an entry changed": (
        f"UPDATE ledger_main.events SET state = state || 'x' WHERE notification_id = {FIRST}",
        {"pruned", "leaf", "state"},
    ),
    "a hash changed": (
        "UPDATE ledger_main.pruned_leaves SET hashes = set_byte(hashes, 0, get_byte(hashes, 0) # 1)",
        {"pruned"},
    ),
    "the hash of an entry that is left changed": (
        "UPDATE ledger_main.pruned_leaves SET hashes ="
        f" set_byte(hashes, 32 * ({FIRST} - 1)::int, get_byte(hashes, 32 * ({FIRST} - 1)::int) # 1)",
        {"pruned"},
    ),
    "hashes removed": ("DELETE FROM ledger_main.pruned_leaves", {"pruned"}),
    "hashes added": (
        "INSERT INTO ledger_main.pruned_leaves SELECT 257, hashes FROM ledger_main.pruned_leaves",
        {"pruned"},
    ),
}


def tampered(ledger: Cli, change: str) -> None:
    with psycopg.connect(ledger.url) as connection:
        for table in ("events", "event_ids", "prunings", "pruned_leaves"):
            connection.execute(f"ALTER TABLE ledger_main.{table} DISABLE TRIGGER USER".encode())
        connection.execute(change.encode())


def kinds_found(ledger: Cli) -> set[str]:
    with known_catalogue():
        return {row["kind"] for row in ledger("audit", "--json").json["findings"]}


@pytest.mark.parametrize("change", TAMPERED)
def test_tampering_with_what_is_left_is_found(pruned: Cli, change: str) -> None:
    statement, kinds = TAMPERED[change]
    tampered(pruned, statement)
    assert kinds_found(pruned) - {"catalogue"} == kinds


def forged_tile(ledger: Cli) -> None:
    tile = log_of(ledger) / "tile" / "0" / "000"
    content = bytearray(tile.read_bytes())
    content[0] ^= 1
    tile.write_bytes(content)


def test_tampering_with_a_tile_of_the_prefix_is_found(pruned: Cli) -> None:
    forged_tile(pruned)
    assert kinds_found(pruned) == {"tile"}


def test_a_hash_and_a_tile_that_were_changed_alike_are_found(pruned: Cli) -> None:
    forged_tile(pruned)
    tampered(pruned, TAMPERED["a hash changed"][0])
    assert kinds_found(pruned) - {"catalogue"} == {"promise", "pruned", "root", "tile"}


def test_a_tile_that_was_changed_is_not_taken_for_the_hashes(ledger: Cli) -> None:
    before = types_of(ledger)
    with open_site(settings_from({}), opens_values=False) as site:
        plan = pruning.planned(site, THROUGH, None)
        forged_tile(ledger)
        with pytest.raises(Halt, match="make up another tree than was signed"):
            pruning.prune(site, plan)
    assert types_of(ledger) == before


def test_a_file_that_is_opened_again_while_a_cut_waits_stays_whole(
    ledger: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others may write until the head is locked, so what is closed is looked at behind that."""
    before, lock = types_of(ledger), lock_head

    def meanwhile(session: Session) -> Head:
        monkeypatch.setattr(cutting, "lock_head", lock)
        ledger.record(message("portal-account-closed", CLOSED[0]))
        return lock(session)

    with open_site(settings_from({}), opens_values=False) as site:
        plan = pruning.planned(site, THROUGH, None)
        monkeypatch.setattr(cutting, "lock_head", meanwhile)
        with pytest.raises(Overtaken, match="has a new event"):
            pruning.prune(site, plan)
    assert types_of(ledger) == before
    assert ledger("audit", "--views", "--json").json["ok"]


def test_two_cuts_at_once(ledger: Cli) -> None:
    fill(ledger, "x", 300)
    assert ledger("publish", "--once").status == 0
    with open_site(settings_from({}), opens_values=False) as site:
        first, later = (pruning.planned(site, through, None) for through in (THROUGH, 512))
        assert pruning.prune(site, later).through == 512
        for plan in (first, later):
            with pytest.raises(Overtaken, match="pruned meanwhile"):
                pruning.prune(site, plan)
    assert ledger("audit", "--views", "--json").json["ok"]


def test_a_cut_that_was_planned_before_another_goes_on_from_it(ledger: Cli, elsewhere: str) -> None:
    fill(ledger, "y", 300)
    assert ledger("publish", "--once").status == 0
    copies = back_up(ledger)
    with open_site(settings_from({}), opens_values=False) as site:
        first, later = (pruning.planned(site, through, None) for through in (THROUGH, 512))
        pruning.prune(site, first)
        assert pruning.prune(site, later).removed == later.answer.removed - first.answer.removed
    assert ledger("publish", "--once").status == 0
    assert ledger("audit", "--views", "--json").json["ok"]
    # A copy from before both is pruned twice.
    assert restore(ledger, copies, elsewhere)["findings"] == 0
    ledger.url = elsewhere
    assert ledger("audit", "--views", "--json").json["ok"]


def prune_more(site: Site, plan: pruning.PruningPlan, streams: Sequence[UUID]) -> None:
    """What a program does that keeps to every rule of the database, and removes more than is closed."""
    cut = msgspec.structs.replace(plan.cut, closed=[*plan.cut.closed, *streams])
    pruning.prune(site, msgspec.structs.replace(plan, cut=cut))


def files_found(ledger: Cli) -> int:
    """Of how many files the audit says that more is gone than was to go; it finds nothing else."""
    found = ledger("audit", "--json").json["findings"]
    assert {row["kind"] for row in found} <= {"pruned"}
    assert all("no pruning was to remove" in row["detail"] and row["position"] for row in found)
    return len(found)


def test_a_pruner_that_removed_what_was_not_closed_is_found(ledger: Cli) -> None:
    with open_site(settings_from({}), opens_values=False) as site:
        plan = pruning.planned(site, THROUGH, None)
        with psycopg.connect(ledger.url) as connection:
            rows = connection.execute(
                "SELECT originator_id FROM ledger_main.events GROUP BY originator_id"
                " HAVING max(notification_id) <= %s AND count(*) = 2",
                [THROUGH],
            ).fetchall()
        assert rows
        prune_more(site, plan, [stream for (stream,) in rows])
    assert files_found(ledger) == len(rows)


def test_a_pruner_that_removed_of_a_person_who_was_erased_in_part_is_found(ledger: Cli) -> None:
    assert ledger("erase", LIVING, "--category", "contact", "--ground", "request").status == 0
    assert ledger("publish", "--once").status == 0
    with open_site(settings_from({}), opens_values=False) as site:
        plan = pruning.planned(site, THROUGH, None)
        with psycopg.connect(ledger.url) as connection:
            (living,) = connection.execute(
                "SELECT originator_id FROM ledger_main.events GROUP BY originator_id"
                " HAVING count(*) = 4 AND max(notification_id) > %s",
                [THROUGH],
            ).fetchall()
        prune_more(site, plan, list(living))
    assert files_found(ledger) == 1
    assert ledger("erase", LIVING, "--ground", "request").status == 0
    # Who is erased wholly after it was not erased by then.
    assert files_found(ledger) == 1


def test_a_pruner_that_removed_of_an_erased_person_whose_file_was_not_closed_is_found(
    ledger: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The program itself refuses it: something came after the prefix that is no account of an erasure."""
    with open_site(settings_from({}), opens_values=False) as site:
        plan = pruning.planned(site, THROUGH, None)
        opener = Opener(site.session("reader"), site.provider, site.ledger)
        newer = [period.subject for period in opener.periods(NEWER)]
        with pytest.raises(Overtaken, match="has a new event"):
            prune_more(site, plan, newer)
        monkeypatch.setattr(cutting, "_check_still_closed", lambda *_: None)
        prune_more(site, plan, newer)
    assert files_found(ledger) == 1
    # What is found stands against a later cut, by which the file is closed: that would leave no sign.
    fill(ledger, "q", 250)
    assert ledger("publish", "--once").status == 0
    assert reasons(ledger("prune", "--through", "512", "--for-good", "--json").json)[-1] == "audit"


def test_a_pruner_that_removed_what_came_after_an_earlier_pruning_is_found(
    ledger: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The earlier one was to remove of this file what came before its last event, and nothing newer."""
    assert ledger(*PRUNE, "--yes").status == 0
    came_later = ("portal-account-closed", CLOSED[0])
    ledger.record(message(*came_later), message(*came_later))
    fill(ledger, "q", 250)
    ledger.record(message(*came_later))
    assert ledger("publish", "--once").status == 0
    monkeypatch.setattr(cutting, "_check_still_closed", lambda *_: None)
    with open_site(settings_from({}), opens_values=False) as site:
        plan = pruning.planned(site, 512, None)
        opener = Opener(site.session("reader"), site.provider, site.ledger)
        prune_more(site, plan, [period.subject for period in opener.periods(CLOSED[0])])
    assert files_found(ledger) == 1


@pytest.mark.parametrize("number", [7, 9])
def test_a_pruner_that_says_another_number_is_found(
    ledger: Cli, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    removed = cutting._removed
    monkeypatch.setattr(
        cutting, "_removed", lambda *asked: msgspec.structs.replace(removed(*asked), removed=number)
    )
    assert ledger(*PRUNE, "--yes").status == 0
    (finding,) = ledger("audit", "--json").json["findings"]
    told = f"8 entries are gone, and events say that {number} were removed"
    assert told in finding["detail"]


@pytest.mark.parametrize("type", ACCOUNT)
def test_the_guard_knows_every_type_of_the_account(type: str) -> None:
    guards = files("ledger") / "sql" / "migrations" / "0003_guards.sql"
    assert f"'{type}'" in guards.read_text("utf-8")


def test_entries_go_before_the_account_of_a_late_erasure(ledger: Cli, elsewhere: str) -> None:
    """Where retention erases after the period, the entries are old enough, and the account stays."""
    copies = back_up(ledger)
    assert ledger("erase", LIVING, "--ground", "retention").status == 0
    # An erasure that no checkpoint covers does not count yet.
    assert ledger(*PRUNE, "--json").json["files"] == 4
    assert ledger("publish", "--once").status == 0
    before = types_of(ledger)
    done = ledger(*PRUNE, "--yes", "--json").json
    assert (done["files"], done["removed"]) == (5, 10)
    assert len(before) - len(types_of(ledger)) == 10
    names = [line["type"].split(".")[3] for line in ledger("history", LIVING, "--json").acts]
    assert names == ["erasure-decided", "personal-data-erased"]
    assert ledger("state", LIVING, "--json").json["status"] == "erased"
    the_past_of_a_pruned_file(ledger, LIVING)
    assert ledger("rebuild", "--json").status == 0
    assert ledger("publish", "--once").status == 0
    audit = ledger("audit", "--views", "--json").json
    assert audit["ok"], audit["findings"]
    assert ledger(*PRUNE, "--yes", "--json").json == done
    restored_like_itself(ledger, copies, elsewhere)


def the_past_of_a_pruned_file(ledger: Cli, who: str) -> None:
    """Until the erasure that closed it a file held more than is left of it, also after the cut's position."""
    erased = ledger("history", who, "--json").acts[-1]
    last = erased["position"]
    assert last - 1 > THROUGH
    before = (
        ("--at-position", "20"),
        ("--at-position", str(last - 1)),
        ("--recorded-by", "2020-01-01T00:00:00Z"),
        ("--as-of", "2025-01-01T00:00:00Z"),
    )
    for question in (("history",), ("state",), ("consents",), ("report", "access")):
        for moment in before:
            if question[0] != "report" or moment[0] == "--at-position":
                gone = ledger(*question, who, *moment, "--json")
                assert (gone.status, f"position {last} and later" in gone.err) == (1, True), gone
    assert ledger("history", who, "--at-position", str(last), "--json").acts[-1] == erased
    # Of a file that closed before the end of the cut, each moment after that end is told.
    known = ledger("history", CLOSED[0], "--as-of", erased["occurred_at"], "--json")
    assert [line["type"].split(".")[3] for line in known.acts][-1] == "personal-data-erased"


def test_recipients_who_are_still_to_be_told_keep_one_file_alone(ledger: Cli) -> None:
    """A request of last week stands against no cut: its file stays whole until a later one."""
    ledger.record(recipient("Incasso BV"), registered("customer/8"), disclosed("customer/8"))
    fill(ledger, "n", 300)
    assert ledger("erase", "customer/8", "--ground", "request").status == 0
    assert ledger("publish", "--once").status == 0
    asked = ("prune", "--through", "512", "--for-good", "--json")
    plan = ledger(*asked).json
    assert (plan["against"], plan["files"]) == ([], 5)
    told = ledger("notify", "record", "customer/8", "incasso", "--action=erasure", "--json")
    assert told.status == 0, told.err
    assert ledger("publish", "--once").status == 0
    assert ledger(*asked, "--yes").json["files"] == 5
    audit = ledger("audit", "--views", "--json").json
    assert audit["ok"], audit["findings"]


def asked_with_an_open_notification(ledger: Cli) -> tuple[str, ...]:
    """A cut that reaches beyond an erasure of which a recipient was never told."""
    ledger.record(recipient("Incasso BV"), registered("customer/8"), disclosed("customer/8"))
    assert ledger("erase", "customer/8", "--ground", "request").status == 0
    fill(ledger, "n", 300)
    assert ledger("publish", "--once").status == 0
    return ("prune", "--through", "512", "--for-good", "--json")


def test_a_recipient_who_must_still_be_told_is_named_with_what_ends_it(ledger: Cli) -> None:
    asked = asked_with_an_open_notification(ledger)
    (task,) = ledger("notify", "list", "--json").json["tasks"]
    answer = ledger(*asked, "--yes").json
    (row,) = answer["against"]
    assert (row["reason"], row["reference"], row["change"]) == (
        "notification",
        task["recipient"],
        "erasure",
    )
    assert row["data_subject"] == task["data_subject"]
    assert row["see"] == "ledger notify record SUBJECT incasso --action erasure"
    assert row["data_subject"] in ledger("prune", "--through", "512", "--for-good").out.decode()
    end = row["see"].replace("SUBJECT", "customer/8").split()[1:]
    assert ledger(*end).status == 0
    assert ledger("publish", "--once").status == 0
    ended = ledger(*asked).json
    assert (ended["against"], ended["untold"]) == ([], [])


def test_a_recipient_whom_nobody_can_tell_any_more_stops_no_cut(
    ledger: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tombstone is past its date: the ledger no longer knows by which reference the person is meant."""
    monkeypatch.setattr("host.site.period", lambda _name: timedelta(0))
    asked = asked_with_an_open_notification(ledger)
    (task,) = ledger("notify", "list", "--json").json["tasks"]
    with open_site(settings_from({}), opens_values=False) as site:
        assert site.expire_tombstones() == 1
    ended = ledger("notify", "record", "customer/8", "incasso", "--action=erasure")
    assert ended.status == 1
    plan = ledger(*asked).json
    assert plan["against"] == []
    assert plan["untold"] == [
        {"recipient": "incasso", "change": "erasure", "data_subject": task["data_subject"]}
    ]
    assert task["data_subject"] in ledger("prune", "--through", "512", "--for-good").out.decode()
    done = ledger(*asked, "--yes")
    assert (done.status, done.json["untold"]) == (0, plan["untold"])
    assert ledger("notify", "list", "--json").json["tasks"] == []
    views_are_what_a_rebuild_makes(ledger)


def test_no_pruner_removes_an_account_of_an_erasure(
    ledger: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = types_of(ledger)
    monkeypatch.setattr(cutting, "ACCOUNT", ())
    with open_site(settings_from({}), opens_values=False) as site:
        plan = pruning.planned(site, THROUGH, None)
        monkeypatch.setattr(cutting, "_check_still_closed", lambda *_: None)
        with pytest.raises(Conflict, match="an account of an erasure stays"):
            pruning.prune(site, plan)
    assert types_of(ledger) == before


def test_an_account_of_an_erasure_that_is_gone_is_found(
    ledger: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where the owner took the guard away: the rest is as a pruning that says so leaves it."""
    decided = {name for name in ACCOUNT if "erasure-decided" in name}
    assert decided
    monkeypatch.setattr(cutting, "ACCOUNT", tuple({*ACCOUNT} - decided))
    tampered(ledger, "SELECT")
    with open_site(settings_from({}), opens_values=False) as site:
        plan = pruning.planned(site, THROUGH, None)
        with known_catalogue():
            pruning.prune(site, plan)
    assert "erasure-decided" not in types_of(ledger)[-8:-2]
    with known_catalogue():
        found = ledger("audit", "--json").json["findings"]
    found = [row for row in found if row["kind"] != "catalogue"]
    assert {row["kind"] for row in found} == {"pruned"}
    assert all("account of an erasure" in row["detail"] for row in found)
    assert len(found) == len(CLOSED)


def test_of_two_cuts_in_parallel_one_is_made(ledger: Cli) -> None:
    fill(ledger, "p", 300)
    assert ledger("publish", "--once").status == 0
    begin, ends = Barrier(2), list[object]()

    def made(site: Site, plan: pruning.PruningPlan) -> None:
        begin.wait()
        try:
            ends.append(pruning.prune(site, plan).through)
        except Overtaken as error:
            ends.append(str(error))

    with (
        open_site(settings_from({}), opens_values=False) as first,
        open_site(settings_from({}), opens_values=False) as second,
    ):
        plans = [(first, THROUGH), (second, 512)]
        threads = [
            Thread(target=made, args=(site, pruning.planned(site, through, None)))
            for site, through in plans
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(ends) == 2
    assert ledger("audit", "--views", "--json").json["ok"]


REFUSED = {
    "an event of it": "DELETE FROM ledger_main.events WHERE notification_id <= 256",
    "a name of it": "DELETE FROM ledger_main.event_ids WHERE position <= 256",
    "an event behind it": "INSERT INTO ledger_main.prunings (through) VALUES (512);"
    " DELETE FROM ledger_main.events WHERE notification_id = 600",
    "a prefix of which a name tells, and no event": "INSERT INTO ledger_main.prunings (through)"
    " VALUES (512); DELETE FROM ledger_main.events WHERE notification_id = 300;"
    " INSERT INTO ledger_main.event_ids (name, fingerprint, generation, position) VALUES"
    " (encode(substr(sha256(convert_to('urn:processing-ledger:pruning' || chr(10) || 'through.512',"
    " 'UTF8')), 1, 16), 'hex')::uuid,"
    " '', -1, 100000)",
    "hashes of it": "UPDATE ledger_main.pruned_leaves SET hashes = hashes",
    "hashes of another prefix": "INSERT INTO ledger_main.pruned_leaves"
    " SELECT 257, hashes FROM ledger_main.pruned_leaves",
    "a prefix of which no event tells": "INSERT INTO ledger_main.prunings (through) VALUES (512);"
    " DELETE FROM ledger_main.events WHERE notification_id = 300",
}


@pytest.mark.parametrize("what", REFUSED)
def test_only_the_pruning_of_a_prefix_removes_an_event(pruned: Cli, what: str) -> None:
    fill(pruned, "g", 300)
    with closing(psycopg.connect(pruned.url, autocommit=True)) as connection:
        connection.execute("SET ROLE ledger_main_pruner")
        with pytest.raises(
            (psycopg.errors.RaiseException, psycopg.errors.InsufficientPrivilege),
            match=r"append-only|no event says|nothing is pruned|denied for table pruned_leaves",
        ):
            connection.execute(REFUSED[what].encode())


def test_the_root_in_the_event_is_that_of_the_tree(pruned: Cli) -> None:
    (told,) = [
        line
        for line in pruned("history", "system/processing-ledger-main", "--json").lines
        if line["type"].endswith(".prefix-pruned.v1")
    ]
    tile = (pruned.folder / "data" / "tlog" / "main" / "tile" / "1" / "000.p" / "1").read_bytes()
    assert base64.b64decode(told["facts"]["root"]) == tile


def test_a_cut_that_keeps_no_hashes_is_refused(
    ledger: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = types_of(ledger)
    monkeypatch.setattr(cutting, "_keep_leaves", lambda *_: None)
    with open_site(settings_from({}), opens_values=False) as site:
        plan = pruning.planned(site, THROUGH, None)
        with pytest.raises(Conflict, match="not all kept"):
            pruning.prune(site, plan)
    assert types_of(ledger) == before
