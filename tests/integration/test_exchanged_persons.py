"""Who has database and key folder cannot give one person's data to another unseen: the log tells."""

import os
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import psycopg
import pytest

from ledger.audit.custody.bound import is_bound
from ledger.crypto.authentic import row_macs
from ledger.crypto.places import data_key_place, reference_place
from ledger.crypto.provider import Placed, Wrapped, each_unwrapped
from ledger.crypto.sealing import (
    DataKey,
    seal_value,
    subject_of,
)
from ledger.keys.subjects import INDEX_VERSION
from tests.fixtures.ledger import House, accessed, collected, registered
from tests.integration.test_audit_keys import found, kinds

ONE, TWO = "customer/1", "customer/2"
KEYS = "ledger_main_keys"


@pytest.fixture
def house(house: House) -> House:
    for who in (ONE, TWO):
        house.record(registered(who), collected(who), accessed(who, employee="employee/7"))
    house.record(accessed(ONE, employee="employee/8"))
    assert found(house) == set()
    return house


class Kept(NamedTuple):
    """What the index has of a person, and the key of the reference."""

    subject: UUID
    hmac: bytes
    kind: str
    valid_from: datetime
    secret: bytes


def kept(house: House, who: str) -> Kept:
    """As who has the database and the key folder reads it."""
    hmac = house.opener().hmac_of(who)
    with psycopg.connect(house.url) as connection:
        row = connection.execute(
            (
                "SELECT subject, kind, valid_from, generation, from_month, epoch, wrapped"
                f" FROM {KEYS}.subject_index JOIN {KEYS}.data_keys USING (subject)"
                " WHERE category = 'reference' AND reference_hmac = %s"
            ).encode(),
            [hmac],
        ).fetchone()
    assert row
    subject, kind, valid_from, generation, month, epoch, wrapped = row
    place = data_key_place(house.ledger, subject, "reference", generation, month, epoch)
    (secret,) = each_unwrapped(house.provider.wrapping(), [Wrapped(epoch, place, wrapped)])
    return Kept(subject, hmac, kind, valid_from, secret)


def give(
    house: House, subject: Kept, who: str, other: Kept, *, secret: bytes | None = None
) -> None:
    """Write the row of a data subject so that it is another person's, as the program itself would."""
    key = DataKey(secret or subject.secret)
    place = reference_place(house.ledger, subject.subject, key.id)
    sealed = seal_value(key.cipher, who, place, os.urandom(12))
    put(house, subject, other, sealed)


def put(house: House, subject: Kept, other: Kept, sealed: str | None) -> None:
    row = (subject.subject, other.hmac, INDEX_VERSION, other.kind, other.valid_from, sealed)
    mac = row_macs(house.provider, house.ledger).of("subject_index", row)
    run(
        house, "DELETE FROM subject_index WHERE subject = %s OR reference_hmac = %s", row[0], row[1]
    )
    run(
        house,
        "INSERT INTO subject_index (subject, reference_hmac, index_version, kind, valid_from, sealed, mac)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s)",
        *row,
        mac,
    )


def run(house: House, statement: str, *parameters: Any) -> None:
    options = f"-c search_path={KEYS}"
    with psycopg.connect(house.url, options=options) as connection:
        connection.execute(statement.encode(), parameters)


def exchange(house: House, one: str, two: str, **options: Any) -> set[str]:
    """Two persons exchange their data subjects; whom the audit names by `index-subject`."""
    first, second = kept(house, one), kept(house, two)
    run(house, "DELETE FROM subject_index WHERE subject = %s", second.subject)
    give(house, first, two, second, **options)
    run(house, "DELETE FROM subject_index WHERE subject = %s", second.subject)
    give(house, second, one, first, **options)
    told = {detail for kind, detail in found(house) if kind == "index-subject"}
    assert all(str(one.subject) in " ".join(told) for one in (first, second)), found(house)
    return told


def test_a_data_subject_is_made_of_the_reference_with_the_key_of_the_person(house: House) -> None:
    for who in (ONE, TWO, "employee/7"):
        one = kept(house, who)
        assert subject_of(one.secret, "main", who) == one.subject
        assert one.subject.version == 8
        assert is_bound(one.subject, who, one.secret, house.ledger)
        for other in (uuid4(), UUID(int=one.subject.int ^ 1)):  # a random one is none either
            assert not is_bound(other, who, one.secret, house.ledger)
        others = {
            subject_of(bytes(32), "main", who),
            subject_of(one.secret, "other", who),
            subject_of(one.secret, "main", "customer/3"),
        }
        assert len(others | {one.subject}) == 4


def test_two_persons_who_exchange_their_references_are_named(house: House) -> None:
    assert len(exchange(house, ONE, TWO)) == 2
    assert kinds(house) == {"index-subject"}


def test_persons_whom_only_facts_name_are_bound_too(house: House) -> None:
    assert len(exchange(house, "employee/7", "employee/8")) == 2


def test_neither_another_key_nor_a_row_without_a_reference_hides_it(house: House) -> None:
    first, second = kept(house, ONE), kept(house, TWO)
    with_another_key = os.urandom(32)
    run(house, "DELETE FROM subject_index WHERE subject = %s", second.subject)
    give(house, first, TWO, second, secret=with_another_key)
    replace_key(house, first.subject, with_another_key)
    put(house, second, first, None)
    told = [detail for kind, detail in found(house) if kind == "index-subject"]
    assert len(told) == 2


def replace_key(house: House, subject: UUID, secret: bytes) -> None:
    """The reference's key of a person becomes another one, wrapped as it must be."""
    epoch = max(house.provider.epochs())
    where = "WHERE subject = %s AND category = 'reference'"
    with psycopg.connect(house.url) as connection:
        row = connection.execute(
            f"SELECT generation, from_month FROM {KEYS}.data_keys {where}".encode(), [subject]
        ).fetchone()
    assert row
    place = data_key_place(house.ledger, subject, "reference", row[0], row[1], epoch)
    (wrapped,) = house.provider.wrapping().wrap(epoch, [Placed(place, secret)])
    run(house, f"UPDATE data_keys SET wrapped = %s, epoch = %s {where}", wrapped, epoch, subject)


def test_who_registers_anew_is_a_data_subject_of_its_own(house: House) -> None:
    before = kept(house, ONE).subject
    house.eraser().erase(ONE, [], "request")
    house.clock.forward(days=1)
    house.record(registered(ONE, time="2026-11-25T10:00:00+01:00"))
    assert found(house) == set()
    (_, period) = house.opener().periods(ONE)
    assert period.subject != before
    assert period.subject.version == 8
