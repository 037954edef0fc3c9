"""A restore as a whole: copies, entries that the log has beyond them, erasures of the journal, views, audit.

Nobody is served before its end.
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import msgspec

from console.commands.following import bring_up_to_date
from console.settings import Settings
from console.wiring import bare_site, check_keys_held, complete_journal, install_on, utc_now
from ledger.audit import audit
from ledger.authenticate import authenticate_restored, check_rows_key
from ledger.backup import Copy, check_keys, read_copies, restore
from ledger.errors import Misconfigured
from ledger.tlog.folder import LogFolder
from ledger.tlog.promises import renew_promise
from ledger.tlog.reimport import is_elsewhere, reimport

__all__ = ["Restored", "restore_site"]

_NEVER = "--never-published if it never published anything; "


class Restored(msgspec.Struct, frozen=True):
    """What a restore left. `erasures`: how many were repeated. `bookmarks`: where Kafka goes on.

    `reimported`: how many events came back from the transparency log. `warning`: what may be wrong with it.
    """

    copy: Copy
    reimported: int
    erasures: int
    findings: int
    bookmarks: tuple[tuple[str, int, int], ...]
    warning: str | None = None


def restore_site(
    settings: Settings,
    folders: tuple[Path, Path],
    clock: Callable[[], datetime] = utc_now,
    *,
    never_published: bool = False,
) -> Restored:
    """Restore a ledger from its two copies. Raises Misconfigured before anything is changed.

    A log that is elsewhere must not look like one that never began: the same key would sign a second tree.
    A backup that knows that it signed is refused then, any other one warns. `never_published`: the word of
    who restores that nothing was signed after the backup either.
    """
    copies = read_copies(settings.ledger, folders)
    check_keys_held(settings)
    with bare_site(settings, clock) as site:
        check_keys(copies[1], site.provider)
        folder = LogFolder(settings.log.folder)
        elsewhere = is_elsewhere(folder, settings.log.origin, site.log_key.known())
        if elsewhere and settings.log.origin in copies[0].signed:
            raise Misconfigured(_absent(settings, ""))
        check_rows_key(site.provider, copies[1].migrations)
        restore(site.database, site.ledger, folders, copies)
        install_on(site)
        authenticate_restored(
            site.session("eraser"), site.provider, site.ledger, copies[1].migrations
        )
        reimported = reimport(
            site.session("recorder"), site.ledger, site.chain(), folder, site.log_key.known()
        )
        if folder.history.last():
            renew_promise(
                site.session("publisher"), folder, settings.log.origin, site.log_key.known()
            )
        complete_journal(site)
        erasures = site.eraser().reapply()
        bring_up_to_date(site)
        reader = site.session("reader")
        return Restored(
            copy=copies[0],
            reimported=reimported.count,
            erasures=len(erasures),
            findings=len(
                audit(reader, site.published_log, site.chain(), custody=site.custody).findings
            ),
            bookmarks=tuple(reader.rows("bookmark_offsets")),
            warning=None if not elsewhere or never_published else _absent(settings, _NEVER),
        )


def _absent(settings: Settings, otherwise: str) -> str:
    return (
        f"the log {settings.log.origin} has a key, and {settings.log.folder} holds nothing that it"
        f" published: set LEDGER_LOG_DIR to where the log is; {otherwise}if its folder is lost, a new"
        " LEDGER_LOG_ORIGIN"
    )
