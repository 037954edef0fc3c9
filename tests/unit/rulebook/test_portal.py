"""What the portal takes is what the contract and the table of sources let it say."""

import re
from hashlib import sha256
from typing import get_args

import pytest

from rulebook.portal import (
    CONSENT_TEXTS,
    PORTAL_ACTS,
    SPEAKER,
    PortalAct,
    consent_text,
    portal_act,
)
from rulebook.sources import SENDERS, is_of_another
from schemas import ALL_TYPES, CATEGORIES, names
from schemas.events.consent import Purpose
from schemas.formats import CODE
from schemas.members import members_of
from schemas.texts import LANGUAGES

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


TEXTS = {
    "newsletter/portal-1": "47c4f684e3b1",
    "product-information/portal-1": "0db491ea3065",
    "telemarketing/portal-1": "90cdc338f154",
    "analytics-cookies/portal-1": "44721e06fbc0",
    "personalisation/portal-1": "7659e96ad683",
    "contacts-access/portal-1": "6009f1c16322",
    "location-services/portal-1": "32ad9aa89e6a",
    "directory-listing/portal-1": "062decf3fe7a",
}
"""Version of a consent text -> the beginning of the hash of both languages."""


def test_a_consent_text_that_changes_gets_a_new_version() -> None:
    """Events name the version: what a person agreed to must stay what it was."""
    told = {
        f"{text.purpose}/{text.version}": sha256(f"{text.nl}\n{text.en}".encode()).hexdigest()[:12]
        for text in CONSENT_TEXTS
    }
    assert told == TEXTS


@pytest.mark.parametrize("purpose", get_args(Purpose))
def test_every_consent_of_the_portal_has_a_text(purpose: str) -> None:
    text = consent_text(purpose)
    assert text.said("nl") != text.said("en")
    assert {text.version_in(language) for language in LANGUAGES} == {
        f"{purpose}/{text.version}-nl",
        f"{purpose}/{text.version}-en",
    }
    assert all(re.match(CODE, text.version_in(language)) for language in LANGUAGES)
