"""The audit of the keys: what is altered in the keys' namespace, the provider's folder or the journal is named."""

from console.wiring import LEDGER_KEYS
from ledger.audit import Custody, audit
from ledger.sealing import month_of
from tests.fixtures.ledger import ACCOUNTABILITY, House, accessed, collected, registered
from tests.integration.test_erasure import call


def custody(house: House) -> Custody:
    return Custody(
        ledger=house.ledger,
        now=house.clock(),
        tombstone=ACCOUNTABILITY,
        purposes=LEDGER_KEYS,
        provider=house.provider,
        journal=house.journal,
    )


def found(house: House) -> set[tuple[str, str]]:
    result = audit(house.session("reader"), None, custody(house))
    return {(finding.kind, finding.detail) for finding in result.findings}


def kinds(house: House) -> set[str]:
    return {kind for kind, _ in found(house)}


def lived_in(house: House) -> None:
    """Two persons, one of whom a part was erased, one erased as a whole, months that expired."""
    for number in (1, 2, 3, 4):
        who = f"customer/{number}"
        house.record(registered(who), collected(who), accessed(who))
    house.record(call("2026-08-15T10:00:00Z"), call("2026-10-15T10:00:00Z"))
    house.eraser().expire("customer/10023", "traffic", month_of(house.clock()) - 2, "retention")
    house.eraser().erase("customer/3", ["contact"], "objection")
    house.eraser().erase("customer/4", [], "request")


def test_an_untouched_ledger_is_in_order(house: House) -> None:
    assert found(house) == set()
    lived_in(house)
    assert found(house) == set()
