"""The processes of the brokers: started to outlive us, and signalled only when surely theirs.

A process id in a file may long belong to somebody else. A signal therefore goes through a handle on
the process (a pidfd, which no later process can inherit), opened before its command line is read.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from class_path import HERE, java, libraries
from cluster import Cluster, Node, write_settings
from errors import Impossible

HEAP = ("-Xms96m", "-Xmx256m")
FORMAT_HEAP = ("-Xmx96m",)
# It lives for minutes: the compiler that pays after hours takes 3 of the 8 s of processor time of a start.
QUICK = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
FORMATTER = "kafka.tools.StorageTool"
BROKER = "kafka.Kafka"


def command(version: str, *arguments: str) -> list[str]:
    """The command line of a Kafka program."""
    logging = f"-Dlog4j2.configurationFile={HERE / 'log4j2.properties'}"
    flags = [*QUICK, "-XX:+ExitOnOutOfMemoryError", "-Djava.awt.headless=true"]
    return [java(), *flags, logging, "-cp", f"{libraries(version)}/*", *arguments]


def prepare(cluster: Cluster, node: Node) -> None:
    """Write a node's settings and give it a data directory; a formatted one is left as it is."""
    write_settings(cluster, node)
    if (node.home / "data" / "meta.properties").exists():
        return
    asked = ["format", "--ignore-formatted", "-t", cluster.id, "-c", str(node.settings)]
    formatter = command(cluster.version, *FORMAT_HEAP, FORMATTER, *asked)
    told = subprocess.run(formatter, capture_output=True, text=True, check=False)
    if told.returncode:
        raise Impossible(f"node {node.number} was not formatted: {told.stdout}{told.stderr}")


def launch(cluster: Cluster, node: Node) -> None:
    """Start a prepared node and return at once; it has a session of its own and outlives us."""
    with node.log.open("ab") as log:
        started = subprocess.Popen(
            command(cluster.version, *HEAP, BROKER, str(node.settings)),
            cwd=node.home,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    node.pid_file.write_text(f"{started.pid}\n")


def pid_of(node: Node) -> int | None:
    """The process id of a node that runs."""
    with handle_of(node) as handle:
        return None if handle is None else int(node.pid_file.read_text())


@contextmanager
def handle_of(node: Node) -> Iterator[int | None]:
    """A handle on the process of a node; None when the node does not run."""
    try:
        pid = int(node.pid_file.read_text())
        handle = os.pidfd_open(pid)
    except (FileNotFoundError, ProcessLookupError, ValueError):
        yield None
        return
    try:
        yield handle if str(node.settings) in arguments_of(pid) else None
    finally:
        os.close(handle)


def arguments_of(pid: int) -> list[str]:
    """The command line of a process; empty when it has ended."""
    try:
        return os.fsdecode(Path(f"/proc/{pid}/cmdline").read_bytes()).split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def end(node: Node, how: signal.Signals, timeout_s: float) -> bool:
    """Signal a node and wait for its end; whether it came in time. One that does not run has ended.

    One handle for both: a killed process loses its command line before it lets go of its ports.
    """
    with handle_of(node) as handle:
        if handle is None:
            return True
        signal.pidfd_send_signal(handle, how)
        return bool(select.select([handle], [], [], timeout_s)[0])
