"""The receipt of a bundle: what was prepared, written beside it, and read again when the order is executed.

A sealed bundle says nothing to the desk any more. So the desk keeps what it held, and nothing that a command
line says can change it: the receipt has a code made with a key of the confidential ledger.
"""

import hashlib
import hmac
from datetime import datetime

import msgspec
from msgspec import Struct

from application.queries.cases.found_requests import NotAllowed
from application.queries.desk.data import OrderData, OrderGap
from application.source import Source
from ledger.crypto.sealing import keyed_hash
from ledger.recording.reads import READS
from schemas.encoding import from_json

SUFFIX = ".receipt"
MOST_BYTES = 1 << 24
_INFO = b"processing-ledger/order-receipt/1\n"


class Receipt(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a bundle holds. `subject`: of whom the order is recorded; `asked`: the fields that it had then.

    `given`: those that have values; `since`, `until`: the period that was looked at; `entries`: positions of
    the open ledger, ascending; `gaps`: what is missing. Both hashes in hex.
    """

    order_ref: str
    subject: str
    recipient: str
    asked: list[str]
    given: list[str]
    since: datetime
    until: datetime
    position: int
    entries: list[int]
    gaps: list[OrderGap]
    content_sha256: str
    bundle_sha256: str

    @property
    def entries_sha256(self) -> str:
        """The SHA-256 of the positions, a decimal a line."""
        lines = "".join(f"{position}\n" for position in self.entries)
        return hashlib.sha256(lines.encode()).hexdigest()


def receipt_of(data: OrderData, subject: str, content: bytes, sealed: bytes) -> Receipt:
    """The receipt of what was gathered and sealed."""
    records = [record for person in data.persons for record in person.records]
    return Receipt(
        order_ref=data.order_ref,
        subject=subject,
        recipient=data.recipient,
        asked=data.fields,
        given=sorted({field for record in records for field in record.values}),
        since=datetime.fromisoformat(data.since),
        until=datetime.fromisoformat(data.until),
        position=data.position,
        entries=sorted({record.position for record in records}),
        gaps=data.gaps,
        content_sha256=hashlib.sha256(content).hexdigest(),
        bundle_sha256=hashlib.sha256(sealed).hexdigest(),
    )


def written(source: Source, receipt: Receipt) -> bytes:
    """The bytes of a receipt: its code in a line, and what it says in the next one."""
    content = msgspec.json.encode(receipt, order="sorted")
    return f"{_code(source, content)}\n".encode() + content + b"\n"


def read(source: Source, text: bytes) -> Receipt:
    """What a receipt says that this ledger made. Raises NotAllowed for any other."""
    code, _, line = text.partition(b"\n")
    content = line.removesuffix(b"\n")
    if not hmac.compare_digest(code, _code(source, content).encode()):
        raise NotAllowed(_NOT_OURS, field="bundle")
    try:
        return from_json(content, Receipt)
    except msgspec.DecodeError:
        raise NotAllowed(_NOT_OURS, field="bundle") from None


_NOT_OURS = (
    "the receipt beside this file is not as `ledger order prepare` wrote it here: "
    "prepare the order anew"
)


def _code(source: Source, content: bytes) -> str:
    return keyed_hash(source.opener.ledger_key(READS), _INFO + content).hex()
