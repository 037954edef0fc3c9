"""Every type of the contract is decided: it has power over what others said, or is ordinary, and why."""

from collections import Counter

from projections.dossier.dossier import LIFTED, noting
from rulebook.powers import ORDER_POWERS, ORDINARY, POWER_TABLE, POWERS, related
from rulebook.sources import SENDERS, SOURCES, senders_with
from schemas import ALL_TYPES, EVENT_TYPES
from schemas.catalogue import CONFIDENTIAL_TYPES
from schemas.powers import CATEGORIES, Sender
from schemas.references import ANY_KIND
from schemas.sources import EVENTS_TOPIC, FILES, REGISTER_TOPIC

POWER_TABLES = (*POWER_TABLE, *ORDER_POWERS)
NAMES = {entry.name for entry in ALL_TYPES.values()}
ENDS = ("-released", "-reviewed", "-lifted", "-overruled", "-upheld", "-retired", "-revoked")


def test_every_type_stands_in_the_table_once_but_annulments_of_whose_own_rules_there_is_no_row() -> (
    None
):
    listed = Counter(name for power in POWER_TABLES for name in (*power.opens, *power.acts))
    listed.update(name for ordinary in ORDINARY for name in ordinary.types)
    assert set(listed) == NAMES - {"event-annulled"}
    assert {name for name, times in listed.items() if times > 1} == set()


def test_what_ends_what_others_said_by_its_very_name_has_a_row() -> None:
    """A type that is made later, of the confidential ledger too, is not forgotten."""
    acts = {name for power in POWER_TABLES for name in power.acts}
    taking_away = {"app-permission-revoked"}
    assert {name for name in NAMES if name.endswith(ENDS)} - taking_away <= acts
    assert CONFIDENTIAL_TYPES.isdisjoint(EVENT_TYPES)


def test_the_fact_that_ties_an_act_is_one_of_each_of_its_types() -> None:
    for type, power in POWERS.items():
        facts = {*ALL_TYPES[type].required_facts, "categories"}
        assert power.by in {"", CATEGORIES} or power.by in facts, type


def test_what_keeps_data_from_erasure_ends_by_who_recorded_it_but_contracts() -> None:
    """A contract is ended by whatever channel the customer comes by."""
    keeping = noting({"hold", "dispute", "debt", "case", "restriction", LIFTED})
    claiming = {name for power in POWER_TABLES for name in (*power.opens, *power.acts)}
    assert keeping <= claiming


def test_what_decides_is_read_with_what_it_decides_on() -> None:
    assert related(frozenset({"legal-hold-released", "invoice-sent"})) == {
        "legal-hold-placed",
        "legal-hold-reviewed",
        "legal-hold-released",
        "invoice-sent",
    }


def test_the_table_of_sources_knows_its_words() -> None:
    topics = {EVENTS_TOPIC, REGISTER_TOPIC, "privacy.confidential.v1", FILES}
    for entry in SOURCES:
        assert set(entry.types) <= NAMES, entry.source
        assert set(entry.subjects) <= ANY_KIND, entry.source
        assert set(entry.through) <= topics, entry.source


def test_a_registration_takes_the_place_of_the_table_member_by_member() -> None:
    crm = "urn:voipzeker:crm"
    facts = {"sources": [crm, "urn:new:one"], "through": ["privacy.crm.v1"]}
    senders = senders_with([{"name": "CRM"}, facts])
    assert senders[crm].through == {"privacy.crm.v1"}
    assert senders[crm].types == SENDERS[crm].types
    assert senders["urn:new:one"] == Sender(through=frozenset({"privacy.crm.v1"}))
    narrowed = senders_with([facts, {"sources": [crm], "types": ["consent-given"]}])
    assert narrowed[crm].types == {"consent-given", "event-annulled"}
