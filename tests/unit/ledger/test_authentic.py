"""A row's MAC says that this program wrote it; a change gives none to a row that somebody else wrote."""

from pathlib import Path
from uuid import UUID

import pytest

from ledger.crypto.authentic import Column, RowMacs, row_macs
from ledger.crypto.key_files import FileKeyProvider
from ledger.names import LedgerName

BEFORE: tuple[Column, ...] = (UUID(int=1), "contact", 1)
AFTER: tuple[Column, ...] = (UUID(int=1), "contact", 2)


@pytest.fixture
def macs(tmp_path: Path) -> RowMacs:
    provider = FileKeyProvider(tmp_path)
    provider.rows.make()
    return row_macs(provider, LedgerName("main"))


def test_a_changed_row_of_ours_stays_ours(macs: RowMacs) -> None:
    mac = macs.changed("fences", BEFORE, macs.of("fences", BEFORE), AFTER)
    assert macs.belongs(mac, "fences", AFTER)
    assert not macs.belongs(mac, "fences", BEFORE)


@pytest.mark.parametrize("forged", [None, b"", bytes(32)])
def test_a_foreign_row_keeps_what_it_has_when_it_is_changed(
    macs: RowMacs, forged: bytes | None
) -> None:
    changed = macs.changed("fences", BEFORE, forged, AFTER)
    assert changed == forged
    assert not macs.belongs(changed, "fences", AFTER)


def test_the_mac_of_another_row_table_or_ledger_makes_nothing_ours(
    macs: RowMacs, tmp_path: Path
) -> None:
    other = row_macs(FileKeyProvider(tmp_path), LedgerName("other"))
    for mac in (
        macs.of("fences", AFTER),
        macs.of("tombstones", BEFORE),
        other.of("fences", BEFORE),
        macs.of("fences", (*BEFORE, None)),
    ):
        assert not macs.belongs(mac, "fences", BEFORE)
        assert macs.changed("fences", BEFORE, mac, AFTER) == mac
    assert macs.belong("fences", [(BEFORE, macs.of("fences", BEFORE)), (AFTER, None)]) == [
        True,
        False,
    ]
