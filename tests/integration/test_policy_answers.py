"""Each question of the policy's table answers on the sample, and what no other module tries of a clause."""

import shlex

import pytest

from rulebook import CLAUSES
from tests.fixtures.console import Cli, declared, message, tell

ASKS = sorted({ask for clause in CLAUSES for ask in clause.asks})


@pytest.fixture
def sampled(cli: Cli) -> Cli:
    """The sample, followed."""
    path = cli.folder / "sample.ndjson"
    path.write_bytes(cli("sample", "--events", "1200").out)
    assert cli("ingest", str(path)).status == 0
    return cli


def test_each_question_of_the_table_answers(sampled: Cli) -> None:
    for ask in ASKS:
        words = shlex.split(ask)
        if words[:2] == ["report", "access"]:
            words += ["--format", "json"]
        ran = sampled(*words)
        assert ran.status in {0, 1}, (ask, ran.err)
        assert ran.out, (ask, ran.err)


def test_an_internal_report_stands_in_the_history_of_its_activity(cli: Cli) -> None:
    """Policy 3.1 (Interne rapportage): which data it was made from, and how it was summed up."""
    report = {"report": "usage-2024", "aggregation": "totals"}
    basis = {"activity": "management-reporting", "legal_basis": "6-1-f"}
    name, subject = "internal-report-produced", "activity/management-reporting"
    tell(
        cli,
        declared("management-reporting"),
        message(name, subject, **basis, **report, categories=["service"]),
    )
    told = [line for line in cli("history", subject, "--json").lines if name in line["type"]]
    assert [line["facts"]["aggregation"] for line in told] == ["totals"]
