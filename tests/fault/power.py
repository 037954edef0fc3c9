"""A disk that forgets whatever was not flushed when power fails."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.fault.faults import whole_path


class PowerLoss(BaseException):
    """The machine is off."""


@dataclass
class Disk:
    """Remembers of the files in a folder what has not been flushed, and forgets it when power fails.

    Power fails before step `at`, with 0 never; a step is a write, a flush or a change of a folder.
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
            is_new = flags & os.O_CREAT and not place.exists()
            descriptor = original(path, flags, *arguments, **options)
            self.paths.pop(descriptor, None)  # of a file that was closed behind our back
            if not place.is_relative_to(self.folder):
                return descriptor
            self.paths[descriptor] = place
            if is_new:
                self.pending.append((place.parent, place, None))
            if is_new or flags & os.O_TRUNC:
                self.flushed[place] = 0
            return descriptor

        return call

    def written(self, original: Callable[..., int]) -> Callable[..., int]:
        def call(descriptor: int, content: Any, *offset: int) -> int:
            if descriptor in self.paths:
                self.step()
                size = os.fstat(descriptor).st_size
                self.flushed.setdefault(self.paths[descriptor], size)
            return original(descriptor, content, *offset)

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

    def removed(self, original: Callable[..., None]) -> Callable[..., None]:
        def call(path: Any, **options: Any) -> None:
            place = whole_path(path, options.get("dir_fd"))
            if place.is_relative_to(self.folder) and place.exists():
                self.step()
                self.pending.append((place.parent, place, place.read_bytes()))
            original(path, **options)

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
            "pwrite": disk.written,
            "ftruncate": disk.truncated,
            "fsync": disk.synced,
            "rename": disk.renamed,
            "mkdir": disk.made,
            "unlink": disk.removed,
            "close": disk.closed,
        }
        for name, make in steps.items():
            patch.setattr(os, name, make(getattr(os, name)))
        yield


@contextmanager
def durable(folder: Path) -> Iterator[None]:
    """Do something that is durable on return: power fails then, and the folder is as it was left."""
    disk = Disk(folder, 0)
    with powered(disk):
        yield
    left = found_in(folder)
    disk.lose()
    assert found_in(folder) == left
    assert disk.steps > 1


def found_in(folder: Path) -> dict[str, bytes | None]:
    """Every file below a folder with its content, and every folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in sorted(folder.rglob("*"))
    }
