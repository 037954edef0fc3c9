"""The ground of `ledger demo`: a new data directory of its own; it touches no other ledger."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from uuid import uuid4

from host.settings import Settings, read_settings
from ledger.embedded import default_data_dir, start
from ledger.embedded.place import DataDirectory
from ledger.errors import Misconfigured
from ledger.storage.named import write_named

# Its presence says that a directory was made by a demonstration and may be made afresh.
MARK = "demo"


def demo_settings(data_dir: Path | None, kafka: Mapping[str, str]) -> Settings:
    """Settings of a demonstration: from outside come the data directory and how to reach Kafka.

    So it never touches a database that is in use, nor its keys.
    """
    folder = data_dir or default_data_dir(os.geteuid()) / "demo"
    return read_settings({**kafka, "LEDGER_DATA_DIR": str(folder)}, folder)


def kafka_texts(environment: Mapping[str, str], bootstrap: str | None) -> dict[str, str]:
    """How to reach the broker that was named: the security settings of this process, a new group."""
    if bootstrap is None:
        return {}
    group = f"demo-{uuid4()}"
    names = ("LEDGER_KAFKA_SECURITY_", "LEDGER_KAFKA_SASL_", "LEDGER_KAFKA_SSL_")
    security = {name: text for name, text in environment.items() if name.startswith(names)}
    return security | {"LEDGER_KAFKA_BOOTSTRAP": bootstrap, "LEDGER_KAFKA_GROUP": group}


def fresh_ground(data_dir: Path) -> None:
    """Make an empty data directory with the mark of a demonstration; an earlier one is removed.

    Raises Misconfigured for a directory that holds anything else.
    """
    if data_dir.exists() and any(data_dir.iterdir()):
        if not (data_dir / MARK).exists():
            raise Misconfigured(
                f"{data_dir} is not empty and was not made by a demonstration: name another"
                " one with --data-dir"
            )
        if DataDirectory(data_dir.resolve()).cluster.exists():
            start(data_dir).stop()  # a killed demonstration may have left its server running
        shutil.rmtree(data_dir)
    _make(data_dir)
    write_named(data_dir / MARK, b"Made by `ledger demo`, which removes it again.\n")


def _make(folder: Path) -> None:
    """Make a folder and those above it, so that the server's own user can pass through the new ones."""
    missing = [above for above in (folder, *folder.parents) if not above.exists()]
    for new in reversed(missing):
        new.mkdir()
        if os.geteuid() == 0:
            new.chmod(0o755)
