"""The taker of a ledger's epochs of completeness, from its settings."""

from functools import partial

from host.site import Site
from ledger.clocks import Clocks
from ledger.completeness.epochs import Epochs
from ledger.tlog.publishing.observer import PublisherObserver
from ledger.tlog.publishing.publisher import OwnLog
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.witnessing.witnesses import Witnesses


def epochs_of(site: Site, observer: PublisherObserver | None = None) -> Epochs:
    """The signer of the index's roots; it makes the key of their log when there never was one."""
    log, key = site.settings.log, site.completeness_key
    return Epochs(
        LogFolder(log.folder),
        OwnLog(LogFolder(log.epochs_folder), key.create(), key.known()),
        partial(site.database.connect, site.ledger, "publisher"),
        Clocks(site.clock),
        observer or PublisherObserver(),
        Witnesses(log.epochs_policy) if log.epochs_policy else None,
    )
