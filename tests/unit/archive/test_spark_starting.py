"""Spark is not started for a master that is not there: it would try for a minute, and then say little."""

import socket
from unittest.mock import Mock

import pytest

from archive.spark import starting
from archive.spark.starting import spark
from host.running.serving import reserved_port
from ledger.errors import Misconfigured


def listening() -> socket.socket:
    return socket.create_server(("127.0.0.1", 0))


def refused(master: str) -> bool:
    with pytest.raises(Misconfigured) as caught, spark(master):
        raise AssertionError("Spark has started")
    return str(caught.value) == f"no Spark master answers at {master}"


def test_a_master_that_is_not_there_is_told_before_java_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(starting, "SparkContext", None)
    port = reserved_port("127.0.0.1")
    assert refused(f"spark://127.0.0.1:{port}")
    assert refused(f"spark://127.0.0.1:{port},[::1]:{port}")
    for nonsense in (
        "",
        "host",
        "127.0.0.1:",
        "127.0.0.1:none",
        "127.0.0.1:70000",
        f"{'x' * 99}:1",
    ):
        assert refused(f"spark://{nonsense}")


def test_what_answers_and_is_no_master_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spark gives up after a minute, and gives an object that it is about to stop."""
    context = Mock(applicationId="spark-application-1764334484000")
    monkeypatch.setattr(starting, "SparkContext", Mock(return_value=context))
    with listening() as other:
        assert refused(f"spark://127.0.0.1:{other.getsockname()[1]}")
    context.stop.assert_called_once_with()


def test_one_of_several_masters_is_enough() -> None:
    away = reserved_port("127.0.0.1")
    with listening() as there:
        port = there.getsockname()[1]
        starting.check_there(f"spark://127.0.0.1:{away},127.0.0.1:{port}")
        there.settimeout(10)
        there.accept()[0].close()  # it did connect


@pytest.mark.parametrize("master", ["local", "local[2]", "yarn", "k8s://https://127.0.0.1:1"])
def test_other_masters_are_left_to_spark(master: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is connected to: what stands there is no list of hosts and ports."""
    connect = Mock()
    monkeypatch.setattr(socket, "create_connection", connect)
    starting.check_there(master)
    connect.assert_not_called()
