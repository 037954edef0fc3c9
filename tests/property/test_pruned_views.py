"""Whatever events go, and in whatever blocks views are told: they say what is left, byte for byte."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from projections import views_of
from projections.folds.dispatch import Dispatch
from projections.folds.timetravel import counting
from projections.folds.view import View
from projections.following.batch import apply_again, by_stream, settle
from tests.property.finding_specs import lives
from tests.property.test_views import OFFICES, derived
from tests.property.view_specs import build, ledger_of, speaking
from tests.property.view_store import MemoryStore


@pytest.mark.parametrize("view", views_of(confidential=True), ids=lambda view: view.name)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_what_goes_leaves_what_the_rest_says(view: View[Any], data: st.DataObject) -> None:
    ledger = ledger_of(
        build(data.draw(lives() if view.join == "findings" else speaking(view.name)))
    )
    store = MemoryStore(view)
    while store.position < len(ledger):
        store.advance(ledger, 5, OFFICES)
    gone = {event.position for event in ledger if data.draw(st.booleans())}
    left = [event for event in ledger if event.position not in gone]
    files = sorted({event.stream for event in ledger if event.position in gone})
    size = data.draw(st.integers(1, 3))
    for start in range(0, len(files), size):
        streams = files[start : start + size]
        shares = Dispatch([view]).share_streams(
            (stream, counting(events, OFFICES))
            for stream, events in by_stream(left).items()
            if stream in streams
        )
        apply_again(view, streams, shares[view.name], store)
    settle(view, store)
    assert (store.states, store.joined) == derived(view, left)
