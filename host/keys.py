"""Which adapter holds the keys: the one place that knows files of keys. A key service is chosen here."""

import stat
from pathlib import Path

from host.settings import HANDED_NAME, OPEN, SIGNED_NAME, Settings
from ledger.audit import PublishedLog
from ledger.completeness.epoch import epochs_origin
from ledger.crypto.key_files import FileKeyProvider
from ledger.crypto.provider import KeyProvider
from ledger.errors import Misconfigured, ServiceAway
from ledger.tlog.signing.keys import COSIGNATURE, LogKey, VerifierKey
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.store.key_file import KeyFile

_COMPLETENESS = "completeness.key"
_ROTATE_COMPLETENESS = "begin a new one with `ledger log rotate-key --completeness`"
_WITNESS = "witness.key"
_SIGNING = "signing.key"
_HANDING = "hand-over.key"
_OTHER_WITNESS = "start a witness of another name in another folder"


def ledger_folder(settings: Settings) -> Path:
    """The folder of a ledger's files outside of the database: the erasure journal, and keys that are
    files.
    """
    return settings.key_dir / str(settings.ledger)


def key_provider(settings: Settings) -> KeyProvider:
    """The provider of a ledger's keys. It makes no folder: the installation does, and a restore puts a lost
    one back.
    """
    return FileKeyProvider(ledger_folder(settings), make=False)


def log_key(settings: Settings) -> LogKey:
    """The key of the transparency log."""
    log = settings.log
    return KeyFile(log.key_file, log.origin, log.passphrase)


def completeness_key(settings: Settings) -> LogKey:
    """The key of the log of completeness, under the same passphrase."""
    log, path = settings.log, ledger_folder(settings) / _COMPLETENESS
    return KeyFile(path, epochs_origin(log.origin), log.passphrase, renewal=_ROTATE_COMPLETENESS)


def published_log(settings: Settings) -> PublishedLog:
    """The files of the transparency log and the keys that it had."""
    policy = settings.log.policy
    keys = (*log_key(settings).known(), *(policy.keys if policy else ()))
    theirs = settings.log.epochs_policy
    epochs = (*completeness_key(settings).known(), *(theirs.keys if theirs else ()))
    return PublishedLog(
        LogFolder(settings.log.folder),
        keys,
        epochs=PublishedLog(LogFolder(settings.log.epochs_folder), epochs),
    )


def signing_key(settings: Settings) -> LogKey:
    """The key of this ledger for what it gives to the other one: lifted disclosures, or withheld messages.

    Each way has a file and a name of its own, so neither key counts for the other way.
    """
    path, name = ledger_folder(settings) / _HANDING, HANDED_NAME
    if settings.confidential:
        path, name = signing_file(settings), SIGNED_NAME
    return KeyFile(path, name, renewal=_renewal(path.with_suffix(".vkeys")))


def _renewal(names: Path) -> str:
    return (
        f"move {names} away and run `ledger init`, and give the other ledger the key that it prints"
    )


def signing_file(settings: Settings) -> Path:
    """Where the key of a confidential ledger is: an open one has none of this name."""
    return ledger_folder(settings) / _SIGNING


def handed_keys(settings: Settings) -> tuple[VerifierKey, ...]:
    """The public keys of the ledgers whose withheld messages a confidential one takes over.

    Without a setting: those of an open ledger in the same key folder, where nobody but the owner of this
    ledger's keys can have written them. Raises Misconfigured where that leaves none.
    """
    if settings.handover_keys:
        return settings.handover_keys
    folder = settings.key_dir / OPEN
    beside = KeyFile(folder / _HANDING, HANDED_NAME)
    try:
        places = (settings.key_dir, folder, beside.names)
        alike = all(_is_owned_alike(path, ledger_folder(settings)) for path in places)
        keys = tuple(beside.known()) if alike else ()
    except (OSError, ServiceAway):
        keys = ()
    if not keys:
        raise Misconfigured(
            "it is not known who may hand messages over: set LEDGER_HANDOVER_KEYS to the verification key of "
            "its messages that `ledger init` of the other ledger prints"
        )
    return keys


def _is_owned_alike(path: Path, own: Path) -> bool:
    """Whether a path is no link, is of the owner of this ledger's keys, and only that owner may write it."""
    status = path.lstat()
    others_write = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    is_link = stat.S_ISLNK(status.st_mode)
    return status.st_uid == own.stat().st_uid and not (others_write or is_link)


def witness_key(folder: Path, name: str, passphrase: str | None) -> LogKey:
    """The key of a witness, in the witness's own folder."""
    return KeyFile(folder / _WITNESS, name, passphrase, COSIGNATURE, _OTHER_WITNESS)
