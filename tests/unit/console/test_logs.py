"""Log lines: for machines one JSON document, for people one readable line, for both no foreign text."""

import logging
from collections.abc import Iterator
from threading import Thread

import orjson
import pytest

from console.failures import complain
from host.logs import Log, begin_logs, end_logs, listen_to, run_id
from host.settings import Serving


@pytest.fixture(autouse=True)
def _quiet_again() -> Iterator[None]:
    yield
    end_logs()


def test_a_line_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    begin_logs(Serving(), "consume")
    Log("consume").warning("away", "Kafka does not  answer\nat all", topic="t", partition=0)
    line = orjson.loads(capsys.readouterr().err)
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "console.consume",
        "event": "away",
        "message": "Kafka does not answer at all",
        "process": "consume",
        "run": run_id(),
        "topic": "t",
        "partition": 0,
    }


def test_a_line_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    begin_logs(Serving(log_format="text"), "run")
    Log("run").info("part-started", "project is started", pid=7)
    Log("run").error("part-ended", "project ended")
    started, ended = capsys.readouterr().err.splitlines()
    assert started[8:] == " run: project is started pid=7"
    assert ended[8:] == " run: ERROR: project ended"


def test_the_level_decides_what_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    begin_logs(Serving(log_level="warning"), "project")
    Log("project").info("rebuild", "a view is built again")
    logging.getLogger("projections.following.runner").warning("following pauses")
    assert orjson.loads(capsys.readouterr().err)["logger"] == "projections.following.runner"


def test_strangers_and_the_texts_of_their_errors_stay_silent(
    capsys: pytest.CaptureFixture[str],
) -> None:
    begin_logs(Serving(), "consume")
    logging.getLogger("kafka.conn").error("j.devries@example.nl")
    try:
        raise ValueError("j.devries@example.nl")
    except ValueError:
        logging.getLogger("ledger.x").exception("it failed")
    line = orjson.loads(capsys.readouterr().err)
    assert (line["message"], line["error"]) == ("it failed", "ValueError")


def test_a_thread_that_breaks_is_told_by_its_type(capsys: pytest.CaptureFixture[str]) -> None:
    begin_logs(Serving(), "consume")

    def break_down() -> None:
        raise ValueError("j.devries@example.nl")

    thread = Thread(target=break_down, name="sampler")
    thread.start()
    thread.join()
    line = orjson.loads(capsys.readouterr().err)
    assert (line["event"], line["error"]) == ("thread-ended", "ValueError")
    assert "devries" not in line["message"]


def test_a_command_ends_with_a_note_unless_it_logs(capsys: pytest.CaptureFixture[str]) -> None:
    complain("ledger: no broker is named", 2)
    assert capsys.readouterr().err == "ledger: no broker is named\n"
    begin_logs(Serving(), "consume")
    complain("ledger: Kafka is away", 3)
    line = orjson.loads(capsys.readouterr().err)
    assert (line["message"], line["status"], line["level"]) == ("Kafka is away", 3, "error")
    end_logs()
    complain("ledger: wrong", 2)
    assert capsys.readouterr().err == "ledger: wrong\n"


def test_listening_is_without_logs_what_it_was(capsys: pytest.CaptureFixture[str]) -> None:
    listen_to("projections")
    listen_to("projections")
    logging.getLogger("projections.following.runner").warning("following pauses")
    assert capsys.readouterr().err == "projections: following pauses\n"
