"""Keepings of a person's data: holds, disputes, claims, cases, requests, contracts, an open portal. Pure.

Read from the dossier of the person (`findings_dossier`), in the vocabulary of the rulebook
(`rulebook.Keeping`).
"""

from collections.abc import Iterator, Mapping
from datetime import datetime

from projections.dossier.dossier import CONTRACT, FOREVER, LIFTED, RUNNING, Dossier, topic_of
from projections.keeping.holds import holds_by_ref, undisclosed
from rulebook import Keeping, deadline, evidence_of
from rulebook.calendar import day_of
from rulebook.erasure import Kept
from schemas import CATEGORIES

_COURT = "rights.court"


def keepings_of(dossier: Dossier) -> list[Keeping]:
    """Everything in force that keeps data, for any cause of erasure, in the order of topics."""
    topics = frozenset(map(topic_of, dossier.marks))
    if _KEEPING.isdisjoint(topics):
        return []
    # Most persons have a contract and nothing else, and what is not there is not looked for.
    keepings: list[Keeping] = []
    if _HOLD in topics:
        keepings += _by_holds(dossier)
    if _RESTRICTION in topics and (categories := asked_to_restrict(dossier)):
        keepings.append(Keeping("restriction", categories=categories))
    keepings += _open(dossier)
    return [*keepings, *_requests(dossier)] if _RIGHT in topics else keepings


def _by_holds(dossier: Dossier) -> Iterator[Keeping]:
    """By legal holds; those of which the person is not told are one without a name."""
    refs = holds_by_ref(dossier)
    hidden = undisclosed(dossier) if refs else frozenset()
    for ref, categories in refs.items():
        if ref not in hidden:
            yield Keeping("hold", ref, frozenset(categories))
    if unnamed := frozenset().union(*(refs[ref] for ref in hidden)):
        yield Keeping("undisclosed", categories=unnamed)


# Topic of a dossier -> what it is to the rulebook, and what its last mark says while it keeps data.
_KEEPS: Mapping[str, tuple[Kept, str]] = {
    "dispute": ("dispute", "open"),
    "debt": ("debt", "open"),
    "case": ("case", "open"),
    "portal": ("portal", "open"),
    CONTRACT: ("contract", RUNNING),
}


_HOLD, _RESTRICTION, _RIGHT = "hold", "restriction", "right"
_KEEPING = frozenset({*_KEEPS, _HOLD, _RESTRICTION, _RIGHT})
"""Topics without which nothing keeps data."""


def _open(dossier: Dossier) -> Iterator[Keeping]:
    for topic in sorted(dossier.marks):
        name, _, ref = topic.partition("/")
        if name in _KEEPS:
            kind, says = _KEEPS[name]
            if dossier.all(topic)[-1].says == says:
                yield Keeping(kind, ref or None)


def _requests(dossier: Dossier) -> Iterator[Keeping]:
    """The keepings of requests: while one is open, and until the court can no longer be asked."""
    for topic in sorted(dossier.marks):
        name, _, ref = topic.partition("/")
        if name != _RIGHT:
            continue
        ends = [mark for mark in dossier.all(f"answered/{ref}") if mark.says == "ended"]
        ended = ends[0].order.time if ends else None
        at = ended or dossier.all(topic)[-1].order.time
        needs = evidence_of(str(dossier.all(topic)[-1].says), CATEGORIES, ended, at)
        until = day_of(deadline(_COURT, ended)) if ended else None
        yield Keeping("request-ended" if ended else "request-open", ref, needs, until)


def asked_to_restrict(dossier: Dossier, time: datetime = FOREVER) -> frozenset[str]:
    """Categories that were restricted, and not released again, by a time (GDPR art. 18)."""
    latest = {
        category: (mark.order, True)
        for mark in dossier.until(_RESTRICTION, time)
        for category in mark.codes
    }
    for mark in dossier.until(LIFTED, time):
        for category in mark.codes:
            if category in latest and latest[category][0] < mark.order:
                latest[category] = mark.order, False
    return frozenset(category for category, (_, stands) in latest.items() if stands)
