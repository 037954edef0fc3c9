"""Where an embedded server lives, and as which user it runs.

PostgreSQL never runs as root. As root the server belongs to a system user of its own, and the only permission
ever opened for that user is passing through the data directory itself. Folders above it are never changed: a
place that cannot work without that is refused. Nothing here reads the environment.
"""

import logging
import os
import pwd
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ledger.errors import Misconfigured

SYSTEM_USER = "processing-ledger"
SYSTEM_DATA_DIR = Path("/var/lib/processing-ledger")
SOCKET_LIMIT_BYTES = 107  # sun_path of unix(7), without the closing zero byte
FIRST_PERSON_UID = 1000  # below it are system users, whose "homes" are no homes (login.defs)

# A fixed environment: PGDATA, PGPORT, TZ or a locale of the caller must not decide anything here.
ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """The operating system's user that a server runs as."""

    name: str
    uid: int
    gid: int

    @property
    def is_caller(self) -> bool:
        """Whether this process runs as that user already."""
        return self.uid == os.geteuid()


@dataclass(frozen=True, slots=True)
class DataDirectory:
    """The paths of one data directory: absolute and free of symbolic links."""

    data_dir: Path

    @property
    def cluster(self) -> Path:
        """PostgreSQL's own data; absent until it is complete."""
        return self.data_dir / "cluster"

    @property
    def run(self) -> Path:
        """Folder of socket and log; the locks on it count the users of the server."""
        return self.data_dir / "run"

    @property
    def socket(self) -> Path:
        """Where the server listens."""
        return self.run / ".s.PGSQL.5432"

    @property
    def log(self) -> Path:
        """The server's log."""
        return self.run / "server.log"

    @property
    def pid_file(self) -> Path:
        """Written and removed by the server."""
        return self.cluster / "postmaster.pid"


def default_data_dir(uid: int) -> Path:
    """Data directory of a user who names none: of the machine for root, else below the home."""
    if uid == 0:
        return SYSTEM_DATA_DIR
    return Path(_entry(uid).pw_dir) / ".local/share/processing-ledger"


def _entry(uid: int) -> pwd.struct_passwd:
    try:
        return pwd.getpwuid(uid)
    except KeyError:
        message = f"user id {uid} has no name on this system, and PostgreSQL needs one"
        raise Misconfigured(message) from None


def run_as(account: Account, command: Sequence[str | Path]) -> subprocess.CompletedProcess[bytes]:
    """Run a program as this account, in `/`, and keep its output. Raises OSError."""
    # Identity may only be given by root, even when it would change nothing.
    other = not account.is_caller
    return subprocess.run(  # noqa: S603  absolute paths, no shell, no input of a stranger
        command,
        cwd="/",
        env=ENVIRONMENT,
        capture_output=True,
        check=False,
        user=account.uid if other else None,
        group=account.gid if other else None,
        extra_groups=[] if other else None,
    )


def last_line(output: bytes) -> str:
    """Last line that a program printed, for an error of one line."""
    lines = output.decode(errors="replace").strip().splitlines()
    return lines[-1].strip() if lines else "no message"


def account_for(place: DataDirectory) -> Account:
    """The account that runs the server here: the owner of the data; for a new directory the caller, or, if
    that is root, the system user, which is made if it is missing.

    Raises Misconfigured when the data belongs to another user, or the caller's id has no name.
    """
    caller = os.geteuid()
    owner = _owner(place.cluster)
    if owner is None:
        # A directory of root is passed on to the system user; one of a person stays the person's.
        owner = _owner(place.data_dir) or None
    if owner not in (None, caller) and caller != 0:
        raise Misconfigured(f"{place.data_dir} belongs to another user: run this as that user")
    if caller == 0 and owner is None:
        return _system_account()
    uid = caller if owner is None else owner
    if uid == 0:
        raise Misconfigured(f"{place.cluster} belongs to root, and PostgreSQL never runs as root")
    entry = _entry(uid)
    return Account(entry.pw_name, uid, entry.pw_gid)


def _owner(path: Path) -> int | None:
    try:
        return path.lstat().st_uid
    except FileNotFoundError:
        return None


def _system_account() -> Account:
    reason = ""
    if _account_of(SYSTEM_USER) is None:
        root = Account("root", 0, 0)
        options = ["--system", "--user-group", "--no-create-home", "--home-dir", "/nonexistent"]
        result = run_as(root, ["useradd", *options, "--shell", "/usr/sbin/nologin", SYSTEM_USER])
        reason = last_line(result.stderr)
    # Looked up again even when the command failed: another process may have been faster.
    account = _account_of(SYSTEM_USER)
    if account is None:
        raise Misconfigured(f"cannot make the system user {SYSTEM_USER}: {reason}")
    return account


def _account_of(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def prepare(place: DataDirectory, account: Account) -> None:
    """Make the data directory, and let the account pass through it.

    Raises Misconfigured, with nothing made or changed, when it is a home, when its socket's path is
    too long, or when a folder above it is closed to the account.
    """
    _check_length(place)
    _check_homes(place, account)
    missing = [folder for folder in place.data_dir.parents if not folder.exists()]
    _check_way(account, place.data_dir.parents[len(missing)])
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)
        if not account.is_caller:
            folder.chmod(0o755)
    place.data_dir.mkdir(mode=0o700, exist_ok=True)
    if not _can_enter(account, place.data_dir):
        os.chown(place.data_dir, -1, account.gid)
        place.data_dir.chmod(place.data_dir.stat().st_mode & 0o7707 | 0o010)


def _check_length(place: DataDirectory) -> None:
    length = len(os.fsencode(place.socket))
    if length > SOCKET_LIMIT_BYTES:
        raise Misconfigured(
            f"the path of the data directory is {length - SOCKET_LIMIT_BYTES} bytes too long: "
            f"its socket's path would have {length} bytes, and {SOCKET_LIMIT_BYTES} is the limit"
        )


def _check_homes(place: DataDirectory, account: Account) -> None:
    """Refuse a home itself; warn, as root, about a place below a user's home."""
    people = (user for user in pwd.getpwall() if not 0 < user.pw_uid < FIRST_PERSON_UID)
    homes = {Path(user.pw_dir): user.pw_uid for user in people if user.pw_dir != "/"}
    if place.data_dir in homes:
        raise Misconfigured(f"{place.data_dir} is a home folder: choose a folder of its own")
    for home in homes.keys() & set(place.data_dir.parents):
        if not account.is_caller and homes[home] != account.uid:
            _log.warning("the data directory %s is below a home folder", place.data_dir)


def _check_way(account: Account, folder: Path) -> None:
    if _can_enter(account, folder):
        return
    steps = (*reversed(folder.parents), folder)
    closed = next((step for step in steps if not _can_enter(account, step)), folder)
    raise Misconfigured(
        f"the user {account.name}, who runs the server, cannot enter {closed}, and that folder's "
        f"permissions are not changed: choose another data directory, such as {SYSTEM_DATA_DIR}"
    )


def _can_enter(account: Account, folder: Path) -> bool:
    """Ask the system, as that account: mode bits alone leave out access lists."""
    if account.is_caller:
        return os.access(folder, os.X_OK)
    return run_as(account, ["/bin/sh", "-c", 'cd -- "$1"', "sh", folder]).returncode == 0


def own_folder(folder: Path, account: Account) -> None:
    """Make a folder that only this account may use; an existing one keeps its owner and mode."""
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        return
    if not account.is_caller:
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
