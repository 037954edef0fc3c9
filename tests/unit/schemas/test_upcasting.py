"""Versions of an event type: old facts read as the newest ones."""

from schemas.upcasting import UPCASTERS, Facts, Upcasters, upcast

NAME = "nl.voipzeker.ledger.door-opened"


def with_side(facts: Facts) -> Facts:
    return {**facts, "side": "unknown"}


def with_two_numbers(facts: Facts) -> Facts:
    door = facts.pop("door")
    return {**facts, "floor": door // 100, "room": door % 100}


STEPS: Upcasters = {(NAME, 1): with_side, (NAME, 2): with_two_numbers}


def test_every_version_reads_as_the_newest() -> None:
    newest = (f"{NAME}.v3", {"floor": 2, "room": 17, "side": "unknown"})
    assert upcast(f"{NAME}.v1", {"door": 217}, STEPS) == newest
    assert upcast(f"{NAME}.v2", {"door": 217, "side": "unknown"}, STEPS) == newest
    assert upcast(*newest, STEPS) == newest


def test_stored_facts_are_not_changed() -> None:
    stored = {"door": 217}
    upcast(f"{NAME}.v1", stored, STEPS)
    assert stored == {"door": 217}


def test_a_type_without_upcasters_stays_as_it_is() -> None:
    facts = {"purpose": "newsletter"}
    name = "nl.voipzeker.ledger.consent-given.v1"
    assert upcast(name, facts) == (name, facts)
    assert upcast("nl.voipzeker.ledger.consent-given.v12", facts, STEPS)[0].endswith(".v12")
    assert not UPCASTERS
