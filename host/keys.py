"""Which adapter holds the keys: the one place that knows files of keys. A key service is chosen here."""

from pathlib import Path

from host.settings import Settings
from ledger.audit import PublishedLog
from ledger.crypto.key_files import FileKeyProvider
from ledger.crypto.provider import KeyProvider
from ledger.tlog.signing.keys import COSIGNATURE, LogKey
from ledger.tlog.store.folder import LogFolder
from ledger.tlog.store.key_file import KeyFile

_WITNESS = "witness.key"
_SIGNING = "signing.key"
# The name of the key says nothing of who holds it.
SIGNED_NAME = "signed-messages"


def ledger_folder(settings: Settings) -> Path:
    """What belongs to a ledger outside of its database: the erasure journal, and keys that are files."""
    return settings.key_dir / str(settings.ledger)


def key_provider(settings: Settings, *, make: bool = True) -> KeyProvider:
    """What holds the keys of a ledger. `make`: also a folder for them, when it is missing."""
    return FileKeyProvider(ledger_folder(settings), make=make)


def log_key(settings: Settings) -> LogKey:
    """The key of the transparency log."""
    log = settings.log
    return KeyFile(log.key_file, log.origin, log.passphrase)


def published_log(settings: Settings) -> PublishedLog:
    """The files of the transparency log and the keys that it had."""
    policy = settings.log.policy
    keys = (*log_key(settings).known(), *(policy.keys if policy else ()))
    return PublishedLog(LogFolder(settings.log.folder), keys)


def signing_key(settings: Settings) -> LogKey:
    """The key of this ledger for signed messages to another one."""
    return KeyFile(signing_file(settings), SIGNED_NAME)


def signing_file(settings: Settings) -> Path:
    """Where that key is."""
    return ledger_folder(settings) / _SIGNING


def witness_key(folder: Path, name: str, passphrase: str | None) -> LogKey:
    """The key of a witness, in the witness's own folder."""
    return KeyFile(folder / _WITNESS, name, passphrase, COSIGNATURE)
