"""What authenticates rows of the keys' namespace and lines of the erasure journal: an HMAC over all they say.

Its key is a file of the key provider, so whoever has the database alone can write no row that is believed.
Wrapped keys need no such column: their encryption is bound to every column of their row.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson

from ledger.crypto.provider import FileKeyProvider
from ledger.crypto.sealing import KeyedHash
from ledger.names import LedgerName

_FORMAT = "1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
Column = str | int | bytes | UUID | datetime | None


class RowMacs:
    """Makes and checks the MACs of one ledger. They stay what they are when epochs end."""

    def __init__(self, key: bytes, ledger: LedgerName) -> None:
        self._hash = KeyedHash(key)
        self._ledger = str(ledger)

    def of(self, table: str, row: Sequence[Column]) -> bytes:
        """The MAC, 32 bytes, of a row with its columns in the order in which the table has them."""
        said = [_FORMAT, self._ledger, table, *map(_plain, row)]
        return self._hash.of(orjson.dumps(said))

    def belongs(self, mac: bytes | None, table: str, row: Sequence[Column]) -> bool:
        """Whether a row is as this program wrote it."""
        return mac is not None and bytes(mac) == self.of(table, row)

    def changed(
        self, table: str, before: Sequence[Column], mac: bytes | None, after: Sequence[Column]
    ) -> bytes | None:
        """The MAC of a changed row. A row that was not authentic before does not become so by a change."""
        return self.of(table, after) if self.belongs(mac, table, before) else mac


def row_macs(provider: FileKeyProvider, ledger: LedgerName) -> RowMacs:
    """The MACs of a ledger. Raises Lost when the provider lacks their key."""
    return RowMacs(provider.rows_key(), ledger)


def _plain(value: Column) -> str | int | None:
    if isinstance(value, datetime):
        return (value - _EPOCH) // _MICROSECOND
    if isinstance(value, UUID):
        return str(value)
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value
