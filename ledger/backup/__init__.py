"""Backups that cannot bring erased data back, and the restore from one.

Two copies of the same moment: the events, which open nothing and may be kept for ever, and the
wrapped keys, which open nothing once their epoch has ended. The epoch keys and the erasure journal
are in neither. Views are not copied: they are derived again.

A copy is rows and never statements. Its manifest is signed by the log's key and covers every file; a restore
makes the tables by the migrations of this program and runs nothing that the copy brought.
"""

from ledger.backup.encryption import Identities
from ledger.backup.folders import OpenedCopy, check_keys, opened_copies
from ledger.backup.manifest import Copy
from ledger.backup.restoring import check_identities, restore
from ledger.backup.taking import BackupOptions, back_up, check_apart

__all__ = [
    "BackupOptions",
    "Copy",
    "Identities",
    "OpenedCopy",
    "back_up",
    "check_apart",
    "check_identities",
    "check_keys",
    "opened_copies",
    "restore",
]
