"""Rotating and forgetting dead letters under every fault at every step: the key goes, no value is lost."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from ledger.crypto.sealing import KEY_BYTES
from ledger.errors import KeyLost, LedgerError, Retry
from ledger.keys.rotation import due, epochs, rotate
from ledger.letters.dead import expire_letters, letters
from tests.fault.enduring import STRIDES, closing, endure
from tests.fault.erasing import EMAIL, NAME, PHONE, everything
from tests.fault.faults import Kind
from tests.fixtures.ledger import House


class Rotating:
    """A new epoch; all that was sealed before opens after it, and the old epoch's key is gone."""

    def prepare(self, house: House, number: int) -> None:
        # By the hour: each day has a key of its letters, which is a step more of every rotation, so that
        # with a new day for each step the last one would never be reached.
        house.clock.forward(hours=1)
        with closing(house):
            house.record(*everything(f"customer/{number}"))

    def act(self, house: House, number: int) -> None:
        rotate(house.session("eraser"), house.provider, house.ledger, house.clock())

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry), error
        session, period = house.session("eraser"), timedelta(hours=1)
        if done:
            assert not due(session, house.provider, house.clock(), period)
        if due(session, house.provider, house.clock(), period):
            self.check_values(house)
            self.act(house, number)

    def check(self, house: House, number: int) -> None:
        state = epochs(house.session("eraser"), house.provider)
        assert state.held == (state.current,)
        assert state.started_at == house.clock()
        with psycopg.connect(house.url) as connection:
            wrapped = connection.execute(
                "SELECT epoch FROM ledger_main_keys.data_keys UNION "
                "SELECT epoch FROM ledger_main_keys.ledger_keys"
            ).fetchall()
        assert wrapped == [(state.current,)]
        self.check_values(house)
        self.check_files(house, state.current)

    def check_values(self, house: House) -> None:
        opener = house.opener()
        values = {v for event in house.events() for v in opener.personal(event).values()}
        assert values == {NAME, EMAIL, PHONE}

    def check_files(self, house: House, current: int) -> None:
        """No file but the current epoch's holds a key; a start that died may have left it twice."""
        files = {path.name: path.read_bytes() for path in house.provider.folder.iterdir()}
        secrets = {name for name, content in files.items() if content.strip(b"\0")}
        name = f"epoch-{current:06d}"
        assert f"{name}.key" in secrets
        assert secrets <= {f"{name}.key", f"{name}.new", "rows.key", house.journal.path.name}


@STRIDES
@pytest.mark.parametrize("kind", Kind)
def test_a_rotation_is_completed(house: House, kind: Kind, stride: int) -> None:
    steps = endure(Rotating(), house, kind, stride)
    if steps:
        assert {"rename", "write", "fsync", "unlink", "_exit_gen"} <= set(steps)


@dataclass
class Expiring:
    """Dead letters whose retention has ended, and the key of their day."""

    left: list[str] = field(default_factory=list)

    def prepare(self, house: House, number: int) -> None:
        with closing(house):
            house.record(b"bad %d" % number)
        house.clock.forward(days=15)

    def act(self, house: House, number: int) -> None:
        expire_letters(
            house.session("eraser"), house.ledger, house.chain(), house.clock(), timedelta(days=14)
        )

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry), error
        held = self.day_keys(house)
        assert len(letters(house.session("reader"))) == len(held)
        assert held == [] or not done
        self.act(house, number)

    def check(self, house: House, number: int) -> None:
        assert letters(house.session("reader")) == []
        assert self.day_keys(house) == []

    def day_keys(self, house: House) -> Sequence[Any]:
        with psycopg.connect(house.url) as connection:
            return connection.execute(
                "SELECT FROM ledger_main_keys.ledger_keys WHERE purpose LIKE 'letters/%'"
            ).fetchall()


@STRIDES
@pytest.mark.parametrize("kind", Kind)
def test_letters_expire_with_the_key_of_their_day(house: House, kind: Kind, stride: int) -> None:
    endure(Expiring(), house, kind, stride)


def test_a_damaged_epoch_key_is_told_apart_from_a_missing_one(house: House) -> None:
    (path,) = house.provider.folder.glob("epoch-*.key")
    path.write_bytes(b"x" * (KEY_BYTES - 1))
    with pytest.raises(KeyLost, match="damaged"):
        house.provider.commitment(1)
