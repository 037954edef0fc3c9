"""The register in the Data Privacy Vocabulary: only terms of the vocabulary, and none of our facts lost."""

import json
from typing import Any

import pytest

from application.queries.registers.answer import Register
from documents.register_dpv import register_dpv
from schemas.encoding import to_line
from tests.fixtures.registers import activity, answer, processor_activity, undeclared
from tests.fixtures.standards import dpv_terms, terms_in

SHOP = "Example Shop B.V., Street 3"


def exported(made: Register) -> Any:
    """The document as it is printed."""
    return json.loads(to_line(register_dpv(made)))


def joint() -> dict[str, Any]:
    return activity(role="joint-controller", joint_controllers=[SHOP])


@pytest.mark.parametrize("make", [activity, joint, undeclared, lambda: processor_activity(SHOP)])
def test_every_term_is_one_of_the_vocabulary(make: Any) -> None:
    used = set(terms_in(exported(answer(make()))))
    assert used <= dpv_terms()
    assert {"dpv:ROPA", "dpv:Process", "dpv:DataController", "dpv:hasRecipient"} <= used


def process(made: dict[str, Any]) -> dict[str, Any]:
    (found,) = exported(answer(made))["dpv:hasProcess"]
    assert isinstance(found, dict)
    return found


def test_each_purpose_has_its_own_legal_basis() -> None:
    first, second = process(activity())["dpv:hasProcess"]
    assert first["dpv:hasPurpose"]["skos:broader"] == "dpv:PaymentManagement"
    assert (first["dpv:hasLegalBasis"], second["dpv:hasLegalBasis"]) == (
        "eu-gdpr:A6-1-b",
        "eu-gdpr:A6-1-c",
    )
    assert second["dct:references"] == "nl.awr.52"


def test_a_period_comes_from_the_rulebook_and_its_status_from_the_events() -> None:
    location, identity, traffic = process(activity())["dpv:hasStorageCondition"]
    assert [one["dct:identifier"] for one in location["dpv:hasLocation"]] == ["NL", "US"]
    assert traffic["dpv:hasDuration"]["rdf:value"] == "P6M"
    assert traffic["dpv:hasComplianceStatus"] == "dpv:NonCompliant"
    assert identity["dpv:hasDuration"]["@type"] == "dpv:UntilEventDuration"
    assert identity["dpv:hasComplianceStatus"] == "dpv:Compliant"


def test_transfers_measures_recipients_and_assessments_keep_our_codes() -> None:
    made = process(activity())
    (country,) = made["dpv:hasThirdCountry"]
    (safeguard,) = country["dpv:hasTechnicalOrganisationalMeasure"]
    assert (country["dct:identifier"], country["dct:references"]) == ("US", ["DPA-7"])
    assert safeguard["skos:broader"] == "eu-gdpr:A46-2-c"
    measures = made["dpv:hasTechnicalOrganisationalMeasure"]
    assert [one["dct:identifier"] for one in measures] == ["vault", "training"]
    names = [one.get("dpv:hasName") for one in made["dpv:hasRecipient"]]
    assert names == [None, "Far Carrier"]
    assert made["dpv:hasAssessment"][0]["dct:identifier"] == "DPIA-1"


def test_a_processor_stands_beside_the_controllers_that_it_works_for() -> None:
    made = process(processor_activity(SHOP))
    assert made["dpv:hasDataProcessor"] == "urn:processing-ledger:controller"
    (shop,) = made["dpv:hasDataController"]
    assert shop["dpv:hasName"] == SHOP
    assert [one["dct:identifier"] for one in made["dpv:hasProcessing"]] == [
        "call-routing",
        "storage",
    ]
    together = process(joint())["dpv:hasJointDataControllers"]
    assert [one["@id"] for one in together] == ["urn:processing-ledger:controller", shop["@id"]]


def test_the_name_of_an_erased_recipient_is_left_out() -> None:
    made = activity()
    made["recipients"][0]["name"] = {"erased": True}
    assert "erased" not in json.dumps(exported(answer(made)))
