"""Whatever events go, and in whatever blocks views are told: they say what is left, byte for byte.

Also where others follow between the cut and the views that are told of it, and go on after it.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.event import RecordedEvent
from projections import views_of
from projections.folds.dispatch import Dispatch
from projections.folds.timetravel import counting
from projections.folds.view import View
from projections.following.batch import apply_again, by_stream, named_by, settle
from tests.fixtures.whole import examples
from tests.property.finding_specs import lives
from tests.property.hand_written import told_to
from tests.property.test_views import OFFICES, derived
from tests.property.view_specs import build, ledger_of, speaking
from tests.property.view_store import MemoryStore


@pytest.mark.parametrize("view", views_of(confidential=True), ids=lambda view: view.name)
@settings(max_examples=examples(150), deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_goes_leaves_what_the_rest_says(view: View[Any], data: st.DataObject) -> None:
    ledger = ledger_of(
        build(data.draw(lives() if view.join == "findings" else speaking(view.name)))
    )
    recorded, told = sorted(data.draw(st.integers(0, len(ledger))) for _ in range(2))
    batch = data.draw(st.sampled_from([1, 2, 7, len(ledger)]))
    gone = {event.position for event in ledger[:recorded] if data.draw(st.booleans())}
    leaves(view, ledger, (recorded, told), gone, batch, data.draw(st.integers(1, 3)))


@pytest.mark.parametrize("view", views_of(confidential=True), ids=lambda view: view.name)
def test_whichever_event_goes_and_whenever_it_is_told(view: View[Any]) -> None:
    """Each event alone, every other one, and all; told before anything follows, after a part, after all."""
    for specs in told_to(view.join):
        ledger = ledger_of(build(specs))
        end, half = len(ledger), len(ledger) // 2
        every = {event.position for event in ledger}
        for gone in (set(), *({one} for one in every), {*sorted(every)[::2]}, every):
            last = max(gone, default=0)
            for told in {last, max(last, half), end}:
                leaves(view, ledger, (last, told), gone, 2, 1)
        leaves(view, ledger, (half, end), {*range(1, half + 1)}, end, 3)


def leaves(
    view: View[Any],
    ledger: list[RecordedEvent],
    when: tuple[int, int],
    gone: set[int],
    batch: int,
    size: int,
) -> None:
    """A view says what is left. `when`: what it followed at the cut, and when it is told of that.

    `size`: of so many files at a time.
    """
    recorded, told = when
    store = MemoryStore(view)
    follow(store, ledger[:recorded], batch)
    store.gone = gone
    follow(store, ledger[:told], batch)
    files = sorted({event.stream for event in ledger if event.position in store.gone})
    for start in range(0, len(files), size):
        fold_again(store, ledger[:told], files[start : start + size])
    settle(view, store)
    follow(store, ledger, batch)
    left = [event for event in ledger if event.position not in store.gone]
    assert (store.states, store.joined) == derived(view, left)


def follow(store: MemoryStore, ledger: Sequence[RecordedEvent], size: int) -> None:
    while store.position < len(ledger):
        store.advance(ledger, size, OFFICES)


def fold_again(
    store: MemoryStore, ledger: Sequence[RecordedEvent], streams: Sequence[UUID]
) -> None:
    """As `after_pruning` does it."""
    left = [e for e in ledger if e.stream in streams and e.position not in store.gone]
    store.awaited = {one for one in store.awaited if one[0] not in streams}
    store.awaited |= named_by(left, OFFICES)
    shares = Dispatch([store.view]).share_streams(
        (stream, counting(events, OFFICES)) for stream, events in by_stream(left).items()
    )
    apply_again(store.view, streams, shares[store.view.name], store)
