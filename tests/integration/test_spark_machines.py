"""Spark on machines of its own: a command finds a folder from there, and a machine may be lost."""

import pytest

from archive.spark import engine
from tests.fixtures.archived import ASKING, rebuilt
from tests.fixtures.console import Cli
from tests.fixtures.spark import FoldsWithFault, executor_dies

pytestmark = [
    pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning"),
    pytest.mark.usefixtures("collected"),
]
MACHINES = "local-cluster[2,1,1024]"


def test_a_machine_that_is_lost_with_what_it_sorted_changes_nothing(
    archived: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is named from here: other machines find it, too."""
    monkeypatch.chdir(archived.folder)
    monkeypatch.setattr(engine, "fold_share", FoldsWithFault(archived.folder, executor_dies))
    names = [view.name for view in ASKING]
    spark = ("--engine", "spark", "--master", MACHINES, "--archive", "archive")
    assert rebuilt(archived, *names, *spark) == rebuilt(archived, *names)
    assert (archived.folder / "met").exists()


def test_a_master_that_spark_does_not_know_is_refused(archived: Cli) -> None:
    spark = ("--engine", "spark", "--master", "nothing://")
    ran = archived("query", "register", str(archived.folder / "archive"), *spark)
    assert (ran.status, "Spark does not start" in ran.err) == (2, True)
