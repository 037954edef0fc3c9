"""What leaves the program: JSON as bytes of UTF-8, tables for people, and notes on standard error."""

import os
import secrets
import stat
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import BinaryIO, TypeVar

import orjson
from msgspec import Struct
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from documents.text import commands, shown
from ledger.errors import Misconfigured
from schemas.encoding import JsonValue, to_line

_PRIVATE = 0o600

# Without a terminal there is no width to fit into: wide enough for every table of ours.
WIDTH_WITHOUT_TERMINAL = 160

A = TypeVar("A", bound=Struct)
R = TypeVar("R", bound=Struct)


def print_answer(
    answer: A,
    tables_of: Callable[[A], RenderableType | list[RenderableType]],
    as_json: bool,
) -> None:
    """Print an answer: as one JSON document, or as the tables that `tables_of` makes of it."""
    if as_json:
        emit(answer)
        return
    tables = tables_of(answer)
    people().print(*(tables if isinstance(tables, list) else [tables]))


def print_rows(
    name: str,
    rows: Iterable[R],
    table_of: Callable[[Iterable[R]], RenderableType],
    as_json: bool,
    count_as: str | None = None,
) -> None:
    """Print rows as they come: as a list `name` in one JSON document, or as a table.

    `count_as`: as `emit_list` takes it.
    """
    if as_json:
        emit_list(name, rows, count_as)
    else:
        people().print(table_of(rows))


def emit(document: Struct | Mapping[str, JsonValue]) -> None:
    """Print one JSON document with sorted names."""
    emit_bytes(to_line(document))


def emit_lines(documents: Iterable[Struct | Mapping[str, JsonValue]]) -> None:
    """Print one JSON document a line, each as soon as it is there."""
    for document in documents:
        emit_bytes(to_line(document))


def emit_list(
    name: str,
    documents: Iterable[Struct | Mapping[str, JsonValue]],
    count_as: str | None = None,
    beside: Mapping[str, JsonValue] | None = None,
) -> int:
    """Print one JSON document with one list in it, in flat memory; say how many there were.

    `count_as`: the member behind the list that holds their number; None: there is none. `beside`: further
    members behind the list.
    """
    number = 0
    emit_bytes(b"{" + orjson.dumps(name) + b":[")
    for document in documents:
        emit_bytes(b"," * (number > 0) + to_line(document).rstrip())
        number += 1
    members = {**({count_as: number} if count_as else {}), **(beside or {})}
    behind = b"," + to_line(members).strip()[1:-1] if members else b""
    emit_bytes(b"]" + behind + b"}\n")
    return number


def emit_bytes(content: bytes) -> None:
    """Print bytes as they are, whatever the encoding; on a terminal with control characters escaped."""
    out = standard_output()
    out.write(_escaped(content) if sys.stdout.isatty() else content)


def standard_output() -> BinaryIO:
    """Standard output for bytes, after what was printed as text before."""
    sys.stdout.flush()
    return sys.stdout.buffer


def _escaped(content: bytes) -> bytes:
    """Bytes for a terminal: control characters as JSON escapes, so that no value can command it."""
    text = content.decode("utf-8", "replace")
    return "".join(
        _escape(character) if character != "\n" and commands(character) else character
        for character in text
    ).encode()


def _escape(character: str) -> str:
    # JSON escapes UTF-16 code units, of which a character outside the basic plane has two.
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, even where others could read the file before it."""
    write_file_as(path, content, _PRIVATE)


def open_new(path: Path) -> BinaryIO:
    """A new file that only its owner may read. Raises FileExistsError where there is something already."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    return os.fdopen(os.open(path, flags, _PRIVATE), "wb")


def write_new(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read. Raises Misconfigured where there is something already."""
    try:
        opened = open_new(path)
    except FileExistsError:
        raise Misconfigured(
            f"{path} is there already, and stays as it is: name another file"
        ) from None
    try:
        with opened as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def write_file_as(path: Path, content: bytes, mode: int) -> None:
    """Write a file with a mode, never wider than that of the file before it. Raises OSError.

    A new file takes the place of the old one, also of a link: a reader who planted the link, or has the old
    file open, gets nothing of the content, and half a file is never there. A device or a pipe is written to
    as it is.
    """
    try:
        before = path.stat().st_mode
    except FileNotFoundError:
        before = stat.S_IFREG | mode
    if not stat.S_ISREG(before):
        path.write_bytes(content)
        return
    draft = path.with_name(f".{secrets.token_hex(8)}.draft")
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    try:
        with os.fdopen(os.open(draft, flags, _PRIVATE), "wb") as file:
            file.write(content)
            os.fchmod(file.fileno(), stat.S_IMODE(before) & mode)
        draft.replace(path)
    except BaseException as error:
        draft.unlink(missing_ok=True)
        if isinstance(error, OSError):
            error.filename = str(path)
        raise


class _People(Console):
    """A console whose texts cannot command the terminal; its own colours can."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The segments of what is shown, cleaned."""
        for segment in super().render(renderable, options):
            if segment.control:
                yield segment
            else:
                lines = map(shown, segment.text.split("\n"))
                yield Segment("\n".join(lines), segment.style)


def people(*, error: bool = False) -> Console:
    """Where tables and progress for people go; colours and movement only on a terminal."""
    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else WIDTH_WITHOUT_TERMINAL
    return _People(file=stream, width=width, highlight=False, soft_wrap=False)
