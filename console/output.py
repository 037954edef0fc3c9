"""What leaves the program: JSON as bytes of UTF-8, tables for people, and notes on standard error."""

import sys
from collections.abc import Iterable
from typing import Any, BinaryIO

import orjson
from rich.console import Console

from schemas.encoding import to_json

__all__ = [
    "emit",
    "emit_bytes",
    "emit_lines",
    "emit_list",
    "encode",
    "note",
    "people",
    "standard_output",
]

# Without a terminal there is no width to fit into: wide enough for every table of ours.
WIDTH_WITHOUT_TERMINAL = 160


def emit(document: Any) -> None:
    """Print one JSON document with sorted names."""
    emit_bytes(encode(document))


def emit_lines(documents: Iterable[Any]) -> None:
    """Print one JSON document a line, each as soon as it is there."""
    for document in documents:
        emit_bytes(encode(document))


def emit_list(name: str, documents: Iterable[Any], count_as: str | None = None) -> int:
    """Print one JSON document with one list in it, in flat memory; say how many there were.

    `count_as`: the name under which their number stands behind the list; None: it does not.
    """
    out, number = standard_output(), 0
    out.write(b"{" + orjson.dumps(name) + b":[")
    for document in documents:
        out.write(b"," * (number > 0) + encode(document).rstrip())
        number += 1
    counted = b"," + encode({count_as: number}).strip()[1:-1] if count_as else b""
    out.write(b"]" + counted + b"}\n")
    return number


def encode(document: Any) -> bytes:
    """A line of JSON: UTF-8, sorted names."""
    return to_json(document, sort_keys=True) + b"\n"


def emit_bytes(content: bytes) -> None:
    """Print bytes as they are, whatever the encoding of the terminal."""
    standard_output().write(content)


def standard_output() -> BinaryIO:
    """Standard output for bytes, after what was printed as text before."""
    sys.stdout.flush()
    return sys.stdout.buffer


def note(text: str) -> None:
    """Say something in one line on standard error."""
    print(" ".join(text.split()), file=sys.stderr, flush=True)


def people(*, error: bool = False) -> Console:
    """Where tables and progress for people go; colours and movement only on a terminal."""
    stream = sys.stderr if error else sys.stdout
    width = None if stream.isatty() else WIDTH_WITHOUT_TERMINAL
    return Console(file=stream, width=width, highlight=False, soft_wrap=False)
