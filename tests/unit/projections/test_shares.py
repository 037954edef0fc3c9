"""What several processes find, each in a share of the streams, is what one finds in all."""

from itertools import combinations
from typing import Any

from projections.findings.view import VIEW
from projections.folds.timetravel import counting, fold
from projections.following.joins import join_of
from tests.property import view_model as model
from tests.property.hand_written import JUDGED, said
from tests.property.view_specs import build, ledger_of
from tests.unit.projections.making import ANNA, BERT, CRM, IT, OFFICE, PORTAL

_KNOWN = said("system-registered", -9, IT, subject="system/crm", sources=[CRM])
# The same source in two streams: what tells of it is its earliest event, in whichever share that is.
_UNKNOWN = [
    said("account-deactivated", minutes, PORTAL, stream=stream)
    for minutes, stream in ((5, ANNA), (4, BERT))
]


def test_what_is_seen_in_shares_is_what_is_seen_in_all() -> None:
    events = ledger_of(build([*JUDGED, _KNOWN, *_UNKNOWN]))
    join = join_of(VIEW.join)
    assert join
    streams = {
        stream: [*counting(mine, frozenset({OFFICE}))]
        for stream, mine in model.streams(events).items()
    }
    folded = {stream: fold(VIEW, mine) for stream, mine in streams.items()}
    shared = {
        stream: fold(VIEW, [one for one in mine if one.name in join.shared])
        for stream, mine in streams.items()
    }

    def found(*shares: Any) -> list[str]:
        whole, *others = gatherings = [join.gathering(shared.items()) for _ in shares]
        entries = [
            entry
            for gathering, share in zip(gatherings, shares, strict=True)
            for stream in share
            for entry in gathering.add(stream, folded[stream])
        ]
        for other in others:
            whole.take(other.seen())
        return sorted(map(repr, [*entries, *whole.rest()]))

    together = found(streams)
    assert any("unregistered" in entry for entry in together)
    for count in range(len(streams) + 1):
        for share in combinations(streams, count):
            assert found(share, streams.keys() - set(share)) == together
