"""Real Spark over the archive of a real ledger: its answers and its rows are those of this process."""

import gc
import sys
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from application.acts import pruning
from application.queries.upkeep.archives import asked
from archive.places import place_at
from archive.questions import QUESTIONS
from archive.spark import engine
from archive.spark.asking import ask_spark
from archive.spark.engine import SparkEngine
from archive.spark.starting import spark
from archive.writing import stored_manifest
from host.environment import settings_from
from host.settings import OFFICE
from host.wiring import open_site
from ledger.errors import Halt, Misconfigured, Unproven
from projections import VIEWS
from projections.following.rebuild import ViewReport, rebuild_all
from tests.fixtures.console import Cli, worked_in
from tests.fixtures.postgres import Templates
from tests.fixtures.spark import Fault, FoldsWithFault, executor_dies, task_fails, worker_dies
from tests.integration.test_pruning import work as to_prune

SEGMENT = 256
ARCHIVED = 2 * SEGMENT
EVENTS = ARCHIVED + 100  # the newest are not in the archive
# Two attempts: on one machine, Spark tries a task again only when it is told how often.
TWICE = "local[2,2]"
MACHINES = "local-cluster[2,1,1024]"
# Spark leaves sockets to the collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


def _work(cli: Cli) -> None:
    path = cli.folder / "sample.ndjson"
    path.write_bytes(cli("sample", "--events", str(EVENTS)).out)
    for command in (
        ("ingest", str(path)),
        ("project", "--once"),
        ("publish", "--once"),
        ("archive", str(cli.folder / "archive"), "--segment", str(SEGMENT)),
    ):
        assert cli(*command).status == 0


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """What Spark leaves is collected here, and in no test of others."""
    yield
    gc.collect()


@pytest.fixture
def archived(program: Cli, embedded_templates: Templates) -> Iterator[Cli]:
    """A ledger of made-up events that is followed, and most of it in an archive."""
    with worked_in(program, embedded_templates, "archived for Spark", _work) as ready:
        yield ready


def rebuilt(cli: Cli, *options: str) -> Any:
    ran = cli("rebuild", *options, "--json")
    assert ran.status == 0, ran.err
    return ran.json


def by_spark(cli: Cli, master: str) -> list[ViewReport]:
    """A rebuild with the engine that the command uses; Spark reports failures of tasks."""
    address = str(cli.folder / "archive")
    manifest = stored_manifest(place_at(address))
    assert manifest is not None
    faults = {"spark.ui.enabled": "false", "spark.stage.maxConsecutiveAttempts": "4"}
    with open_site(settings_from({}), opens_values=False) as site, spark(master, faults) as context:
        session = site.session("projector")
        made = SparkEngine(context, address, manifest, session, [OFFICE])
        return rebuild_all(session, site.ledger, VIEWS, [OFFICE], made)


def test_rows_by_spark_are_those_that_were_followed(archived: Cli) -> None:
    address = str(archived.folder / "archive")
    views = rebuilt(archived, "--engine", "spark", "--master", "local[2]", "--archive", address)
    assert views == rebuilt(archived)
    assert {(view["position"], view["ok"]) for view in views["views"]} == {(EVENTS, True)}
    assert len(views["views"]) == len(VIEWS)
    assert archived("audit", "--views").status == 0


def test_what_was_pruned_is_not_folded_again(
    program: Cli, embedded_templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "period", lambda _name: timedelta(0))
    with worked_in(program, embedded_templates, "to_prune", to_prune) as ledger:
        address = str(ledger.folder / "archive")
        assert ledger("archive", address, "--segment", str(SEGMENT)).status == 0
        asked = ("prune", "--through", str(SEGMENT), "--archive", address, "--yes", "--json")
        assert ledger(*asked).json["removed"] > 0
        views = rebuilt(ledger, "--engine", "spark", "--master", "local[2]", "--archive", address)
        assert views == rebuilt(ledger)
        assert ledger("audit", "--views").status == 0


def test_every_question_has_the_answer_of_duckdb(archived: Cli) -> None:
    address = archived.folder / "archive"
    expected = {
        question: archived("query", question, str(address), "--json").json for question in QUESTIONS
    }
    options = ("--engine", "spark", "--master", "local[2]", "--json")
    assert archived("query", "register", str(address), *options).json == expected["register"]
    with spark("local[2]", {"spark.sql.shuffle.partitions": "2"}) as context:
        for question in QUESTIONS:
            answer = asked(ask_spark(context, address, question, [OFFICE]))
            assert msgspec.to_builtins(answer) == expected[question]
            assert (answer.position, bool(answer.rows)) == (ARCHIVED, True)


@pytest.mark.parametrize("fault", [task_fails, worker_dies])
def test_a_task_that_runs_again_changes_nothing(
    archived: Cli, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(engine, "fold_share", FoldsWithFault(archived.folder, fault))
    assert all(report.ok for report in by_spark(archived, TWICE))
    assert (archived.folder / "met").exists()


def test_a_machine_that_is_lost_with_what_it_sorted_changes_nothing(
    archived: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "fold_share", FoldsWithFault(archived.folder, executor_dies))
    assert all(report.ok for report in by_spark(archived, MACHINES))
    assert (archived.folder / "met").exists()


def test_other_machines_find_a_folder_that_is_named_from_here(
    archived: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(archived.folder)
    machine = "local-cluster[1,2,1024]"
    rebuilt(
        archived, "customer_state", "--engine", "spark", "--master", machine, "--archive", "archive"
    )


def test_work_that_spark_gives_up_changes_no_view(
    archived: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rebuilt(archived)
    monkeypatch.setattr(engine, "fold_share", FoldsWithFault(archived.folder, task_fails))
    with pytest.raises(Halt, match="Spark gave the work up"):
        by_spark(archived, "local[2,1]")
    assert rebuilt(archived) == before


def test_a_changed_archive_is_not_folded(archived: Cli) -> None:
    before = rebuilt(archived)
    first, second = sorted((archived.folder / "archive" / "segments").iterdir())
    second.write_bytes(first.read_bytes())
    with pytest.raises(Unproven, match="is not what was archived"):
        by_spark(archived, "local[2]")
    assert rebuilt(archived) == before


def test_an_archive_that_lacks_too_much_is_refused(
    archived: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "NEWEST_EVENTS", EVENTS - ARCHIVED - 1)
    with pytest.raises(Misconfigured, match="run `ledger archive` first"):
        by_spark(archived, "local[2]")


def test_what_does_not_go_together_is_refused(
    program: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in (
        ("rebuild", "--engine", "spark"),
        ("rebuild", "--archive", "folder"),
        ("rebuild", "--master", "local"),
        ("rebuild", "--engine", "spark", "--archive", "folder", "--processes", "2"),
        ("query", "register", "folder", "--master", "local"),
        ("query", "register", "s3://bucket/prefix", "--engine", "spark"),
        ("query", "register", "folder", "--engine", "spark", "--master", "nothing://"),
    ):
        assert program(*command).status == 2
    monkeypatch.setitem(sys.modules, "pyspark", None)
    ran = program("query", "register", "folder", "--engine", "spark")
    assert ran.status == 2
    assert "install the extra `spark`" in ran.err
