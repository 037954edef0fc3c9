"""A rotation of keys that is told to stop: it ends between two blocks, and the next one completes it."""

from datetime import timedelta

import pytest

from ledger.errors import Retry
from ledger.keys.rotation import due, epochs, rotate
from rulebook import period
from tests.fixtures.ledger import House, collected, registered


def test_what_was_interrupted_is_due_at_once_and_completed_under_the_same_epoch(
    house: House,
) -> None:
    house.record(registered(), collected())
    session = house.session("eraser")
    with pytest.raises(Retry, match="the next one completes it"):
        rotate(session, house.provider, house.ledger, house.clock(), lambda: True)
    assert epochs(session, house.provider).held == (1, 2)
    assert due(session, house.provider, house.clock(), period("key-epoch"))
    done = rotate(session, house.provider, house.ledger, house.clock())
    assert (done.epoch, done.destroyed) == (2, (1,))
    assert epochs(session, house.provider).held == (2,)
    (event,) = [event for event in house.events() if event.sealed]
    assert house.opener().personal(event)["email"] == "j.devries@example.nl"


def test_an_epoch_lasts_its_period_and_no_longer(house: House) -> None:
    session = house.session("eraser")
    ((_, began),) = session.rows("current_epoch")
    lasts = period("key-epoch")
    assert lasts == timedelta(days=7)
    for after, is_over in (
        (timedelta(0), False),
        (lasts - timedelta.resolution, False),
        (lasts, True),
    ):
        assert due(session, house.provider, began + after, lasts) == is_over
