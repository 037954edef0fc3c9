"""A restore that dies halfway serves nobody what was erased, and is begun again elsewhere."""

import pytest

from ledger.errors import ServiceAway
from tests.fixtures.backups import Copies, elsewhere, ledger, restored, taken
from tests.fixtures.console import Cli, collected, registered
from tests.fixtures.postgres import fresh_database

__all__ = ["elsewhere", "ledger"]

WHO = "customer/10023"
PLACES = ["reimport", "complete_journal", "bring_up_to_date", "audit"]


@pytest.fixture
def night(ledger: Cli) -> Copies:
    """A backup, and behind it an erasure that is published."""
    ledger.record(registered(), collected())
    assert ledger("publish", "--once").status == 0
    copies = taken(ledger, "night")
    erased = ledger("erase", WHO, "--category", "contact", "--ground", "request")
    assert erased.status == 0
    assert ledger("publish", "--once").status == 0
    return copies


@pytest.mark.parametrize("place", PLACES)
def test_what_it_left_tells_nobody_what_was_erased(
    ledger: Cli,
    night: Copies,
    elsewhere: str,
    monkeypatch: pytest.MonkeyPatch,
    place: str,
) -> None:
    def dies(*_: object, **__: object) -> None:
        raise ServiceAway("it died here")

    ledger.set(DATABASE_URL=elsewhere)
    with monkeypatch.context() as broken:
        broken.setattr(f"host.restoring.{place}", dies)
        assert restored(ledger, night).status not in {0, 1}
    again = restored(ledger, night)
    assert (again.status, "exists here and holds" in again.err) == (2, True), again.err
    ran = ledger("publish", "--once")
    came_back = place != "reimport"
    assert (ran.status == 0) == came_back, ran.err
    told = ledger("state", WHO, "--json")
    # Where events are missing too, to repeat an erasure would record another event in their place.
    assert (told.status, "is published" in told.err) == (1 - came_back, not came_back), told.err
    assert not came_back or "contact" in told.json["erased_categories"]
    assert b"j.devries@example.nl" not in told.out
    before, rest = elsewhere.split("@/", 1)
    query = rest.partition("?")[2]
    with fresh_database(lambda other: f"{before}@/{other}?{query}") as third:
        ledger.set(DATABASE_URL=third)
        whole = restored(ledger, night, "--json")
        assert (whole.status, whole.json["findings"]) == (0, 0), whole.err
