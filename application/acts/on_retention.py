"""Decisions on a person's data, shown or carried out, as answers."""

from application.acts.deciding import erase_asked, preview
from application.acts.requesting import check_allowed
from application.queries.cases.found_requests import find
from application.queries.keeping.deciding import Decided, decided
from application.queries.keeping.erasures import ErasureScope
from application.queries.subjects import check_person, note_read
from application.site import Site
from application.source import Source
from ledger.keys.rotation import epochs


def decide(
    site: Site, source: Source, subject: str, scope: ErasureScope, *, carry_out: bool
) -> Decided:
    """Decide on each category of a person; without `carry_out` nothing is recorded and nothing goes.

    Raises NotAllowed for a request that allows no erasure, UnknownSubject, and what `erase_asked` raises.
    """
    check_person(subject)
    if scope.request_ref is not None:
        check_allowed(find(source, scope.request_ref, subject), "erase", source.now)
    results = (erase_asked if carry_out else preview)(site, subject, scope)
    note_read(source, subject)
    epoch = epochs(site.session("reader"), site.provider)
    return decided(subject, scope, results, epoch.started_at, site.clock())
