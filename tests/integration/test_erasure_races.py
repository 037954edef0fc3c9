"""Consumers that record about a person while that person is erased: no value survives, none is lost."""

from concurrent.futures import ThreadPoolExecutor

from ledger.audit import audit
from ledger.opening import Missing
from schemas import Code
from tests.fixtures.ledger import House, collected

ROUNDS = 25


def test_consumers_that_seal_while_the_person_is_erased(house: House) -> None:
    """Two consumers and an eraser at once. What was sealed before the erasure is erased, the rest refused."""
    house.record(collected())
    consumers = [house.open(), house.open()]
    eraser = house.eraser()

    def consume(number: int) -> list[Code]:
        codes = []
        for _ in range(ROUNDS):
            outcome = house.record(collected(), collected(), ledger=consumers[number])
            codes += [rejection.code for _, rejection in outcome.rejections]
        return codes

    def erase() -> None:
        for category in ("contact", "identity"):
            eraser.erase("customer/10023", [category], "request")

    with ThreadPoolExecutor(3) as pool:
        results = [pool.submit(consume, 0), pool.submit(consume, 1)]
        pool.submit(erase).result()
        refused = [code for result in results for code in result.result()]
    late = house.record(collected())
    assert [rejection.code for _, rejection in late.rejections] == [Code.ERASED_SUBJECT]
    assert set(refused) <= {Code.ERASED_SUBJECT}
    opener = house.opener()
    events = [event for event in house.events() if not event.ours]
    assert len(events) + len(refused) == 1 + 2 * 2 * ROUNDS
    for event in events:
        assert set(opener.personal(event).values()) == {Missing.ERASED}
    assert audit(house.session("reader")).ok
