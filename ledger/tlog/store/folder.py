"""The log as files: tiles, entry bundles, checkpoint, history, and the lock of the one publisher.

Laid out as C2SP tlog-tiles asks, so that any web server can hand out checkpoint and tiles. Entry bundles say
what was done with whose data, by pseudonym: their folders are closed to everybody but the owner.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from ledger.errors import Fenced, Unproven
from ledger.tlog.store.files import (
    PUBLIC_FILE,
    PUBLIC_FOLDER,
    SECRET_FILE,
    SECRET_FOLDER,
    alone,
    make_folder,
    mapped_faults,
    read_file,
    remove_files,
    write_files,
)
from ledger.tlog.store.history import History
from ledger.tlog.tree.bundles import decode_bundle
from ledger.tlog.tree.tiles import TILE_WIDTH, bundle_path, decode_tile, tile_path

CHECKPOINT = "checkpoint"
_HISTORY = "checkpoints"
_LOCK = "publisher.lock"
MINIMUM_INDEX = "minimum-index"
_NUMBER_LINE = re.compile(rb"[1-9][0-9]{0,18}\n")


class LogFolder:
    """One log's folder. Reading needs no lock: what a checkpoint promises is there and stays."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.history = History(path / _HISTORY)

    def checkpoint(self) -> bytes | None:
        """The published checkpoint; None when there is none yet."""
        return read_file(self.path / CHECKPOINT)

    def checkpoint_time(self) -> float:
        """When it was published, in seconds since 1970."""
        with mapped_faults():
            return (self.path / CHECKPOINT).stat().st_mtime

    def tile(self, level: int, number: int, width: int) -> list[bytes]:
        """The first hashes of a tile. Raises Unproven when they are not there."""
        content, _ = self._read(tile_path(level, number, width), tile_path(level, number))
        return decode_tile(content, width)

    def bundle(self, number: int, width: int) -> list[bytes]:
        """The first entries of a bundle. Raises Unproven when they are not there."""
        exact = bundle_path(number, width)
        content, name = self._read(exact, bundle_path(number))
        return decode_bundle(content, width, grown=name != exact)

    def _read(self, *names: str) -> tuple[bytes, str]:
        """The first of some files that is there: a partial tile may have become full meanwhile."""
        for name in names:
            content = read_file(self.path / name)
            if content is not None:
                return content, name
        raise Unproven(f"the log has no {names[0]}")

    def put(self, tiles: Mapping[str, bytes], bundles: Mapping[str, bytes]) -> None:
        """Write tiles and bundles by path. Durable on return."""
        self._make()
        # Tiles are for everyone; bundles say what was done with whose data.
        public = {self.path / name: content for name, content in tiles.items()}
        secret = {self.path / name: content for name, content in bundles.items()}
        with mapped_faults():
            make_folder(self.path / "tile", PUBLIC_FOLDER)
        write_files(public, PUBLIC_FILE, PUBLIC_FOLDER)
        write_files(secret, SECRET_FILE, SECRET_FOLDER)

    def publish(self, checkpoint: bytes) -> None:
        """Replace the published checkpoint. Durable on return."""
        self._make()
        write_files({self.path / CHECKPOINT: checkpoint}, PUBLIC_FILE, PUBLIC_FOLDER)

    def tidy(self, full: Iterable[tuple[int, int]]) -> None:
        """Remove the partial forms of tiles (level, number) that are full and published."""
        for level, number in full:
            paths = [tile_path(level, number), *([bundle_path(number)] if level == 0 else [])]
            for name in paths:
                _remove(self.path / f"{name}.p")

    def minimum_index(self) -> int:
        """The index of the first entry whose bundle is promised to be there; 0 unless a prefix was pruned."""
        content = read_file(self.path / MINIMUM_INDEX)
        if content is None:
            return 0
        if not _NUMBER_LINE.fullmatch(content):
            raise Unproven(f"the file {MINIMUM_INDEX} of the log holds no number")
        return int(content)

    def prune(self, count: int) -> None:
        """Say that the bundles of the first entries are gone, then remove them; their tiles stay. Durable.

        `count`: a multiple of a bundle's entries. Idempotent: after a crash the same call goes on.
        """
        if count > self.minimum_index():
            files = {self.path / MINIMUM_INDEX: b"%d\n" % count}
            write_files(files, PUBLIC_FILE, PUBLIC_FOLDER)
        remove_files(self.path / bundle_path(number) for number in range(count // TILE_WIDTH))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only publisher of this folder. Raises Fenced when another one is."""
        self._make()
        with mapped_faults():
            descriptor = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, SECRET_FILE)
        with alone(descriptor, Fenced(f"another publisher is at work in {self.path}")):
            yield

    def _make(self) -> None:
        with mapped_faults():
            make_folder(self.path, PUBLIC_FOLDER)


def _remove(folder: Path) -> None:
    """Remove a folder of files; harmless when it is gone."""
    with mapped_faults(), suppress(FileNotFoundError):
        for name in os.listdir(folder):
            os.unlink(folder / name)
        os.rmdir(folder)
