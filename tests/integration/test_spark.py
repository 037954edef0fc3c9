"""Real Spark over the archive of a real ledger: its answers and its rows are those of this process.

All tests here share one Spark. `test_spark_machines` has one with machines of its own.
"""

import re
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta

import msgspec
import pytest
from pyspark import SparkContext
from pyspark.sql import SparkSession

from application.acts import pruning
from application.queries.upkeep.archives import asked
from archive.places import place_at
from archive.questions import QUESTIONS, sql_of
from archive.spark import engine, starting
from archive.spark.asking import ask_spark
from archive.spark.engine import SparkEngine
from archive.writing import stored_manifest
from host.environment import settings_from
from host.settings import OFFICE
from host.wiring import open_site
from ledger.errors import Halt, Misconfigured, Unproven
from projections import VIEWS
from projections.following.rebuild import ViewReport, rebuild_all
from tests.fixtures.archived import ARCHIVED, ASKING, EVENTS, SEGMENT, rebuilt
from tests.fixtures.console import Cli, worked_in
from tests.fixtures.postgres import Templates
from tests.fixtures.spark import Fault, FoldsWithFault, never_folds, task_fails, worker_dies
from tests.integration.test_pruning import work as to_prune

# Two attempts: on one machine, Spark tries a task again only when it is told how often.
TWICE = "local[2,2]"
# Of few rows, to compile an answer takes longer than to give it.
SETTINGS = {
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
NAMES = [view.name for view in ASKING]
# Spark leaves sockets to the collector.
pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.usefixtures("collected"),
]


@pytest.fixture(scope="module")
def context() -> Iterator[SparkContext]:
    """Spark as the program starts it: that takes longer than most tests."""
    with starting.spark(TWICE, SETTINGS) as started:
        yield started


@pytest.fixture
def started(context: SparkContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands find that Spark, and start none."""

    def found(master: str) -> AbstractContextManager[SparkContext]:
        assert master == TWICE
        return nullcontext(context)

    monkeypatch.setattr(starting, "spark", found)


def by_spark(cli: Cli, context: SparkContext) -> list[ViewReport]:
    """A rebuild with the engine that the command uses."""
    address = str(cli.folder / "archive")
    manifest = stored_manifest(place_at(address))
    assert manifest is not None
    with open_site(settings_from({}), opens_values=False) as site:
        session = site.session("projector")
        made = SparkEngine(context, address, manifest, session, [OFFICE])
        return rebuild_all(session, site.ledger, ASKING, [OFFICE], made)


def test_workers_load_no_module_from_an_archive(context: SparkContext) -> None:
    def loaded(_: object) -> list[str]:
        import sys

        return [
            str(module.__file__) for module in sys.modules.values() if hasattr(module, "__file__")
        ]

    (files,) = context.parallelize([0], 1).map(loaded).collect()
    assert [file for file in files if ".zip/" in file] == []
    assert any("pyspark/worker" in file for file in files)


@pytest.mark.usefixtures("started")
def test_rows_by_spark_are_those_that_were_followed(archived: Cli) -> None:
    address = str(archived.folder / "archive")
    views = rebuilt(archived, "--engine", "spark", "--master", TWICE, "--archive", address)
    assert views == rebuilt(archived)
    assert {(view["position"], view["ok"]) for view in views["views"]} == {(EVENTS, True)}
    assert len(views["views"]) == len(VIEWS)
    assert archived("audit", "--views").status == 0


@pytest.mark.usefixtures("started")
def test_what_was_pruned_is_not_folded_again(
    program: Cli, embedded_templates: Templates, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "period", lambda _name: timedelta(0))
    with worked_in(program, embedded_templates, "to_prune", to_prune) as ledger:
        address = str(ledger.folder / "archive")
        assert ledger("archive", address, "--segment", str(SEGMENT)).status == 0
        asked = ("prune", "--through", str(SEGMENT), "--archive", address, "--yes", "--json")
        assert ledger(*asked).json["removed"] > 0
        views = rebuilt(ledger, "--engine", "spark", "--master", TWICE, "--archive", address)
        assert views == rebuilt(ledger)
        assert ledger("audit", "--views").status == 0


@pytest.mark.usefixtures("started")
def test_every_question_has_the_answer_of_duckdb(archived: Cli, context: SparkContext) -> None:
    address = archived.folder / "archive"
    expected = {
        question: archived("query", question, str(address), "--json").json for question in QUESTIONS
    }
    by_command, *others = QUESTIONS
    options = ("--engine", "spark", "--master", TWICE, "--json")
    ran = archived("query", by_command, str(address), *options)
    assert ran.json == expected[by_command]
    for question in others:
        answer = asked(ask_spark(context, address, question, [OFFICE]))
        assert msgspec.to_builtins(answer) == expected[question]
        assert (answer.position, bool(answer.rows)) == (ARCHIVED, True)


@pytest.mark.parametrize("left", [0.0, 0.9])
def test_spark_passes_over_no_damaged_file_whatever_a_cluster_is_set_to(
    archived: Cli, context: SparkContext, left: float
) -> None:
    session = SparkSession(context)
    path = sorted((archived.folder / "archive" / "segments").iterdir())[-1]
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * left)].ljust(len(content) if left else 0, b"."))
    settings = ("spark.sql.files.ignoreCorruptFiles", "spark.sql.files.ignoreMissingFiles")
    for name in settings:
        session.conf.set(name, "true")
    try:
        with pytest.raises(Unproven, match="ledger audit --archive"):
            ask_spark(context, archived.folder / "archive", "disclosures", [OFFICE])
    finally:
        for name in settings:
            session.conf.unset(name)


def plan_of(context: SparkContext, archived: Cli, statement: str) -> str:
    """How Spark answers a statement."""
    ask_spark(context, archived.folder / "archive", "consents", [OFFICE])  # names the tables
    asked = SparkSession(context).sql(sql_of(statement))
    plan: str = asked._jdf.queryExecution().executedPlan().toString()
    return plan


@pytest.mark.parametrize("prepares", ["annulments", "events"])
def test_no_question_sorts_all_events_to_leave_out_the_annulled(
    archived: Cli, context: SparkContext, prepares: str
) -> None:
    plan = plan_of(context, archived, prepares)
    assert set(re.findall(r"\w+Join\b", plan)) == {"BroadcastHashJoin"}


@pytest.mark.parametrize("statement", ["annulments", *QUESTIONS])
def test_no_question_reads_an_entry(archived: Cli, context: SparkContext, statement: str) -> None:
    read = re.findall(r"ReadSchema: (\S+)", plan_of(context, archived, statement))
    assert read
    assert not any("entry" in columns for columns in read)


def test_the_register_is_two_looks_at_all_events(archived: Cli, context: SparkContext) -> None:
    assert plan_of(context, archived, "register").count("FileScan") == 2


@pytest.mark.parametrize("fault", [task_fails, worker_dies])
def test_a_task_that_runs_again_changes_nothing(
    archived: Cli, context: SparkContext, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr(engine, "fold_share", FoldsWithFault(archived.folder, fault))
    assert all(report.ok for report in by_spark(archived, context))
    assert (archived.folder / "met").exists()


def test_work_that_spark_gives_up_changes_no_view(
    archived: Cli, context: SparkContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rebuilt(archived, *NAMES)
    monkeypatch.setattr(engine, "fold_share", never_folds)
    with pytest.raises(Halt, match="Spark gave the work up"):
        by_spark(archived, context)
    assert rebuilt(archived, *NAMES) == before


def test_a_changed_archive_is_not_folded(archived: Cli, context: SparkContext) -> None:
    before = rebuilt(archived, *NAMES)
    first, second = sorted((archived.folder / "archive" / "segments").iterdir())
    second.write_bytes(first.read_bytes())
    with pytest.raises(Unproven, match="is not what was archived"):
        by_spark(archived, context)
    assert rebuilt(archived, *NAMES) == before


def test_an_archive_that_lacks_too_much_is_refused(
    archived: Cli, context: SparkContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "NEWEST_EVENTS", EVENTS - ARCHIVED - 1)
    with pytest.raises(Misconfigured, match="run `ledger archive ARCHIVE` first"):
        by_spark(archived, context)


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
        ("query", "register", "folder", "--engine", "spark", "--master", "spark://127.0.0.1:1"),
    ):
        assert program(*command).status == 2
    monkeypatch.setitem(sys.modules, "pyspark", None)
    ran = program("query", "register", "folder", "--engine", "spark")
    assert ran.status == 2
    assert "install the extra `spark`" in ran.err
