"""The server's catalogue: a fresh one is what the program expects, and each difference is named."""

from collections.abc import Callable

import pytest

from ledger.audit import audit
from ledger.audit.catalogue import check_catalogue, plainly
from ledger.audit.findings import Findings
from ledger.audit.naming import Names
from ledger.audit.server.fingerprint import LATER, SERVER, fingerprint
from ledger.audit.server.net import hashes_of
from ledger.names import LedgerName
from ledger.storage.postgres import Database
from projections import VIEWS, views_of
from projections.following.storage import prepare
from tests.architecture.fingerprints import fresh_lines, version_of
from tests.fixtures.ledger import House
from tests.fixtures.views import follower, rebuild

pytestmark = [pytest.mark.both_engines, pytest.mark.server_catalogue]


def test_a_fresh_server_and_ledger_are_what_the_audit_expects(any_database_url: str) -> None:
    database, ledger = Database(any_database_url), LedgerName()
    known = fingerprint(version_of(database, ledger))
    assert known, "no fingerprint of this version: run `make documents`"
    found = list(fresh_lines(database, ledger))
    lines = {
        (stage, key, h)
        for stage, its in known.stages.items()
        if stage != LATER
        for key, hs in its.items()
        for h in hs
    }
    assert sorted(set(found) ^ lines) == [], (
        "run `make documents`; what a minor release of PostgreSQL added goes into later_releases.toml"
    )
    assert len(found) > 5000


def test_a_ledger_is_in_order(house: House) -> None:
    findings = Findings()
    told = check_catalogue(house.session("reader"), findings).server
    assert findings.sorted() == ()
    assert told is not None
    assert (told.known, told.runs, told.extensions) == (True, False, [])


def test_what_a_minor_release_added_may_be_there_or_not(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def added() -> list[str]:
        return [finding.detail for finding in audit(house.session("reader")).findings]

    house.session(None).script("CREATE FUNCTION pg_catalog.planted() RETURNS int RETURN 1", {})
    function = "server function pg_catalog.planted() was added"
    assert function in added()
    session = house.session("reader")
    known = fingerprint(session.rows("server_version")[0][0])
    assert known
    with plainly(session):
        server, _, _ = hashes_of(session, Names(house.ledger))
    lacking = known.of(SERVER)
    new = {key: {hashed} for key, hashed in server.items() if hashed not in lacking.get(key, ())}
    monkeypatch.setitem(known.stages, LATER, {**known.of(LATER), **new})
    assert added() == []
    other = {key: {"0" * 32} for key in new}
    monkeypatch.setitem(known.stages, LATER, other)
    assert function in added()


def test_of_a_version_that_nobody_knows_the_verdict_says_so(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ledger.audit.server.net.fingerprint", lambda _version: None)
    found = audit(house.session("reader"))
    assert found.ok
    assert "this program has no fresh catalogue of PostgreSQL" in " ".join(found.unchecked)
    house.session(None).script("CREATE FUNCTION pg_catalog.planted() RETURNS int RETURN 1", {})
    found = audit(house.session("reader"))
    details = [finding.detail for finding in found.findings]
    assert "server function pg_catalog.planted() was added" in details
    assert any(detail.startswith("nothing else was looked at") for detail in details)


def test_what_another_ledger_lends_is_its_own_and_nothing_else(
    make_house: Callable[..., House], any_database_url: str
) -> None:
    make_house(any_database_url, "other")
    house = make_house(any_database_url, "mine")
    assert audit(house.session("reader")).ok
    lent = "CREATE FUNCTION ledger_other_keys.lent() RETURNS int LANGUAGE sql SECURITY DEFINER RETURN 1"
    house.session(None).script(lent, {})
    found = audit(house.session("reader"))
    details = [finding.detail for finding in found.findings]
    named = "function ledger_other_keys.lent() is none of what that ledger was made with"
    assert named in details
    assert all("ledger_other_keys.lent() is none of" in detail for detail in details)
    assert any(one.endswith("have audits of their own: other") for one in found.unchecked)


def test_the_other_colour_and_the_views_of_orders_are_in_order(house: House) -> None:
    projector = house.session("projector")
    prepare(projector, house.ledger, views_of(confidential=True))
    follower(house).follow_once()
    rebuild(projector, house.ledger, VIEWS[0])
    assert audit(house.session("reader")).findings == ()
