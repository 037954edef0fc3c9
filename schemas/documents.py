"""JSON Schema 2020-12 documents, one per event type, generated from the structs.

A document describes the whole CloudEvent in structured form as a sender outside may write it, with
the data category of each personal field (`x-data-category`). It says everything that `decode` checks
except check digits, the bits of a TC string, the clock, personal data in facts, times and dates outside of
the years 1900 to 2199, times that are well written but name no instant (a leap second), keys that stand
twice, and whole numbers that are written with a fraction or an exponent (1.0), which JSON Schema calls
integers and `decode` does not.
"""

from typing import Any, Final

import msgspec

from schemas import formats, personal
from schemas.catalogue import ALL_TYPES, ERASED
from schemas.envelope import Envelope
from schemas.event_type import EventType
from schemas.extensions import DROPPED
from schemas.facts import PersonFacts
from schemas.personal import LISTED_CATEGORIES, PERSONAL_FIELDS
from schemas.references import OUTSIDERS, PERSONS, Kind, pattern_of

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
OWN_SOURCE: Final = (
    r"^[Uu][Rr][Nn]:[Pp][Rr][Oo][Cc][Ee][Ss][Ss][Ii][Nn][Gg]-[Ll][Ee][Dd][Gg][Ee][Rr]:"
)

Schema = dict[str, Any]


def schema_of(type: str) -> Schema:
    """The JSON Schema of an event type by its full name; raises KeyError for an unknown one."""
    entry = ALL_TYPES[type]
    parts = _parts(entry)
    envelope = parts.pop("Envelope")
    # The rules between the subject's kind and the data.
    rules = []
    outsiders, insiders = entry.subjects & OUTSIDERS, entry.subjects - OUTSIDERS
    if entry.needs_activity and outsiders:
        then = _data({"required": ["activity", "legal_basis"]})
        rules.append({"if": _subject(outsiders), "then": then} if insiders else then)
    if issubclass(entry.data, PersonFacts) and not entry.subjects <= PERSONS:
        rules.append({"if": _data({"required": ["personal"]}), "then": _subject(PERSONS)})
    return {
        "$schema": DIALECT,
        "$id": f"urn:voipzeker:ledger:schema:{entry.name}:v{entry.version}",
        "title": entry.type,
        "description": entry.title,
        **({"x-clause": entry.clause} if entry.clause else {}),
        "type": "object",
        "properties": _attributes(entry, envelope["properties"]),
        "required": envelope["required"],
        "additionalProperties": False,
        **({"allOf": rules} if rules else {}),
        "$defs": parts,
    }


def _parts(entry: EventType) -> dict[str, Schema]:
    """The definitions of the envelope, the data and all that they refer to."""
    _, parts = msgspec.json.schema_components([Envelope, entry.data, personal.Value])
    plain: dict[str, Schema] = _translated(parts)
    if "Personal" in plain:
        plain["Value"] = plain["Personal"]["properties"]["name"].copy()
        del plain["Value"]["x-data-category"]
        plain["Personal"]["properties"] = {field: _field(field) for field in PERSONAL_FIELDS}
    if entry.type == ERASED:
        plain[entry.data.__name__]["properties"] |= _foreign_erasure()
    # The rules between members of the data.
    rules: list[Schema] = []
    if "from_recipient" in entry.data.__struct_fields__:
        rules.append(_when({"origin": {"const": "third-party"}}, "from_recipient"))
    if issubclass(entry.data, PersonFacts):
        rules += [_listed(category) for category in LISTED_CATEGORIES]
    if rules:
        plain[entry.data.__name__]["allOf"] = rules
    return plain


def _translated(node: Any) -> Any:
    """A schema with its patterns in the dialect of JSON Schema and its texts on one line."""
    if isinstance(node, list):
        return [_translated(item) for item in node]
    if not isinstance(node, dict):
        return node
    translated = {name: _translated(value) for name, value in node.items() if name != "title"}
    if isinstance(node.get("pattern"), str):
        translated["pattern"] = _pattern(node["pattern"])
    if isinstance(node.get("description"), str):
        translated["description"] = " ".join(node["description"].split())
    return translated


def _pattern(pattern: str) -> str:
    """A Python pattern as ECMA 262 writes it."""
    # JSON Schema anchors by `$`, which is the end of the text there, not of a line.
    return pattern.replace(r"\Z", "$").replace(formats.SPACE, r"\s")


def _field(field: str) -> Schema:
    """The schema of a personal field."""
    category = {"x-data-category": PERSONAL_FIELDS[field]}
    if field not in personal.FORMATS:
        return {**category, "$ref": "#/$defs/Value"}
    text = {"type": "string", "pattern": _pattern(personal.FORMATS[field])}
    return {**category, "anyOf": [text, {"type": "array", "items": text}]}


def _foreign_erasure() -> dict[str, Schema]:
    """The facts of an erasure that only a ledger itself may state, closed to everyone else."""
    return {
        "categories": {"type": "array", "items": {"enum": list(LISTED_CATEGORIES)}},
        "keys_destroyed": {"type": "array", "maxItems": 0},
    }


def _attributes(entry: EventType, attributes: dict[str, Schema]) -> dict[str, Schema]:
    """The attributes of the envelope, as far as the type narrows them."""
    sequence = attributes["sequence"]
    text = {"type": "string", "pattern": "^(?:0|[1-9][0-9]{0,18})$"}
    return {
        **attributes,
        "sequence": {**sequence, "anyOf": [*sequence["anyOf"], text]},
        **{name: _dropped(of) for name, of in DROPPED.items()},
        "type": {"const": entry.type},
        "source": {**attributes["source"], **_source(entry)},
        "subject": {
            "description": attributes["subject"]["description"],
            "type": "string",
            "pattern": _pattern(pattern_of(entry.subjects)),
        },
        "data": {"$ref": f"#/$defs/{entry.data.__name__}"},
    }


def _dropped(of: str) -> Schema:
    """The schema of an attribute that is accepted and not kept."""
    kinds = ("string", "integer", "boolean", "null")
    return {"description": f"{of}: not kept.", "anyOf": [{"type": kind} for kind in kinds]}


def _source(entry: EventType) -> Schema:
    if entry.own:
        return {"pattern": r"^urn:processing-ledger:[A-Za-z0-9._:/-]{1,107}$"}
    return {"not": {"pattern": OWN_SOURCE}}


def _when(values: dict[str, Schema], required: str) -> Schema:
    """Members with these values make a further one required."""
    return {
        "if": {"properties": values, "required": list(values)},
        "then": {"required": [required]},
    }


def _listed(category: str) -> Schema:
    """Personal fields of a category make it one of `categories`."""
    fields = [field for field, of in PERSONAL_FIELDS.items() if of == category]
    present = {"anyOf": [{"required": [field]} for field in fields]}
    listed = {"contains": {"const": category}}
    return {
        "if": {"properties": {"personal": present}, "required": ["personal"]},
        "then": {"properties": {"categories": listed}, "required": ["categories"]},
    }


def _data(schema: Schema) -> Schema:
    return {"properties": {"data": schema}}


def _subject(kinds: frozenset[Kind]) -> Schema:
    return {"properties": {"subject": {"pattern": _pattern(pattern_of(kinds))}}}
