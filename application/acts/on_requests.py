"""Acts on a request of a person: each is judged and recorded while nobody else of the office acts.

So two people who answer, refuse or extend the same request at the same time do it once: the second one is
told what the first one did.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from application.acts.acting import Act, one_at_a_time
from application.acts.answering import (
    AnswerOptions,
    act_on,
    acts_before_answer,
    acts_before_refusal,
)
from application.acts.deciding import erase_for
from application.acts.requesting import check_allowed, record
from application.queries.found_requests import FoundRequest, find
from application.site import Site
from application.source import Source
from projections.reading.request_acts import NOTHING_HELD, ActOn
from projections.reading.views import requests
from schemas import names
from schemas.encoding import JsonValue


class OnRequest(Struct, frozen=True):
    """On which request something is done, and when. `subject`: whose it is, where that is said."""

    ref: str
    subject: str | None
    time: datetime


Done = tuple[Sequence[Act], datetime]
"""Acts, and when they were done."""


def identify(
    site: Site, source: Source, on: OnRequest, facts: Mapping[str, JsonValue], *, doubted: bool
) -> FoundRequest:
    """Whoever asked is who they say; `doubted`: that is still to be shown. Raises NotAllowed."""
    name = names.IDENTITY_VERIFICATION_FAILED if doubted else names.IDENTITY_VERIFIED
    what: ActOn = "doubt" if doubted else "verify"
    return _acted(
        site, source, on, (what, ""), lambda found: ([act_on(found, name, facts)], on.time)
    )


def extend(site: Site, source: Source, on: OnRequest, reason: str) -> FoundRequest:
    """The person was told that the answer takes longer. Raises NotAllowed."""

    def made(found: FoundRequest) -> Done:
        return [act_on(found, names.RIGHTS_REQUEST_EXTENDED, {"reason": reason})], on.time

    return _acted(site, source, on, ("extend", ""), made)


def refuse(site: Site, source: Source, on: OnRequest, ground: str) -> FoundRequest:
    """A request is refused. Raises NotAllowed, Reject."""

    def made(found: FoundRequest) -> Done:
        refused = act_on(found, names.RIGHTS_REQUEST_REFUSED, {"ground": ground})
        return [*acts_before_refusal(source, found, ground), refused], on.time

    return _acted(site, source, on, ("refuse", ground), made)


def answer(site: Site, source: Source, on: OnRequest, wanted: AnswerOptions) -> FoundRequest:
    """A request is answered, after what its right asks for was done. Raises NotAllowed, Misconfigured."""

    def made(found: FoundRequest) -> Done:
        before = acts_before_answer(found, wanted)
        outcome, answered = _carried_out(site, found, wanted.outcome, on.time)
        return [
            *before,
            act_on(found, names.RIGHTS_REQUEST_ANSWERED, {"outcome": outcome}),
        ], answered

    return _acted(site, source, on, ("answer", wanted.outcome), made)


def close(site: Site, source: Source, on: OnRequest, outcome: str) -> FoundRequest:
    """A request ends without a decision on what was asked. Raises NotAllowed."""

    def made(found: FoundRequest) -> Done:
        return [act_on(found, names.RIGHTS_REQUEST_ANSWERED, {"outcome": outcome})], on.time

    return _acted(site, source, on, ("close", ""), made)


def _carried_out(
    site: Site, found: FoundRequest, outcome: str, time: datetime
) -> tuple[str, datetime]:
    """The outcome, and when it is answered: of a request for erasure those of its decisions.

    They are carried out first, so that the answer does not come before the erasure, whatever the time given
    and however often it was tried.
    """
    if found.right != "erasure" or outcome == NOTHING_HELD:
        return outcome, time
    done = erase_for(site, found.person, found.request.ref)
    return done.outcome, max(time, done.at or time)


def _acted(
    site: Site,
    source: Source,
    on: OnRequest,
    allowed: tuple[ActOn, str],
    made: Callable[[FoundRequest], Done],
) -> FoundRequest:
    """The request after acts that its state allows. `allowed`: which act, with its code."""
    what, code = allowed
    with one_at_a_time(site):
        found = find(source, on.ref, on.subject)
        check_allowed(found, what, on.time, code)
        acts, time = made(found)
        record(site, acts, time)
    [(_, after)] = requests(source.session, streams=[found.stream], refs=[on.ref])
    return FoundRequest(found.stream, found.reference, after)
