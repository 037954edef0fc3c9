"""Making files survive a crash: what POSIX asks for, and nothing else."""

import os
from pathlib import Path


def fsync_folder(folder: Path) -> None:
    """Make the names in a folder durable: a new or removed file may vanish or reappear without it."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
