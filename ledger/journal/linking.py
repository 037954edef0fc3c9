"""The link from a line of the erasure journal to a person: sealed under a key of that data subject alone.

The journal is kept for ever, and so are its copies. The keys are in the key provider, for each data subject
with an erasure, and are destroyed before the tombstone goes: from then on nothing tells which reference a
line was about, not even journal, database and every key that lives together.
"""

from collections.abc import Callable, Sequence

import msgspec
import orjson

from ledger.crypto.authentic import RowMacs
from ledger.crypto.provider import LinkKeys, Tie
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

    def closed(self, entries: Sequence[ErasureEntry]) -> list[ErasureEntry]:
        """The lines to write: their ties sealed, and all of them authenticated."""
        bare = self._sealed(entries)
        macs = self._macs_of(bare)
        return [
            msgspec.structs.replace(entry, mac=mac) for entry, mac in zip(bare, macs, strict=True)
        ]

    def _sealed(self, entries: Sequence[ErasureEntry]) -> list[ErasureEntry]:
        """The lines with their ties sealed."""
        ties = [
            Tie(entry.subject, bytes.fromhex(entry.reference_hmac), self._place(entry))
            for entry in entries
            if entry.reference_hmac
        ]
        links = iter(self.keys.seal(ties) if ties else ())
        return [
            msgspec.structs.replace(
                entry,
                reference_hmac=None,
                link=base64url(next(links)) if entry.reference_hmac else entry.link,
                mac=None,
            )
            for entry in entries
        ]

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
        return entry.mac is not None and [entry.mac] == self._macs_of([bare])

    def _macs_of(self, bare: Sequence[ErasureEntry]) -> list[str]:
        """The MACs over all members of lines but nulls: members that a later program adds are null there."""
        texts = [
            orjson.dumps(
                {
                    name: value
                    for name, value in msgspec.to_builtins(entry).items()
                    if value is not None
                },
                option=orjson.OPT_SORT_KEYS,
            )
            for entry in bare
        ]
        return [mac.hex() for mac in self._macs().of_each("journal", [[text] for text in texts])]

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
