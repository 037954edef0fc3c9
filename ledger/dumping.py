"""PostgreSQL's own programs for copies of namespaces: pg_dump and pg_restore, found and run.

Where the database is and its password reach them by their environment, never by their arguments,
which other users of the machine can read.
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from ledger.embedded.cluster import shipped_programs
from ledger.errors import Halt, Misconfigured

__all__ = ["check_loadable", "dump", "load", "programs_for"]

_SYSTEM_PROGRAMS = Path("/usr/lib/postgresql")
_NEEDED = ("pg_dump", "pg_restore")
# From this version on pg_restore sets `transaction_timeout`, which older servers refuse, and it alone
# reads what pg_dump of this version wrote. So a copy that older servers can load is made by older programs.
_RECENT = 17


def programs_for(server: int) -> Path:
    """Folder of the programs that fit a server of this major version: the same, or the next newer.

    Raises Misconfigured when there are none.
    """
    found = {_major(folder): folder for folder in _folders()}
    fit = [major for major in found if major >= server and _is_recent(major) == _is_recent(server)]
    if not fit:
        last = "newer" if _is_recent(server) else f"up to {_RECENT - 1}"
        raise Misconfigured(
            f"this PostgreSQL {server} needs pg_dump and pg_restore {server}, or {last}: "
            f"install the client of PostgreSQL {server}"
        )
    return found[min(fit)]


def check_loadable(copied: int, server: int) -> None:
    """Raise Misconfigured when a copy of one major version cannot be loaded into a server of another."""
    if _is_recent(copied) and not _is_recent(server):
        raise Misconfigured(
            f"this backup is of PostgreSQL {copied}, and the server is {server}: restore it into "
            f"PostgreSQL {_RECENT} or newer"
        )


def _is_recent(major: int) -> bool:
    """Whether programs or a server of this version know what recent programs say to every server."""
    return major >= _RECENT


def _folders() -> Iterator[Path]:
    """Where the programs may be; of two with the same version the later one is taken."""
    on_path = shutil.which("pg_dump")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(_SYSTEM_PROGRAMS.glob("*/bin"))
    yield shipped_programs()


def _major(folder: Path) -> int:
    """Major version of the programs in a folder, 0 when they cannot be used."""
    try:
        answers = [_version(folder / program) for program in _NEEDED]
    except OSError:
        return 0
    return min(answers)


def _version(program: Path) -> int:
    done = subprocess.run([program, "--version"], capture_output=True, check=False)  # noqa: S603
    said = re.search(rb"\(PostgreSQL\) (\d+)", done.stdout)
    return int(said[1]) if done.returncode == 0 and said else 0


def dump(
    programs: Path, environment: Mapping[str, str], options: Sequence[str], target: Path
) -> None:
    """Write a copy in PostgreSQL's custom format to a new file of mode 0600; durable on return."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        command: list[str | Path] = [
            programs / "pg_dump",
            "--format=custom",
            "--no-owner",
            "--no-password",
            *options,
        ]
        done = subprocess.run(  # noqa: S603  our program and options, no shell
            command, env=dict(environment), stdout=file, stderr=subprocess.PIPE, check=False
        )
        os.fsync(file.fileno())
    if done.returncode != 0:
        raise Halt(f"the copy failed: {_reason(done.stderr)}")


def load(
    programs: Path, environment: Mapping[str, str], options: Sequence[str], source: Path
) -> None:
    """Load a copy into the database, all of it or nothing."""
    if "PGDATABASE" not in environment:
        raise Misconfigured("LEDGER_DATABASE_URL names no database")
    command: list[str | Path] = [
        programs / "pg_restore",
        f"--dbname={environment['PGDATABASE']}",
        "--single-transaction",
        "--exit-on-error",
        "--no-owner",
        "--no-password",
        *options,
        source,
    ]
    done = subprocess.run(  # noqa: S603  our program and options, no shell
        command, env=dict(environment), capture_output=True, check=False
    )
    if done.returncode != 0:
        raise Halt(f"the copy cannot be loaded: {_reason(done.stderr)}")


def _reason(output: bytes) -> str:
    """First error of a program; what the server says behind it may quote a row."""
    lines = output.decode(errors="replace").splitlines()
    errors = [line.partition("error: ")[2] for line in lines if "error: " in line]
    return errors[0].partition(" DETAIL")[0] if errors else "it says nothing"
