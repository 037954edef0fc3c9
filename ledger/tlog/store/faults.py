"""Faults of the log's files, as errors of this program, and the lock of the process that writes them.

ServiceAway: a full disk, and the like. The files are as they were before, and the same call may be made
again. Unproven: something that may not be used lies in the place of a file; a person must look.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from ledger.errors import LedgerError, ServiceAway, Unproven
from ledger.storage.access import Unsafe
from ledger.storage.files import Folder

# More than any file of a log that is read at once: a bundle has 256 entries of at most 64 KiB.
_MOST_BYTES = 1 << 26


@contextmanager
def mapped_faults() -> Iterator[None]:
    """Translate the errors of the file system."""
    try:
        yield
    except Unsafe as error:
        raise Unproven(error.strerror) from None
    except OSError as error:
        what = error.strerror or type(error).__name__
        raise ServiceAway(f"the files of the log cannot be reached: {what}") from None


def read_file(folder: Folder, name: str) -> bytes | None:
    """The content of a file; None for a missing file.

    Raises ServiceAway, also for a huge file, or Unproven.
    """
    with mapped_faults():
        try:
            return folder.read(name, _MOST_BYTES)
        except FileNotFoundError:
            return None


@contextmanager
def alone(lock: AbstractContextManager[object], taken: LedgerError) -> Iterator[None]:
    """Hold a lock in this block. A process that ends lets go of it. Raises `taken` while it is held."""
    with ExitStack() as stack:
        with mapped_faults():
            try:
                stack.enter_context(lock)
            except BlockingIOError:
                raise taken from None
        yield
