"""Spark as this program uses it: started for a command, ended with it, and its failures in our words."""

import os
import socket
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress

from py4j.protocol import Py4JError, Py4JJavaError
from pyspark import SparkConf, SparkContext
from pyspark.errors import PySparkException

from ledger.errors import Halt, Misconfigured

UNREADABLE = (PySparkException, Py4JJavaError)
"""What is raised where a file cannot be read, from wherever in Spark."""
_DEFAULTS = {
    "spark.app.name": "processing-ledger",
    "spark.python.daemon.module": "archive.spark.daemon",
    "spark.sql.session.timeZone": "UTC",
    "spark.ui.showConsoleProgress": "false",
}
# To compile Java's code well takes longer than it saves, where Python folds and where Spark itself counts.
_JAVA = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
# On one machine nothing listens to others.
_LOCAL_DEFAULTS = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    # Entries are compressed before Spark sees them, and no network is between.
    "spark.shuffle.compress": "false",
    "spark.broadcast.compress": "false",
    # Counts are small: Spark's own 200 tasks for each step are for many machines.
    "spark.sql.shuffle.partitions": "8",
    "spark.ui.enabled": "false",
    "spark.driver.extraJavaOptions": _JAVA,
    "spark.executor.extraJavaOptions": _JAVA,
}
# Spark itself asks three times for 20 s, by constants of its own, and then says nothing of the address. Where
# a server other than a master answers, we wait for that: to ask it means to speak Spark's protocol, and its
# TLS.
_ANSWER_S = 3.0
_STANDALONE = "spark://"
# Spark's name for an application that no master has taken in: the server at that address is not a master.
_UNREGISTERED = "spark-application-"


@contextmanager
def spark(master: str, settings: Mapping[str, str] | None = None) -> Iterator[SparkContext]:
    """Spark, started and ended. `settings` come before those of Spark's own files, and these before ours.

    Raises Misconfigured when Spark does not start, Halt when its work fails.
    """
    context = _start(master, settings or {})
    try:
        with mapped_failures():
            yield context
    finally:
        context.stop()


def _start(master: str, settings: Mapping[str, str]) -> SparkContext:
    check_there(master)
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    conf = SparkConf().setMaster(master).setAll(list(settings.items()))
    for name, value in _defaults(master).items():
        conf.setIfMissing(name, value)
    try:
        context = SparkContext(conf=conf)
        context.setLogLevel("ERROR")
        there = not context.applicationId.startswith(_UNREGISTERED)
    except (PySparkException, Py4JError, OSError) as error:
        raise Misconfigured(
            f"Spark does not start ({type(error).__name__}): it needs Java 17, and a master that is there"
        ) from None
    if not there and master.startswith(_STANDALONE):
        context.stop()
        raise _no_master(master)
    return context


def _defaults(master: str) -> dict[str, str]:
    if not master.startswith("local"):
        return _DEFAULTS
    return _DEFAULTS | _LOCAL_DEFAULTS


def check_there(master: str) -> None:
    """Raise Misconfigured when no machine answers at any address of a master of Spark's own kind."""
    if not master.startswith(_STANDALONE):
        return
    for address in master.removeprefix(_STANDALONE).split(","):
        host, _, port = address.rpartition(":")
        with suppress(OSError, ValueError, OverflowError):  # away, no number, or too large a number
            socket.create_connection((host.strip("[]"), int(port)), _ANSWER_S).close()
            return
    raise _no_master(master)


def _no_master(master: str) -> Misconfigured:
    return Misconfigured(f"no Spark master answers at {master}")


@contextmanager
def mapped_failures() -> Iterator[None]:
    """Failures of Spark as an error of ours. Its own log says more; its text may quote a file."""
    try:
        yield
    except (PySparkException, Py4JError) as error:
        raise Halt(f"Spark gave the work up ({type(error).__name__}): see its log") from None
