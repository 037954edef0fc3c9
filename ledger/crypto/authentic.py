"""Authentication of rows of the keys' namespace and lines of the erasure journal: an HMAC over all their
content.

Its key never leaves the key provider, so the database alone does not suffice to write a row that is believed.
Wrapped keys need no such column: their encryption is bound to every column of their row.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import orjson

from ledger.crypto.provider import KeyProvider
from ledger.names import LedgerName

_FORMAT = "1"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
Column = str | int | bytes | UUID | datetime | None


class RowMacs:
    """Makes and checks the MACs of one ledger. They do not change when epochs end."""

    def __init__(
        self, macs: Callable[[Sequence[bytes]], Sequence[bytes]], ledger: LedgerName
    ) -> None:
        """`macs`: HMACs of some texts, under the key of the provider."""
        self._macs = macs
        self._ledger = str(ledger)

    def of(self, table: str, row: Sequence[Column]) -> bytes:
        """The MAC, 32 bytes, of a row with its columns in the order in which the table has them."""
        return self.of_each(table, [row])[0]

    def of_each(self, table: str, rows: Sequence[Sequence[Column]]) -> Sequence[bytes]:
        """The MACs of rows of one table, in one call of the provider."""
        start = [_FORMAT, self._ledger, table]
        texts = [orjson.dumps([*start, *map(_plain, row)]) for row in rows]
        return self._macs(texts) if texts else ()

    def belongs(self, mac: bytes | None, table: str, row: Sequence[Column]) -> bool:
        """Whether a row is as this program wrote it."""
        return self.belong(table, [(row, mac)])[0]

    def belong(
        self, table: str, rows: Sequence[tuple[Sequence[Column], bytes | None]]
    ) -> list[bool]:
        """Whether this program wrote each of some rows, given with its MAC, in the same order."""
        expected = self.of_each(table, [row for row, _ in rows])
        stored = [None if mac is None else bytes(mac) for _, mac in rows]
        return [mac == expected_mac for mac, expected_mac in zip(stored, expected, strict=True)]

    def changed(
        self, table: str, before: Sequence[Column], mac: bytes | None, after: Sequence[Column]
    ) -> bytes | None:
        """The MAC of a changed row. A row that was not authentic before does not become so by a change."""
        return self.of(table, after) if self.belongs(mac, table, before) else mac


def row_macs(provider: KeyProvider, ledger: LedgerName) -> RowMacs:
    """The MACs of a ledger. Raises Lost when the provider lacks their key."""
    provider.rows.macs([])
    return RowMacs(provider.rows.macs, ledger)


def _plain(value: Column) -> str | int | UUID | None:
    if isinstance(value, datetime):
        return (value - _EPOCH) // _MICROSECOND
    return bytes(value).hex() if isinstance(value, bytes | memoryview) else value
