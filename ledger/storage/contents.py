"""The names that may lie in the folders of a ledger, and who may read each.

A start refuses an unsafe folder. The audit names its faults, and everything else that this program does not
leave in a folder. Nothing is opened here, and no link is followed.
"""

import os
import re
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from ledger.errors import Misconfigured
from ledger.storage.access import PRIVATE, PUBLIC, SECRET, Access, fault_of, no_file, no_folder
from ledger.storage.files import Folder


class Kept(NamedTuple):
    """Something that may lie in a folder. `name`: a pattern of its path. `once`: a file that is made once."""

    name: str
    access: Access
    is_folder: bool = False
    once: bool = False


class Contents(NamedTuple):
    """The files that may lie in a folder, and the access to the folder itself.

    `within`: it lies in a folder of the program's own, where no other user may exchange it.
    """

    access: Access
    kept: tuple[Kept, ...]
    within: bool = True

    def of(self, name: str) -> Kept | None:
        """The kind of file with a name; None for a name that this program never gives."""
        return next((kept for kept in self.kept if re.fullmatch(kept.name, name)), None)


class Found(NamedTuple):
    """Something in a folder. `why`: its fault, as a sentence; None without one.

    `unsafe`: whoever uses the folder would be deceived or overheard.
    """

    name: str
    why: str | None = None
    unsafe: bool = False


# A process that dies leaves a file half written; the next process takes it over, soon.
_SOON_S = 3600
# As C2SP tlog-tiles spells numbers: in groups of three digits, the first of which are not all zeros.
_ABOVE = r"(x(?!000)[0-9]{3}/(x[0-9]{3}/){0,5})?"
_LEVEL = r"([0-9]|[1-5][0-9]|6[0-3])"
_TILES = rf"({_ABOVE}[0-9]{{3}}\.p|x(?!000)[0-9]{{3}}(/x[0-9]{{3}}){{0,5}})"
_TILE = rf"{_ABOVE}[0-9]{{3}}(\.p/([1-9][0-9]?|1[0-9]{{2}}|2[0-4][0-9]|25[0-5]))?"

KEYS = Contents(
    PRIVATE,
    (
        Kept(
            r"(epoch-[0-9]{6,9}|rows|log|completeness|withheld|signing|hand-over)\.key",
            PRIVATE,
            once=True,
        ),
        Kept(r"(log|completeness|signing|hand-over)\.vkeys", PUBLIC),
        Kept(r"withheld\.pub", PUBLIC),
        Kept(r"erasures\.journal", PRIVATE),
        Kept(r"links|login-links", PRIVATE, is_folder=True),
        Kept(r"links/[0-9]{6,9}\.keys", PRIVATE),
        Kept(r"login-links/([0-9a-f]{64}\.link|console)", PRIVATE),
    ),
)
"""`LEDGER_KEY_DIR/NAME`: keys, and what must not be in a backup of the database."""

LOG = Contents(
    PUBLIC,
    (
        Kept(r"checkpoint|minimum-index", PUBLIC),
        Kept(r"publisher\.lock", PRIVATE),
        Kept(r"checkpoints", PUBLIC, is_folder=True),
        Kept(r"checkpoints/[0-9]{4}-[0-9]{2}-[0-9]{2}", PUBLIC),
        Kept(rf"tile|tile/{_LEVEL}(/{_TILES})?", PUBLIC, is_folder=True),
        Kept(rf"tile/{_LEVEL}/{_TILE}", PUBLIC),
        Kept(rf"tile/entries(/{_TILES})?", PRIVATE, is_folder=True),
        Kept(rf"tile/entries/{_TILE}", PRIVATE),
    ),
)
"""`LEDGER_LOG_DIR/NAME`: the transparency log. Entries are for the owner alone."""

EPOCHS = Contents(
    PUBLIC,
    (
        *LOG.kept,
        Kept(r"index", PRIVATE, is_folder=True),
        Kept(r"index/[1-9][0-9]{0,18}(\.parts)?", PRIVATE),
    ),
)
"""`LEDGER_LOG_DIR/NAME.completeness`: the log of the index's roots, and the index, for the owner alone."""

WITNESS = Contents(
    PUBLIC,
    (
        Kept(r"witness\.key", PRIVATE, once=True),
        Kept(r"witness\.vkeys", PUBLIC),
        Kept(r"witness\.lock", PRIVATE),
        Kept(r"[0-9a-f]{64}", PUBLIC, is_folder=True),
        Kept(r"[0-9a-f]{64}/checkpoint", PUBLIC),
    ),
    within=False,
)
"""The folder of a witness, by any path: its key, and what it signed last of each log."""


def look(path: Path, contents: Contents, *, deep: bool = True) -> Iterator[Found]:
    """Look at all that lies in a folder, and tell its faults; the folder itself first.

    `deep`: also below its folders.

    Nothing for a folder that is missing, or that this user cannot enter.
    """
    path = path if contents.within else path.resolve()
    try:
        status, above = os.stat(path, follow_symlinks=False), os.stat(path.parent)
    except OSError:
        return
    if stat.S_ISDIR(status.st_mode) and not os.access(path, os.R_OK | os.X_OK):
        return
    # In a folder with the sticky bit no user exchanges the files of another.
    if contents.within and not above.st_mode & stat.S_ISVTX:
        yield _found("..", fault_of(above, SECRET, above.st_uid, path.parent.resolve()))
    owner = status.st_uid if contents.access is PUBLIC or os.geteuid() == 0 else os.geteuid()
    yield _found("", _fault_of(status, Kept("", contents.access, is_folder=True), owner, path))
    yield from _inside(Folder(path, contents.access), contents, "", owner, deep=deep)


def _inside(
    folder: Folder, contents: Contents, below: str, owner: int, *, deep: bool
) -> Iterator[Found]:
    """Look at one folder, and at those below it. No deeper than names of this program go."""
    with suppress(OSError):  # a link, or a folder that this user cannot enter
        for own, status in folder.listed(below):
            name = f"{below}/{own}" if below else own
            yield _look_at(folder, contents, name, status, owner)
            kept = contents.of(name)
            if deep and kept and kept.is_folder and stat.S_ISDIR(status.st_mode):
                yield from _inside(folder, contents, name, owner, deep=deep)


def _look_at(
    folder: Folder, contents: Contents, name: str, status: os.stat_result, owner: int
) -> Found:
    path, kept = folder.path / name, contents.of(name)
    if kept is None:
        kept = _being_written(contents, folder, name)
        if kept is None:
            return Found(name, _odd(path))
        if not 0 <= time.time() - status.st_ctime < _SOON_S:
            return Found(name, _left(path))
    return _found(name, _fault_of(status, kept, owner, path))


def check(path: Path, contents: Contents, *, deep: bool = True) -> None:
    """Raise Misconfigured for a folder that is unsafe to use. The audit reports files that are merely odd."""
    for found in look(path, contents, deep=deep):
        if found.unsafe:
            raise Misconfigured(found.why)


def _odd(path: Path) -> str:
    """The words for a name that somebody else chose: in letters that send nothing to a terminal."""
    return f"{ascii(str(path))[1:-1]} is nothing that this program puts there"


def _found(name: str, why: str | None) -> Found:
    return Found(name, why, unsafe=why is not None)


def _left(path: Path) -> str:
    return f"{ascii(str(path))[1:-1]} is left of a process that died: remove it"


def _being_written(contents: Contents, folder: Folder, name: str) -> Kept | None:
    """The file that a draft becomes once it is written.

    A file that is made once leaves no draft beside it.
    """
    below, _, own = name.rpartition("/")
    if not (own.startswith(".") and own.endswith(".new")):
        return None
    whole = own[1:].removesuffix(".new")
    whole = f"{below}/{whole}" if below else whole
    kept = contents.of(whole)
    if kept is None or kept.is_folder or (kept.once and folder.has(whole)):
        return None
    return kept


def _fault_of(status: os.stat_result, kept: Kept, owner: int, path: Path) -> str | None:
    why = fault_of(status, kept.access, owner, path)
    if why or stat.S_ISDIR(status.st_mode) == kept.is_folder:
        return why
    return no_folder(path) if kept.is_folder else no_file(path)
