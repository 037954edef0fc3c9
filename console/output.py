"""What leaves the program: JSON as bytes of UTF-8, tables for people, and notes on standard error."""

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
from ledger.storage import named
from schemas.encoding import JsonValue, to_line

_PRIVATE = 0o600
# By name, and nothing else that a name of a device could lead to.
_STANDARD_OUTPUT = {"-", "/dev/stdout"}

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


def is_standard_output(path: Path | None) -> bool:
    """Whether `--output` names standard output. No other pipe or device is written to."""
    return str(path) in _STANDARD_OUTPUT


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, even where others could read the file before it."""
    write_file_as(path, content, _PRIVATE)


def write_new(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read. Raises Misconfigured where there is something already."""
    try:
        named.write_new(path, content)
    except FileExistsError:
        raise Misconfigured(
            f"{path} is there already, and stays as it is: name another file"
        ) from None


def write_file_as(path: Path, content: bytes, mode: int) -> None:
    """Write a file with a mode, never wider than that of the file before it; `-` is standard output.

    Raises OSError, also for a pipe or a device: nobody else's program gets the content by such a name.
    """
    if is_standard_output(path):
        emit_bytes(content)
    else:
        named.write_named(path, content, mode)


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
