"""The register as a record of processing activities in the Data Privacy Vocabulary, as JSON-LD. Pure.

What is declared, with the ledger's answer on retention as a compliance status and the recipients that were
observed. The other observations and drift have no terms in the vocabulary; the JSON answer has them.
"""

from collections.abc import Iterator
from uuid import NAMESPACE_URL, uuid5

from application.answer import given
from application.queries.registers.answer import (
    Assessed,
    Register,
    RegisteredActivity,
    ThirdCountry,
)
from application.queries.registers.declaration import Declaration, DeclaredPurpose
from documents.dpv import (
    CONTEXT,
    CONTROLLER,
    Node,
    concept,
    controller_entity,
    countries,
    recipients,
    retention,
    term,
)

_URN = "urn:processing-ledger"
_COMPLIANCE = {True: "yes", False: "no", None: "unknown"}
_TRANSFER = "dpv:SafeguardForDataTransfer"


def register_dpv(answer: Register) -> Node:
    """One JSON-LD document; `answer` as of any moment."""
    return {
        "@context": CONTEXT,
        "@id": f"{_URN}:register",
        "@type": "dpv:ROPA",
        "dct:date": answer.judged_on,
        **({"dct:issued": answer.as_of} if answer.as_of else {}),
        "dct:publisher": CONTROLLER,
        "dpv:hasEntity": [controller_entity(answer.controller)],
        "dpv:hasProcess": [_process(activity) for activity in answer.activities],
    }


def _process(activity: RegisteredActivity) -> Node:
    declared = activity.declared
    return {
        "@id": f"{_URN}:activity:{activity.activity}",
        "@type": ["dpv:Process", "dpv:PersonalDataHandling"],
        "dct:identifier": activity.activity,
        "dct:title": activity.name or activity.activity,
        "dct:hasVersion": str(activity.version),
        "dpv:hasRecipient": [*_kinds(declared), *_observed(activity)],
        "dpv:hasAssessment": [_assessment(assessment) for assessment in activity.assessments],
        **(_declared(activity, declared) if declared else {}),
    }


def _declared(activity: RegisteredActivity, declared: Declaration) -> Node:
    categories = declared.data_categories
    return {
        **_parties(declared),
        "dpv:hasOrganisationalUnit": declared.owner,
        **({"dct:description": declared.description} if declared.description else {}),
        "dpv:hasProcess": [_purpose(activity, purpose) for purpose in declared.purposes],
        "dpv:hasProcessing": [
            concept("processing", code) for code in given(declared.processing) or ()
        ],
        "dpv:hasDataSubject": [concept("subject", code) for code in declared.subject_categories],
        "dpv:hasPersonalData": [concept("category", category) for category in categories],
        "dpv:hasStorageCondition": [
            {"@type": "dpv:StorageLocation", "dpv:hasLocation": countries(declared.countries)},
            *_storage(activity, declared.retention),
        ],
        "dpv:hasThirdCountry": [_third_country(transfer) for transfer in activity.transfers],
        "dpv:hasTechnicalOrganisationalMeasure": [
            concept("measure", measure.measure, measure.name)
            for measure in activity.security_measures
        ],
    }


def _storage(activity: RegisteredActivity, rules: dict[str, str]) -> Iterator[Node]:
    """How long each category is kept by declaration, and whether events say so."""
    kept = {row.category: row.kept for row in activity.retention.categories}
    for category, node in zip(sorted(rules), retention(rules) if rules else [], strict=True):
        status = term("compliance", _COMPLIANCE[kept[category]])
        yield {**node, "dpv:hasComplianceStatus": status}


def _parties(declared: Declaration) -> Node:
    """Who is responsible, and who processes: we are a controller or a processor."""
    if declared.role == "processor":
        return {
            "dpv:hasDataProcessor": CONTROLLER,
            "dpv:hasDataController": [_party(name) for name in given(declared.on_behalf_of) or ()],
        }
    parties: Node = {"dpv:hasDataController": CONTROLLER}
    if declared.role == "joint-controller":
        others = [_party(name) for name in given(declared.joint_controllers) or ()]
        parties["dpv:hasJointDataControllers"] = [{"@id": CONTROLLER}, *others]
    return parties


def _party(name: str) -> Node:
    """Another controller; the same name has the same identifier everywhere."""
    identifier = f"urn:uuid:{uuid5(NAMESPACE_URL, name)}"
    return {"@id": identifier, "@type": "dpv:DataController", "dpv:hasName": name}


def _purpose(activity: RegisteredActivity, purpose: DeclaredPurpose) -> Node:
    """Each purpose has a legal basis of its own."""
    node: Node = {
        "@id": f"{_URN}:activity:{activity.activity}:{purpose.purpose}",
        "@type": "dpv:Process",
        "dpv:hasPurpose": concept("purpose", purpose.purpose),
        "dpv:hasLegalBasis": term("legal_basis", purpose.legal_basis),
    }
    if cited := given(purpose.provision):
        node["dct:references"] = cited
    return node


def _kinds(declared: Declaration | None) -> list[Node]:
    return recipients(declared.recipient_kinds if declared else [])


def _observed(activity: RegisteredActivity) -> Iterator[Node]:
    """Recipients that were observed, with the name where it may be shown."""
    for recipient in activity.recipients:
        node: Node = {
            "@id": f"{_URN}:recipient:{recipient.recipient}",
            "@type": "dpv:Recipient",
            "dct:identifier": recipient.recipient,
        }
        if isinstance(recipient.name, str):  # a sealed name may be erased
            node["dpv:hasName"] = recipient.name
        if recipient.kind:
            node["skos:broader"] = term("recipient", recipient.kind)
        if recipient.country:
            node["dpv:hasLocation"] = countries([recipient.country])
        yield node


def _third_country(transfer: ThirdCountry) -> Node:
    return {
        "@type": "dpv:ThirdCountry",
        "dct:identifier": transfer.country,
        "dpv:hasTechnicalOrganisationalMeasure": [
            {**concept("transfer", mechanism), "@type": _TRANSFER}
            for mechanism in transfer.mechanisms
        ],
        "dct:references": transfer.documents,
    }


def _assessment(assessment: Assessed) -> Node:
    node: Node = {"@type": "dpv:DPIA", "dct:created": assessment.since}
    if assessment.dpia_ref:
        node["dct:identifier"] = assessment.dpia_ref
    if assessment.outcome:
        node["dct:description"] = assessment.outcome
    return node
