"""Single fields erased: nothing opens them any more, and everything else of the person opens as before."""

from typing import Any

import psycopg
import pytest

from ledger.audit import audit
from ledger.keys.opening import Missing
from tests.fixtures.ledger import House, collected, message, registered

WHO = "customer/10023"
BOTH = {"email": "j.devries@example.nl", "mobile_number": "+31612345678"}


def contact(at: str, **values: str) -> dict[str, Any]:
    return collected(WHO, time=at, categories=["contact"], personal=values or BOTH)


def opened(house: House) -> list[dict[str, object]]:
    opener = house.opener()
    return [opener.personal(event) for event in house.events() if event.sealed]


def test_one_field_goes_and_the_others_under_its_key_open_as_before(house: House) -> None:
    house.record(registered(), contact("2026-10-01T10:00:00+01:00"), contact("2026-10-02T10:00:00+01:00"))
    house.record(contact("2026-11-01T10:00:00+01:00", email="later@example.nl"))
    (erasure,) = house.eraser().erase_fields(WHO, ["mobile_number"], "request")
    email = {"email": "j.devries@example.nl", "mobile_number": Missing.ERASED}
    assert opened(house) == [email, email, {"email": "later@example.nl"}]
    assert len(erasure.keys) == 1
