"""Opening a ledger: installed, checked, and completed before anything is served.

Opening a `Site` checks the installation and completes erasures that a crash or a restore left behind.
"""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from msgspec.structs import replace

from application.acts.acting import Act, Permit, act
from application.following import bring_up_to_date
from host.keys import key_provider, ledger_folder, signing_file, signing_key
from host.settings import Settings
from host.site import LEDGER_KEYS, Site
from host.withheld import withheld_pair
from ledger.crypto.provider import no_keys
from ledger.embedded import Server, start
from ledger.embedded.place import DataDirectory
from ledger.erasure.pending import compare
from ledger.erasure.rejournal import rejournal
from ledger.errors import Misconfigured, NotInstalled, OlderDatabase, Retry, ServiceAway
from ledger.keys.opening import Opener
from ledger.keys.rotation import first_epoch
from ledger.storage.access import PRIVATE
from ledger.storage.contents import EPOCHS, KEYS, LOG, check
from ledger.storage.files import Folder
from ledger.storage.install import check_installed, install
from projections import views_of
from projections.following.storage import prepare
from projections.reading.house import employees
from projections.views.staff import powers_of
from schemas import LISTED_CATEGORIES, names
from schemas.encoding import JsonValue

_FIRST_ROLE = "disclosure-officer"


def utc_now() -> datetime:
    """The clock of this process."""
    return datetime.now(UTC)


def bare_site(
    settings: Settings,
    clock: Callable[[], datetime],
    *,
    read_only: bool = False,
    fenced: bool = True,
    use: Callable[[Path], Server] = start,
) -> Site:
    """The server and the names, whatever is installed there; nothing is checked. `fenced`: see `Site`."""
    server = use(settings.data_dir) if settings.embedded else None
    return Site(settings, server, clock, read_only=read_only, fenced=fenced)


@contextmanager
def audited_site(
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    *,
    use: Callable[[Path], Server] = start,
) -> Iterator[Site]:
    """A ledger exactly as it is: nothing is checked, completed, made or written.

    `use`: starts the embedded server, or `visit`: only looks where it runs. Raises NotInstalled without one,
    Misconfigured or Retry.
    """
    if settings.embedded and not DataDirectory(settings.data_dir).cluster.exists():
        raise NotInstalled
    with bare_site(settings, clock, read_only=True, use=use) as site:
        try:
            is_there = site.session("reader").row("is_installed", namespace=site.ledger.events)
        except ServiceAway:
            if settings.embedded and not _reader_exists(site):
                raise NotInstalled from None
            raise
        if is_there != (True,):
            raise NotInstalled
        yield site


def install_site(settings: Settings, clock: Callable[[], datetime] = utc_now) -> list[str]:
    """Install or upgrade the ledger: roles, namespaces, migrations, first keys, views. Idempotent.

    Returns the migrations that were applied.
    """
    with bare_site(settings, clock) as site:
        applied = install_on(site)
        _grant_first(site)
        return applied


def install_on(site: Site) -> list[str]:
    """Install or upgrade the ledger of a site, and record nothing; the migrations that were applied."""
    check_folders(site.settings)
    check_kind(site.settings)
    # A ledger that has begun has keys, and no others are made for it. Raises Misconfigured.
    with closing(site.database.connect(site.ledger, None)) as session, suppress(NotInstalled):
        if session.row("current_epoch") is not None:
            check_keys_held(site.settings)
    Folder(ledger_folder(site.settings), PRIVATE).make()
    if site.settings.confidential:
        site.withheld_pair.create()  # before any other key: by it a confidential ledger is known
    applied = install(site.database, site.ledger, site.clock())
    first_epoch(site.session("eraser"), site.provider, site.ledger, site.clock())
    keyring = site.keyring()
    for purpose in LEDGER_KEYS:
        keyring.ledger_key(purpose)
    prepare(site.session("projector"), site.ledger, views_of(site.settings.confidential))
    site.log_key.create()
    signing_key(site.settings).create()
    if not site.settings.confidential:
        _ = site.withheld_key  # made when there is none
    return applied


def _grant_first(site: Site) -> None:
    """Define and grant the first role of a confidential ledger, while fewer than two persons have one."""
    if not site.settings.confidential:
        return
    bring_up_to_date(site)
    holders = [row for row in employees(site.session("reader")).values() if powers_of(row).grants]
    # One officer could grant nobody a role: that takes two. So a second one is named here as well.
    if len(holders) > 1 or (holders and not site.settings.officers):
        return
    officers = site.settings.officers or (site.reader().reference,)
    role = {"role": _FIRST_ROLE}
    covers: dict[str, JsonValue] = {**role, "categories": list(LISTED_CATEGORIES)}
    defined = Act(name=names.ROLE_DEFINED, subject=f"role/{_FIRST_ROLE}", facts=covers, whole=True)
    grants = [
        Act(name=names.ROLE_GRANTED, subject=officer, facts=role, whole=True)
        for officer in officers
    ]
    # Nobody holds a role yet: who makes a ledger grants the first one.
    site.for_whom = replace(site.reader(), judged=False)
    try:
        act(site, [defined, *grants], permit=Permit("grant"))
    finally:
        site.for_whom = None
    bring_up_to_date(site)


@contextmanager
def open_site(
    settings: Settings,
    clock: Callable[[], datetime] = utc_now,
    *,
    install_missing: bool = False,
    opens_values: bool = True,
) -> Iterator[Site]:
    """An installed ledger, with every erasure completed that its journal knows.

    `install_missing`: make a missing ledger on the embedded server, which serves this site alone.
    `opens_values`: False for work that needs no key, on a machine that may have none.
    Raises NotInstalled, Misconfigured, Retry or Halt.
    """
    if (
        settings.embedded
        and not install_missing
        and not DataDirectory(settings.data_dir).cluster.exists()
    ):
        raise NotInstalled
    check_folders(settings)
    with bare_site(settings, clock) as site:
        _ensure_installed(site, install_missing=install_missing)
        if opens_values:
            check_keys_held(settings)
        check_kind(settings)
        if opens_values or site.journal.is_kept:
            _complete(site, opens_values=opens_values)
        if settings.confidential:
            site.check_role()
        yield site


def _ensure_installed(site: Site, *, install_missing: bool) -> None:
    try:
        # Raise NotInstalled: also where a role that is not there yet looks like a server that is away, and
        # where an installation died before it made a key.
        try:
            check_installed(site.session("reader"))
            if site.session("reader").row("current_epoch") is None:
                raise NotInstalled
        except ServiceAway:
            if site.settings.embedded and not _reader_exists(site):
                raise NotInstalled from None
            raise
    except OlderDatabase:  # others may still work on it: only `ledger init` upgrades
        raise
    except NotInstalled:
        if not (install_missing and site.settings.embedded):
            raise
        install_on(site)
        _grant_first(site)


def _complete(site: Site, *, opens_values: bool) -> None:
    """Let journal and database say the same of every erasure, whichever of them is an old copy."""
    reader = site.session("reader")
    compared = compare(reader, site.journal)
    if compared.lacking and opens_values:
        complete_journal(site)
        compared = compare(reader, site.journal)
    if compared.pending:
        # Erase again what a crash or a restore brought back; a login that may not waits until it is done.
        try:
            site.session("eraser")
        except Misconfigured:
            raise Retry(
                "the database lacks erasures of the journal, and this login may not repeat them: "
                "start `ledger upkeep`"
            ) from None
        site.eraser().reapply()


def complete_journal(site: Site) -> int:
    """Enter the erasures that the ledger has recorded and the journal lacks; how many there were."""
    reader = site.session("reader")
    return rejournal(reader, Opener(reader, site.provider, site.ledger), site.journal)


def _reader_exists(site: Site) -> bool:
    session = site.database.connect(site.ledger, None)
    try:
        return bool(session.rows("known_roles", roles=[site.ledger.role("reader")]))
    finally:
        session.close()


def check_folders(settings: Settings) -> None:
    """Raise Misconfigured for keys or a log that others may use, or that somebody exchanged by a link."""
    for folder in {ledger_folder(settings), withheld_pair(settings).private.parent}:
        check(folder, KEYS)
    # The tiles are looked at as they are opened, and by the audit.
    check(settings.log.folder, LOG, deep=False)
    check(settings.log.epochs_folder, EPOCHS, deep=False)


def check_kind(settings: Settings) -> None:
    """A ledger stays of the kind that it was made as, whatever the settings say. Raises Misconfigured.

    As an open one a confidential ledger would ask for no second person, and one that was made open takes no
    order. Without keys nobody can tell. The private half of what is withheld may be elsewhere.
    """
    signs = signing_file(settings).exists()
    if signs and not settings.confidential:
        raise Misconfigured(
            "the ledger that LEDGER_NAME and LEDGER_KEY_DIR name was made as a confidential one"
        )
    if not settings.confidential or not key_provider(settings).epochs():
        return
    if not withheld_pair(settings).is_kept and not signs:
        raise Misconfigured(
            "the ledger that LEDGER_NAME and LEDGER_KEY_DIR name was not made as a confidential one"
        )


def check_keys_held(settings: Settings) -> None:
    """A wrong key folder must not look like lost keys, and must not be made. Raises Misconfigured."""
    provider = key_provider(settings)
    if not provider.epochs():
        raise Misconfigured(no_keys(provider.name))
