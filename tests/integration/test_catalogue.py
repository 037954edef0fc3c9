"""What a fresh installation comes to is what the audit expects, on each PostgreSQL; what sites may choose."""

from collections.abc import Callable
from fnmatch import fnmatchcase
from pathlib import Path
from urllib.parse import quote

import pytest

from ledger.audit import audit
from ledger.audit.catalogue import check_catalogue, check_memberships, expected, read_catalogue
from ledger.audit.findings import Findings
from ledger.audit.inventory import inventory
from ledger.names import ROLES, LedgerName
from ledger.storage.postgres import Database
from projections import VIEWS
from tests.architecture.catalogue import FILE, fresh_catalogue, written
from tests.architecture.documents import ROOT
from tests.architecture.protection import places
from tests.fixtures.console import Cli
from tests.fixtures.ledger import House, collected
from tests.fixtures.views import follower, rebuild

pytestmark = [pytest.mark.both_engines, pytest.mark.server_catalogue]

NAME = LedgerName("main")


def test_a_fresh_installation_is_what_the_audit_expects(any_database_url: str) -> None:
    found = fresh_catalogue(Database(any_database_url), NAME)
    assert sorted(set(found) ^ set(expected())) == [], "run `make documents`"
    assert written(found) == FILE.read_text("utf-8")
    assert len(found) > 500


def test_every_place_stands_in_one_row_and_every_row_names_one() -> None:
    for place in places():
        inventory().of(place)
    named = [*places(), *FILES]
    for row in inventory().row:
        assert any(fnmatchcase(place, what) for place in named for what in row.what), row.what


def test_the_test_of_every_row_exists() -> None:
    assert all((ROOT / "tests" / row.test).exists() for row in inventory().row)


FILES = (
    "file {log}/checkpoint",
    "file {log}/checkpoints/DAY",
    "file {log}/checkpoints/DAY, behind its last checkpoint",
    "file {log}/tile/LEVEL/TILE",
    "file {log}/tile/entries/BUNDLE",
    "file {log}/minimum-index",
    "file {log}/tile/superseded",
    "file {log}/publisher.lock",
    "file log.key",
    "file log.vkeys",
    "file {keys}/epoch-EPOCH.key",
    "file {keys}/erasures.journal",
    "file {keys}/rows.key",
    "file {keys}/links/NUMBER.keys",
    "file {keys}/links/NUMBER.keys, behind its last record",
    "file withheld.pub",
    "file withheld.key",
    "file hand-over.key",
    "file hand-over.vkeys",
    "file signing.key",
    "file signing.vkeys",
    "file {data}/cluster/PG_VERSION",
    "file in {log} or {keys}, as a file: link, hard link, owner, mode",
    "file in {log} or {keys} under any other name",
    "file in {log}, of a tile or bundle that the signed tree does not have",
)


def test_a_ledger_of_another_name_beside_one_is_the_same(
    make_house: Callable[..., House], database_url: str
) -> None:
    make_house(database_url, "other")
    house = make_house(database_url, "mine")
    house.record(collected())
    follow = follower(house)
    follow.follow_once()
    assert tuple(read_catalogue(house.session("reader"))) == expected()
    assert audit(house.session("reader")).ok


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_the_other_colour_of_a_view_is_the_same(house: House, view: object) -> None:
    follow = follower(house)
    follow.follow_once()
    rebuild(house.session("projector"), house.ledger, view)  # type: ignore[arg-type]
    assert sorted(set(read_catalogue(house.session("reader"))) ^ set(expected())) == []


def test_before_the_first_projector_there_are_no_views(house: House) -> None:
    findings = Findings()
    check_catalogue(house.session("reader"), findings)
    assert findings.sorted() == ()


def found_of(*ways: tuple[str, str, bool, bool]) -> list[str]:
    findings = Findings()
    check_memberships(ways, NAME, findings)
    return [finding.detail for finding in findings.sorted()]


def way(
    login: str, *roles: str, hands_on: bool = False, mighty: bool = False
) -> list[tuple[str, str, bool, bool]]:
    return [(login, f"ledger_main_{role}", hands_on, mighty) for role in roles]


ALL = ROLES


def test_a_login_takes_one_kind_of_work_beside_reading_or_all() -> None:
    for roles in (("reader",), ("recorder", "reader"), ("eraser",), ALL):
        assert found_of(*way("somebody", *roles)) == []
    assert found_of(*way("owner", *ALL, hands_on=True, mighty=True)) == []
    taken = "login somebody can take the roles ledger_main_eraser, ledger_main_projector"
    assert found_of(*way("somebody", "projector", "eraser", "reader")) == [taken]


def test_nobody_but_the_owner_hands_a_role_on_and_no_role_takes_another() -> None:
    handed = "login somebody can hand on the role ledger_main_reader"
    assert found_of(*way("somebody", "reader", hands_on=True)) == [handed]
    taken = "role ledger_main_projector can take the role ledger_main_eraser"
    assert found_of(*way("ledger_main_projector", "eraser")) == [taken]


def test_names_that_somebody_else_chose_send_nothing_to_a_terminal(house: House) -> None:
    owner = house.session(None)
    owner.script('CREATE TABLE {events}."a\x1b[31m\x07é" ()', {"events": house.ledger.events})
    details = [finding.detail for finding in audit(house.session("reader")).findings]
    assert details
    assert all(detail.isascii() and detail.isprintable() for detail in details)


def test_logins_as_the_documentation_makes_them_are_in_order(
    program: Cli, database_with_logins: str, secrets_folder: Path
) -> None:
    for login, command in (("owner", "init"), ("operator", "audit")):
        password = quote((secrets_folder / f"{login}_password").read_text().strip(), safe="")
        url = f"postgresql://ledger_{login}:{password}@{database_with_logins}/ledger"
        program.set(DATABASE_URL=url)
        ran = program(command)
        assert ran.status == 0, ran.out
