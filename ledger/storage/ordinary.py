"""Reading files of folders that others may write to: no such file blocks the program or fills memory.

A pipe would be waited for, a device never ends, and a file can claim any size. What a link leads to is read:
sites mount their keys so.
"""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO


def open_ordinary(path: Path, most: int | None = None) -> BinaryIO:
    """A file, for reading.

    Raises OSError, also for a pipe, a device, a socket, a folder, or more than `most` bytes.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise OSError(errno.EINVAL, "it is no ordinary file")
        if most is not None and status.st_size > most:
            raise too_large(most)
        return os.fdopen(descriptor, "rb")
    except BaseException:
        os.close(descriptor)
        raise


def read_ordinary(path: Path, most: int) -> bytes:
    """What a file holds, at most so many bytes. Raises OSError, also for a larger file."""
    with open_ordinary(path, most) as file:
        # It takes room for all that it is asked for: the size of the file, or more where that is not told.
        size = os.fstat(file.fileno()).st_size
        return file.read(min(most, size or most))


def too_large(most: int) -> OSError:
    """The error for a file that is larger than this program ever writes."""
    return OSError(errno.EFBIG, f"it has more than {most} bytes")
