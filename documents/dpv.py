"""Our codes and declarations as concepts of the Data Privacy Vocabulary, for documents in JSON-LD.

Pure. A concept says which term of the vocabulary is broader and keeps our own code as its identifier, so that
nothing is lost where the vocabulary is coarse.
"""

import re
import tomllib
from pathlib import Path

from application.controller import Controller
from rulebook import RECIPIENT_KINDS, retention_rule
from schemas.encoding import JsonValue

Node = dict[str, JsonValue]
_TERMS: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("dpv.toml").read_text("utf-8")
)
_IRI: Node = {"@type": "@id"}
_DAY: Node = {"@type": "http://www.w3.org/2001/XMLSchema#date"}
_TIME: Node = {"@type": "http://www.w3.org/2001/XMLSchema#dateTime"}
CONTEXT: Node = {
    "dpv": "https://w3id.org/dpv#",
    "dpv-27560": "https://w3id.org/dpv/schema/dpv-27560#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "pd": "https://w3id.org/dpv/pd#",
    "sector-infra": "https://w3id.org/dpv/sector/infra#",
    "dct": "http://purl.org/dc/terms/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "schema": "https://schema.org/",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dct:conformsTo": _IRI,
    "dct:created": _TIME,
    "dct:date": _DAY,
    "dct:issued": _TIME,
    "dct:publisher": _IRI,
    "dpv:hasComplianceStatus": _IRI,
    "dpv:hasDataController": _IRI,
    "dpv:hasDataProcessor": _IRI,
    "dpv:hasLegalBasis": _IRI,
    "dpv:isIndicatedAtTime": _TIME,
    "dpv:isIndicatedBy": _IRI,
    "skos:broader": _IRI,
}
CONTROLLER = "urn:processing-ledger:controller"
# The id of a retention rule that the rulebook does not have may end with its period: contract-p7y.
_PERIOD = re.compile(r"(?:^|-)(p[0-9]+[dwmy])\Z")


def term(kind: str, code: str) -> str:
    """The term for a code. Raises KeyError where a kind has no plain concept."""
    terms = _TERMS[kind]
    return terms.get(code) or terms["default"]


def concept(kind: str, code: str, title: str | None = None) -> Node:
    """A code as a concept under its term, of the kind's plain type."""
    terms = _TERMS[kind]
    return {
        "@type": terms.get("default") or terms[code],
        "skos:broader": term(kind, code),
        "dct:identifier": code,
        "dct:title": title or code,
    }


def controller_entity(controller: Controller) -> Node:
    """Who is responsible: name, address, contact (GDPR Art. 13(1)(a), 30(1)(a))."""
    entity: Node = {
        "@id": CONTROLLER,
        "@type": ["dpv:Organisation", "dpv:DataController"],
        "dpv:hasIdentifier": CONTROLLER,
        "dpv:hasName": controller.name,
        "dpv:hasAddress": controller.address,
        "dpv:hasContact": controller.contact,
    }
    if controller.representative:
        entity["dpv:hasRepresentative"] = _party("dpv:Representative", controller.representative)
    if controller.data_protection_officer:
        officer = _party("dpv:DataProtectionOfficer", controller.data_protection_officer)
        entity["dpv:hasDataProtectionOfficer"] = officer
    return entity


def _party(role: str, contact: str) -> Node:
    return {"@type": role, "dpv:hasContact": contact}


def countries(codes: list[str]) -> list[Node]:
    """Countries by their code of ISO 3166."""
    return [{"@type": "dpv:Country", "dct:identifier": code} for code in codes]


def recipients(kinds: list[str]) -> list[Node]:
    """Kinds of recipient under their terms."""
    return [
        {
            "@type": "dpv:Recipient",
            "skos:broader": term("recipient", kind),
            "dct:identifier": kind,
            "dct:title": RECIPIENT_KINDS[kind].title if kind in RECIPIENT_KINDS else kind,
        }
        for kind in kinds
    ]


def retention(rules: dict[str, str]) -> list[Node]:
    """How long each category of data is kept; without a rule the duration is indeterminate."""
    if not rules:
        return [{"@type": "dpv:StorageDuration", "dpv:hasDuration": _duration(None)}]
    return [
        {
            "@type": "dpv:StorageDuration",
            "dpv:hasPersonalData": concept("category", category),
            "dpv:hasDuration": _duration(rule),
        }
        for category, rule in sorted(rules.items())
    ]


def _duration(rule: str | None) -> Node:
    if rule is None:
        return {"@type": "dpv:IndeterminateDuration", "rdf:value": "not declared"}
    entry, spelled = retention_rule(rule), _PERIOD.search(rule)
    period = entry.period if entry else spelled[1].upper() if spelled else None
    if period is None:
        return {"@type": "dpv:UntilEventDuration", "rdf:value": rule}
    return {"@type": "dpv:TemporalDuration", "rdf:value": period, "dct:identifier": rule}
