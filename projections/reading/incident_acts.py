"""Which acts a breach or a case of misuse allows: its state decides, before anything is recorded. Pure.

Acts that come from upstream are recorded whatever the state, because they happened; where a rule forbids
them they are findings.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct

from ledger.event import instant
from projections.views.incidents import TOLD, Incident
from rulebook import DEADLINES
from rulebook.calendar import day_of
from rulebook.incidents import PHASES, regimes_in
from schemas import names

_INITIAL, _FULL = PHASES
_DETECTED, _NOTIFIED, _TOLD = (
    names.BREACH_DETECTED,
    names.AUTHORITY_NOTIFIED,
    names.SUBJECTS_NOTIFIED,
)
_WARNED = names.CUSTOMER_WARNED


class ProposedAct(Struct, frozen=True):
    """An act about to be recorded. `name`: of the event type. `facts`: its facts.

    `persons_told`: the number of persons who were told of the breach by then.
    """

    name: str
    time: datetime
    facts: Mapping[str, Any]
    persons_told: int = 0


def named(incident: Incident) -> str:
    """An incident in a sentence."""
    kind = "breach" if incident.kind == "breach" else "case of misuse"
    return f"{kind} {incident.ref}"


def hindrance(incident: Incident, deed: ProposedAct) -> str | None:
    """Why an act is not allowed on an incident, as one sentence; None when it is."""
    begun_at = incident.begun_at
    if begun_at is None:
        return f"{named(incident)} never began: record its beginning first"
    if deed.time < begun_at:
        verb = "detected" if incident.kind == "breach" else "suspected"
        return f"this cannot have been done before {named(incident)} was {verb}, at {instant(begun_at)}"
    return next(_HINDRANCES[deed.name](incident, deed), None)


def _assessing(incident: Incident, deed: ProposedAct) -> Iterator[str]:
    yield from _over(incident)
    if incident.risk == deed.facts["risk"] and deed.facts.keys().isdisjoint(TOLD):
        yield f"the risk of {named(incident)} is assessed as {incident.risk} already"


def _notifying(incident: Incident, deed: ProposedAct) -> Iterator[str]:
    regimes, phase = regimes_in(deed.facts["regime"]), deed.facts["phase"]
    falling_under = {
        regime for step in incident.named(_DETECTED) for regime in regimes_in(step.facts["regime"])
    }
    if not regimes <= falling_under:
        under = "/".join(sorted(falling_under))
        yield f"{named(incident)} falls under {under}: expected no notification of another regime"
    notified = {
        (regime, step.facts["phase"])
        for step in incident.named(_NOTIFIED)
        for regime in regimes_in(step.facts["regime"])
    }
    enough = (_INITIAL, _FULL) if phase == _INITIAL else (phase,)
    if all(any((regime, sufficient) in notified for sufficient in enough) for regime in regimes):
        yield f"the authority was told of {named(incident)} already: {phase}, {deed.facts['regime']}"


def _telling(incident: Incident, deed: ProposedAct) -> Iterator[str]:
    """Of persons who are told one by one no channel is asked: each is told once."""
    channel = deed.facts.get("channel")
    if channel and any(step.facts.get("channel") == channel for step in incident.named(_TOLD)):
        yield f"persons were told of {named(incident)} by {channel} already"


def _warning(incident: Incident, deed: ProposedAct) -> Iterator[str]:
    if any(step.facts["channel"] == deed.facts["channel"] for step in incident.named(_WARNED)):
        yield f"the person of {named(incident)} was warned by {deed.facts['channel']} already"


def _closing(incident: Incident, deed: ProposedAct) -> Iterator[str]:
    yield from _over(incident)
    if incident.risk is None:
        yield f"{named(incident)} cannot be closed yet: its risk was never assessed"
    if incident.must_tell and not (incident.named(_TOLD) or deed.persons_told):
        yield f"{named(incident)} cannot be closed yet: persons were not told (GDPR Art. 34)"
    yield from _undone(incident)
    yield from _after_all(incident, deed)


def _resolving(incident: Incident, deed: ProposedAct) -> Iterator[str]:
    yield from _over(incident)
    yield from _undone(incident)
    yield from _after_all(incident, deed)


def _over(incident: Incident) -> Iterator[str]:
    if incident.ended_at is not None:
        yield f"{named(incident)} is closed since {day_of(incident.ended_at)}"


def _undone(incident: Incident) -> Iterator[str]:
    for clock in incident.clocks:
        if clock.done_at is None:
            title = DEADLINES[clock.duty].title
            yield f"{named(incident)} cannot be closed yet, this was not done: {title}"


def _after_all(incident: Incident, deed: ProposedAct) -> Iterator[str]:
    last = incident.steps[-1].order.time
    if deed.time < last:
        yield f"{named(incident)} cannot have been closed before the last act on it, at {instant(last)}"


_HINDRANCES: Mapping[str, Callable[[Incident, ProposedAct], Iterator[str]]] = {
    names.BREACH_ASSESSED: _assessing,
    _NOTIFIED: _notifying,
    _TOLD: _telling,
    names.BREACH_CLOSED: _closing,
    _WARNED: _warning,
    names.MISUSE_RESOLVED: _resolving,
}
