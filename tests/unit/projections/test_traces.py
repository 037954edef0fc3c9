"""Of each key the earliest event is known, and all on which its values rest, however they arrived."""

from itertools import permutations
from typing import Any

from ledger.event import RecordedEvent, Sealed
from projections.dossier.traces import Traces, traced
from tests.unit.projections.making import event


def sealed(minutes: float, position: int, basis: str, activity: str) -> RecordedEvent:
    """Values under the same key of a category."""
    under = {"contact": Sealed("k-1", ("email",), "")}
    members: dict[str, Any] = {
        "legal_basis": basis,
        "activity": activity,
        "categories": ["contact"],
    }
    return event(
        "personal-data-collected",
        minutes,
        position=position,
        id=f"e{position}",
        sealed=under,
        **members,
    )


def test_a_key_is_told_by_its_earliest_event_whichever_came_first() -> None:
    events = (
        sealed(3, 1, "6-1-b", "sales"),
        sealed(1, 2, "6-1-a", "news"),
        sealed(2, 3, "6-1-b", "sales"),
    )
    for arrived in permutations(events):
        traces = Traces()
        for one in arrived:
            traces = traced(traces, [one])
        assert [trace.position for trace in traces.of("contact")] == [2]
        assert traces.bases_of("contact") == {"6-1-a news", "6-1-b sales"}
        assert traced(Traces(), arrived) == traces
