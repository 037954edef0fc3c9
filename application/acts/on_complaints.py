"""Complaints of persons: each act is judged and recorded under the lock of the office."""

from datetime import datetime

from msgspec import Struct

from application.acts.acting import Act, one_at_a_time
from application.acts.requesting import new_reference, record
from application.queries.cases.complaints import FoundComplaint, find_complaint, known_complaints
from application.queries.cases.found_requests import NotAllowed
from application.queries.subjects import check_person, known_streams
from application.site import Site
from application.source import Source
from ledger.event import instant
from schemas import names

# A complaint is answered because the policy promises it (clause 10).
_BASIS = "6-1-f"


class NewComplaint(Struct, frozen=True):
    """A complaint that came in: of whom and by which way. Without `ref` it gets a new reference."""

    subject: str
    via: str
    ref: str | None = None


class OnComplaint(Struct, frozen=True):
    """The complaint of an act, and its time. `subject`: its person, where named."""

    ref: str
    subject: str | None
    time: datetime


def receive(site: Site, source: Source, complaint: NewComplaint, time: datetime) -> str:
    """Record that a person complained; the reference. Raises NotAllowed when it is taken, UnknownSubject."""
    check_person(complaint.subject)
    with one_at_a_time(site):
        known_streams(source, complaint.subject)
        ref = complaint.ref or new_reference(time, "KL")
        if any(row.receipt for _, row in known_complaints(source, refs=[ref])):
            raise NotAllowed(f"there is a complaint {ref} already", field="ref")
        record(site, [_act(names.COMPLAINT_RECEIVED, complaint.subject, ref, complaint.via)], time)
    return ref


def answerable(source: Source, on: OnComplaint) -> FoundComplaint:
    """The complaint, which waits for an answer at the time of the act. Raises NotAllowed."""
    case = find_complaint(source, on.ref, on.subject)
    receipt, answer = case.complaint.receipt, case.complaint.answer
    if answer is not None:
        raise NotAllowed(f"complaint {on.ref} was answered on {instant(answer.order.time)}")
    if receipt is not None and on.time < receipt.order.time:
        raise NotAllowed(f"complaint {on.ref} was received later", field="at")
    return case


def answer(site: Site, source: Source, on: OnComplaint, via: str, outcome: str) -> None:
    """Record that a complaint was answered, and what came of it. Raises NotAllowed."""
    with one_at_a_time(site):
        # Read inside the lock: another person may have answered it meanwhile.
        case = answerable(source, on)
        act = _act(names.COMPLAINT_ANSWERED, case.person, on.ref, via, outcome=outcome)
        record(site, [act], on.time)


def _act(name: str, subject: str, ref: str, via: str, **more: str) -> Act:
    facts = {"complaint_ref": ref, "via": via, **more}
    return Act(name=name, subject=subject, facts=facts, legal_basis=_BASIS)
