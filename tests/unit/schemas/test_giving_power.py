"""What gives somebody power counts from who may give it, through where that one speaks; nothing else does."""

import pytest

from rulebook.powers import POWER_TABLE, POWERS
from rulebook.sources import SENDERS
from schemas import EVENT_TYPES
from schemas.sources import EVENTS_TOPIC, REGISTER_TOPIC, gives_power, office_label

OFFICE, HR, IT = "urn:office:own-name", "urn:voipzeker:hr", "urn:voipzeker:it"
FILE, FLAGGED = "file:staff.ndjson", f"file:{office_label('staff.ndjson')}"
TYPES = {entry.name: type for type, entry in EVENT_TYPES.items()}


def counts(name: str, source: str, place: str) -> bool:
    return gives_power(POWERS[TYPES[name]], name, source, place, {OFFICE}, SENDERS)


@pytest.mark.parametrize(("name", "owner"), [("role-granted", HR), ("system-registered", IT)])
def test_a_grant_counts_from_its_administration_and_the_office(name: str, owner: str) -> None:
    for place in (REGISTER_TOPIC, FILE, FLAGGED):
        assert counts(name, owner, place)
        assert counts(name, OFFICE, place)
    others = {*SENDERS, "urn:evil:anything", owner.upper(), f"{owner}/", f"{owner}:x", ""} - {owner}
    for source in others:  # the office of the table too, where the settings name another one
        for place in (REGISTER_TOPIC, EVENTS_TOPIC, FILE, FLAGGED):
            assert not counts(name, source, place), (source, place)


@pytest.mark.parametrize("place", [EVENTS_TOPIC, "privacy.crm.v1", "files:x", "command:x", ""])
def test_a_true_name_in_another_place_gives_nothing(place: str) -> None:
    for name, source in (("role-granted", HR), ("system-registered", IT)):
        assert not counts(name, source, place)
        assert not counts(name, OFFICE, place)


def test_types_that_give_no_power_count_from_anybody() -> None:
    for power in POWER_TABLE:
        for name in power.acts if power.listed else (*power.opens, *power.acts):
            assert gives_power(power, name, "urn:evil:anything", EVENTS_TOPIC, (), {})
    assert gives_power(None, "order-placed", "urn:evil:anything", EVENTS_TOPIC, (), {})


def test_every_type_that_gives_power_has_an_administration_in_the_table() -> None:
    listed = {name for power in POWER_TABLE if power.listed for name in power.opens}
    assert listed == {"role-granted", "system-registered"}
    for name in listed:
        assert [source for source, sender in SENDERS.items() if name in sender.types]
