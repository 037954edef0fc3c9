"""Events as records of *Logboek Dataverwerkingen* (Logius): one dataverwerking each, as they are read there.

Pure. Categories, purposes, recipients, users and legal bases have no place in the standard and are left out.
"""

from datetime import UTC, datetime, timedelta

from application.processing_acts import Act
from schemas.encoding import JsonValue

Node = dict[str, JsonValue]
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def ldv_record(act: Act) -> Node:
    """The `ProcessingActivity` of an act. An annulled one, which was a mistake, has the status Error."""
    time = (act.event.time - _EPOCH) // _MILLISECOND
    record: Node = {
        "traceId": str(act.trace_id),
        "spanId": act.span_id,
        "status": "Error" if act.annulled else "Ok",
        "name": act.event.name,
        "startTime": time,
        "endTime": time,
        "resource": {"attributes": {"service.name": act.event.source}},
        "attributes": _attributes(act),
    }
    if act.parent_span_id:
        record["parentSpanId"] = act.parent_span_id
    return record


def _attributes(act: Act) -> Node:
    """Those of the standard's core, and ours under a prefix of our own."""
    attributes: Node = {"processing_ledger.position": act.event.position}
    if act.activity_url:
        attributes["dpl.core.processing_activity_id"] = act.activity_url
    if act.person:
        attributes["dpl.core.data_subject_id"] = str(act.person)
        attributes["dpl.core.data_subject_id_type"] = f"{act.log.urn}:data-subject"
    if act.annulled:
        attributes["processing_ledger.annulled"] = True
    return attributes
