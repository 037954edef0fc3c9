"""The log as files: tiles, entry bundles, checkpoint, history, and the lock of the one publisher.

Laid out as C2SP tlog-tiles asks, so that any web server can hand out checkpoint and tiles. Entry bundles tell
of acts with persons' data, by pseudonym: their folders are closed to everybody but the owner.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from ledger.errors import Fenced, NotPublished, Unproven
from ledger.storage.access import PUBLIC, SECRET
from ledger.storage.files import Folder
from ledger.tlog.store.faults import alone, mapped_faults, read_file
from ledger.tlog.store.history import History
from ledger.tlog.tree.bundles import decode_bundle
from ledger.tlog.tree.tiles import TILE_WIDTH, bundle_path, decode_tile, tile_path

CHECKPOINT = "checkpoint"
_LOCK = "publisher.lock"
MINIMUM_INDEX = "minimum-index"
_NUMBER_LINE = re.compile(rb"[1-9][0-9]{0,18}\n")


class LogFolder:
    """One log's folder. Reading needs no lock: the entries that a checkpoint promises are there and stay."""

    def __init__(self, path: Path) -> None:
        self.path = path
        # Tiles are public; bundles tell of acts with persons' data.
        self._public = Folder(path, PUBLIC)
        self._closed = Folder(path, SECRET)
        self.history = History(self._public)

    def checkpoint(self) -> bytes | None:
        """The published checkpoint; None before the first."""
        return read_file(self._public, CHECKPOINT)

    def checkpoint_time(self) -> float:
        """When it was published, in seconds since 1970."""
        with mapped_faults():
            status = self._public.status(CHECKPOINT)
        return status.st_mtime if status else 0.0

    def tile(self, level: int, number: int, width: int) -> list[bytes]:
        """The first hashes of a tile. Raises Unproven when they are not there."""
        names = tile_path(level, number, width), tile_path(level, number)
        content, _ = _first(self._public, *names)
        return decode_tile(content, width)

    def bundle(self, number: int, width: int) -> list[bytes]:
        """The first entries of a bundle. Raises Unproven when they are not there."""
        exact = bundle_path(number, width)
        content, name = _first(self._closed, exact, bundle_path(number))
        return decode_bundle(content, width, grown=name != exact)

    def put(self, tiles: Mapping[str, bytes], bundles: Mapping[str, bytes]) -> None:
        """Write tiles and bundles by path. Durable on return."""
        with mapped_faults():
            self._public.make("tile")
            self._public.write(tiles)
            self._closed.write(bundles)

    def publish(self, checkpoint: bytes) -> None:
        """Replace the published checkpoint. Durable on return."""
        with mapped_faults():
            self._public.write({CHECKPOINT: checkpoint})

    def tidy(self, full: Iterable[tuple[int, int]]) -> None:
        """Remove the partial forms of tiles (level, number) that are full and published."""
        for level, number in full:
            paths = [tile_path(level, number), *([bundle_path(number)] if level == 0 else [])]
            with mapped_faults():
                for name in paths:
                    self._public.remove_folder(f"{name}.p")

    def minimum_index(self) -> int:
        """The index of the first entry whose bundle is promised to be there; 0 unless a prefix was pruned."""
        content = read_file(self._public, MINIMUM_INDEX)
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
            with mapped_faults():
                self._public.write({MINIMUM_INDEX: b"%d\n" % count})
        with mapped_faults():
            self._closed.remove(bundle_path(number) for number in range(count // TILE_WIDTH))

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Be the only publisher of this folder. Raises Fenced when another process is."""
        with mapped_faults():
            self._public.make()
        taken = Fenced(f"another publisher is at work in {self.path}")
        with alone(self._closed.locked(_LOCK, wait=False), taken):
            yield


def _first(folder: Folder, *names: str) -> tuple[bytes, str]:
    """The first of some files that is there: a partial tile may have become full meanwhile."""
    for name in names:
        content = read_file(folder, name)
        if content is not None:
            return content, name
    raise NotPublished(f"the log has no {names[0]}")
