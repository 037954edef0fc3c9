"""Rights to use a file or a folder, and why one may not be used, as sentences that say the way out."""

import errno
import os
import stat
from pathlib import Path
from typing import NamedTuple


class Access(NamedTuple):
    """Modes of the files and folders that are made, and the bits that none of them may have.

    `owned`: they belong to this user or to root, and each file has one name.
    """

    file: int
    folder: int
    shut_file: int
    shut_folder: int
    owned: bool = True


PRIVATE = Access(0o600, 0o700, 0o077, 0o077)
"""For the owner alone, and so is the folder."""
SECRET = Access(0o600, 0o700, 0o077, 0o022)
"""For the owner alone, in a folder that others may look into."""
PUBLIC = Access(0o644, 0o755, 0o022, 0o022)
"""Everybody may read it, also of another owner: it is signed."""
GIVEN = Access(0o600, 0o700, 0, 0, owned=False)
"""In a place that a user names. What is made is for its owner alone; the rest is that user's matter."""


class Unsafe(OSError):
    """A file or folder that may not be used. The text names it, and the way out."""

    def __init__(self, why: str) -> None:
        """`why`: as a sentence."""
        super().__init__(errno.EPERM, why)


def fault_of(status: os.stat_result, access: Access, owner: int, path: Path) -> str | None:
    """Why a file or folder may not be used, by its status in the file system; None when it may."""
    mode, is_folder = status.st_mode, stat.S_ISDIR(status.st_mode)
    shut = access.shut_folder if is_folder else access.shut_file
    if stat.S_ISLNK(mode):
        return f"{path} is a link, and no link is followed: put the file or folder itself there"
    if not is_folder and not stat.S_ISREG(mode):
        return no_file(path)
    if access.owned and status.st_uid not in {0, os.geteuid(), owner}:
        return f"{path} belongs to another user: chown it to the user who runs the ledger"
    if access.owned and not is_folder and status.st_nlink > 1:
        return f"{path} has another name as well, a hard link: put a copy there"
    return _openness(mode & shut, path, _shutting(shut, is_folder=is_folder))


def _openness(bits: int, path: Path, shutting: str) -> str | None:
    if bits & 0o022:
        return f"others may change {path}: chmod {shutting} {path}"
    return f"others may read {path}: chmod {shutting} {path}" if bits else None


def _shutting(shut: int, *, is_folder: bool) -> str:
    """The argument for chmod that shuts an open file or folder, and opens nothing."""
    if not shut & 0o044:
        return "go-w"
    return "700" if is_folder else "600"


def no_file(path: Path) -> str:
    """The words for something else in the place of a file."""
    return f"{path} is no ordinary file: remove it"


def no_folder(path: Path) -> str:
    """The words for something else in the place of a folder."""
    return f"{path} is no folder: remove it"
