"""An epoch: the root of the index under a checkpoint of the log, as the entry of a second log. Pure.

The entry is a title, a line for each root, a blank line, and the log's checkpoint byte for byte.
"""

from typing import NamedTuple

from ledger.errors import Unproven
from ledger.tlog.signing.base64 import from_base64, to_base64
from ledger.tlog.tree.merkle import HASH_BYTES

_TITLE = "processing-ledger/completeness/1"
_INDEX = "index "
_ORIGIN = "/completeness"


def epochs_origin(origin: str) -> str:
    """The name of the second log of a log."""
    return f"{origin}{_ORIGIN}"


def is_epochs(origin: str) -> bool:
    """Whether a log is a second one."""
    return origin.endswith(_ORIGIN)


class Epoch(NamedTuple):
    """`root`: that of the index over what `checkpoint` covers, which is a note as it was published."""

    root: bytes
    checkpoint: bytes


def encode_epoch(epoch: Epoch) -> bytes:
    """The bytes of the entry."""
    return f"{_TITLE}\n{_INDEX}{to_base64(epoch.root)}\n\n".encode() + epoch.checkpoint


def parse_epoch(entry: bytes) -> Epoch:
    """Take an entry apart. Raises Unproven for any other bytes than an epoch's own."""
    head, _, checkpoint = entry.partition(b"\n\n")
    try:
        title, index = head.decode("ascii").split("\n")
    except ValueError:
        raise Unproven("this is not an epoch of completeness") from None
    if title != _TITLE or not index.startswith(_INDEX) or not checkpoint:
        raise Unproven("this is not an epoch of completeness")
    root = from_base64(index.removeprefix(_INDEX))
    if len(root) != HASH_BYTES:
        raise Unproven(f"the root of an index has {HASH_BYTES} bytes")
    return Epoch(root, checkpoint)
