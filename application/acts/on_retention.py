"""Decisions on a person's data, shown or carried out, as answers."""

from typing import Annotated

from msgspec import to_builtins
from msgspec.structs import replace

from application.acts.acting import Permit
from application.acts.deciding import ERASURE, erase_asked, preview
from application.acts.given import Ask, Choice, Given, Person
from application.acts.holding import Approvable
from application.acts.requesting import check_allowed
from application.queries.cases.found_requests import NotAllowed, find, known_requests
from application.queries.keeping.deciding import Decided, decided
from application.queries.keeping.erasures import ErasureScope
from application.queries.subjects import check_person, known_streams, note_read
from application.site import Site
from application.source import Source
from ledger.erasure.verdict import GROUNDS
from ledger.keys.rotation import epochs
from projections.folds.timetravel import NOW
from rulebook import Cause
from schemas import CATEGORIES


class Decision(Given, frozen=True, kw_only=True):
    """Whose data is decided on, and why. `category`: without one, of everything."""

    subject: Person
    cause: Annotated[Cause, Ask("{}", Choice("ground", GROUNDS))] = "request"
    request: Annotated[
        str | None, Ask("The request that asks for it.", label="request", hint="request")
    ] = None
    category: Annotated[
        tuple[str, ...],
        Ask(
            "A category to erase; may be repeated. Without it: the whole person.",
            Choice("category", CATEGORIES),
            hint="all_categories",
        ),
    ] = ()


def asked_decision(site: Site, source: Source, given: Decision) -> Approvable | None:
    """What two persons approve before a decision is carried out; None in an open ledger, where one does it.

    Raises what `decide` raises.
    """
    if not site.intake.confidential:
        return None
    answer = decide(site, source, given, carry_out=False)
    # Approved on another day it is the same act, though of a month that goes on more is there by then.
    what = [
        [str(one.data_subject), to_builtins([replace(row, newest=None) for row in one.decisions])]
        for one in answer.data_subjects
    ]
    categories = sorted(given.category)
    return Approvable(
        ERASURE, ["decide", given.cause, given.request, categories, what], given.subject
    )


def decide(
    site: Site,
    source: Source,
    given: Decision,
    *,
    carry_out: bool,
    permit: Permit | None = None,
) -> Decided:
    """Decide on each category of a person; without `carry_out` nothing is recorded and nothing goes.

    Raises NotAllowed for a request that allows no erasure, or is open and not named, UnknownSubject, and what
    `erase_asked` raises.
    """
    subject, scope = given.subject, ErasureScope(given.cause, given.request, given.category or None)
    check_person(subject)
    if scope.request_ref is not None:
        check_allowed(find(source, scope.request_ref, subject), "erase", source.now)
    elif scope.cause == "request":
        _check_named(source, subject)
    results = (
        erase_asked(site, subject, scope, permit) if carry_out else preview(site, subject, scope)
    )
    note_read(source, subject)
    epoch = epochs(site.session("reader"), site.provider)
    return decided(subject, scope, results, epoch.started_at, site.clock())


def _check_named(source: Source, subject: str) -> None:
    """Raise NotAllowed while a request for erasure is open: who asked is known when that is checked."""
    streams = known_streams(source, subject)
    for _, request in known_requests(source, NOW, streams=streams, unanswered=True):
        if request.right == "erasure":
            raise NotAllowed(f"request {request.ref} for erasure is open: name it", field="request")
