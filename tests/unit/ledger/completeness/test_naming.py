"""Which chains an entry lengthens, from its bytes alone."""

from uuid import UUID

import pytest

from ledger.completeness.naming import REFERENCES, UNTOLD, key_of, keys_of
from ledger.errors import Unproven
from schemas import ALL_TYPES, names
from tests.fixtures.published import entry

OWN, OTHER, THIRD = (str(UUID(int=number)) for number in (1, 2**80 + 5, 2**90 + 7))


def test_an_entry_is_its_subjects_own() -> None:
    assert list(keys_of(entry(1))) == [key_of(OWN)]


def test_an_entry_names_those_whose_references_are_in_its_facts() -> None:
    one = entry(1, names.CONTRACT_TAKEN_OVER, from_customer=OTHER, to_customer=THIRD)
    assert set(keys_of(one)) == {key_of(OWN), key_of(OTHER, "named"), key_of(THIRD, "named")}


def test_it_names_each_once_and_its_own_subject_never_apart() -> None:
    one = entry(1, names.CONTRACT_TAKEN_OVER, from_customer=OWN, to_customer=OTHER, reader=OTHER)
    assert sorted(keys_of(one)) == sorted([key_of(OWN), key_of(OTHER, "named")])


def test_a_value_that_spells_a_reference_names_nobody() -> None:
    one = entry(1, note=f'"reader":"{OTHER}"', recipient=OTHER, annuls=OTHER)
    assert list(keys_of(one)) == [key_of(OWN)]


@pytest.mark.parametrize("name", sorted(UNTOLD))
def test_what_may_be_hidden_is_in_a_chain_of_its_own(name: str) -> None:
    assert list(keys_of(entry(1, name))) == [key_of(OWN, "untold")]


@pytest.mark.parametrize("content", [b"", b"{}\n{}", entry(1)[1:], b" " + entry(1)])
def test_what_is_no_entry_is_refused(content: bytes) -> None:
    with pytest.raises(Unproven):
        list(keys_of(content))


def test_every_reference_of_the_contract_is_among_them() -> None:
    assert {name for type in ALL_TYPES.values() for name in type.references} == set(REFERENCES)
