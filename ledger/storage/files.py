"""Files in folders: all opening, making, replacing and removing in a folder of a ledger goes through here.

Each file is opened below its folder step by step, following no link and waiting for no pipe, and is then
looked at: an ordinary file with one name, of the right owner, which nobody else may read or change. A written
file is whole and stays: written under another name, flushed, renamed, and the folder flushed. Raises OSError,
and its subclass Unsafe for a file or folder that may not be used.

A file that root makes in a folder of the user who runs the ledger belongs to that user.
"""

import errno
import fcntl
import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, NamedTuple

from ledger.storage.access import GIVEN, PRIVATE, Access, Unsafe, fault_of, no_file, no_folder

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_FILE = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL
# The system's errors for a link that is not followed, and for a file that cannot be opened as a file.
_LINKS = {errno.ELOOP, errno.ENOTDIR}
_NO_FILES = {errno.ENXIO, errno.EISDIR, errno.ENODEV, errno.EOPNOTSUPP}


class Place(NamedTuple):
    """A folder that is open. `owner`: whose files are right in it, beside those of root."""

    descriptor: int
    owner: int
    path: Path


def draft_of(name: str) -> str:
    """The name under which a file is written. A process that dies leaves it, and the next one takes it."""
    return f".{name}.new"


class Folder:
    """A folder with all that is below it. Names are paths below it, such as `tile/0/000`.

    `named`: a user or a setting names it, so it may be a link itself. Files and folders below it never are.
    """

    def __init__(self, path: Path, access: Access = PRIVATE, *, named: bool = False) -> None:
        self.path = path
        self.access = access
        self._flags = _FOLDER if named else _FOLDER | os.O_NOFOLLOW

    def opened(self, name: str, most: int | None = None) -> BinaryIO:
        """A file, for reading. One with more than `most` bytes is an error."""
        return os.fdopen(self._reading(name, most)[0], "rb")

    def read(self, name: str, most: int) -> bytes:
        """The content of a file of at most `most` bytes. A larger file is an error."""
        descriptor, size = self._reading(name, most)
        try:
            return read_all(descriptor, size)
        finally:
            os.close(descriptor)

    def status(self, name: str) -> os.stat_result | None:
        """The status of a file, or of a link itself; None if it is missing."""
        try:
            with self._within(name, check=False) as (place, own):
                return os.stat(own, dir_fd=place.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def has(self, name: str) -> bool:
        """Whether anything has this name, be it a file or not."""
        return self.status(name) is not None

    def fault(self, name: str) -> str | None:
        """Why a file may not be used; None for a file that may be used or is missing."""
        try:
            with self._within(name) as (place, own):
                status = os.stat(own, dir_fd=place.descriptor, follow_symlinks=False)
                return fault_of(status, self.access, place.owner, place.path / own)
        except Unsafe as error:
            return str(error.strerror)
        except OSError:
            return None

    def listed(self, below: str = "") -> Iterator[tuple[str, os.stat_result]]:
        """The entries of a folder with their status, sorted by name; empty for a missing folder.

        Nothing is opened.
        """
        try:
            with self._held(below, check=False) as place:
                for own in sorted(os.listdir(place.descriptor)):
                    with suppress(FileNotFoundError):  # removed just now
                        yield own, os.stat(own, dir_fd=place.descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return

    def names(self, below: str = "") -> list[str]:
        """The names in a folder, sorted; empty for a missing folder."""
        try:
            with self._held(below, check=False) as place:
                return sorted(os.listdir(place.descriptor))
        except FileNotFoundError:
            return []

    def make(self, below: str = "") -> None:
        """Make a folder, and those above it. Durable on return."""
        with self._held(below, make=True):
            pass

    def flush(self, below: str = "") -> None:
        """Make the names in a folder durable: a new or removed file may vanish or reappear without it."""
        with self._held(below) as place:
            os.fsync(place.descriptor)

    def write(self, files: Mapping[str, bytes]) -> None:
        """Write files, each whole or not at all, over those that are there. Durable on return.

        All are flushed after the last one is written: the disk then works on them together.
        """
        with ExitStack() as stack:
            places: dict[str, Place] = {}
            drafts = []
            for name, content in files.items():
                below, own = _apart(name)
                if below not in places:
                    places[below] = stack.enter_context(self._held(below, make=True))
                draft, descriptor = stack.enter_context(self._draft(places[below], own))
                write_all(descriptor, content)
                drafts.append((places[below].descriptor, draft, own, descriptor))
            for _, _, _, descriptor in drafts:
                os.fsync(descriptor)
            for folder, draft, own, _ in drafts:
                os.rename(draft, own, src_dir_fd=folder, dst_dir_fd=folder)
            for place in places.values():
                os.fsync(place.descriptor)

    @contextmanager
    def replacing(self, name: str) -> Iterator[BinaryIO]:
        """A file to write, which takes the place of the one that is there when the block ends, durably."""
        with (
            self._within(name, make=True) as (place, own),
            self._draft(place, own) as (draft, descriptor),
        ):
            with os.fdopen(descriptor, "wb", closefd=False) as file:
                yield file
            os.fsync(descriptor)
            os.rename(draft, own, src_dir_fd=place.descriptor, dst_dir_fd=place.descriptor)
            os.fsync(place.descriptor)

    def create(self, name: str, content: bytes) -> bool:
        """Make a file in one step and durably; False where there is anything already, which stays.

        Whoever made that may have died before its name was durable, so it is made so.
        """
        with self._within(name, make=True) as (place, own):
            folder = place.descriptor
            # Whoever makes the same file waits for the draft, and then finds the file.
            with self._draft(place, own) as (draft, descriptor):
                if _lies(folder, own):
                    os.unlink(draft, dir_fd=folder)
                    os.fsync(folder)
                    return False
                write_all(descriptor, content)
                os.fsync(descriptor)
                os.rename(draft, own, src_dir_fd=folder, dst_dir_fd=folder)
                os.fsync(folder)
                return True

    def opened_new(self, name: str) -> BinaryIO:
        """A new file, for writing. Raises FileExistsError where there is anything already."""
        with self._within(name, make=True) as (place, own):
            return os.fdopen(self._new(place, own), "wb")

    @contextmanager
    def locked(self, name: str, *, make: bool = True, wait: bool = True) -> Iterator[int]:
        """A file to read and write in place, locked against others who lock it; it has its name all the
        while.

        `make`: create an empty file if it is missing. Raises BlockingIOError if it is locked and this may not
        `wait`.
        """
        with self._within(name, make=make) as (place, own):
            descriptor = self._existing(place, own, make=make)
            while not _holds(place, own, descriptor, wait=wait):
                descriptor = self._existing(place, own, make=make)
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    @contextmanager
    def alone(self, *, wait: bool = True) -> Iterator[None]:
        """The folder itself, locked against others who ask so; it is made where it is missing.

        Raises BlockingIOError where it is locked and this may not `wait`.
        """
        with self._held("", make=True) as place:
            fcntl.flock(place.descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            yield

    def remove(self, names: Iterable[str]) -> int:
        """Remove files; those that are gone are passed over. How many there were. Durable on return."""
        removed, by_folder = 0, dict[str, list[str]]()
        for name in names:
            below, own = _apart(name)
            by_folder.setdefault(below, []).append(own)
        for below, some in by_folder.items():
            with suppress(FileNotFoundError), self._held(below) as place:
                for own in some:
                    with suppress(FileNotFoundError):
                        os.unlink(own, dir_fd=place.descriptor)
                        removed += 1
                os.fsync(place.descriptor)
        return removed

    def remove_folder(self, below: str) -> None:
        """Remove a folder of files; harmless when it is gone."""
        with suppress(FileNotFoundError), self._within(below) as (place, own):
            self.remove(f"{below}/{name}" for name in self.names(below))
            os.rmdir(own, dir_fd=place.descriptor)

    @contextmanager
    def _within(
        self, name: str, *, make: bool = False, check: bool = True
    ) -> Iterator[tuple[Place, str]]:
        """The folder of a file, and the file's own name in it."""
        below, own = _apart(name)
        with self._held(below, make=make, check=check) as place:
            yield place, own

    @contextmanager
    def _held(self, below: str, *, make: bool = False, check: bool = True) -> Iterator[Place]:
        """A folder below this one, or this one."""
        steps, place = _steps(below), self._base(make=make, check=check)
        for own in steps:
            outer = place
            try:
                place = self._step(outer, own, make=make, check=check)
            finally:
                os.close(outer.descriptor)
        try:
            yield place
        finally:
            os.close(place.descriptor)

    def _base(self, *, make: bool, check: bool) -> Place:
        try:
            descriptor = os.open(self.path, self._flags)
        except FileNotFoundError:
            if not make:
                raise
            make_folders(self.path, self.access.folder)
            descriptor = os.open(self.path, self._flags)
        except OSError as error:
            raise _explained(error, self.path) from None
        # The owner of a public file, and of any file for root, is that of the folder; otherwise this user.
        is_public = not self.access.shut_file & 0o044
        owner = os.geteuid()
        if is_public or owner == 0:
            owner = os.fstat(descriptor).st_uid
        return self._checked(Place(descriptor, owner, self.path), check=check)

    def _step(self, outer: Place, own: str, *, make: bool, check: bool) -> Place:
        """A folder in a folder."""
        folder, path, flags = outer.descriptor, outer.path / own, _FOLDER | os.O_NOFOLLOW
        try:
            descriptor = os.open(own, flags, dir_fd=folder)
        except FileNotFoundError as error:
            if not make:
                raise _explained(error, path) from None
            with suppress(FileExistsError):
                os.mkdir(own, self.access.folder, dir_fd=folder)
                os.fsync(folder)
            descriptor = os.open(own, flags, dir_fd=folder)
            self._give(descriptor, outer.owner)
        except OSError as error:
            raise _explained(error, path, own, folder) from None
        return self._checked(Place(descriptor, outer.owner, path), check=check)

    def _checked(self, place: Place, *, check: bool) -> Place:
        status = os.fstat(place.descriptor)
        fault = fault_of(status, self.access, place.owner, place.path) if check else None
        if fault:
            os.close(place.descriptor)
            raise Unsafe(fault)
        return place

    def _reading(self, name: str, most: int | None) -> tuple[int, int]:
        """Descriptor and size of a file."""
        with self._within(name) as (place, own):
            descriptor, size = self._open(place, own, os.O_RDONLY)
        if most is not None and size > most:
            os.close(descriptor)
            raise too_large(most)
        return descriptor, size

    def _open(self, place: Place, own: str, flags: int) -> tuple[int, int]:
        """Descriptor and size of a file that is there, and that may be used."""
        path = place.path / own
        try:
            descriptor = os.open(own, flags | _FILE, dir_fd=place.descriptor)
        except OSError as error:
            raise _explained(error, path, own, place.descriptor) from None
        status = os.fstat(descriptor)
        fault = fault_of(status, self.access, place.owner, path)
        if stat.S_ISDIR(status.st_mode):
            fault = no_file(path)
        if fault:
            os.close(descriptor)
            raise Unsafe(fault)
        return descriptor, status.st_size

    def _existing(self, place: Place, own: str, *, make: bool) -> int:
        """A file to write in place, whose name is durable; made empty if it is missing."""
        while True:
            try:
                descriptor, size = self._open(place, own, os.O_RDWR)
            except FileNotFoundError:
                if not make:
                    raise
            else:
                # Whoever made it may have died before its name was durable, and then wrote nothing.
                try:
                    if make and not size:
                        os.fsync(place.descriptor)
                except OSError:
                    os.close(descriptor)
                    raise
                return descriptor
            with suppress(FileExistsError):
                os.close(self._new(place, own))

    def _new(self, place: Place, own: str) -> int:
        try:
            descriptor = os.open(own, _NEW | _FILE, self.access.file, dir_fd=place.descriptor)
        except OSError as error:
            error.filename = str(place.path / own)
            raise
        self._give(descriptor, place.owner)
        return descriptor

    def _give(self, descriptor: int, owner: int) -> None:
        if self.access.owned and os.geteuid() == 0 and owner != 0:
            os.fchown(descriptor, owner, -1)

    @contextmanager
    def _draft(self, place: Place, own: str) -> Iterator[tuple[str, int]]:
        """Name and descriptor of an empty file beside the one that is to be written, and of nobody else's."""
        draft = draft_of(own)
        descriptor = None
        while descriptor is None:
            try:
                descriptor = self._new(place, draft)
            except FileExistsError:
                descriptor = self._left(place, draft)
            if descriptor is not None and not _holds(place, draft, descriptor):
                descriptor = None
        try:
            os.ftruncate(descriptor, 0)
            yield draft, descriptor
        except BaseException:
            with suppress(OSError):
                os.unlink(draft, dir_fd=place.descriptor)
            raise
        finally:
            os.close(descriptor)

    def _left(self, place: Place, draft: str) -> int | None:
        """A draft that a process left, or is writing; None for a missing one. An unsafe draft is removed."""
        try:
            if self.access.owned:
                return self._open(place, draft, os.O_RDWR)[0]
        except FileNotFoundError:
            return None
        except Unsafe:
            pass
        # Whoever put it there may have it open.
        with suppress(FileNotFoundError):
            os.unlink(draft, dir_fd=place.descriptor)
        return None


def open_folder(folder: Path) -> int:
    """Descriptor of a folder, never of a link, such as to hold a lock on it. The caller closes it."""
    return os.open(folder, _FOLDER | os.O_NOFOLLOW)


def make_folders(folder: Path, mode: int) -> None:
    """Make a folder and those above it. Durable on return."""
    if folder.is_dir():
        return
    make_folders(folder.parent, mode)
    try:
        os.mkdir(folder, mode)
    except FileExistsError:
        return
    Folder(folder.parent, GIVEN, named=True).flush()


def write_all(descriptor: int, content: bytes) -> None:
    """Write every byte: a disk that is nearly full takes a part, and refuses the next one."""
    rest = memoryview(content)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


def read_all(descriptor: int, size: int) -> bytes:
    """The content of an open file, at most `size` bytes."""
    content = os.read(descriptor, size)
    while 0 < len(content) < size and (more := os.read(descriptor, size - len(content))):
        content += more
    return content


def too_large(most: int) -> OSError:
    """The error for a file that is larger than this program ever writes."""
    return OSError(errno.EFBIG, f"it has more than {most} bytes")


def _steps(below: str) -> list[str]:
    """The names on a way down. Nothing leads up, or anywhere else."""
    steps = below.split("/") if below else []
    if not all(steps) or not {".", ".."}.isdisjoint(steps):
        raise ValueError("a name of a file below a folder has no empty part, and leads down")
    return steps


def _apart(name: str) -> tuple[str, str]:
    """The folder of a name, and the name in it."""
    *above, own = _steps(name)
    return "/".join(above), own


def _lies(folder: int, own: str) -> bool:
    try:
        os.stat(own, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _holds(place: Place, own: str, descriptor: int, *, wait: bool = True) -> bool:
    """Lock an open file. False, and closed, where another file got its name meanwhile."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        status = os.stat(own, dir_fd=place.descriptor, follow_symlinks=False)
        if os.path.samestat(status, os.fstat(descriptor)):
            return True
    except FileNotFoundError:
        pass
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    return False


def _explained(
    error: OSError, path: Path, own: str | None = None, folder: int | None = None
) -> OSError:
    """An error of opening a file or a folder, told so that a person sees what lies there."""
    error.filename = str(path)
    if error.errno in _NO_FILES:
        return Unsafe(no_file(path))
    if error.errno not in _LINKS:
        return error
    try:
        status = os.stat(own or path, dir_fd=folder, follow_symlinks=False)
    except OSError:  # a part of the path above it is a file
        return FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    return Unsafe(fault_of(status, GIVEN, 0, path) or no_folder(path))
