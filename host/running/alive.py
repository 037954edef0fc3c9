"""The liveness check of a container: `python -m host.running.alive`.

A container engine marks a hanging process and restarts it only once it ends, so this check kills it. Exit
status 0: ready.
"""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

from host.running.listening import Address
from host.running.serving import STARTING, ask_live, ask_ready

# Longer than a machine under load makes anybody wait; the compose file gives this check a little more.
SILENT_S = 25.0
# What an engine puts at the head of a container (`init: true`). Elsewhere nothing is killed.
INITS = frozenset({"docker-init", "tini", "catatonit", "podman-init"})


def answers(address: Address) -> tuple[bool, bool]:
    """Whether the process that serves there lives, and is ready. Until it serves it is starting."""
    why = ask_live(address, SILENT_S)
    return why in {None, STARTING}, why is None and ask_ready(address) is None


def served(processes: Path) -> Iterator[int]:
    """The processes that the head of this container started; none where there is no such head."""
    head = processes / "1"
    program = (head / "cmdline").read_bytes().split(b"\0")[0].decode(errors="replace")
    if Path(program).name in INITS:
        yield from map(int, (head / "task" / "1" / "children").read_text().split())


def main() -> int:
    """Ask, and kill what hangs. The exit status."""
    lives, ready = answers(Address("127.0.0.1", int(os.environ["LEDGER_METRICS_PORT"])))
    if not lives:
        for pid in served(Path("/proc")):
            os.kill(pid, signal.SIGKILL)
    return 0 if ready else 1


if __name__ == "__main__":
    sys.exit(main())
