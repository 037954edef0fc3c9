"""Two people of the disclosure desk at once: an order is decided, executed and lifted once."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pytest

from application.acts import on_orders, on_preservation, on_secrecy
from application.acts.acting import Permit
from application.acts.executing import Execution, execute
from application.acts.on_orders import OnOrder
from application.acts.on_secrecy import OnSecret, Word
from application.acts.preserving import OpenLedger
from application.orders_in import OrderForm
from application.queries.desk.receipts import Receipt
from application.source import Source
from host.settings import read_settings
from host.site import Site
from host.wiring import install_site, open_site
from ledger.embedded import Server
from ledger.errors import Reject
from ledger.library.reader import LedgerReader
from ledger.reading import head_position
from ledger.tlog.store.folder import LogFolder
from tests.fixtures.ledger import NOW, Clock
from tests.fixtures.postgres import fresh_database
from tests.integration import test_two_at_once
from tests.integration.test_two_at_once import Case, Deed, House, at_once, twice

WHO = "customer/10023"
EARLIER = NOW - timedelta(hours=1)


@pytest.fixture(scope="module")
def house(postgres_server: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A confidential ledger that two people have open."""
    with fresh_database(postgres_server.url) as url, ExitStack() as stack:
        texts = {"LEDGER_DATABASE_URL": url, "LEDGER_CONFIDENTIAL": "1"}
        settings = read_settings(texts, tmp_path_factory.mktemp("desk"))
        install_site(settings, Clock())
        one, other = (stack.enter_context(open_site(settings, Clock())) for _ in range(2))
        yield House(url, one, other)


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who waits for the lock of the office of this ledger."""
    own = test_two_at_once.WAITS.replace("ledger_main", "ledger_confidential")
    monkeypatch.setattr(test_two_at_once, "WAITS", own)


def receiving(ref: str, kind: str = "production", who: str = WHO) -> Deed:
    law = "nl.sv.126ni" if kind == "preservation" else "nl.sv.126na"
    form = OrderForm(
        order_ref=ref,
        provision=law,
        authority="om",
        issued_by="public-prosecutor",
        kind=kind,
        requested_fields=[] if kind == "preservation" else ["name"],
        subject=who,
    )
    return lambda site: on_orders.receive(site, site.source("order"), form, EARLIER)


def on_order(do: Callable[..., Any], ref: str, *arguments: Any) -> Deed:
    on = OnOrder(ref, WHO, NOW)
    return lambda site: do(site, site.source("order"), on, *arguments)


def giving(ref: str) -> Execution:
    """The execution of an order with a bundle that holds the person's name."""
    made = Receipt(
        order_ref=ref,
        subject=WHO,
        recipient="om",
        asked=["name"],
        given=["name"],
        since=EARLIER,
        until=EARLIER,
        position=7,
        entries=[7],
        gaps=[],
        content_sha256="4" * 64,
        bundle_sha256="5" * 64,
    )
    return Execution(receipt=made, bundle_sha256=made.bundle_sha256)


def keeping(ref: str) -> Deed:
    """A preservation that copies from a ledger in which nothing is: this one itself."""

    def keep(site: Site, source: Source, on: OnOrder) -> object:
        there = OpenLedger(site.source("order"), LogFolder(site.settings.log.folder))
        return on_preservation.impose(site, source, there, on, ["traffic"], None)

    return on_order(keep, ref)


def executing(ref: str) -> Deed:
    return on_order(execute, ref, giving(ref), Permit("order-execution"))


def lifting(ref: str) -> Deed:
    on = OnSecret(ref=ref, subject=None, disclosure=None, time=NOW)
    # The order waits for an answer, as both officers know.
    word = Word(by="authority", evidence="letter-1", despite=(ref,))
    permit = Permit("secrecy-lift")
    return lambda site: on_secrecy.lift(site, site.source("secrecy"), on, word, permit)


def valid(ref: str, kind: str = "production") -> tuple[Deed, ...]:
    """What is done before an order can be executed."""
    return (
        receiving(ref, kind),
        on_order(on_orders.authenticate, ref, "call-back"),
        on_order(on_orders.validate, ref),
    )


CASES = {
    "receive": twice("there is an order A-1 about this person already", receiving("A-1")),
    "decide and refuse": Case(
        "order A-2 was refused on",
        on_order(on_orders.refuse, "A-2", "not-authentic"),
        on_order(on_orders.validate, "A-2"),
        valid("A-2")[:2],
    ),
    "execute": twice("order A-3 was executed on", executing("A-3"), *valid("A-3")),
    "execute and withdraw": Case(
        "the authority withdrew order A-4",
        on_order(on_orders.withdraw, "A-4", None),
        executing("A-4"),
        valid("A-4"),
    ),
    "preserve": twice(
        "order A-5 was executed on",
        keeping("A-5"),
        *valid("A-5", "preservation"),
    ),
    "lift": twice(
        "this secrecy was lifted on", lifting("A-6"), receiving("A-6", who="customer/10024")
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_second_of_two_is_refused_and_records_nothing(
    house: House, monkeypatch: pytest.MonkeyPatch, case: str
) -> None:
    why, first, second, before = CASES[case]
    for deed in before:
        deed(house.one)
    position = head_position(house.one.session("reader"))
    with pytest.raises(Reject, match=why):
        at_once(house, monkeypatch, first, second)
    events = list(LedgerReader(house.one.session("reader")).replay(position))
    assert len({event.name for event in events}) == len(events) > 0
