"""Complaints of persons: each act is judged and recorded under the lock of the office."""

from datetime import datetime
from typing import Annotated

from application.acts.acting import Act, office_lock
from application.acts.given import Ask, Choice, Person, Timed, facts_of
from application.acts.offered import COMPLAINT_OUTCOMES, COMPLAINT_WAYS, WAYS
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
_WAY, _ANSWERED_BY = Choice("channel", COMPLAINT_WAYS, True), Choice("channel", WAYS, True)
_OUTCOME = Choice("complaint-outcome", COMPLAINT_OUTCOMES, True)


class NewComplaint(Timed, frozen=True, kw_only=True):
    """A complaint that came in: of whom and by which way. Without `ref` it gets a new reference."""

    events = (names.COMPLAINT_RECEIVED,)
    subject: Person
    via: Annotated[
        str,
        Ask("By which way it came in, such as email, phone or post.", _WAY, label="channel"),
    ]
    ref: Annotated[
        str | None,
        Ask("Its reference; without it the ledger makes one.", hint="ref", fact="complaint_ref"),
    ] = None


class ComplaintAnswer(Timed, frozen=True, kw_only=True):
    """How a complaint was answered, and what came of it. `subject`: its person, where named."""

    events = (names.COMPLAINT_ANSWERED,)
    ref: Annotated[
        str, Ask("Reference of the complaint.", look="path", argument="REF", fact="complaint_ref")
    ]
    outcome: Annotated[str, Ask("Such as {}.", _OUTCOME)]
    via: Annotated[
        str,
        Ask(
            "By which way you answered, such as email, phone or post.",
            _ANSWERED_BY,
            label="answered_by",
        ),
    ]
    subject: Annotated[
        str | None,
        Ask("Whose complaint it is, such as customer/10023.", look="hidden", fact=""),
    ] = None


def receive(site: Site, source: Source, given: NewComplaint, time: datetime) -> str:
    """Record that a person complained; the reference. Raises NotAllowed when it is taken, UnknownSubject."""
    check_person(given.subject)
    with office_lock(site):
        known_streams(source, given.subject)
        ref = given.ref or new_reference(time, "KL")
        if any(row.receipt for _, row in known_complaints(source, refs=[ref])):
            raise NotAllowed(f"there is a complaint {ref} already", field="ref")
        _record(site, given, given.subject, ref, time)
    return ref


def answerable(source: Source, given: ComplaintAnswer, time: datetime) -> FoundComplaint:
    """The complaint, which waits for an answer at the time of the act. Raises NotAllowed."""
    case = find_complaint(source, given.ref, given.subject)
    receipt, answer = case.complaint.receipt, case.complaint.answer
    if answer is not None:
        raise NotAllowed(f"complaint {given.ref} was answered on {instant(answer.order.time)}")
    if receipt is not None and time < receipt.order.time:
        raise NotAllowed(f"complaint {given.ref} was received later", field="at")
    return case


def answer(site: Site, source: Source, given: ComplaintAnswer, time: datetime) -> None:
    """Record that a complaint was answered, and what came of it. Raises NotAllowed."""
    with office_lock(site):
        # Read inside the lock: another person may have answered it meanwhile.
        case = answerable(source, given, time)
        _record(site, given, case.person, given.ref, time)


def _record(
    site: Site, given: NewComplaint | ComplaintAnswer, subject: str, ref: str, time: datetime
) -> None:
    facts = {**facts_of(given), "complaint_ref": ref}
    record(
        site, [Act(name=given.events[0], subject=subject, facts=facts, legal_basis=_BASIS)], time
    )
