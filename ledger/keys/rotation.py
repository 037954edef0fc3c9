"""Key epochs: a new epoch key, every live key wrapped again under it, the old epoch key destroyed.

That last step is what makes the write-ahead log, replicas and backups forget. Each step is committed
by itself and found done or repeated by the next run; recording goes on meanwhile.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec

from ledger.crypto.authentic import row_macs
from ledger.crypto.places import (
    data_key_place,
    feed_key_place,
    ledger_key_place,
    wrapped_data_keys,
)
from ledger.crypto.provider import KeyProvider, Placed, Wrapped, Wrapping, each_unwrapped
from ledger.errors import Misconfigured, Retry
from ledger.names import LedgerName
from ledger.storage.postgres import Session

_BLOCK_KEYS = 2_000
# The largest difference between the clocks of two machines; beyond it, one of them was set meanwhile.
_CLOCKS_DIFFER = timedelta(hours=1)


class Epochs(msgspec.Struct, frozen=True):
    """The current epoch and its start, the provider's epochs, and the number of wrapped keys."""

    current: int
    started_at: datetime
    held: tuple[int, ...]
    data_keys: int


class Rotation(msgspec.Struct, frozen=True):
    """The epoch that began, the epochs whose keys were destroyed, and the keys wrapped again."""

    epoch: int
    destroyed: tuple[int, ...]
    rewrapped: int


def first_epoch(session: Session, provider: KeyProvider, ledger: LedgerName, now: datetime) -> None:
    """Begin epoch 1 of a new ledger; nothing when there is one. Run by `ledger init`.

    Raises Misconfigured when there is one, and the key folder lacks the key that authenticates its rows.
    """
    with session.transaction():
        if session.row("current_epoch") is None:
            if 1 not in provider.epochs():
                provider.begin(1)
            provider.rows.make()  # the row of the first epoch has a MAC
            _add_epoch(session, provider, ledger, 1, now)
        elif not provider.rows.is_kept:
            raise Misconfigured(
                f"{provider.name} lacks the key that authenticates rows: put it back, "
                "or set LEDGER_KEY_DIR"
            )


def epochs(session: Session, provider: KeyProvider) -> Epochs:
    """The state of the epochs."""
    row = session.row("current_epoch")
    count = session.row("count_data_keys")
    assert row
    assert count
    return Epochs(row[0], row[1], tuple(provider.epochs()), count[0])


def due(session: Session, provider: KeyProvider, now: datetime, period: timedelta) -> bool:
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
    provider: KeyProvider,
    ledger: LedgerName,
    now: datetime,
    stop: Callable[[], bool] = lambda: False,
) -> Rotation:
    """Begin a new epoch and end all earlier ones; completes the work of an interrupted run.

    Needs the eraser's role. On return no key is wrapped under an earlier epoch and their keys are gone.
    Raises Retry when `stop` says so between two blocks of keys.
    """
    epoch = _begin(session, provider, ledger, now)
    wrapping = provider.wrapping()
    rewrapped = _rewrap_ledger_keys(session, wrapping, ledger, epoch)
    rewrapped += _rewrap_feed_keys(session, wrapping, ledger, epoch)
    while count := _rewrap_block(session, wrapping, ledger, epoch):
        rewrapped += count
        if stop():
            raise Retry("the rotation of keys was interrupted; the next one completes it")
    with session.transaction():
        # Every epoch before `epoch` has ended.
        macs = row_macs(provider, ledger)
        rows = session.rows("epochs_before", epoch=epoch)
        session.run(
            "retire_epochs",
            now=now,
            epochs=[row[0] for row in rows],
            macs=[macs.changed("epochs", row[:3], row[3], (*row[:2], now)) for row in rows],
        )
    # Destroyed after the commit: a key must outlive every row that is wrapped under it.
    old = tuple(earlier for earlier in provider.epochs() if earlier < epoch)
    for earlier in old:
        provider.destroy(earlier)
    return Rotation(epoch, old, rewrapped)


def _begin(session: Session, provider: KeyProvider, ledger: LedgerName, now: datetime) -> int:
    with session.transaction():
        session.run("lock_keys")
        rows = session.rows("open_epochs")
        latest = rows[-1][0]
        if len(rows) > 1:  # an earlier run did not get to the end: complete that one
            return int(latest)
        epoch = int(latest) + 1
        if epoch not in provider.epochs():
            provider.begin(epoch)
        _add_epoch(session, provider, ledger, epoch, now)
        return epoch


def _add_epoch(
    session: Session, provider: KeyProvider, ledger: LedgerName, epoch: int, now: datetime
) -> None:
    mac = row_macs(provider, ledger).of("epochs", (epoch, now, None))
    session.run("add_epoch", epoch=epoch, now=now, mac=mac)


def _rewrap_ledger_keys(
    session: Session, wrapping: Wrapping, ledger: LedgerName, epoch: int
) -> int:
    with session.transaction():
        session.run("lock_keys")
        rows = session.rows("ledger_keys_before", epoch=epoch)
        old = [Wrapped(e, ledger_key_place(ledger, purpose, e), w) for purpose, e, w in rows]
        places = [ledger_key_place(ledger, purpose, epoch) for purpose, _, _ in rows]
        for (purpose, _, _), new in zip(
            rows, _rewrapped(wrapping, old, epoch, places), strict=True
        ):
            session.run("rewrap_ledger_key", purpose=purpose, epoch=epoch, wrapped=new)
    return len(rows)


def _rewrap_feed_keys(session: Session, wrapping: Wrapping, ledger: LedgerName, epoch: int) -> int:
    with session.transaction():
        session.run("lock_keys")
        rows = session.rows("feed_keys_before", epoch=epoch)
        old = [Wrapped(e, feed_key_place(ledger, bytes(root), e), w) for root, e, w in rows]
        places = [feed_key_place(ledger, bytes(root), epoch) for root, _, _ in rows]
        session.run(
            "rewrap_feed_keys",
            roots=[row[0] for row in rows],
            wrapped=_rewrapped(wrapping, old, epoch, places),
            epoch=epoch,
        )
    return len(rows)


def _rewrap_block(session: Session, wrapping: Wrapping, ledger: LedgerName, epoch: int) -> int:
    with session.transaction():
        session.run("lock_keys")
        rows = session.rows("data_keys_of_epochs_before", epoch=epoch, count=_BLOCK_KEYS)
        places = [data_key_place(ledger, s, c, g, month, epoch) for s, c, g, month, *_ in rows]
        session.run(
            "rewrap_data_keys",
            subjects=[row[0] for row in rows],
            categories=[row[1] for row in rows],
            generations=[row[2] for row in rows],
            months=[row[3] for row in rows],
            wrapped=_rewrapped(wrapping, wrapped_data_keys(ledger, rows), epoch, places),
            epoch=epoch,
        )
    return len(rows)


def _rewrapped(
    wrapping: Wrapping, old: Sequence[Wrapped], epoch: int, places: Sequence[bytes]
) -> list[bytes]:
    """Keys wrapped again, bound to their rows as these are under another epoch."""
    secrets = each_unwrapped(wrapping, old)
    return wrapping.wrap(epoch, [Placed(*key) for key in zip(places, secrets, strict=True)])
