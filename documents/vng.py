"""Events as records of VNG *Verwerkingenlogging*: one verwerkingsactie each, with the person as its object.

Pure. Legal bases and provisions are left out: the standard keeps them in a register of its own.
"""

from application.processing_acts import Act, involved_as
from ledger.event import instant
from projections.folds.annulment import is_annulment
from schemas.encoding import JsonValue

Node = dict[str, JsonValue]


def vng_record(act: Act) -> Node | None:
    """The `VerwerkingsactieUitgebreid` of an act.

    None for an act that was annulled, which the standard calls lapsed and no longer shows, and for the
    annulment itself, which is the lapsing.
    """
    if act.annulled or is_annulment(act.event):
        return None
    members: Node = {
        "url": f"{act.log.urn}:event:{act.event.position}",
        "actieId": str(act.id),
        "actieNaam": act.event.name,
        "handelingNaam": act.purpose,
        "verwerkingNaam": act.event.activity,
        "verwerkingId": str(act.trace_id),
        "verwerkingsactiviteitId": _text(act.activity_id),
        "verwerkingsactiviteitUrl": act.activity_url,
        "vertrouwelijkheid": "vertrouwelijk" if act.log.confidential else "normaal",
        "systeem": act.event.source,
        "gebruiker": act.user,
        "soortAfnemerId": f"{act.log.urn}:recipient" if act.recipient else None,
        "afnemerId": _text(act.recipient),
        "tijdstip": instant(act.event.time),
        "tijdstipRegistratie": instant(act.event.recorded_at),
        "verwerkteObjecten": _objects(act),
    }
    return {name: value for name, value in members.items() if value is not None}


def _objects(act: Act) -> list[Node]:
    """The person; an empty list where the event is about no person, or about many."""
    if act.person is None:
        return []
    person = str(act.person)
    members: Node = {
        "url": f"{act.log.urn}:event:{act.event.position}:object:1",
        "verwerktObjectId": str(act.object_id),
        "objecttype": "persoon",
        "soortObjectId": f"{act.log.urn}:data-subject",
        "objectId": person,
        "betrokkenheid": involved_as(act.event.type),
        "verwerkteSoortenGegevens": [{"soortGegeven": kind} for kind in act.kinds_of_data],
    }
    return [{name: value for name, value in members.items() if value is not None}]


def _text(identifier: object) -> str | None:
    return None if identifier is None else str(identifier)
