"""What the portal takes is what the contract and the table of sources let it say."""

from typing import get_args

import pytest

from rulebook.portal import PORTAL_ACTS, SPEAKER, PortalAct, portal_act
from rulebook.sources import SENDERS, is_of_another
from schemas import ALL_TYPES, CATEGORIES, names
from schemas.events.consent import Purpose
from schemas.members import members_of

BY_KIND = {
    "consent": (names.CONSENT_GIVEN, names.CONSENT_WITHDRAWN),
    "correction": (names.PERSONAL_DATA_CORRECTED,),
    "request": (names.RIGHTS_REQUEST_RECEIVED, names.OBJECTION_RAISED),
}
TYPES = {entry.name: entry for entry in ALL_TYPES.values()}


def about(kind: str) -> set[str]:
    return {entry.about for entry in PORTAL_ACTS if entry.kind == kind}


def test_the_portal_may_say_all_that_it_says() -> None:
    said = {*about("choice"), *(name for types in BY_KIND.values() for name in types)}
    assert {name for name in said if is_of_another(SPEAKER.source, name)} == set()
    assert said <= SENDERS[SPEAKER.source].types
    assert "file" in SENDERS[SPEAKER.source].through


def test_every_purpose_of_consent_and_only_known_categories_are_there() -> None:
    assert about("consent") == set(get_args(Purpose))
    assert about("correction") < set(CATEGORIES)
    assert portal_act("correction", "payment") is None


@pytest.mark.parametrize("entry", [entry for entry in PORTAL_ACTS if entry.kind == "choice"])
def test_a_choice_states_the_facts_that_its_type_needs(entry: PortalAct) -> None:
    members = {member.name: member for member in members_of(TYPES[entry.about].data)}
    needed = {name for name, member in members.items() if member.required}
    assert needed <= set(entry.members) <= members.keys()
    assert not any(members[name].is_personal for name in entry.members)
