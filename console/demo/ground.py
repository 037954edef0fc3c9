"""The ground of `ledger demo`: a new data directory of its own; it touches no other ledger."""

import fcntl
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from host.settings import Settings, read_settings
from ledger.embedded import default_data_dir, start
from ledger.embedded.place import DataDirectory
from ledger.errors import Misconfigured

# Its presence says that a directory was made by a demonstration and may be made afresh.
MARK = "demo"
_FOLDERS = 9  # demonstrations at work on one machine


def demo_settings(data_dir: Path, kafka: Mapping[str, str]) -> Settings:
    """Settings of a demonstration: from outside come the data directory and how to reach Kafka.

    So it never touches a database that is in use, nor its keys.
    """
    return read_settings({**kafka, "LEDGER_DATA_DIR": str(data_dir)}, data_dir)


def kafka_texts(environment: Mapping[str, str], bootstrap: str | None) -> dict[str, str]:
    """How to reach the broker that was named: the security settings of this process, a new group."""
    if bootstrap is None:
        return {}
    group = f"demo-{uuid4()}"
    names = ("LEDGER_KAFKA_SECURITY_", "LEDGER_KAFKA_SASL_", "LEDGER_KAFKA_SSL_")
    security = {name: text for name, text in environment.items() if name.startswith(names)}
    return security | {"LEDGER_KAFKA_BOOTSTRAP": bootstrap, "LEDGER_KAFKA_GROUP": group}


@contextmanager
def fresh_ground(named: Path | None) -> Iterator[Path]:
    """An empty data directory with the mark of a demonstration; what an earlier one left is removed.

    `named`: that directory; None: the usual one, or the next one while other demonstrations are at work.
    Raises Misconfigured for a directory that holds anything else, or is in use.
    """
    usual = default_data_dir(os.geteuid()) / MARK
    several = (usual.with_name(f"{MARK}-{number}") for number in range(2, _FOLDERS + 1))
    for folder in [named] if named else [usual, *several]:
        with _taken(folder) as is_ours:
            if is_ours:
                _clear(folder)
                yield folder
                return
    raise Misconfigured(
        f"another demonstration is at work in {named or usual}: wait until it ends, or name another folder"
        " with --data-dir"
    )


@contextmanager
def _taken(folder: Path) -> Iterator[bool]:
    """Whether a folder is ours while this lasts: its mark is locked, and stays while the rest is removed."""
    mark = folder / MARK
    if folder.exists() and any(folder.iterdir()) and not mark.exists():
        raise Misconfigured(
            f"{folder} is not empty and was not made by a demonstration: name another"
            " one with --data-dir"
        )
    _make(folder)
    with mark.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        if not file.tell():
            file.write(b"Made by `ledger demo`, which removes it again.\n")
            file.flush()
        yield True


def _clear(folder: Path) -> None:
    """Remove what an earlier demonstration left."""
    # A cluster that a killed demonstration only half removed starts no more.
    if (DataDirectory(folder.resolve()).cluster / "PG_VERSION").exists():
        start(folder).stop()  # a killed demonstration may have left its server running
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARK:
            path.unlink()


def _make(folder: Path) -> None:
    """Make a folder and those above it, so that the server's own user can pass through the new ones."""
    missing = [above for above in (folder, *folder.parents) if not above.exists()]
    for new in reversed(missing):
        new.mkdir(exist_ok=True)
        if os.geteuid() == 0:
            new.chmod(0o755)
