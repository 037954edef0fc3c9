"""Which acts a request allows: the state of a request decides, before anything is recorded. Pure.

Acts that come from upstream are recorded whatever the state, because they happened; where a rule forbids
them they are findings.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from ledger.errors import Remedy
from ledger.event import instant
from projections.views.requests import RECEIVED, Identity, Request, RequestStatus, standing
from rulebook import REFUSALS
from rulebook.calendar import day_of
from schemas import names

ActOn = Literal["verify", "doubt", "extend", "refuse", "answer", "close", "issue", "erase"]
# Rights whose answer gives data away, changes or destroys it: to the wrong person it would be a breach.
_NEEDS_IDENTITY = frozenset({"access", "portability", "rectification", "erasure"})
# Rights for which data may be erased (GDPR Art. 17(1)(b) and (c)).
_ERASED_FOR = frozenset({"erasure", "objection"})
# What must have been done for a right before it can be answered, unless nothing is held; and what does it.
_NEEDS_ACT: Mapping[str, tuple[str, str, Remedy]] = {
    "access": (
        names.ACCESS_REPORT_ISSUED,
        "no access report was issued for it",
        Remedy("report-access"),
    ),
    "portability": (
        names.PORTABILITY_EXPORT_ISSUED,
        "no export was issued for it",
        Remedy("report-portability"),
    ),
    "rectification": (
        names.PERSONAL_DATA_CORRECTED,
        "no correction names it",
        Remedy("send-correction"),
    ),
}
# What is noted when a request is entered, which may be days after it came in.
_ENTERED = frozenset({RECEIVED, names.OBJECTION_RAISED})
NOTHING_HELD = "nothing-held"


class Hindrance(NamedTuple):
    """Why an act on a request is not allowed, as one sentence; and which act of ours ends that."""

    why: str
    remedy: Remedy | None = None


def hindrance(act: ActOn, request: Request, time: datetime, code: str = "") -> Hindrance | None:
    """Why an act on a request is not allowed at a time; None when it is.

    `code`: the ground of a refusal, the outcome of an answer, the right for which something is issued.
    """
    status = standing(request, max(time, request.steps[-1].order.time))
    if status is None:
        return Hindrance(f"request {request.ref} was never received")
    if request.end is not None:
        ended = day_of(request.end.order.time)
        return Hindrance(
            f"request {request.ref} is {status.status} since {ended}: nothing more can be done on it"
        )
    return next(_HINDRANCES[act](request, status, time, code), None)


def _verifying(
    request: Request, status: RequestStatus, _time: datetime, _code: str
) -> Iterator[Hindrance]:
    if status.identity == "verified":
        yield Hindrance(f"identity was verified for request {request.ref} already")


def _extending(
    request: Request, status: RequestStatus, time: datetime, _code: str
) -> Iterator[Hindrance]:
    period = status.period
    if period.extended:
        yield Hindrance(
            f"request {request.ref} was extended already: it must be answered by {period.due_on}"
        )
    if period.extend_by is not None and time >= period.extend_by:
        yield Hindrance(
            f"the first period of request {request.ref} ended on {period.due_on}: it can no longer "
            "be extended (GDPR Art. 12(3))"
        )


def _refusing(
    request: Request, status: RequestStatus, time: datetime, ground: str
) -> Iterator[Hindrance]:
    yield from _too_early(request, time)
    right = request.right or ""
    if not REFUSALS[ground].allows(right, day_of(time)):
        yield Hindrance(f"a request for {right} cannot be refused as {ground}")
    if ground == "identity-not-shown" and status.identity == "verified":
        yield Hindrance(f"identity was verified for request {request.ref}")


def _answering(
    request: Request, status: RequestStatus, time: datetime, outcome: str
) -> Iterator[Hindrance]:
    yield from _too_early(request, time)
    yield from _unknown(request, status.identity)
    needed = _NEEDS_ACT.get(request.right or "")
    if needed and outcome != NOTHING_HELD:
        act, missing, remedy = needed
        if not request.named(act):
            yield Hindrance(
                f"request {request.ref} for {request.right} cannot be answered yet: {missing}",
                remedy._replace(values=(request.ref,)),
            )


def _issuing(
    request: Request, status: RequestStatus, _time: datetime, right: str
) -> Iterator[Hindrance]:
    if request.right != right:
        yield Hindrance(f"request {request.ref} is for {request.right}, not for {right}")
    yield from _unknown(request, status.identity)


def _erasing(
    request: Request, status: RequestStatus, _time: datetime, _code: str
) -> Iterator[Hindrance]:
    if request.right not in _ERASED_FOR:
        yield Hindrance(f"request {request.ref} is for {request.right}, not for erasure")
    if status.identity != "verified":
        yield _not_verified(request)


def _unknown(request: Request, identity: Identity) -> Iterator[Hindrance]:
    identity_needed = request.right in _NEEDS_IDENTITY
    if identity in {"asked", "failed"} or (identity_needed and identity != "verified"):
        yield _not_verified(request)


def _not_verified(request: Request) -> Hindrance:
    return Hindrance(
        f"request {request.ref} cannot be answered yet: identity was not verified",
        Remedy("verify-identity", (request.ref,)),
    )


def _closing(
    request: Request, _status: RequestStatus, time: datetime, _code: str
) -> Iterator[Hindrance]:
    yield from _too_early(request, time)


def _too_early(request: Request, time: datetime) -> Iterator[Hindrance]:
    """An end comes after the acts on a request, and not before its day; it may be entered late itself."""
    receipt = request.receipt
    if receipt and day_of(time).isoformat() < receipt.facts["received_on"]:
        yield Hindrance(
            f"request {request.ref} was received on {receipt.facts['received_on']}: expected no earlier end"
        )
    acts = [step.order.time for step in request.steps if step.name not in _ENTERED]
    if acts and time < acts[-1]:
        yield Hindrance(
            f"request {request.ref} cannot have ended before the last act on it, at {instant(acts[-1])}"
        )


_HINDRANCES: Mapping[
    ActOn, Callable[[Request, RequestStatus, datetime, str], Iterator[Hindrance]]
] = {
    "verify": _verifying,
    "doubt": _verifying,
    "extend": _extending,
    "refuse": _refusing,
    "answer": _answering,
    "close": _closing,
    "issue": _issuing,
    "erase": _erasing,
}
