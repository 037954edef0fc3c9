"""Acts on a request of a person: each is judged and recorded under the lock of the office.

So two people who answer, refuse or extend the same request at the same time do it once: the second person
is told what the first one did.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from application.acts.acting import Act, one_at_a_time
from application.acts.answering import (
    ANSWER_OUTCOMES,
    AnswerOptions,
    act_on,
    acts_before_answer,
    acts_before_refusal,
)
from application.acts.deciding import erase_for
from application.acts.requesting import check_allowed, record
from application.queries.cases.found_requests import FoundRequest, find
from application.site import Site
from application.source import Source
from ledger.errors import Misconfigured
from projections.reading.request_acts import NOTHING_HELD, ActOn
from projections.reading.views import requests
from projections.views.requests import CLOSINGS
from schemas import names
from schemas.encoding import JsonValue


class OnRequest(Struct, frozen=True):
    """The request of an act, and its time. `subject`: its person, where named."""

    ref: str
    subject: str | None
    time: datetime


TimedActs = tuple[Sequence[Act], datetime]
"""Acts, and when they were done."""


def identify(
    site: Site, source: Source, on: OnRequest, facts: Mapping[str, JsonValue], *, doubted: bool
) -> FoundRequest:
    """Record that the person has shown who they are; `doubted`: not yet. Raises NotAllowed."""
    name = names.IDENTITY_VERIFICATION_FAILED if doubted else names.IDENTITY_VERIFIED
    deed: ActOn = "doubt" if doubted else "verify"
    return _act_on_request(
        site, source, on, (deed, ""), lambda case: ([act_on(case, name, facts)], on.time)
    )


def extend(site: Site, source: Source, on: OnRequest, reason: str) -> FoundRequest:
    """Record that the person was told of a longer period. Raises NotAllowed."""

    def acts_on(case: FoundRequest) -> TimedActs:
        return [act_on(case, names.RIGHTS_REQUEST_EXTENDED, {"reason": reason})], on.time

    return _act_on_request(site, source, on, ("extend", ""), acts_on)


def refuse(site: Site, source: Source, on: OnRequest, ground: str) -> FoundRequest:
    """Refuse a request. Raises NotAllowed, Reject."""

    def acts_on(case: FoundRequest) -> TimedActs:
        refused = act_on(case, names.RIGHTS_REQUEST_REFUSED, {"ground": ground})
        return [*acts_before_refusal(source, case, ground), refused], on.time

    return _act_on_request(site, source, on, ("refuse", ground), acts_on)


def answer(site: Site, source: Source, on: OnRequest, options: AnswerOptions) -> FoundRequest:
    """Do what the right of a request asks for, then answer it. Raises NotAllowed, Misconfigured."""
    if options.outcome in CLOSINGS:
        raise Misconfigured(f"{options.outcome} is no answer: close the request", field="outcome")

    if options.outcome not in ANSWER_OUTCOMES:
        raise Misconfigured(f"expected one of {', '.join(ANSWER_OUTCOMES)}", field="outcome")

    def acts_on(case: FoundRequest) -> TimedActs:
        before = acts_before_answer(case, options)
        outcome, answered_at = _carry_out(site, case, options.outcome, on.time)
        return [
            *before,
            act_on(case, names.RIGHTS_REQUEST_ANSWERED, {"outcome": outcome}),
        ], answered_at

    return _act_on_request(site, source, on, ("answer", options.outcome), acts_on)


def close(site: Site, source: Source, on: OnRequest, outcome: str) -> FoundRequest:
    """End a request without a decision on what was asked. Raises NotAllowed."""

    def acts_on(case: FoundRequest) -> TimedActs:
        return [act_on(case, names.RIGHTS_REQUEST_ANSWERED, {"outcome": outcome})], on.time

    return _act_on_request(site, source, on, ("close", ""), acts_on)


def _carry_out(
    site: Site, case: FoundRequest, outcome: str, time: datetime
) -> tuple[str, datetime]:
    """The outcome and time of the answer: for a request for erasure, those of its decisions.

    The erasure comes first, so that no answer precedes it, whatever time the command names and however
    often it ran.
    """
    if case.right != "erasure" or outcome == NOTHING_HELD:
        return outcome, time
    erasure = erase_for(site, case.person, case.request.ref)
    return erasure.outcome, max(time, erasure.at or time)


def allowed_on(source: Source, on: OnRequest, allowed: tuple[ActOn, str]) -> FoundRequest:
    """The request, whose state allows an act. `allowed`: the act and its code. Raises NotAllowed."""
    deed, code = allowed
    case = find(source, on.ref, on.subject)
    check_allowed(case, deed, on.time, code)
    return case


def _act_on_request(
    site: Site,
    source: Source,
    on: OnRequest,
    allowed: tuple[ActOn, str],
    acts_on: Callable[[FoundRequest], TimedActs],
) -> FoundRequest:
    """Record acts that a request's state allows; the request after them. `allowed`: the act and its code."""
    with one_at_a_time(site):
        # Read inside the lock: another person may have answered or closed the request meanwhile.
        case = allowed_on(source, on, allowed)
        acts, time = acts_on(case)
        record(site, acts, time)
    [(_, after)] = requests(source.session, streams=[case.stream], refs=[on.ref])
    return FoundRequest(case.stream, case.reference, after)
