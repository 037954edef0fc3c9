"""Restricted data of a person: by request, or by a decision on its erasure. Pure.

Two facts restrict. `processing-restricted` stands until `restriction-lifted` (GDPR Art. 18). A decision
*restrict* of `erasure-decided` is a restriction by itself: it stands until its reasons (holds, disputes,
cases) are over, a later decision replaces it, or the person registers anew. So no event has to lift it, and
it does not outlive its reason.
"""

from collections.abc import Iterable
from datetime import datetime

from ledger.event import RecordedEvent
from projections.dossier.decisions import decided
from projections.dossier.dossier import FOREVER, LIFTED, Dossier, dossier_from, noting
from projections.keeping.holds import holds_by_ref, undisclosed
from projections.keeping.keepings import asked_to_restrict
from rulebook.erasure import ERASURE_RULES

_KINDS = {entry.id: entry.when for entry in ERASURE_RULES if entry.decision == "restrict"}
_TOPICS = frozenset({"restriction", LIFTED, "decided", "registered", "hold", "dispute", "case"})
SAYS_RESTRICTED = noting(_TOPICS)
"""Types of events that say what is restricted, or that it is no more."""


def restricted(dossier: Dossier, time: datetime = FOREVER) -> frozenset[str]:
    """Categories that may only be stored at a time."""
    if not dossier.all("restriction") and not dossier.all("decided"):
        return frozenset()
    by_decision = {
        category
        for category, decision in decided(dossier, time).items()
        if decision.decision == "restrict"
        and any(
            _ground_stands(dossier, category, ground, decision.said_at, time)
            for ground in decision.grounds
        )
    }
    return asked_to_restrict(dossier, time) | by_decision


def restricted_by(events: Iterable[RecordedEvent], time: datetime) -> frozenset[str]:
    """The restrictions in the counted events of one person, in any order."""
    return restricted(dossier_from(events, SAYS_RESTRICTED), time)


def _ground_stands(
    dossier: Dossier,
    category: str,
    ground: tuple[str | None, str | None],
    said_at: datetime,
    time: datetime,
) -> bool:
    """Whether a ground that a decision names, for storing only, was not over at a time.

    `ground`: rule and reference. `said_at`: when the decision named it.
    """
    rule, ref = ground
    kind = _KINDS.get(rule or "")
    if kind == "hold":
        return category in holds_by_ref(dossier, time).get(ref or "", ())
    if kind == "undisclosed":
        # A decision names no such hold. Older ones had none (ADR 124): they stand until the next one.
        held_then = _is_held_unsaid(dossier, category, said_at)
        return _is_held_unsaid(dossier, category, time) or not held_then
    if kind in {"dispute", "case"}:
        marks = dossier.all(f"{kind}/{ref}")
        return bool(marks) and not (marks[-1].says == "closed" and marks[-1].order.time <= time)
    return False  # a restriction that was asked for says itself until when


def _is_held_unsaid(dossier: Dossier, category: str, time: datetime) -> bool:
    holds = holds_by_ref(dossier, time)
    return any(category in holds[ref] for ref in undisclosed(dossier, time))
