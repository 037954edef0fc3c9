"""Records for a SIEM as messages of syslog (RFC 5424), each with its length before it (RFC 5425)."""

from datetime import UTC, datetime

from documents.ocsf import Node, name_of
from schemas.encoding import to_json

# Facility 13, "log audit", and severity 6, "informational".
_PRIORITY = 13 * 8 + 6
_APPLICATION = "processing-ledger"
_ID_LETTERS = 32
_BOM = b"\xef\xbb\xbf"


def framed(record: Node, host: str) -> bytes:
    """One record with its length before it. `host`: the name of the machine that sends it."""
    message = _message(record, host)
    return b"%d %b" % (len(message), message)


def _message(record: Node, host: str) -> bytes:
    time = datetime.fromtimestamp(int(str(record["time"])) / 1000, UTC)
    written = time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    id = name_of(record)[:_ID_LETTERS]
    head = f"<{_PRIORITY}>1 {written} {_printable(host)} {_APPLICATION} - {id} - "
    return head.encode("ascii") + _BOM + to_json(record)


def _printable(text: str) -> str:
    """A name as a header has it: without a space, and `-` for none."""
    return "".join(letter for letter in text if "!" <= letter <= "~")[:255] or "-"
