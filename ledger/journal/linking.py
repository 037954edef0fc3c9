"""What ties a line of the erasure journal to a person: sealed under a key of that data subject alone.

The journal is kept for ever, and so are its copies. The key is in the key provider, one for each data subject
of whom something was erased, and is destroyed before the tombstone goes: from then on nothing tells which
reference a line was about, not even journal, database and every key that lives together.
"""

from collections.abc import Callable

import msgspec
import orjson

from ledger.crypto.authentic import RowMacs
from ledger.crypto.provider import LinkKeys
from ledger.crypto.sealing import ValuePlace, associated_data, base64url, from_base64url
from ledger.errors import Halt, UnknownFormat
from ledger.journal.entries import ErasureEntry
from ledger.names import LedgerName

_SOURCE = "urn:processing-ledger:erasure-journal"


class JournalLinks:
    """Turns lines of the journal from the form on disk into the form in use, and back.

    On disk, `link` is what ties the line to a person, sealed, and `mac` authenticates all that it says. In
    use, `reference_hmac` is in clear, and None once its key was destroyed.
    """

    def __init__(self, keys: LinkKeys, macs: Callable[[], RowMacs], ledger: LedgerName) -> None:
        self.keys = keys
        self._macs = macs
        self._ledger = str(ledger)

    def sealed(self, entry: ErasureEntry) -> ErasureEntry:
        """The line with its tie sealed."""
        if not entry.reference_hmac:
            return entry
        hmac = bytes.fromhex(entry.reference_hmac)
        link = base64url(self.keys.seal(entry.subject, hmac, self._place(entry)))
        return msgspec.structs.replace(entry, reference_hmac=None, link=link)

    def closed(self, entry: ErasureEntry) -> ErasureEntry:
        """The line to write: its tie sealed, and all of it authenticated."""
        bare = msgspec.structs.replace(self.sealed(entry), mac=None)
        return msgspec.structs.replace(bare, mac=self._mac(bare))

    def opened(self, entry: ErasureEntry) -> ErasureEntry:
        """The entry with the hash of its person, if the key is there and the line is ours.

        Raises UnknownFormat.
        """
        if not entry.link:
            return entry
        hmac = None
        try:
            sealed = from_base64url(entry.link)
            hmac = self.keys.open(entry.subject, sealed, self._place(entry)).hex()
        except UnknownFormat:
            raise
        except (Halt, ValueError):
            # The key is destroyed, or the line is not ours: it ties to no person.
            pass
        return msgspec.structs.replace(entry, reference_hmac=hmac, link=None, mac=None)

    def belongs(self, entry: ErasureEntry) -> bool:
        """Whether a line is as this program wrote it; False for a line without a MAC."""
        bare = msgspec.structs.replace(entry, mac=None)
        return entry.mac is not None and entry.mac == self._mac(bare)

    def _mac(self, bare: ErasureEntry) -> str:
        """The MAC over all members of a line but nulls: a member that a later program adds is null in it."""
        members = {
            name: value for name, value in msgspec.to_builtins(bare).items() if value is not None
        }
        return (
            self._macs().of("journal", [orjson.dumps(members, option=orjson.OPT_SORT_KEYS)]).hex()
        )

    def _place(self, entry: ErasureEntry) -> bytes:
        return associated_data(
            ValuePlace(
                ledger=self._ledger,
                subject=entry.subject,
                source=_SOURCE,
                id=str(entry.erasure),
                category="reference",
                field="reference_hmac",
                key="",
            )
        )
