"""A plain model of orders and secrecy: it sorts what one person's events say, and reads them off."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from ledger.event import RecordedEvent
from schemas.sources import OFFICE_LABEL
from tests.property.view_model import streams

Events = Sequence[RecordedEvent]
STEPS = [
    *("order-received", "order-authenticated", "order-validated", "order-narrowed"),
    *("order-objected", "order-executed", "order-confirmed", "order-rejected", "order-withdrawn"),
]
SECRECY = ["secrecy-lifted", "secrecy-reviewed", "secrecy-imposed"]
KEPT = ["preservation-imposed", "preservation-extended", "preservation-released"]
STATUS = {
    "order-validated": "validated",
    "order-narrowed": "narrowed",
    "order-objected": "objected",
    "order-executed": "executed",
    "order-rejected": "rejected",
    "order-withdrawn": "withdrawn",
}
OPEN_LAW = "nl.awr.53"
ORAL_LAW = "nl.sv.126nd"


def _sorted(events: Events) -> list[RecordedEvent]:
    """By time, then as the steps of an order follow each other."""
    kinds = [*STEPS, *SECRECY, *KEPT]
    places = {name: place for place, name in enumerate(kinds)}

    def place(e: RecordedEvent) -> Any:
        number = -1 if e.sequence is None else e.sequence
        return e.time, places.get(e.name, 0), number, e.source, e.id

    return sorted(events, key=place)


def orders(events: Events, times: Sequence[datetime]) -> dict[tuple[UUID, str, datetime], Any]:
    """(stream, reference, time) -> status, whether it lapsed, and its secrecy."""
    shown = {}
    for stream, mine in streams(events).items():
        about = [e for e in mine if e.name in {*STEPS, *SECRECY} and e.facts.get("order_ref")]
        for ref in {e.facts["order_ref"] for e in about}:
            for time in times:
                acts = _sorted([e for e in about if e.facts["order_ref"] == ref and e.time <= time])
                began = [e for e in acts if e.name == "order-received"]
                # Of several receipts the desk's own counts, which a command recorded.
                began.sort(key=lambda e: e.origin.get("file") != OFFICE_LABEL)
                if began:
                    lapsed = _lapsed(began[0], acts, time)
                    status = _status(acts, lapsed=lapsed)
                    shown[stream, ref, time] = status, lapsed, _secrecy(acts, began[0])
    return shown


def _lapsed(receipt: RecordedEvent, acts: Events, time: datetime) -> bool:
    """Three days after noon of 1 March the fourth is over, in Amsterdam an hour before UTC."""
    if not receipt.facts["oral"] or receipt.provision != ORAL_LAW:
        return False
    end = datetime(2026, 3, 4, 23, tzinfo=UTC)
    ends = {"order-rejected", "order-withdrawn"}
    stopped = [
        e.time
        for e in acts
        if e.name in ends or (e.name == "order-confirmed" and e.facts["what"] == "written-order")
    ]
    return min(stopped, default=time) >= end


def _status(acts: Events, *, lapsed: bool) -> str:
    decided = [STATUS[e.name] for e in acts if e.name in STATUS]
    last = decided[-1] if decided else ""
    received = [e for e in acts if e.name == "order-confirmed" and e.facts["what"] == "receipt"]
    if last == "executed":
        return "confirmed" if received else "executed"
    if lapsed and last not in {"rejected", "withdrawn"}:
        return "lapsed"
    known = any(e.name == "order-authenticated" for e in acts)
    return last or ("authenticated" if known else "received")


def _secrecy(acts: Events, begin: RecordedEvent) -> str:
    said = [
        e.name
        for e in acts
        if e.name == "secrecy-imposed" or (e.name == "secrecy-lifted" and e.time >= begin.time)
    ]
    if said:
        return "lifted" if said[-1] == "secrecy-lifted" else "in-force"
    return "none" if begin.provision == OPEN_LAW else "in-force"


def disclosures(events: Events, times: Sequence[datetime]) -> dict[tuple[UUID, str, datetime], Any]:
    """(stream, id, time) -> secrecy, and when it was handed over."""
    shown = {}
    for stream, mine in streams(events).items():
        for time in times:
            past = _sorted([e for e in mine if e.time <= time])
            for one in [e for e in past if e.name == "personal-data-disclosed"]:
                executed = [
                    e.facts["order_ref"]
                    for e in past
                    if e.name == "order-executed" and e.facts["disclosure_id"] == one.id
                ]
                ref = executed[0] if executed else one.facts.get("case_ref")
                about = [e for e in past if e.name in SECRECY and _concerns(e, one.id, ref)]
                handed = [
                    e.time
                    for e in past
                    if e.name == "disclosure-handed-over" and e.facts["disclosure_id"] == one.id
                ]
                place = stream, one.source + one.id, time
                shown[place] = _secrecy(about, one), min(handed, default=None)
    return shown


def _concerns(act: RecordedEvent, id: str, ref: str | None) -> bool:
    if "disclosure_id" in act.facts:
        return bool(act.facts["disclosure_id"] == id)
    return act.facts.get("order_ref") in {None, ref}


def preservations(events: Events, time: datetime) -> dict[tuple[UUID, str], Any]:
    """(stream, order) -> last day, extensions since it was imposed, and whether it was released since."""
    shown = {}
    for stream, mine in streams(events).items():
        acts = [e for e in mine if e.name in KEPT and e.time <= time]
        for ref in {e.facts.get("order_ref", "") for e in acts}:
            told = _sorted([e for e in acts if e.facts.get("order_ref", "") == ref])
            places = [n for n, e in enumerate(told) if e.name == "preservation-imposed"]
            if places:
                since = told[places[-1] :]
                days = [e.facts["until"] for e in since if e.name != "preservation-released"]
                released = any(e.name == "preservation-released" for e in since)
                shown[stream, ref] = days[-1], len(days) - 1, released
    return shown


LATER = timedelta(days=9)
