"""A restore as a whole: copies, entries that the log has beyond them, erasures of the journal, views, audit.

No command or process is served before its end.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

import msgspec

from application.acts.pruning import complete, finish
from application.following import bring_up_to_date
from host.keys import key_provider, log_key
from host.settings import Settings
from host.site import Site
from host.wiring import (
    bare_site,
    check_folders,
    check_keys_held,
    complete_journal,
    install_on,
    utc_now,
)
from ledger.audit import PublishedLog, audit
from ledger.backup import (
    Copy,
    Identities,
    OpenedCopy,
    check_identities,
    check_keys,
    opened_copies,
    restore,
)
from ledger.backup.lost import LostPerson, lost_after
from ledger.backup.reimport import is_elsewhere, reimport
from ledger.completeness.epoch import epochs_origin
from ledger.errors import Halt, Misconfigured
from ledger.keys.opening import Opener
from ledger.tlog.publishing.promises import renew_promise
from ledger.tlog.signing.keys import VerifierKey
from ledger.tlog.store.folder import LogFolder

_NEVER = "say that it never published anything, if that is so; "


class Restored(msgspec.Struct, frozen=True):
    """The result of a restore. `erasures`: how many were repeated. `bookmarks`: where Kafka goes on.

    `reimported`: how many events came back from the transparency log. `lost`: persons among these whose
    values did not come back. `warning`: doubts about the result.
    """

    copy: Copy
    reimported: int
    erasures: int
    findings: int
    bookmarks: tuple[tuple[str, int, int], ...]
    lost: tuple[LostPerson, ...] = ()
    warning: str | None = None


class Trust(msgspec.Struct, frozen=True):
    """The keys that a restore trusts. `keys`: verification keys that may have signed the backup; else the
    log's.

    `identity`: file of the private key that opens an encrypted backup.
    """

    keys: tuple[VerifierKey, ...] = ()
    identity: Path | None = None


def check_site(settings: Settings, folders: tuple[Path, Path], trust: Trust) -> Copy:
    """Check a backup without a database; its manifest. Raises Misconfigured unless it is whole and signed."""
    with _open_copies(settings, folders, trust) as (events, _):
        return events.copy


def restore_site(
    settings: Settings,
    folders: tuple[Path, Path],
    trust: Trust = Trust(),  # noqa: B008  it never changes
    clock: Callable[[], datetime] = utc_now,
    *,
    never_published: bool = False,
) -> Restored:
    """Restore a ledger from its two copies. Raises Misconfigured before any server is touched.

    A log that is elsewhere must not look like a log that never began: the same key would sign a second tree.
    A backup that knows that it signed is refused then, any other one warns. `never_published`: the word of
    who restores that nothing was signed after the backup either.
    """
    # All checks come first: a wrong key or copy must leave database and folders as they are.
    check_folders(settings)
    check_keys_held(settings)
    with _open_copies(settings, folders, trust) as copies:
        identities = Identities(trust.identity) if trust.identity else None
        for copy in copies:
            check_identities(copy, identities)
        provider = key_provider(settings)
        check_keys(copies[1].copy, provider)
        folder, keys = LogFolder(settings.log.folder), _known_keys(settings, trust)
        elsewhere = is_elsewhere(folder, settings.log.origin, keys)
        if elsewhere and settings.log.origin in copies[0].copy.signed:
            raise Misconfigured(_absent(settings, ""))
        with bare_site(settings, clock, fenced=False) as site:
            restore(site.database, site.ledger, copies, identities)
            restored = _complete(site, (copies[0].copy, copies[1].copy), keys)
    warning = _absent(settings, _NEVER) if elsewhere and not never_published else None
    return msgspec.structs.replace(restored, warning=warning)


@contextmanager
def _open_copies(
    settings: Settings, folders: tuple[Path, Path], trust: Trust
) -> Iterator[tuple[OpenedCopy, OpenedCopy]]:
    keys = trust.keys or log_key(settings).known()
    with opened_copies(settings.ledger, folders, keys) as copies:
        yield copies


def _known_keys(settings: Settings, trust: Trust) -> list[VerifierKey]:
    """Verification keys of the log, also where its own list was not brought along."""
    return list(dict.fromkeys((*log_key(settings).known(), *trust.keys)))


def _complete(site: Site, copies: tuple[Copy, Copy], keys: Sequence[VerifierKey]) -> Restored:
    """The steps after the rows: upgrades, entries of the log, erasures of the journal, views, audit."""
    install_on(site)
    log = site.settings.log
    folder = LogFolder(log.folder)
    # Entries before erasures: the journal may erase what the log has just brought back.
    reimported = reimport(site.session("recorder"), site.ledger, site.chain(), folder, keys)
    _renew_promises(site, keys)
    complete_journal(site)
    erasures = site.eraser().reapply()
    with suppress(Halt):  # the audit below tells of it
        complete(site)
    # Views after erasures: they never show what was erased.
    bring_up_to_date(site)
    finish(site)
    reader = site.session("reader")
    return Restored(
        copy=copies[0],
        reimported=reimported.count,
        erasures=len(erasures),
        findings=len(
            audit(
                reader, PublishedLog(folder, tuple(keys)), site.chain(), custody=site.custody
            ).findings
        ),
        bookmarks=tuple(reader.rows("bookmark_offsets")),
        lost=tuple(
            lost_after(
                reader,
                Opener(reader, site.provider, site.ledger),
                reimported.first,
                reimported.last,
            )
        ),
    )


def _renew_promises(site: Site, keys: Sequence[VerifierKey]) -> None:
    """Let the database know of everything that both logs signed after the backup."""
    log = site.settings.log
    epochs, theirs = LogFolder(log.epochs_folder), site.completeness_key.known()
    for folder, origin, known in (
        (LogFolder(log.folder), log.origin, keys),
        (epochs, epochs_origin(log.origin), theirs),
    ):
        if folder.history.last():
            renew_promise(site.session("publisher"), folder, origin, known)


def _absent(settings: Settings, otherwise: str) -> str:
    return (
        f"the log {settings.log.origin} has a key, and {settings.log.folder} holds nothing that it"
        f" published: set LEDGER_LOG_DIR to where the log is; {otherwise}if its folder is lost, a new"
        " LEDGER_LOG_ORIGIN"
    )
