"""Decisions on a person's data, shown or carried out, as answers."""

from application.acts.deciding import erase_asked, preview
from application.acts.requesting import check_allowed
from application.queries.cases.found_requests import NotAllowed, find, known_requests
from application.queries.keeping.deciding import Decided, decided
from application.queries.keeping.erasures import ErasureScope
from application.queries.subjects import check_person, known_streams, note_read
from application.site import Site
from application.source import Source
from ledger.keys.rotation import epochs
from projections.folds.timetravel import NOW


def decide(
    site: Site, source: Source, subject: str, scope: ErasureScope, *, carry_out: bool
) -> Decided:
    """Decide on each category of a person; without `carry_out` nothing is recorded and nothing goes.

    Raises NotAllowed for a request that allows no erasure, or is open and not named, UnknownSubject, and what
    `erase_asked` raises.
    """
    check_person(subject)
    if scope.request_ref is not None:
        check_allowed(find(source, scope.request_ref, subject), "erase", source.now)
    elif scope.cause == "request":
        _check_named(source, subject)
    results = (erase_asked if carry_out else preview)(site, subject, scope)
    note_read(source, subject)
    epoch = epochs(site.session("reader"), site.provider)
    return decided(subject, scope, results, epoch.started_at, site.clock())


def _check_named(source: Source, subject: str) -> None:
    """Raise NotAllowed while a request for erasure is open: who asked is known when that is checked."""
    streams = known_streams(source, subject)
    for _, request in known_requests(source, NOW, streams=streams, unanswered=True):
        if request.right == "erasure":
            raise NotAllowed(f"request {request.ref} for erasure is open: name it", field="request")
