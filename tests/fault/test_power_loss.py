"""Power fails while the publisher writes: whatever was not flushed is gone, and no promise is broken."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.fault.enduring import closing
from tests.fault.faults import whole_path
from tests.fixtures.tlog import Log
from tests.integration.test_publishing import record


class PowerLoss(BaseException):
    """The machine is off."""


@dataclass
class Disk:
    """Remembers of the files in a folder what has not been flushed, and forgets it when power fails.

    Power fails before step `at`; a step is a write, a flush or a change of a folder.
    """

    folder: Path
    at: int
    steps: int = 0
    paths: dict[int, Path] = field(default_factory=dict)
    flushed: dict[Path, int] = field(default_factory=dict)
    pending: list[tuple[Path, Path, bytes | None]] = field(default_factory=list)

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            raise PowerLoss

    def opened(self, original: Callable[..., int]) -> Callable[..., int]:
        def call(path: Any, flags: int, *arguments: Any, **options: Any) -> int:
            place = whole_path(path, options.get("dir_fd"))
            if not place.is_relative_to(self.folder):
                return original(path, flags, *arguments, **options)
            if flags & os.O_CREAT and not place.exists():
                self.pending.append((place.parent, place, None))
            descriptor = original(path, flags, *arguments, **options)
            self.paths[descriptor] = place
            if flags & os.O_TRUNC:
                self.flushed[place] = 0
            return descriptor

        return call

    def written(self, original: Callable[..., int]) -> Callable[..., int]:
        def call(descriptor: int, content: Any) -> int:
            if descriptor in self.paths:
                self.step()
            return original(descriptor, content)

        return call

    def truncated(self, original: Callable[..., None]) -> Callable[..., None]:
        def call(descriptor: int, length: int) -> None:
            original(descriptor, length)
            if descriptor in self.paths:
                self.flushed[self.paths[descriptor]] = length

        return call

    def synced(self, original: Callable[[int], None]) -> Callable[[int], None]:
        def call(descriptor: int) -> None:
            place = self.paths.get(descriptor)
            if place:
                self.step()
                self.flushed.pop(place, None)
                self.pending = [change for change in self.pending if change[0] != place]
            original(descriptor)

        return call

    def renamed(self, original: Callable[..., None]) -> Callable[..., None]:
        def call(source: Any, target: Any, **options: Any) -> None:
            old = whole_path(source, options.get("src_dir_fd"))
            new = whole_path(target, options.get("dst_dir_fd"))
            if new.is_relative_to(self.folder):
                self.step()
                before = new.read_bytes() if new.exists() else None
                self.pending.append((new.parent, new, before))
                if old in self.flushed:
                    self.flushed[new] = self.flushed.pop(old)
            original(source, target, **options)

        return call

    def made(self, original: Callable[..., None]) -> Callable[..., None]:
        def call(path: Any, *arguments: Any, **options: Any) -> None:
            place = whole_path(path, options.get("dir_fd"))
            if place.is_relative_to(self.folder):
                self.step()
                self.pending.append((place.parent, place, None))
            original(path, *arguments, **options)

        return call

    def closed(self, original: Callable[[int], None]) -> Callable[[int], None]:
        def call(descriptor: int) -> None:
            self.paths.pop(descriptor, None)
            original(descriptor)

        return call

    def lose(self) -> None:
        """What is left when power comes back."""
        for place, length in self.flushed.items():
            if place.exists():
                os.truncate(place, length + (place.stat().st_size - length) // 2)
        for _, place, before in reversed(self.pending):
            if before is not None:
                place.write_bytes(before)
            elif place.is_dir():
                shutil.rmtree(place)
            else:
                place.unlink(missing_ok=True)


@contextmanager
def powered(disk: Disk) -> Iterator[None]:
    """Until power fails."""
    with pytest.MonkeyPatch.context() as patch:
        steps: dict[str, Callable[[Any], Callable[..., Any]]] = {
            "open": disk.opened,
            "write": disk.written,
            "ftruncate": disk.truncated,
            "fsync": disk.synced,
            "rename": disk.renamed,
            "mkdir": disk.made,
            "close": disk.closed,
        }
        for name, make in steps.items():
            patch.setattr(os, name, make(getattr(os, name)))
        yield


@pytest.mark.parametrize(("entries", "anew"), [(2, False), (130, False), (2, True)])
def test_what_was_promised_survives_a_power_loss(log: Log, entries: int, anew: bool) -> None:
    """Power fails at every step in turn: of one log that grows over the ends of tiles, or of new ones."""
    log.key_file.create()
    lost, at = True, 0
    while lost:
        at += 1
        with closing(log.house):
            record(log.house, entries)
            if anew and log.path.exists():
                shutil.rmtree(log.path)
                log.origin = f"ledger.localhost/{at}"
                log.key_file.rotate()
            lost = publish_and_lose(log, at)
            log.publish()
            assert log.check() == entries * at
    assert at > 10


def publish_and_lose(log: Log, at: int) -> bool:
    """Publish until power fails at a step; False when there was no such step."""
    promised = list(log.folder.history)
    disk = Disk(log.path.parent, at)
    try:
        with powered(disk):
            log.publish()
    except PowerLoss:
        disk.lose()
        check_promises(log, promised)
        return True
    return False


def check_promises(log: Log, promised: list[bytes]) -> None:
    assert list(log.folder.history)[: len(promised)] == promised
    published = log.folder.checkpoint()
    if published:
        assert published in list(log.folder.history)
        log.check_files(log.checkpoint().size)
    elif promised:
        raise AssertionError("the checkpoint is gone")
