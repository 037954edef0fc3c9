"""A restore as a whole: copies, entries that the log has beyond them, erasures of the journal, views, audit.

Nobody is served before its end.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from console.commands.following import bring_up_to_date
from console.settings import Settings
from console.wiring import bare_site, check_keys_held, install_on, utc_now
from ledger.audit import audit
from ledger.backup import Copy, check_keys, read_copies, restore
from ledger.tlog.folder import LogFolder
from ledger.tlog.reimport import check_log_held, reimport

__all__ = ["Restored", "restore_site"]


class Restored(msgspec.Struct, frozen=True):
    """What a restore left. `erasures`: how many were repeated. `bookmarks`: where Kafka goes on.

    `reimported`: how many events came back from the transparency log.
    """

    copy: Copy
    reimported: int
    erasures: int
    findings: int
    bookmarks: tuple[tuple[str, int, int], ...]


def restore_site(
    settings: Settings,
    folders: tuple[Path, Path],
    clock: Callable[[], datetime] = utc_now,
    *,
    never_published: bool = False,
) -> Restored:
    """Restore a ledger from its two copies. Raises Misconfigured before anything is changed.

    `never_published`: the word of who restores that the log's key has signed nothing yet.
    """
    copies = read_copies(settings.ledger, folders)
    check_keys_held(settings)
    with bare_site(settings, clock) as site:
        check_keys(copies[1], site.provider)
        folder = LogFolder(settings.log.folder)
        if not never_published:
            check_log_held(folder, settings.log.origin, site.log_key.known())
        restore(site.database, site.ledger, folders, copies)
        install_on(site)
        reimported = reimport(site.session("recorder"), site.ledger, folder, site.log_key.known())
        erasures = site.eraser().reapply()
        bring_up_to_date(site)
        reader = site.session("reader")
        return Restored(
            copy=copies[0],
            reimported=reimported.count,
            erasures=len(erasures),
            findings=len(audit(reader).findings),
            bookmarks=tuple(reader.rows("bookmark_offsets")),
        )
