"""The register as a manifest of fideslang 3.1: an organisation, activities as systems, a dataset.

Pure. A manifest is YAML, and JSON is YAML: fides reads it as a file that ends in `.yml`. What is declared is
exported, a privacy declaration for each purpose, since a legal basis belongs to a purpose. The vocabulary is
coarse; our own codes stay in names and in `meta`.
"""

import tomllib
from collections.abc import Iterable
from pathlib import Path

from msgspec import to_builtins

from application.answer import given
from application.controller import Controller
from application.queries.registers.answer import Register, RegisteredActivity
from application.queries.registers.declaration import Declaration, DeclaredPurpose
from rulebook import retention_rule
from schemas import CATEGORIES, PERSONAL_FIELDS
from schemas.encoding import JsonValue

Node = dict[str, JsonValue]
_MAPPING = tomllib.loads(Path(__file__).with_name("fideslang.toml").read_text("utf-8"))
_VERSION: str = _MAPPING.pop("version")
_KEYS: dict[str, dict[str, str]] = _MAPPING
_ORGANISATION, _DATASET = "default_organization", "personal-fields"
_LEGITIMATE_INTERESTS = "6-1-f"


def register_fideslang(answer: Register) -> Node:
    """One manifest; `answer` as of any moment."""
    activities = answer.activities
    datasets = _datasets(activities)
    return {
        "organization": [_organisation(answer)],
        "system": [_system(activity, answer.controller) for activity in activities],
        **({"dataset": datasets} if datasets else {}),
    }


def _key(kind: str, code: str) -> str:
    """The key for a code. Raises KeyError where a kind has none for all others."""
    keys = _KEYS[kind]
    return keys.get(code) or keys["default"]


def _keys(kind: str, codes: Iterable[str]) -> list[str]:
    return sorted({_key(kind, code) for code in codes})


def _organisation(answer: Register) -> Node:
    controller = answer.controller
    contacts: Node = {
        "controller": {
            "name": controller.name,
            "address": controller.address,
            "email": controller.contact,
        },
        "representative": _contact(controller.representative),
        "data_protection_officer": _contact(controller.data_protection_officer),
    }
    return {
        "fides_key": _ORGANISATION,
        "name": controller.name,
        "description": f"Register of processing activities, judged on {answer.judged_on}.",
        **{name: contact for name, contact in contacts.items() if contact},
    }


def _contact(text: str | None) -> Node | None:
    return {"email": text} if text else None


def _system(activity: RegisteredActivity, controller: Controller) -> Node:
    declared = activity.declared
    system: Node = {
        "fides_key": _fides_key(activity.activity),
        "organization_fides_key": _ORGANISATION,
        "name": activity.name or activity.activity,
        "system_type": "Processing activity",
        "legal_name": controller.name,
        "legal_address": controller.address,
        "requires_data_protection_assessments": bool(activity.assessments),
        "does_international_transfers": bool(activity.transfers),
        "meta": _meta(activity),
    }
    if controller.data_protection_officer:
        system["dpo"] = controller.data_protection_officer
    references = _assessment_refs(activity)
    if references:
        system["dpa_location"] = ", ".join(references)
    mechanisms = {name for transfer in activity.transfers for name in transfer.mechanisms}
    if mechanisms:
        system["legal_basis_for_transfers"] = _keys("transfer", mechanisms)
    return system | (_declared(activity, declared) if declared else {"privacy_declarations": []})


def _assessment_refs(activity: RegisteredActivity) -> list[str]:
    return [assessment.dpia_ref for assessment in activity.assessments if assessment.dpia_ref]


def _fides_key(activity: str) -> str:
    """The id as a key: a key may not have the `:` of our ids, and our ids never have the `<>` of keys."""
    return activity.replace(":", "<>")


def _meta(activity: RegisteredActivity) -> Node:
    """What the vocabulary has no place for, by our names."""
    return {
        "fideslang": _VERSION,
        "activity": activity.activity,
        "version": str(activity.version),
        "retired": to_builtins(activity.retired),
        "declared": activity.declared is not None,
    }


def _declared(activity: RegisteredActivity, declared: Declaration) -> Node:
    others = [*(given(declared.joint_controllers) or ()), *(given(declared.on_behalf_of) or ())]
    measures = [measure.name or measure.measure for measure in activity.security_measures]
    return {
        "administrating_department": declared.owner,
        "responsibility": [_key("role", declared.role)],
        **({"description": declared.description} if declared.description else {}),
        **({"joint_controller_info": ", ".join(others)} if others else {}),
        **({"data_security_practices": ", ".join(measures)} if measures else {}),
        **({"dataset_references": [_DATASET]} if _contract_categories([declared]) else {}),
        "privacy_declarations": [
            _purpose(activity, declared, purpose) for purpose in declared.purposes
        ],
    }


def _purpose(activity: RegisteredActivity, declared: Declaration, purpose: DeclaredPurpose) -> Node:
    basis, provision = purpose.legal_basis, given(purpose.provision)
    node: Node = {
        "name": f"{purpose.purpose} ({provision})" if provision else purpose.purpose,
        "data_categories": _keys("category", declared.data_categories),
        "data_use": _key("purpose", purpose.purpose),
        "data_subjects": _keys("subject", declared.subject_categories),
        "legal_basis_for_processing": _KEYS["legal_basis"][basis],
        "flexible_legal_basis_for_processing": False,
        "data_shared_with_third_parties": bool(declared.recipient_kinds),
    }
    if declared.recipient_kinds:
        node["third_parties"] = ", ".join(declared.recipient_kinds)
    if declared.retention:
        node["retention_period"] = "; ".join(
            f"{category}: {_period(rule)}" for category, rule in sorted(declared.retention.items())
        )
    assessments = _assessment_refs(activity)
    # fides keeps this place for the assessment of legitimate interests, and asks for no other basis.
    if basis == _LEGITIMATE_INTERESTS and assessments:
        node["impact_assessment_location"] = ", ".join(assessments)
    return node


def _period(rule: str) -> str:
    entry = retention_rule(rule)
    return f"{entry.period} ({rule})" if entry and entry.period else rule


def _datasets(activities: Iterable[RegisteredActivity]) -> list[Node]:
    """What the ledger knows of data: the fields of the categories that are declared, a collection each."""
    declared = [activity.declared for activity in activities if activity.declared]
    categories = _contract_categories(declared)
    if not categories:
        return []
    return [
        {
            "fides_key": _DATASET,
            "organization_fides_key": _ORGANISATION,
            "name": "Personal fields of the event contract",
            "collections": [_collection(category) for category in categories],
        }
    ]


def _contract_categories(declarations: Iterable[Declaration]) -> list[str]:
    """The declared categories that the event contract has, too."""
    declared = {category for entry in declarations for category in entry.data_categories}
    return [category for category in sorted(CATEGORIES) if category in declared]


def _collection(category: str) -> Node:
    fields = sorted(field for field, own in PERSONAL_FIELDS.items() if own == category)
    narrower = _KEYS["field"]
    return {
        "name": category,
        "data_categories": [_key("category", category)],
        "fields": [
            {
                "name": field,
                "data_categories": [narrower.get(field) or _key("category", category)],
            }
            for field in fields
        ],
    }
