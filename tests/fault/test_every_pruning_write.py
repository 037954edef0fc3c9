"""Pruning under every fault at every step: all of a cut or nothing, and the next run ends the same."""

import contextlib
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from application.acts.pruning import PruningPlan, prune, pruned_already
from application.following import bring_up_to_date
from application.queries.upkeep.pruning import PrunedPrefix
from host.settings import read_settings
from host.site import Site
from host.wiring import open_site
from ledger.errors import LedgerError, Retry
from ledger.tlog.tree.tiles import TILE_WIDTH
from projections import VIEWS
from projections.following.inspection import inspect_views
from projections.following.storage import prepare
from tests.fault.enduring import STRIDES, closing, endure
from tests.fault.faults import Kind
from tests.fixtures.ledger import House, collected, copied, message, registered
from tests.fixtures.postgres import Templates
from tests.fixtures.prunings import cut_of
from tests.fixtures.tlog import Log
from tests.fixtures.views import OFFICES

FACTS: dict[str, Any] = {
    "name": "Hosting",
    "kind": "processor",
    "role": "processor",
    "country": "NL",
    "valid_from": "2026-01-01",
}


@contextmanager
def opened(house: House) -> Iterator[Site]:
    """The ledger as a command opens it; its log lies where faults reach it."""
    texts = {
        "LEDGER_DATABASE_URL": house.url,
        "LEDGER_KEY_DIR": str(house.keys),
        "LEDGER_LOG_DIR": str(house.keys / "tlog"),
        "LEDGER_LOG_KEY_FILE": str(house.keys / "log.key"),
        "LEDGER_NAME": str(house.ledger),
    }
    with open_site(read_settings(texts, house.keys.parent), house.clock) as site:
        yield site


def log_of(house: House, _number: int = 0) -> Log:
    return Log(house, house.keys / "tlog" / str(house.ledger))


@dataclass
class Pruning:
    """A closed file and whole bundles more in each attempt; the ledger is pruned up to the last of them."""

    plan: PruningPlan | None = None
    before: list[int] = field(default_factory=list)

    def prepare(self, house: House, number: int) -> None:
        who = f"customer/{number}"
        with closing(house):
            prepare(house.session("projector"), house.ledger, VIEWS)
            house.record(registered(who), collected(who), collected(who))
            house.eraser().erase(who, (), "request")
            fill = [
                message("recipient-registered", f"recipient/r-{number}-{one}", **FACTS)
                for one in range(TILE_WIDTH)
            ]
            house.record(*fill)
            log_of(house).publish()
            (period,) = house.opener().periods(who)
        with opened(house) as site:
            bring_up_to_date(site)
        self.plan = self.planned(house, period.subject)
        self.before = self.positions(house)

    def planned(self, house: House, closed: UUID) -> PruningPlan:
        """What `planned` says; its checks, with an audit among them, are tested elsewhere."""
        asked = cut_of(log_of(house), [closed])
        return PruningPlan(asked, PrunedPrefix(asked.through, 1, 3, 0, None, [], []))

    def positions(self, house: House) -> list[int]:
        with psycopg.connect(house.url) as connection:
            rows = connection.execute(
                "SELECT notification_id FROM ledger_main.events JOIN ledger_main.event_ids"
                " ON position = notification_id ORDER BY 1"
            )
            return [position for (position,) in rows]

    def act(self, house: House, number: int) -> None:
        assert self.plan
        with opened(house) as site:
            prune(site, self.plan)

    def recover(self, house: House, number: int, error: LedgerError | None, done: bool) -> None:
        assert error is None or isinstance(error, Retry), error
        assert self.plan
        left = self.positions(house)
        cut = len(left) == len(self.before) - 3 + 1  # three events less, and the one that says so
        assert cut or left == self.before
        assert cut or not done
        with opened(house) as site:
            if cut:
                assert pruned_already(site, self.plan.cut.through) is not None
            else:
                assert prune(site, self.plan).removed == 3

    def check(self, house: House, number: int) -> None:
        assert self.plan
        through = self.plan.cut.through
        folder = log_of(house).folder
        assert folder.minimum_index() == through
        bundles = folder.path / "tile" / "entries"
        assert min(path.name[:3] for path in bundles.iterdir()) == f"{through // TILE_WIDTH:03d}"
        inspected = inspect_views(house.reader, privacy_office=OFFICES)
        assert inspected.findings == ()
        assert len(self.positions(house)) == len(self.before) - 3 + 1


@pytest.fixture
def others(templates: Templates, tmp_path: Path) -> Iterator[Iterator[House]]:
    """More ledgers, each there until the next one is asked for."""

    def made() -> Generator[House, None, None]:
        for number in count():
            with copied(templates, tmp_path / str(number), "house", lambda _house: None) as house:
                yield house

    with contextlib.closing(made()) as houses:
        yield houses


@STRIDES
@pytest.mark.parametrize("kind", Kind)
def test_a_cut_is_whole_or_not_there(
    house: House, others: Iterator[House], kind: Kind, stride: int
) -> None:
    # Each attempt records whole bundles, so that the short form has fewer of them.
    stride = stride if stride == 1 else 5 * stride
    steps = endure(Pruning(), house, kind, stride, log_of, others)
    if steps:
        assert {"unlink", "rename", "_exit_gen"} <= set(steps)
