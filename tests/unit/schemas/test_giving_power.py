"""What gives somebody power counts from who may give it, through where that one speaks; nothing else does."""

import pytest

from rulebook.powers import ORDER_POWERS, POWER_TABLE, POWERS
from rulebook.sources import SENDERS
from schemas import EVENT_TYPES, AdmissionRules
from schemas.powers import Power
from schemas.sources import (
    EVENTS_TOPIC,
    OFFICE_LABEL,
    OWN_COMMANDS,
    REGISTER_TOPIC,
    gives_power,
    has_effect,
    is_office_place,
    label_in,
    office_label,
    taken_over_label,
)

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
        for name in () if power.listed else (*power.opens, *power.acts):
            assert gives_power(power, name, "urn:evil:anything", EVENTS_TOPIC, (), {})
    assert gives_power(None, "order-placed", "urn:evil:anything", EVENTS_TOPIC, (), {})


def test_every_type_that_gives_power_has_an_administration_in_the_table() -> None:
    listed = {name for power in POWER_TABLE if power.listed for name in (*power.opens, *power.acts)}
    assert listed == {
        *("role-defined", "role-granted", "role-revoked", "system-registered"),
        *("employment-started", "employment-ended", "codes-declared"),
    }
    # Codes are declared by the office alone.
    for name in listed - {"codes-declared"}:
        assert [source for source, sender in SENDERS.items() if name in sender.types]


# What a forger may call a place in a confidential ledger: whatever it is, only its own commands have its
# office's power, and of what came from outside only a file that its people brought has any.
OUTSIDE = [
    *(
        REGISTER_TOPIC,
        "privacy.confidential.v1",
        "any.topic",
        "file:http/crm",
        "file:brought/http/crm",
    ),
    *(
        f"file:{taken_over_label(claim)}"
        for claim in (REGISTER_TOPIC, "privacy-office", "privacy-office/x")
    ),
    *("file:signed/x", "command:record", "file:brought/withheld/x", ""),
]
BROUGHT = "file:brought/orders.ndjson"


@pytest.mark.parametrize("power", ORDER_POWERS, ids=lambda power: power.id)
def test_what_power_an_order_has_by_place(power: Power) -> None:
    def counts(name: str, place: str, source: str = OFFICE) -> bool:
        return has_effect(power, name, source, place, {OFFICE})

    for name in (*power.opens, *power.acts):
        is_office_act = power.office and name in power.acts
        assert counts(name, OWN_COMMANDS)
        assert counts(name, BROUGHT) is not is_office_act
        assert counts(name, OWN_COMMANDS, "urn:evil:anything") is not is_office_act
        for place in OUTSIDE:
            free = not is_office_act and name not in power.brought
            withheld = place.startswith("file:withheld/") and name != "order-received"
            assert counts(name, place) is (free and not withheld), (name, place)


def test_the_acts_of_the_desks_office_are_those_of_the_contract() -> None:
    acts = {name for power in ORDER_POWERS if power.office for name in power.acts}
    assert acts == {
        *("secrecy-reviewed", "secrecy-lifted"),
        *("preservation-imposed", "preservation-extended", "preservation-released"),
        *("preservation-snapshot-taken", "data-preserved", "secret-codes-declared"),
    }


@pytest.mark.parametrize("label", ["orders.ndjson", "privacy-office/x", "http/crm", "withheld/x"])
def test_a_confidential_ledger_marks_all_but_its_own_commands(label: str) -> None:
    marked = f"file:{label_in(AdmissionRules(confidential=True), label)}"
    assert not is_office_place(marked)
    for name in ("role-defined", "role-granted", "role-revoked", "employment-ended"):
        for source in (OFFICE, HR):
            assert not counts(name, source, marked)
            assert not counts(name, source, "file:http/office")
    own = label_in(AdmissionRules(confidential=True), OFFICE_LABEL)
    assert f"file:{own}" == OWN_COMMANDS
    assert label_in(AdmissionRules(), label) == label
