"""Key epochs: a new epoch key, every live key wrapped again under it, the old epoch key destroyed.

That last step is what makes the write-ahead log, replicas and backups forget. Each step is committed
by itself and found done or repeated by the next run; recording goes on meanwhile.
"""

import os
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ledger.crypto.authentic import row_macs
from ledger.crypto.places import data_key_place, feed_key_place, ledger_key_place
from ledger.crypto.provider import EpochCiphers, FileKeyProvider
from ledger.crypto.sealing import KEY_BYTES, NONCE_BYTES, unwrap_key, wrap_key
from ledger.errors import Retry
from ledger.names import LedgerName
from ledger.storage.postgres import Session

_BLOCK_KEYS = 2_000
# Of two machines; more, and one of them was put right meanwhile.
_CLOCKS_DIFFER = timedelta(hours=1)


class Epochs(msgspec.Struct, frozen=True):
    """The current epoch, since when, what the provider still holds, and how many keys are wrapped."""

    current: int
    started_at: datetime
    held: tuple[int, ...]
    data_keys: int


class Rotation(msgspec.Struct, frozen=True):
    """The epoch that began, the epochs whose keys were destroyed, and the keys wrapped again."""

    epoch: int
    destroyed: tuple[int, ...]
    rewrapped: int


def first_epoch(
    session: Session, provider: FileKeyProvider, ledger: LedgerName, now: datetime
) -> None:
    """Begin epoch 1 of a new ledger; nothing when there is one. Run by `ledger init`."""
    with session.transaction():
        if session.row("current_epoch") is None:
            if 1 not in provider.epochs():
                provider.create(1, os.urandom(KEY_BYTES))
            if not provider.has_rows_key:
                provider.begin_rows_key()
                provider.keep_rows_key()
            _add_epoch(session, provider, ledger, 1, now)


def epochs(session: Session, provider: FileKeyProvider) -> Epochs:
    """How things stand."""
    row = session.row("current_epoch")
    count = session.row("count_data_keys")
    assert row
    assert count
    return Epochs(row[0], row[1], tuple(provider.epochs()), count[0])


def due(session: Session, provider: FileKeyProvider, now: datetime, period: timedelta) -> bool:
    """Whether the current epoch has lasted its period, or an earlier rotation did not get to its end.

    Also when it began in the future: the clock was ahead then, and the epoch would last longer for it.
    """
    row = session.row("current_epoch")
    if row is None:
        return False
    unfinished = any(epoch < row[0] for epoch in provider.epochs())
    lasted = now - row[1]
    return unfinished or lasted >= period or lasted < -_CLOCKS_DIFFER


def rotate(
    session: Session,
    provider: FileKeyProvider,
    ledger: LedgerName,
    now: datetime,
    stop: Callable[[], bool] = lambda: False,
) -> Rotation:
    """Begin a new epoch and end all earlier ones; completes what an interrupted run began.

    Needs the eraser's role. On return no key is wrapped under an earlier epoch and their keys are gone.
    Raises Retry when `stop` says so between two blocks of keys.
    """
    epoch = _begin(session, provider, ledger, now)
    ciphers = EpochCiphers(provider)
    rewrapped = _rewrap_ledger_keys(session, ciphers, ledger, epoch)
    rewrapped += _rewrap_feed_keys(session, ciphers, ledger, epoch)
    while count := _rewrap_block(session, ciphers, ledger, epoch):
        rewrapped += count
        if stop():
            raise Retry("the rotation of keys was interrupted; the next one completes it")
    with session.transaction():
        _retire_epochs(session, provider, ledger, epoch, now)
    old = tuple(held for held in provider.epochs() if held < epoch)
    for held in old:
        provider.destroy(held)
    return Rotation(epoch, old, rewrapped)


def _begin(session: Session, provider: FileKeyProvider, ledger: LedgerName, now: datetime) -> int:
    with session.transaction():
        session.run("lock_keys")
        rows = session.rows("open_epochs")
        latest = rows[-1][0]
        if len(rows) > 1:  # an earlier run did not get to the end: complete that one
            return int(latest)
        epoch = int(latest) + 1
        if epoch not in provider.epochs():
            provider.create(epoch, os.urandom(KEY_BYTES))
        _add_epoch(session, provider, ledger, epoch, now)
        return epoch


def _add_epoch(
    session: Session, provider: FileKeyProvider, ledger: LedgerName, epoch: int, now: datetime
) -> None:
    mac = row_macs(provider, ledger).of("epochs", (epoch, now, None))
    session.run("add_epoch", epoch=epoch, now=now, mac=mac)


def _retire_epochs(
    session: Session, provider: FileKeyProvider, ledger: LedgerName, epoch: int, now: datetime
) -> None:
    """Every epoch before `epoch` has ended."""
    macs = row_macs(provider, ledger)
    rows = session.rows("epochs_before", epoch=epoch)
    session.run(
        "retire_epochs",
        now=now,
        epochs=[row[0] for row in rows],
        macs=[macs.changed("epochs", row[:3], row[3], (*row[:2], now)) for row in rows],
    )


def _rewrap_ledger_keys(
    session: Session, ciphers: EpochCiphers, ledger: LedgerName, epoch: int
) -> int:
    with session.transaction():
        session.run("lock_keys")
        rows = session.rows("ledger_keys_before", epoch=epoch)
        for purpose, old, wrapped in rows:
            new = _rewrapped(
                ciphers,
                wrapped,
                (old, ledger_key_place(ledger, purpose, old)),
                (epoch, ledger_key_place(ledger, purpose, epoch)),
            )
            session.run("rewrap_ledger_key", purpose=purpose, epoch=epoch, wrapped=new)
    return len(rows)


def _rewrap_feed_keys(
    session: Session, ciphers: EpochCiphers, ledger: LedgerName, epoch: int
) -> int:
    with session.transaction():
        session.run("lock_keys")
        rows = session.rows("feed_keys_before", epoch=epoch)
        wrapped = [
            _rewrapped(
                ciphers,
                wrapped,
                (old, feed_key_place(ledger, bytes(root), old)),
                (epoch, feed_key_place(ledger, bytes(root), epoch)),
            )
            for root, old, wrapped in rows
        ]
        roots = [row[0] for row in rows]
        session.run("rewrap_feed_keys", roots=roots, wrapped=wrapped, epoch=epoch)
    return len(rows)


def _rewrap_block(session: Session, ciphers: EpochCiphers, ledger: LedgerName, epoch: int) -> int:
    with session.transaction():
        session.run("lock_keys")
        rows = session.rows("data_keys_of_epochs_before", epoch=epoch, count=_BLOCK_KEYS)
        wrapped = [
            _rewrapped(
                ciphers,
                wrapped,
                (old, data_key_place(ledger, subject, category, generation, month, old)),
                (epoch, data_key_place(ledger, subject, category, generation, month, epoch)),
            )
            for subject, category, generation, month, old, wrapped in rows
        ]
        session.run(
            "rewrap_data_keys",
            subjects=[row[0] for row in rows],
            categories=[row[1] for row in rows],
            generations=[row[2] for row in rows],
            months=[row[3] for row in rows],
            wrapped=wrapped,
            epoch=epoch,
        )
    return len(rows)


Placed = tuple[int, Sequence[Any]]


def _rewrapped(ciphers: EpochCiphers, wrapped: bytes, old: Placed, new: Placed) -> bytes:
    secret = unwrap_key(ciphers.of(old[0]), wrapped, old[1])
    return wrap_key(ciphers.of(new[0]), secret, new[1], os.urandom(NONCE_BYTES))
