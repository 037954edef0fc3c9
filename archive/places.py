"""Where an archive lies: a folder, or a bucket of an S3-compatible store. A file is whole or not there."""

import os
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Protocol

from pyarrow import fs
from pyarrow.dataset import Dataset, dataset

from archive.columns import SCHEMA
from archive.manifest import BUCKET
from ledger.errors import Busy, Misconfigured, ServiceAway
from ledger.storage.access import GIVEN
from ledger.storage.files import Folder
from ledger.tlog.store.faults import alone


class Place(Protocol):
    """A store of files by name, such as `segments/0000000000000000001.parquet`."""

    def put(self, name: str, content: bytes) -> None:
        """Write a file over the one that is there. Durable on return. Raises ServiceAway."""

    def get(self, name: str, most: int) -> bytes | None:
        """The content of a file; of a larger one its first `most + 1` bytes; None if it is missing.

        Raises ServiceAway, also for anything but an ordinary file: so a pipe or a device blocks nobody.
        """

    def alone(self) -> AbstractContextManager[None]:
        """Be the only writer in this block. Raises Busy while a different writer is at work, ServiceAway."""

    def dataset(self, names: Sequence[str]) -> Dataset:
        """Parquet files as one table that is read as far as a question needs it. Raises ServiceAway."""


class FolderPlace:
    """A folder of this machine. Only its owner reads it: entries tell of acts with persons' data."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._folder = Folder(path, GIVEN, named=True)

    def put(self, name: str, content: bytes) -> None:
        """See `Place`."""
        try:
            self._folder.write({name: content})
        except OSError as error:
            raise _away(error.strerror or type(error).__name__) from None

    def get(self, name: str, most: int) -> bytes | None:
        """See `Place`."""
        try:
            with self._folder.opened(name) as file:
                return file.read(min(most, os.fstat(file.fileno()).st_size) + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _away(error.strerror or type(error).__name__) from None

    def alone(self) -> AbstractContextManager[None]:
        """See `Place`. A process that ends lets go of it."""
        taken = Busy(f"another command is writing the archive in {self.path}")
        return alone(self._folder.alone(wait=False), taken)

    def dataset(self, names: Sequence[str]) -> Dataset:
        """See `Place`. A file that may not be used is not handed on to Arrow, which follows links."""
        try:
            for name in names:
                self._folder.opened(name).close()
        except OSError as error:
            raise _away(error.strerror or type(error).__name__) from None
        paths = [str(self.path / name) for name in names]
        return _dataset(paths, fs.LocalFileSystem())

    def size(self, name: str) -> int | None:
        """How many bytes a file has; None for anything but an ordinary file."""
        try:
            with self._folder.opened(name) as file:
                return os.fstat(file.fileno()).st_size
        except OSError:
            return None


class BucketPlace:
    """A prefix of a bucket, by Arrow's client: `s3://bucket/prefix?region=…&endpoint_override=…`.

    Its keys come from the environment, as for every client of S3 (`AWS_ACCESS_KEY_ID` and the like).
    """

    def __init__(self, address: str) -> None:
        try:
            self._files, self._prefix = fs.FileSystem.from_uri(address)
        except (OSError, ValueError) as error:
            raise Misconfigured(f"this is no address of a bucket: {error}") from None
        if not self._prefix:
            raise Misconfigured("this is no address of a bucket: it names none")

    def put(self, name: str, content: bytes) -> None:
        """See `Place`. The store shows an object when it is complete."""
        try:
            with self._files.open_output_stream(f"{self._prefix}/{name}") as stream:
                stream.write(content)
        except OSError as error:
            raise _away(_told(error)) from None

    def get(self, name: str, most: int) -> bytes | None:
        """See `Place`."""
        try:
            with self._files.open_input_file(f"{self._prefix}/{name}") as file:
                content: bytes = file.read(min(most + 1, file.size()))
                return content
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _away(_told(error)) from None

    def alone(self) -> AbstractContextManager[None]:
        """See `Place`. A bucket has no lock: let one machine at a time write it."""
        return nullcontext()

    def dataset(self, names: Sequence[str]) -> Dataset:
        """See `Place`."""
        return _dataset([f"{self._prefix}/{name}" for name in names], self._files)


def _dataset(paths: Sequence[str], files: fs.FileSystem) -> Dataset:
    try:
        return dataset(list(paths), schema=SCHEMA, filesystem=files, format="parquet")
    except OSError as error:
        raise _away(_told(error)) from None


def place_at(address: str) -> Place:
    """The place of an address: `s3://…`, else a folder."""
    return BucketPlace(address) if address.startswith(BUCKET) else FolderPlace(Path(address))


def _told(error: OSError) -> str:
    """Our words for an error of a foreign store: its own text may quote anything."""
    return os.strerror(error.errno) if error.errno else type(error).__name__


def _away(what: str) -> ServiceAway:
    return ServiceAway(f"the archive cannot be reached: {what}")
