"""Files that commands read: opened by path, `-` for standard input, and what an event says of them."""

import io
import os
import re
import stat
import sys
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import BinaryIO

import msgspec
import typer

from host.settings import Settings
from ledger.errors import Misconfigured
from schemas.decode import MAX_MESSAGE
from schemas.encoding import from_json
from schemas.leaks import looks_personal
from schemas.signed import signed_label
from schemas.sources import OFFICE_LABEL, office_label

STANDARD_INPUT = "-"
# A text that fills a message leaves no room for the rest of it.
_MOST_BYTES = MAX_MESSAGE - 2048
# A label is kept with each event, in clear: it must not tell who a file is about.
LABEL = re.compile(r"[A-Za-z0-9._-]{1,64}")
_BLOCK = 1 << 20
# A list of persons, one a line: six million of them.
MOST_LIST_BYTES = 128 * 1024 * 1024
# A draft of a notice, with texts that are not looked at.
MOST_DRAFT_BYTES = 4 * 1024 * 1024
# A value that a person is looked up by.
MOST_VALUE = 4096
Stream = tuple[str, BinaryIO]
"""Label and content of a file."""


def label_of(path: str) -> str:
    """What an event says of the file that it came from: its name, unless that may be about a person."""
    if path == STANDARD_INPUT:
        return "stdin"
    name = Path(path).name
    if name == OFFICE_LABEL:  # this label marks events of the privacy office itself
        return "file"
    return name if LABEL.fullmatch(name) and not looks_personal(name) else "file"


def place_label(
    path: str, settings: Settings, *, office: bool = False, signed: bool = False
) -> str:
    """The same, where a file is the privacy office's own, or of signed messages. Raises BadParameter."""
    if office and settings.confidential:
        raise typer.BadParameter("in this ledger the office acts by command, and by no file")
    if signed and office:
        raise typer.BadParameter("a file is either of signed messages or of the privacy office")
    marked = signed_label if signed else office_label if office else str
    return marked(label_of(path))


@contextmanager
def opened(path: str) -> Iterator[BinaryIO]:
    """The bytes of a file, or of standard input."""
    if path == STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    with Path(path).open("rb") as stream:
        yield stream


def text_of(flag: str, path: str) -> str:
    """The whole text of a file, or of standard input. Raises Misconfigured when it is empty or no text."""
    with opened(path) as stream:
        content = stream.read(_MOST_BYTES + 1)
    if not content.strip() or len(content) > _MOST_BYTES:
        raise Misconfigured(
            f"{flag}: expected a text of at most {_MOST_BYTES} bytes, and not empty"
        )
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Misconfigured(f"{flag}: expected text in UTF-8") from None


def whole(stream: BinaryIO, what: str, most: int) -> bytes:
    """All of a file, or of standard input. Raises Misconfigured when it has more bytes."""
    content = stream.read(most + 1)
    if len(content) > most:
        raise Misconfigured(f"{what}: expected at most {most} bytes")
    return content


def sha256_of(path: str) -> str:
    """The SHA-256 of a file in hex, read block by block: what an event says of a document. Raises OSError."""
    digest = sha256()
    with opened(path) as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def object_of(flag: str, path: str) -> dict[str, object]:
    """The object that a file holds: TOML by its name, else JSON; standard input may be either.

    Raises Misconfigured for any other content, which is not repeated.
    """
    text = text_of(flag, path)
    readers = (tomllib.loads, from_json)
    for read in readers if path.endswith(".toml") else reversed(readers):
        try:
            content = read(text)
        except (msgspec.DecodeError, tomllib.TOMLDecodeError, RecursionError):
            continue
        if isinstance(content, dict):
            return content
    where = "standard input" if path == STANDARD_INPUT else "the file"
    raise Misconfigured(f"{flag}: expected {where} to be an object in JSON or TOML")


def size_of(streams: Sequence[Stream]) -> int | None:
    """Bytes of all files; None when one of them is a pipe."""
    try:
        statuses = [os.fstat(stream.fileno()) for _, stream in streams]
    except io.UnsupportedOperation:  # standard input that is no file of the system
        return None
    if not all(stat.S_ISREG(status.st_mode) for status in statuses):
        return None
    return sum(status.st_size for status in statuses)
