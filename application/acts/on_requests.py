"""Acts on a request of a person: each is judged and recorded under the lock of the office.

So two people who answer, refuse or extend the same request at the same time do it once: the second person
is told what the first one did.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated

from application.acts.acting import Act, office_lock
from application.acts.answering import (
    OnRequest,
    RequestAnswer,
    act_on,
    acts_before_answer,
    acts_before_refusal,
)
from application.acts.deciding import erase_for
from application.acts.given import Ask, Choice, facts_of
from application.acts.offered import ASKED, METHODS
from application.acts.requesting import check_allowed, record
from application.queries.cases.found_requests import FoundRequest, find
from application.site import Site
from application.source import Source
from projections.reading.request_acts import NOTHING_HELD, ActOn
from projections.reading.views import requests
from projections.views.requests import CLOSINGS
from rulebook import EXTENSIONS, REFUSALS
from schemas import names


class IdentityCheck(OnRequest, frozen=True, kw_only=True):
    """How identity was verified; or what more was asked for, or that it was not shown."""

    events = (names.IDENTITY_VERIFIED, names.IDENTITY_VERIFICATION_FAILED)
    failed: Annotated[
        bool, Ask("The person could not show their identity.", label="shown", fact="")
    ] = False
    method: Annotated[
        str | None,
        Ask("How it was verified, such as portal-login.", Choice("method", METHODS, True)),
    ] = None
    ask: Annotated[
        str | None,
        Ask(
            "What more you asked for, such as a customer number: the period pauses until it is shown.",
            Choice("asked", ASKED, True),
            hint="ask",
            fact="information_asked",
        ),
    ] = None


class Extension(OnRequest, frozen=True, kw_only=True):
    """Why the answer takes longer."""

    events = (names.RIGHTS_REQUEST_EXTENDED,)
    reason: Annotated[str, Ask("One of {}.", Choice("extension", tuple(EXTENSIONS)))]


class Refusal(OnRequest, frozen=True, kw_only=True):
    """Why a request is refused."""

    events = (names.RIGHTS_REQUEST_REFUSED,)
    ground: Annotated[str, Ask("One of {}.", Choice("refusal", tuple(REFUSALS)))]


class Closing(OnRequest, frozen=True, kw_only=True):
    """Why a request ends without a decision."""

    events = (names.RIGHTS_REQUEST_ANSWERED,)
    outcome: Annotated[str, Ask("One of {}.", Choice("outcome", CLOSINGS))]


TimedActs = tuple[Sequence[Act], datetime]
"""Acts, and when they were done."""


def identify(site: Site, source: Source, given: IdentityCheck, time: datetime) -> FoundRequest:
    """Record that the person has shown who they are, or not yet. Raises NotAllowed."""
    doubted = given.failed or given.ask is not None
    deed: ActOn = "doubt" if doubted else "verify"
    return _act_on_request(
        *(site, source, given, time),
        (deed, ""),
        lambda case: ([act_on(case, given.events[doubted], facts_of(given))], time),
    )


def extend(site: Site, source: Source, given: Extension, time: datetime) -> FoundRequest:
    """Record that the person was told of a longer period. Raises NotAllowed."""

    def acts_on(case: FoundRequest) -> TimedActs:
        return [act_on(case, given.events[0], facts_of(given))], time

    return _act_on_request(site, source, given, time, ("extend", ""), acts_on)


def refuse(site: Site, source: Source, given: Refusal, time: datetime) -> FoundRequest:
    """Refuse a request. Raises NotAllowed, Reject."""

    def acts_on(case: FoundRequest) -> TimedActs:
        refused = act_on(case, given.events[0], facts_of(given))
        return [*acts_before_refusal(source, case, given.ground), refused], time

    return _act_on_request(site, source, given, time, ("refuse", given.ground), acts_on)


def answer(site: Site, source: Source, given: RequestAnswer, time: datetime) -> FoundRequest:
    """Do what the right of a request asks for, then answer it. Raises NotAllowed, Misconfigured."""

    def acts_on(case: FoundRequest) -> TimedActs:
        before = acts_before_answer(case, given)
        outcome, answered_at = _carry_out(site, case, given.outcome, time)
        answered = act_on(case, given.events[0], {"outcome": outcome})
        return [*before, answered], answered_at

    return _act_on_request(site, source, given, time, ("answer", given.outcome), acts_on)


def close(site: Site, source: Source, given: Closing, time: datetime) -> FoundRequest:
    """End a request without a decision on what was asked. Raises NotAllowed."""

    def acts_on(case: FoundRequest) -> TimedActs:
        return [act_on(case, given.events[0], facts_of(given))], time

    return _act_on_request(site, source, given, time, ("close", ""), acts_on)


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


def allowed_on(
    source: Source, given: OnRequest, time: datetime, allowed: tuple[ActOn, str]
) -> FoundRequest:
    """The request, whose state allows an act. `allowed`: the act and its code. Raises NotAllowed."""
    deed, code = allowed
    case = find(source, given.ref, given.subject)
    check_allowed(case, deed, time, code)
    return case


def _act_on_request(
    site: Site,
    source: Source,
    given: OnRequest,
    time: datetime,
    allowed: tuple[ActOn, str],
    acts_on: Callable[[FoundRequest], TimedActs],
) -> FoundRequest:
    """Record acts that a request's state allows; the request after them. `allowed`: the act and its code."""
    with office_lock(site):
        # Read inside the lock: another person may have answered or closed the request meanwhile.
        case = allowed_on(source, given, time, allowed)
        acts, done_at = acts_on(case)
        record(site, acts, done_at)
    [(_, after)] = requests(source.session, streams=[case.stream], refs=[given.ref])
    return FoundRequest(case.stream, case.reference, after)
