"""`make demo-kafka`: a broker of its own, its topics, then `ledger demo` through them; stopped at the end."""

import signal
import subprocess
import sys
from pathlib import Path

BROKER = Path(__file__).with_name("broker")
DIRECTORY = Path(__file__).resolve().parents[2] / ".demo" / "kafka"
LEDGER = Path(sys.executable).with_name("ledger")


def broker(verb: str, *options: str) -> str:
    """Run one verb of the broker program and return the last line that it printed."""
    command = [sys.executable, str(BROKER), verb, *options]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return done.stdout.strip().rpartition("\n")[2]


def main() -> int:
    """Exit status of the demonstration."""
    where = ("--dir", str(DIRECTORY))
    bootstrap = broker("start", *where, "--port", "0")
    try:
        broker("topics", "--bootstrap", bootstrap)
        # Ctrl-C is for the demonstration, which ends in its own time; then the broker is stopped.
        signal.signal(signal.SIGINT, lambda *_: None)
        return subprocess.run([LEDGER, "demo", "--kafka", bootstrap], check=False).returncode
    finally:
        broker("stop", *where)


if __name__ == "__main__":
    sys.exit(main())
