"""Ledgers to measure: what they hold, published under a signed checkpoint."""

from contextlib import closing
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from archive.writing import PublishedHistory
from ledger.clocks import Clocks
from ledger.tlog.proving.reading import published
from ledger.tlog.publishing.publisher import OwnLog, Publisher
from ledger.tlog.signing.checkpoints import verify_checkpoint
from ledger.tlog.signing.keys import SigningKey
from ledger.tlog.store.folder import LogFolder
from tests.fixtures.ledger import House


def new_key() -> SigningKey:
    """A key that signs checkpoints."""
    return SigningKey("bench.example.nl/log", Ed25519PrivateKey.generate())


def publish(house: House, key: SigningKey, log: LogFolder) -> None:
    """Publish what is new into a log."""
    own = OwnLog(log, key, [])
    with closing(Publisher(house.database, house.ledger, own, Clocks(house.clock))) as publisher:
        publisher.publish_once()


def published_history(house: House, key: SigningKey, folder: Path) -> PublishedHistory:
    """Publish what is new into the log of a folder; what is there then."""
    log = LogFolder(folder)
    publish(house, key, log)
    signed = published(log)
    assert signed is not None
    verify_checkpoint(signed.content, [key.verifier])
    return PublishedHistory(log, signed)
