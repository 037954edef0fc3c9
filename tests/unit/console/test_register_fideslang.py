"""The register as a manifest of fideslang: only keys of its taxonomy, members of its models, no fact lost."""

import json
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import documents
from application.queries.registers.answer import Register
from documents.register_fideslang import register_fideslang
from rulebook import PURPOSES
from schemas import CATEGORIES, PERSONAL_FIELDS
from schemas.encoding import to_line
from tests.fixtures.registers import activity, answer, processor_activity, undeclared

FIXTURES = Path(__file__).parents[2] / "fixtures"
MAPPING = tomllib.loads(Path(documents.__file__).with_name("fideslang.toml").read_text("utf-8"))
SHOP = "Example Shop B.V., Street 3"
# What the models of fideslang 3.1.4 have, as far as the manifest uses it, and what of it they require.
MEMBERS = {
    "organization": "fides_key name description controller representative data_protection_officer",
    "system": "fides_key organization_fides_key name description system_type meta legal_name "
    "legal_address dpo dpa_location requires_data_protection_assessments "
    "does_international_transfers legal_basis_for_transfers administrating_department responsibility "
    "joint_controller_info data_security_practices dataset_references privacy_declarations",
    "privacy_declarations": "name data_categories data_use data_subjects legal_basis_for_processing "
    "flexible_legal_basis_for_processing data_shared_with_third_parties third_parties "
    "retention_period impact_assessment_location",
    "dataset": "fides_key organization_fides_key name collections",
    "collections": "name data_categories fields",
    "fields": "name data_categories",
}
REQUIRED = {
    "organization": {"fides_key"},
    "system": {"fides_key", "system_type", "privacy_declarations"},
    "privacy_declarations": {"data_categories", "data_use"},
    "dataset": {"fides_key", "collections"},
    "collections": {"name", "fields"},
    "fields": {"name"},
}
LEGAL_BASES = {
    "6-1-a": "Consent",
    "6-1-b": "Contract",
    "6-1-c": "Legal obligations",
    "6-1-d": "Vital interests",
    "6-1-e": "Public interest",
    "6-1-f": "Legitimate interests",
}


def taxonomy(kind: str) -> set[str]:
    """The keys of a kind that come with fideslang 3.1.4 and are not deprecated."""
    lines = (FIXTURES / "fideslang-3.1.4-keys.txt").read_text("utf-8").splitlines()
    return {key for of, key in map(str.split, lines) if of == kind}


def exported(made: Register) -> Any:
    """The document as it is printed."""
    return json.loads(to_line(register_fideslang(made)))


def odd() -> dict[str, Any]:
    unknown = {"purpose": "something-new", "legal_basis": "6-1-f"}
    made = activity(data_categories=[*CATEGORIES, "unheard"], subject_categories=["stranger"])
    made["declared"]["purposes"] = [unknown]
    return made | {"activity": "a:b"}


MADE = (activity, undeclared, odd, lambda: processor_activity(SHOP))


def resources(kind: str, found: list[dict[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every resource of a manifest with its kind."""
    for one in found:
        yield kind, one
        for below in ("privacy_declarations", "collections", "fields"):
            yield from resources(below, one.get(below, []))


def everything(manifest: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [one for kind, found in manifest.items() for one in resources(kind, found)]


def test_every_code_has_a_key_of_the_taxonomy() -> None:
    assert MAPPING["version"] == "3.1.4"
    categories, uses = taxonomy("data_category"), taxonomy("data_use")
    assert {*MAPPING["category"].values(), *MAPPING["field"].values()} <= categories
    assert {*MAPPING["purpose"].values()} <= uses
    assert {*MAPPING["subject"].values()} <= taxonomy("data_subject")
    assert MAPPING["legal_basis"] == LEGAL_BASES
    assert {entry.purpose for entry in PURPOSES} <= MAPPING["purpose"].keys()
    assert {*CATEGORIES} - {"remark"} <= MAPPING["category"].keys() <= {*CATEGORIES, "default"}
    assert MAPPING["field"].keys() <= PERSONAL_FIELDS.keys()


@pytest.mark.parametrize("make", MADE)
def test_a_manifest_has_what_fides_reads_and_nothing_else(make: Any) -> None:
    for kind, one in everything(exported(answer(make()))):
        assert REQUIRED[kind] <= one.keys() <= {*MEMBERS[kind].split()}
        assert {*one.get("data_categories", ())} <= taxonomy("data_category")
        assert {*one.get("data_subjects", ())} <= taxonomy("data_subject")
        assert one.get("data_use", "essential") in taxonomy("data_use")
        key = one.get("fides_key", "a")
        assert all(letter.isascii() and (letter.isalnum() or letter in "_.<>-") for letter in key)


def test_the_document_is_yaml_and_json() -> None:
    manifest = exported(answer(activity(), processor_activity(SHOP)))
    assert yaml.safe_load(to_line(manifest)) == manifest


def system(made: dict[str, Any]) -> dict[str, Any]:
    [found] = exported(answer(made))["system"]
    assert isinstance(found, dict)
    return found


def test_each_purpose_is_a_declaration_with_its_own_legal_basis() -> None:
    first, second = system(activity())["privacy_declarations"]
    assert (first["name"], first["data_use"]) == (
        "invoicing",
        "essential.service.payment_processing",
    )
    assert (first["legal_basis_for_processing"], second["legal_basis_for_processing"]) == (
        "Contract",
        "Legal obligations",
    )
    assert second["name"] == "bookkeeping (nl.awr.52)"
    assert first["data_categories"] == ["user.name", "user.telemetry"]
    assert first["data_subjects"] == ["customer"]
    assert (
        first["retention_period"] == "identity: until-the-end; traffic: P6M (law.tw.11-5.traffic)"
    )
    assert (first["data_shared_with_third_parties"], first["third_parties"]) == (True, "carrier")


def test_transfers_measures_and_assessments() -> None:
    made = system(activity())
    assert (made["does_international_transfers"], made["legal_basis_for_transfers"]) == (
        True,
        ["SCCs"],
    )
    assert made["data_security_practices"] == "A vault, training"
    assert made["dpa_location"] == "DPIA-1"
    assert made["administrating_department"] == "finance"
    assert made["meta"]["activity"] == "billing"


def test_a_processor_names_whom_it_works_for() -> None:
    made = system(processor_activity(SHOP))
    assert (made["responsibility"], made["joint_controller_info"]) == (["Processor"], SHOP)


def test_what_nobody_declared_is_a_system_without_declarations() -> None:
    made = system(undeclared())
    assert made["privacy_declarations"] == []
    assert made["meta"]["declared"] is False


def test_a_key_is_of_one_activity_only() -> None:
    assert system(odd())["fides_key"] == "a<>b"


def test_the_dataset_has_the_fields_of_what_is_declared() -> None:
    [found] = exported(answer(activity()))["dataset"]
    assert [one["name"] for one in found["collections"]] == ["identity", "traffic"]
    fields = {f["name"]: f["data_categories"] for f in found["collections"][0]["fields"]}
    assert fields["date_of_birth"] == ["user.demographic.date_of_birth"]
    assert "dataset" not in exported(answer(undeclared()))
