"""Each question of the policy's table answers on the sample, and what no other module tries of a clause."""

import shlex

import pytest

from rulebook import CLAUSES
from tests.fixtures.console import Cli, declared, disclosed, message, registered, tell

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


def test_a_person_is_told_how_to_get_a_copy_of_the_safeguards_of_a_transfer(cli: Cli) -> None:
    """Policy 3.2, GDPR Art. 13(1)(f), 15(2): where `law.disclosure.region.mechanism` asks for one."""
    abroad = {"country": "US", "recipient": "printer", "transfer_mechanism": "scc"}
    tell(
        cli,
        registered("customer/1", id="r-1"),
        registered("customer/2", id="r-2"),
        disclosed("customer/1", id="d-1", recipient_kind="processor", **abroad),
        disclosed("customer/2", id="d-2", recipient_kind="processor", **abroad | {"country": "DE"}),
    )
    sentences = {"nl": "kopie van de waarborgen", "en": "copy of the safeguards"}
    for language, sentence in sentences.items():
        for who, told in (("customer/1", True), ("customer/2", False)):
            flags = ("--format", "html", "--language", language)
            page = cli("report", "access", who, *flags).out.decode()
            assert (sentence in page) is told, (who, language)


@pytest.mark.parametrize("judged_on", ["offences", "explanation", "decision"])
def test_what_a_certificate_was_judged_on_cannot_be_recorded(cli: Cli, judged_on: str) -> None:
    """Policy 5.1: that a certificate was presented is enough; criminal data is not (UAVG 31)."""
    vog = message("vog-presented", "employee/7", profile="60", issued_on="2024-02-01")
    vog["data"][judged_on] = "none"
    (refused,) = cli.record(vog)["rejections"]
    assert (refused["code"], refused["pointer"]) == ("unknown-field", "/data")


def test_advice_on_a_login_is_a_message_about_the_service(cli: Cli) -> None:
    """Policy 4.2: it stands in history and report, and is no advertising after an objection."""
    basis = {"activity": "subscription-management", "legal_basis": "6-1-b"}
    advice = {"channel": "email", "reference": "advice-keep-login-safe"}
    tell(
        cli,
        registered("customer/1"),
        message("marketing-objection-recorded", "customer/1", id="no", channel="all", **basis),
        message("service-message-sent", "customer/1", id="advice", **advice, **basis),
    )
    (told,) = [
        line for line in cli("history", "customer/1", "--json").acts if line["id"] == "advice"
    ]
    assert told["facts"] == advice
    report = cli("report", "access", "customer/1", "--format", "json").json
    assert "service-message-sent" in {row["act"] for row in report["acts"]}
    rules = {
        row["rule"] for row in cli("findings", "--subject", "customer/1", "--json").json["findings"]
    }
    assert {rule for rule in rules if "contact" in rule} == set()
