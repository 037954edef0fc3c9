"""Consent records and receipts as ISO/IEC TS 27560:2023 asks for them, in the DPV profile, as JSON-LD.

One record a person and purpose, with every act on it. Pure. A person is known by the ledger's own identifier;
no personal value and no reference of another system is in it.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from uuid import UUID, uuid5

from application.controller import Controller
from application.queries.persons.consents import ConsentAct, Consents, ConsentShown
from application.queries.registers.declaration import UNDECLARED, Declaration
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

Declared = Mapping[str, Declaration | None]
"""Purpose -> the declaration of the activity of its latest act; None when there is none."""

_LANGUAGE = "nl"  # of the controller's notices
_RIGHTS = {
    "A7-3": "Right to withdraw consent",
    "A15": "Right of access",
    "A16": "Right to rectification",
    "A17": "Right to erasure",
    "A18": "Right to restriction of processing",
    "A20": "Right to data portability",
    "A21": "Right to object",
    "A77": "Right to lodge a complaint with a supervisory authority",
}
_WITHDRAWAL = "In the customer portal, or by a message to the controller"
_OPEN_END = "withdrawal, objection, or the end of the account"
_NEXT_ACT = "a new act of the person"
_ENDINGS = {
    "expired": "expired",
    "former-relationship": "expired",
    "inactive": "expired",
    "customer-inactive": "expired",
    "erased": "expired",
    "objected": "withdrawn",
    "objects": "withdrawn",
}
"""What a consent is after something else than an act on it ended it; an objection is a word of the person."""


def consent_records(
    answer: Consents, controller: Controller, declared: Declared, created: str
) -> Node:
    """The records of a person as one JSON-LD document. `answer`: consents with their history."""
    return {"@context": CONTEXT, "@graph": _records(answer, controller, declared, created)}


def consent_receipt(
    answer: Consents, controller: Controller, declared: Declared, created: str
) -> Node:
    """The receipt that the person gets: it carries a copy of each record."""
    identifier = _urn(answer, f"receipt/{created}")
    return {
        "@context": CONTEXT,
        "@id": identifier,
        "@type": "dpv:ConsentReceipt",
        "dct:identifier": identifier,
        "dpv:hasIdentifier": identifier,
        "dct:conformsTo": ["dpv-27560:receipt", "dpv-27560:receipt-eu-gdpr"],
        "dct:created": created,
        "dct:publisher": CONTROLLER,
        "dpv:hasRecordOfActivity": _records(answer, controller, declared, created),
    }


def _records(
    answer: Consents, controller: Controller, declared: Declared, created: str
) -> list[Node]:
    statuses = {row.purpose: row for row in answer.consents}
    # The history is sorted by purpose, which `groupby` needs.
    valid_acts = (act for act in answer.history or () if act.annulled_by is None)
    return [
        _record(answer, statuses[purpose], list(acts), controller, declared[purpose], created)
        for purpose, acts in groupby(valid_acts, key=lambda act: act.purpose)
    ]


def _record(
    answer: Consents,
    status: ConsentShown,
    acts: Sequence[ConsentAct],
    controller: Controller,
    declared: Declaration | None,
    created: str,
) -> Node:
    identifier, person = _urn(answer, f"consent/{status.purpose}"), _person(answer)
    return {
        "@id": identifier,
        "@type": "dpv:ConsentRecord",
        "dct:created": created,
        "dct:identifier": identifier,
        "dpv:hasIdentifier": identifier,
        "dct:conformsTo": ["dpv-27560:record", "dpv-27560:record-eu-gdpr"],
        "dpv:hasDataSubject": {"@id": person, "@type": "dpv:DataSubject", "dct:identifier": person},
        "dpv:hasDataController": CONTROLLER,
        "dpv:hasJurisdiction": countries([controller.country]),
        "dpv:hasLegalBasis": term("legal_basis", "6-1-a"),
        "dpv:hasNotice": _notices(controller, acts),
        "dpv:hasProcess": _process(status.purpose, controller, declared),
        "dpv:hasConsentControl": {
            "@type": "dpv:WithdrawConsent",
            "dpv:isExercisedAt": controller.contact,
            "dct:description": _WITHDRAWAL,
        },
        "dpv:hasRight": [
            {
                "@type": ["dpv:DataSubjectRight", f"eu-gdpr:{article}"],
                "dct:title": title,
                "dpv:isExercisedAt": controller.contact,
            }
            for article, title in _RIGHTS.items()
        ],
        "dpv:hasEntity": [controller_entity(controller)],
        "dpv:hasConsentStatus": _events(status, acts, person, created),
    }


def _process(purpose: str, controller: Controller, declared: Declaration | None) -> Node:
    """What the consent allows, as the activity declares it."""
    facts = declared or UNDECLARED
    return {
        "@type": "dpv:Process",
        "dpv:hasPurpose": concept("purpose", purpose),
        "dpv:hasLegalBasis": term("legal_basis", "6-1-a"),
        "dpv:hasDataController": CONTROLLER,
        "dpv:hasPersonalData": [concept("category", category) for category in facts.data_categories]
        or [{"@type": "dpv:PersonalData", "dct:title": "not declared"}],
        "dpv:hasRecipient": [
            {"@id": CONTROLLER},
            *recipients(facts.recipient_kinds),
        ],
        "dpv:hasStorageCondition": [
            {
                "@type": "dpv:StorageLocation",
                "dpv:hasLocation": countries(facts.countries or [controller.country]),
            },
            *retention(facts.retention),
        ],
    }


def _notices(controller: Controller, acts: Sequence[ConsentAct]) -> list[Node]:
    """The privacy policy, and each text that the person was asked with."""
    policy: Node = {
        "@type": "dpv:PrivacyNotice",
        "dct:title": f"Privacy policy of {controller.name}",
        "dct:language": _LANGUAGE,
    }
    texts = sorted({act.text_version for act in acts if act.text_version})
    return [policy, *({**_text(version), "dct:language": _LANGUAGE} for version in texts)]


def _text(version: str) -> Node:
    return {
        "@id": f"urn:processing-ledger:consent-text:{version}",
        "@type": "dpv:ConsentNotice",
        "dct:identifier": version,
    }


def _events(
    status: ConsentShown, acts: Sequence[ConsentAct], person: str, created: str
) -> list[Node]:
    """The acts, and last what ended a consent that no act ended: a reader goes by the last event."""
    events = [_event(act, person) for act in acts]
    ending = _ENDINGS.get(status.hindrance or "")
    if ending:
        expired = status.hindrance == "expired"
        events.append(
            {
                "@type": term("consent", ending),
                "dpv:hasLegalBasis": term("legal_basis", "6-1-a"),
                "dpv:isIndicatedAtTime": status.valid_until if expired else created,
                "dpv:isIndicatedBy": person if ending == "withdrawn" else CONTROLLER,
                "dpv:hasDuration": {"@type": "dpv:UntilEventDuration", "rdf:value": _NEXT_ACT},
                "dct:description": status.why,
            }
        )
    return events


def _event(act: ConsentAct, person: str) -> Node:
    """An act; one that lacks what a consent needs is none that was given (`rulebook/consent_validity.py`)."""
    stands = "invalidated" if act.lacks else act.act
    event: Node = {
        "@type": term("consent", stands),
        "dct:identifier": act.id,
        "dpv:hasLegalBasis": term("legal_basis", "6-1-a"),
        "dpv:isIndicatedAtTime": act.from_,
        "dpv:isIndicatedBy": CONTROLLER if stands == "invalidated" else person,
        "dpv:hasDuration": _validity(act),
    }
    method = ", ".join(filter(None, (act.method, act.channel)))
    if method:
        event["dpv:hasIndicationMethod"] = method
    if act.text_version:
        event["dpv:hasNotice"] = {"@id": _text(act.text_version)["@id"]}
    return event


def _validity(act: ConsentAct) -> Node:
    if act.valid_until and not act.lacks:
        return {"@type": "dpv:UntilTimeDuration", "rdf:value": act.valid_until}
    given = act.act in {"given", "renewed"} and not act.lacks
    end = _OPEN_END if given else _NEXT_ACT
    return {"@type": "dpv:UntilEventDuration", "rdf:value": end}


def _person(answer: Consents) -> str:
    return f"urn:uuid:{answer.data_subject}"


def _urn(answer: Consents, name: str) -> str:
    """The same name of the same person gives the same identifier."""
    return f"urn:uuid:{uuid5(UUID(answer.data_subject), name)}"
