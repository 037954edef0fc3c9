"""Lines of a stream in flat memory, whatever a line is, and the messages that they are.

Lines end with LF or CRLF; the last one may have no end. A line of nothing but spaces is not a message: it is
skipped and not counted, but it has a number. A byte order mark at the start of a file is skipped. Everything
else, NUL bytes included, is a message, and refused where it is malformed.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from hashlib import sha256
from typing import BinaryIO

import msgspec

from consumers.pipeline import KEPT_BYTES, kept, truncated
from ledger.writing.message import FileOrigin, Message, place_of
from schemas import AdmissionRules, Code, Event, Rejection, admit_each, parse, through, unreadable
from schemas.signed import admit_signed, is_signed_place

# A valid message has at most 48 KiB; up to here a line is still read whole, to say whose it is.
LINE_BYTES = 1024 * 1024
# The rest of a longer line passes through in such pieces.
PIECE_BYTES = 64 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class Line(msgspec.Struct, frozen=True):
    """A line without its end. `number`: from 1. `size`: bytes with its end, as they were in the file.

    `whole` is False when the line was too long: `text` is then the body of its dead letter.
    """

    number: int
    text: bytes
    size: int
    whole: bool = True

    @property
    def blank(self) -> bool:
        """Nothing but spaces."""
        return not self.text.strip(b" \t\r")


def lines(stream: BinaryIO) -> Iterator[Line]:
    """The lines of a stream, in flat memory."""
    number = 0
    while text := stream.readline(LINE_BYTES):
        number += 1
        if text.endswith(b"\n") or len(text) < LINE_BYTES:
            yield _line(number, text)
        else:
            yield _long_line(number, text, stream)


def _line(number: int, text: bytes) -> Line:
    size = len(text)
    text = text.removesuffix(b"\n").removesuffix(b"\r")
    if number == 1:
        text = text.removeprefix(_BYTE_ORDER_MARK)
    return Line(number, text, size)


def _long_line(number: int, text: bytes, stream: BinaryIO) -> Line:
    """Read on to the end of the line without storing it."""
    start, size, digest = text[:KEPT_BYTES], len(text), sha256(text)
    while not text.endswith(b"\n") and (text := stream.readline(PIECE_BYTES)):
        size += len(text)
        digest.update(text)
    return Line(number, truncated(start, size, digest.digest()), size, whole=False)


def messages_of_lines(
    file: str, lines: Sequence[Line], intake: AdmissionRules, now: datetime
) -> list[Message]:
    """Lines of a file as messages. `file`: its label."""
    rules = through(intake, place_of(FileOrigin(file, 0)))
    if is_signed_place(intake, place_of(FileOrigin(file, 0))):
        signed = [admit_signed(line.text, rules, now) for line in lines]
        return _messages(file, lines, signed)
    parsed = [
        parse(line.text, intake) if line.whole else unreadable(line.text, Code.TOO_LARGE, intake)
        for line in lines
    ]
    return _messages(file, lines, admit_each(parsed, rules, now))


def _messages(
    file: str, lines: Sequence[Line], outcomes: Sequence[Event | Rejection]
) -> list[Message]:
    return [
        _message(FileOrigin(file, line.number), line, outcome)
        for line, outcome in zip(lines, outcomes, strict=True)
    ]


def _message(origin: FileOrigin, line: Line, outcome: Event | Rejection) -> Message:
    if not line.whole:
        return Message(line.text, outcome, origin, "truncated")
    return kept(line.text, len(line.text), outcome, origin, "structured")
