"""Where an archive lies: a folder, or a bucket of an S3-compatible store. A file is whole or not there."""

import os
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Protocol

from pyarrow import fs
from pyarrow.dataset import Dataset, dataset

from archive.columns import SCHEMA
from archive.manifest import BUCKET
from ledger.errors import Busy, Misconfigured, ServiceAway
from ledger.storage.ordinary import open_ordinary
from ledger.tlog.store.files import (
    SECRET_FILE,
    SECRET_FOLDER,
    alone,
    make_folder,
    mapped_faults,
    write_files,
)


class Place(Protocol):
    """A store of files by name, such as `segments/0000000000000000001.parquet`."""

    def put(self, name: str, content: bytes) -> None:
        """Write a file over the one that is there. Durable on return. Raises ServiceAway."""

    def get(self, name: str, most: int) -> bytes | None:
        """What a file holds, of a larger one `most + 1` bytes; None when there is none.

        Raises ServiceAway, also for what is no file: so a pipe or a device blocks nobody.
        """

    def alone(self) -> AbstractContextManager[None]:
        """Be the only writer in this block. Raises Busy while another one is at work, ServiceAway."""

    def dataset(self, names: Sequence[str]) -> Dataset:
        """Parquet files as one table that is read as far as a question needs it. Raises ServiceAway."""


class FolderPlace:
    """A folder of this machine. Only its owner reads it: entries say what was done with whose data."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def put(self, name: str, content: bytes) -> None:
        """See `Place`."""
        write_files({self._path / name: content}, SECRET_FILE, SECRET_FOLDER)

    def get(self, name: str, most: int) -> bytes | None:
        """See `Place`."""
        try:
            with open_ordinary(self._path / name) as file:
                return file.read(min(most, os.fstat(file.fileno()).st_size) + 1)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _away(error.strerror or type(error).__name__) from None

    @contextmanager
    def alone(self) -> Iterator[None]:
        """See `Place`. A process that ends lets go of it."""
        with mapped_faults():
            make_folder(self._path, SECRET_FOLDER)
            descriptor = os.open(self._path, os.O_RDONLY | os.O_DIRECTORY)
        with alone(descriptor, Busy(f"another command is writing the archive in {self._path}")):
            yield

    def dataset(self, names: Sequence[str]) -> Dataset:
        """See `Place`."""
        return _dataset([str(self._path / name) for name in names], fs.LocalFileSystem())


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
    """What a store of others says: its own text may quote anything."""
    return os.strerror(error.errno) if error.errno else type(error).__name__


def _away(what: str) -> ServiceAway:
    return ServiceAway(f"the archive cannot be reached: {what}")
