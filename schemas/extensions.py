"""Attributes of a CloudEvent that are accepted and dropped, because a specification defines them.

Owns the list: what CloudEvents 1.0 has beyond the attributes that are read, and what its extensions
define that are documented. A tool may add them without its team knowing, so they refuse no event. The
ledger needs no value of theirs, so it keeps none, and no personal value gets into a public place by them.
"""

import re
from typing import Any, Final

from schemas.leaks import is_personal_id

DROPPED: Final[dict[str, str]] = {
    "dataschema": "CloudEvents 1.0",
    "dataref": "Claim check",
    "partitionkey": "Partitioning",
    "recordedtime": "Recorded time",
    "sequencetype": "Sequence",
    "sampledrate": "Sampling",
    "expirytime": "Expiry time",
    "severitytext": "Severity",
    "severitynumber": "Severity",
    "authtype": "Auth context",
    "authid": "Auth context",
    "authclaims": "Auth context",
    "dataclassification": "Data classification",
    "dataregulation": "Data classification",
    "datacategory": "Data classification",
    "deprecated": "Deprecation",
    "deprecationfrom": "Deprecation",
    "deprecationsunset": "Deprecation",
    "deprecationmigration": "Deprecation",
    "bamtxid": "Business activity monitoring",
    "bampid": "Business activity monitoring",
    "bamptxid": "Business activity monitoring",
    "bamptxsid": "Business activity monitoring",
    "bamptxsstatus": "Business activity monitoring",
    "bamptxcompleted": "Business activity monitoring",
    "opcuametadatamajorversion": "OPC UA",
    "opcuametadataminorversion": "OPC UA",
    "opcuastatus": "OPC UA",
    "dssematerial": "Verifiability",
}
"""Attribute -> the specification or extension that defines it."""

# Names that are not attributes, but have a meaning in a binding or format of CloudEvents.
_OF_BINDINGS: Final = frozenset({"data_base64", "ce_data", "ce_data_base64", "ce_datacontenttype"})
_NAME: Final = re.compile(r"[a-z0-9]{1,20}\Z")


def misshapen(message: dict[str, Any]) -> str | None:
    """The name of the first attribute to be dropped that has a value which no attribute has; None for none.

    Attributes are texts, whole numbers and truth values (CloudEvents 1.0, 2.3); null is an absent one.
    """
    for name in DROPPED.keys() & message.keys():
        value = message[name]
        if not (value is None or isinstance(value, str | int)):
            return name
    return None


def pointer_to(name: str) -> str:
    """The pointer of an unknown attribute; the whole message where its name should not be repeated.

    A name that is one by the rules of CloudEvents, and looks like nothing of a person, says what to mend.
    """
    if name in _OF_BINDINGS or (_NAME.match(name) and not is_personal_id(name)):
        return f"/{name}"
    return ""
